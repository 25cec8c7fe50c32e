"""What does a request do? One unit of work: opened, authenticated, decided, committed before the answer leaves.

`Reading` and `Writing` are the two doors. On SQLite, commands take their turn first-in-first-out on the event loop,
before a thread is used, and give it back after the commit.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request
from sqlalchemy import Connection, func, select
from starlette.concurrency import run_in_threadpool

from mem.core.canonical import digest_of
from mem.core.clock import now
from mem.core.db import Database
from mem.core.errors import MemError, NotAllowed, Precondition, Reason
from mem.core.work import Work
from mem.evidence.store import Store
from mem.http.body import Malformed
from mem.idempotency.service import remember, replayed
from mem.ledger.keys import SigningKey
from mem.methods.method import Method
from mem.people.actions import ACTIONS, Action
from mem.people.policy import Actor, Allow, Deny, Place, decide
from mem.people.service import UNKNOWN, actor_of
from mem.rounds.standing import permit, permitted
from mem.sandbox.service import label, working

Result = TypeVar("Result")
KEY = re.compile(r"^[\x21-\x7e]{8,255}$")
TAG = re.compile(r'^"v([1-9][0-9]{0,8})"$')


class NotReady(MemError):
    """The service must not take part now (503)."""


@dataclass
class House:
    """What the application is made of; one for each process, at `app.state.house`. `methods` are the installed ones,
    by mechanism: what a new round is opened from. `places` are as many as there are connections for requests: one
    is taken on the event loop, before a thread is used, so that no thread ever waits for a connection. `sandbox`: the
    database is one, and has a clock of its own."""

    database: Database
    store: Store
    methods: dict[str, Method]
    key: SigningKey
    turn: asyncio.Lock
    places: asyncio.Semaphore
    sandbox: bool = False

    def said_of_itself(self) -> str | None:
        """What a sandbox says of itself now, where no unit of work is open; None elsewhere."""
        if not self.sandbox:
            return None
        with self.database.read() as connection:
            return label(working(connection, now()).now)

    def within(self, mechanism: str | None = None) -> list[Place]:
        """Where an act that concerns no round takes place: in a mechanism, or (None, or not installed) in any."""
        every = {code: Place(one.roles, mechanism=code) for code, one in self.methods.items()}
        return [every[mechanism]] if mechanism in every else [*every.values()]


@dataclass
class Door:
    """One request inside its unit of work. `actor` is None only where the action is open to anybody."""

    work: Work
    house: House
    request: Request
    action: Action
    known: Actor | None
    replay: bool = False

    @property
    def actor(self) -> Actor:
        """Who asks. Raises `NotAuthenticated`."""
        if self.known is None:
            raise UNKNOWN
        return self.known

    @property
    def sandbox(self) -> str | None:
        """What a sandbox says of itself; None elsewhere."""
        return label(self.work.now) if self.house.sandbox else None

    def allow(self, *places: Place) -> None:
        """Ask the policy about the declared action itself, where no service does: allowed in one of these places."""
        verdicts = [decide(self.known, self.action, place) for place in places]
        if not any(isinstance(verdict, Allow) for verdict in verdicts):
            against = dict.fromkeys(one for verdict in verdicts if isinstance(verdict, Deny) for one in verdict.reasons)
            raise NotAllowed("not_allowed", "You may not do this here.", against)
        self.work.decided.add(self.action.code)

    def reads(self, action: str, evaluation: UUID | None = None) -> Callable[[], object]:
        """That the caller may (still) read something: of an evaluation, or what any member reads."""
        if evaluation is not None:
            return lambda: permitted(self.work, self.actor, action, evaluation)
        return lambda: permit(self.work, self.actor, action, Place({}))

    def once(self, act: Callable[[], Any], show: Callable[[Any], Result], still: Callable[[], object]) -> Result:
        """Let a POST take effect once for its `Idempotency-Key`.

        `act` makes the effect and returns a JSON reference to it; `show` renders it. A replay only shows, and only
        when `still` finds that the caller may still read it.
        """
        key = self.request.headers.get("idempotency-key")
        if key is None or not KEY.match(key):
            message = "Send an Idempotency-Key of 8 to 255 visible characters, new for each command."
            reason = Reason("idempotency_key_needed", message, about="header:Idempotency-Key")
            raise Malformed("idempotency_key_needed", message, [reason])
        route = f"{self.request.method} {self.request.url.path}"[:400]
        # A file's content is its body, and what is said of it stands in the query: both are the command.
        digest = digest_of([self.request.url.query, self.request.state.body_sha256])
        person = self.actor.person_id
        self.replay, result = replayed(self.work, person, key, route, digest)
        if self.replay:
            still()
        else:
            result = act()
            remember(self.work, person, key, route, digest, result)
        return show(result)


def check_clock(work: Work) -> None:
    """Raises `NotReady` when the clocks of this machine and of the database differ by over two seconds."""
    if work.db.dialect.name == "postgresql":
        theirs = work.db.execute(select(func.clock_timestamp())).scalar_one()
        if abs(theirs - now()) > timedelta(seconds=2):
            raise NotReady("clock_skew", "The clocks of this service and of its database differ.")


def expected_version(if_match: str | None, if_none_match: str | None = None) -> int:
    """The version a change is based on: from `If-Match: "v<n>"`, or 0 from `If-None-Match: *` (a first write).

    Raises `Precondition`: `precondition_required` (428) when neither came, `stale` (412) for a tag of another form.
    """
    if if_match is None and if_none_match is None:
        message = 'Send If-Match: "v<version>" with the version you saw, or If-None-Match: * for a first write.'
        raise Precondition(
            "precondition_required", message, [Reason("precondition_required", message, about="header:If-Match")]
        )
    if if_match is None:
        if if_none_match != "*":
            raise Precondition("stale", "Only If-None-Match: * is understood.")
        return 0
    match = TAG.match(if_match)
    if match is None:
        raise Precondition("stale", "This version tag is not one of ours.")
    return int(match.group(1))


def tag(version: int) -> str:
    """The `ETag` of a version."""
    return f'"v{version}"'


Authorization = Annotated[str | None, Header(include_in_schema=False)]


async def _reading(request: Request, authorization: Authorization = None) -> AsyncIterator[Door]:
    house: House = request.app.state.house
    async with house.places, _door(request, house.database.read(), authorization) as door:
        yield door


async def _writing(request: Request, authorization: Authorization = None) -> AsyncIterator[Door]:
    house: House = request.app.state.house
    if not house.database.is_sqlite:
        async with house.places, _door(request, house.database.write(), authorization) as door:
            yield door
        return
    async with house.turn, _door(request, house.database.write(), authorization) as door:
        yield door


@asynccontextmanager
async def _door(
    request: Request, transaction: AbstractContextManager[Connection], authorization: str | None
) -> AsyncIterator[Door]:
    door = await run_in_threadpool(_open, request, transaction, authorization)
    try:
        yield door
        if door.action.code not in door.work.decided and not door.replay:
            raise RuntimeError(f"{request.url.path} did not ask the policy for {door.action.code}")
    except BaseException as error:
        if not await run_in_threadpool(transaction.__exit__, type(error), error, error.__traceback__):
            raise
    else:
        await run_in_threadpool(transaction.__exit__, None, None, None)


def _open(request: Request, transaction: AbstractContextManager[Connection], authorization: str | None) -> Door:
    connection = transaction.__enter__()
    try:
        return _enter(request, connection, authorization)
    except BaseException as error:
        transaction.__exit__(type(error), error, error.__traceback__)
        raise


def _enter(request: Request, connection: Connection, authorization: str | None) -> Door:
    house: House = request.app.state.house
    machine = request.state.received_at
    work = working(connection, machine) if house.sandbox else Work(connection, machine)
    action = ACTIONS[request.state.action]
    actor: Actor | None = None
    if authorization is not None or not action.open:
        actor, _ = actor_of(work, authorization or "")
        work = replace(work, actor_id=actor.person_id)
    door = Door(work, house, request, action, actor)
    if action.open or action.member:
        door.allow(Place({}))
    return door


Reading = Annotated[Door, Depends(_reading, scope="function")]
Writing = Annotated[Door, Depends(_writing, scope="function")]
IfMatch = Annotated[str | None, Header(description='The version that was seen, as `"v3"`.')]
IfNoneMatch = Annotated[str | None, Header(description="`*` for a first write.")]
IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", description="8 to 255 visible characters, new for each command.")
]
