"""What do several commands need? A migrated database, a first officer, the verdict on the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from mem import verify
from mem.cli.terminal import fail, settings_of
from mem.core.clock import iso, now
from mem.core.db import SERVER, Database
from mem.core.errors import Invalid, NotFound
from mem.core.text import HIDDEN, hides
from mem.core.work import Work
from mem.ledger.export import leaves
from mem.ledger.service import chains, faults
from mem.methods.method import Method
from mem.migrate import current, head, upgrade
from mem.people.service import add_person, everybody, grant_role, issue_token
from mem.sandbox.service import open_sandbox, working
from mem.settings import Settings

DENIED = "42501"
"""SQLSTATE insufficient_privilege."""


class Unfit(RuntimeError):
    """What PostgreSQL lets this login do is too little, or too much; the message says what to do."""


@contextmanager
def opened(settings: Settings, by_owner: bool = False) -> Iterator[Database]:
    """The database, in the hands of the server or of the owner of its tables, let go of when the block ends. Raises
    `Unfit` when whoever should own the tables does not."""
    database = Database(settings.owner) if by_owner else Database(settings.url, settings.one_login)
    try:
        yield database
    except ProgrammingError as error:
        if not by_owner or getattr(error.orig, "sqlstate", None) != DENIED:
            raise
        said = str(error.orig).partition("\n")[0]
        raise Unfit(f"This login may not: {said}. MEM_OWNER_URL says who owns the tables.") from error
    finally:
        database.dispose()


@contextmanager
def at_newest(database_url: str) -> Iterator[Database]:
    """A database at the newest schema; anything else is refused with what to do."""
    with opened(settings_of(database_url)) as database:
        if current(database) != head():
            fail(["This database is not at the newest schema: run `mem migrate` first."])
        yield database


def prepare(settings: Settings) -> None:
    """The data folder, and the database at the newest schema, by the owner's login. Raises `Unfit`."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with opened(settings, by_owner=True) as database:
        upgrade(database)


_LOGIN = text("""
    SELECT session_user AS login,
        EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema()
                AND pg_has_role(session_user, tableowner, 'MEMBER')) AS owns,
        EXISTS (SELECT FROM pg_roles WHERE rolname = :server AND pg_has_role(session_user, oid, 'USAGE')) AS serves,
        current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes
""")


def unfit_to_serve(settings: Settings) -> list[str]:
    """Every reason why a server must not be started on this database, with what to do; SQLite has none."""
    with opened(settings) as database, database.read() as connection:
        if database.is_sqlite:
            return []
        found = connection.execute(_LOGIN, {"server": SERVER}).one()
    reasons = [
        f"PostgreSQL runs with {name} off: a crash could lose what was acknowledged. Turn it on."
        for name in ("fsync", "full_page_writes")
        if getattr(found, name) == "off"
    ]
    if found.owns and not settings.one_login:
        reasons.append(
            f"The login {found.login} owns the tables, or is a superuser; the server must not. Make it a login of its "
            f"own (CREATE ROLE … LOGIN; GRANT {SERVER} TO …) and say that in MEM_DATABASE_URL, this one in "
            "MEM_OWNER_URL. For a demonstration or a test: MEM_ONE_LOGIN=1."
        )
    elif not found.serves:
        reasons.append(f"The login {found.login} may not do what the server does: GRANT {SERVER} TO {found.login}.")
    return reasons


def add_officer(settings: Settings, method: Method, person: str, role: str, state: str | None, days: int) -> str:
    """A new person with one role and a token, written by whoever holds the database. Raises `MemError`."""
    if hides(person):
        raise Invalid(HIDDEN, "A name holds a character that no reader sees.")
    with opened(settings) as database, database.write() as connection:
        work = working(connection, now())
        person_id = add_person(work, person)
        grant_role(work, method, person_id, role, state)
        _, token = issue_token(work, person_id, "first token", days)
    return token


def make_sandbox(settings: Settings, begins: datetime) -> str:
    """Make the database a sandbox, by its owner; what its clock says. Raises `Conflict` where it is in use."""
    with opened(settings, by_owner=True) as database, database.write() as connection:
        open_sandbox(Work(connection, begins))
    return iso(begins)


def person_called(work: Work, said: str) -> UUID:
    """The person of a name that one alone has, or of an id. Raises `NotFound`."""
    found: list[UUID] = [row.id for row, _ in everybody(work) if said in (row.name, str(row.id))]
    if len(found) != 1:
        raise NotFound("unknown_person", f"{len(found)} persons are called so; say the id of one.")
    return found[0]


def verify_ledger(settings: Settings) -> dict[str, Any]:
    """Recompute every chain: how many chains and events, and each fault."""
    with opened(settings) as database, database.read() as connection:
        work = Work(connection, now())
        every, found = chains(work), faults(work)
    return {"chains": len(every), "events": sum(seq for _, _, seq, _ in every), "faults": found, "ok": not found}


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
