"""What a mark of the timeline tells, by mouse, by keys, and without scripts."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.pictures import drag, found, marks, opened, press, settled
from tests.reports.incidents import HOSTILE

pytestmark = pytest.mark.browser


def test_a_click_on_a_mark_shows_its_line_and_where_it_stands(browser, pictures):
    opened(browser, pictures["one failed start"])
    [mark] = marks(browser, ".failed")
    ActionChains(browser).move_to_element(mark).click().perform()
    panel = found(browser, "#picture .told")
    assert "r_ip: start failed on node02: error (rc 1) ([findif] failed)" in panel.text
    assert "node02/pacemaker.log:365" in panel.text
    assert "Result of start operation for r_ip on node02: error ([findif] failed)" in panel.text
    found(browser, "#picture .close").click()
    assert not panel.is_displayed()


def test_a_line_behind_a_mark_leads_to_its_row(browser, pictures):
    opened(browser, pictures["one failed start"])
    ActionChains(browser).move_to_element(marks(browser, ".failed")[0]).click().perform()
    first = found(browser, "#picture .told a.place")
    assert first.text == "node02/pacemaker.log:365"
    first.click()
    row = found(browser, f"#{browser.current_url.split('#')[1]}")
    assert row.is_displayed()
    assert "Result of start operation for r_ip on node02: error" in row.text


def test_hovering_tells_the_line_below_the_picture(browser, pictures):
    opened(browser, pictures["one failed start"])
    [mark] = marks(browser, ".failed")
    ActionChains(browser).move_to_element(mark).perform()
    assert "Result of start operation" in found(browser, ".readout").text


def test_marks_are_walked_and_opened_with_the_keyboard(browser, pictures):
    opened(browser, pictures["one failed start"])
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


def test_enter_opens_a_mark_also_after_a_drag(browser, pictures):
    opened(browser, pictures["one failed start"])
    press(browser, "+")
    drag(browser, 0.6, 0.5)
    WebDriverWait(browser, 5).until(lambda it: it.find_elements(By.CSS_SELECTOR, "#picture .mark[tabindex='0']"))
    browser.execute_script("document.querySelector('#picture .mark[tabindex=\"0\"]').focus()")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert found(browser, "#picture .told").is_displayed()


def test_without_scripts_the_picture_is_drawn_and_its_marks_are_links(browser, pictures):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(pictures["one failed start"])
    picture = found(browser, "#picture")
    assert "02:01:30" in picture.text
    assert "A node01" in picture.text
    assert found(browser, "#picture .mark.failed").get_attribute("href") is not None
    assert [button for button in picture.find_elements(By.TAG_NAME, "button") if button.is_displayed()] == []


def test_a_mark_that_another_stood_for_is_drawn_once_it_shows(browser, pictures):
    opened(browser, pictures["a month"])
    press(browser, "0")
    settled(browser)
    covered = browser.find_elements(By.CSS_SELECTOR, "#picture .mark.under:not(:has(use))")
    press(browser, *"+++++++")
    settled(browser)
    shown = marks(browser)
    assert covered
    assert set(covered) & set(shown)
    glyphs = "return arguments[0].map((it) => [it.classList[1], it.querySelector('use')?.getAttribute('href')])"
    assert [(kind, glyph) for kind, glyph in browser.execute_script(glyphs, shown) if glyph != f"#glyph-{kind}"] == []


def test_a_failure_has_the_letter_of_its_node_unless_its_bar_tells_it(browser, pictures):
    opened(browser, pictures["a month"])
    found(browser, "[data-do=focus]").click()
    settled(browser)
    lettered = (
        "return [...document.querySelectorAll('#picture .mark.failed')].filter((it) => it.checkVisibility())"
        ".map((it) => [it.dataset.letter, it.querySelector('.where').textContent])"
    )
    told = browser.execute_script(lettered)
    assert told
    assert {shown for _, shown in told} == {""}, "each failed on a bar that is lettered with its node"
    opened(browser, pictures["one failed start"])
    assert browser.execute_script(lettered) == [["B", "B"]]


def test_names_and_lines_that_mean_harm_are_text(browser, pictures):
    opened(browser, pictures["hostile"])
    assert browser.find_elements(By.TAG_NAME, "img") == []
    bar = found(browser, ".resources .bar")
    ActionChains(browser).move_to_element(bar).click().perform()
    assert "=cmd|'/C calc'!A0" in found(browser, "#picture .told").text
    text = browser.execute_script("return document.getElementById('picture').textContent")
    assert HOSTILE[1] in text
    assert not {"\x1b", "\u202e", "\u2028"} & set(text)
