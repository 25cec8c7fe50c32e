"""Is nothing edited or moved of what is suspended, and is the time that was lost given back when it goes on?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, put, recorded, refused, rows, undone
from tests.worlds import World

from mem.answers.service import NewAnswer, answers, give
from mem.core.errors import NotAllowed, Precondition, Reason, Refused
from mem.process.advance import advance, lapse, possible
from mem.process.approving import second
from mem.process.deadlines import due
from mem.process.facts import Payload
from mem.process.subjects import moving
from mem.recommendations.service import issued
from mem.rounds.models import Deadline, Suspension
from mem.rounds.service import enrol
from mem.rounds.suspensions import suspension

SINCE = "This is suspended, since 2026-03-02T12:00:00.000000Z."
answering = looking.at("answering")
commenting = looking.at("country_comment")
approved = looking.at("approved")
published = looking.at("published")


def deadline(here: World, position: UUID | None = None) -> datetime:
    where = position or here.id
    (row,) = rows(here.work, Deadline, position_id=where, version=moving(here.work, where, None).version)
    when: datetime = row.due_at
    return when


def answer(here: World, days: int = 0) -> Any:
    by = here.contributors["BRB"]
    return give(here.by(by, days), by, here.id, [NewAnswer("is_1_1", True, None, 0)])


def blockers(here: World, trigger: str, position: UUID | None = None) -> list[Reason]:
    _, found = possible(here.work, here.secretariat, position or here.id, Payload("So."))
    return next(list(one.blockers) for one in found if one.trigger == trigger)


@pytest.mark.parametrize("whole", [True, False])
def test_nothing_of_what_is_suspended_is_edited_and_all_of_it_is_read(answering: World, whole: bool) -> None:
    here, where = answering, answering.round if whole else answering.id
    here.fire(here.secretariat, "suspend", where, reason="A flood.")
    with refused(here.work, NotAllowed, "suspended") as _:
        answer(here)
    with pytest.raises(NotAllowed) as told:
        answer(here)
    assert told.value.reasons == (Reason("suspended", SINCE),)
    if whole:
        with refused(here.work, NotAllowed, "suspended"):
            enrol(here.by(here.secretariat), here.secretariat, here.cycle, ["ARG"])
    assert answers(here.work, here.entity, here.id) == []
    assert (here.stage, here.standing().version) == ("answering", 2 if whole else 3)
    found = suspension(here.work, where)
    assert found is not None
    assert (found.since, found.reason) == (NOW, "A flood.")
    (said,) = recorded(here.work, where, "suspension_began")
    assert (said["data"]["reason"], said["actor"]) == ("A flood.", str(here.secretariat.person_id))


def test_what_is_suspended_does_not_move_and_says_since_when(commenting: World) -> None:
    here = commenting
    here.fire(here.secretariat, "suspend", here.round, reason="A flood.")
    for actor, trigger in ((here.entity, "return_comments"), (here.secretariat, "suspend")):
        with refused(here.work, Refused, "suspended"):
            here.fire(actor, trigger, reason="So.")
    assert blockers(here, "suspend") == blockers(here, "resume") == [Reason("suspended", SINCE)]
    assert blockers(here, "begin_follow_up", here.round)[0] == Reason("suspended", SINCE)
    assert blockers(here, "resume", here.round) == []
    here.fire(here.secretariat, "resume", here.round, reason="It is dry.")
    assert [one.code for one in blockers(here, "resume", here.round)] == ["not_suspended"]
    here.fire(here.entity, "return_comments")


def test_a_lapse_does_not_fire_while_it_is_suspended_and_the_lost_time_is_given_back(commenting: World) -> None:
    here, limit = commenting, timedelta(days=21)
    came = here.standing().entered_at
    here.fire(here.secretariat, "suspend", here.round, reason="A flood.")
    later = replace(here.work, now=NOW + 10 * limit)
    assert due(later) == []
    with pytest.raises(Refused):
        lapse(later, here.id, "deem_no_more_comments", here.standing().version)
    here.fire(here.secretariat, "resume", here.round, days=5, reason="It is dry.")
    assert deadline(here) == NOW + limit + timedelta(days=5)
    assert deadline(here, here.evaluations["CHL"]) == NOW + timedelta(days=75 + 5)
    assert here.standing().entered_at == came
    assert due(replace(here.work, now=NOW + limit)) == []
    assert [one.position_id for one in due(replace(here.work, now=NOW + limit + timedelta(days=5)))] == [here.id]
    (said,) = recorded(here.work, here.id, "deadline_moved")
    assert said["data"]["due_at"] == "2026-03-28T12:00:00.000000Z"
    assert said["data"]["cause"] == "suspension_ended"


def test_one_evaluation_is_suspended_by_itself_and_loses_its_own_time_once(commenting: World) -> None:
    here, jamaica = commenting, commenting.evaluations["JAM"]
    here.fire(here.secretariat, "suspend", reason="A flood.")
    here.fire(here.secretariat, "suspend", here.round, days=1, reason="A storm.")
    here.fire(here.secretariat, "resume", here.round, days=3, reason="It is over.")
    assert deadline(here, jamaica) == NOW + timedelta(days=75 + 2)
    assert deadline(here) == NOW + timedelta(days=21)
    assert due(replace(here.work, now=NOW + timedelta(days=500))) == []
    here.fire(here.secretariat, "resume", days=4, reason="It is dry.")
    assert deadline(here) == NOW + timedelta(days=21 + 4)
    assert deadline(here, jamaica) == NOW + timedelta(days=75 + 2)


def test_a_deadline_that_had_passed_stays_passed(answering: World) -> None:
    here = answering
    here.fire(here.secretariat, "suspend", here.round, days=80, reason="A flood.")
    here.fire(here.secretariat, "resume", here.round, days=90, reason="It is dry.")
    assert deadline(here) == NOW + timedelta(days=75)


def test_recommendations_wait_with_their_round(published: World) -> None:
    here = published
    (one,) = issued(here.work, here.id)
    here.fire(here.secretariat, "suspend", here.round, reason="A flood.")
    with refused(here.work, Refused, "suspended"):
        here.fire(here.entity, "report_progress", one.id, reason="Done.")
    here.fire(here.secretariat, "resume", here.round, days=7, reason="It is dry.")
    here.fire(here.entity, "report_progress", one.id, reason="Done.")


def test_what_was_asked_for_before_is_asked_for_anew_after(approved: World) -> None:
    here = approved
    asked = here.ask(here.secretariat, "publish")
    here.fire(here.secretariat, "suspend", reason="A flood.")
    with refused(here.work, Precondition, "stale"):
        second(here.by(here.deputy), here.deputy, asked)


@pytest.mark.parametrize("suspended", [True, False])
def test_a_round_is_cancelled_by_two_with_its_evaluations(commenting: World, suspended: bool) -> None:
    here = commenting
    if suspended:
        here.fire(here.secretariat, "suspend", here.evaluations["CHL"], reason="A flood.")
        here.fire(here.secretariat, "suspend", here.round, reason="A flood.")
    seen = moving(here.work, here.round, None).version
    asked = advance(here.by(here.secretariat), here.secretariat, here.round, "cancel", Payload("No money."), seen)
    assert isinstance(asked, UUID)
    with refused(here.work, Refused, "same_person"):
        second(here.by(here.secretariat), here.secretariat, asked)
    second(here.by(here.deputy), here.deputy, asked)
    assert moving(here.work, here.round, None).stage == "cancelled"
    for evaluation in here.evaluations.values():
        assert moving(here.work, evaluation, None).stage == "cancelled"
        (*_, said) = recorded(here.work, evaluation, "stage_moved")
        assert (said["data"]["trigger"], said["data"]["reason"]) == ("cancel", "No money.")
    assert all(row.until is not None for row in rows(here.work, Suspension))


def test_a_suspension_is_ended_once_and_is_one_at_a_time(answering: World) -> None:
    here = answering
    here.fire(here.secretariat, "suspend", reason="A flood.")
    (row,) = rows(here.work, Suspension)
    with undone(here.work), pytest.raises(IntegrityError):
        put(here.work, Suspension, **{**row._mapping, "id": here.work.new_id()})
