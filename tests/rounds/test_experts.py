"""Does nobody ever judge the own country, whoever tries to arrange it, and has each state one voice?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, recorded, refused, rows, undone
from tests.worlds import World, world

from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound
from mem.methods.method import Method
from mem.people.models import Membership
from mem.people.service import add_person, end_role, grant_role
from mem.rounds.experts import (
    assign,
    assignments,
    candidates,
    designate,
    designations,
    own_assignment,
    put,
)
from mem.rounds.models import Assignment, CountryEvaluation, Designation

NOWHERE = UUID(int=0xDEAD)


opened = looking.at()


@pytest.fixture
def here(opened: World) -> World:
    """The round calls for experts, and nobody is named yet."""
    opened.fire(opened.secretariat, "call_for_experts", opened.round)
    return opened


named = looking.at("compilation")  # the secretariat may assign: the answers are in


def expert(here: World, state: str, name: str = "Another expert") -> UUID:
    """A further expert of a state."""
    person = add_person(here.work, name)
    grant_role(here.work, here.method, person, "expert", state)
    return person


def name(here: World, state: str, person: UUID, rank: str = "principal") -> UUID:
    return designate(here.work, here.entities[state], here.round, state, person, rank)


def test_a_state_names_its_experts(here: World) -> None:
    second = expert(here, "CHL")
    made = {
        name(here, "JAM", here.experts["JAM"].person_id): ("JAM", here.experts["JAM"].person_id, "principal"),
        name(here, "CHL", second, "alternate"): ("CHL", second, "alternate"),
    }
    found = designations(here.work, here.round)
    assert {row.id: (row.state, row.person_id, row.rank) for row in found} == made
    assert [(row.state, row.name) for row in found] == [("CHL", "Another expert"), ("JAM", "expert JAM")]
    said = recorded(here.work, here.round, "expert_designated")
    assert [one["data"] for one in said] == [
        {"designation": str(one), "state": state, "person": str(person), "rank": rank}
        for one, (state, person, rank) in made.items()
    ]


def test_who_cannot_be_designated_is_refused_with_every_reason(here: World) -> None:
    work, method = here.work, here.method
    name(here, "CHL", here.experts["CHL"].person_id)
    both = expert(here, "CHL")
    grant_role(work, method, both, "expert", "JAM")
    name(here, "JAM", both)
    former = add_person(work, "A former expert")
    end_role(work, grant_role(work, method, former, "expert", "CHL"))
    cases: list[tuple[UUID, str, list[tuple[str, str]]]] = [
        (here.experts["JAM"].person_id, "principal", [("no_expert", "/person")]),
        (here.contributors["CHL"].person_id, "principal", [("no_expert", "/person")]),
        (former, "principal", [("no_expert", "/person")]),
        (expert(here, "CHL"), "third", [("unknown_rank", "/rank")]),
        (here.experts["CHL"].person_id, "principal", [("designated_already", "/person")]),
        (both, "principal", [("designated_already", "/person")]),
        (here.auditor.person_id, "Principal", [("unknown_rank", "/rank"), ("no_expert", "/person")]),
    ]
    for person, rank, reasons in cases:
        with refused(work, Invalid, *reasons, code="not_designated"):
            name(here, "CHL", person, rank)


def test_nobody_names_an_expert_who_is_not_there_or_in_a_round_that_is_not(here: World) -> None:
    with refused(here.work, NotFound):
        name(here, "CHL", NOWHERE)
    with refused(here.work, NotFound):
        designate(here.work, here.entity, NOWHERE, "BRB", here.experts["BRB"].person_id, "principal")


def test_a_state_names_for_itself_alone(here: World) -> None:
    person = here.experts["CHL"].person_id
    for actor in here.everybody:
        if actor == here.entities["CHL"]:
            continue
        with pytest.raises(NotAllowed):
            designate(here.work, actor, here.round, "CHL", person, "principal")
        with pytest.raises(NotAllowed):
            candidates(here.work, actor, here.round, "CHL")
    assert designations(here.work, here.round) == []


def test_a_state_may_name_whoever_evaluates_for_it(here: World) -> None:
    former = add_person(here.work, "A former expert")
    end_role(here.work, grant_role(here.work, here.method, former, "expert", "CHL"))
    second = expert(here, "CHL", "an expert more")
    found = candidates(here.work, here.entities["CHL"], here.round, "CHL")
    assert [(row.id, row.name, row.role) for row in found] == [
        (second, "an expert more", "expert"),
        (here.coordinators["CHL"].person_id, "coordinator CHL", "coordinator"),
        (here.experts["CHL"].person_id, "expert CHL", "expert"),
    ]


def test_an_expert_of_another_mechanism_is_none_here(here: World) -> None:
    elsewhere = add_person(here.work, "An expert elsewhere")
    held = {"mechanism": "another", "role": "expert", "state": "CHL", "granted_at": NOW}
    looking.put(here.work, Membership, id=UUID(int=7), person_id=elsewhere, **held)
    with refused(here.work, Invalid, ("no_expert", "/person")):
        name(here, "CHL", elsewhere)
    assert elsewhere not in {row.id for row in candidates(here.work, here.entities["CHL"], here.round, "CHL")}


def test_designated_experts_are_put_on_an_evaluation(named: World) -> None:
    chosen = [named.designations[state] for state in ("JAM", "CHL")]
    made = assign(named.by(named.secretariat), named.secretariat, named.id, chosen)
    found = assignments(named.work, named.id)
    assert [(row.expert_state, row.person_id, row.name, row.handed_in_at) for row in found] == [
        (state, named.experts[state].person_id, f"expert {state}", None) for state in ("CHL", "JAM")
    ]
    assert {row.id for row in found} == set(made)
    (stored,) = rows(named.work, Assignment, id=made[0])
    assert (stored.evaluation_state, stored.designation_id, stored.at) == ("BRB", chosen[0], NOW)
    (said,) = recorded(named.work, named.id, "experts_assigned")
    assert said["data"] == {"assignments": [str(one) for one in made], "designations": [str(one) for one in chosen]}


def test_an_expert_of_the_country_is_refused_and_nobody_is_assigned(named: World) -> None:
    chosen = [named.designations[state] for state in ("CHL", "BRB")]
    with refused(named.work, Conflict, ("own_country", "/designations/1"), code="own_country"), undone(named.work):
        assign(named.work, named.secretariat, named.id, chosen)


def test_a_designation_of_nowhere_or_of_another_round_is_unknown(named: World, method: Method) -> None:
    other = world(named.work, method, "another round")
    other.name_experts()
    for unknown in (NOWHERE, other.designations["CHL"]):
        with refused(named.work, Invalid, ("unknown_designation", "/designations/1")), undone(named.work):
            assign(named.work, named.secretariat, named.id, [named.designations["JAM"], unknown])


def test_experts_are_assigned_by_the_secretariat_until_the_draft_goes_out_and_never_else(named: World) -> None:
    chosen = [named.designations["CHL"]]
    for actor in (named.entity, named.coordinator, named.commission, named.auditor):
        with pytest.raises(NotAllowed):
            assign(named.work, actor, named.id, chosen)
    for actor in (named.experts["CHL"], named.coordinators["BRB"], named.entities["CHL"]):
        with refused(named.work, NotFound):
            assign(named.work, actor, named.id, chosen)
    with refused(named.work, NotAllowed, "not_open"):
        assign(named.work, named.secretariat, named.evaluations["JAM"], chosen)
    named.to("country_comment")
    with refused(named.work, NotAllowed, "not_open"):
        assign(named.work, named.secretariat, named.id, chosen)


def test_a_state_has_one_voice_whatever_the_rank(named: World) -> None:
    alternate = name(named, "CHL", expert(named, "CHL"), "alternate")
    named.assign("CHL")
    for again in (alternate, named.designations["CHL"]):
        with undone(named.work), pytest.raises(IntegrityError, match="expert_state"):
            assign(named.work, named.secretariat, named.id, [again])
    assert [row.expert_state for row in assignments(named.work, named.id)] == ["CHL"]


@pytest.mark.parametrize(
    ("says", "evaluated", "designated", "expert_of", "refusal"),
    [
        ("the truth", "BRB", "BRB", "BRB", "never_the_own_country|own_country"),
        ("another state for the evaluated one", "JAM", "BRB", "BRB", "(?i)foreign key|not_designated|own_country"),
        ("another state for the expert's", "BRB", "BRB", "CHL", "(?i)foreign key|not_designated|own_country"),
        ("another designation", "BRB", "CHL", "JAM", "(?i)foreign key|not_designated"),
    ],
)
def test_the_database_refuses_the_own_country_when_all_else_is_bypassed(
    named: World, says: str, evaluated: str, designated: str, expert_of: str, refusal: str
) -> None:
    designation, person = named.designations[designated], named.experts[designated].person_id
    with undone(named.work), pytest.raises(IntegrityError, match=refusal):
        put(named.work, named.id, evaluated, designation, expert_of, person)
    assert assignments(named.work, named.id) == []


@pytest.mark.parametrize("bypassed", ["designation", "evaluation", "assignment"])
def test_no_later_change_makes_it_the_own_country(named: World, bypassed: str) -> None:
    named.assign("CHL")
    changes: dict[str, Any] = {
        "designation": update(Designation).where(Designation.id == named.designations["CHL"]).values(state="BRB"),
        "evaluation": update(CountryEvaluation).where(CountryEvaluation.id == named.id).values(state="CHL"),
        "assignment": update(Assignment).values(expert_state="BRB"),
    }
    if bypassed == "evaluation":  # the state must be free in the cycle first
        free = update(CountryEvaluation).where(CountryEvaluation.state == "CHL").values(state="ARG")
        named.work.db.execute(free)
    with undone(named.work), pytest.raises(IntegrityError):
        named.work.db.execute(changes[bypassed])


def test_an_assignment_follows_a_designation_whose_state_is_put_right(named: World) -> None:
    named.assign("CHL")
    moved = update(Designation).where(Designation.id == named.designations["CHL"]).values(state="ARG")
    named.work.db.execute(moved)
    assert [row.expert_state for row in assignments(named.work, named.id)] == ["ARG"]


def test_everybody_finds_the_own_assignment_and_no_other(named: World) -> None:
    named.assign("CHL", "JAM")
    for state in ("CHL", "JAM"):
        found = own_assignment(named.work, named.experts[state], named.id)
        assert (found.expert_state, found.handed_in_at) == (state, None)
    for actor in (named.experts["BRB"], named.coordinator, named.secretariat):
        with refused(named.work, NotAllowed, "not_assigned"):
            own_assignment(named.work, actor, named.id)
    with refused(named.work, NotAllowed, "not_assigned"):
        own_assignment(named.work, named.experts["CHL"], named.evaluations["JAM"])
