"""Every kind of incident as a report, for what must hold of any."""

import pytest

from reports.html import render
from reports.page import build
from tests.reports import incidents
from tests.reports.elements import Page
from tests.reports.incidents import NO_ROUTE, VERSION

SAMPLES = {
    "nothing known": lambda: (incidents.incident(), []),
    "nothing failed": lambda: (incidents.quiet(), []),
    "one failed start": lambda: (incidents.nic_none(), [NO_ROUTE]),
    "one failed start, no rule": lambda: (incidents.nic_none(), []),
    "334 repeats": lambda: (incidents.repeating(), []),
    "hostile": lambda: (incidents.hostile(), [incidents.hostile_finding(), incidents.hostile_finding()]),
    "5,000 events": lambda: (incidents.crowded(), []),
    "large cluster": incidents.large_cluster,
    "long story": lambda: (incidents.long_story(), []),
}


@pytest.fixture(scope="session", params=SAMPLES)
def sample(request):
    """Each incident with its findings, in turn."""
    return SAMPLES[request.param]()


@pytest.fixture(scope="session")
def report(sample):
    """Each incident as a report, in turn."""
    return build(*sample, version=VERSION)


@pytest.fixture(scope="session")
def html(report):
    """The page of each incident, in turn."""
    return render(report)


@pytest.fixture(scope="session")
def made(html):
    """The elements of each page, in turn."""
    return Page(html)
