"""What does our application write? The statements of its requests over HTTP, its commits, and when the client was told.

A round of three states is there; what a country and the unit do with Barbados' answers is made up by chance: answers,
evidence as links and files, submissions, clarifications, and the same command sent twice.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from tests.callers import Caller
from tests.databases import migrated
from tests.methods_of import MEM, real_method
from tests.worlds import world

from mem.answers.service import newest
from mem.app import create_app
from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.people.policy import Actor
from mem.people.service import issue_token
from mem.settings import Settings

UNIT = "IS-1.1"


@dataclass(frozen=True)
class Step:
    """A statement with its values (`say`), a `commit`, a `rollback`, or that the client was `answered`."""

    kind: str
    statement: str = ""
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Base:
    """A database to begin with; the evaluation, who acts on it (person and token), and its texts by question."""

    url: str
    evaluation: UUID
    people: dict[str, tuple[UUID, str]]
    versions: dict[str, int]

    @property
    def file(self) -> Path:
        """The database, where it is of SQLite."""
        return Path(str(make_url(self.url).database))


def base(url: str) -> Base:
    """A round of three states, in an empty database, in which Barbados is answering and has answered everything."""
    migrated(url)
    database = Database(url)
    with database.write() as connection:
        work = Work(connection, now())
        made = world(work, real_method()).to("answering")
        made.answer_all()
        acting: dict[str, Actor] = {"entity": made.entity, "unit": made.secretariat}
        people = {name: (one.person_id, issue_token(work, one.person_id, "t", 1)[1]) for name, one in acting.items()}
        form = made.standing().form
        text = [key for key, asked in form.asked.items() if asked.type.name == "text"]
        texts = newest(work, made.id, text)
    database.dispose()
    return Base(url, made.id, people, texts)


def recorded(begin: Base, folder: Path, requests: int, chance: random.Random) -> list[Step]:
    """The steps of so many requests on a copy of the base, which is at `folder / "mem.db"` afterwards. Raises
    `AssertionError` when one is not answered as it should be."""
    folder.mkdir(parents=True)
    shutil.copyfile(begin.file, folder / "mem.db")
    app = create_app(Settings(data_dir=folder, database_url="", workflows=MEM.parent), {"mem": real_method()})
    steps: list[Step] = []
    database: Database = app.state.house.database

    async def ask() -> None:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://mem.test") as client:
                day = _Day(begin, client, chance, steps)
                for _ in range(requests):
                    await day.request()

    with _listened(database, steps):
        asyncio.run(ask())
    return steps


@contextmanager
def _listened(database: Database, steps: list[Step]) -> Iterator[None]:
    def said(_: Connection, __: Any, statement: str, values: Any, ___: Any, many: bool) -> None:
        for one in values if many else [values]:
            steps.append(Step("say", statement, tuple(one)))

    listened: dict[str, Callable[..., None]] = {
        "before_cursor_execute": said,
        "commit": lambda _: steps.append(Step("commit")),
        "rollback": lambda _: steps.append(Step("rollback")),
    }
    for name, listener in listened.items():
        event.listen(database.engine, name, listener)
    yield


class _Day:
    """Who asks for what next."""

    def __init__(self, begin: Base, client: httpx.AsyncClient, chance: random.Random, steps: list[Step]) -> None:
        self._chance, self._steps = chance, steps
        self._entity, self._unit = (Caller(client, *begin.people[name]) for name in ("entity", "unit"))
        self._versions = dict(begin.versions)
        self._path = f"/api/v1/evaluations/{begin.evaluation}"
        self._answering = True

    async def request(self) -> None:
        """One command that takes effect, once."""
        if self._answering:
            acts = (self._answer, self._answer, self._answers, self._link, self._file, self._submit)
            response = await self._chance.choice(acts)()
        else:
            response = await self._return()
        assert response.is_success, response.text
        self._steps.append(Step("answered"))

    def _text(self) -> str:
        return "x" * self._chance.choice((1, 40, 900)) + str(self._chance.random())

    async def _answer(self) -> httpx.Response:
        key = self._chance.choice(sorted(self._versions))
        base, self._versions[key] = self._versions[key], self._versions[key] + 1
        return await self._entity.put(f"{self._path}/answers/{key}", {"value": self._text()}, base)

    async def _answers(self) -> httpx.Response:
        keys = self._chance.sample(sorted(self._versions), self._chance.randint(1, min(8, len(self._versions))))
        body = [{"question": key, "value": self._text(), "base": self._versions[key]} for key in keys]
        self._versions |= {key: self._versions[key] + 1 for key in keys}
        key = {"Idempotency-Key": str(uuid4())}
        first = await self._entity.post(f"{self._path}/answers", {"answers": body}, headers=key)
        if self._chance.random() < 0.3:
            self._steps.append(Step("answered"))
            again = await self._entity.post(f"{self._path}/answers", {"answers": body}, headers=key)
            assert again.json() == first.json()
            return again
        return first

    async def _link(self) -> httpx.Response:
        links = [{"title": self._text()[:300], "url": f"https://example.org/{uuid4()}", "units": [UNIT]}]
        return await self._entity.post(f"{self._path}/evidence/links", {"links": links})

    async def _file(self) -> httpx.Response:
        path = f"{self._path}/evidence/files?title=t&unit={UNIT}&file_name=f.txt"
        kind = {"Content-Type": "text/plain"}
        return await self._entity.post(path, content=self._chance.randbytes(900).hex(), headers=kind)

    async def _submit(self) -> httpx.Response:
        self._answering = False
        return await self._entity.fire(self._path, "submit_answers")

    async def _return(self) -> httpx.Response:
        self._answering = True
        return await self._unit.fire(self._path, "return_for_clarification", reason=self._text())
