"""A real Chromium on pages that were really written; skipped where there is none."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from ha_report import demo
from ha_report.diagnosis import findings_of
from ha_report.reading import read_incident
from reports.files import write
from reports.language import LANGUAGES
from tests.browser import driver
from tests.browser.pictures import MADE
from tests.reports.conftest import SAMPLES
from tests.reports.incidents import VERSION


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """The page of each sample incident, those of the demo in every language: name -> address."""
    folder = tmp_path_factory.mktemp("pages")
    written = {}
    for name, make in SAMPLES.items():
        incident, findings = make()
        written[name] = write(
            incident, findings, folder / name.replace(" ", "-"), version=VERSION, force=False
        ).as_uri()
    for name in demo.SAMPLES:
        with read_incident((str(demo.path(name)),), None, lambda *_: None) as (incident, _):
            told = incident, findings_of(incident)
            for language in LANGUAGES:
                page = write(*told, folder / language / name, version=VERSION, force=False, language=language)
                written[f"demo {name}" if language == "en" else f"demo {name}, {language}"] = page.as_uri()
    return written


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """The page of each incident that is made to be pictured: name -> address."""
    folder = tmp_path_factory.mktemp("pictures")
    return {
        name: write(*make(), folder / name.replace(" ", "-"), version=VERSION, force=False).as_uri()
        for name, make in MADE.items()
    }


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """One browser for all tests."""
    if not driver.installed():
        pytest.skip("chromium and chromium-driver are not installed")
    logs = {"goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
    browser = driver.started(tmp_path_factory.mktemp("profile"), **logs)
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium):
    """The browser as it is at first: a wide light screen, scripts on, logs empty."""
    chromium.get("about:blank")
    screen(chromium, 1366, 768)
    media(chromium)
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    for log in ("browser", "performance"):
        chromium.get_log(log)
    return chromium


@pytest.fixture
def no_scripts(browser):
    """The browser with scripts off."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    return browser


def found(browser, selector):
    """Return the elements that a selector finds."""
    return browser.find_elements(By.CSS_SELECTOR, selector)


SEEN = """
const seen = [...document.querySelectorAll(arguments[0])]
  .filter((it) => it.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .filter((it) => it.getBoundingClientRect().width * it.getBoundingClientRect().height > 0);
"""  # asked of the page at once: each question to the browser costs as much as hundreds within it


def seen(browser, selector):
    """Return those that a reader sees."""
    return browser.execute_script(f"{SEEN} return seen", selector)


def texts(browser, selector):
    """Return what a reader reads in them."""
    return browser.execute_script(f"{SEEN} return seen.map((it) => it.innerText)", selector)


def lines(browser):
    """Return the displayed lines of the events; asked of the page at once, as there may be many."""
    script = (
        "return [...document.querySelectorAll('.events tbody tr')]"
        ".filter((row) => row.checkVisibility()).map((row) => row.className + ' ' + row.textContent)"
    )
    return browser.execute_script(script)


def opened(browser, address):
    """Open a page, and wait until its events can be filtered."""
    browser.get(address)
    ready = "return performance.getEntriesByName('ha-report:events').length > 0 || !document.querySelector('.events')"
    WebDriverWait(browser, 20, 0.02).until(lambda it: it.execute_script(ready))


def screen(browser, width, height):
    """Give the browser a screen of that size."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def resized(browser, width, height=900):
    """Give the open page a screen of that size, and wait until it is drawn so: cheaper than to open it anew."""
    screen(browser, width, height)
    # On a busy machine the page may still have the width of the screen before.
    WebDriverWait(browser, 10).until(lambda it: it.execute_script("return window.innerWidth") == width)
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


def media(browser, scheme="light", kind="screen"):
    """Let the page be seen in a colour scheme, or as printed."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": kind, "features": features})
