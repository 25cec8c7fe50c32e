"""Can a voice pass to another expert of its state, or end, and does who had it lose every part at once?"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import recorded, refused, rows, undone
from tests.worlds import World

from mem.assessments.models import FindingVersion
from mem.assessments.service import find, findings, hand_in
from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from mem.people.policy import Actor, Grant
from mem.people.service import add_person, grant_role
from mem.rounds.experts import assign, assignments, designate, end, own_assignment, substitute
from mem.rounds.models import Assignment, Designation
from mem.rounds.standing import permitted

NOWHERE = UUID(int=0xDEAD)
named = looking.at("compilation")
judging = looking.at("review")
agreeing = looking.at("consolidation")


def alternate(here: World, state: str) -> tuple[Actor, UUID]:
    """A second expert of a state, designated: who it is, and the designation."""
    person = add_person(here.work, "The alternate")
    grant_role(here.work, here.method, person, "expert", state)
    entity = here.entities[state]
    made = designate(here.by(entity), entity, here.round, state, person, "alternate")
    return Actor(person, "The alternate", (Grant("expert", state, "mem"),)), made


def voice(here: World, state: str) -> UUID:
    (found,) = (row.id for row in assignments(here.work, here.id) if row.expert_state == state)
    return UUID(str(found))


def passes(here: World, state: str, designation: UUID, actor: Actor | None = None) -> None:
    by = actor or here.secretariat
    substitute(here.by(by), by, here.id, voice(here, state), designation, "The principal is ill.")


def ends(here: World, state: str, actor: Actor | None = None) -> None:
    by = actor or here.secretariat
    end(here.by(by), by, here.id, voice(here, state), "The state withdrew its expert.")


def test_a_voice_passes_to_the_alternate_with_what_it_has_written(judging: World) -> None:
    before, (second, designation) = judging.experts["CHL"], alternate(judging, "CHL")
    find(judging.by(before), before, judging.id, judging.findings("CHL"))
    passes(judging, "CHL", designation)
    assert [row.unit for row in findings(judging.work, second, judging.id)] == sorted(judging.units)
    hand_in(judging.by(second), second, judging.id)
    assert {row.by for row in rows(judging.work, FindingVersion)} == {before.person_id}
    (said,) = recorded(judging.work, judging.id, "voice_passed")
    assert said["data"] == {
        "voice": "CHL", "from": str(before.person_id), "to": str(second.person_id),
        "designation": str(designation), "reason": "The principal is ill.",
    }  # fmt: skip


def test_who_had_the_voice_is_not_even_told_of_the_evaluation_any_more(judging: World) -> None:
    passes(judging, "CHL", alternate(judging, "CHL")[1])
    ends(judging, "JAM")
    for state in ("CHL", "JAM"):
        gone = judging.experts[state]
        with refused(judging.work, NotFound):
            permitted(judging.work, gone, "answers.read", judging.id)
        with refused(judging.work, NotFound):
            find(judging.by(gone), gone, judging.id, judging.findings(state))
        with refused(judging.work, NotAllowed, "not_assigned"):
            own_assignment(judging.work, gone, judging.id)


@pytest.mark.parametrize("who", ["another_state", "same_person", "of the country itself"])
def test_a_voice_passes_to_another_expert_of_its_state_alone(judging: World, who: str) -> None:
    if who == "of the country itself":
        chosen, reason = alternate(judging, "BRB")[1], "another_state"
    else:
        chosen = alternate(judging, "JAM")[1] if who == "another_state" else judging.designations["CHL"]
        reason = who
    with refused(judging.work, Invalid, (reason, "/designation"), code="not_substituted"):
        passes(judging, "CHL", chosen)
    with refused(judging.work, Invalid, ("unknown_designation", "/designation")):
        passes(judging, "CHL", NOWHERE)


def test_what_a_voice_wrote_stays_and_counts_no_longer_when_it_ends(agreeing: World) -> None:
    kept = rows(agreeing.work, FindingVersion)
    ends(agreeing, "JAM")
    assert rows(agreeing.work, FindingVersion) == kept
    assert {row.expert_state for row in findings(agreeing.work, agreeing.coordinator, agreeing.id)} == {"CHL"}
    (said,) = recorded(agreeing.work, agreeing.id, "voice_ended")
    assert said["data"] == {
        "voice": "JAM", "person": str(agreeing.experts["JAM"].person_id), "reason": "The state withdrew its expert.",
    }  # fmt: skip
    for gone in (NOWHERE, rows(agreeing.work, Assignment, expert_state="JAM")[0].id):
        with refused(agreeing.work, NotFound):
            end(agreeing.by(agreeing.secretariat), agreeing.secretariat, agreeing.id, gone, "Again.")


def test_an_evaluation_whose_expert_drops_out_is_judged_by_another_in_time(agreeing: World) -> None:
    """Too few are left, so the evaluation goes back to its review, where the substitute takes the voice up again and
    hands in anew, on what the voice has written so far."""
    officer = agreeing.secretariat
    ends(agreeing, "JAM")
    agreeing.conclude_as_one()
    with pytest.raises(Refused) as blocked:
        agreeing.fire(agreeing.coordinator, "send_draft")
    assert [one.code for one in blocked.value.reasons] == ["too_few_experts"]
    agreeing.fire(officer, "return_to_review", reason="An expert dropped out.")
    second, designation = alternate(agreeing, "JAM")
    assign(agreeing.by(officer), officer, agreeing.id, [designation])
    assert [row.expert_state for row in assignments(agreeing.work, agreeing.id)] == ["CHL", "JAM"]
    with pytest.raises(Refused) as blocked:
        agreeing.fire(agreeing.coordinator, "open_consolidation")
    assert [(one.code, one.about) for one in blocked.value.reasons] == [("assessment_missing", "JAM")]
    anew = [replace(one, base=1) for one in agreeing.findings("JAM")]
    find(agreeing.by(second), second, agreeing.id, anew)
    hand_in(agreeing.by(second), second, agreeing.id)
    assert agreeing.fire(agreeing.coordinator, "open_consolidation").to_stage == "consolidation"


def test_a_voice_that_speaks_is_not_assigned_again(judging: World) -> None:
    chosen = [alternate(judging, "CHL")[1]]
    with undone(judging.work), pytest.raises(IntegrityError, match="expert_state"):
        assign(judging.by(judging.secretariat), judging.secretariat, judging.id, chosen)


def test_the_secretariat_alone_passes_and_ends_voices(judging: World) -> None:
    designation = alternate(judging, "CHL")[1]
    for actor in (judging.entity, judging.coordinator, judging.commission, judging.auditor, judging.experts["CHL"]):
        with pytest.raises(NotAllowed):
            passes(judging, "CHL", designation, actor)
        with pytest.raises(NotAllowed):
            ends(judging, "CHL", actor)
    for actor in (judging.experts["BRB"], judging.coordinators["BRB"], judging.entities["CHL"]):
        with refused(judging.work, NotFound):
            ends(judging, "CHL", actor)


def test_a_voice_of_another_evaluation_is_not_there(judging: World) -> None:
    officer = judging.secretariat
    with pytest.raises((NotAllowed, NotFound)):
        end(judging.by(officer), officer, judging.evaluations["JAM"], voice(judging, "CHL"), "No.")


def test_the_database_ties_a_voice_to_who_was_designated_and_keeps_it(judging: World) -> None:
    somebody = judging.auditor.person_id
    for statement in (
        update(Assignment).values(person_id=somebody),
        update(Designation).where(Designation.id == judging.designations["CHL"]).values(person_id=somebody),
    ):
        with undone(judging.work), pytest.raises(IntegrityError, match="not_designated"):
            judging.work.db.execute(statement)
    with undone(judging.work), pytest.raises(IntegrityError, match="only_added_to"):
        judging.work.db.execute(delete(Assignment))


def test_nobody_of_the_country_is_ever_given_a_voice(named: World) -> None:
    with refused(named.work, Conflict, ("own_country", "/designations/0"), code="own_country"), undone(named.work):
        assign(named.by(named.secretariat), named.secretariat, named.id, [alternate(named, "BRB")[1]])
