"""Is a ledger what it was? Shares no code with its writer, and imports nothing of `mem`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def check_chain(chain_id: str, count: int, head: str, events: Iterable[Any]) -> list[str]:
    """Recompute one chain from its events (`seq type canonical salt leaf link`); an empty list means intact."""
    faults: list[str] = []
    previous, seen = bytes(32), 0
    for event in events:
        seen += 1
        if event.seq != seen:
            faults.append(f"chain {chain_id}: event {seen} is missing or out of order (found {event.seq})")
            break
        leaf = hashlib.sha256(b"\x00" + bytes(event.salt) + bytes(event.canonical)).digest()
        link = hashlib.sha256(b"\x01" + previous + leaf).digest()
        if leaf.hex() != event.leaf or link.hex() != event.link:
            faults.append(f"chain {chain_id}: event {event.seq} does not have its hash")
            break
        said = json.loads(bytes(event.canonical))
        if (said["chain"], said["seq"], said["type"]) != (chain_id, event.seq, event.type):
            faults.append(f"chain {chain_id}: event {event.seq} speaks of another place")
        previous = link
    if not faults and (seen != count or previous.hex() != head):
        faults.append(f"chain {chain_id}: ends at event {seen}, its head says {count}")
    return faults
