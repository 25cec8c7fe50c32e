"""Is each difference of two roads told once, in the words of the field, and nothing else?"""

from __future__ import annotations

from typing import Any

import pytest
from tests.small_mechanisms import CALENDAR, road, round_in, way

from mem.workflow.definition import Calendar, Workflow
from mem.workflow.difference import Change, changes, contents, each, printed, road_changes, stage_changes

WAYS = [
    way("go", "here", "there", guards=[round_in("a", "b")]),
    way("back", "there", "here"),
    way("end", "there", "over"),
]
STAGES: dict[str, Any] = {
    "here": {"deadline": {"days": "day"}, "sees": {"clerk": ["report"]}, "edits": {"clerk": ["answers"]}}
}


def visit(ways: list[dict[str, Any]] = WAYS, **here: Any) -> Workflow:
    return road("visit", "country_evaluation", ways, ["over"], {"here": {**STAGES["here"], **here}})


def other(ways: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The same transitions with something else said of some, by trigger."""
    return [{**one, **ways.get(one["trigger"], {})} for one in WAYS]


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (visit(), []),
        (visit(title={"en": "Another"}), []),
        (visit(waits_for="judge"), [("waits for", "clerk", "judge")]),
        (visit(deadline={"days": "month"}), [("deadline", "1 day", "30 days")]),
        (visit(deadline={"days": "day", "lapse": "go"}), [("deadline", "1 day", "1 day, then go")]),
        (visit(deadline=None), [("deadline", "1 day", None)]),
        (visit(sees={"clerk": ["record"]}), [("clerk sees", "report", None), ("clerk sees", None, "record")]),
        (visit(sees={"judge": ["report"]}), [("clerk sees", "report", None), ("judge sees", None, "report")]),
        (visit(edits={}), [("clerk edits", "answers", None)]),
        (visit(public=True), [("is", None, "public")]),
        (visit([*WAYS, way("leap", "here", "over")]), [("trigger", None, "leap")]),
        (visit(other({"go": {"to": "over"}})), [("go leads to", "there", "over")]),
        (visit(other({"go": {"by": ["clerk", "judge"]}})), [("go is fired by", None, "judge")]),
        (visit(other({"go": {"second": ["judge"]}})), [("go is approved by", None, "judge")]),
        (visit(other({"go": {"needs": ["reason"]}})), [("go needs", None, "reason")]),
        (visit(other({"go": {"effects": ["publish_report"]}})), [("go brings", None, "publish_report")]),
        (
            visit(other({"go": {"guards": [round_in("a")]}})),
            [("go asks", "round_is_in (stages: a or b, workflow: round)", None),
             ("go asks", None, "round_is_in (stages: a, workflow: round)")],
        ),
    ],
)  # fmt: skip
def test_what_is_different_in_a_stage_is_told(new: Workflow, told: list[tuple[str, str | None, str | None]]) -> None:
    found = list(road_changes(visit(), new, (CALENDAR, CALENDAR)))
    assert found == [Change("visit.here", *one) for one in told]


def test_of_a_stage_that_is_new_or_gone_no_more_is_told_than_that() -> None:
    more = visit([*WAYS, way("step", "there", "aside"), way("return", "aside", "over")])
    days = (CALENDAR, CALENDAR)
    new = Change("visit", "stage", None, "aside"), Change("visit.there", "trigger", None, "step")
    assert list(road_changes(visit(), more, days)) == [*new]
    assert list(road_changes(more, visit(), days)) == [Change(one.where, one.what, one.after, None) for one in new]


def test_a_road_that_is_new_or_gone_is_told_with_its_stages() -> None:
    found = list(road_changes(None, visit(), (CALENDAR, CALENDAR)))
    assert found[0] == Change("roads", "road", None, "visit")
    assert [one.after for one in found if one.what == "stage"] == ["here", "there", "over"]


def test_the_days_of_the_calendar_move_a_deadline() -> None:
    later = Calendar.model_validate({"days": {"day": {"days": 2, "basis": "ours"}}})
    found = list(road_changes(visit(), visit(), (CALENDAR, later)))
    assert found == [Change("visit.here", "deadline", "1 day", "2 days")]


def test_what_would_stand_in_another_stage_is_told_what_is_different_there() -> None:
    found = list(stage_changes(visit(), visit(), ("here", "there"), (CALENDAR, CALENDAR)))
    assert {(one.where, one.what, one.before, one.after) for one in found} == {
        ("visit.here", "deadline", "1 day", None),
        ("visit.here", "clerk sees", "report", None),
        ("visit.here", "clerk edits", "answers", None),
        ("visit.here", "trigger", "go", None),
        ("visit.here", "trigger", None, "back"),
        ("visit.here", "trigger", None, "end"),
    }


def test_of_several_with_a_content_each_is_told_by_its_name() -> None:
    old = contents("form", "question", {"a": {"x": 1, "y": 2}, "b": 1, "c": 1})
    new = contents("form", "question", {"a": {"y": 2, "x": 1}, "b": 2, "d": 1})
    found = [*changes(old, new)]
    assert found == [Change("form", "question", "b", "b"), Change("form", "question", "c", None),
                     Change("form", "question", None, "d")]  # fmt: skip
    assert list(printed(found)) == ["form, question: 1 new: d; 1 gone: c; 1 changed: b"]


def test_changes_are_printed_a_line_for_each_thing() -> None:
    found = [
        *changes({("s", "deadline", ""): "1 day"}, {("s", "deadline", ""): "2 days"}),
        *changes(each("s", "clerk sees", "ab"), each("s", "clerk sees", "bcd")),
        Change("s", "is", None, "final"),
    ]
    assert list(printed(found)) == [
        "s, deadline: 1 day → 2 days", "s, clerk sees: 2 new: c, d; 1 gone: a", "s, is: 1 new: final",
    ]  # fmt: skip
