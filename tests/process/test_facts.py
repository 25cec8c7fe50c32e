"""Is what guards judge by what the record says, and is a fact that nobody asked for out of reach?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from tests import looking
from tests.looking import NOW, statements
from tests.worlds import ASSIGNED, COMMENTED, LEFT_OUT, STATES, World, world

from mem.answers.service import NewAnswer, give
from mem.process.facts import (
    EvaluationFacts,
    Facts,
    Held,
    Payload,
    RecommendationFacts,
    RoundFacts,
    Seat,
    evaluation_facts,
    recommendation_facts,
    round_facts,
)
from mem.process.guards import EVALUATION, GUARDS, RECOMMENDATION, ROUND, Guard
from mem.recommendations.service import issued, recommendation
from mem.rounds.service import occasions, record_occasion, set_unit
from mem.rounds.standing import round_standing

COMMON = {"method", "today", "payload"}
OF = {ROUND: RoundFacts, EVALUATION: EvaluationFacts, RECOMMENDATION: RecommendationFacts}
OWN = {subject: {one.name for one in fields(kind)} - COMMON for subject, kind in OF.items()}


here = looking.at()


def named(here: World) -> Payload:
    """The round's occasion, once there is one."""
    held = occasions(here.work, here.round)
    return Payload(occasion=held[0].id if held else None)


def of_round(here: World, *asked: str) -> RoundFacts:
    return round_facts(here.work, round_standing(here.work, here.round), named(here), asked)


def of_evaluation(here: World, *asked: str) -> EvaluationFacts:
    return evaluation_facts(here.work, here.standing(), named(here), asked)


def of_recommendation(here: World, *asked: str) -> RecommendationFacts:
    (one,) = issued(here.work, here.id)
    return recommendation_facts(here.work, recommendation(here.work, one.id, None), named(here), asked)


GATHER: dict[str, Callable[..., Facts]] = {
    ROUND: of_round,
    EVALUATION: of_evaluation,
    RECOMMENDATION: of_recommendation,
}


def test_every_subject_has_the_method_the_day_its_occasions_and_what_came_with_the_trigger(here: World) -> None:
    by, payload = here.secretariat, Payload("Because.", here.id)
    made = record_occasion(here.work, by, here.round, "commission_session", "", NOW.date())
    world(here.work, here.method, "another").session()
    asked = ("occasions", "spent", "since")
    found = evaluation_facts(here.by(by, days=1), here.standing(), payload, asked)
    assert (found.method, found.today, found.payload) == (here.method, (NOW + timedelta(days=1)).date(), payload)
    assert found.occasions == {made: Held("commission_session", NOW.date())}
    assert (found.spent, found.since) == (frozenset(), NOW.date())


def test_a_subject_knows_since_when_it_stands_where_it_does_and_which_occasions_have_decided_on_it(here: World) -> None:
    here.to("before_commission")
    session, asked = here.session(), ("spent", "since")
    here.fire(here.commission, "send_back", days=3, reason="Not yet.", occasion=session)
    found = of_evaluation(here, *asked)
    assert (found.spent, found.since) == ({session}, (NOW + timedelta(days=3)).date())
    assert of_round(here, *asked).spent == frozenset()


def test_a_round_knows_its_evaluations_and_who_designated(here: World) -> None:
    found = of_round(here, "seats", "designated", "judged_units")
    assert found.seats == tuple(Seat(state, "country_evaluation", "enrolled") for state in STATES)
    assert (found.designated, found.judged_units) == (frozenset(), 25)
    here.issue()
    found = of_round(here, "seats", "designated")
    assert {seat.stage for seat in found.seats} == {"answering"}
    assert found.designated == set(STATES)


def test_what_a_round_judges_leaves_out_what_its_cycles_leave_out(here: World) -> None:
    work, by = here.work, here.secretariat
    set_unit(work, by, here.cycle, "IS-7", False, "No longer asked.")
    set_unit(work, by, here.cycle, "IS-7.1", False, "Nor this.")
    assert of_round(here, "judged_units").judged_units == 23
    set_unit(work, by, here.cycle, "IS", False, "Nothing is.")
    assert of_round(here, "judged_units").judged_units == 0


def test_an_evaluation_knows_where_its_round_stands(here: World) -> None:
    assert of_evaluation(here, "round").round == ("round", "preparation")
    assert of_evaluation(here.to("answering"), "round").round == ("round", "evaluation")


def test_an_evaluation_knows_what_was_answered(here: World) -> None:
    here.to("answering")
    said = [NewAnswer("is_1_1", False, None, 0), NewAnswer("is_1_2", None, "None.", 0)]
    give(here.by(here.entity), here.entity, here.id, said)
    found = of_evaluation(here, "answered").answered
    assert (found.values, found.not_applicable) == ({"is_1_1": False}, {"is_1_2"})
    assert found.form is here.standing().form
    assert {*LEFT_OUT, "SR-1.1"} <= set(found.left_out)
    assert "IS" not in found.left_out
    give(here.by(here.entity), here.entity, here.id, [NewAnswer("is_1_1", None, "Neither.", 1)])
    found = of_evaluation(here, "answered").answered
    assert (found.values, found.not_applicable) == ({}, {"is_1_1", "is_1_2"})


