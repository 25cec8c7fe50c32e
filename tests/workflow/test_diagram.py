"""Does a diagram say what its definition says, and is the one in the documents that of today?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.methods_of import MEM, real_method
from tests.small_mechanisms import CALENDAR, MECHANISM, ROLES, fire, roads, round_in, way

from mem.workflow.definition import Workflow
from mem.workflow.diagram import Drawn

DIAGRAMS = Path(__file__).resolve().parents[2] / "docs" / "diagrams"
ROUND = [way("open", "begun", "running", effects=[fire("go")]), way("close", "running", "over", second=["judge"])]
VISIT = [
    way("go", "home", "there", by=[], guards=[round_in("running")]),
    way("leave", "home there", "over", by=["clerk", "judge"], needs=["reason"]),
    way("late", "there", "over", by=[]),
]
STAGES: Mapping[str, Any] = {
    "there": {"title": {"en": 'There; "far" #1', "es": "Allá"}, "deadline": {"days": "month", "lapse": "late"}}
}


def drawn(workflows: Mapping[str, Workflow], language: str = "en") -> str:
    return Drawn(MECHANISM, workflows, ROLES, CALENDAR, language).page()


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return drawn(roads(ROUND, VISIT, visit=STAGES)).splitlines()


def test_there_is_a_diagram_of_each_road_the_round_first(lines: list[str]) -> None:
    assert lines[0] == "# Small mechanism, version 2"
    assert [line for line in lines if line.startswith("## ")] == ["## round", "## visit", "## recommendation"]
    assert (lines.count("```mermaid"), lines.count("stateDiagram-v2"), lines.count("```")) == (3, 3, 3)


@pytest.mark.parametrize(
    ("says", "line"),
    [
        ("a stage, by its title, with whom it waits for", 'state "**Title**<br/>waits for Clerk" as s_running'),
        ("where a road begins", "[*] --> s_home"),
        ("where it ends", "s_over --> [*]"),
        ("who fires", "s_home --> s_over: leave<br/>Clerk or Judge"),
        ("each stage that a transition leaves", "s_there --> s_over: leave<br/>Clerk or Judge"),
        ("what takes two persons", "s_running --> s_over: close<br/>Clerk<br/>TWO PERSONS, the second: Judge"),
        ("what lapses", "s_there --> s_over: late<br/>LAPSE, when the time has passed"),
        ("what another road fires", "s_home --> s_there: go<br/>or with open of the round"),
        (
            "a title with signs of Mermaid's own, and how long a stage lasts",
            'state "**There#59; #34;far#34; #35;1**<br/>waits for Clerk<br/>within 30 days" as s_there',
        ),
    ],
)
def test_it_is_drawn(says: str, line: str, lines: list[str]) -> None:
    assert f"    {line}" in lines


def test_what_is_asked_for_is_listed_below_and_nothing_where_nothing_is(lines: list[str]) -> None:
    listed = [line for line in lines if line.startswith("- ")]
    assert listed == ["- **go**: `round_is_in (stages: running, workflow: round)`", "- **leave**: the reason"]
    assert lines.count("Conditions:") == 1


def test_titles_are_in_the_language_asked_for_where_there_is_one() -> None:
    told = drawn(roads(ROUND, VISIT, visit=STAGES), "es")
    assert "# Mecanismo pequeño" in told
    assert '"**Allá**<br/>waits for Secretario<br/>' in told
    assert '"**Title**' in told


def test_the_diagrams_in_the_documents_are_those_of_the_method() -> None:
    method = real_method()
    page = Drawn(method.mechanism, method.workflows, method.roles, method.calendar, "en").page()
    stale = (DIAGRAMS / f"{MEM.name}.md").read_text(encoding="utf-8") != page
    assert not stale, "say `mem workflow diagram workflows/mem > docs/diagrams/mem.md`"
