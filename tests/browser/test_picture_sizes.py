"""The timeline of any cluster on any screen, and on paper."""

import json
from itertools import pairwise

import pytest
from selenium.webdriver.common.by import By

from tests.browser.conftest import media, resized
from tests.browser.pictures import MADE, found, opened, press, settled, view

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", MADE)
def test_nothing_goes_wrong_and_nothing_is_fetched(browser, pictures, name):
    opened(browser, pictures[name])
    assert browser.get_log("browser") == []
    told = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith("data:")} == {pictures[name]}


def test_without_any_time_there_is_no_picture(browser, pictures):
    opened(browser, pictures["nothing"])
    assert browser.find_elements(By.ID, "picture") == []


def test_without_scripts_a_fold_opens(browser, pictures):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(pictures["32 nodes"])
    inner = found(browser, "#fold-n1 ~ .inner")
    assert not inner.is_displayed()
    found(browser, "label[for=fold-n1]").click()
    assert inner.is_displayed()
    assert len(inner.find_elements(By.CSS_SELECTOR, ".lane")) == 32


@pytest.mark.parametrize("name", ["one failed start", "32 nodes", "a month", "hostile"])
def test_the_picture_fits_every_screen(browser, pictures, name):
    opened(browser, pictures[name])
    for width in (3840, 760, 360):
        resized(browser, width)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert found(browser, ".stack-of-lanes .track").rect["width"] > width * 0.25


def test_no_two_labels_of_the_axis_meet(browser, pictures):
    opened(browser, pictures["a month"])
    for width in (360, 1366):
        resized(browser, width)
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


@pytest.mark.parametrize("name", ["one failed start", "32 nodes"])
def test_the_text_of_bars_can_be_read(browser, pictures, name):
    opened(browser, pictures[name])
    for scheme in ("light", "dark"):
        media(browser, scheme)
        assert browser.execute_script(CONTRAST) == []


def test_a_large_cluster_is_drawn_in_time(browser, pictures):
    opened(browser, pictures["32 nodes"])
    script = (
        "const start = performance.now(); document.querySelector('[data-plot]').dispatchEvent("
        "new KeyboardEvent('keydown', {key: '+', bubbles: true}));"
        "requestAnimationFrame(() => requestAnimationFrame(() => arguments[0](performance.now() - start)))"
    )
    assert browser.execute_async_script(script) < 400


def test_what_happened_in_a_large_cluster_is_seen_and_the_quiet_is_folded(browser, pictures):
    opened(browser, pictures["32 nodes"])
    assert found(browser, "label[for=fold-n1]").text == "32 quiet nodes"
    lanes = browser.find_elements(By.CSS_SELECTOR, ".resources > .lane")
    assert len(lanes) == len(range(0, 200, 7)) + 1
    assert lanes[-1].text.startswith("171 quiet resources")


def test_paper_shows_the_whole_time(browser, pictures):
    opened(browser, pictures["a month"])
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    begin, end = view(browser)
    assert (begin, end > 29 * 86_400) == (0, True)
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    begin, end = view(browser)
    assert end - begin < 60
