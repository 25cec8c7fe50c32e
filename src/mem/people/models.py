"""Which rows say who somebody is? Persons, the roles they hold, and the tokens they ask with."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


def _held(name: str, when: str, *columns: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(when), postgresql_where=text(when))


class Person(Base):
    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Membership(Base):
    """A role of a mechanism held by a person, for a state where the role is one of a state. It is only ended, never
    changed or deleted: who holds a role again has another row. What is held now is held once."""

    __tablename__ = "membership"
    __table_args__ = (
        _held("uq_membership_held", "ended_at IS NULL", "person_id", "mechanism", "role", "state"),
        _held("uq_membership_held_of_no_state", "ended_at IS NULL AND state IS NULL", "person_id", "mechanism", "role"),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    mechanism: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(80))
    state: Mapped[str | None] = mapped_column(String(3))
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Token(Base):
    """An API token, only revoked, never changed: of its secret only the SHA-256 is kept. `scope` lists the capabilities
    it is limited to (null: all of the person's); `read` alone makes it a reading token."""

    __tablename__ = "token"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200))
    scope: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
