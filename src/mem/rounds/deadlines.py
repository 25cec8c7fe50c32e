"""Which deadlines stand, and how do they come to be, follow what they hang on, and move?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update

from mem.core.clock import iso
from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, Precondition, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.method import Method
from mem.methods.models import Position
from mem.methods.service import pinned
from mem.people.policy import Actor
from mem.rounds.models import CountryEvaluation, Deadline, Decision, Extension
from mem.rounds.reckoning import Entry, end_of, reckoned
from mem.rounds.standing import RoundStanding, permitted, round_permitted
from mem.rounds.visible import visible_to

_PRESENT = (Position.id == Deadline.position_id) & (Position.version == Deadline.version)
IN_THE_PAST = "in_the_past"


@dataclass(frozen=True)
class Standing:
    """A deadline of a subject where it stands now. `state` is that of an evaluation, None of a round; `extension` the
    newest that was asked for."""

    deadline: AnyRow
    state: str | None
    extension: AnyRow | None


def enter(work: Work, entry: Entry, chain_id: UUID) -> datetime | None:
    """Set the deadline of a stage that is entered, and let what hangs on a round follow it; when it is due."""
    due = reckoned(work, entry)
    if entry.deadline is not None:
        put(work, entry, due, chain_id)
    return due


def put(work: Work, entry: Entry, due: datetime | None, chain_id: UUID, by_hand: bool = False) -> None:
    """Set the deadline of a stage, which has one, to a time; whoever does records that."""
    assert entry.deadline is not None
    before = select(func.max(Deadline.number)).where(Deadline.position_id == entry.position_id)
    work.db.execute(
        insert(Deadline).values(
            position_id=entry.position_id,
            version=entry.version,
            stage=entry.stage,
            due_at=due,
            lapse=entry.deadline.lapse,
            first_due_at=due,
            number=1 + (work.db.execute(before).scalar() or 0),
            by_hand=by_hand,
            round_id=entry.round_id,
            chain_id=chain_id,
        )
    )


def keep(work: Work, entry: Entry) -> datetime | None:
    """What moved and yet stays where it is keeps the deadline that runs; when it is due."""
    before = (Deadline.position_id == entry.position_id) & (Deadline.version == entry.version - 1)
    found = work.db.execute(select(Deadline.__table__).where(before)).first()
    if found is None:
        return None
    due: datetime | None = found.due_at
    first = None if due is None else found.first_due_at
    kept = {**found._mapping, "version": entry.version, "number": found.number + 1, "first_due_at": first}
    work.db.execute(insert(Deadline).values(kept))
    return due


def follow(work: Work, round_id: UUID, method: Method, cause: str) -> None:
    """Reckon anew the present deadlines of a round that hang on something, after `cause` (an event of the round), whose
    position is held. Nobody enters a stage meanwhile without seeing what changed. One that a person moved stays."""
    roads = [
        name
        for name, road in method.workflows.items()
        if any(one.deadline is not None and one.deadline.anchor is not None for one in road.stages.values())
    ]
    if not roads:
        return
    hold(work, method, roads)
    rows = work.db.execute(
        select(Deadline.__table__, Position.method, Position.workflow, Position.entered_at, Decision.occasion_id)
        .join(Position, _PRESENT)
        .outerjoin(Decision, (Decision.position_id == Position.id) & (Decision.version == Position.version))
        .where(Deadline.round_id == round_id, Position.workflow.in_(roads), Deadline.by_hand.is_(False))
        .order_by(Deadline.position_id != round_id, Deadline.position_id)
    ).all()
    for row in rows:
        its = pinned(work, row.method)
        entry = Entry(
            row.position_id, round_id, its, its.workflows[row.workflow], row.stage, row.version, row.entered_at,
            row.occasion_id,
        )  # fmt: skip
        if entry.deadline is not None and entry.deadline.anchor is not None:
            due = reckoned(work, entry)
            if due != row.due_at:
                change(work, row, due, cause)


def hold(work: Work, method: Method, roads: Sequence[str]) -> None:
    """Keep whatever runs on these workflows of a method from moving until the transaction ends."""
    on_them = select(Position.id).where(Position.method == method.digest, Position.workflow.in_(roads))
    work.db.execute(on_them.order_by(Position.id).with_for_update()).all()


def change(
    work: Work, row: AnyRow, due: datetime | None, cause: str, reason: str | None = None, by_hand: bool = False
) -> int:
    """Let a deadline be due at another time; its number after that. `by_hand`: a person moves it."""
    number = row.number + 1
    work.db.execute(
        update(Deadline)
        .where(Deadline.position_id == row.position_id, Deadline.version == row.version)
        .values(due_at=due, first_due_at=row.first_due_at or due, number=number, by_hand=by_hand)
    )
    said = {
        "position": str(row.position_id),
        "version": row.version,
        "stage": row.stage,
        "before": None if row.due_at is None else iso(row.due_at),
        "due_at": None if due is None else iso(due),
        "cause": cause,
        "reason": reason,
    }
    record(work, row.chain_id, "deadline_moved", said)
    return int(number)


def move_by_hand(
    work: Work, actor: Actor, position_id: UUID, until: date, reason: str, seen: int, of_round: bool
) -> int:
    """Move the present deadline of a round or an evaluation to the end of a day; its number after that. `seen` is the
    number that was seen. Raises `Conflict` where there is none, or its time has passed, `Precondition`, `Invalid`."""
    action = "deadlines.edit"
    where = (
        round_permitted(work, actor, action, position_id) if of_round else permitted(work, actor, action, position_id)
    )
    row = present(work, position_id)
    if row.number != seen:
        raise Precondition(
            "stale", "This deadline has moved since you saw it.", [Reason("stale", "It was set or moved since.")]
        )
    number = change(work, row, ahead(work, until), "deadline_moved", reason, by_hand=True)
    if of_round:
        follow(work, position_id, where.method, "deadline_moved")
    return number


def ahead(work: Work, until: date) -> datetime:
    """The end of a day that is not over yet. Raises `Invalid`."""
    try:
        due = end_of(until)
    except OverflowError:
        due = work.now
    if due <= work.now:
        raise Invalid("not_ahead", "This day is over.", [Reason(IN_THE_PAST, "This day is over.", "/until")])
    return due


def present(work: Work, position_id: UUID) -> AnyRow:
    """The deadline of a subject where it stands now. Raises `Conflict`: there is none, or it has lapsed."""
    query = select(Deadline.__table__).join(Position, _PRESENT).where(Deadline.position_id == position_id)
    row = work.db.execute(query).first()
    if row is None:
        reason = Reason("no_deadline", "There is no deadline where this stands.")
    elif row.lapse is not None and row.due_at is not None and row.due_at <= work.now:
        reason = Reason("deadline_passed", "The time for this has passed.")
    else:
        return row
    raise Conflict(reason.code, reason.message, [reason])


def deadlines(work: Work, actor: Actor, where: RoundStanding, evaluation_id: UUID | None = None) -> list[Standing]:
    """The present deadlines of a round and its evaluations (or of one of these) that the actor may know of: the
    round's own first, then what is due first."""
    seen = [CountryEvaluation.round_id == where.id, visible_to(actor, where.method)]
    if evaluation_id is None:
        mine = or_(Deadline.position_id == where.id, CountryEvaluation.id.is_not(None) & seen[0] & seen[1])
    else:
        mine = (CountryEvaluation.id == evaluation_id) & seen[0] & seen[1]
    rows = work.db.execute(
        select(Deadline.__table__, CountryEvaluation.state)
        .join(Position, _PRESENT)
        .outerjoin(CountryEvaluation, CountryEvaluation.id == Deadline.position_id)
        .where(Deadline.round_id == where.id, mine)
        .order_by(Deadline.position_id != where.id, Deadline.due_at, CountryEvaluation.state, Deadline.position_id)
    ).all()
    asked = work.db.execute(
        select(Extension.__table__)
        .join(Deadline, (Deadline.position_id == Extension.position_id) & (Deadline.version == Extension.version))
        .where(Deadline.round_id == where.id)
        .order_by(Extension.asked_at, Extension.id)
    )
    newest = {(one.position_id, one.version): one for one in asked}
    return [Standing(row, row.state, newest.get((row.position_id, row.version))) for row in rows]
