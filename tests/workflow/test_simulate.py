"""Does a walk find what is wrong with a definition, and nothing wrong with one that holds?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.methods_of import real_method
from tests.small_mechanisms import MECHANISM, fire, road, roads, round_in, visits_in, way

from mem.process.methods import VOCABULARY
from mem.workflow.definition import Workflow
from mem.workflow.simulate import Finding, Simulation, Wait, printed, simulate

Ways = list[dict[str, Any]]
ROUND = [way("open", "begun", "running"), way("close", "running", "over", guards=[visits_in("over")])]
VISIT = [way("go", "home", "there", guards=[round_in("running")]), way("return", "there", "over")]


def found(workflows: Mapping[str, Workflow], states: int = 3) -> Simulation:
    return simulate(MECHANISM, workflows, VOCABULARY, states)


@dataclass(frozen=True)
class Row:
    """A mechanism that is wrong in one way, and what is found: code, workflow and stage."""

    says: str
    findings: list[tuple[str, str, str]]
    round: Ways = field(default_factory=lambda: ROUND)
    visit: Ways = field(default_factory=lambda: VISIT)
    stages: dict[str, Any] = field(default_factory=dict)


ROWS = [
    Row("all holds", []),
    Row(
        "a stage to which a guard lets nothing come",
        [("never_fired", "visit", "there"), ("unreached", "visit", "aside")],
        visit=[*VISIT, way("step", "there", "aside", guards=[round_in("begun")]), way("back", "aside", "over")],
    ),
    Row(
        "a loop that never comes to an end",
        [("dead_end", "visit", "circle"), ("dead_end", "visit", "round_about")],
        visit=[*VISIT, way("turn", "there", "circle"), way("on", "circle", "round_about"),
               way("on_again", "round_about", "circle")],
    ),
    Row(
        "round and evaluations wait for each other",
        [("unreached", "round", "over"), ("never_fired", "round", "running"), ("unreached", "visit", "over"),
         ("never_fired", "visit", "there"), ("deadlock", "round", "running")],
        visit=[way("go", "home", "there"), way("return", "there", "over", guards=[round_in("over")])],
    ),
    Row(
        "the round goes on without the evaluations, which needed it where it was",
        [("deadlock", "round", "over")],
        round=[way("open", "begun", "running"), way("close", "running", "over")],
    ),
    Row(
        "what only another road fires is fired by none",
        [("unreached", "round", "over"), ("never_fired", "round", "running"), ("unreached", "visit", "there"),
         ("unreached", "visit", "over"), ("never_fired", "visit", "home"), ("deadlock", "round", "running")],
        visit=[way("go", "home", "there", by=[]), way("return", "there", "over")],
    ),
    Row(
        "what another road fires where it cannot be fired keeps that road back",
        [("unreached", "round", "running"), ("unreached", "round", "over"), ("never_fired", "round", "begun"),
         ("unreached", "visit", "there"), ("unreached", "visit", "over"), ("never_fired", "visit", "home"),
         ("deadlock", "round", "begun")],
        round=[way("open", "begun", "running", effects=[fire("go")]), way("close", "running", "over")],
        visit=[way("go", "home", "there", by=[], guards=[round_in("over")]), way("return", "there", "over")],
    ),
    Row(
        "a road on which all turns for ever, since a guard bars the way out",
        [("never_fired", "visit", "home"), ("unreached", "visit", "over"), ("never_fired", "visit", "there"),
         ("no_end", "round", "begun")],
        round=[way("open", "begun", "over")],
        visit=[way("go", "home", "there"), way("back", "there", "home"),
               way("leave", "home", "over", guards=[round_in("moon")]), way("return", "there", "over", by=[])],
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
@pytest.mark.parametrize("states", [1, 2, 5])
def test_what_is_wrong_is_found_and_nothing_else(row: Row, states: int) -> None:
    told = found(roads(row.round, row.visit, **row.stages), states).findings
    assert sorted((one.code, one.workflow, one.stage) for one in told) == sorted(row.findings)


@pytest.mark.parametrize("states", [1, 3])
def test_the_real_method_is_free_of_findings(states: int) -> None:
    method = real_method()
    assert simulate(method.mechanism, method.workflows, VOCABULARY, states).findings == ()


def test_what_a_lapse_or_another_road_fires_is_fired() -> None:
    start = [way("open", "begun", "running", effects=[fire("go")]), ROUND[1]]
    visit = [way("go", "home", "there", by=[]), way("late", "there", "over", by=[])]
    late = {"there": {"deadline": {"days": "month", "lapse": "late"}}}
    assert found(roads(start, visit, visit=late)).findings == ()


def test_one_of_two_evaluations_alone_keeps_the_round_back() -> None:
    """With one state all are where it is; with two they can be at two stages, which never end together."""
    apart = visits_in("east"), visits_in("west")
    ways = [way("close", "begun", "over", guards=[apart[0]]), way("end", "begun", "over", guards=[apart[1]])]
    done = way("done", "east west", "over", guards=[round_in("over")])
    visit = [way("left", "home", "east"), way("right", "home", "west"), done]
    assert found(roads(ways, visit), 1).findings == ()
    (deadlock,) = found(roads(ways, visit), 2).findings
    assert (deadlock.code, deadlock.path) == ("deadlock", ("visit: left from home", "visit: right from home"))


def test_a_deadlock_is_told_with_who_waits_and_the_shortest_way_to_it() -> None:
    visit = [way("go", "home", "there"), way("return", "there", "over", guards=[round_in("over")])]
    deadlock = found(roads(ROUND, visit), 1).findings[-1]
    message = (
        "nothing moves: round in 'running' 'close' waits: every_evaluation_is_in (stages: over, workflow: visit); "
        "visit in 'there' 'return' waits: round_is_in (stages: over, workflow: round)"
    )
    path = ("round: open from begun", "visit: go from home")
    assert deadlock == Finding("deadlock", "round", "running", message, path)


def test_a_recommendation_is_walked_where_an_effect_issues_some() -> None:
    issuing = [VISIT[0], way("return", "there", "over", effects=["issue_recommendations"])]
    assert "recommendation" not in {one.workflow for one in found(roads(ROUND, VISIT)).waits}
    told = found(roads(ROUND, issuing))
    assert ("recommendation", "issued") in {(one.workflow, one.stage) for one in told.waits}
    assert told.findings == ()
    late = [way("do", "issued", "over", guards=[{"round_is_in": {"workflow": "round", "stages": ["begun"]}}])]
    barred = {**roads(ROUND, issuing), "recommendation": road("recommendation", "recommendation", late, ["over"])}
    assert {one.code for one in found(barred).findings} == {"unreached", "never_fired", "deadlock"}


def test_who_waits_for_whom_is_told_stage_by_stage() -> None:
    waits = found(roads(ROUND, VISIT)).waits
    assert waits[1] == Wait(
        "round", "running", "clerk", {"close": ("clerk",)},
        {"close": ("every_evaluation_is_in (stages: over, workflow: visit)",)},
    )  # fmt: skip
    assert [(one.workflow, one.stage) for one in waits] == [
        ("round", "begun"), ("round", "running"), ("visit", "home"), ("visit", "there")
    ]  # fmt: skip


def test_a_simulation_is_printed_with_its_findings_and_the_way_to_each() -> None:
    visit = [way("go", "home", "there"), way("return", "there", "over", guards=[round_in("over")])]
    lines = [*printed(found(roads(ROUND, visit), 1))]
    assert lines[:3] == [
        "round, begun: waits for clerk", "  open: clerk", "round, running: waits for clerk",
    ]  # fmt: skip
    assert lines[-3:-1] == ["  1. round: open from begun", "  2. visit: go from home"]
    assert lines[-1] == "4 pictures of 1 states, 5 findings"
