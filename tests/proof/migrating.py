"""Does a populated database come through its migrations whole, also when the process that migrates is killed?

A database in which a round was published goes back to an older revision, and up again; on the way up the process is
killed at some instant. What is left is the old or the new, and whatever the older schema knows is afterwards as it was.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from alembic.script import ScriptDirectory
from tests import databases
from tests.architecture.test_migrations import schema_of
from tests.methods_of import real_method
from tests.proof.catalogue import Ask, Tally
from tests.worlds import world

from mem.backup.contents import tables, unsound
from mem.backup.manifest import Table
from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.migrate import SCRIPTS, current, downgrade, head, upgrade

VERSIONS = "alembic_version"
WITHIN = 2.5
"""A process is killed within so many times what migrating took the last time."""


def migrations(ask: Ask) -> Tally:
    """As many times as asked for, half of them on PostgreSQL (none of a single one); revision after revision."""
    tally, seen, chance = Tally(), Counter[str](), random.Random(ask.seed)
    older = [one.revision for one in ScriptDirectory(str(SCRIPTS)).walk_revisions() if one.revision != head()][::-1]
    of_postgresql = ask.runs // 2
    for backend, number in (("sqlite", ask.runs - of_postgresql), ("postgresql", of_postgresql)):
        took = 0.1
        for one, url in enumerate(_populated(backend, number, ask.folder)):
            run = _Run(url, older[one % len(older)], chance.uniform(0, WITHIN * took))
            where = f"seed {ask.seed}, {backend} {one}, from {run.revision}"
            tally.failures += [f"{where}: {wrong}" for wrong in run.wrong(seen)]
            tally.runs, took = tally.runs + 1, run.took or took
    if ask.runs > len(older) and not seen["killed"]:
        tally.failures.append("no process was killed while it migrated")
    tally.detail = {"revisions": len(older), **seen}
    return tally


class _Run:
    """Down to a revision and up again, killed after so many seconds on the way up; how long that took, if it was seen
    in full."""

    def __init__(self, url: str, revision: str, seconds: float) -> None:
        self.revision, self.took = revision, 0.0
        self._url, self._database, self._seconds = url, Database(url), seconds

    def wrong(self, seen: Counter[str]) -> Iterator[str]:
        """Everything that is not as it should be."""
        newest, everything = schema_of(self._database), _held(self._database)
        downgrade(self._database, self.revision)
        before = _held(self._database)
        yield from self._killed(seen, before)
        fresh, begun = current(self._database) == self.revision, time.monotonic()
        upgrade(self._database)
        self.took = time.monotonic() - begun if fresh else 0.0
        if schema_of(self._database) != newest:
            yield f"the schema is another: {sorted(one[1] for one in schema_of(self._database) ^ newest)}"
        after = _held(self._database)
        kept = {name for name in everything if everything[name] == before.get(name)} - {VERSIONS}
        if changed := [name for name in kept if after[name] != everything[name]]:
            yield f"these tables are not what they were: {changed}"
        with self._database.read() as connection:
            yield from unsound(Work(connection, now()), newest=True)
        downgrade(self._database, self.revision)
        if changed := [name for name, table in _held(self._database).items() if before.get(name) != table]:
            yield f"seen from the older schema, these tables are not what they were: {changed}"
        seen["rows"] += sum(table.rows for table in everything.values())
        self._database.dispose()

    def _killed(self, seen: Counter[str], before: dict[str, Table]) -> Iterator[str]:
        older = schema_of(self._database)
        self._database.dispose()
        if not _killed(self._url, self._seconds):
            seen["ended before"] += 1
            return
        seen["killed"] += 1
        stands = current(self._database)
        seen["left the old" if stands == self.revision else "left the new"] += 1
        if stands not in (self.revision, head()):
            yield f"after a kill it stands at {stands}"
        if stands == self.revision and (_held(self._database), schema_of(self._database)) != (before, older):
            yield "after a kill it is no more what it was before"


def _held(database: Database) -> dict[str, Table]:
    with database.read() as connection:
        return tables(connection)


def _killed(url: str, seconds: float) -> bool:
    """Have another process migrate, and kill it after so long; whether it was still at it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads: ours do nothing that the child could wait for
        child = os.fork()
    if child == 0:
        ended = 1
        try:
            upgrade(Database(url))
            ended = 0
        finally:
            os._exit(ended)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "migrating failed by itself"
    return False


def _populated(backend: str, number: int, folder: Path) -> Iterator[str]:
    """So many copies of a database in which a round was published, each gone when the next is asked for."""
    if not number:
        return
    if backend == "sqlite":
        template = folder / "template.db"
        _publish(databases.sqlite_url(template))
        for one in range(number):
            file = folder / f"{one}.db"
            shutil.copyfile(template, file)
            yield databases.sqlite_url(file)
            file.unlink()
        return
    with databases.postgresql() as server, databases.postgresql_database(server, "mem_published") as template_url:
        _publish(template_url)
        name = template_url.partition("?")[0].rpartition("/")[2]
        for _ in range(number):
            with databases.postgresql_database(server, "mem_migrating", name) as url:
                yield url


def _publish(url: str) -> None:
    databases.migrated(url)
    database = Database(url)
    with database.write() as connection:
        world(Work(connection, now()), real_method()).to("published")
    database.dispose()
