"""How is an act asked for by one person and approved by another, once?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update

from mem.approvals.models import Approval
from mem.core.errors import Conflict, NotFound, Reason
from mem.core.work import Work
from mem.ledger.service import record

GIVEN, WITHDRAWN = "given", "withdrawn"
WAITING = "second_awaited"
"""The code of the reason that somebody has asked for it already."""


@dataclass(frozen=True)
class Asked:
    """An act to ask for: on which subject, in which version of it, with what content; the round it belongs to, and the
    chain on which it is recorded."""

    act: str
    subject_id: UUID
    version: int
    content: Mapping[str, Any]
    round_id: UUID
    chain_id: UUID


@dataclass(frozen=True)
class Waiting:
    """An approval as it stands: what was asked for, by whom, and (once there is one) its end."""

    id: UUID
    act: str
    subject_id: UUID
    version: int
    content: Mapping[str, Any]
    chain_id: UUID
    round_id: UUID
    asked_by: UUID
    asked_at: datetime
    expires_at: datetime | None
    outcome: str | None
    settled_by: UUID | None
    settled_at: datetime | None

    @property
    def named(self) -> dict[str, str]:
        """Who asked, as an event says it; who approved is the event's own actor."""
        return {"asked_by": str(self.asked_by)}


_ALL = select(Approval.__table__)


def ask(work: Work, asked: Asked, expires_at: datetime | None) -> UUID:
    """Ask for an act, which another person then approves until a time (None: without end). Whoever calls this has
    locked the subject and seen that nobody asked for the same."""
    approval_id = work.new_id()
    row = {**vars(asked), "id": approval_id, "asked_by": work.actor_id, "asked_at": work.now}
    work.db.execute(insert(Approval).values(**row, expires_at=expires_at))
    data = {"approval": str(approval_id), "act": asked.act, "subject": str(asked.subject_id), **asked.content}
    record(work, asked.chain_id, "approval_asked", data)
    return approval_id


def waiting(work: Work, **where: UUID) -> list[Waiting]:
    """What still waits for a second person, by `round_id` or `subject_id`, the oldest first."""
    query = (
        _ALL.where(Approval.outcome.is_(None), or_(Approval.expires_at.is_(None), Approval.expires_at > work.now))
        .where(*(getattr(Approval, name) == value for name, value in where.items()))
        .order_by(Approval.asked_at, Approval.id)
    )
    return [Waiting(**row._mapping) for row in work.db.execute(query)]


def found(work: Work, approval_id: UUID, hold: bool = False) -> Waiting:
    """An approval, whatever became of it, and perhaps held until the transaction ends. Raises `NotFound`."""
    query = _ALL.where(Approval.id == approval_id)
    row = work.db.execute(query.with_for_update() if hold else query).first()
    if row is None:
        raise NotFound
    return Waiting(**row._mapping)


def against_second(work: Work, row: Waiting, person_id: UUID) -> list[Reason]:
    """Why a person cannot give an approval, whatever it is about: it was given or withdrawn, its time is over, or it
    was the same person who asked."""
    reasons = []
    if row.outcome is not None:
        reasons.append(Reason("settled_already", "This has been approved or withdrawn already."))
    elif row.expires_at is not None and row.expires_at <= work.now:
        reasons.append(Reason("approval_expired", "The time for a second person has passed; it can be asked anew."))
    if row.asked_by == person_id:
        reasons.append(Reason("same_person", "Whoever asked for it does not approve it."))
    return reasons


def give(work: Work, row: Waiting) -> None:
    """Give an approval, by whoever acts: a second person. What was asked for is then done in the same transaction."""
    _settle(work, row, GIVEN)
    data = {"approval": str(row.id), "act": row.act, "subject": str(row.subject_id), **row.named}
    record(work, row.chain_id, "approval_given", data)


def withdraw(work: Work, row: Waiting) -> None:
    """Take back what one asked for oneself. Raises `Conflict` when it is settled already."""
    if row.outcome is not None:
        reason = Reason("settled_already", "This has been approved or withdrawn already.")
        raise Conflict(reason.code, reason.message, [reason])
    _settle(work, row, WITHDRAWN)
    record(work, row.chain_id, "approval_withdrawn", {"approval": str(row.id), "act": row.act})


def _settle(work: Work, row: Waiting, outcome: str) -> None:
    work.db.execute(
        update(Approval)
        .where(Approval.id == row.id)
        .values(outcome=outcome, settled_by=work.actor_id, settled_at=work.now)
    )
