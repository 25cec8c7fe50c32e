"""Which rows make a round? The own-country rule stands here as a CHECK, whatever the policy says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class Round(Base):
    """One round of a mechanism. Its id is also its position and its chain. `members_on`: who was a member state on
    this day can be enrolled."""

    __tablename__ = "round"
    id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(400))
    method: Mapped[str] = mapped_column(ForeignKey("method.digest"))
    synthetic: Mapped[bool]
    members_on: Mapped[date]
    opened_at: Mapped[datetime]


class Cycle(Base):
    """One cycle of a round; `kind` names an entry of the mechanism's `cycles`."""

    __tablename__ = "cycle"
    __table_args__ = (UniqueConstraint("round_id", "code"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    code: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(80))


class CycleExclusion(Base):
    """A unit of the plan that a cycle leaves out and why, or (without a reason) evaluates whatever is said of the units
    above. The nearest setting decides for everything below it."""

    __tablename__ = "cycle_exclusion"
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
    reason: Mapped[str | None] = mapped_column(Text)


class CountryEvaluation(Base):
    """One member state in one cycle. Its id is also its position and its chain."""

    __tablename__ = "country_evaluation"
    __table_args__ = (UniqueConstraint("cycle_id", "state"), UniqueConstraint("id", "state"))
    id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), primary_key=True)
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycle.id"))
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    state: Mapped[str] = mapped_column(String(3))


class Designation(Base):
    """A person named by a state as its expert in a round. Ranks are data; whatever the rank, one voice a state."""

    __tablename__ = "designation"
    __table_args__ = (UniqueConstraint("round_id", "person_id"), UniqueConstraint("id", "state"))
    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    state: Mapped[str] = mapped_column(String(3))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    rank: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class Assignment(Base):
    """The voice of a state on the evaluation of another, and who speaks with it: the person designated. Both states are
    tied to their sources, so that neither side can change into a conflict. A voice can pass to another expert of its
    state, or end; a database trigger ties the person to the designation."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("expert_state <> evaluation_state", name="never_the_own_country"),
        UniqueConstraint("evaluation_id", "expert_state"),
        ForeignKeyConstraint(
            ["evaluation_id", "evaluation_state"],
            ["country_evaluation.id", "country_evaluation.state"],
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(
            ["designation_id", "expert_state"], ["designation.id", "designation.state"], onupdate="CASCADE"
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    evaluation_id: Mapped[UUID]
    evaluation_state: Mapped[str] = mapped_column(String(3))
    designation_id: Mapped[UUID]
    expert_state: Mapped[str] = mapped_column(String(3))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    handed_in_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Conflict(Base):
    """A person who evaluates has a conflict of interest with a state in a round, declared and not lifted yet: whoever
    has one has no part in the evaluation of that state. Two persons together lift it (a trigger demands that), and it
    can be declared again."""

    __tablename__ = "conflict"
    __table_args__ = (
        Index(
            "uq_conflict_declared", "round_id", "person_id", "state", unique=True,
            sqlite_where=text("lifted_at IS NULL"), postgresql_where=text("lifted_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(Text)
    declared_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    declared_at: Mapped[datetime]
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey("approval.id"))
    lifted_at: Mapped[datetime | None]


class Suspension(Base):
    """Nothing of a round, or of one evaluation, is edited or moved `since` then, `until` it goes on (null: not yet)."""

    __tablename__ = "suspension"
    __table_args__ = (
        Index(
            "uq_suspension_open", "position_id", unique=True,
            sqlite_where=text("until IS NULL"), postgresql_where=text("until IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[UUID] = mapped_column(primary_key=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)


class Opening(Base):
    """What a country may change for a time, whatever the stage: `artefacts` about some questions and units, or about
    everything (`whole`). It is over at its time, or when it is closed; `answers` and `sha256` are then the snapshot of
    what stands."""

    __tablename__ = "opening"
    __table_args__ = (CheckConstraint("(closed_at IS NULL) = (sha256 IS NULL)", name="closed_with_a_snapshot"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(80))
    artefacts: Mapped[list[Any]] = mapped_column(JSON)
    questions: Mapped[list[Any]] = mapped_column(JSON)
    units: Mapped[list[Any]] = mapped_column(JSON)
    whole: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))


class Deadline(Base):
    """Until when a subject may stand in a stage (`version` is that of the entry), and what lapses then; null while what
    it hangs on is not known. `number` counts how often a deadline of the subject was set or moved; `by_hand`: a person
    moved it, and it follows what it hangs on no more. Its changes are recorded on `chain_id`."""

    __tablename__ = "deadline"
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    lapse: Mapped[str | None] = mapped_column(String(80))
    first_due_at: Mapped[datetime | None]
    number: Mapped[int] = mapped_column(server_default="1")
    by_hand: Mapped[bool] = mapped_column(server_default=false())
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    chain_id: Mapped[UUID] = mapped_column(ForeignKey("chain.id"))


class Extension(Base):
    """More time that a state asks for, until the end of a day, and what came of it: another day, or a refusal. Of one
    deadline one is open at a time."""

    __tablename__ = "extension"
    __table_args__ = (
        ForeignKeyConstraint(["position_id", "version"], ["deadline.position_id", "deadline.version"]),
        CheckConstraint("outcome IN ('granted', 'refused')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (settled_by IS NULL)", name="settled_by_somebody"),
        Index(
            "uq_extension_open", "position_id", "version", unique=True,
            sqlite_where=text("outcome IS NULL"), postgresql_where=text("outcome IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[UUID] = mapped_column(primary_key=True)
    position_id: Mapped[UUID]
    version: Mapped[int]
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(20))
    granted_until: Mapped[date | None]
    answer: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]


class RoundDate(Base):
    """A date that the mechanism names, as a round has set it; `number` counts how often."""

    __tablename__ = "round_date"
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    day: Mapped[date]
    number: Mapped[int]


class Occasion(Base):
    """A dated event of a round, such as a session of the deciding body."""

    __tablename__ = "occasion"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    kind: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(400))
    held_on: Mapped[date]


class Decision(Base):
    """What an occasion decided of a subject, once: the trigger it fired, with its reason. `version` is the subject's
    after it."""

    __tablename__ = "decision"
    __table_args__ = (Index(None, "position_id", "occasion_id", unique=True),)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    occasion_id: Mapped[UUID] = mapped_column(ForeignKey("occasion.id"))
    trigger: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]
