"""What do several commands need? A migrated database, a first officer, the verdict on the ledger."""

from __future__ import annotations

from typing import Any

from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.service import chains, events
from mem.methods.method import Method
from mem.migrate import upgrade
from mem.people.service import add_person, grant_role, issue_token
from mem.settings import Settings
from mem.verify import check_chain


def prepare(settings: Settings) -> None:
    """The data folder, and the database at the newest schema."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url)
    upgrade(database)
    database.dispose()


def add_officer(settings: Settings, method: Method, person: str, role: str, state: str | None, days: int) -> str:
    """A new person with one role and a token, written by whoever holds the database. Raises `MemError`."""
    database = Database(settings.url)
    with database.write() as connection:
        work = Work(connection, now())
        person_id = add_person(work, person)
        grant_role(work, method, person_id, role, state)
        _, token = issue_token(work, person_id, "first token", days)
    database.dispose()
    return token


def verify_ledger(settings: Settings) -> dict[str, Any]:
    """Recompute every chain: how many chains and events, and each fault."""
    database, faults, total = Database(settings.url), [], 0
    with database.read() as connection:
        work = Work(connection, now())
        every = chains(work)
        for chain_id, _, seq, head in every:
            faults += check_chain(str(chain_id), seq, head, events(work, chain_id))
            total += seq
    database.dispose()
    return {"chains": len(every), "events": total, "faults": faults, "ok": not faults}
