"""Takes the pictures of the page that README and docs show, of the sample incident, in Debian's Chromium.

Run it by `make screenshots`.  What is on them is what the program makes of `ha-report demo`.
"""
# ruff: noqa: INP001 - a script beside what it writes, no package

import base64
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from selenium import webdriver

# A script finds what stands beside it, and not the packages.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ha_report import __version__, demo
from ha_report.diagnosis import findings_of
from ha_report.reading import read_incident
from reports.files import write
from tests.browser.driver import started

ROOT = Path(__file__).resolve().parent.parent
PLAIN = ("--hide-scrollbars", "--font-render-hinting=none")
DRAWN_S = 0.5  # until the picture of the time has been drawn by its script


class Shot(NamedTuple):
    """One picture."""

    name: str
    width: int
    height: int
    scheme: str = "light"
    language: str = "en"


SHOTS = (
    Shot("page", 1366, 1200),
    Shot("page-dark", 1366, 1200, scheme="dark"),
    Shot("page-narrow", 390, 1200),
    Shot("page-ja", 1366, 1200, language="ja"),
)


def page_in(language: str, folder: Path) -> str:
    """Return the address of the page of the sample incident in a language."""
    with read_incident((str(demo.path("nic")),), None, lambda *_: None) as (incident, _):
        incident.sources = ["ha-report-demo"]
        told = incident, findings_of(incident)
        return write(*told, folder / language, version=__version__, force=False, language=language).as_uri()


def take(browser: webdriver.Chrome, address: str, shot: Shot) -> None:
    """Take one picture."""
    size = {"width": shot.width, "height": shot.height, "deviceScaleFactor": 1, "mobile": shot.width < 500}  # noqa: PLR2004 - a phone
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": shot.scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(address)
    time.sleep(DRAWN_S)
    made = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    (ROOT / "docs" / f"{shot.name}.png").write_bytes(base64.b64decode(made["data"]))


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        browser = started(f"{folder}/profile", *PLAIN)
        try:
            pages = {language: page_in(language, Path(folder)) for language in {shot.language for shot in SHOTS}}
            for shot in SHOTS:
                take(browser, pages[shot.language], shot)
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
