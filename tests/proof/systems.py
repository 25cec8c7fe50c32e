"""Which systems under test are there? Our services in a process of their own, and `mem serve`."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.exc import DBAPIError
from tests.databases import migrated, sqlite_url
from tests.methods_of import real_method
from tests.worlds import world

from mem.answers.service import NewAnswer, give
from mem.cli.serve import run_server
from mem.core.clock import now
from mem.core.db import PLACES, Database
from mem.core.errors import MemError
from mem.core.work import Work
from mem.evidence.service import NewFile, attach_file
from mem.evidence.store import Store
from mem.http.retry import given_up
from mem.http.unit import Door, House
from mem.ledger.keys import SigningKey
from mem.people.actions import ACTIONS
from mem.people.service import actor_of, issue_token
from mem.process.advance import advance, possible
from mem.process.facts import Payload
from mem.settings import Settings

DAYS = 365
WORK_EVERY = 0.25
"""Seconds between the turns of a served worker: often, so that what is due is hit too."""
TURN = threading.Lock()
"""Writers on SQLite take their turn, as they do at the door."""
ACTION = {"answers": "answers.edit", "file": "evidence.edit", "move": "evaluation.advance"}


def warmed(folder: Path) -> None:
    """Read and make once whatever every process of ours makes once."""
    _scene(sqlite_url(folder / "mem.db"))


def scene(url: str) -> None:
    """A database where three states answer, one of which has given all that is needed to submit; say who acts."""
    sys.stdout.write(json.dumps(_scene(url)) + "\n")


def _scene(url: str) -> dict[str, Any]:
    migrated(url)
    database = Database(url)
    with database.write() as connection:
        made = world(Work(connection, now()), real_method())
        made.issue()
        made.answer_all()
        actors = {"officer": made.secretariat, **made.entities}
        tokens = {who: issue_token(made.work, one.person_id, "proof", DAYS)[1] for who, one in actors.items()}
        facts = {
            "tokens": tokens,
            "evaluations": {state: str(one) for state, one in made.evaluations.items()},
            "questions": list(made.standing().form.asked),
            "unit": made.units[0],
            "version": made.standing().version,
        }
    database.dispose()  # on SQLite the file alone is then the database
    return facts


def serve(url: str, folder: str) -> None:
    """`mem serve`, with the method that was read before the fork."""
    settings = Settings(data_dir=Path(folder), database_url=url, one_login=True)
    run_server(settings, "127.0.0.1", 0, WORK_EVERY, {"mem": real_method()})


def services(url: str, folder: str, address: str) -> None:
    """Our services, asked in lines of JSON at a local socket; a thread for each who asks."""
    place = Path(folder)
    key = SigningKey.at(place / "signing-key.pem")
    house = House(Database(url), Store(place / "evidence"), {}, key, asyncio.Lock(), asyncio.Semaphore(PLACES))
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            asking, _ = door.accept()
            threading.Thread(target=_answer, args=(house, asking), daemon=True).start()


def _answer(house: House, asking: socket.socket) -> None:
    with asking, asking.makefile("rb") as lines:
        for line in lines:
            try:
                said = {"done": _unit(house, json.loads(line))}
            except DBAPIError as error:
                said = {"again" if given_up(error) else "failed": repr(error.orig)}
            except MemError as error:
                said = {"failed": error.code}
            asking.sendall(json.dumps(said).encode() + b"\n")


def _unit(house: House, command: dict[str, Any]) -> Any:
    """One unit of work as the door has it: known, decided, once for its key, committed before it is answered."""
    request = Request({
        "type": "http", "method": "POST", "path": f"/{command['verb']}/{command['evaluation']}", "query_string": b"",
        "headers": [(b"host", b"mem.test"), (b"idempotency-key", command["key"].encode())], "server": ("mem.test", 80),
        "scheme": "http",
    })  # fmt: skip
    request.state.body_sha256 = hashlib.sha256(json.dumps(command["body"]).encode()).hexdigest()
    with TURN, house.database.write() as connection:
        work = Work(connection, now())
        actor, _ = actor_of(work, f"Bearer {command['token']}")
        door = Door(replace(work, actor_id=actor.person_id), house, request, ACTIONS[ACTION[command["verb"]]], actor)
        return door.once(lambda: _act(door, command), lambda made: made, lambda: _still(door, command))


def _act(door: Door, command: dict[str, Any]) -> Any:
    evaluation, body = UUID(command["evaluation"]), command["body"]
    if command["verb"] == "answers":
        given = [NewAnswer(one["question"], None, one["not_applicable"], one["base"]) for one in body["answers"]]
        return [list(pair) for pair in give(door.work, door.actor, evaluation, given)]
    if command["verb"] == "file":
        file = NewFile(body["title"], "proof.txt", "text/plain", body["text"].encode(), [body["unit"]])
        return str(attach_file(door.work, door.actor, door.house.store, evaluation, file))
    payload = Payload(body["reason"])
    return vars(advance(door.work, door.actor, evaluation, body["trigger"], payload, body["version"]))


def _still(door: Door, command: dict[str, Any]) -> object:
    evaluation = UUID(command["evaluation"])
    if command["verb"] == "move":
        return possible(door.work, door.actor, evaluation, Payload())
    return door.reads("answers.read" if command["verb"] == "answers" else "evidence.read", evaluation)()
