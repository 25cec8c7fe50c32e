"""How does the ledger leave the building? One line of JSON an event, whole or opaque."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from mem.core.db import AnyRow
from mem.core.work import Work
from mem.ledger.service import events


def leaves(work: Work, chain_id: UUID, readable: Callable[[AnyRow], bool]) -> Iterator[dict[str, Any]]:
    """The events of a chain for an outsider: the leaf and link of each; its content and salt only where readable.

    An opaque leaf still proves that nothing was removed, changed or moved: the links go through it.
    """
    for row in events(work, chain_id):
        whole = readable(row)
        yield {
            "chain": str(chain_id),
            "position": row.seq,
            "type": row.type if whole else None,
            "canonical": _text(row.canonical) if whole else None,
            "salt": _text(row.salt) if whole else None,
            "leaf": row.leaf,
            "link": row.link,
        }


def _text(stored: bytes | str) -> str:
    """Bytes as JSON can hold them. Whoever rewrites the database may leave text there; it leaves as it is."""
    return base64.b64encode(stored.encode() if isinstance(stored, str) else stored).decode()
