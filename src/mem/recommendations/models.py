"""Which rows hold recommendations? Their id is also their position."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class Recommendation(Base):
    """One recommendation to one state, on one unit, in the words of the report that was published."""

    __tablename__ = "recommendation"
    __table_args__ = (UniqueConstraint("evaluation_id", "number"),)
    id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), primary_key=True)
    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("country_evaluation.id"), index=True)
    number: Mapped[int]
    unit: Mapped[str] = mapped_column(String(40))
    text: Mapped[dict[str, Any]]
    sources: Mapped[list[Any]]
    issued_at: Mapped[datetime]
