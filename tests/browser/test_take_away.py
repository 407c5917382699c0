"""What a reader takes away: copies, downloads, paper."""

import base64
import csv
import io
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from selenium.webdriver.common.by import By

from tests.browser.conftest import found, media, opened, seen

pytestmark = pytest.mark.browser
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())
CATCH = "window.copied = []; navigator.clipboard.writeText = async (text) => window.copied.push(text)"
PAPER = {"A4": (8.27, 11.69), "Letter": (8.5, 11)}


def beside(address, name):
    """Return the text of a file in the folder of a page."""
    return Path(unquote(urlsplit(address).path)).with_name(name).read_text()


@pytest.fixture
def downloads(browser, tmp_path):
    """Where the browser puts what it downloads."""
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    return tmp_path


def downloaded(browser, downloads, kind, name):
    found(browser, f"[data-download={kind}]")[0].click()
    for _ in range(100):
        if (downloads / name).exists() and not list(downloads.glob("*.crdownload")):
            return (downloads / name).read_bytes().decode()
        time.sleep(0.05)
    raise AssertionError(f"{name} did not come: {list(downloads.iterdir())}")


def test_a_command_is_copied_without_its_prompt(browser, pages):
    opened(browser, pages["one failed start"])
    browser.execute_script(CATCH)
    browser.find_element(By.CSS_SELECTOR, ".command button").click()
    assert browser.execute_script("return window.copied") == ["crm_resource --cleanup --resource r_ip --node node02"]


@pytest.mark.parametrize("name", ["one failed start", "demo heartbeat"])
def test_the_whole_copied_as_markdown_is_report_md(browser, pages, name):
    opened(browser, pages[name])
    browser.execute_script(CATCH)
    browser.find_element(By.CSS_SELECTOR, "button.main").click()
    assert browser.execute_script("return window.copied") == [beside(pages[name], "report.md")]


def test_a_finding_copied_as_markdown_is_its_part_of_report_md(browser, pages):
    opened(browser, pages["demo heartbeat"])
    browser.execute_script(CATCH)
    buttons = seen(browser, ".opens [data-copy]")
    for button in buttons:
        button.click()
    whole = beside(pages["demo heartbeat"], "report.md")
    copied = browser.execute_script("return window.copied")
    assert len(set(copied)) == len(buttons) > 3
    assert all(part.startswith("## ") and part.strip() in whole for part in copied)


def test_a_button_says_that_it_copied_and_then_its_name_again(browser, pages):
    opened(browser, pages["one failed start"])
    browser.execute_script(CATCH)
    [button, *_] = seen(browser, ".command button")
    button.click()
    assert button.text == "Copied"


@pytest.mark.parametrize("name", ["one failed start", "hostile", "5,000 events", "demo nic", "demo heartbeat"])
def test_the_json_that_the_page_gives_is_report_json(browser, pages, downloads, name):
    opened(browser, pages[name])
    given = json.loads(downloaded(browser, downloads, "json", "report.json"))
    assert given == json.loads(beside(pages[name], "report.json"))
    jsonschema.Draft202012Validator(SCHEMA).validate(given)
    assert [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]] == []


def test_the_csv_that_the_page_gives_has_every_event_and_no_formula(browser, pages, downloads):
    opened(browser, pages["hostile"])
    rows = list(csv.reader(io.StringIO(downloaded(browser, downloads, "csv", "events.csv"))))
    assert rows[0] == ["time", "node", "kind", "severity", "resource", "operation", "text", "file", "line"]
    assert {len(row) for row in rows} == {9}
    assert len(rows) == 1 + len(json.loads(beside(pages["hostile"], "report.json"))["timeline"])
    assert any(cell.startswith("'=cmd|") for row in rows for cell in row)
    assert not [cell for row in rows for cell in row if re.match(r"\s*[=+\-@]", cell)]


def test_printed_there_are_no_controls_and_the_headers_stay(browser, pages):
    opened(browser, pages["one failed start"])
    media(browser, kind="print")
    assert seen(browser, "nav, .filters, .command button, .opens button") == []
    assert [head.text for head in seen(browser, "#failures th")][:3] == ["Time", "Node", "Resource"]


def printed(browser, folder, paper):
    """Print the open page, and return the file."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    media(browser, kind="print")
    width, height = PAPER[paper]
    told = {"paperWidth": width, "paperHeight": height, "preferCSSPageSize": False, "printBackground": True}
    path = folder / "page.pdf"
    path.write_bytes(base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", told)["data"]))
    return path


def text_of(path, *options):
    return subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, text=True, check=True).stdout


def test_a_table_has_its_head_on_every_page_of_paper(browser, pages, tmp_path):
    opened(browser, pages["5,000 events"])
    browser.find_element(By.ID, "all-events").click()
    leaves = text_of(printed(browser, tmp_path, "A4"), "-layout").split("\f")
    with_rows = [leaf for leaf in leaves if "is now member" in leaf]
    assert len(with_rows) > 1
    assert [leaf for leaf in with_rows if not re.search(r"Time +Node +Event +Line", leaf)] == []


@pytest.mark.parametrize("paper", PAPER)
@pytest.mark.parametrize("name", ["one failed start", "large cluster", "demo heartbeat"])
def test_paper_holds_the_verdict_the_story_and_every_proof_and_nothing_is_cut_off(
    browser, pages, tmp_path, name, paper
):
    opened(browser, pages[name])
    told = text_of(printed(browser, tmp_path, paper), "-bbox")
    pages_ = re.findall(r'<page width="([\d.]+)"', told)
    edges = [float(edge) for edge in re.findall(r'xMax="([\d.]+)"', told)]
    assert max(edges) < float(pages_[0]) - 20
    text = " ".join(re.findall(r">([^<>]+)</word>", told))
    report = json.loads(beside(pages[name], "report.json"))
    for finding in report["findings"]:
        for line in finding["evidence"]:
            assert f"{line['file']}:{line['line']}".replace(" ", "") in text.replace(" ", "")
    assert "What happened" in text or not report["story"]
