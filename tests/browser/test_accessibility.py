"""Everybody can use the page: what axe-core finds, the keyboard, every width, no motion.

axe-core comes with the package selenium-axe-python, of which nothing else is used.
"""

from importlib.resources import files
from itertools import pairwise

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import found, media, opened, resized, seen

pytestmark = pytest.mark.browser
AXE = (files("selenium_axe_python") / "axe-core" / "axe.min.js").read_text()
# Of rows and lanes that are all made alike, the first stand for the hundreds.
RUN = """
const alike = ['tbody tr:nth-child(n+16)', '.lane:nth-child(n+9)', '.story > li:nth-child(n+16)'];
axe.run({exclude: alike.filter((it) => document.querySelector(it))}, {resultTypes: ['violations']}).then(({violations}) => arguments[0](violations.flatMap(
  ({id, impact, nodes}) => nodes.map(({html, failureSummary}) => [id, impact, html, failureSummary]))));
"""
NAMES = ["demo nic", "demo nic, ja", "demo heartbeat", "nothing known", "32 nodes"]
# Where the focus is, and whether a reader sees that: in the order of the document, on the screen, with an outline.
FOCUS = """
const it = document.activeElement;
const {top, bottom, width, height} = it.getBoundingClientRect();
const inView = width > 0 && height > 0 && bottom > 0 && top < innerHeight;
const ring = it.querySelector(':scope > .at > .hit'); // a mark of the picture has a ring in place of an outline
const outlined = (ring ? getComputedStyle(ring).stroke : getComputedStyle(it).outlineStyle) !== 'none';
return [it === document.body, it.outerHTML.slice(0, 120), inView, outlined,
        [...document.querySelectorAll('*')].indexOf(it)];
"""
# Texts of the page that lie over each other, as far as they are seen; a head that stays while its table scrolls may.
OVERLAPS = """
const seen = (it) => {
  const {top, bottom, left, right} = it.getBoundingClientRect();
  const box = {it, top, bottom, left, right};
  for (let above = it.parentElement; above !== null; above = above.parentElement) {
    if (getComputedStyle(above).overflowY === 'visible' || above === document.documentElement) continue;
    const frame = above.getBoundingClientRect();
    box.top = Math.max(box.top, frame.top); box.bottom = Math.min(box.bottom, frame.bottom);
    box.left = Math.max(box.left, frame.left); box.right = Math.min(box.right, frame.right);
  }
  return box;
};
const boxes = [...document.querySelectorAll('h1, h2, h3, p, li, td, button, summary, a, label, code, .tag, .chip')]
  .filter((it) => it.checkVisibility({visibilityProperty: true}) && !it.closest('.sr, svg, .skip, header')).map(seen)
  .filter(({top, bottom, left, right}) => right - left > 1 && bottom - top > 1).sort((a, b) => a.top - b.top);
const wrong = [];
boxes.forEach((a, number) => {
  for (const b of boxes.slice(number + 1)) {
    if (b.top >= a.bottom - 2) break;
    const apart = b.left >= a.right - 2 || b.right <= a.left + 2;
    if (!apart && !a.it.contains(b.it) && !b.it.contains(a.it)) wrong.push([a.it, b.it]);
  }
});
return wrong.slice(0, 5).map((pair) => pair.map((it) => `${it.className} ${it.textContent.slice(0, 80)}`));
"""


@pytest.fixture(params=NAMES)
def address(request, pages, pictures):
    """The page of each incident, in turn."""
    return (pages | pictures)[request.param]


def open_all(browser, address, width=1366, scheme="light"):
    media(browser, scheme)
    opened(browser, address)
    resized(browser, width)
    browser.execute_script("document.querySelectorAll('details').forEach((it) => (it.open = true))")


def found_by_axe(browser):
    browser.set_script_timeout(120)
    browser.execute_script(AXE)
    return browser.execute_async_script(RUN)


def test_axe_finds_nothing_wrong(browser, address):
    open_all(browser, address)
    assert found_by_axe(browser) == []


def test_axe_finds_nothing_wrong_on_a_phone_in_the_dark(browser, pages):
    """Of one page that has all parts: what else differs there, the contrast, is measured on every page elsewhere."""
    open_all(browser, pages["demo heartbeat"], 360, "dark")
    assert found_by_axe(browser) == []


def test_axe_would_find_what_is_wrong(browser, pages):
    open_all(browser, pages["nothing known"])
    browser.execute_script("document.body.append(document.createElement('button'))")
    assert [rule for rule, *_ in found_by_axe(browser)] == ["button-name"]


def walked(browser, most=400):
    """Return where the focus went, key by key, until it left the page."""
    stops = []
    for _ in range(most):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        left, *stop = browser.execute_script(FOCUS)
        if left:
            return stops
        stops.append(stop)
    raise AssertionError(f"the keyboard is trapped, or has {most} stops")


def test_the_keyboard_goes_through_the_page_in_order_and_always_shows_where_it_is(browser, pages):
    opened(browser, pages["one failed start"])
    stops = walked(browser)
    assert [html for html, in_view, outlined, _ in stops if not (in_view and outlined)] == []
    order = [place for *_, place in stops]
    assert order == sorted(order)
    assert len(stops) > 20


def test_the_skip_link_leads_behind_the_navigation(browser, pages):
    opened(browser, pages["one failed start"])
    ActionChains(browser).send_keys(Keys.TAB, Keys.ENTER, Keys.TAB).perform()
    assert browser.execute_script("return document.activeElement.closest('main') !== null")


def test_what_the_keyboard_opens_it_can_leave(browser, pages):
    opened(browser, pages["demo nic"])
    [summary] = found(browser, "#verdict details.around summary")
    summary.send_keys(Keys.ENTER)
    assert seen(browser, "#verdict .second")
    assert browser.switch_to.active_element == summary
    summary.send_keys(Keys.ENTER)
    assert not seen(browser, "#verdict .second")


def test_nothing_is_wider_than_the_screen_and_nothing_lies_over_another(browser, address):
    open_all(browser, address)
    for width in (1366, 3840, 768, 360):
        resized(browser, width)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert browser.execute_script(OVERLAPS) == []


def test_nothing_moves_by_itself(browser, pages):
    opened(browser, pages["demo nic"])
    found(browser, "#picture [data-do=in]")[0].click()
    found(browser, "#verdict details.around summary")[0].click()
    assert browser.execute_script("return document.getAnimations().length") == 0
    behaviour = "return [...document.querySelectorAll('*')].map((it) => getComputedStyle(it).scrollBehavior)"
    assert set(browser.execute_script(behaviour)) == {"auto"}


def test_what_went_wrong_is_told_by_more_than_its_colour(browser, pages):
    opened(browser, pages["demo nic"])
    for row in found(browser, ".story li.error"):
        assert "✕" in row.text
        assert row.find_element(By.CSS_SELECTOR, ".sr").get_attribute("textContent") == "went wrong:"
    assert all("✕" in chip.text for chip in found(browser, ".node .chip.bad"))
    letters = [letter.text for letter in found(browser, "#picture .letter")]
    assert sorted(letters) == ["A", "B"]


def test_headings_tell_the_outline_of_the_page(browser, address):
    opened(browser, address)
    levels = [int(heading.tag_name[1]) for heading in found(browser, "h1, h2, h3, h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
