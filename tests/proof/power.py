"""Is an answer that a client was given still there after the power went, at any instant?

What our application writes is written again through a recorder beneath SQLite (`power_disk`); images of a crash at many
instants are opened by the product itself, which recovers them. Control modes, which a careless setting would be, must
lose something by the same measure.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import apsw
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from tests.databases import sqlite_url
from tests.proof.catalogue import Ask, Tally
from tests.proof.power_disk import VFS, Disk, Image, Op, Recorder
from tests.proof.power_stream import Base, Step, base, recorded

from mem.core import db
from mem.core.db import Database

NAME = "mem.db"
REQUESTS = 40
IMAGES = 1_000
"""How many of a scenario: one stream of requests, written once."""
CONTROLS = 20
"""Of so many images in the shipped mode, one is tried in each control mode; at least as many as below."""
AT_LEAST = 50
MANY = 1_000
"""From so many images on, a checkpoint or a truncation must have been among the writes."""
RIGHT = "right"


@dataclass(frozen=True)
class Mode:
    """How SQLite is told to write."""

    journal: str
    synchronous: str

    def __str__(self) -> str:
        return f"{self.journal}+{self.synchronous}"


@dataclass(frozen=True)
class Written:
    """What writing a stream asked of the disk, and what was there before."""

    before: Image
    log: list[Op]

    def instants(self, chance: random.Random, images: int) -> list[int]:
        """After which ops the power goes: anywhere, and as often just after a client was answered."""
        answered = [place for place, op in enumerate(self.log, 1) if op.kind == "answered"]
        anywhere = range(len(self.log) + 1)
        return sorted(chance.choice(answered if chance.random() < 0.5 else anywhere) for _ in range(images))


def wal(ask: Ask) -> Tally:
    """The mode of a SQLite whose write-ahead log is safe."""
    return _proof(ask, "wal", [Mode("wal", "NORMAL"), Mode("wal", "OFF")])


def truncate(ask: Ask) -> Tally:
    """The mode of an older SQLite."""
    with mock.patch.object(db, "WAL_RESET_FIXED", ((99, 0, 0),)):
        return _proof(ask, "truncate", [Mode("delete", "FULL"), Mode("truncate", "OFF")])


def _proof(ask: Ask, journal: str, controls: Sequence[Mode]) -> Tally:
    begin = base(sqlite_url(ask.folder / "base.db"))
    shipped = _shipped(begin)
    tally, seen = Tally(), Counter[str]()
    found = {mode: Counter[str]() for mode in (shipped, *controls)}
    with _folder(ask.folder) as place:
        for number in range(-(-ask.runs // IMAGES)):
            chance, folder = random.Random(f"{ask.seed} {number}"), ask.folder / str(number)
            steps = recorded(begin, folder, REQUESTS, chance)
            images = min(IMAGES, ask.runs - tally.runs)
            for mode, verdicts in found.items():
                written = _written(begin, steps, mode, folder, chance)
                wanted = images if mode == shipped else max(images // CONTROLS, AT_LEAST - verdicts.total())
                for at, verdict in _images(written, wanted, place, chance):
                    verdicts[verdict.partition(":")[0]] += 1
                    if mode == shipped and verdict != RIGHT:
                        tally.failures.append(f"seed {ask.seed}, stream {number}, after operation {at}: {verdict}")
                if mode == shipped:
                    if _rows(folder / NAME) != _rows(folder / "again" / NAME):
                        tally.failures.append(f"seed {ask.seed}, stream {number}: written again it is another database")
                    seen.update(_seen(written.log))
            tally.runs += images
            shutil.rmtree(folder)
    if shipped.journal != journal:
        tally.failures.append(f"the product writes in the mode {shipped}")
    harmless = [mode for mode in controls if found[mode].total() == found[mode][RIGHT]]
    tally.failures += [f"nothing was lost in the mode {mode}" for mode in harmless]
    exercised = ("answered", "sync", *(["checkpoint or truncation"] if tally.runs >= MANY else []))
    tally.failures += [f"no {what}" for what in exercised if not seen[what]]
    verdicts_by_mode = {str(mode): str(dict(sorted(verdicts.items()))) for mode, verdicts in found.items()}
    tally.detail = {"answers": seen["answered"], "operations": seen.total(), **verdicts_by_mode}
    return tally


def _seen(log: Sequence[Op]) -> Iterator[str]:
    """What a log is made of; a checkpoint is whatever is written to the database when the journal is a log."""
    wal_mode = any(op.file == f"{NAME}-wal" for op in log)
    for op in log:
        yield op.kind
        if op.kind == "truncate" or (wal_mode and op.kind == "write" and op.file == NAME):
            yield "checkpoint or truncation"


def _shipped(begin: Base) -> Mode:
    """How the product tells SQLite to write."""
    database = Database(begin.url)
    with database.write() as connection:
        journal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        number = connection.execute(text("PRAGMA synchronous")).scalar_one()
    database.dispose()
    return Mode(journal, ("OFF", "NORMAL", "FULL", "EXTRA")[number])


def _written(begin: Base, steps: Sequence[Step], mode: Mode, folder: Path, chance: random.Random) -> Written:
    """Write a stream in a mode. Of SQLite's own, only the number of pages that call for a checkpoint is another, so
    that there are some."""
    file = folder / "again" / NAME
    shutil.rmtree(file.parent, ignore_errors=True)
    file.parent.mkdir()
    shutil.copyfile(begin.file, file)
    plain = apsw.Connection(str(file))
    plain.pragma("journal_mode", mode.journal)
    plain.close()
    before, recorder = {NAME: file.read_bytes()}, Recorder()
    again = apsw.Connection(str(file), vfs=VFS)
    recorder.on = True
    if mode.journal == "wal":
        again.pragma("locking_mode", "EXCLUSIVE")  # a VFS in Python has no shared memory
        again.pragma("wal_autocheckpoint", chance.choice((1_000, 60, 15)))
    for name, value in (("journal_mode", mode.journal), ("synchronous", mode.synchronous), ("foreign_keys", "ON")):
        again.pragma(name, value)
    for step in steps:
        if step.kind == "answered":
            recorder.said("answered")
        elif step.kind == "commit":
            recorder.said("begun")
            again.execute("COMMIT")
            recorder.said("committed")
        else:
            again.execute("ROLLBACK" if step.kind == "rollback" else step.statement, step.values).fetchall()
    recorder.on = False
    again.close()
    recorder.unregister()
    return Written(before, recorder.log)


def _rows(file: Path) -> dict[str, str]:
    """All rows of a database, by table."""
    reader = apsw.Connection(str(file))
    tables = [str(name) for (name,) in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: "\n".join(sorted(map(repr, reader.execute(f"SELECT * FROM {name}")))) for name in tables}
    reader.close()
    return found


def _images(written: Written, images: int, place: Path, chance: random.Random) -> Iterator[tuple[int, str]]:
    """The power goes so many times: after which operation, and what is wrong with what is left."""
    if not images:
        return
    opened = _Opened(place)
    states = list(_states(written, opened))
    disk, at, counted = Disk(written.before), 0, Counter[str]()
    for instant in written.instants(chance, images):
        for op in written.log[at:instant]:
            disk.do(op)
            counted[op.kind] += 1
        at = instant
        yield at, _judged(opened.read(disk.crashed(chance)), states, counted["answered"], counted["begun"])
    opened.close()


def _states(written: Written, opened: _Opened) -> Iterator[bytes]:
    """The database as the product reads it after each commit, when the power never went."""
    disk = Disk(written.before)
    yield _sound(opened.read(disk.whole()))
    for op in written.log:
        disk.do(op)
        if op.kind == "committed":
            yield _sound(opened.read(disk.whole()))


def _sound(found: bytes | str) -> bytes:
    assert isinstance(found, bytes), f"unusable without any crash: {found}"
    return found


def _judged(found: bytes | str, states: Sequence[bytes], answered: int, begun: int) -> str:
    if isinstance(found, str):
        return f"unusable: {found}"
    if any(found == state for state in states[answered : begun + 1]):
        return RIGHT
    if found in states:
        return f"lost: after {answered} answers it holds what {states.index(found)} commits made"
    return "damaged: it holds what no commits made"


class _Opened:
    """The product's database in a folder, opened anew for each image."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._database = Database(sqlite_url(place / NAME))

    def read(self, image: Image) -> bytes | str:
        """The bytes of the database once it was recovered, all in the one file; or why it is of no use."""
        for left in self._place.iterdir():
            left.unlink()
        for name, content in image.items():
            (self._place / name).write_bytes(content)
        try:
            with self._database.write() as connection:
                said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        except DatabaseError as error:
            said = [str(error.orig)]
        finally:
            self._database.dispose()
        return (self._place / NAME).read_bytes() if said == ["ok"] else "; ".join(said[:3])

    def close(self) -> None:
        self._database.dispose()


@contextmanager
def _folder(otherwise: Path) -> Iterator[Path]:
    """Where images lie to be opened: in memory, where that is a folder. No power goes there: they are of after."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else otherwise, prefix="mem-images-") as place:
        yield Path(place)
