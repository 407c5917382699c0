"""The tables as a reader uses them: search, filter, sort, follow a link; and how long that takes."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.browser.conftest import found, lines, opened, resized, seen

pytestmark = pytest.mark.browser
SPAN = "document.dispatchEvent(new CustomEvent('ha-report:span', {{ detail: {{ from: {0}, to: {1} }} }}))"
BEGIN_MS = 1_795_399_260_000


def choose(browser, table, field, value):
    selector = f".filters[data-for={table}] [data-filter={field}]"
    Select(browser.find_element(By.CSS_SELECTOR, selector)).select_by_value(value)


def counted(browser, table):
    [output] = found(browser, f".filters[data-for={table}] output")
    return output.text


def rows(browser, table):
    return [row.text for row in seen(browser, f"#{table} tbody tr")]


def search(browser, table, words):
    field = browser.find_element(By.CSS_SELECTOR, f".filters[data-for={table}] [data-filter=text]")
    field.send_keys(Keys.CONTROL, "a", Keys.DELETE)
    field.send_keys(words)


def test_only_what_matters_is_shown_until_all_is_asked_for(browser, pages):
    opened(browser, pages["5,000 events"])
    few = len(lines(browser))
    browser.find_element(By.ID, "all-events").click()
    assert few < 50
    assert len(lines(browser)) == 100
    assert found(browser, ".pager output")[0].text == "1 to 100 of 5,000"


def test_pages_are_turned_to_the_last_and_back(browser, pages):
    opened(browser, pages["5,000 events"])
    browser.find_element(By.ID, "all-events").click()
    search(browser, "events-table", "node03")
    back, forth = found(browser, ".pager button")
    assert not back.is_enabled()
    while forth.is_enabled():
        forth.click()
    assert found(browser, ".pager output")[0].text == "701 to 714 of 714"
    assert len(lines(browser)) == 14
    back.click()
    assert len(lines(browser)) == 100


def test_a_search_goes_through_all_events_by_text_node_and_line(browser, pages):
    opened(browser, pages["5,000 events"])
    search(browser, "events-table", "node03 pacemaker.log:4")
    shown = lines(browser)
    assert shown
    assert all("node03" in line and "pacemaker.log:4" in line for line in shown)
    wanted = [number for number in range(5_000) if number % 7 == 3 and str(number + 1).startswith("4")]
    assert counted(browser, "events-table") == f"{len(wanted)} of 5,000"
    search(browser, "events-table", " ")
    assert len(lines(browser)) < 50


def test_severity_node_and_kind_filter_the_events(browser, pages):
    opened(browser, pages["one failed start"])
    choose(browser, "events-table", "severity", "error")
    assert {line.split()[0] for line in lines(browser)} == {"error"}
    choose(browser, "events-table", "severity", "")
    choose(browser, "events-table", "kind", "fail-count")
    assert [line for line in lines(browser) if "fail-count-r_ip" not in line] == []
    choose(browser, "events-table", "node", "node01")
    assert seen(browser, ".events tbody tr")[0].text == "No event fits."
    assert counted(browser, "events-table") == "0 of 22"
    [clear] = seen(browser, ".filters[data-for=events-table] [data-clear]")
    clear.click()
    assert len(lines(browser)) == 14


def test_a_span_of_the_picture_filters_events_and_failures(browser, pages):
    opened(browser, pages["334 repeats"])
    browser.execute_script(SPAN.format(BEGIN_MS + 60_000, BEGIN_MS + 120_000))
    assert counted(browser, "events-table") == "7 of 334"
    assert len(rows(browser, "failures-table")) == 1
    [chip] = seen(browser, ".filters[data-for=events-table] [data-span]")
    assert chip.text.startswith("02:02:00 – 02:03:00")
    chip.click()
    assert counted(browser, "events-table") == ""
    browser.execute_script(SPAN.format(BEGIN_MS - 120_000, BEGIN_MS - 60_000))
    assert rows(browser, "failures-table") == []


def test_plain_tables_filter_by_word_and_by_list(browser, pages):
    opened(browser, pages["large cluster"])
    search(browser, "resources-table", "p_fs_1 example")
    assert len(rows(browser, "resources-table")) == 10
    choose(browser, "resources-table", "node", "prod-db-01.example.com")
    assert len(rows(browser, "resources-table")) == 3
    assert counted(browser, "resources-table") == "3 of 29"


@pytest.mark.parametrize(("table", "head"), [("inputs-table", "Size"), ("inputs-table", "File")])
def test_a_column_sorts_up_then_down_and_says_so(browser, pages, table, head):
    opened(browser, pages["one failed start"])
    cell = browser.find_element(By.XPATH, f"//table[@id='{table}']//th[normalize-space()='{head}']")
    column = browser.execute_script("return arguments[0].cellIndex", cell)
    keys = (
        f"return [...document.querySelectorAll('#{table} tbody tr')].map((row) => row.cells[{column}])"
        ".map((cell) => cell.dataset.key === undefined ? cell.textContent : Number(cell.dataset.key))"
    )
    cell.find_element(By.TAG_NAME, "button").click()
    up = browser.execute_script(keys)
    assert (up, cell.get_attribute("aria-sort")) == (sorted(up), "ascending")
    cell.find_element(By.TAG_NAME, "button").click()
    assert browser.execute_script(keys) == sorted(up, reverse=True)
    assert cell.get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize(("head", "cell"), [("Time", 0), ("Node", 1), ("Kind", 3), ("Line", 4)])
def test_events_sort_by_every_column(browser, pages, head, cell):
    opened(browser, pages["one failed start"])
    browser.find_element(By.ID, "all-events").click()
    column = browser.find_element(By.XPATH, f"//table[@id='events-table']//th[normalize-space()='{head}']")
    script = f"return [...document.querySelectorAll('.events tbody tr')].map((row) => row.cells[{cell}].textContent)"
    first = browser.execute_script(script)
    column.find_element(By.TAG_NAME, "button").click()
    up = browser.execute_script(script)
    column.find_element(By.TAG_NAME, "button").click()
    assert sorted(first) == sorted(up)
    assert browser.execute_script(script) == up[::-1]
    assert column.get_attribute("aria-sort") == "descending"
    assert [line.split(":")[0] for line in up] == sorted(line.split(":")[0] for line in up)


def test_a_proof_leads_to_its_line_even_one_that_was_left_out(browser, pages):
    opened(browser, pages["334 repeats"])
    details = browser.find_element(By.CSS_SELECTOR, "#failures details")
    details.find_element(By.TAG_NAME, "summary").click()
    details.find_elements(By.TAG_NAME, "a")[20].click()
    [row] = seen(browser, ".events tr.target")
    assert "pacemaker.log:21" in row.text


def test_a_link_to_an_event_opens_the_page_at_it(browser, pages):
    opened(browser, pages["5,000 events"] + "#e2501")
    [row] = seen(browser, ".events tr.target")
    assert "pacemaker.log:2502" in row.text


def test_a_time_leads_to_its_moment_in_the_picture(browser, pages):
    opened(browser, pages["one failed start"])
    [link, *_] = seen(browser, "#failures td a.moment")
    assert link.get_attribute("href").endswith("#t=2026-11-23T02:01:25.575Z/2026-11-23T02:01:45.575Z")


def test_searching_and_sorting_with_the_keyboard_alone(browser, pages):
    opened(browser, pages["one failed start"])
    field = browser.find_element(By.CSS_SELECTOR, ".filters[data-for=events-table] [data-filter=text]")
    field.send_keys("quorum")
    field.send_keys(Keys.TAB * 4)
    assert len(lines(browser)) == 1
    browser.find_element(By.CSS_SELECTOR, ".events th button").send_keys(Keys.ENTER)
    assert found(browser, ".events th[aria-sort=ascending]")


def test_a_filter_of_long_names_fits_a_phone(browser, pages):
    opened(browser, pages["one failed start"])
    browser.execute_script(
        "document.querySelectorAll('.filters select').forEach((it) => it.append(new Option('a_long_name_'.repeat(9))));"
    )
    resized(browser, 360)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360


@pytest.fixture
def old_browser(browser):
    """The browser as it was before it could unpack data."""
    told = {"source": "delete window.DecompressionStream"}
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", told)
    yield browser
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_a_browser_that_cannot_unpack_the_events_says_so_and_where_all_are(old_browser, pages):
    old_browser.get(pages["5,000 events"])
    WebDriverWait(old_browser, 5).until(lambda it: seen(it, "#events-packed"))
    [note] = seen(old_browser, "#events .note")
    assert "This browser cannot unpack the events" in note.text
    assert "shows 1,000 of 5,000 events" in note.text
    assert [link.get_attribute("href").rsplit("/")[-1] for link in note.find_elements(By.TAG_NAME, "a")] == [
        "events.csv",
        "report.json",
    ]
    assert seen(old_browser, "[data-download], .filters[data-for=events-table], .pager") == []
    old_browser.find_element(By.ID, "all-events").click()
    assert len(lines(old_browser)) == 1_000
    assert old_browser.get_log("browser") == []


def test_a_page_whose_events_are_not_packed_needs_no_such_browser(old_browser, pages):
    opened(old_browser, pages["one failed start"])
    assert seen(old_browser, "#events-packed") == []
    assert len(seen(old_browser, "[data-download]")) == 2
