"""Does everything that was answered before a backup began come back from it, while others went on writing?

A real server is written to by several clients over HTTP; `mem backup` and `mem restore --verify` are commands of their
own. What is restored must be verified, and hold every answer and every file of which a client had been told.
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock
from uuid import uuid4

import httpx
from sqlalchemy import select
from tests import databases
from tests.demo import runs
from tests.methods_of import MEM
from tests.proof.catalogue import Ask, Tally
from tests.proof.power_stream import UNIT, Base, base

from mem.answers.models import AnswerVersion
from mem.core.db import Database
from mem.evidence.models import Evidence
from mem.evidence.store import Store

WRITERS = 3
ENOUGH = 20
"""So many more answers are waited for before each backup."""
PATIENCE = 60
PAUSE = 0.03
"""Seconds between the requests of a client, so that the copying has a machine to run on."""


@dataclass
class Told:
    """What clients were told, each once: a version of an answer with its value, or a file by its SHA-256."""

    answers: dict[tuple[str, int], str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __len__(self) -> int:
        return len(self.answers) + len(self.files)

    def until(self, more: int) -> None:
        wanted = len(self) + more
        with self.changed:
            assert self.changed.wait_for(lambda: self.wrong or len(self) >= wanted, PATIENCE), "nobody writes"


def backups(ask: Ask) -> Tally:
    """As many backups as asked for, half of them on PostgreSQL (none of a single one)."""
    tally, seen = Tally(), Counter[str]()
    of_postgresql = ask.runs // 2
    for backend, number in (("sqlite", ask.runs - of_postgresql), ("postgresql", of_postgresql)):
        with _ground(backend, ask.folder) if number else nullcontext() as ground:
            for one in range(number):
                assert ground is not None
                found = _backup(ground, ask.folder / f"{backend}-{one}", seen)
                tally.failures += [f"{backend}, backup {one}: {wrong}" for wrong in found]
                tally.runs += 1
    if not seen["told meanwhile"]:
        tally.failures.append("nobody was told anything while a backup was made")
    tally.detail = dict(seen)
    return tally


@dataclass(frozen=True)
class _Ground:
    """A database with a server on it and clients who write; from `server` other databases are made, where one is."""

    begin: Base
    data: Path
    told: Told
    server: str | None

    @property
    def url(self) -> str:
        return "" if self.server is None else self.begin.url


def _backup(ground: _Ground, folder: Path, seen: Counter[str]) -> list[str]:
    """Make one backup, restore it elsewhere, and say what is wrong with that."""
    ground.told.until(ENOUGH)
    answers, files = dict(ground.told.answers), list(ground.told.files)
    made = runs.mem("backup", str(folder / "backup"), data=ground.data, url=ground.url)
    seen["told before"] += len(answers) + len(files)
    seen["told meanwhile"] += len(ground.told) - len(answers) - len(files)
    if made.returncode:
        return [made.stderr]
    with _elsewhere(ground, folder) as url:
        back = runs.mem("restore", str(folder / "backup"), "--verify", data=folder / "data", url=url)
        if back.returncode or "Verified" not in back.stdout:
            return [back.stderr or back.stdout]
        database = Database(url or databases.sqlite_url(folder / "data" / "mem.db"))
        lost = list(_lost(database, Store(folder / "data" / "evidence"), answers, files))
        database.dispose()
    return [*ground.told.wrong[:1], *lost]


def _lost(database: Database, store: Store, answers: dict[tuple[str, int], str], files: list[str]) -> Iterator[str]:
    with database.read() as connection:
        columns = (AnswerVersion.question, AnswerVersion.version, AnswerVersion.value)
        held = {(question, version): value for question, version, value in connection.execute(select(*columns))}
        rows = set(connection.execute(select(Evidence.sha256)).scalars())
    for key, value in answers.items():
        if held.get(key) != value:
            yield f"the answer {key} is lost"
    for name in files:
        if name not in rows:
            yield f"the row of the file {name} is lost"
        store.get(name)


@contextmanager
def _elsewhere(ground: _Ground, folder: Path) -> Iterator[str]:
    if ground.server is None:
        yield ""
    else:
        with databases.postgresql_database(ground.server, "mem_restored") as url:
            yield url


@contextmanager
def _ground(backend: str, folder: Path) -> Iterator[_Ground]:
    data = folder / backend
    data.mkdir(parents=True)
    if backend == "sqlite":
        with _written(_Ground(base(databases.sqlite_url(data / "mem.db")), data, Told(), None)) as ground:
            yield ground
        return
    with databases.postgresql() as server, databases.postgresql_database(server, "mem_backed_up") as url:
        found = {"PATH": databases.postgresql_programs(server)}
        with mock.patch.dict(os.environ, found), _written(_Ground(base(url), data, Told(), server)) as ground:
            yield ground


@contextmanager
def _written(ground: _Ground) -> Iterator[_Ground]:
    """While the block runs, clients write to a server on the ground."""
    ended = threading.Event()
    with _served(ground) as address:
        questions = sorted(ground.begin.versions)[:WRITERS]
        writers = [threading.Thread(target=_write, args=(ground, address, key, ended)) for key in questions]
        for writer in writers:
            writer.start()
        try:
            yield ground
        finally:
            ended.set()
            for writer in writers:
                writer.join()


@contextmanager
def _served(ground: _Ground) -> Iterator[str]:
    settings = {"MEM_DATA_DIR": str(ground.data), "MEM_WORKFLOWS": str(MEM.parent), "MEM_DATABASE_URL": ground.url}
    with subprocess.Popen(
        [runs.COMMAND, "serve", "--port", "0"],
        env={**os.environ, **settings, "MEM_ONE_LOGIN": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def _write(ground: _Ground, address: str, question: str, ended: threading.Event) -> None:
    """Answer one question again and again, with a file now and then, until it is enough or something is refused."""
    chance, told, version = random.Random(question), ground.told, ground.begin.versions[question]
    path = f"/api/v1/evaluations/{ground.begin.evaluation}"
    headers = {"Authorization": f"Bearer {ground.begin.people['entity'][1]}"}
    with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client:
        while not ended.wait(PAUSE):
            value, data = str(uuid4()), chance.randbytes(2_000).hex().encode()
            more = {"Idempotency-Key": str(uuid4()), "Content-Type": "text/plain"}
            if chance.random() < 0.3:
                there = f"{path}/evidence/files?title=t&unit={UNIT}&file_name=f.txt"
                answer = client.post(there, content=data, headers=more)
            else:
                data = b""
                more = {"If-Match": f'"v{version}"'}
                answer = client.put(f"{path}/answers/{question}", json={"value": value}, headers=more)
            with told.changed:
                if not answer.is_success:
                    told.wrong.append(f"a client was told {answer.status_code}: {answer.text}")
                    ended.set()
                elif data:
                    told.files.append(hashlib.sha256(data).hexdigest())
                else:
                    version += 1
                    told.answers[question, version] = value
                told.changed.notify_all()
