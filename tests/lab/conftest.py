"""Clusters of the lab, brought up once for all tests that gather from them."""

import pytest

from tests.lab import live


@pytest.fixture(scope="session")
def two():
    lab = live.up("two", 2)
    yield lab
    lab("down")


@pytest.fixture(scope="session")
def three():
    lab = live.up("three", 3)
    yield lab
    lab("down")


@pytest.fixture
def pair(two):
    two("wait", 40)
    return two
