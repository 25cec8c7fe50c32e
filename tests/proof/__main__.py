"""`python -m tests.proof`: run proofs, two at a time, and add what they found to `build/proof.json`.

python -m tests.proof --part 1              what `make proof PART=1` runs
python -m tests.proof --size long           what `make proof-long` runs
python -m tests.proof --slice               those whose turn it is at this commit, for ten minutes
python -m tests.proof --only T06-sqlite --runs 500 --seed 7
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from tests.proof.catalogue import PROOFS, Ask, Proof, Tally

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "build" / "proof.json"
LANES = 2
SLICE_SECONDS = 600
SHOWN = 20
"""How many failures of a proof are kept in words; all are counted."""


@dataclass(frozen=True)
class Run:
    """A proof to run, how often, and the seed."""

    proof: Proof
    runs: int
    seed: int

    @property
    def command(self) -> list[str]:
        return ["-m", "tests.proof", "--only", self.proof.name, "--runs", str(self.runs), "--seed", str(self.seed)]


def main() -> int:
    asked = _arguments()
    if asked.here:
        return _here(Run(_proof(asked.only), asked.runs, asked.seed))
    runs = list(_chosen(asked))
    until = time.monotonic() + SLICE_SECONDS if asked.slice else None
    found = dict[str, dict[str, Any]]()
    with ThreadPoolExecutor(LANES) as lanes:
        for future in as_completed([lanes.submit(_apart, run, until) for run in runs]):
            found.update(future.result())
            _kept(found)  # as each ends, so that what is stopped has lost nothing
    _printed(found)
    return int(any(entry["failures"] for entry in found.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__.splitlines()[0])
    parser.add_argument("--part", type=int, choices=sorted({proof.part for proof in PROOFS}))
    parser.add_argument("--size", choices=("smoke", "slice", "whole", "long"), default="whole")
    parser.add_argument("--slice", action="store_true", help="those whose turn it is at this commit, for ten minutes")
    parser.add_argument("--only", help="one proof, by name", choices=[proof.name for proof in PROOFS])
    parser.add_argument("--runs", type=int, help="how often, instead of the size's number")
    parser.add_argument(
        "--seed", type=int, default=int(os.environ.get("MEM_SEED") or random.SystemRandom().randrange(2**32))
    )
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _chosen(asked: argparse.Namespace) -> Iterator[Run]:
    proofs = [proof for proof in PROOFS if asked.only in (None, proof.name) and asked.part in (None, proof.part)]
    size = "slice" if asked.slice else asked.size
    if asked.slice:  # the commit says who begins; who does not come to its turn in time comes to it at another commit
        turn = int(_commit()[:8], 16) % len(proofs)
        proofs = proofs[turn:] + proofs[:turn]
    for proof in proofs:
        runs = proof.runs(size) if asked.runs is None else asked.runs
        if runs:
            yield Run(proof, runs, asked.seed)


def _apart(run: Run, until: float | None) -> dict[str, dict[str, Any]]:
    """Run one in a process of its own: its entry, or nothing when there is no time left to begin it."""
    if until is not None and time.monotonic() > until:
        return {}
    begun = time.monotonic()
    sys.stderr.write(f"{run.proof.name}: {run.runs} runs, seed {run.seed}\n")
    done = subprocess.run(
        [sys.executable, *run.command, "--here"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        tally = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        tally = asdict(Tally(0, [f"it ended with {done.returncode}: {done.stderr[-2_000:]}"]))
    entry = {
        "runs": tally["runs"],
        "failures": len(tally["failures"]),
        "seconds": round(time.monotonic() - begun, 1),
        "seed": run.seed,
        "commit": _commit(),
        "command": shlex.join(["python", *run.command]),
        "detail": tally["detail"] | ({"failed": tally["failures"][:SHOWN]} if tally["failures"] else {}),
    }
    return {run.proof.name: entry}


def _here(run: Run) -> int:
    with tempfile.TemporaryDirectory(prefix="mem-proof-") as folder:
        tally = run.proof(Ask(run.runs, run.seed, Path(folder)))
    sys.stdout.write(json.dumps(asdict(tally)) + "\n")
    return int(bool(tally.failures))


def _proof(name: str) -> Proof:
    return next(proof for proof in PROOFS if proof.name == name)


def _commit() -> str:
    """The commit of the working tree, with a `+` where it holds more than that."""
    said = [
        subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
        for asked in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
    ]
    return (said[0] or "0" * 40) + "+" * bool(said[1])


def _kept(found: dict[str, dict[str, Any]]) -> None:
    FILE.parent.mkdir(exist_ok=True)
    before = json.loads(FILE.read_text()) if FILE.exists() else {}
    FILE.write_text(json.dumps(before | found, indent=1, sort_keys=True) + "\n")


def _printed(found: dict[str, dict[str, Any]]) -> None:
    table = Table("proof", "shows", "runs", "failures", "seconds", "detail")
    for proof in PROOFS:
        if entry := found.get(proof.name):
            detail = ", ".join(f"{name} {value}" for name, value in entry["detail"].items())
            table.add_row(
                proof.name, proof.shows, f"{entry['runs']:,}", str(entry["failures"]), f"{entry['seconds']:,}", detail
            )
    Console(width=200).print(table)


if __name__ == "__main__":
    sys.exit(main())
