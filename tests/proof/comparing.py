"""Does the database hold what a model says, every row and every event of it, and nothing else?"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select
from tests.proof.model import Model

from mem.core.work import Work
from mem.ledger.models import Event
from mem.ledger.service import chains, events
from mem.process.invariants import violations
from mem.tables import METADATA
from mem.verify import check_chain

APART = frozenset({"method", "method_part", "allowed_transition", "chain", "event", "checkpoint"})
"""Tables that are compared otherwise (the chains, by their events) or never change."""
COMPARED: tuple[Table, ...] = tuple(table for table in METADATA.sorted_tables if table.name not in APART)
_ROWS = {table.name: (select(table), [column.name for column in table.primary_key]) for table in COMPARED}
_EVENTS = select(Event.chain_id, Event.type, Event.actor_id, Event.canonical).order_by(Event.chain_id, Event.seq)


def differences(connection: Connection, model: Model) -> list[str]:
    """Where the database and the model differ."""
    return [*_rows(connection, model), *_events(connection, model)]


def everything_holds(work: Work) -> list[str]:
    """Invariants that do not hold, and chains that do not verify."""
    broken = [f"{one.name}: {one.rows} rows" for one in violations(work)]
    for chain, _, seq, head in chains(work):
        broken += check_chain(str(chain), seq, head, events(work, chain))
    return broken


def _rows(connection: Connection, model: Model) -> Iterator[str]:
    for name, (query, keys) in _ROWS.items():
        ought = model.rows[name]
        found = {tuple(row[key] for key in keys): row for row in connection.execute(query).mappings()}
        if found.keys() != ought.keys():
            yield f"{name}: {len(found)} rows, not {len(ought)}; {found.keys() ^ ought.keys()}"
            continue
        for key, row in ought.items():
            there = found[key]
            wrong = [f"{one} is {there[one]!r}, not {value!r}" for one, value in row.items() if there[one] != value]
            if wrong:
                yield f"{name} {key}: {'; '.join(wrong)}"


def _events(connection: Connection, model: Model) -> Iterator[str]:
    ought: dict[UUID, list[tuple[str, UUID | None, dict[str, Any]]]] = defaultdict(list)
    for chain, kind, by, data in model.events:
        ought[chain].append((kind, by, data))
    found: dict[UUID, list[tuple[str, UUID | None, dict[str, Any]]]] = defaultdict(list)
    for chain, kind, by, canonical in connection.execute(_EVENTS):
        found[chain].append((kind, by, json.loads(canonical)["data"]))
    for chain in ought.keys() | found.keys():
        said, told = ought[chain], found[chain]
        if [one[:2] for one in said] != [one[:2] for one in told]:
            yield f"chain {chain}: {[one[0] for one in told][-3:]}, not {[one[0] for one in said][-3:]}"
            continue
        for (kind, _, known), (_, _, data) in zip(said, told, strict=True):
            if any(not _fits(value, data.get(name)) for name, value in known.items()):
                yield f"chain {chain}: {kind} says {data}, not {known}"


def _fits(known: Any, told: Any) -> bool:
    """Whether what was told holds all that is known of it."""
    if isinstance(known, list) and known and isinstance(known[0], dict):
        return len(known) == len(told) and all(
            all(item.get(name) == value for name, value in one.items()) for one, item in zip(known, told, strict=True)
        )
    return bool(known == told)
