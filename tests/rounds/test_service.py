"""Is a round opened whole or not at all, and does what comes into it fit its method and its day?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, recorded, refused, rows, stored, undone
from tests.worlds import LEFT_OUT, STATES, World

from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound
from mem.core.work import Work
from mem.ledger.service import chains
from mem.methods.method import Method
from mem.methods.models import Position
from mem.people.policy import Actor
from mem.rounds.models import CountryEvaluation, Cycle, CycleExclusion, Occasion, Round
from mem.rounds.service import (
    NewCycle,
    cycles,
    enrol,
    evaluations,
    occasions,
    open_round,
    record_occasion,
    rounds,
    set_unit,
)
from mem.rounds.standing import round_standing, settings

work = looking.shared_work
NOWHERE = UUID(int=0xDEAD)
MAIN = NewCycle("evaluation", "main", "Main")


here = looking.at()


def test_a_round_is_opened_with_its_method_its_place_its_chain_and_its_cycles(work: Work, method: Method) -> None:
    second = NewCycle("evaluation", "second", "Second", {"IS": "Later.", "SR-1": "Never."})
    round_id = open_round(work, method, "r7", "Seventh", False, [MAIN, second])
    assert [tuple(row) for row in rows(work, Round)] == [
        (round_id, "r7", "Seventh", method.digest, False, NOW.date(), NOW)
    ]
    assert [tuple(row) for row in rows(work, Position)] == [
        (round_id, "round", method.digest, "round", "preparation", 1, NOW)
    ]
    assert (round_id, "round") in {(chain, kind) for chain, kind, _, _ in chains(work)}
    first, last = cycles(work, round_id)
    assert [(row.code, row.title, row.kind) for row in (first, last)] == [
        ("main", "Main", "evaluation"), ("second", "Second", "evaluation"),
    ]  # fmt: skip
    assert settings(work, first.id) == {}
    assert settings(work, last.id) == {"IS": "Later.", "SR-1": "Never."}
    said = recorded(work, round_id)
    types = ["round_opened", "cycle_opened", "cycle_opened", "unit_excluded", "unit_excluded"]
    assert [one["type"] for one in said] == types
    assert said[0]["data"] == {
        "code": "r7", "title": "Seventh", "synthetic": False, "method": method.digest, "members_on": "2026-03-02",
    }  # fmt: skip


def test_a_cycle_leaves_out_what_its_kind_says_unless_the_round_says_otherwise(work: Work, method: Method) -> None:
    mechanism = method.parts["mechanism.yaml"]
    kind = {**mechanism["cycles"]["evaluation"], "excluded": [{"unit": "SR", "reason": "By the mechanism."}]}
    changed = Method.of({**method.parts, "mechanism.yaml": {**mechanism, "cycles": {"evaluation": kind}}})
    round_id = open_round(work, changed, "r7", "", True, [MAIN, NewCycle("evaluation", "other", "", {})])
    main, other = cycles(work, round_id)
    assert settings(work, main.id) == {"SR": "By the mechanism."}
    assert settings(work, other.id) == {}


@pytest.mark.parametrize(
    ("new", "reasons"),
    [
        ([NewCycle("visit", "main", "")], [("unknown_kind", "/cycles/0/kind")]),
        ([MAIN, MAIN], [("code_twice", "/cycles")]),
        (
            [MAIN, NewCycle("visit", "main", ""), NewCycle("tour", "b", "")],
            [("unknown_kind", "/cycles/1/kind"), ("unknown_kind", "/cycles/2/kind"), ("code_twice", "/cycles")],
        ),
    ],
)
def test_a_round_that_cannot_be_opened_is_refused_with_every_reason(
    work: Work, method: Method, new: Sequence[NewCycle], reasons: list[tuple[str, str]]
) -> None:
    with refused(work, Invalid, *reasons, code="round_not_opened"):
        open_round(work, method, "r7", "", True, new)


def test_a_round_that_leaves_out_an_unknown_unit_is_refused(work: Work, method: Method) -> None:
    with refused(work, Invalid, ("unknown_unit", "/unit")), undone(work):
        open_round(work, method, "r7", "", True, [NewCycle("evaluation", "main", "", {"XX-1": "Why not."})])


def test_a_code_is_one_rounds_own(work: Work, method: Method) -> None:
    open_round(work, method, "r7", "", True, [MAIN])
    with refused(work, Conflict, code="code_taken"):
        open_round(work, method, "r7", "Another", True, [MAIN])


def test_rounds_come_newest_first(work: Work, method: Method) -> None:
    for days, code in ((1, "old"), (3, "new"), (2, "middle")):
        open_round(replace(work, now=NOW + timedelta(days=days)), method, code, "", True, [MAIN])
    assert [one.code for one in rounds(work)] == ["new", "middle", "old"]


def test_states_are_enrolled_each_at_the_beginning_of_its_road(here: World) -> None:
    made = rows(here.work, CountryEvaluation)
    assert {(row.id, row.state, row.cycle_id, row.round_id) for row in made} == {
        (here.evaluations[state], state, here.cycle, here.round) for state in STATES
    }
    for state, one in here.evaluations.items():
        (place,) = rows(here.work, Position, id=one)
        assert (place.subject, place.workflow, place.stage, place.version) == (
            "country_evaluation", "country_evaluation", "enrolled", 1,
        )  # fmt: skip
        assert [(said["type"], said["data"]) for said in recorded(here.work, one)] == [
            ("state_enrolled", {"state": state, "cycle": str(here.cycle), "round": str(here.round)})
        ]


def test_a_state_that_cannot_be_enrolled_keeps_all_out(here: World) -> None:
    reasons = [("unknown_state", "/states/1"), ("not_a_member", "/states/2"), ("unknown_state", "/states/3")]
    with refused(here.work, Invalid, *reasons, code="not_enrolled"):
        enrol(here.work, here.secretariat, here.cycle, ["ARG", "XXX", "NIC", "brb"])


@pytest.mark.parametrize(("day", "member"), [(date(2023, 11, 18), True), (date(2023, 11, 19), False), (None, False)])
def test_who_was_a_member_on_the_day_of_the_round_can_be_enrolled(
    here: World, method: Method, day: date | None, member: bool
) -> None:
    work, by = here.work, here.secretariat
    round_id = open_round(work, method, "dated", "", True, [MAIN], day)
    (cycle,) = cycles(work, round_id)
    if member:
        assert len(enrol(work, by, cycle.id, ["NIC"])) == 1
    else:
        with refused(work, Invalid, "not_a_member"):
            enrol(work, by, cycle.id, ["NIC"])
    assert recorded(work, round_id)[0]["data"]["members_on"] == (day or NOW.date()).isoformat()


def test_a_state_is_enrolled_once_in_a_cycle(here: World) -> None:
    for states in (["BRB"], ["ARG", "ARG"]):
        with undone(here.work), pytest.raises(IntegrityError):
            enrol(here.work, here.secretariat, here.cycle, states)


def test_only_the_secretariat_enrols_leaves_out_and_records_occasions(here: World) -> None:
    before = stored(here.work)
    for actor in here.everybody:
        if actor in (here.secretariat, here.deputy):
            continue
        for ask in (
            lambda by: enrol(here.work, by, here.cycle, ["ARG"]),
            lambda by: set_unit(here.work, by, here.cycle, "IS", False, "Why not."),
            lambda by: record_occasion(here.work, by, here.round, "commission_session", "", NOW.date()),
        ):
            with pytest.raises(NotAllowed) as caught:
                ask(actor)
            assert "no_capability" in {reason.code for reason in caught.value.reasons}
    assert stored(here.work) == before


def test_what_is_nowhere_is_not_found(here: World) -> None:
    by = here.secretariat
    for ask in (
        lambda: enrol(here.work, by, NOWHERE, ["ARG"]),
        lambda: set_unit(here.work, by, NOWHERE, "IS", True, None),
        lambda: record_occasion(here.work, by, NOWHERE, "commission_session", "", NOW.date()),
        lambda: round_standing(here.work, NOWHERE),
    ):
        with refused(here.work, NotFound):
            ask()


def left_out(here: World) -> dict[str, str]:
    return {unit: reason for unit, reason in settings(here.work, here.cycle).items() if reason is not None}


def test_a_unit_is_left_out_with_its_reason_and_taken_in_again(here: World) -> None:
    work, by = here.work, here.secretariat
    assert left_out(here) == LEFT_OUT
    set_unit(work, by, here.cycle, "IS-7", False, "No longer asked.")
    set_unit(work, by, here.cycle, "IS-7", False, "Asked elsewhere.")
    assert left_out(here) == {**LEFT_OUT, "IS-7": "Asked elsewhere."}
    assert "IS-7.1" not in here.units
    set_unit(work, by, here.cycle, "IS-7", True, None)
    assert left_out(here) == LEFT_OUT
    assert "IS-7.1" in here.units
    data = {"cycle": str(here.cycle), "unit": "IS-7"}
    assert [(one["type"], one["data"]) for one in recorded(work, here.round)[-3:]] == [
        ("unit_excluded", {**data, "reason": "No longer asked."}),
        ("unit_excluded", {**data, "reason": "Asked elsewhere."}),
        ("unit_included", data),
    ]


def test_a_unit_is_taken_in_whatever_is_said_above_it_and_in_whichever_order(here: World) -> None:
    work, by = here.work, here.secretariat
    set_unit(work, by, here.cycle, "SR-1", True, None)
    assert settings(work, here.cycle) == {**LEFT_OUT, "SR-1": None}
    assert {unit for unit in here.units if unit.startswith("SR")} == {f"SR-1.{number}" for number in range(1, 7)}
    set_unit(work, by, here.cycle, "IS-1", True, None)
    set_unit(work, by, here.cycle, "IS", False, "Judged later.")
    assert {unit.partition(".")[0] for unit in here.units} == {"SR-1", "IS-1"}
    set_unit(work, by, here.cycle, "SR-1.2", False, "Not now.")
    assert "SR-1.2" not in here.units


@pytest.mark.parametrize("reason", [None, ""])
def test_what_is_left_out_needs_a_reason(here: World, reason: str | None) -> None:
    with refused(here.work, Invalid, ("reason_needed", "/reason")), undone(here.work):
        set_unit(here.work, here.secretariat, here.cycle, "IS-7", False, reason)


@pytest.mark.parametrize("evaluated", [True, False])
def test_a_unit_is_one_of_the_plan(here: World, evaluated: bool) -> None:
    with refused(here.work, Invalid, ("unknown_unit", "/unit")):
        set_unit(here.work, here.secretariat, here.cycle, "XX-1", evaluated, "Why not.")


def test_what_is_evaluated_no_longer_changes_once_the_round_has_moved_on(here: World) -> None:
    here.name_experts()
    for evaluated in (True, False):
        with refused(here.work, NotAllowed, "not_open"):
            set_unit(here.work, here.secretariat, here.cycle, "IS", evaluated, "Too late.")


def test_occasions_come_by_their_day(here: World) -> None:
    work, by = here.work, here.secretariat
    days = [NOW.date() + timedelta(days=number) for number in (5, 1, 0)]
    made = [record_occasion(work, by, here.round, "commission_session", f"On {day}", day) for day in days]
    assert [(row.id, row.held_on) for row in occasions(work, here.round)] == [
        (made[2], days[2]), (made[1], days[1]), (made[0], days[0]),
    ]  # fmt: skip
    assert recorded(work, here.round)[-1]["data"] == {
        "occasion": str(made[2]), "kind": "commission_session", "title": f"On {days[2]}", "held_on": "2026-03-02",
    }  # fmt: skip
    assert len(rows(work, Occasion)) == 3


def test_an_occasion_is_of_a_kind_that_the_mechanism_has(here: World) -> None:
    with refused(here.work, Invalid, ("unknown_kind", "/kind"), code="occasion_not_recorded"):
        record_occasion(here.work, here.secretariat, here.round, "plenary", "", NOW.date())


def test_no_occasion_is_from_before_the_round(here: World) -> None:
    before = NOW.date() - timedelta(days=1)
    with refused(here.work, Invalid, ("before_the_round", "/held_on"), code="occasion_not_recorded"):
        record_occasion(here.work, here.secretariat, here.round, "commission_session", "", before)
    with refused(here.work, Invalid, ("unknown_kind", "/kind"), ("before_the_round", "/held_on")):
        record_occasion(here.work, here.secretariat, here.round, "plenary", "", before)


def seen(here: World, actor: Actor) -> list[tuple[str, str, int]]:
    found = evaluations(here.work, actor, round_standing(here.work, here.round))
    return [(row.state, row.stage, row.version) for row in found]


def test_everybody_is_told_of_the_evaluations_that_are_for_them(here: World) -> None:
    here.issue()
    assert seen(here, here.secretariat) == [(state, "answering", 2) for state in STATES]
    assert seen(here, here.entity) == [("BRB", "answering", 2)]
    assert seen(here, here.experts["JAM"]) == []
    (row,) = evaluations(here.work, here.entity, round_standing(here.work, here.round))
    assert (row.id, row.cycle_id, row.workflow) == (here.id, here.cycle, "country_evaluation")
    assert (row.entered_at, row.due_at) == (NOW, NOW + timedelta(days=75))


def test_an_evaluation_that_is_due_nowhere_has_no_date(here: World) -> None:
    found = evaluations(here.work, here.secretariat, round_standing(here.work, here.round))
    assert [row.due_at for row in found] == [None, None, None]


def test_evaluations_of_another_round_are_not_told(here: World, method: Method) -> None:
    other = open_round(here.work, method, "other", "", True, [MAIN])
    assert evaluations(here.work, here.secretariat, round_standing(here.work, other)) == []


def test_nothing_of_a_world_is_stored_twice(here: World) -> None:
    assert len(rows(here.work, Cycle)) == 1
    assert len(rows(here.work, CycleExclusion)) == len(LEFT_OUT)
    assert stored(here.work)["deadline"] == []
