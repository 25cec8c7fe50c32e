"""What is due? Deadlines that have passed with a lapse; each fires once, since it belongs to one stage entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from mem.core.work import Work
from mem.methods.models import Position
from mem.recommendations.models import Recommendation
from mem.rounds.models import CountryEvaluation, Deadline, Suspension


@dataclass(frozen=True)
class Due:
    """A lapse to fire: the subject, its version when the deadline was set, the trigger, and since when."""

    position_id: UUID
    version: int
    trigger: str
    since: datetime


def _suspended() -> ColumnElement[bool]:
    """Whether a position is suspended, by itself or with what it is part of."""
    its = select(Recommendation.evaluation_id).where(Recommendation.id == Position.id)
    evaluation = its.correlate(Position).scalar_subquery()
    whole = select(CountryEvaluation.round_id).where(CountryEvaluation.id.in_([Position.id, evaluation]))
    round_ = whole.correlate(Position).scalar_subquery()
    held = Suspension.position_id.in_([Position.id, evaluation, round_])
    return exists().where(Suspension.until.is_(None), held).correlate(Position)


def due(work: Work, position_id: UUID | None = None) -> list[Due]:
    """Every lapse (of one subject, if one is named) whose time has come and whose subject still stands there and runs,
    oldest first."""
    query = (
        select(Deadline.position_id, Deadline.version, Deadline.lapse, Deadline.due_at)
        .join(Position, (Position.id == Deadline.position_id) & (Position.version == Deadline.version))
        .where(Deadline.due_at <= work.now, Deadline.lapse.is_not(None), ~_suspended())
        .order_by(Deadline.due_at, Deadline.position_id)
    )
    rows = work.db.execute(query if position_id is None else query.where(Deadline.position_id == position_id))
    return [Due(position, version, str(trigger), since) for position, version, trigger, since in rows if since]
