"""How do two worlds come to stand side by side, each behind an application, to be asked the same?"""

from __future__ import annotations

import asyncio
import gzip
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select
from tests import databases
from tests.conftest import WORKFLOWS
from tests.looking import stored
from tests.proof.catalogue import Ask
from tests.proof.house import installed_methods
from tests.proof.judged import to
from tests.proof.scripts import UNKNOWN, Asked, operations
from tests.proof.secrets import TOLD
from tests.proof.twins import Twin, twin

from mem.app import create_app
from mem.approvals.models import Approval
from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.evidence.models import Evidence
from mem.evidence.store import Store
from mem.http.unit import House
from mem.ledger.checkpoints import make_checkpoint
from mem.methods.service import pin
from mem.people.models import Membership, Person, Token
from mem.recommendations.models import Recommendation
from mem.reports.models import Comment
from mem.rounds.models import Assignment, Conflict, Designation, Occasion, Opening
from mem.settings import Settings

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]
IDS: Mapping[str, Any] = {
    "evidence": Evidence.id, "assignment": Assignment.id, "recommendation": Recommendation.id, "comment": Comment.id,
    "designation": Designation.id, "person": Person.id, "role": Membership.id, "token": Token.id,
    "approval": Approval.id, "conflict": Conflict.id, "occasion": Occasion.id, "opening": Opening.id,
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What a pair of worlds is: who observes, where the evaluation stands in each, and what differs."""

    number: int
    who: str
    stages: tuple[str, str]
    secrets: tuple[str, ...]
    others: tuple[tuple[str, ...], tuple[str, ...]]

    def __str__(self) -> str:
        stages = " and ".join(dict.fromkeys(self.stages))
        return f"pair {self.number} ({self.who} at {stages}; secret: {', '.join(self.secrets)})"


@dataclass
class Pair:
    """Two worlds, each behind an application."""

    apps: tuple[FastAPI, FastAPI]
    twins: tuple[Twin, Twin]

    @property
    def houses(self) -> list[House]:
        return [app.state.house for app in self.apps]

    async def both(self, asked: Asked) -> tuple[Answer, Answer]:
        first, second = self.apps
        return await asyncio.gather(answered(first, asked), answered(second, asked))

    def all_stored(self) -> list[dict[str, Any]]:
        found = []
        for house in self.houses:
            with house.database.read() as connection:
                found.append(stored(Work(connection, now())))
        return found


class Maker:
    """Makes pairs of worlds in a folder, behind two applications."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.methods = installed_methods()
        self.template = databases.sqlite_template(ask.folder)
        database = Database(databases.sqlite_url(self.template))
        with database.write() as connection:  # once, rather than for each world
            pin(Work(connection, now()), self.methods["mem"])
        database.dispose()
        self.began = now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=14)
        settings = Settings(data_dir=ask.folder / "house", workflows=WORKFLOWS)
        settings.data_dir.mkdir()
        shutil.copyfile(self.template, settings.data_dir / "mem.db")
        self.apps = (create_app(settings, self.methods), create_app(settings, self.methods))
        self.key = self.apps[0].state.house.key
        self.operations = operations(self.apps[0])

    @contextmanager
    def pair(self, plan: Plan) -> Iterator[Pair]:
        (first, made), (second, other) = (self.made(plan, side) for side in (0, 1))
        for app, house in zip(self.apps, (first, second), strict=True):
            app.state.house = house
        yield Pair(self.apps, (made, other))
        for side, house in enumerate((first, second)):
            house.database.dispose()
            shutil.rmtree(self.ask.folder / f"{plan.number} {side}")

    def made(self, plan: Plan, side: int) -> tuple[House, Twin]:
        folder = self.ask.folder / f"{plan.number} {side}"
        database, store = Database(databases.sqlite_copy(self.template, folder)), Store(folder / "evidence")
        seeds = {secret: Random(f"{self.ask.seed} {plan.number} {side}").getrandbits(60) for secret in plan.secrets}
        whole = dict.fromkeys(TOLD, self.ask.seed + plan.number) | seeds
        with database.write() as connection:
            made = twin(connection, self.methods["mem"], store, self.began, whole, plan.others[side])
            to(made, plan.stages[side])
            make_checkpoint(made.seeded.work("checkpoint", 13), self.key)
        house = House(database, store, self.methods, self.key, asyncio.Lock(), asyncio.Semaphore(8))
        return house, made

    def known(self, pair: Pair) -> dict[str, list[str]]:
        """What the parts of a path may be: what is there in either world, and what is in neither."""
        here = pair.twins[0].world
        found: dict[str, list[str]] = {
            "evaluation": [str(here.id)] * 4 + [str(one) for one in here.evaluations.values()] + [UNKNOWN, "x"],
            "round": [str(here.round)] * 4 + [UNKNOWN, str(here.id)], "cycle": [str(here.cycle), UNKNOWN],
            "code": ["round", "round", "nothing"], "state": ["BRB", "BRB", "CHL", "ZZZ"], "mechanism": ["mem", "no"],
            "plan": ["hemispheric-2016-2020", "no"], "name": ["hearing", "X"],
            "unit": ["IS-1", "IS-1.1", "DR", "ZZ-1"],
            "question": ["is_1_1", "is_1_2", "is_1_3", "is_1_4", "is_2_1", "is_2_3", "is_2_5", "nothing"],
        }  # fmt: skip
        for name, column in IDS.items():
            there = set[str]()
            for house in pair.houses:
                with house.database.read() as connection:
                    there |= {str(one) for one in connection.execute(select(column)).scalars()}
            found[name] = [*sorted(there), UNKNOWN]
        return found


async def answered(app: FastAPI, asked: Asked) -> Answer:
    """What an application answers, to the byte; what is compressed is read, since it says when it was."""
    path, _, query = asked.path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.verb, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in asked.headers.items()],
        "client": ("127.0.0.1", 1), "server": ("mem.test", 80),
    }  # fmt: skip
    told: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message: Any) -> None:
        told.append(message)

    await app(scope, receive, send)
    headers = [tuple(one) for one in told[0]["headers"]]
    body = b"".join(one.get("body", b"") for one in told[1:])
    packed = (b"content-encoding", b"gzip") in headers and body
    return told[0]["status"], headers, gzip.decompress(body) if packed else body
