"""Can a voice pass to another expert of its state, or end, and does who had it lose every part at once?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import recorded, refused, rows, undone, unguarded
from tests.worlds import World

from mem.assessments.models import ConclusionVersion, FindingVersion, Stance
from mem.assessments.service import find, findings, hand_in
from mem.core.db import Base
from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from mem.people.policy import Actor, Grant
from mem.people.service import add_person, end_role, grant_role
from mem.rounds.experts import assign, assignments, designate, end, own_assignment, put, substitute
from mem.rounds.models import Assignment, Designation, Round
from mem.rounds.standing import permitted, standing

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


@pytest.mark.parametrize("reason", ["another_state", "same_person"])
def test_a_voice_passes_to_another_expert_of_its_state_alone(judging: World, reason: str) -> None:
    chosen = alternate(judging, "JAM")[1] if reason == "another_state" else judging.designations["CHL"]
    with refused(judging.work, Invalid, (reason, "/designation"), code="not_substituted"):
        passes(judging, "CHL", chosen)
    own = alternate(judging, "BRB")[1]
    with refused(judging.work, Conflict, ("own_country", "/designation")):
        passes(judging, "CHL", own)
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
    missing = [("assessment_missing", state) for state in ("CHL", "JAM")]  # each hands in anew
    assert [(one.code, one.about) for one in blocked.value.reasons] == missing
    anew = [replace(one, base=1) for one in agreeing.findings("JAM")]
    find(agreeing.by(second), second, agreeing.id, anew)
    for expert in (second, agreeing.experts["CHL"]):
        hand_in(agreeing.by(expert), expert, agreeing.id)
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


def test_who_comes_late_sees_nothing_of_what_others_judged_until_handing_in(agreeing: World) -> None:
    """In the consolidation a voice ends and is taken up by another, who finds alone before reading anybody."""
    here, officer = agreeing, agreeing.secretariat
    second, designation = alternate(here, "JAM")
    ends(here, "JAM")
    here.conclude_as_one()
    assign(here.by(officer), officer, here.id, [designation])
    for action in ("findings.read_all", "conclusions.read", "conclusions.edit", "report.read", "comments.read"):
        with refused(here.work, NotAllowed, "not_handed_in"):
            permitted(here.by(second), second, action, here.id)
    assert permitted(here.by(second), second, "answers.read", here.id)
    here.fire(officer, "return_to_review", reason="An expert dropped out.")
    anew = [replace(one, base=1) for one in here.findings("JAM")]
    find(here.by(second), second, here.id, anew)
    assert {row.expert_state for row in findings(here.by(second), second, here.id)} == {"JAM"}
    for expert in (second, here.experts["CHL"]):
        hand_in(here.by(expert), expert, here.id)
    here.fire(here.coordinator, "open_consolidation")
    assert {row.expert_state for row in findings(here.by(second), second, here.id)} == {"CHL", "JAM"}


def test_going_back_to_the_review_lets_every_voice_write_again(agreeing: World) -> None:
    here, expert = agreeing, agreeing.experts["CHL"]
    here.fire(here.coordinator, "return_to_review", reason="Too thin.")
    (said,) = recorded(here.work, here.id, "assessments_reopened")
    assert said["data"] == {"voices": ["CHL", "JAM"]}
    assert find(here.by(expert), expert, here.id, [replace(here.findings("CHL")[0], base=1)]) == [("IS-1.1", 2)]
    hand_in(here.by(expert), expert, here.id)


def former(here: World, state: str) -> tuple[Actor, UUID]:
    """Who was the entity of a state when the round was opened, and is an expert of Chile now: who, the designation."""
    person = add_person(here.work, "Formerly of the entity")
    held = grant_role(here.work, here.method, person, "national_coordinating_entity", state)
    end_role(here.work, held)
    grant_role(here.work, here.method, person, "expert", "CHL")
    entity = here.entities["CHL"]
    made = designate(here.by(entity), entity, here.round, "CHL", person, "alternate")
    return Actor(person, "Formerly of the entity", (Grant("expert", "CHL", "mem"),)), made


def test_who_acted_for_a_state_in_the_round_does_not_judge_it(named: World) -> None:
    here, officer = named, named.secretariat
    person, designation = former(here, "BRB")
    with refused(here.work, Conflict, ("own_country", "/designations/0")):
        assign(here.by(officer), officer, here.id, [designation])
    with undone(here.work), pytest.raises(IntegrityError, match="own_country"):
        put(here.work, here.id, "BRB", designation, "CHL", person.person_id)
    assert standing(here.work, here.id, person).acted_for


def test_who_acted_for_another_state_judges_this_one(named: World) -> None:
    here, officer = named, named.secretariat
    _, designation = former(here, "JAM")
    assert assign(here.by(officer), officer, here.id, [designation])


def test_who_acted_for_a_state_before_the_round_may_judge_it(named: World) -> None:
    here, officer = named, named.secretariat
    _, designation = former(here, "BRB")
    unguarded(here.work, "round")
    earlier = update(Round).values(opened_at=here.work.now + timedelta(days=1))  # the role had ended before
    here.work.db.execute(earlier)
    assert assign(here.by(officer), officer, here.id, [designation])


def test_the_database_keeps_every_judgement_from_who_acted_for_the_state(agreeing: World) -> None:
    """Whatever the code would do: a finding, a conclusion, a stance or a response by somebody of the state itself, or
    with the voice on another evaluation."""
    here = agreeing
    here.conclude()
    own = here.entity.person_id
    finding, concluded, said = (rows(here.work, table)[0] for table in (FindingVersion, ConclusionVersion, Stance))
    elsewhere = here.evaluations["JAM"]
    wrong: list[tuple[type[Base], dict[str, Any]]] = [
        (FindingVersion, {**finding._mapping, "version": 9, "by": own}),
        (FindingVersion, {**finding._mapping, "version": 9, "evaluation_id": elsewhere}),
        (ConclusionVersion, {**concluded._mapping, "version": 9, "by": own}),
        (Stance, {**said._mapping, "version": 9, "by": own}),
        (Stance, {**said._mapping, "version": 9, "evaluation_id": elsewhere}),
    ]
    for table, row in wrong:
        with undone(here.work), pytest.raises(IntegrityError, match="own_country"):
            looking.put(here.work, table, **row)
