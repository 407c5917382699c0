"""The lines of a proof in context, on pages made of real logs."""

import pytest
from selenium.webdriver.common.by import By

from tests.browser.conftest import found, opened, screen, seen

pytestmark = pytest.mark.browser


def around(browser):
    """Open the first context of the page."""
    [details, *_] = found(browser, "#verdict details.around")
    details.find_element(By.TAG_NAME, "summary").click()
    return details


def columns(details):
    return len({cell.rect["x"] for cell in details.find_elements(By.CSS_SELECTOR, ".second:first-child .cell")})


def test_the_lines_around_a_proof_open_with_all_nodes_side_by_side(browser, pages):
    opened(browser, pages["demo nic"])
    details = around(browser)
    assert columns(details) == 2
    quoted = [line.text for line in details.find_elements(By.CSS_SELECTOR, "li.quoted code")]
    assert any("Result of start operation for r_ip on node02" in text for text in quoted)
    assert len(details.find_elements(By.CSS_SELECTOR, "li:not(.quoted)")) > 5


def test_on_a_phone_the_nodes_stand_below_each_other(browser, pages):
    screen(browser, 360, 800)
    opened(browser, pages["demo nic"])
    assert columns(around(browser)) == 1
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360


def test_the_context_opens_without_scripts(no_scripts, pages):
    no_scripts.get(pages["demo heartbeat"])
    assert seen(no_scripts, "#verdict .second") == []
    around(no_scripts)
    assert seen(no_scripts, "#verdict .second code")


def test_every_finding_has_an_address_that_leads_to_it(browser, pages):
    opened(browser, pages["demo heartbeat"])
    links = [link.get_attribute("href") for link in found(browser, ".finding .permalink")]
    assert len(links) == len(found(browser, ".finding")) > 2
    browser.get(links[-1])
    [target] = found(browser, "article:target")
    assert 0 <= target.rect["y"] - browser.execute_script("return scrollY") < 768
