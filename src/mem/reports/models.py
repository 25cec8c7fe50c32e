"""Which rows hold reports? Versions that never change, comments on their paragraphs, responses, publications."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class ReportVersion(Base):
    """One version of an evaluation's report: its title and its paragraphs, each with its sources."""

    __tablename__ = "report_version"
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(80))
    title: Mapped[dict[str, Any]]
    paragraphs: Mapped[list[Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[UUID | None]
    at: Mapped[datetime]


class Comment(Base):
    """What the country says of one paragraph, or of the rating in it."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("about IN ('paragraph', 'rating')", name="about_is_known"),
        ForeignKeyConstraint(
            ["evaluation_id", "report_version"], ["report_version.evaluation_id", "report_version.version"]
        ),
        Index("uq_comment_number", "evaluation_id", "number", unique=True),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    evaluation_id: Mapped[UUID] = mapped_column(index=True)
    report_version: Mapped[int]
    number: Mapped[int]
    paragraph: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Response(Base):
    """The experts' answer to one comment: accepted, partly or not, why, and what changes. Once, and for good."""

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint("disposition IN ('accepted', 'partly_accepted', 'not_accepted')", name="disposition_is_known"),
    )
    comment_id: Mapped[UUID] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    disposition: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    changed_text: Mapped[dict[str, Any] | None]
    changed_rating: Mapped[str | None] = mapped_column(String(80))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Publication(Base):
    """A version released to the public."""

    __tablename__ = "publication"
    __table_args__ = (
        ForeignKeyConstraint(["evaluation_id", "version"], ["report_version.evaluation_id", "report_version.version"]),
    )
    evaluation_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    at: Mapped[datetime]
