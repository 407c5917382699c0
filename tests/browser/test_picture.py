"""The timeline as a reader moves it: zoom, pan, the selection of a time, links to a moment."""

from datetime import timedelta

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.pictures import drag, found, opened, press, view
from tests.reports.incidents import BEGIN

pytestmark = pytest.mark.browser


def test_a_whole_incident_is_in_view_at_first(browser, pictures):
    opened(browser, pictures["one failed start"])
    assert view(browser) == [0, 15.735]


def test_a_month_is_zoomed_to_the_incident_and_one_button_shows_all(browser, pictures):
    opened(browser, pictures["a month"])
    begin, end = view(browser)
    assert begin < 86_400 < end
    assert end - begin < 60
    found(browser, "[data-do=all]").click()
    begin, end = view(browser)
    assert (begin, end - begin > 29 * 86_400) == (0, True)
    found(browser, "[data-do=focus]").click()
    assert view(browser)[1] - view(browser)[0] < 60


def test_keys_zoom_and_pan(browser, pictures):
    opened(browser, pictures["one failed start"])
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


def test_the_wheel_zooms_with_control_and_else_scrolls_the_page(browser, pictures):
    opened(browser, pictures["one failed start"])
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


def test_a_drag_moves_the_view(browser, pictures):
    opened(browser, pictures["one failed start"])
    press(browser, "+", "+")
    begin = view(browser)[0]
    drag(browser, 0.7, 0.4)
    assert view(browser)[0] > begin


def test_two_fingers_zoom(browser, pictures):
    opened(browser, pictures["one failed start"])
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
def test_a_selected_time_is_told_to_the_tables_and_taken_back(browser, pictures, way):
    opened(browser, pictures["one failed start"])
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


def test_a_selected_time_filters_the_events(browser, pictures):
    opened(browser, pictures["one failed start"])
    drag(browser, 0.02, 0.3, held=Keys.SHIFT)
    texts = [row.text for row in browser.find_elements(By.CSS_SELECTOR, "#events tbody tr") if row.is_displayed()]
    assert texts
    assert all("02:01:2" in text or "02:01:30" in text for text in texts)


def test_the_address_keeps_the_view_and_leads_back_to_it(browser, pictures):
    opened(browser, pictures["one failed start"])
    press(browser, "+", "+")
    WebDriverWait(browser, 5).until(lambda it: "#t=" in it.current_url)
    address, before = browser.current_url, view(browser)
    assert "2026-11-23T02:01:" in address
    browser.get("about:blank")
    opened(browser, address)
    assert view(browser) == pytest.approx(before, abs=0.002)
    press(browser, "0")
    WebDriverWait(browser, 5).until(lambda it: "#" not in it.current_url)


def test_a_link_to_a_moment_shows_what_was_around_it(browser, pictures):
    moment = (BEGIN + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    opened(browser, f"{pictures['a month']}#t={moment}")
    begin, end = view(browser)
    assert begin < 2 * 86_400 < end
    assert end - begin <= 11


@pytest.mark.parametrize(
    "wrong", ["t=x/y", "t=", "t=1999-01-01T00:00:00Z/1999-01-02T00:00:00Z", "t=%E0%A4%A", "t=%3A%2F"]
)
def test_a_link_that_leads_nowhere_does_no_harm(browser, pictures, wrong):
    opened(browser, f"{pictures['one failed start']}#{wrong}")
    assert view(browser) == [0, 15.735]
    assert browser.get_log("browser") == []
