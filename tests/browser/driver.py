"""Debian's Chromium without a window, as tests, benchmarks and screenshots start it."""

import shutil

from selenium import webdriver

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def installed():
    """Return whether the browser and its driver are there."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


def started(profile, *flags, **capabilities):
    """Return a browser with a profile of its own; `quit` ends it."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    for name, value in capabilities.items():
        options.set_capability(name, value)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
