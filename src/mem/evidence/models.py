"""Which rows hold evidence, and what is it evidence for?"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class Evidence(Base):
    """One piece of evidence of an evaluation: a link, or a small file. `sha256` is that of the file's bytes, or of
    the link's address; the linked page itself is not copied."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("(kind = 'link') = (url IS NOT NULL)", name="a_link_has_an_address"),
        CheckConstraint("(kind = 'file') = (media_type IS NOT NULL)", name="a_file_has_a_type"),
        UniqueConstraint("id", "evaluation_id"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(500))
    url: Mapped[str | None] = mapped_column(String(2000))
    file_name: Mapped[str | None] = mapped_column(String(200))
    media_type: Mapped[str | None] = mapped_column(String(100))
    size: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))
    issued_on: Mapped[date | None]
    language: Mapped[str | None] = mapped_column(String(2))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class EvidenceUnit(Base):
    """A unit of the plan that a piece of evidence supports."""

    __tablename__ = "evidence_unit"
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
