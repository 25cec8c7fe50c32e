"""Which rows hold a pinned method, the moves it allows, and where each subject stands?

`stage_move` may only hold moves that `allowed_transition` lists, and triggers refuse any change of
`position.stage` without its move: the database refuses an illegal transition by itself. The one other change of a
position is that of its method, with its row in `method_change`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class MethodRow(Base):
    """One version of a mechanism, by the digest over the digests of its parts."""

    __tablename__ = "method"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    mechanism: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    pinned_at: Mapped[datetime]


class MethodPart(Base):
    """One file of a pinned method: its name, the RFC 8785 bytes of its content, and their digest."""

    __tablename__ = "method_part"
    method: Mapped[str] = mapped_column(ForeignKey("method.digest"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    canonical: Mapped[bytes] = mapped_column(LargeBinary)


class AllowedTransition(Base):
    """One move that a pinned workflow allows, and whether it takes two persons."""

    __tablename__ = "allowed_transition"
    method: Mapped[str] = mapped_column(ForeignKey("method.digest"), primary_key=True)
    workflow: Mapped[str] = mapped_column(String(80), primary_key=True)
    from_stage: Mapped[str] = mapped_column(String(80), primary_key=True)
    trigger: Mapped[str] = mapped_column(String(80), primary_key=True)
    to_stage: Mapped[str] = mapped_column(String(80), primary_key=True)
    two_persons: Mapped[bool] = mapped_column(server_default=false())


class Position(Base):
    """Where a round, a country evaluation or a recommendation stands. `version` grows by one with each move."""

    __tablename__ = "position"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(40))
    method: Mapped[str] = mapped_column(ForeignKey("method.digest"))
    workflow: Mapped[str] = mapped_column(String(80))
    stage: Mapped[str] = mapped_column(String(80), index=True)
    version: Mapped[int]
    entered_at: Mapped[datetime]


class StageMove(Base):
    """One move that happened. `seq` is the version it produced. Of one that takes two persons, `by` is the second, and
    `approval_id` says who asked for it; a trigger demands it."""

    __tablename__ = "stage_move"
    __table_args__ = (
        ForeignKeyConstraint(
            ["method", "workflow", "from_stage", "trigger", "to_stage"],
            [
                "allowed_transition.method",
                "allowed_transition.workflow",
                "allowed_transition.from_stage",
                "allowed_transition.trigger",
                "allowed_transition.to_stage",
            ],
            name="fk_stage_move_is_allowed",
        ),
    )
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    method: Mapped[str] = mapped_column(String(64))
    workflow: Mapped[str] = mapped_column(String(80))
    from_stage: Mapped[str] = mapped_column(String(80))
    trigger: Mapped[str] = mapped_column(String(80))
    to_stage: Mapped[str] = mapped_column(String(80))
    by: Mapped[UUID | None]
    at: Mapped[datetime]
    approval_id: Mapped[UUID | None]


class MethodChange(Base):
    """One subject that was put on the same road of another method of its mechanism, with a reason. `seq` is the version
    it produced. Its stage has the same name on both, or is gone from the newer one; a trigger demands that."""

    __tablename__ = "method_change"
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    workflow: Mapped[str] = mapped_column(String(80))
    from_method: Mapped[str] = mapped_column(ForeignKey("method.digest"))
    to_method: Mapped[str] = mapped_column(ForeignKey("method.digest"))
    from_stage: Mapped[str] = mapped_column(String(80))
    to_stage: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[UUID]
    at: Mapped[datetime]
