"""What is installed is what was built: four packages with their templates and samples, and a command that works."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ha_report import __version__

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"ha_report", "collectors", "parsers", "reports"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT]
    done = subprocess.run(build, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's contents, far from the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files_below(folder):
    found = (
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return {str(path) for path in found}


def test_the_wheel_holds_the_four_packages_and_nothing_else(installed):
    assert {entry.name for entry in installed.iterdir()} == PACKAGES | {f"ha_report-{__version__}.dist-info"}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_every_file_of_a_package_is_in_the_wheel(installed, package):
    assert files_below(installed / package) == files_below(ROOT / package)


def test_templates_and_samples_are_among_them(installed):
    """The comparison above would hold between two empty folders, too."""
    assert any((installed / "reports/templates").glob("*.html*"))
    assert (installed / "ha_report/demo/nic/node02/pacemaker.log").stat().st_size > 10_000
    assert (installed / "ha_report/demo/heartbeat/node01/ha-log").stat().st_size > 10_000


def test_the_licence_and_the_command_come_along(installed):
    [about] = installed.glob("*.dist-info")
    assert "GNU GENERAL PUBLIC LICENSE" in (about / "licenses/LICENSE").read_text()
    assert "ha-report = ha_report.cli:main" in (about / "entry_points.txt").read_text()


def test_the_installed_program_reports_on_its_sample(installed, tmp_path):
    """Far from the checkout, nothing but what the wheel brought can be found."""
    command = [sys.executable, "-P" if sys.version_info >= (3, 11) else "-B", "-m", "ha_report", "demo"]
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    where = "import ha_report, parsers; print(ha_report.__file__, parsers.__file__)"
    told = subprocess.run(
        [sys.executable, "-c", where], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert all(path.startswith(str(installed)) for path in told.stdout.split())
    assert (tmp_path / "ha-report-demo/index.html").stat().st_size > 10_000
