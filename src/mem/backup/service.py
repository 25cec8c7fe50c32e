"""How is a backup made while the service runs, and how is one restored so that it is known to be what was there?

The database first, then the files that its rows speak of, so that none is missing; back the other way round. The key
that signs is not in a backup: whoever holds one could sign as the service.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from mem.backup import contents, copies
from mem.backup.manifest import CannotCopy, Manifest, damage, database_file, file_digest, read, write
from mem.core.clock import iso, now
from mem.core.db import Database
from mem.core.use import InUse, used
from mem.core.work import Work
from mem.evidence.service import kept
from mem.evidence.store import Store
from mem.migrate import current, head, known, upgrade


def back_up(database: Database, store: Store, folder: Path) -> Manifest:
    """Make a backup in a folder that is new or empty; whatever hinders it leaves nothing. Raises `CannotCopy`."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise CannotCopy(f"{folder} is there already, and not empty: a backup takes a folder of its own.")
    revision = current(database)
    if revision is None:
        raise CannotCopy("There is nothing in this database yet.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        manifest = _made(database, store, folder, revision)
        write(folder, manifest)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return manifest


def restore(database: Database, store: Store, folder: Path, replace: bool) -> Manifest:
    """Have the database and the store hold what a backup holds, whole or not at all. Raises `CannotCopy`."""
    manifest = read(folder)
    try:
        with used(database, alone=True):
            if reasons := _against(database, folder, manifest, replace):
                raise CannotCopy("\n".join(["Nothing was touched:", *reasons]))
            if _copied(Store(folder / "evidence"), store, manifest.evidence) != manifest.evidence:
                raise CannotCopy("The database was not touched: the backup changes under our hands.")
            copies.put_back(database, database_file(folder, manifest.kind))
            upgrade(database, manifest.revision)  # it is there already; on PostgreSQL this gives the server its hands
    except InUse:
        raise CannotCopy("Nothing was touched: a server runs on this database. Stop it first.") from None
    return manifest


def differences(database: Database, store: Store, manifest: Manifest) -> list[str]:
    """Everything in which what is here is not what a backup was made of, and everything that is wrong with it."""
    with database.read() as connection:
        work = Work(connection, now())
        here, there = contents.tables(connection), manifest.tables
        found = [
            f"The table {name} is another." for name in sorted({*here, *there}) if here.get(name) != there.get(name)
        ]
        if contents.heads(work) != manifest.chains:
            found.append("The chains do not end where they ended.")
        found += contents.unsound(work, newest=manifest.revision == head())
        spoken_of = kept(work)
    for name in spoken_of:
        try:
            store.get(name)
        except OSError:
            found.append(f"The evidence file {name} is missing or damaged.")
    return found


def _against(database: Database, folder: Path, manifest: Manifest, replace: bool) -> list[str]:
    """Every reason against restoring a backup here."""
    reasons = []
    if manifest.kind != copies.kind(database):
        reasons.append(f"The backup is of {manifest.kind}, this database is {copies.kind(database)}.")
    if not known(manifest.revision):
        reasons.append("The backup is at a schema that this version does not know: restore it by a newer one.")
    if not (replace or copies.is_empty(database)):
        reasons.append("There is something in this database already: say --replace to have it replaced.")
    return reasons + damage(folder, manifest)


def _made(database: Database, store: Store, folder: Path, revision: str) -> Manifest:
    kind = copies.kind(database)
    file = database_file(folder, kind)
    with copies.copied(database, file) as connection:
        work = Work(connection, now())
        spoken_of, tables, chains = kept(work), contents.tables(connection), contents.heads(work)
    found = _copied(store, Store(folder / "evidence"), spoken_of)
    return Manifest(
        at=iso(now()),
        kind=kind,
        revision=revision,
        database=file_digest(file),
        tables=tables,
        chains=chains,
        evidence=found,
        missing=[name for name in spoken_of if name not in found],
    )


def _copied(source: Store, target: Store, names: list[str]) -> list[str]:
    """Copy files from store to store; those that were there whole."""
    found = []
    for name in names:
        try:
            data = source.get(name)
        except OSError:
            continue
        found.append(target.put(data))
    return found
