import json
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.browser.conftest import media, screen
from tests.reports.conftest import SAMPLES

pytestmark = pytest.mark.browser
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()


@pytest.fixture(params=SAMPLES)
def address(request, pages):
    """The page of each incident, in turn."""
    return pages[request.param]


def found(browser, selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def seen(browser, selector):
    return [element for element in found(browser, selector) if element.is_displayed()]


def lines(browser):
    """Return the displayed lines of the timeline; asked of the page at once, as there may be thousands."""
    script = (
        "return [...document.querySelectorAll('.events tbody tr')]"
        ".filter((row) => row.checkVisibility()).map((row) => row.className + ' ' + row.textContent)"
    )
    return browser.execute_script(script)


def test_nothing_goes_wrong_and_nothing_is_fetched(browser, address):
    browser.get(address)
    assert browser.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [told["params"]["request"]["url"] for told in messages if told["method"] == "Network.requestWillBeSent"]
    assert address in asked
    assert {url for url in asked if not url.startswith("data:")} == {address}


def test_the_policy_holds_against_a_script_that_got_in(browser, pages):
    browser.get(pages["one failed start"])
    browser.execute_script(
        "const script = document.createElement('script'); script.textContent = 'document.title = \"owned\"';"
        "document.body.append(script); const image = new Image(); image.src = 'https://example.invalid/a.png';"
        "document.body.append(image);"
    )
    assert browser.title.startswith("r_ip could not start")
    refused = [entry["message"] for entry in browser.get_log("browser")]
    assert len([message for message in refused if "Content Security Policy" in message]) == 2


def test_hostile_lines_do_nothing(browser, pages):
    browser.get(pages["hostile"])
    assert browser.title.startswith("<script>alert(1)</script>")
    assert found(browser, "img") == []
    assert len(found(browser, "script")) == 1


def test_the_verdict_stands_in_the_first_screen(browser, address):
    browser.get(address)
    box = browser.find_element(By.TAG_NAME, "h1").rect
    assert box["y"] > 0
    assert box["y"] + box["height"] < 768


def test_proof_remedy_verification_and_cluster_stand_in_the_first_screen(browser, pages):
    browser.get(pages["one failed start"])
    cards = found(browser, "#verdict .card")
    assert [card.find_element(By.TAG_NAME, "h2").text.lower() for card in cards] == [
        "proof",
        "remedy",
        "cluster at the snapshot",
    ]
    assert max(card.rect["y"] + card.rect["height"] for card in cards) < 768


@pytest.mark.parametrize("width", [320, 390, 760, 1024, 1366])
def test_no_page_is_wider_than_the_screen(browser, address, width):
    screen(browser, width, 844)
    browser.get(address)
    # On a busy machine the page may still have the width of the screen before.
    WebDriverWait(browser, 10).until(lambda it: it.execute_script("return window.innerWidth") == width)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_on_a_phone_every_cell_names_its_column(browser, pages):
    screen(browser, 390, 844)
    browser.get(pages["one failed start"])
    script = "return [...document.querySelectorAll('.stack td')].map((td) => getComputedStyle(td, '::before').content)"
    assert set(browser.execute_script(script)) >= {'"Resource"', '"Exit reason"', '"File"'}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_against_its_ground(browser, address, scheme):
    media(browser, scheme)
    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach((it) => (it.open = true))")
    assert browser.execute_script(CONTRAST) == []


def test_the_dark_page_is_dark_and_paper_is_light(browser, pages):
    ground = "return getComputedStyle(document.body).backgroundColor"
    media(browser, "dark")
    browser.get(pages["nothing failed"])
    assert browser.execute_script(ground) == "rgb(19, 23, 26)"
    media(browser, "dark", "print")
    assert browser.execute_script(ground) == "rgb(255, 255, 255)"


def test_printed_there_are_no_controls_and_the_headers_stay(browser, pages):
    browser.get(pages["one failed start"])
    media(browser, kind="print")
    assert seen(browser, "nav, .filters, .command button") == []
    assert [head.text for head in seen(browser, "#failures th")][:3] == ["Time", "Node", "Resource"]


def test_only_what_matters_is_shown_until_all_is_asked_for(browser, pages):
    browser.get(pages["5,000 events"])
    few = len(lines(browser))
    browser.find_element(By.ID, "all-events").click()
    assert few < 50
    assert len(lines(browser)) == 2_000


def test_a_search_finds_lines_that_were_left_out(browser, pages):
    browser.get(pages["5,000 events"])
    search = browser.find_element(By.CSS_SELECTOR, "[data-filter=text]")
    search.send_keys("node03 pacemaker.log:4")
    shown = lines(browser)
    assert shown
    assert all("node03" in line and "pacemaker.log:4" in line for line in shown)
    assert found(browser, ".filters output")[0].text == f"{len(shown)} of 2,000 events"
    search.send_keys(Keys.CONTROL, "a", Keys.DELETE)
    assert len(lines(browser)) < 50


def test_severity_and_node_filter_the_lines(browser, pages):
    browser.get(pages["one failed start"])
    Select(browser.find_element(By.CSS_SELECTOR, "[data-filter=severity]")).select_by_value("error")
    assert {line.split()[0] for line in lines(browser)} == {"error"}
    Select(browser.find_element(By.CSS_SELECTOR, "[data-filter=node]")).select_by_visible_text("node01")
    assert lines(browser) == []
    assert found(browser, ".filters output")[0].text == "0 of 22 events"


def test_a_column_sorts_up_then_down_and_says_so(browser, pages):
    browser.get(pages["one failed start"])
    head = browser.find_element(By.XPATH, "//section[@id='inputs']//th[normalize-space()='Size']")
    keys = "return [...document.querySelectorAll('#inputs tbody tr')].map((row) => Number(row.cells[3].dataset.key))"
    head.find_element(By.TAG_NAME, "button").click()
    up = browser.execute_script(keys)
    assert (up, head.get_attribute("aria-sort")) == (sorted(up), "ascending")
    head.find_element(By.TAG_NAME, "button").click()
    assert browser.execute_script(keys) == sorted(up, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"


def test_sorting_two_thousand_lines_takes_no_second(browser, pages):
    browser.get(pages["5,000 events"])
    browser.find_element(By.ID, "all-events").click()
    script = (
        "const start = performance.now(); document.querySelector('.events th button').click();"
        "document.body.offsetHeight; return performance.now() - start"
    )
    assert browser.execute_script(script) < 1_000


def test_a_command_is_copied_without_its_prompt(browser, pages):
    browser.get(pages["one failed start"])
    browser.execute_script(
        "window.copied = []; navigator.clipboard.writeText = async (text) => window.copied.push(text)"
    )
    browser.find_element(By.CSS_SELECTOR, ".command button").click()
    browser.find_element(By.CSS_SELECTOR, "button.main").click()
    command, markdown = browser.execute_script("return window.copied")
    assert command == "crm_resource --cleanup --resource r_ip --node node02"
    assert markdown.startswith("# r\\_ip could not start on node02")


def test_a_proof_leads_to_its_line_even_one_that_was_left_out(browser, pages):
    browser.get(pages["334 repeats"])
    details = browser.find_element(By.CSS_SELECTOR, "#failures details")
    details.find_element(By.TAG_NAME, "summary").click()
    details.find_elements(By.TAG_NAME, "a")[20].click()
    [row] = seen(browser, ".events tr:target")
    assert "pacemaker.log:21" in row.text


def test_the_page_reads_without_scripts(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(pages["one failed start"])
    assert "r_ip could not start on node02" in browser.find_element(By.TAG_NAME, "h1").text
    assert seen(browser, "button, .filters") == []
    assert len(lines(browser)) == 14
    browser.find_element(By.ID, "all-events").click()
    assert len(lines(browser)) == 22


def test_every_control_has_a_name_and_every_table_a_caption(browser, address):
    browser.get(address)
    unnamed = browser.execute_script(
        "return [...document.querySelectorAll('button, input, select, a')]"
        ".filter((it) => !(it.textContent.trim() || it.ariaLabel || (it.labels && it.labels.length)))"
        ".map((it) => it.outerHTML)"
    )
    assert unnamed == []
    tables = found(browser, "table")
    assert [len(table.find_elements(By.TAG_NAME, "caption")) for table in tables] == [1] * len(tables)
    assert browser.execute_script("return document.documentElement.lang") == "en"


def test_the_page_can_be_walked_with_the_keyboard(browser, pages):
    browser.get(pages["one failed start"])
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    first = browser.switch_to.active_element
    assert (first.text, first.is_displayed()) == ("To the verdict", True)
    regions = browser.execute_script("return [...document.querySelectorAll('.scroll')].map((it) => it.tabIndex)")
    assert regions == [0]
