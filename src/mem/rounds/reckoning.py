"""When is a deadline due? Its span, counted from what it hangs on, as far as that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import StageMove
from mem.rounds.models import Deadline, Decision, Occasion, RoundDate
from mem.workflow.definition import Workflow
from mem.workflow.spans import Anchor, StageDeadline


@dataclass(frozen=True)
class Entry:
    """A subject that entered a stage at an instant, with which version; in which round, by which method. `occasion` is
    the one that decided it."""

    position_id: UUID
    round_id: UUID
    method: Method
    workflow: Workflow
    stage: str
    version: int
    at: datetime
    occasion: UUID | None = None

    @property
    def deadline(self) -> StageDeadline | None:
        return self.workflow.stages[self.stage].deadline


def end_of(day: date) -> datetime:
    """The instant at which a day is over (UTC): whoever has until a day has all of it. Raises `OverflowError`."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def reckoned(work: Work, entry: Entry) -> datetime | None:
    """When the deadline of a stage is due; None while that is not known, or where it would lie past all calendars."""
    deadline = entry.deadline
    if deadline is None:
        return None
    span = entry.method.calendar.days[deadline.days]
    from_ = entry.at if deadline.anchor is None else _anchored(work, entry, deadline, deadline.anchor)
    if from_ is None:
        return None
    try:
        found = span.before(from_) if deadline.before else span.after(from_)
        return found if isinstance(found, datetime) else end_of(found)
    except (OverflowError, ValueError):
        return None


def _anchored(work: Work, entry: Entry, deadline: StageDeadline, anchor: Anchor) -> date | datetime | None:
    if anchor.occasion is not None:
        return _held_on(work, entry, anchor.occasion, decided=deadline.after is not None)
    if anchor.date is not None:
        named = select(RoundDate.day).where(RoundDate.round_id == entry.round_id, RoundDate.name == anchor.date)
        return work.db.execute(named).scalar()
    there = _there(entry, anchor)
    if anchor.entry is not None:
        entered = select(StageMove.at).where(
            StageMove.position_id == there.position_id, StageMove.to_stage == there.stage
        )
        return work.db.execute(entered.order_by(StageMove.seq.desc()).limit(1)).scalar()
    set_ = select(Deadline.due_at).where(Deadline.position_id == there.position_id, Deadline.stage == there.stage)
    row = work.db.execute(set_.order_by(Deadline.version.desc()).limit(1)).first()
    if row is not None:
        return row.due_at  # type: ignore[no-any-return]
    return None if there.deadline is None or there.deadline.anchor is None else reckoned(work, there)


def _there(entry: Entry, anchor: Anchor) -> Entry:
    """The other stage that a deadline hangs on, as if it were entered with this one."""
    assert anchor.stage is not None
    if anchor.workflow in (None, entry.workflow.workflow):
        return replace(entry, stage=anchor.stage)
    return replace(
        entry,
        position_id=entry.round_id,
        workflow=entry.method.workflows[anchor.workflow or ""],
        stage=anchor.stage,
        occasion=None,
    )


def _held_on(work: Work, entry: Entry, kind: str, decided: bool) -> date | None:
    """The day of the occasion of a kind that is meant: for what comes after it (`decided`) the one that decided the
    entry, where it was of this kind; else the first since the day of the entry that has not decided on this yet."""
    by = entry.occasion
    occasions = select(Occasion.held_on).where(Occasion.round_id == entry.round_id, Occasion.kind == kind)
    if by is not None and decided:
        day = work.db.execute(occasions.where(Occasion.id == by)).scalar()
        if day is not None:
            return day
    spent = select(Decision.occasion_id).where(Decision.position_id == entry.position_id)
    ahead = occasions.where(Occasion.held_on >= entry.at.date(), Occasion.id.not_in(spent))
    if by is not None:
        ahead = ahead.where(Occasion.id != by)
    return work.db.execute(ahead.order_by(Occasion.held_on).limit(1)).scalar()
