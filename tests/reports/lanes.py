"""Lanes of the picture, for the tests of what they hold and of how they are drawn."""

from datetime import timedelta

from reports.page import build
from reports.shape import Bar
from tests.reports.incidents import BEGIN, VERSION, event, result


def second(number):
    return BEGIN + timedelta(seconds=number)


def picture(made, *findings):
    return build(made, findings, version=VERSION).picture


def states(lane):
    return [((bar.begin - BEGIN).total_seconds(), bar.state, bar.dc) for bar in lane.bars]


def kinds(lane):
    return [mark.kind for mark in lane.marks]


def node(number, value, about, writer, **changes):
    told = {"kind": "node-state", "node": about, "writer": writer, "value": value}
    return event(number, f"Node {about} state is now {value}", **(told | changes))


def start(number, on, **changes):
    return result(number, on, "start", 0, int(number), **changes)


def stop(number, on, **changes):
    return result(number, on, "stop", 0, int(number), **changes)


def bar(begin, end, state="started"):
    return Bar(second(begin), second(end), state, "node01")
