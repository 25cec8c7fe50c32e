"""Which rows hold judgement? Findings by assignment (one voice a state), conclusions of all, and what each voice says
to a conclusion; only added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
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
    """One version of what the experts conclude together on one unit; whether they agree, each voice says itself."""

    __tablename__ = "conclusion_version"
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[dict[str, Any]]
    rating: Mapped[str] = mapped_column(String(80))
    recommendation: Mapped[dict[str, Any] | None]
    citations: Mapped[list[Any]]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Stance(Base):
    """What one voice says to one version of a conclusion: it agrees, or dissents with a text. Once, and for good; a new
    version of the conclusion is spoken to anew."""

    __tablename__ = "stance"
    __table_args__ = (
        CheckConstraint("agrees = (text IS NULL)", name="a_dissent_has_its_text"),
        ForeignKeyConstraint(
            ["evaluation_id", "unit", "version"],
            ["conclusion_version.evaluation_id", "conclusion_version.unit", "conclusion_version.version"],
        ),
    )
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[UUID] = mapped_column(index=True)
    agrees: Mapped[bool]
    text: Mapped[dict[str, Any] | None]
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
