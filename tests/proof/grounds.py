"""Where do proofs of concurrency take place? A migrated database of their own, the method, and a small world in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tests import databases
from tests.worlds import World, world

from mem.app import installed
from mem.core.work import Work
from mem.methods.method import Method
from mem.plans.definition import tree_of

ROOT = Path(__file__).resolve().parents[2]
THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEW = ("IS-1.1", "IS-1.2", "IS-1.3", "IS-1.4", "IS-2.1")
"""The units that the worlds of `tests.worlds` speak of; a proof judges these alone, since they are cheap."""


@cache
def method() -> Method:
    """The installed method of the mechanism `mem`, read once a process."""
    return installed(ROOT / "workflows" / "mem")["mem"]


def all_but(units: Sequence[str]) -> dict[str, str]:
    """What a cycle leaves out that judges these units alone, each part of the plan as a whole."""
    tree = tree_of(method(), method().mechanism.cycles["evaluation"].plan)
    kept = {code for unit in units for code in (unit, *tree.units[unit].parents)}
    out = [unit.code for unit in tree.units.values() if unit.code not in kept and kept.issuperset(unit.parents)]
    return dict.fromkeys(out, "Judged in another cycle.")


def small(work: Work) -> World:
    """A world that judges few units."""
    return world(work, method(), "round", all_but(FEW))


def at_stage(stage: str, work: Work) -> World:
    """The same, with Barbados' evaluation at this stage."""
    return small(work).to(stage)


@contextmanager
def database_url(backend: str, folder: Path) -> Iterator[str]:
    """The address of a fresh, migrated database: a file in the folder, or on a server started for it."""
    if backend == "sqlite":
        url = databases.sqlite_url(folder / "proof.db")
        databases.migrated(url)
        yield url
        return
    with databases.postgresql() as server, databases.postgresql_database(server, "proof") as url:
        databases.migrated(url)
        yield url
