import json
from datetime import timedelta
from itertools import pairwise

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from reports.files import write
from tests.browser.conftest import media, screen
from tests.reports import incidents
from tests.reports.incidents import BEGIN, HOSTILE, NO_ROUTE, VERSION, event, incident, result
from tests.reports.months import months

pytestmark = pytest.mark.browser


def hostile():
    """Return an incident whose nodes and resources have names that mean harm, with something to picture."""
    made = result(0, HOSTILE[0], "start", 0, 1, resource=HOSTILE[1])
    told = [
        made._replace(text=HOSTILE[2], file=HOSTILE[3]),
        made._replace(time_us=made.time_us + 9_000_000, operation="stop", text=HOSTILE[5], file=HOSTILE[6]),
    ]
    told += [event(20, "x", kind="controller-state")]
    whole = incidents.hostile()
    return incident(told, failed_operations=whole.failed_operations, nodes=whole.nodes)


MADE = {
    "one failed start": lambda: (incidents.nic_none(), [NO_ROUTE]),
    "a month": lambda: (months(nodes=2, resources=3, days=30), []),
    "32 nodes": lambda: (months(nodes=32, resources=200, days=3), []),
    "hostile": lambda: (hostile(), []),
    "nothing": lambda: (incidents.incident(), []),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The page of each incident: name -> address."""
    folder = tmp_path_factory.mktemp("pictures")
    return {
        name: write(*make(), folder / name.replace(" ", "-"), version=VERSION, force=False).as_uri()
        for name, make in MADE.items()
    }


def opened(browser, address):
    """Open a page; the picture is drawn once the browser has a frame for it."""
    browser.get(address)
    settled(browser)


def settled(browser):
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


def view(browser):
    """Return the time in view, in seconds since the picture begins."""
    settled(browser)
    return [int(part) / 1000 for part in found(browser, "#picture").get_attribute("data-view").split()]


def found(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def marks(browser, kind=""):
    """Return the marks that are seen."""
    script = "return [...document.querySelectorAll(arguments[0])].filter((it) => it.checkVisibility())"
    return browser.execute_script(script, f"#picture .mark{kind}")


def press(browser, *keys):
    found(browser, "[data-plot]").send_keys(*keys)


def drag(browser, share_from, share_to, held=None):
    """Drag in the lane of log lines from one part of its width to another."""
    strip = found(browser, ".density .track")
    width = strip.rect["width"]
    actions = ActionChains(browser)
    if held:
        actions.key_down(held)
    actions.move_to_element_with_offset(strip, round(width * (share_from - 0.5)), 0).click_and_hold()
    actions.move_by_offset(round(width * (share_to - share_from) / 2), 0)
    actions.move_by_offset(round(width * (share_to - share_from) / 2), 0).release()
    if held:
        actions.key_up(held)
    actions.perform()


@pytest.mark.parametrize("name", MADE)
def test_nothing_goes_wrong_and_nothing_is_fetched(browser, pages, name):
    opened(browser, pages[name])
    assert browser.get_log("browser") == []
    told = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith("data:")} == {pages[name]}


def test_without_any_time_there_is_no_picture(browser, pages):
    opened(browser, pages["nothing"])
    assert browser.find_elements(By.ID, "picture") == []


def test_a_whole_incident_is_in_view_at_first(browser, pages):
    opened(browser, pages["one failed start"])
    assert view(browser) == [0, 15.735]


def test_a_month_is_zoomed_to_the_incident_and_one_button_shows_all(browser, pages):
    opened(browser, pages["a month"])
    begin, end = view(browser)
    assert begin < 86_400 < end
    assert end - begin < 60
    found(browser, "[data-do=all]").click()
    begin, end = view(browser)
    assert (begin, end - begin > 29 * 86_400) == (0, True)
    found(browser, "[data-do=focus]").click()
    assert view(browser)[1] - view(browser)[0] < 60


def test_keys_zoom_and_pan(browser, pages):
    opened(browser, pages["one failed start"])
    press(browser, "+")
    begin, end = view(browser)
    assert end - begin == pytest.approx(15.735 * 0.6, abs=0.01)
    press(browser, Keys.ARROW_RIGHT)
    assert view(browser)[0] > begin
    press(browser, Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert view(browser)[0] == 0
    press(browser, "-", "-")
    assert view(browser) == [0, 15.735]
    press(browser, "+", "+", "0")
    assert view(browser) == [0, 15.735]


def test_the_wheel_zooms_with_control_and_else_scrolls_the_page(browser, pages):
    opened(browser, pages["one failed start"])
    script = (
        "const box = document.querySelector('[data-plot]').getBoundingClientRect();"
        "return !document.querySelector('.density .track').dispatchEvent(new WheelEvent('wheel', {deltaY: -120,"
        " ctrlKey: arguments[0], bubbles: true, cancelable: true, clientX: box.right - 20, clientY: box.top + 9}))"
    )
    assert browser.execute_script(script, False) is False
    assert view(browser) == [0, 15.735]
    assert browser.execute_script(script, True) is True
    begin, end = view(browser)
    assert begin > 15.735 - end
    assert end - begin < 12


def test_a_drag_moves_the_view(browser, pages):
    opened(browser, pages["one failed start"])
    press(browser, "+", "+")
    begin = view(browser)[0]
    drag(browser, 0.7, 0.4)
    assert view(browser)[0] > begin


def test_two_fingers_zoom(browser, pages):
    opened(browser, pages["one failed start"])
    script = (
        "const lane = document.querySelector('.density .track'); const box = lane.getBoundingClientRect();"
        "const touch = (type, pointerId, part) => lane.dispatchEvent(new PointerEvent(type, {pointerId, bubbles: true,"
        " pointerType: 'touch', clientX: box.left + part * box.width, clientY: box.top + 5, button: 0}));"
        "touch('pointerdown', 11, 0.45); touch('pointerdown', 12, 0.55);"
        "touch('pointermove', 11, 0.25); touch('pointermove', 12, 0.75);"
        "touch('pointerup', 11, 0.25); touch('pointerup', 12, 0.75);"
    )
    browser.execute_script(script)
    begin, end = view(browser)
    assert end - begin == pytest.approx(15.735 / 5, rel=0.05)
    assert begin < 15.735 / 2 < end


@pytest.mark.parametrize("way", ["shift", "button"])
def test_a_selected_time_is_told_to_the_tables_and_taken_back(browser, pages, way):
    opened(browser, pages["one failed start"])
    browser.execute_script(
        "window.spans = []; document.addEventListener('ha-report:span', (told) => spans.push(told.detail))"
    )
    if way == "button":
        found(browser, "[data-do=select]").click()
    drag(browser, 0.5, 0.75, held=Keys.SHIFT if way == "shift" else None)
    [span] = browser.execute_script("return spans")
    zero = BEGIN.timestamp() * 1000 + 26_000
    assert [round((time - zero) / 1000) for time in (span["from"], span["to"])] == [8, 12]
    assert view(browser) == [0, 15.735]
    assert "2026-11-23 02:01:3" in found(browser, ".selection").text
    found(browser, ".selection button").click()
    assert browser.execute_script("return spans.at(-1)") == {"from": None, "to": None}
    assert not found(browser, ".selection").is_displayed()


def test_a_selected_time_filters_the_events(browser, pages):
    opened(browser, pages["one failed start"])
    drag(browser, 0.02, 0.3, held=Keys.SHIFT)
    texts = [row.text for row in browser.find_elements(By.CSS_SELECTOR, "#events tbody tr") if row.is_displayed()]
    assert texts
    assert all("02:01:2" in text or "02:01:30" in text for text in texts)


def test_a_click_on_a_mark_shows_its_line_and_where_it_stands(browser, pages):
    opened(browser, pages["one failed start"])
    [mark] = marks(browser, ".failed")
    ActionChains(browser).move_to_element(mark).click().perform()
    panel = found(browser, "#picture .told")
    assert "r_ip: start failed on node02: error (rc 1) ([findif] failed)" in panel.text
    assert "node02/pacemaker.log:365" in panel.text
    assert "Result of start operation for r_ip on node02: error ([findif] failed)" in panel.text
    found(browser, "#picture .close").click()
    assert not panel.is_displayed()


def test_a_line_behind_a_mark_leads_to_its_row(browser, pages):
    opened(browser, pages["one failed start"])
    ActionChains(browser).move_to_element(marks(browser, ".failed")[0]).click().perform()
    first = found(browser, "#picture .told a.place")
    assert first.text == "node02/pacemaker.log:365"
    first.click()
    row = found(browser, f"#{browser.current_url.split('#')[1]}")
    assert row.is_displayed()
    assert "Result of start operation for r_ip on node02: error" in row.text


def test_hovering_tells_the_line_below_the_picture(browser, pages):
    opened(browser, pages["one failed start"])
    [mark] = marks(browser, ".failed")
    ActionChains(browser).move_to_element(mark).perform()
    assert "Result of start operation" in found(browser, ".readout").text


def test_marks_are_walked_and_opened_with_the_keyboard(browser, pages):
    opened(browser, pages["one failed start"])
    stops = "return document.querySelectorAll('#picture .mark[tabindex=\"0\"]').length"
    WebDriverWait(browser, 5).until(lambda it: it.execute_script(stops) == 1)
    found(browser, "[data-plot]").send_keys(Keys.TAB)
    kinds = []
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_UP):
        kinds.append(browser.switch_to.active_element.get_attribute("class"))
        browser.switch_to.active_element.send_keys(key)
    assert all("mark" in kind for kind in kinds)
    assert len(set(kinds)) > 1
    browser.switch_to.active_element.send_keys(Keys.SPACE)
    assert found(browser, "#picture .told").is_displayed()
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not found(browser, "#picture .told").is_displayed()


def test_enter_opens_a_mark_also_after_a_drag(browser, pages):
    opened(browser, pages["one failed start"])
    press(browser, "+")
    drag(browser, 0.6, 0.5)
    WebDriverWait(browser, 5).until(lambda it: it.find_elements(By.CSS_SELECTOR, "#picture .mark[tabindex='0']"))
    browser.execute_script("document.querySelector('#picture .mark[tabindex=\"0\"]').focus()")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert found(browser, "#picture .told").is_displayed()


def test_the_address_keeps_the_view_and_leads_back_to_it(browser, pages):
    opened(browser, pages["one failed start"])
    press(browser, "+", "+")
    WebDriverWait(browser, 5).until(lambda it: "#t=" in it.current_url)
    address, before = browser.current_url, view(browser)
    assert "2026-11-23T02:01:" in address
    browser.get("about:blank")
    opened(browser, address)
    assert view(browser) == pytest.approx(before, abs=0.002)
    press(browser, "0")
    WebDriverWait(browser, 5).until(lambda it: "#" not in it.current_url)


def test_a_link_to_a_moment_shows_what_was_around_it(browser, pages):
    moment = (BEGIN + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    opened(browser, f"{pages['a month']}#t={moment}")
    begin, end = view(browser)
    assert begin < 2 * 86_400 < end
    assert end - begin <= 11


@pytest.mark.parametrize(
    "wrong", ["t=x/y", "t=", "t=1999-01-01T00:00:00Z/1999-01-02T00:00:00Z", "t=%E0%A4%A", "t=%3A%2F"]
)
def test_a_link_that_leads_nowhere_does_no_harm(browser, pages, wrong):
    opened(browser, f"{pages['one failed start']}#{wrong}")
    assert view(browser) == [0, 15.735]
    assert browser.get_log("browser") == []


def test_without_scripts_the_picture_is_drawn_and_its_marks_are_links(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(pages["one failed start"])
    picture = found(browser, "#picture")
    assert "02:01:30" in picture.text
    assert "A node01" in picture.text
    assert found(browser, "#picture .mark.failed").get_attribute("href") is not None
    assert [button for button in picture.find_elements(By.TAG_NAME, "button") if button.is_displayed()] == []


def test_without_scripts_a_fold_opens(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(pages["32 nodes"])
    inner = found(browser, "#fold-n1 ~ .inner")
    assert not inner.is_displayed()
    found(browser, "label[for=fold-n1]").click()
    assert inner.is_displayed()
    assert len(inner.find_elements(By.CSS_SELECTOR, ".lane")) == 32


@pytest.mark.parametrize("name", ["one failed start", "32 nodes", "a month", "hostile"])
@pytest.mark.parametrize("width", [360, 760, 3840])
def test_the_picture_fits_every_screen(browser, pages, name, width):
    screen(browser, width, 900)
    opened(browser, pages[name])
    WebDriverWait(browser, 10).until(lambda it: it.execute_script("return window.innerWidth") == width)
    settled(browser)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert found(browser, ".stack-of-lanes .track").rect["width"] > width * 0.25


def test_no_two_labels_of_the_axis_meet(browser, pages):
    for width in (360, 1366):
        screen(browser, width, 900)
        opened(browser, pages["a month"])
        for key in ("0", "+", "+", "+", "+"):
            press(browser, key)
            settled(browser)
            boxes = browser.execute_script(
                "return [...document.querySelectorAll('.axis .tick')].map((it) => it.getBoundingClientRect())"
                ".map(({left, right}) => [left, right])"
            )
            assert all(before[1] <= after[0] for before, after in pairwise(boxes))


# A text in a bar, and what it stands on
CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const rgb = (colour) => {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
const luminance = (colour) => rgb(colour).map((part) => part / 255)
  .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
return [...document.querySelectorAll('.bar text')].filter((text) => text.checkVisibility()).map((text) => {
  const ground = getComputedStyle(text.parentElement.querySelector('.body')).fill;
  const card = getComputedStyle(document.querySelector('.card.lanes')).backgroundColor;
  const pair = [luminance(getComputedStyle(text).fill), luminance(ground === 'none' ? card : ground)];
  const [light, dark] = pair.sort((a, b) => b - a);
  return [text.textContent, (light + 0.05) / (dark + 0.05)];
}).filter(([, ratio]) => ratio < 4.5);
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["one failed start", "32 nodes"])
def test_the_text_of_bars_can_be_read(browser, pages, name, scheme):
    media(browser, scheme)
    opened(browser, pages[name])
    assert browser.execute_script(CONTRAST) == []


def test_a_large_cluster_is_drawn_in_time(browser, pages):
    opened(browser, pages["32 nodes"])
    script = (
        "const start = performance.now(); document.querySelector('[data-plot]').dispatchEvent("
        "new KeyboardEvent('keydown', {key: '+', bubbles: true}));"
        "requestAnimationFrame(() => requestAnimationFrame(() => arguments[0](performance.now() - start)))"
    )
    assert browser.execute_async_script(script) < 400


def test_what_happened_in_a_large_cluster_is_seen_and_the_quiet_is_folded(browser, pages):
    opened(browser, pages["32 nodes"])
    assert found(browser, "label[for=fold-n1]").text == "32 quiet nodes"
    lanes = browser.find_elements(By.CSS_SELECTOR, ".resources > .lane")
    assert len(lanes) == len(range(0, 200, 7)) + 1
    assert lanes[-1].text.startswith("171 quiet resources")


def test_names_and_lines_that_mean_harm_are_text(browser, pages):
    opened(browser, pages["hostile"])
    assert browser.find_elements(By.TAG_NAME, "img") == []
    bar = found(browser, ".resources .bar")
    ActionChains(browser).move_to_element(bar).click().perform()
    assert "=cmd|'/C calc'!A0" in found(browser, "#picture .told").text
    text = browser.execute_script("return document.getElementById('picture').textContent")
    assert HOSTILE[1] in text
    assert not {"\x1b", "\u202e", "\u2028"} & set(text)


def test_paper_shows_the_whole_time(browser, pages):
    opened(browser, pages["a month"])
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    begin, end = view(browser)
    assert (begin, end > 29 * 86_400) == (0, True)
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    begin, end = view(browser)
    assert end - begin < 60
