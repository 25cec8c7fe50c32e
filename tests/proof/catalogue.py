"""Which proofs are there, and how large is each run of them?

A proof tries to break one promise many times and counts. It is a function of an `Ask`; `tests/proof/test_catalogue.py`
runs each at its smoke size on every commit, `python -m tests.proof` at the sizes of `make proof` (docs/proof.md).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Figure = int | float | str


@dataclass(frozen=True)
class Ask:
    """How often to try, from which seed, and an empty folder of one's own, which is gone afterwards."""

    runs: int
    seed: int
    folder: Path


@dataclass
class Tally:
    """How often was tried, what was found wrong (a sentence each), and what else is worth knowing."""

    runs: int = 0
    failures: list[str] = field(default_factory=list)
    detail: dict[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """A proof: what it shows, where its function is (`module:function` under `tests.proof`), how many runs are tried
    on every commit, in its turn of the rotating slice, in its part of `make proof`, and in `make proof-long`."""

    name: str
    shows: str
    run: str
    smoke: int
    slice: int
    whole: int
    long: int
    part: int

    def runs(self, size: str) -> int:
        return {"smoke": self.smoke, "slice": self.slice, "whole": self.whole, "long": self.long}[size]

    def __call__(self, ask: Ask) -> Tally:
        module, function = self.run.split(":")
        found: Callable[[Ask], Tally] = getattr(importlib.import_module(f"tests.proof.{module}"), function)
        return found(ask)


PROOFS: tuple[Proof, ...] = (
    Proof(
        "T08-wal", "a power cut loses nothing that was answered, and damages nothing (write-ahead log)",
        "power:wal", smoke=200, slice=8_000, whole=200_000, long=1_000_000, part=1,
    ),
    Proof(
        "T08-truncate", "the same in the mode for an older SQLite",
        "power:truncate", smoke=200, slice=8_000, whole=200_000, long=1_000_000, part=1,
    ),
    Proof(
        "T04-two-worlds", "who may not see a secret is answered the same, to the byte, whatever it is",
        "worlds:differ", smoke=12, slice=300, whole=10_000, long=100_000, part=1,
    ),
    Proof(
        "T06-sqlite", "nothing acknowledged is lost, halved or doubled when a process that writes is killed",
        "kills:of_services", smoke=30, slice=500, whole=10_000, long=100_000, part=1,
    ),
    Proof(
        "T06-http", "nothing acknowledged is lost, halved or doubled when a server is killed",
        "kills:of_a_server", smoke=5, slice=80, whole=1_000, long=10_000, part=1,
    ),
    Proof(
        "T12-sqlite", "whatever is tried, the database is as a reference model says, on SQLite",
        "stateful:sqlite", smoke=480, slice=6_000, whole=140_000, long=1_000_000, part=1,
    ),
    Proof(
        "T12-postgresql", "whatever is tried, the database is as a reference model says, on PostgreSQL",
        "stateful:postgresql", smoke=240, slice=4_000, whole=60_000, long=1_000_000, part=1,
    ),
    Proof(
        "T06-postmaster", "nothing acknowledged is lost, halved or doubled when all of PostgreSQL is killed",
        "crashes:of_the_postmaster", smoke=1, slice=12, whole=200, long=1_500, part=1,
    ),
    Proof(
        "T27-backups", "a backup made while others write holds all that was answered before, and is proven to",
        "backups:backups", smoke=1, slice=4, whole=50, long=300, part=1,
    ),
    Proof(
        "T28-canaries", "no log and no refusal tells what somebody said, or a secret",
        "canaries:searched", smoke=1, slice=3, whole=20, long=400, part=1,
    ),
    Proof(
        "T08-files", "a file that a stored row speaks of is there and whole after a power cut",
        "files:files", smoke=5_000, slice=20_000, whole=100_000, long=600_000, part=1,
    ),
    Proof(
        "T13-restarts", "while PostgreSQL is restarted clients are told 503, and all succeed in the end, once",
        "crashes:restarted", smoke=2, slice=15, whole=100, long=1_500, part=1,
    ),
    Proof(
        "T26-migrations", "a populated database comes through its migrations whole, killed on the way or not",
        "migrating:migrations", smoke=1, slice=10, whole=300, long=2_000, part=1,
    ),
    Proof(
        "T23-full", "when the disk is full writers are told so, readers read on, and all goes on when there is room",
        "full:filled", smoke=2, slice=20, whole=100, long=2_000, part=1,
    ),
    Proof(
        "T30-defects", "each seeded defect is caught by the test that claims it",
        "defects:caught", smoke=0, slice=3, whole=1_000, long=1_000, part=2,
    ),
    Proof(
        "T07-postgresql", "of eight who want the same at once exactly one gets it, on PostgreSQL",
        "races:postgresql", smoke=70, slice=600, whole=10_000, long=100_000, part=2,
    ),
    Proof(
        "T09-interleavings", "whatever two commands do at the same time, it is as if one had come after the other",
        "interleavings:interleaved", smoke=60, slice=1_000, whole=30_000, long=300_000, part=2,
    ),
    Proof(
        "T05-schemathesis", "whatever anybody sends is answered as described",
        "asking:asked", smoke=120, slice=3_000, whole=100_000, long=1_000_000, part=2,
    ),
    Proof(
        "T06-backend", "nothing acknowledged is lost, halved or doubled when a backend of PostgreSQL is killed",
        "crashes:of_a_backend", smoke=2, slice=30, whole=500, long=3_000, part=2,
    ),
    Proof(
        "T07-sqlite", "of eight who want the same at once exactly one gets it, on SQLite",
        "races:sqlite", smoke=70, slice=600, whole=10_000, long=100_000, part=2,
    ),
    Proof(
        "T15-tampering", "whatever is done to the record is found and named, and nothing else is",
        "tampering:tampering", smoke=300, slice=5_000, whole=50_000, long=500_000, part=2,
    ),
    Proof(
        "T10-at-once", "a right that is taken away ends with the next request, for repetitions too",
        "at_once:hammered", smoke=4, slice=200, whole=2_000, long=25_000, part=2,
    ),
    Proof(
        "T21-clocks", "deadlines are decided to the millisecond and no chain is dated backwards when clocks jump",
        "clocks:jumped", smoke=20, slice=400, whole=10_000, long=200_000, part=2,
    ),
    Proof(
        "T31-lapses", "each lapse happens once, whoever fires at the same instant, and never before more time is over",
        "lapses:lapses", smoke=30, slice=300, whole=2_000, long=10_000, part=2,
    ),
    Proof(
        "T23-full-postgresql", "when PostgreSQL's disk is full nothing is lost, and all goes on when there is room",
        "full_server:filled", smoke=0, slice=10, whole=30, long=600, part=2,
    ),
)  # fmt: skip
"""By part, the longest first, so that two lanes end together."""
