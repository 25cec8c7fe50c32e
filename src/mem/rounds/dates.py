"""When is what in a round? Dates that the mechanism names and a round sets; occasions that move."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import insert, select, update

from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, NotFound, Precondition, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.rounds.deadlines import follow, hold
from mem.rounds.models import Decision, Occasion, Round, RoundDate
from mem.rounds.standing import RoundStanding, round_permitted


def dates(work: Work, where: RoundStanding) -> list[tuple[str, dict[str, str], AnyRow | None]]:
    """The dates that the mechanism names: name, title by language, and what the round has set (day, number)."""
    rows = work.db.execute(select(RoundDate.__table__).where(RoundDate.round_id == where.id))
    found = {row.name: row for row in rows}
    return [(name, dict(one.title), found.get(name)) for name, one in where.method.calendar.dates.items()]


def set_date(work: Work, actor: Actor, round_id: UUID, name: str, day: date, reason: str, seen: int) -> int:
    """Set a date of a round, on the number that was seen (0: it was not set); its number after that. What hangs on it
    follows. Raises `Invalid`: the mechanism names no such date, `Precondition`."""
    where = round_permitted(work, actor, "dates.edit", round_id)
    if name not in where.method.calendar.dates:
        message = "The mechanism names no such date."
        raise Invalid("unknown_date", message, [Reason("unknown_date", message, about="path:name")])
    mine = (RoundDate.round_id == round_id) & (RoundDate.name == name)
    row = work.db.execute(select(RoundDate.day, RoundDate.number).where(mine)).first()
    if (0 if row is None else row.number) != seen:
        raise Precondition("stale", "This date was set since you saw it.", [Reason("stale", "It was set since.")])
    if row is None:
        work.db.execute(insert(RoundDate).values(round_id=round_id, name=name, day=day, number=1))
    else:
        work.db.execute(update(RoundDate).where(mine).values(day=day, number=seen + 1))
    before = None if row is None else row.day.isoformat()
    record(work, round_id, "date_set", {"name": name, "before": before, "day": day.isoformat(), "reason": reason})
    follow(work, round_id, where.method, "date_set")
    return seen + 1


def move_occasion(work: Work, actor: Actor, round_id: UUID, occasion_id: UUID, held_on: date, reason: str) -> None:
    """Move an occasion that is still to come to another day to come; what hangs on it follows. Raises `NotFound`,
    `Conflict`: it was held, or has decided; `Invalid`: the day is over."""
    where = round_permitted(work, actor, "round.record_occasion", round_id)
    hold(work, where.method, [*where.method.workflows])  # nobody decides by it meanwhile, as if it were held
    query = select(Occasion.kind, Occasion.held_on).where(Occasion.id == occasion_id, Occasion.round_id == round_id)
    row = work.db.execute(query).first()
    if row is None:
        raise NotFound
    decided = select(Decision.position_id).where(Decision.occasion_id == occasion_id).limit(1)
    if row.held_on < work.now.date() or work.db.execute(decided).first() is not None:
        reason_ = Reason("occasion_over", "This was held, or has decided: it moves no more.")
        raise Conflict(reason_.code, reason_.message, [reason_])
    opened = work.db.execute(select(Round.opened_at).where(Round.id == round_id)).scalar_one().date()
    if held_on < max(work.now.date(), opened):
        raise Invalid("not_ahead", "This day is over.", [Reason("in_the_past", "This day is over.", "/held_on")])
    work.db.execute(update(Occasion).where(Occasion.id == occasion_id).values(held_on=held_on))
    data = {"occasion": str(occasion_id), "kind": row.kind, "before": row.held_on.isoformat()}
    record(work, round_id, "occasion_moved", {**data, "held_on": held_on.isoformat(), "reason": reason})
    follow(work, round_id, where.method, "occasion_moved")
