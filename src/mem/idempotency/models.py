"""Which row remembers a request that took effect? One a person and key, in the same transaction as the effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from mem.core.db import Base


class Idempotency(Base):
    """What a key stood for: the route, the digest of the body, and a reference to the result (never the answer
    itself, which is shown again only to someone who may still see it)."""

    __tablename__ = "idempotency"
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    route: Mapped[str] = mapped_column(String(400))
    body_sha256: Mapped[str] = mapped_column(String(64))
    result: Mapped[Any] = mapped_column(JSON)
    at: Mapped[datetime]
