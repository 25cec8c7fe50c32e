"""Which row makes a database a sandbox? One, there from the beginning or never: triggers see to that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class Sandbox(Base):
    """The clock of a sandbox, which only goes forward; `number` counts how often it was set."""

    __tablename__ = "sandbox"
    __table_args__ = (CheckConstraint("id = 1", name="one_clock"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instant: Mapped[datetime]
    number: Mapped[int]
