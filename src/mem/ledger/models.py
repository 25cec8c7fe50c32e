"""Which rows make the ledger? Chains with their heads, and events that are only ever added."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class Chain(Base):
    """The head of one chain: how many events it has, and the hash of the last link (64 zeros while empty)."""

    __tablename__ = "chain"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64))


class Event(Base):
    """One event: the RFC 8785 bytes that were hashed, their salt, and the link to the one before."""

    __tablename__ = "event"
    chain_id: Mapped[UUID] = mapped_column(ForeignKey("chain.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    leaf: Mapped[str] = mapped_column(String(64))
    link: Mapped[str] = mapped_column(String(64))


class Checkpoint(Base):
    """A signed list of all chain heads at one instant: the RFC 8785 bytes, their digest, and who signed them."""

    __tablename__ = "checkpoint"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
