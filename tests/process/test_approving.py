"""Does what takes two persons take two, whatever one of them tries (T11), and is it done at once when both agree?"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import recorded, refused, rows, undone
from tests.worlds import World

from mem.core.errors import Conflict, MemError, NotAllowed, NotFound, Precondition, Refused
from mem.methods.models import StageMove
from mem.methods.service import move
from mem.people.models import Membership
from mem.people.policy import Actor
from mem.people.service import acting, end_role
from mem.process.approving import listed, second, shown, take_back
from mem.reports.models import Publication

NOWHERE = UUID(int=0xDEAD)

approved = looking.at("approved")
revising = looking.at("revision")


def loses_the_role(here: World, actor: Actor) -> Actor:
    """A person after the roles were ended."""
    held = select(Membership.id).where(Membership.person_id == actor.person_id)
    for one in here.work.db.execute(held).scalars().all():
        end_role(here.work, one)
    return acting(here.work, actor.person_id)


def test_two_persons_publish_and_both_are_named(approved: World) -> None:
    here = approved
    approval = here.ask(here.secretariat, "publish")
    assert (here.stage, rows(here.work, Publication)) == ("approved", [])
    done = second(here.by(here.deputy), here.deputy, approval)
    assert (here.stage, done.outcome, done.settled_by) == ("published", "given", here.deputy.person_id)
    moved = recorded(here.work, here.id, "stage_moved")[-1]
    assert moved["actor"] == str(here.deputy.person_id)
    assert moved["data"]["asked_by"] == str(here.secretariat.person_id)
    (last,) = (row for row in rows(here.work, StageMove) if row.trigger == "publish")
    assert (last.by, last.approval_id) == (here.deputy.person_id, approval)


def test_what_came_with_the_request_is_what_happens(revising: World) -> None:
    here = revising
    here.both(here.coordinator, here.secretariat, "reopen_consolidation", reason="A law was found.")
    assert here.stage == "consolidation"
    assert recorded(here.work, here.id, "stage_moved")[-1]["data"]["reason"] == "A law was found."


Attempt = Callable[[World, UUID], None]


def _same(here: World, approval: UUID) -> None:
    second(here.by(here.secretariat), here.secretariat, approval)


def _too_late(here: World, approval: UUID) -> None:
    second(here.by(here.deputy, days=8), here.deputy, approval)


def _role_lost(here: World, approval: UUID) -> None:
    gone = loses_the_role(here, here.deputy)
    second(here.by(gone), gone, approval)


def _asker_lost_role(here: World, approval: UUID) -> None:
    loses_the_role(here, here.secretariat)
    second(here.by(here.deputy), here.deputy, approval)


def _same_and_too_late(here: World, approval: UUID) -> None:
    second(here.by(here.secretariat, days=8), here.secretariat, approval)


def _withdrawn(here: World, approval: UUID) -> None:
    take_back(here.by(here.secretariat), here.secretariat, approval)
    second(here.by(here.deputy), here.deputy, approval)


def _twice(here: World, approval: UUID) -> None:
    second(here.by(here.deputy), here.deputy, approval)
    second(here.by(here.deputy), here.deputy, approval)


def _by_the_country(here: World, approval: UUID) -> None:
    second(here.by(here.entity), here.entity, approval)


def _unknown(here: World, approval: UUID) -> None:
    second(here.by(here.deputy), here.deputy, NOWHERE)


@pytest.mark.parametrize(
    ("attempt", "kind", "codes"),
    [
        (_same, Refused, {"same_person"}),
        (_too_late, Refused, {"approval_expired"}),
        (_same_and_too_late, Refused, {"approval_expired", "same_person"}),
        (_role_lost, NotAllowed, {"no_role"}),
        (_asker_lost_role, Refused, {"not_yours"}),
        (_withdrawn, Refused, {"settled_already"}),
        (_by_the_country, NotFound, set()),
        (_unknown, NotFound, set()),
        (_twice, NotFound, set()),
    ],
)
def test_one_person_alone_does_nothing(
    approved: World, attempt: Attempt, kind: type[MemError], codes: set[str]
) -> None:
    here = approved
    approval = here.ask(here.secretariat, "publish")
    with pytest.raises(kind) as caught:
        attempt(here, approval)
    assert {reason.code for reason in caught.value.reasons} == codes
    assert here.stage == ("published" if attempt is _twice else "approved")
    assert len(rows(here.work, Publication)) == (attempt is _twice)


def test_what_one_asked_for_is_not_asked_for_again_by_anybody(approved: World) -> None:
    here = approved
    here.ask(here.secretariat, "publish")
    for officer in (here.secretariat, here.deputy):
        with refused(here.work, Refused, "second_awaited"):
            here.ask(officer, "publish")


def test_it_waits_no_longer_where_the_subject_has_moved(revising: World) -> None:
    here = revising
    approval = here.ask(here.coordinator, "reopen_consolidation", reason="A law was found.")
    here.finalise()
    with pytest.raises((NotFound, Precondition)):
        second(here.by(here.secretariat), here.secretariat, approval)
    assert here.stage == "before_commission"


def test_whom_it_concerns_sees_it_and_nobody_else(approved: World) -> None:
    here = approved
    approval = here.ask(here.secretariat, "publish")
    for officer in (here.secretariat, here.deputy):
        assert [one.id for one in listed(here.work, officer, here.round)] == [approval]
        assert shown(here.work, officer, approval).act == "move"
    for other in (here.entity, here.auditor, here.commission, here.experts["BRB"], here.coordinator):
        assert listed(here.work, other, here.round) == []
        with pytest.raises(NotFound):
            shown(here.work, other, approval)
    with pytest.raises(NotFound):
        listed(here.work, here.secretariat, NOWHERE)
    with pytest.raises(NotAllowed):
        listed(here.work, Actor(here.secretariat.person_id, "Without a role", ()), here.round)


def test_only_who_asked_takes_it_back_and_once(approved: World) -> None:
    here = approved
    approval = here.ask(here.secretariat, "publish")
    with pytest.raises(NotFound):
        take_back(here.by(here.deputy), here.deputy, approval)
    take_back(here.by(here.secretariat), here.secretariat, approval)
    with pytest.raises(Conflict):
        take_back(here.by(here.secretariat), here.secretariat, approval)
    assert here.ask(here.deputy, "publish") != approval  # asked anew, by the other


def test_the_database_refuses_a_move_by_one(approved: World) -> None:
    """Whatever the code would do: the move without an approval, with one that is not given, with that of another."""
    here, road = approved, "country_evaluation"
    work, seen = here.by(here.deputy), ("approved", here.standing().version)

    def publishes(approval: UUID | None) -> None:
        move(work, here.id, here.method, road, "publish", seen, "published", approval)

    approval = here.ask(here.secretariat, "publish")
    for wrong in (None, NOWHERE, approval):
        with undone(work), pytest.raises(IntegrityError, match="two_persons"):
            publishes(wrong)
    assert here.stage == "approved"
