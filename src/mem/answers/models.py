"""Which rows hold answers? Versions that are only added, and the snapshot each submission froze."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class AnswerVersion(Base):
    """One version of one answer. `not_applicable` holds the reason where the country says so instead of a value;
    `question_sha256` freezes the question's text as it was answered. Where somebody else typed in what the country
    said on paper, `on_behalf_of` is the state and `paper` says which paper."""

    __tablename__ = "answer_version"
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    not_applicable: Mapped[str | None] = mapped_column(Text)
    question_sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    on_behalf_of: Mapped[str | None] = mapped_column(String(3))
    paper: Mapped[str | None] = mapped_column(Text)


class Confirmation(Base):
    """The state's own word that an answer which was typed in for it says what it said."""

    __tablename__ = "answer_confirmation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["evaluation_id", "question", "version"],
            ["answer_version.evaluation_id", "answer_version.question", "answer_version.version"],
        ),
    )
    evaluation_id: Mapped[UUID] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class DeclarationVersion(Base):
    """The state says that a unit of the plan, with all below it, does not apply to it, and why; without a reason, that
    it takes that back."""

    __tablename__ = "declaration_version"
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str | None] = mapped_column(Text)
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Submission(Base):
    """What a country submitted: how many answers, and the digest over each answer's version and value.
    `version` is that of the evaluation after it."""

    __tablename__ = "submission"
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[UUID | None]
    at: Mapped[datetime]
