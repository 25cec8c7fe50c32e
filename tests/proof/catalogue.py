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
        "T30-defects", "each seeded defect is caught by the test that claims it",
        "defects:caught", smoke=0, slice=3, whole=1_000, long=1_000, part=2,
    ),
    Proof(
        "T07-sqlite", "of eight who want the same at once exactly one gets it, on SQLite",
        "races:sqlite", smoke=70, slice=600, whole=10_000, long=100_000, part=2,
    ),
    Proof(
        "T07-postgresql", "of eight who want the same at once exactly one gets it, on PostgreSQL",
        "races:postgresql", smoke=70, slice=600, whole=10_000, long=100_000, part=2,
    ),
    Proof(
        "T12-sqlite", "whatever is tried, the database is as a reference model says, on SQLite",
        "stateful:sqlite", smoke=480, slice=6_000, whole=100_000, long=1_000_000, part=1,
    ),
    Proof(
        "T12-postgresql", "whatever is tried, the database is as a reference model says, on PostgreSQL",
        "stateful:postgresql", smoke=240, slice=4_000, whole=100_000, long=1_000_000, part=1,
    ),
    Proof(
        "T09-interleavings", "whatever two commands do at the same time, it is as if one had come after the other",
        "interleavings:interleaved", smoke=45, slice=1_000, whole=30_000, long=300_000, part=2,
    ),
)  # fmt: skip
