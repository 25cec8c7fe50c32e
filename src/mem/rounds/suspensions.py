"""How is a round or an evaluation suspended, and how does it go on, with the time that was lost given back?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select, update

from mem.core.clock import iso
from mem.core.db import AnyRow
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.models import Position
from mem.methods.service import pinned
from mem.rounds.deadlines import change
from mem.rounds.models import Deadline, Suspension
from mem.rounds.suspended import since


def suspend(work: Work, position_id: UUID, inside: Sequence[UUID], reason: str) -> None:
    """From now on nothing is edited or moved there, nor `inside` (in one order): whoever edits in one of these now is
    waited for. Nothing that is suspended is suspended again: no transition for that is open."""
    work.db.execute(select(Position.id).where(Position.id.in_(inside)).order_by(Position.id).with_for_update()).all()
    suspension_id = work.new_id()
    row = {"id": suspension_id, "position_id": position_id, "since": work.now, "by": work.actor_id, "reason": reason}
    work.db.execute(insert(Suspension).values(**row))
    said = {"suspension": str(suspension_id), "position": str(position_id), "reason": reason}
    record(work, position_id, "suspension_began", said)


def resume(work: Work, position_id: UUID, inside: Sequence[UUID]) -> None:
    """It goes on, if it was suspended, and every deadline that ran moves by the time that was lost: there and `inside`,
    but for what is suspended by itself, and gets the whole of its own time back then."""
    found = suspension(work, position_id)
    if found is None:
        return
    work.db.execute(update(Suspension).where(Suspension.id == found.id).values(until=work.now))
    said = {"suspension": str(found.id), "position": str(position_id), "since": iso(found.since)}
    record(work, position_id, "suspension_ended", said)
    _give_back([position_id, *inside], work, found)


def suspension(work: Work, position_id: UUID) -> AnyRow | None:
    """The suspension of what stands at a position, if it is suspended by itself: id, since, reason."""
    return work.db.execute(
        select(Suspension.id, Suspension.since, Suspension.reason).where(
            Suspension.position_id == position_id, Suspension.until.is_(None)
        )
    ).first()


def _give_back(positions: Sequence[UUID], work: Work, ended: AnyRow) -> None:
    """Move the deadlines that ran when the suspension began, but for those that hang on something else: a session is
    held when it is held."""
    lost: timedelta = work.now - ended.since
    running = work.db.execute(
        select(Deadline.__table__, Position.method, Position.workflow)
        .join(Position, (Position.id == Deadline.position_id) & (Position.version == Deadline.version))
        .where(Position.id.in_(positions), Deadline.due_at > ended.since, since(Position.id).is_(None))
        .order_by(Deadline.position_id)
    ).all()
    for row in running:
        rule = pinned(work, row.method).workflows[row.workflow].stages[row.stage].deadline
        if row.by_hand or rule is None or rule.anchor is None:
            change(work, row, row.due_at + lost, "suspension_ended", by_hand=row.by_hand)
