"""What do several commands need? A migrated database, a first officer, the verdict on the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mem import verify
from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.export import leaves
from mem.ledger.service import chains, events
from mem.methods.method import Method
from mem.migrate import upgrade
from mem.people.service import add_person, grant_role, issue_token
from mem.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, let go of when the block ends."""
    database = Database(settings.url)
    try:
        yield database
    finally:
        database.dispose()


def prepare(settings: Settings) -> None:
    """The data folder, and the database at the newest schema."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with opened(settings) as database:
        upgrade(database)


def add_officer(settings: Settings, method: Method, person: str, role: str, state: str | None, days: int) -> str:
    """A new person with one role and a token, written by whoever holds the database. Raises `MemError`."""
    with opened(settings) as database, database.write() as connection:
        work = Work(connection, now())
        person_id = add_person(work, person)
        grant_role(work, method, person_id, role, state)
        _, token = issue_token(work, person_id, "first token", days)
    return token


def verify_ledger(settings: Settings) -> dict[str, Any]:
    """Recompute every chain: how many chains and events, and each fault."""
    faults: list[str] = []
    total = 0
    with opened(settings) as database, database.read() as connection:
        work = Work(connection, now())
        every = chains(work)
        for chain_id, _, seq, head in every:
            faults += verify.check_chain(str(chain_id), seq, head, events(work, chain_id))
            total += seq
    return {"chains": len(every), "events": total, "faults": faults, "ok": not faults}


def export_ledger(settings: Settings, file: Path) -> int:
    """Write the whole ledger, one event a line; how many."""
    written = 0
    with opened(settings) as database, database.read() as connection, file.open("w", encoding="utf-8") as out:
        work = Work(connection, now())
        for chain_id, *_ in chains(work):
            for line in leaves(work, chain_id, lambda _: True):
                out.write(json.dumps(line) + "\n")
                written += 1
    return written


def verify_files(export: Path, checkpoints: list[Path], receipts: list[Path], key: str | None) -> dict[str, Any]:
    """Verify an export offline, with checkpoints (oldest first) and receipts that were kept outside."""
    held = verify.read_export(export.read_text(encoding="utf-8").splitlines())
    faults = verify.check_export(held)
    signed = [json.loads(path.read_text(encoding="utf-8")) for path in checkpoints]
    for number, one in enumerate(signed):
        faults += verify.check_signed(one, key)
        faults += verify.check_checkpoint(one, held, whole=True)
        if number and one["statement"]["number"] == signed[number - 1]["statement"]["number"] + 1:
            faults += verify.check_succession(signed[number - 1], one)
    for path in receipts:
        one = json.loads(path.read_text(encoding="utf-8"))
        faults += verify.check_signed(one, key) + verify.check_receipt(one, held)
    total = sum(len(events) for events in held.values())
    return {"chains": len(held), "events": total, "faults": faults, "ok": not faults}