def test_an_evaluation_knows_its_voices_its_conclusions_and_its_open_comments(here: World) -> None:
    asked = ("voices", "rated", "concluded", "open_comments")

    def told() -> tuple[Any, ...]:
        found = of_evaluation(here, *asked)
        return found.voices, set(found.rated) == set(here.units), len(found.concluded), found.open_comments

    assert told() == ({}, True, 0, ())
    here.to("review")
    assert told() == (dict.fromkeys(ASSIGNED, False), True, 0, ())
    here.to("country_comment")
    assert told() == (dict.fromkeys(ASSIGNED, True), True, 25, ())
    here.to("revision")
    assert told() == (dict.fromkeys(ASSIGNED, True), True, 25, tuple(range(1, len(COMMENTED) + 1)))
    here.to("before_commission")
    assert told() == (dict.fromkeys(ASSIGNED, True), True, 25, ())


def test_an_evaluation_knows_whether_its_newest_report_was_decided_on(here: World) -> None:
    def decided() -> bool:
        return of_evaluation(here, "decided").decided

    here.to("before_commission")
    assert not decided()
    session = here.session()
    here.fire(here.commission, "send_back", days=1, reason="Not yet.", occasion=session)
    assert decided()
    here.fire(here.coordinator, "finalise", days=2)
    assert not decided()
    here.fire(here.commission, "approve", days=3, occasion=here.session(days=3))
    assert decided()


@pytest.mark.parametrize(("subject", "name"), sorted((subject, name) for subject in OWN for name in OWN[subject]))
def test_a_fact_that_nobody_asked_for_is_out_of_reach(here: World, subject: str, name: str) -> None:
    here.to("published" if subject == RECOMMENDATION else "enrolled")
    fact = getattr(GATHER[subject](here), name)
    touches: list[Callable[[], object]] = [
        lambda: bool(fact),
        lambda: list(fact),
        lambda: len(fact),
        lambda: "x" in fact,
        lambda: fact["x"],
        lambda: fact.values,
        lambda: fact == 0,
        lambda: fact != 0,
        lambda: fact < NOW.date(),
        lambda: NOW.date() < fact,
    ]
    for touch in touches:
        with pytest.raises(AssertionError, match="a fact that it does not ask for"):
            touch()
    with pytest.raises(TypeError):
        hash(fact)


def test_each_fact_is_one_statement_at_most_and_one_not_asked_for_is_none(here: World) -> None:
    here.to("before_commission")
    for subject in (ROUND, EVALUATION):
        with statements(here.work.db) as nothing:
            GATHER[subject](here)
        for name in OWN[subject]:
            with statements(here.work.db) as one:
                GATHER[subject](here, name)
            assert len(one) - len(nothing) <= {"answered": 3, "judged_units": 2}.get(name, 1), name


class Noting:
    """Facts that note which of them are read."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.read = facts, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.facts, name)


ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "states_are_enrolled": ("answering", {}),
    "some_unit_is_evaluated": ("answering", {}),
    "paper_replies_are_confirmed": ("answering", {}),
    "nothing_is_opened": ("review", {}),
    "every_participant_designated_an_expert": ("answering", {}),
    "every_evaluation_is_in": ("answering", {"workflow": "country_evaluation", "stages": ["published"]}),
    "round_is_in": ("answering", {"workflow": "round", "stages": ["closed"]}),
    "every_required_answer_given": ("answering", {}),
    "assessors_are_assigned": ("review", {"at_least": 2}),
    "every_assessment_is_handed_in": ("review", {}),
    "every_unit_is_concluded": ("consolidation", {}),
    "every_voice_has_spoken": ("consolidation", {}),
    "every_comment_is_answered": ("revision", {}),
    "occasion_was_held": ("published", {"kind": "commission_session"}),
    "report_was_approved": ("published", {}),
}
"""Each guard, a stage in which there is something to look at, and parameters."""


def read_by(here: World, subject: str, guard: Guard, params: dict[str, Any]) -> set[str]:
    """Which facts of its own a guard reads of a real subject, when it could read all."""
    noting = Noting(GATHER[subject](here, *OWN[subject]))
    list(guard.judge(noting, guard.params.model_validate(params)))
    return noting.read - COMMON


def test_every_guard_asks_for_exactly_what_it_reads(here: World) -> None:
    assert set(ROWS) == set(GUARDS)
    for stage in ("answering", "review", "consolidation", "revision", "published"):
        here.to(stage)
        if stage == "consolidation":
            here.conclude()
        for name, (where, params) in ROWS.items():
            guard = GUARDS[name]
            if where == stage:
                for subject in guard.subjects:
                    assert read_by(here, subject, guard, params) == guard.asks, name
        if stage == "consolidation":
            here.fire(here.coordinator, "send_draft")


def test_a_guard_that_reads_what_it_does_not_ask_for_is_stopped(here: World) -> None:
    here.to("before_commission").session()
    for name, (_, params) in ROWS.items():
        guard = GUARDS[name]
        for subject in guard.subjects - {RECOMMENDATION}:
            for left_out in guard.asks:
                facts = GATHER[subject](here, *(guard.asks - {left_out}))
                with pytest.raises(AssertionError, match="a fact that it does not ask for"):
                    list(guard.judge(facts, guard.params.model_validate(params)))


def test_what_is_asked_for_is_enough_for_the_guard(here: World) -> None:
    here.to("published")
    for name, (_, params) in ROWS.items():
        guard = GUARDS[name]
        for subject in guard.subjects:
            list(guard.judge(GATHER[subject](here, *guard.asks), guard.params.model_validate(params)))
