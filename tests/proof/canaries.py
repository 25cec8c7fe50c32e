"""Does anything that somebody said, or any secret, come out where it does not belong? (T28)

A server that logs everything carries a marked world through a storm of errors: malformed bodies, wrong tokens, broken
constraints, a database without its tables, rows and files that are damaged. Whatever it printed, logged and refused
with is searched for every mark. A mark that is logged on purpose must be found, or the search would find nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
from sqlalchemy import text
from tests import databases
from tests.callers import Api
from tests.conftest import WORKFLOWS
from tests.looking import unguarded
from tests.proof.at_once import address
from tests.proof.catalogue import Ask, Tally
from tests.proof.house import installed_methods
from tests.proof.marking import Marking, Marks
from tests.road import Road, cast, road

from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.evidence.store import Store
from mem.http.unit import House
from mem.ledger.keys import SigningKey

SERVED = """
import logging, pathlib, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
logging.getLogger("control").debug("%s", sys.argv[1])
from mem.cli.serve import run_server
from mem.settings import Settings
run_server(Settings(), "127.0.0.1", 0, 1.0)
"""
RAW = "application/json; charset=utf-8"
"""Of a body that is sent as it is."""
MUST_COME = (400, 401, 403, 404, 409, 412, 422, 500, 503)
"""What a storm must be answered with, or it was none."""
NOUNS = ("", "/answers", "/answers/is_1_1/versions", "/evidence", "/findings", "/conclusions", "/report", "/comments",
         "/assignments", "/record", "/leaves", "/transitions")  # fmt: skip
TABLES = ("comment", "answer_version", "person", "designation")
"""Without which the database is, for a while."""
DAMAGED = {
    "sqlite": (
        "UPDATE finding_version SET text = json_array(json_extract(text, '$.en'))",
        "UPDATE conclusion_version SET text = json_object('en', json_array(json_extract(text, '$.en')))",
        "UPDATE answer_version SET value = substr(value, 1, length(value) - 1) WHERE length(value) > 4",
        "UPDATE comment SET at = text",
    ),
    "postgresql": (
        "UPDATE finding_version SET text = json_build_array(text ->> 'en')",
        "UPDATE conclusion_version SET text = json_build_object('en', json_build_array(text ->> 'en'))",
        "UPDATE report_version SET paragraphs = json_build_array(paragraphs)",
    ),
}
"""What could not come about by the service: rows that are no longer what they were."""


def searched(ask: Ask) -> Tally:
    """Let as many storms pass as are asked for, each over a world of its own, on either database in turn."""
    tally, sizes, marks = Tally(), 0, 0
    statuses: dict[int, int] = {}
    for number in range(ask.runs):
        folder = ask.folder / str(number)
        folder.mkdir()
        with address(databases.BACKENDS[number % 2], folder) as url:
            storm = Storm(folder, url, Random(f"{ask.seed} {number}"))
            asyncio.run(storm.passes())
        tally.failures += [f"storm {number}, seed {ask.seed}: {one}" for one in storm.against()]
        tally.runs += 1
        sizes += len(storm.said())
        marks += len(storm.marks.given)
        statuses = {one: statuses.get(one, 0) + storm.statuses.get(one, 0) for one in {*statuses, *storm.statuses}}
    missing = [status for status in MUST_COME if status not in statuses]
    if missing:
        tally.failures.append(f"nothing was answered with {missing}: that was no storm")
    tally.detail = {
        "marks": marks, "bytes searched": sizes,
        "statuses": ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items())),
    }  # fmt: skip
    return tally


class Storm:
    """One server over one world, and what it said."""

    def __init__(self, folder: Path, url: str, draw: Random) -> None:
        self.folder, self.url, self.marks = folder, url, Marks(draw)
        self.control = self.marks.new("control")
        self.refused: list[bytes] = []
        self.statuses: dict[int, int] = {}

    def said(self) -> bytes:
        """Whatever the server printed and logged."""
        return (self.folder / "stdout").read_bytes() + (self.folder / "stderr").read_bytes()

    def against(self) -> list[str]:
        printed, refused = self.marks.found_in(self.said()), self.marks.found_in(b"\n".join(self.refused))
        found = [] if "control" in printed else ["what was logged on purpose was not found"]
        found += [f"the log tells a {of}" for of in printed if of != "control"]
        return found + [f"a refusal tells a {of}" for of in refused]

    async def passes(self) -> None:
        async with self.serving() as base, self.client(base) as client:
            methods = installed_methods()
            database, data = Database(self.url), self.folder / "data"
            key = SigningKey.at(data / "signing-key.pem")
            store = Store(data / "evidence")
            house = House(database, store, methods, key, asyncio.Lock(), asyncio.Semaphore(8))
            found = await self.world(Api(client, house))
            await self.wrong(found)
            await self.broken(found, database)
            await self.damaged(found, database, store)
            database.dispose()

    async def world(self, api: Api) -> Road:
        """A road to its end, each text marked, and a file."""
        who = cast(api)
        for caller in (who.officer, *who.entities.values(), *who.experts.values(), who.contributor, who.commission):
            self.marks.given |= {caller.token: "token", caller.token.split("_", 2)[2]: "token"}
        found = await road(api, "answering", players=who)
        content = self.marks.new("file").encode()
        query = {"title": self.marks.new("title"), "unit": "IS-1.1", "file_name": f"{uuid.uuid4().hex}.txt"}
        path = f"{found.path}/evidence/files"
        await who.entity.post(path, content=content, params=query, headers={"Content-Type": "text/plain"})
        return await found.to("revision")

    async def wrong(self, found: Road) -> None:
        """What cannot be taken: by its form, by its content, by who sends it, by what is stored already."""
        who, new = found.cast, self.marks.new
        for caller in (who.officer, who.entity, who.experts["CHL"], who.coordinator):
            for path in (f"{found.path}/answers", f"{found.path}/findings", f"{found.path}/comments",
                         f"{found.path}/responses", f"{found.round_path}/occasions", "/api/v1/people"):  # fmt: skip
                for body in self.bodies():
                    await caller.post(path, content=body, headers={"Content-Type": RAW})
            headers: dict[str, Any] = {"Authorization": f"Bearer {uuid.uuid4().hex}{new('token').encode()!r}"}
            await caller.get(found.path, headers=headers)
            await caller.get(f"/api/v1/rounds/{new('path')}/{new('path')}", params={new("query"): new("query")})
            await caller.get(f"{found.path}/answers/{new('path')}")
            await caller.post("/api/v1/people", {"name": "x"}, headers={"Idempotency-Key": f"k {uuid.uuid4().hex}"})
            await caller.post("/api/v1/people", {"name": "x"}, headers={"Idempotency-Key": ""})
        fired = {"trigger": "finalise", "reason": "Words."}
        await who.coordinator.post(f"{found.path}/transitions", fired, headers={"If-Match": '"v999"'})
        again = {"state": "BRB", "person": str(who.experts["BRB"].person_id), "rank": "principal"}
        await who.entity.post(f"{found.round_path}/designations", again)
        await who.officer.post(f"/api/v1/cycles/{found.cycle}/evaluations", {"states": ["BRB"]})
        cycles = [{"kind": "evaluation", "code": "main", "title": "x"}]
        taken = {"mechanism": "mem", "code": found.code, "title": "x", "cycles": cycles}
        await who.officer.post("/api/v1/rounds", taken)

    def bodies(self) -> list[bytes]:
        new = self.marks.new  # a key that is too many is named, by where it stands: it is not marked
        twice = f'{{"{(key := json.dumps(new("key"))[1:-1])}": 1, "{key}": 2}}'
        answer = {"question": new("code"), "value": new("value"), "base": new("base"), "more": new("value")}
        wrong = {"answers": [answer], "name": [new("name")], "title": {"en": new("title")}, "held_on": new("day")}
        return [new("body").encode(), twice.encode(), json.dumps(wrong).encode(), new("body").encode("utf-16")]

    async def broken(self, found: Road, database: Database) -> None:
        """The database lacks a table for a while."""
        for table in TABLES:
            with database.write() as connection:
                connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
            await self.everything(found)
            with database.write() as connection:
                connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))

    async def damaged(self, found: Road, database: Database, store: Store) -> None:
        """What is stored is not what it was."""
        for path in store.root.rglob("*"):
            if path.is_file():
                path.write_bytes(self.marks.new("file").encode())
        for statement in DAMAGED["sqlite" if database.is_sqlite else "postgresql"]:
            with database.write() as connection:
                unguarded(Work(connection, now()), statement.split()[1])
                connection.execute(text(statement))
            await self.everything(found)

    async def everything(self, found: Road) -> None:
        """Whatever can be read, by everybody who may, and some writes."""
        who = found.cast
        for caller in (who.entity, who.officer, who.experts["CHL"], who.coordinator):
            for noun in NOUNS:
                response = await caller.get(f"{found.path}{noun}")
                if noun == "/evidence" and response.is_success:
                    for one in response.json()["evidence"]:
                        await caller.get(f"/api/v1/evidence/{one['id']}/content")
            await caller.post("/api/v1/people", {"name": "Somebody"})
            responses = [{"comment": str(uuid.uuid4()), "disposition": "not_accepted", "reason": "Words."}]
            await caller.post(f"{found.path}/responses", {"responses": responses})
        await found.cast.officer.get("/api/v1/published")

    @asynccontextmanager
    async def client(self, base: str) -> AsyncIterator[httpx.AsyncClient]:
        marking = Marking(httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0)), self.marks)
        async with httpx.AsyncClient(transport=marking, base_url=base, timeout=60) as client:
            yield client
        self.refused, self.statuses = marking.refused, marking.statuses

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """A server that logs everything, in a process of its own."""
        more = {"MEM_DATABASE_URL": self.url, "MEM_DATA_DIR": str(self.folder / "data"), "MEM_ONE_LOGIN": "1",
                "MEM_WORKFLOWS": str(WORKFLOWS)}  # fmt: skip
        with (self.folder / "stdout").open("wb") as out, (self.folder / "stderr").open("wb") as err:
            command = [sys.executable, "-c", SERVED, self.control]
            server = subprocess.Popen(command, env=os.environ | more, stdout=out, stderr=err)
            try:
                yield self.address(server)
            finally:
                server.terminate()
                server.wait(30)

    def address(self, server: subprocess.Popen[bytes]) -> str:
        until = time.monotonic() + 120
        while time.monotonic() < until and server.poll() is None:
            said = (self.folder / "stdout").read_text()
            if said.endswith("/\n"):
                return said.split()[-1].rstrip("/")
            time.sleep(0.05)
        raise RuntimeError(f"no server came: {(self.folder / 'stderr').read_text()[-2_000:]}")
