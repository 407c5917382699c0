import json
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from reports.html import LONGEST_STORY, SCRIPTS
from tests.browser.conftest import found, lines, media, opened, resized, screen, seen
from tests.reports.conftest import SAMPLES

pytestmark = pytest.mark.browser
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()


@pytest.fixture(params=[*SAMPLES, "demo nic", "demo heartbeat"])
def address(request, pages):
    """The page of each incident, in turn."""
    return pages[request.param]


def test_nothing_goes_wrong_and_nothing_is_fetched(browser, address):
    opened(browser, address)
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
    opened(browser, pages["hostile"])
    assert browser.title.startswith("<script>alert(1)</script>")
    assert found(browser, "img") == []
    assert len(found(browser, "script:not([type])")) == len(SCRIPTS)
    assert any("<script>alert(1)</script>" in line for line in lines(browser))
    assert any("\\x1b]0;owned" in line for line in lines(browser))
    assert any("\\u202etxt.exe" in line for line in lines(browser))


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


def test_no_page_is_wider_than_the_screen(browser, address):
    opened(browser, address)
    for width in (1366, 1024, 760, 390, 320):
        resized(browser, width)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_on_a_phone_every_cell_names_its_column(browser, pages):
    screen(browser, 390, 844)
    browser.get(pages["one failed start"])
    script = "return [...document.querySelectorAll('.stack td')].map((td) => getComputedStyle(td, '::before').content)"
    assert set(browser.execute_script(script)) >= {'"Resource"', '"Exit reason"', '"File"'}


def test_every_text_can_be_read_against_its_ground(browser, address):
    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach((it) => (it.open = true))")
    for scheme in ("light", "dark"):
        media(browser, scheme)
        assert browser.execute_script(CONTRAST) == []


def test_the_dark_page_is_dark_and_paper_is_light(browser, pages):
    ground = "return getComputedStyle(document.body).backgroundColor"
    media(browser, "dark")
    browser.get(pages["nothing failed"])
    assert browser.execute_script(ground) == "rgb(19, 23, 26)"
    media(browser, "dark", "print")
    assert browser.execute_script(ground) == "rgb(255, 255, 255)"


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


def test_the_page_reads_without_scripts(no_scripts, pages):
    no_scripts.get(pages["one failed start"])
    assert "r_ip could not start on node02" in no_scripts.find_element(By.TAG_NAME, "h1").text
    assert seen(no_scripts, "button, .filters, .pager") == []
    assert len(seen(no_scripts, ".story li")) == 2
    assert len(lines(no_scripts)) == 14
    no_scripts.find_element(By.ID, "all-events").click()
    assert len(lines(no_scripts)) == 22


def test_a_long_story_is_folded_and_says_how_much(browser, pages):
    opened(browser, pages["long story"])
    told = seen(browser, ".story > li")
    assert len([step for step in told if step.get_attribute("class") != "folded"]) == LONGEST_STORY
    folded = seen(browser, ".story .folded summary")
    assert folded
    folded[0].click()
    assert len(seen(browser, ".story .folded li")) == int(folded[0].text.split()[0])
