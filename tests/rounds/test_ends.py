"""Does a state join late, withdraw or stay away with a reason, and is what ended early still read by who saw it?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import looking
from tests.looking import NOW, recorded, refused, rows
from tests.worlds import World

from mem.answers.service import answers
from mem.assessments.service import findings
from mem.core.errors import NotAllowed, NotFound, Refused
from mem.people.policy import Actor
from mem.process.approving import second
from mem.rounds.models import Deadline
from mem.rounds.service import enrol, evaluations
from mem.rounds.standing import may, round_standing

answering = looking.at("answering")
reviewing = looking.at("review")
agreeing = looking.at("consolidation")


def knows(here: World, actor: Actor) -> bool:
    """Whether somebody may know of Barbados' evaluation, one by one and in the list."""
    listed = here.id in {row.id for row in evaluations(here.work, actor, round_standing(here.work, here.round))}
    assert listed == may(actor, "evaluation.read", here.standing(actor).place)
    return listed


def withdrawn(here: World) -> World:
    second(
        here.by(here.secretariat),
        here.secretariat,
        here.ask(here.entity, "withdraw_from_round", reason="A new government."),
    )
    return here


def test_a_state_withdraws_with_a_reason_and_the_secretariat_takes_note(answering: World) -> None:
    here = answering
    with refused(here.work, Refused, "reason_needed"):
        here.ask(here.entity, "withdraw_from_round")
    withdrawn(here)
    assert here.stage == "withdrawn_from_round"
    (*_, said) = recorded(here.work, here.id, "stage_moved")
    assert (said["data"]["reason"], said["data"]["asked_by"]) == ("A new government.", str(here.entity.person_id))


@pytest.mark.parametrize("stage", ["answering", "review", "consolidation"])
def test_what_ended_early_is_seen_by_who_saw_it_and_by_nobody_else(
    answering: World, reviewing: World, agreeing: World, stage: str
) -> None:
    here = {"answering": answering, "review": reviewing, "consolidation": agreeing}[stage]
    before = {actor.name: knows(here, actor) for actor in here.everybody}
    withdrawn(here)
    assert {actor.name: knows(here, actor) for actor in here.everybody} == before
    assert before["expert CHL"] == (stage != "answering")


def test_an_expert_reads_the_answers_of_what_was_withdrawn_and_no_findings_but_those_seen(reviewing: World) -> None:
    here, expert = withdrawn(reviewing), reviewing.experts["CHL"]
    assert answers(here.work, expert, here.id)
    assert findings(here.work, expert, here.id) == []
    with pytest.raises(NotAllowed):
        findings(here.work, here.coordinator, here.id)
    with pytest.raises(NotFound):
        answers(here.work, here.experts["BRB"], here.id)


def test_a_state_that_joins_late_is_issued_its_questionnaire_with_a_deadline_of_its_own(answering: World) -> None:
    here, by = answering, answering.by(answering.secretariat, days=30)
    (late,) = enrol(by, here.secretariat, here.cycle, ["ARG"])
    here.fire(here.secretariat, "issue", late, days=30)
    (row,) = rows(here.work, Deadline, position_id=late)
    assert row.due_at == NOW + timedelta(days=30 + 75)
    assert [said["data"]["trigger"] for said in recorded(here.work, late, "stage_moved")] == ["issue"]


def test_a_state_stays_away_with_a_reason(answering: World) -> None:
    here = answering
    with refused(here.work, Refused, "reason_needed"):
        here.fire(here.secretariat, "record_non_participation")
    here.fire(here.secretariat, "record_non_participation", reason="It does not answer.")
    (*_, said) = recorded(here.work, here.id, "stage_moved")
    assert (here.stage, said["data"]["reason"]) == ("not_participating", "It does not answer.")
