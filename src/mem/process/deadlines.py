"""What is due? Deadlines that have passed with a lapse; each fires once, since it belongs to one stage entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from mem.core.work import Work
from mem.methods.models import Position
from mem.rounds.models import Deadline


@dataclass(frozen=True)
class Due:
    """A lapse to fire: the subject, its version when the deadline was set, the trigger, and since when."""

    position_id: UUID
    version: int
    trigger: str
    since: datetime


def due(work: Work, position_id: UUID | None = None) -> list[Due]:
    """Every lapse (of one subject, if one is named) whose time has come and whose subject still stands there, oldest
    first."""
    query = (
        select(Deadline.position_id, Deadline.version, Deadline.lapse, Deadline.due_at)
        .join(Position, (Position.id == Deadline.position_id) & (Position.version == Deadline.version))
        .where(Deadline.due_at <= work.now, Deadline.lapse.is_not(None))
        .order_by(Deadline.due_at, Deadline.position_id)
    )
    rows = work.db.execute(query if position_id is None else query.where(Deadline.position_id == position_id))
    return [Due(position, version, str(trigger), since) for position, version, trigger, since in rows if since]
