"""Which rows hold judgement? Findings by assignment (one voice a state), and conclusions of all; only added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class FindingVersion(Base):
    """One version of what one assigned voice finds on one unit, with its citations and a proposed rating."""

    __tablename__ = "finding_version"
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), index=True)
    text: Mapped[dict[str, Any]]
    rating: Mapped[str] = mapped_column(String(80))
    citations: Mapped[list[Any]]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class ConclusionVersion(Base):
    """One version of what the experts conclude together on one unit: by consensus, or with dissents recorded."""

    __tablename__ = "conclusion_version"
    __table_args__ = (CheckConstraint("agreement IN ('consensus', 'dissent')", name="agreement_is_known"),)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[dict[str, Any]]
    rating: Mapped[str] = mapped_column(String(80))
    agreement: Mapped[str] = mapped_column(String(10))
    dissents: Mapped[list[Any]]
    recommendation: Mapped[dict[str, Any] | None]
    citations: Mapped[list[Any]]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
