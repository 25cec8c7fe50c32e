"""Which row holds an act that one person asked for and another approves? The database knows that they are two."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class Approval(Base):
    """An act that takes two persons: what is asked for (`act` on a subject in a version, with its content), by whom,
    until when another may approve, and how that ended. Nothing of it changes but its end, once."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("outcome <> 'given' OR settled_by <> asked_by", name="two_persons"),
        CheckConstraint("(outcome IS NULL) = (settled_by IS NULL)", name="ended_by_somebody"),
        CheckConstraint("outcome IN ('given', 'withdrawn')", name="outcome"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID] = mapped_column(index=True)
    version: Mapped[int]
    content: Mapped[Any] = mapped_column(JSON)
    chain_id: Mapped[UUID] = mapped_column(ForeignKey("chain.id"))
    round_id: Mapped[UUID] = mapped_column(index=True)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
