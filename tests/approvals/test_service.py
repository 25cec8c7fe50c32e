"""Is an act approved once, by another person than who asked, in time, whatever the code would do?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import recorded, refused, rows, undone
from tests.worlds import World

from mem.approvals.models import Approval
from mem.approvals.service import Asked, Waiting, against_second, ask, found, give, waiting, withdraw
from mem.core.errors import Conflict, NotFound

WEEK = timedelta(days=7)
NOWHERE = UUID(int=0xDEAD)

here = looking.at()


def asked(here: World, within: timedelta | None = WEEK) -> Waiting:
    """The officer asks for something on the round."""
    work = here.by(here.secretariat)
    until = None if within is None else work.now + within
    return found(work, ask(work, Asked("fly", here.round, 3, {"reason": "Because."}, here.round, here.round), until))


def codes(here: World, one: Waiting, person: UUID, days: int = 0) -> list[str]:
    return [reason.code for reason in against_second(here.by(here.deputy, days), one, person)]


def test_what_is_asked_for_waits_and_is_recorded(here: World) -> None:
    one = asked(here)
    assert waiting(here.work, round_id=here.round) == waiting(here.work, subject_id=here.round) == [one]
    assert waiting(here.work, round_id=NOWHERE) == []
    (said,) = recorded(here.work, here.round, "approval_asked")
    assert said["data"] == {"approval": str(one.id), "act": "fly", "subject": str(here.round), "reason": "Because."}
    assert said["actor"] == str(here.secretariat.person_id)


def test_another_person_gives_it_in_time_and_once(here: World) -> None:
    one = asked(here)
    assert codes(here, one, here.deputy.person_id) == []
    assert codes(here, one, here.secretariat.person_id) == ["same_person"]
    assert codes(here, one, here.deputy.person_id, 6) == []
    assert codes(here, one, here.deputy.person_id, 7) == ["approval_expired"]
    assert codes(here, one, here.secretariat.person_id, 8) == ["approval_expired", "same_person"]
    give(here.by(here.deputy), one)
    done = found(here.work, one.id)
    assert (done.outcome, done.settled_by) == ("given", here.deputy.person_id)
    assert codes(here, done, here.deputy.person_id) == ["settled_already"]
    assert waiting(here.work, round_id=here.round) == []
    (said,) = recorded(here.work, here.round, "approval_given")
    assert (said["actor"], said["data"]["asked_by"]) == (str(here.deputy.person_id), str(here.secretariat.person_id))


def test_what_has_no_end_waits_for_ever_and_what_has_one_no_longer(here: World) -> None:
    timed, endless = asked(here), asked(here, None)
    assert waiting(here.by(here.deputy, 400), round_id=here.round) == [endless]
    assert waiting(here.by(here.deputy, 6), round_id=here.round) in ([timed, endless], [endless, timed])


def test_what_was_withdrawn_is_over(here: World) -> None:
    one = asked(here)
    withdraw(here.by(here.secretariat), one)
    done = found(here.work, one.id)
    assert done.outcome == "withdrawn"
    assert codes(here, done, here.deputy.person_id) == ["settled_already"]
    with refused(here.work, Conflict, "settled_already"):
        withdraw(here.by(here.secretariat), done)


def test_what_is_nowhere_is_not_found(here: World) -> None:
    with pytest.raises(NotFound):
        found(here.work, NOWHERE)


def test_the_database_knows_that_they_are_two_and_that_it_ends_once(here: World) -> None:
    one = asked(here)
    with undone(here.work), pytest.raises(IntegrityError, match="two_persons"):
        give(here.by(here.secretariat), one)
    with undone(here.work), pytest.raises(IntegrityError, match=r"ended_by_somebody|only_settled"):
        give(replace(here.work, actor_id=None), one)
    give(here.by(here.deputy), one)
    ours = Approval.id == one.id
    for statement in (
        update(Approval).where(ours).values(settled_by=here.entity.person_id),
        update(Approval).where(ours).values(content={"reason": "Another."}),
        update(Approval).where(ours).values(outcome=None, settled_by=None, settled_at=None),
        delete(Approval).where(ours),
    ):
        with undone(here.work), pytest.raises(IntegrityError, match=r"only_settled|only_added_to"):
            here.work.db.execute(statement)
    assert [row.outcome for row in rows(here.work, Approval)] == ["given"]
