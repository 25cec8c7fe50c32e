"""What holds the operator to the ledger? Signed lists of all chain heads, each naming the one before, made on a clock
and never on a write, so that their times tell nothing of what was written when; and receipts for single events."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from mem.core.canonical import canonical, digest
from mem.core.clock import iso
from mem.core.db import AnyRow
from mem.core.errors import NotFound
from mem.core.work import Work
from mem.ledger.keys import SigningKey
from mem.ledger.models import Checkpoint, Event
from mem.ledger.service import chains


def make_checkpoint(work: Work, key: SigningKey) -> int | None:
    """Sign all heads as they stand; the checkpoint's number, or None when no head has moved since the last."""
    last = _last(work)
    heads = [{"chain": str(chain), "position": seq, "link": head} for chain, _, seq, head in chains(work)]
    if last is not None and json.loads(last.canonical)["heads"] == heads:
        return None
    number = 1 if last is None else last.number + 1
    at = work.now if last is None else max(work.now, last.at)  # as in a chain, never before the one before
    statement = {
        "kind": "checkpoint",
        "number": number,
        "at": iso(at),
        "before": None if last is None else last.sha256,
        "heads": heads,
    }
    data = canonical(statement)
    row = {"number": number, "at": at, "canonical": data, "sha256": digest(data)}
    work.db.execute(insert(Checkpoint).values(**row, public_key=key.public, signature=key.sign(data)))
    return number


def checkpoint(work: Work, number: int | None) -> dict[str, Any]:
    """A checkpoint as a signed statement; the newest when None. Raises `NotFound`."""
    found = _last(work, number)
    if found is None:
        raise NotFound("no_checkpoint", "There is no such checkpoint.")
    return {
        "statement": json.loads(found.canonical),
        "public_key": found.public_key,
        "signature": found.signature,
    }


def receipts(work: Work, key: SigningKey, chain_id: UUID, event_type: str) -> list[dict[str, Any]]:
    """A signed receipt for each event of a type on a chain: its position and leaf, and what was recorded."""
    query = select(Event.seq, Event.at, Event.leaf, Event.canonical).where(
        Event.chain_id == chain_id, Event.type == event_type
    )
    return [
        key.signed(
            {
                "kind": "receipt",
                "chain": str(chain_id),
                "position": row.seq,
                "leaf": row.leaf,
                "at": iso(row.at),
                "event": event_type,
                "data": json.loads(row.canonical)["data"],
            }
        )
        for row in work.db.execute(query.order_by(Event.seq))
    ]


def _last(work: Work, number: int | None = None) -> AnyRow | None:
    query = select(Checkpoint.__table__).order_by(Checkpoint.number.desc()).limit(1)
    return work.db.execute(query if number is None else query.where(Checkpoint.number == number)).first()
