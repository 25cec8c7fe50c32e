"""How is an event added, and a chain read back?

leaf = SHA-256(0x00 ‖ salt ‖ canonical bytes); link = SHA-256(0x01 ‖ previous link ‖ leaf). The salt keeps a
leaf from betraying a yes or a no; `mem.verify` recomputes both without sharing this code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from mem import verify
from mem.core.canonical import canonical
from mem.core.clock import iso
from mem.core.db import AnyRow
from mem.core.work import Work
from mem.ledger.models import Chain, Event

ADMINISTRATION = UUID("00000000-0000-0000-0000-00000000000a")
EMPTY = "0" * 64

# Statements of every write are built once: building and hashing them anew costs more than running them.
_HEAD = select(Chain.seq, Chain.head).where(Chain.id == bindparam("chain")).with_for_update()
_LAST = select(Event.at).where(Event.chain_id == bindparam("chain"), Event.seq == bindparam("seq"))
_ADD = insert(Event)
_GROW = update(Chain).where(Chain.id == bindparam("chain")).values(seq=bindparam("to"), head=bindparam("link"))


def open_chain(work: Work, chain_id: UUID, kind: str) -> None:
    """Begin a chain; its first event will link to 64 zeros."""
    work.db.execute(insert(Chain).values(id=chain_id, kind=kind, seq=0, head=EMPTY))


def hold(work: Work, chain_id: UUID) -> None:
    """Keep a chain from growing by anybody else until the transaction ends."""
    work.db.execute(_HEAD, {"chain": chain_id})


def record(work: Work, chain_id: UUID, event_type: str, data: dict[str, Any], on_behalf_of: str | None = None) -> int:
    """Add one event (past tense, e.g. `answers_given`) to a chain, in the caller's transaction.

    Returns its position, from 1. The chain's row is locked first, so that positions have no gap and no double. Its
    instant is that of the work, but never before that of the event before it, however clocks jump.
    """
    seq, previous = work.db.execute(_HEAD, {"chain": chain_id}).one()
    last = work.db.execute(_LAST, {"chain": chain_id, "seq": seq}).scalar() if seq else None
    at = work.now if last is None else max(work.now, last)
    body = canonical(
        {
            "chain": str(chain_id),
            "seq": seq + 1,
            "type": event_type,
            "at": iso(at),
            "actor": None if work.actor_id is None else str(work.actor_id),
            "on_behalf_of": on_behalf_of,
            "data": data,
        }
    )
    salt = work.entropy(16)
    leaf = hashlib.sha256(b"\x00" + salt + body).hexdigest()
    link = hashlib.sha256(b"\x01" + bytes.fromhex(previous) + bytes.fromhex(leaf)).hexdigest()
    event = {
        "chain_id": chain_id,
        "seq": seq + 1,
        "type": event_type,
        "at": at,
        "actor_id": work.actor_id,
        "canonical": body,
        "salt": salt,
        "leaf": leaf,
        "link": link,
    }
    work.db.execute(_ADD, event)
    work.db.execute(_GROW, {"chain": chain_id, "to": seq + 1, "link": link})
    return seq + 1


def chains(work: Work) -> list[tuple[UUID, str, int, str]]:
    """Every chain: id, kind, number of events, head; sorted by id."""
    rows = work.db.execute(select(Chain.id, Chain.kind, Chain.seq, Chain.head).order_by(Chain.id))
    return [(chain_id, kind, seq, head) for chain_id, kind, seq, head in rows]


def events(work: Work, chain_id: UUID) -> Iterator[AnyRow]:
    """The events of a chain in order, each with `seq type at actor_id canonical salt leaf link`."""
    columns = (Event.seq, Event.type, Event.at, Event.actor_id, Event.canonical, Event.salt, Event.leaf)
    query = select(*columns, Event.link).where(Event.chain_id == chain_id).order_by(Event.seq)
    yield from work.db.execute(query)


def faults(work: Work) -> list[str]:
    """What recomputing every chain finds wrong, by the verifier that knows nothing of this code."""
    return [
        fault
        for chain_id, _, seq, head in chains(work)
        for fault in verify.check_chain(str(chain_id), seq, head, events(work, chain_id))
    ]
