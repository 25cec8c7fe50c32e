"""How does a state ask for more time, and how is that granted or refused?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import insert, select, update

from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, NotAllowed, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.models import Position, StageMove
from mem.people.policy import Actor
from mem.rounds.deadlines import ahead, change, present
from mem.rounds.models import Deadline, Extension
from mem.rounds.standing import permitted

GRANTED, REFUSED = "granted", "refused"


def ask(work: Work, actor: Actor, evaluation_id: UUID, until: date, reason: str) -> UUID:
    """Ask for the present deadline of an evaluation to be moved to the end of a day. Raises `Conflict`: its time has
    passed, there is none, or more time is asked for already; `Invalid`: it would not be more time."""
    try:
        permitted(work, actor, "extensions.edit", evaluation_id)
    except NotAllowed as refusal:
        if {one.code for one in refusal.reasons} == {"not_open"} and _lapsed(work, evaluation_id):
            _contradict("deadline_passed", "The time for this has passed, and the stage was left with it.")
        raise
    row = present(work, evaluation_id)
    wished = ahead(work, until)
    if row.due_at is None:
        _contradict("no_deadline", "This deadline has no date yet that could be moved.")
    if wished <= row.due_at:
        raise Invalid("not_more_time", "This is no more time.", [Reason("not_more_time", "It ends later.", "/until")])
    if _open(work, row) is not None:
        _contradict("asked_already", "More time was asked for already, and that is not settled.")
    extension_id = work.new_id()
    of = {"position_id": evaluation_id, "version": row.version}
    said = {"until": until, "reason": reason, "asked_by": actor.person_id, "asked_at": work.now}
    work.db.execute(insert(Extension).values(id=extension_id, **of, **said))
    data = {"extension": str(extension_id), "version": row.version, "until": until.isoformat(), "reason": reason}
    record(work, evaluation_id, "extension_asked", data)
    return extension_id


def grant(
    work: Work, actor: Actor, evaluation_id: UUID, extension_id: UUID, until: date | None, reason: str | None
) -> None:
    """Grant what a state asked for, perhaps until another day (None: the one it wished): the deadline moves to the end
    of it. Raises `Conflict`: this is not open, or the time has passed; `Invalid`: the day is over."""
    row, asked = _settling(work, actor, evaluation_id, extension_id)
    day = until or asked.until
    due = ahead(work, day)
    _settle(work, asked, GRANTED, day, reason)
    data = {"extension": str(extension_id), "until": day.isoformat(), "reason": reason}
    record(work, evaluation_id, "extension_granted", data)
    change(work, row, due, "extension_granted", reason, by_hand=True)


def refuse(work: Work, actor: Actor, evaluation_id: UUID, extension_id: UUID, reason: str) -> None:
    """Refuse what a state asked for: the deadline stays. Raises `Conflict` as `grant` does."""
    _, asked = _settling(work, actor, evaluation_id, extension_id)
    _settle(work, asked, REFUSED, None, reason)
    record(work, evaluation_id, "extension_refused", {"extension": str(extension_id), "reason": reason})


def _settling(work: Work, actor: Actor, evaluation_id: UUID, extension_id: UUID) -> tuple[AnyRow, AnyRow]:
    permitted(work, actor, "deadlines.edit", evaluation_id)
    row = present(work, evaluation_id)
    asked = _open(work, row)
    if asked is None or asked.id != extension_id:
        _contradict("not_asked", "More time is not asked for in this way, or that was settled.")
    assert asked is not None
    return row, asked


def _settle(work: Work, asked: AnyRow, outcome: str, until: date | None, answer: str | None) -> None:
    work.db.execute(
        update(Extension)
        .where(Extension.id == asked.id)
        .values(
            outcome=outcome, granted_until=until, answer=answer, settled_by=work.actor_id, settled_at=work.now
        )
    )  # fmt: skip


def _open(work: Work, row: AnyRow) -> AnyRow | None:
    query = select(Extension.__table__).where(
        Extension.position_id == row.position_id, Extension.version == row.version, Extension.outcome.is_(None)
    )
    return work.db.execute(query).first()


def _lapsed(work: Work, evaluation_id: UUID) -> bool:
    """Whether an evaluation came to where it stands by what lapsed with the deadline before."""
    query = (
        select(StageMove.seq)
        .join(Position, (Position.id == StageMove.position_id) & (Position.version == StageMove.seq))
        .join(Deadline, (Deadline.position_id == Position.id) & (Deadline.version == Position.version - 1))
        .where(Position.id == evaluation_id, StageMove.by.is_(None), StageMove.trigger == Deadline.lapse)
    )
    return work.db.execute(query).first() is not None


def _contradict(code: str, message: str) -> None:
    raise Conflict(code, message, [Reason(code, message)])
