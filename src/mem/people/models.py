"""Which rows say who somebody is? Persons, the roles they hold, and the tokens they ask with."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class Person(Base):
    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Membership(Base):
    """A role held by a person, for a state where the role is one of a state; ended, never deleted."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "role", "state"),)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(80))
    state: Mapped[str | None] = mapped_column(String(3))
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Token(Base):
    """An API token: only the SHA-256 of its secret is kept. `scope` lists the capabilities it is limited to
    (null: all of the person's); `read` alone makes it a reading token."""

    __tablename__ = "token"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200))
    scope: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
