"""Incidents to picture, and what a reader does with a picture."""

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from tests.reports import incidents
from tests.reports.incidents import HOSTILE, NO_ROUTE, event, incident, result
from tests.reports.months import months


def hostile():
    """Return an incident whose nodes and resources have names that mean harm, with something to picture."""
    made = result(0, HOSTILE[0], "start", 0, 1, resource=HOSTILE[1])
    told = [
        made._replace(text=HOSTILE[2], file=HOSTILE[3]),
        made._replace(time_us=made.time_us + 9_000_000, operation="stop", text=HOSTILE[5], file=HOSTILE[6]),
    ]
    told += [event(20, "x", kind="controller-state")]
    whole = incidents.hostile()
    return incident(told, failed_operations=whole.failed_operations, nodes=whole.nodes)


MADE = {
    "one failed start": lambda: (incidents.nic_none(), [NO_ROUTE]),
    "a month": lambda: (months(nodes=2, resources=3, days=30), []),
    "32 nodes": lambda: (months(nodes=32, resources=200, days=3), []),
    "hostile": lambda: (hostile(), []),
    "nothing": lambda: (incidents.incident(), []),
}


def opened(browser, address):
    """Open a page; the picture is drawn once the browser has a frame for it."""
    browser.get(address)
    settled(browser)


def settled(browser):
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


def view(browser):
    """Return the time in view, in seconds since the picture begins."""
    settled(browser)
    return [int(part) / 1000 for part in found(browser, "#picture").get_attribute("data-view").split()]


def found(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def marks(browser, kind=""):
    """Return the marks that are seen."""
    script = "return [...document.querySelectorAll(arguments[0])].filter((it) => it.checkVisibility())"
    return browser.execute_script(script, f"#picture .mark{kind}")


def press(browser, *keys):
    found(browser, "[data-plot]").send_keys(*keys)


def drag(browser, share_from, share_to, held=None):
    """Drag in the lane of log lines from one part of its width to another."""
    strip = found(browser, ".density .track")
    width = strip.rect["width"]
    actions = ActionChains(browser)
    if held:
        actions.key_down(held)
    actions.move_to_element_with_offset(strip, round(width * (share_from - 0.5)), 0).click_and_hold()
    actions.move_by_offset(round(width * (share_to - share_from) / 2), 0)
    actions.move_by_offset(round(width * (share_to - share_from) / 2), 0).release()
    if held:
        actions.key_up(held)
    actions.perform()
