"""Where does a subject stand, for whom, and is who may not know of it told that it is not there?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests import looking
from tests.looking import NOW, refused, statements
from tests.worlds import LEFT_OUT, World

from mem.core.errors import Conflict, NotAllowed, NotFound
from mem.people.policy import Allow, Place
from mem.rounds.service import set_unit
from mem.rounds.standing import excluded, may, permit, permitted, rated_units, round_standing, standing

NOWHERE = UUID(int=0xDEAD)


here = looking.at()


def test_a_round_stands_where_it_was_opened_and_moves_on(here: World) -> None:
    found = round_standing(here.work, here.round)
    assert (found.id, found.code, found.title, found.synthetic) == (here.round, "round", "Synthetic round", True)
    assert (found.method, found.workflow.workflow, found.stage, found.version) == (
        here.method, "round", "preparation", 1,
    )  # fmt: skip
    here.issue()
    found = round_standing(here.work, here.round)
    assert (found.stage, found.version) == ("evaluation", 3)


@pytest.mark.parametrize("state", [None, "BRB"])
def test_the_place_of_a_round_is_of_the_state_that_acts(here: World, state: str | None) -> None:
    found = round_standing(here.work, here.round)
    edits = {"mem_unit": frozenset({"units", "states", "occasions", "dates"})}
    assert found.place(state) == Place(here.method.roles, state, edits=edits, mechanism="mem")


def test_an_evaluation_stands_in_its_round_and_cycle(here: World) -> None:
    found = here.standing()
    assert (found.id, found.state, found.round_id, found.round_code, found.round_title) == (
        here.id, "BRB", here.round, "round", "Synthetic round",
    )  # fmt: skip
    assert (found.cycle_id, found.cycle_code, found.cycle_title, found.kind, found.synthetic) == (
        here.cycle, "main", "Synthetic cycle", "evaluation", True,
    )  # fmt: skip
    assert (found.workflow.workflow, found.stage, found.version, found.entered_at) == (
        "country_evaluation", "enrolled", 1, NOW,
    )  # fmt: skip
    assert found.here == found.workflow.stages["enrolled"]


def test_an_evaluation_is_made_of_what_its_kind_of_cycle_names(here: World) -> None:
    found, kind = here.standing(), here.method.mechanism.cycles["evaluation"]
    assert found.cycle == kind
    assert found.tree.plan.plan == kind.plan
    assert found.form.head.questionnaire == kind.questionnaire
    assert found.scale == here.method.scale(kind.scale)


def test_the_place_of_an_evaluation_is_what_its_stage_shows_and_lets_edit(here: World) -> None:
    road = here.method.workflows["country_evaluation"]
    for stage in ("enrolled", "answering", "compilation", "review"):
        place = here.to(stage).standing().place
        assert (place.state, place.roles) == ("BRB", here.method.roles)
        assert (place.sees, place.edits) == (road.sees(stage), road.edits(stage))


def test_assigned_speaks_of_the_one_who_asks(here: World) -> None:
    here.to("compilation").assign("CHL")
    asking = {actor.name: here.standing(actor).assigned for actor in here.everybody}
    assert {name for name, assigned in asking.items() if assigned} == {"expert CHL"}
    assert here.standing(here.experts["CHL"]).place.assigned
    assert not here.standing(None).assigned
    assert not standing(here.work, here.evaluations["JAM"], here.experts["CHL"]).assigned


def test_what_is_nowhere_is_not_found(here: World) -> None:
    with refused(here.work, NotFound):
        round_standing(here.work, NOWHERE)
    with refused(here.work, NotFound):
        standing(here.work, NOWHERE, here.secretariat)
    with refused(here.work, NotFound):
        round_standing(here.work, here.id)
    with refused(here.work, NotFound):
        standing(here.work, here.round, here.secretariat)


def test_an_evaluation_is_read_in_one_statement(here: World) -> None:
    here.standing()
    with statements(here.work.db) as sent:
        here.standing(here.secretariat)
    assert len(sent) == 1


def test_what_is_permitted_is_noted_and_what_is_not_is_refused_with_every_reason(here: World) -> None:
    place = here.to("answering").standing().place
    assert permit(here.work, here.entity, "answers.edit", place) == Allow(here.entity.grants[0])
    assert here.work.decided >= {"answers.edit"}
    here.work.decided.clear()
    with refused(here.work, NotAllowed, "outside_scope", code="not_allowed"):
        permit(here.work, here.entities["JAM"], "answers.edit", place)
    with refused(here.work, NotAllowed, "no_capability", "not_open"):
        permit(here.work, here.secretariat, "answers.edit", place)
    with refused(here.work, NotAllowed, "no_role"):
        permit(here.work, None, "answers.edit", place)
    assert here.work.decided == set()


def test_who_may_not_know_of_an_evaluation_is_told_that_it_is_not_there(here: World) -> None:
    here.to("consolidation")
    unknowing = (
        here.entities["JAM"], here.contributors["CHL"], here.experts["BRB"], here.coordinators["BRB"],
        replace(here.secretariat, grants=()), replace(here.secretariat, token_scope=frozenset({"advance"})), None,
    )  # fmt: skip
    for actor in unknowing:
        with refused(here.work, NotFound):
            permitted(here.work, actor, "conclusions.read", here.id)
    for actor in (here.entity, here.secretariat, here.commission, here.auditor):
        with refused(here.work, NotAllowed, "not_shown"):
            permitted(here.work, actor, "conclusions.read", here.id)
    for actor in (here.experts["CHL"], here.experts["JAM"], here.coordinator):
        assert permitted(here.work, actor, "conclusions.read", here.id).id == here.id


def test_whether_one_may_is_asked_without_a_trace(here: World) -> None:
    place = here.to("answering").standing().place
    here.work.decided.clear()
    assert may(here.entity, "answers.edit", place)
    assert not may(here.entity, "findings.edit", place)
    assert not may(None, "answers.read", place)
    assert here.work.decided == set()


def test_what_is_left_out_is_left_out_with_all_below_it(here: World) -> None:
    set_unit(here.work, here.secretariat, here.cycle, "IS-7.1", False, "Twice asked.")
    found = here.standing()
    out = excluded(here.work, found)
    assert {unit: out.get(unit) for unit in ("SR", "SR-1", "SR-1.1", "IS", "IS-7", "IS-7.1", "IS-7.2")} == {
        **dict.fromkeys(("SR", "SR-1", "SR-1.1"), LEFT_OUT["SR"]),
        **dict.fromkeys(("IS", "IS-7", "IS-7.2")),
        "IS-7.1": "Twice asked.",
    }
    rated = rated_units(here.work, found)
    assert len(rated) == 24
    assert {(unit.level, unit.parents[0]) for unit in rated} == {("action", "IS")}


def test_the_nearest_setting_decides(here: World) -> None:
    for unit, evaluated in (("SR-1", True), ("SR-1.2", False)):
        set_unit(here.work, here.secretariat, here.cycle, unit, evaluated, "Twice asked.")
    out = excluded(here.work, here.standing())
    assert {unit: out.get(unit) for unit in ("SR", "SR-1", "SR-1.1", "SR-1.2", "SR-2", "SR-2.1")} == {
        **dict.fromkeys(("SR", "SR-1", "SR-1.1")),
        "SR-1.2": "Twice asked.",
        **dict.fromkeys(("SR-2", "SR-2.1"), LEFT_OUT["SR"]),
    }


def test_every_unit_of_the_rated_level_is_judged_when_nothing_is_left_out(here: World) -> None:
    for unit in LEFT_OUT:
        set_unit(here.work, here.secretariat, here.cycle, unit, True, None)
    found = here.standing()
    assert excluded(here.work, found) == {}
    assert rated_units(here.work, found) == found.tree.at("action")


@pytest.mark.parametrize(("stage", "days"), [("answering", None), ("country_comment", 21), ("revision", None)])
def test_a_stage_closes_only_when_something_lapses_with_it(here: World, stage: str, days: int | None) -> None:
    closes = None if days is None else NOW + timedelta(days=days)
    assert here.to(stage).standing().closes_at == closes


def test_what_a_stage_lets_be_edited_ends_in_the_instant_it_closes_and_what_it_shows_does_not(here: World) -> None:
    here.to("country_comment")
    limit = timedelta(days=21)
    for wait in (timedelta(0), limit - timedelta(microseconds=1)):
        then = replace(here.work, now=NOW + wait)
        assert permitted(then, here.entity, "comments.edit", here.id).id == here.id
    for wait in (limit, limit * 2):
        then = replace(here.work, now=NOW + wait)
        with refused(here.work, Conflict, "deadline_passed", code="deadline_passed"):
            permitted(then, here.entity, "comments.edit", here.id)
        with refused(here.work, NotAllowed, "no_capability", "not_open"):
            permitted(then, here.secretariat, "comments.edit", here.id)
        assert permitted(then, here.entity, "comments.read", here.id).id == here.id


def test_a_limit_that_nothing_lapses_with_closes_nothing(here: World) -> None:
    here.to("answering")
    late = replace(here.work, now=NOW + timedelta(days=1_000))
    assert permitted(late, here.entity, "answers.edit", here.id).id == here.id
