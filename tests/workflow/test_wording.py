"""Is one thing of a definition said in one line?"""

from __future__ import annotations

from typing import Any

import pytest
from tests.small_mechanisms import CALENDAR, roads, round_in, visits_in, way

from mem.workflow.definition import Stage, Use
from mem.workflow.wording import in_language, lapses, of_time, of_use


@pytest.mark.parametrize(("language", "said"), [("es", "Hola"), ("en", "Hello"), ("fr", "Hello")])
def test_a_text_is_told_in_the_language_asked_for_or_in_its_first(language: str, said: str) -> None:
    assert in_language({"en": "Hello", "es": "Hola"}, language) == said


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ({"all_is_well": {}}, "all_is_well"),
        ({"some_are_there": {"at_least": 2}}, "some_are_there (at_least: 2)"),
        (round_in("a", "b"), "round_is_in (stages: a or b, workflow: round)"),
        (visits_in("a"), "every_evaluation_is_in (stages: a, workflow: visit)"),
    ],
)
def test_a_guard_is_told_with_its_parameters(use: dict[str, Any], said: str) -> None:
    ((name, params),) = use.items()
    assert of_use(Use(name=name, params=params)) == said


@pytest.mark.parametrize(("days", "said"), [("month", "30 days"), ("day", "1 day"), (None, None)])
def test_the_time_of_a_stage_is_told_in_days(days: str | None, said: str | None) -> None:
    stage = {"title": {"en": "Here"}, **({} if days is None else {"deadline": {"days": days}})}
    assert of_time(Stage.model_validate(stage), CALENDAR) == said


def test_what_lapses_is_what_the_stage_says() -> None:
    ways = [way("late", "here there", "over", by=[]), way("go", "here", "there")]
    times = {"here": {"deadline": {"days": "day", "lapse": "late"}}, "there": {"deadline": {"days": "day"}}}
    found = roads(ways, ways, round=times)["round"]
    told = {(trigger, stage) for trigger in ("late", "go") for stage in found.stages if lapses(found, trigger, stage)}
    assert told == {("late", "here")}
