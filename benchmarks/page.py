"""How the page of a hundred thousand events behaves: made, sent, opened, filtered; in a real Chromium.

    make bench, or: python benchmarks/page.py [EVENTS]

Each figure stands beside its bar; the status is 1 if one is missed.  What is measured in the browser is measured by
the page's own clock: from the navigation to the moment that the controls answer, and from a key press to the new layout.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from selenium import webdriver

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ha_report.incident import Incident  # noqa: E402 -- a script of the checkout, which the line above makes importable
from ha_report.model import Event  # noqa: E402 -- as above
from reports import html, page  # noqa: E402 -- as above
from tests.browser.driver import started  # noqa: E402 -- as above
from tests.reports.incidents import START, crowded, event, incident  # noqa: E402 -- as above
from tests.reports.months import months  # noqa: E402 -- as above

MEGABYTE = 1_000_000
ROUNDS = 3  # the best of them counts: a busy machine says nothing of the program
KINDS = ("operation-result", "node-state", "agent-output", "fail-count", "action-planned", "controller-state", "quorum")
FILTERS = (
    ("word", "text", "p_fs_17"),
    ("two words", "text", "node03 timed"),
    ("file and line", "text", "pacemaker.log:99"),
    ("letter", "text", "e"),
    ("node", "node", "node05"),
    ("resource", "resource", "p_fs_42"),
    ("kind", "kind", "fail-count"),
    ("severity", "severity", "error"),
)
FILTER = """
const [name, value] = arguments;
const controls = document.querySelector('.filters[data-for=events-table]');
const clear = controls.querySelector('[data-clear]');
if (!clear.hidden) clear.click();
const control = controls.querySelector(`[data-filter=${name}]`);
const begin = performance.now();
control.value = value;
control.dispatchEvent(new Event('input', { bubbles: true }));
document.body.offsetHeight;
return [performance.now() - begin, controls.querySelector('output').textContent];
"""
ZOOM = """
const begin = performance.now();
const key = new KeyboardEvent('keydown', { key: '+', bubbles: true });
document.querySelector('[data-plot]').dispatchEvent(key);
requestAnimationFrame(() => requestAnimationFrame(() => arguments[0](performance.now() - begin)));
"""
SORT = """
const begin = performance.now();
document.querySelector(`.events th[data-by=${arguments[0]}] button`).click();
document.body.offsetHeight;
return performance.now() - begin;
"""


def varied(number: int) -> Incident:
    """Return an incident of `number` events, nearly no two of which read the same."""
    return incident([told(count) for count in range(number)], failed_operations=crowded(2).failed_operations)


def told(count: int) -> Event:
    """Return one event of many."""
    node, resource = f"node{count % 16:02}", f"p_fs_{count % 200:02}"
    if count % 97 == 0:
        words = {
            "resource": resource,
            "node": node,
            "writer": node,
            "level": "error",
            "text": f"{START.text} timed out {count}",
        }
        return START._replace(
            time_us=START.time_us + 250_000 * count, file=f"{node}/pacemaker.log", line=count, **words
        )
    text = f"Result of monitor operation for {resource} on {node}: ok | CIB update {count}, call={count} key={resource}_monitor_10000 rc=0"
    kind, level = KINDS[count % len(KINDS)], "warning" if count % 31 == 0 else "notice"
    return event(
        count / 4, text, kind=kind, level=level, node=node, resource=resource, file=f"{node}/pacemaker.log", line=count
    )


def memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def make(number: int, folder: Path) -> tuple[Path, float, float]:
    """Return the page, and the seconds and the MB that it took beyond what the events take."""
    source = varied(number)
    before, took, text = memory(), float("inf"), ""
    for _ in range(ROUNDS):
        begin = time.process_time()  # it waits for nothing, so that the processor's time is its own
        text = html.render(page.build(source, [], version="benchmark"))
        took = min(took, time.process_time() - begin)
    path = folder / "index.html"
    path.write_text(text, encoding="utf-8")
    return path, took, memory() - before


def ready(driver: webdriver.Chrome, address: str) -> float:
    """Return the seconds from the navigation to controls that answer."""
    driver.get(address)
    while True:
        marks = driver.execute_script(
            "return performance.getEntriesByName('ha-report:events').map((it) => it.startTime)"
        )
        if marks:
            return float(marks[0]) / 1000
        time.sleep(0.02)


def line(what: str, value: float, bar: float, unit: str, note: str = "") -> bool:
    """Print a figure beside its bar, and return whether it holds."""
    sys.stdout.write(f"{what:28} {value:8.2f} {unit:3} (bar {bar:g}) {note}{'' if value < bar else '  MISSED'}\n")
    return value < bar


def measured(number: int, folder: Path) -> list[bool]:
    """Print all figures of a page of `number` events, and return which bars hold."""
    path, took, grown = make(number, folder)
    held = [
        line("rendering", took, 3, "s"),
        line("memory for it", grown, 500, "MB"),
        line("size of the page", path.stat().st_size / MEGABYTE, 15, "MB"),
    ]
    driver = started(f"{folder}/profile")
    try:
        held.append(line("interactive after", min(ready(driver, path.as_uri()) for _ in range(ROUNDS)), 2, "s"))
        time.sleep(1)  # nobody reads faster
        for what, name, value in FILTERS:
            ms, count = driver.execute_script(FILTER, name, value)
            held.append(line(f"filter by {what}", ms, 200, "ms", count))
        for by in ("kind", "node", "text", "file"):
            line(f"sort by {by}", driver.execute_script(SORT, by), 1000, "ms")
    finally:
        driver.quit()
    return held


def large(folder: Path) -> list[bool]:
    """Print how a cluster of 32 nodes and 200 resources over three months is pictured, and return which bars hold."""
    path = folder / "large.html"
    path.write_text(html.render(page.build(months(32, 200, days=90), [], version="benchmark")), encoding="utf-8")
    driver = started(f"{folder}/large")
    try:
        held = [line("large cluster: ready after", min(ready(driver, path.as_uri()) for _ in range(ROUNDS)), 2, "s")]
        zooms = [driver.execute_async_script(ZOOM) for _ in range(ROUNDS)]
        count = driver.execute_script("return document.querySelectorAll('#picture *').length")
        return [*held, line("large cluster: a zoom", min(zooms), 400, "ms", f"{count:,} elements")]
    finally:
        driver.quit()


def ordinary(folder: Path) -> bool:
    """Print the size of the page of a sample incident, and return whether its bar holds."""
    command = [sys.executable, "-m", "ha_report", "demo", "--quiet", str(folder / "demo")]
    subprocess.run(command, check=True, cwd=ROOT)
    return line("page of the demo", (folder / "demo" / "index.html").stat().st_size / MEGABYTE, 1.5, "MB")


def main() -> None:
    """Measure, and tell by the status whether every bar holds."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        held = [ordinary(folder), *measured(number, folder), *large(folder)]
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
