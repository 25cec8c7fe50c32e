"""Is every file that a stored row speaks of there and whole, whenever the power goes?

Files are attached through the service, several at once of the same bytes among them, and some attempts fail and are
made again. Without the flush of the file, or of its folders, something must be lost by the same measure.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from sqlalchemy import event
from tests.databases import sqlite_url
from tests.proof.catalogue import Ask, Tally
from tests.proof.files_disk import Op, Recorder, State, crashes
from tests.proof.power_stream import UNIT, Base, base

from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.evidence.service import NewFile, attach_file
from mem.evidence.store import Store
from mem.people.service import actor_of

FILES = 3
OPERATIONS = 12
"""About as many does the attaching of one file take."""


def files(ask: Ask) -> Tally:
    """Count the states that crashes may leave until there are as many as asked for."""
    begin, tally, lost, seen = base(sqlite_url(ask.folder / "base.db")), Tally(), Counter[str](), Counter[str]()
    number = 0
    while tally.runs < ask.runs:
        log = _attached(begin, ask.folder / str(number), random.Random(f"{ask.seed} {number}"), seen)
        states, wrong = _wrong(log)
        tally.runs += states
        tally.failures += [f"seed {ask.seed}, attempt {number}: {one}" for one in wrong]
        for name, control in _controls(log).items():
            lost[name] += len(_wrong(control)[1])
        number += 1
    tally.failures += [f"without the flush of the {name} nothing was lost" for name in _controls([]) if not lost[name]]
    tally.failures += [
        f"no file was {what}" for what in ("attached", "attached meanwhile", "refused") if not seen[what]
    ]
    tally.detail = {"attempts": number, **seen, **{f"lost without flush of {name}": lost[name] for name in lost}}
    return tally


def _attached(begin: Base, folder: Path, chance: random.Random, seen: Counter[str]) -> list[Op]:
    """Attach some files, and what was done below for it."""
    top = folder / "data"
    top.mkdir(parents=True)
    recorder, store, database = Recorder(top), Store(top / "evidence"), Database(begin.url)
    pool = [chance.randbytes(chance.choice((1, 40, 700))).hex().encode() for _ in range(2)]
    _, token = begin.people["entity"]
    data = pool[0]

    def meanwhile() -> None:
        """Another process keeps the same bytes, and its row is stored before ours."""
        recorder.row(store.put(data))
        seen["attached meanwhile"] += 1

    def fail() -> None:
        raise OSError(5, "Input/output error")

    def attach() -> None:
        with database.write() as connection:
            work = Work(connection, now())
            actor, _ = actor_of(work, f"Bearer {token}")
            attach_file(work, actor, store, begin.evaluation, NewFile("t", "f.txt", "text/plain", data, [UNIT]))
        seen["attached"] += 1

    event.listen(database.engine, "commit", lambda _: recorder.row(hashlib.sha256(data).hexdigest()))
    with recorder.recording():
        for _ in range(FILES):
            data = chance.choice(pool)
            recorder.meanwhile(chance.randrange(OPERATIONS), chance.choice((meanwhile, fail)))
            try:
                attach()
            except OSError:
                seen["refused"] += 1
                attach()
    database.dispose()
    return recorder.log


def _controls(log: Sequence[Op]) -> dict[str, list[Op]]:
    """What would have been done by one who flushes no file, or no folder."""
    made = {op.name for op in log if op.kind == "link"}
    return {
        "file": [op for op in log if op.kind != "flush" or op.name not in made],
        "folders": [op for op in log if op.kind != "flush" or op.name in made],
    }


def _wrong(log: Sequence[Op]) -> tuple[int, list[str]]:
    """How many states a log may leave, and what is wrong with some, each fault once."""
    states, wrong = 0, dict[str, None]()
    for state, rows in crashes(log):
        states += 1
        wrong.update(dict.fromkeys(_faults(state, rows)))
    return states, list(wrong)


def _faults(state: State, rows: Sequence[str]) -> list[str]:
    kept = {Path(name).name: data for name, data in state.items() if not Path(name).name.startswith(".")}
    torn = [f"a file is there and does not have its hash, {name[:8]}" for name in kept if _hash(kept[name]) != name]
    return torn + [f"a row speaks of a file that is not there, {row[:8]}" for row in rows if row not in kept]


@lru_cache(maxsize=10_000)
def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
