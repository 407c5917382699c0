from datetime import timedelta

from reports.shape import StoryStep
from reports.story import parts
from tests.reports.incidents import BEGIN


def step(minute, severity="notice", text="r_ip started on node01"):
    return StoryStep(BEGIN + timedelta(minutes=minute), "node01", severity, "started", text, None)


def told(story, most):
    return [(part.folded, [one.sentence for one in part.steps]) for part in parts(story, most)]


def test_a_short_story_is_told_whole():
    story = [step(minute) for minute in range(3)]
    assert told(story, 3) == [(False, ["r_ip started on node01"] * 3)]


def test_no_steps_make_no_story():
    assert parts([], 3) == []


def test_of_a_long_story_what_went_wrong_stays_and_what_stood_near_it():
    story = [step(minute, text=f"step {minute}") for minute in range(0, 100, 10)]
    story[5:6] = [step(49, text="before"), step(50, "error", "it failed"), step(51, text="behind")]
    assert told(story, 3) == [
        (True, [f"step {minute}" for minute in range(0, 50, 10)]),
        (False, ["before", "it failed", "behind"]),
        (True, [f"step {minute}" for minute in range(60, 100, 10)]),
    ]


def test_what_fails_over_and_over_leaves_room_for_another_failure():
    story = [step(minute, "error", "it failed again") for minute in range(50)] + [step(99, "error", "another failed")]
    shown = [text for folded, texts in told(story, 4) if not folded for text in texts]
    assert shown == ["it failed again"] * 3 + ["another failed"]


def test_every_step_is_in_one_part():
    story = [step(minute, "error" if minute % 7 == 0 else "notice", f"step {minute}") for minute in range(60)]
    assert [one for part in parts(story, 10) for one in part.steps] == story
