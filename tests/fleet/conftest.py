import runpy
import threading
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "ha_report/demo/nic"
BENCH = runpy.run_path(str(ROOT / "benchmarks/fleet.py"))
EXTRA = "pip install 'ha-report[fleet]'"


def pytest_collection_modifyitems(items):
    """Without the extra, what is tested here cannot run."""
    missing = [name for name in ("pyarrow", "duckdb", "distributed", "fsspec") if not is_there(name)]
    for item in items:
        if missing and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=f"the extra for fleets; {EXTRA} ({', '.join(missing)} not found)"))


def is_there(name):
    try:
        __import__(name)
    except ModuleNotFoundError:
        return False
    return True


@pytest.fixture
def write_bundle(tmp_path):
    """Return a function that writes a bundle of the sample incident, for a cluster of its own."""

    def write(name, cluster="shop", day=date(2026, 10, 5), nodes=("shop1", "shop2"), capture=DEMO):
        dest = tmp_path / name
        BENCH["bundle_of"](capture, dest, cluster, {"node01": nodes[0], "node02": nodes[1]}, day)
        return dest

    return write


@pytest.fixture
def web_server(tmp_path):
    """The address of a web server of this machine that has the files of tmp_path."""
    handler = partial(Silent, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_words):
        pass
