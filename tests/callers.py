"""Who asks in a test over HTTP? Persons made by the service, each with a client that shows their token."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from mem.core.clock import now
from mem.core.work import Work
from mem.http.unit import House
from mem.people.service import add_person, grant_role, issue_token


@dataclass(frozen=True)
class Api:
    """The application over HTTP, with no token, and the house behind it."""

    client: httpx.AsyncClient
    house: House

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)


@dataclass(frozen=True)
class Caller:
    """A person who asks. Paths are whole (`/api/v1/me`); what comes in `more` goes to httpx; `headers` go over the
    ones that are sent by default, and one of None is not sent."""

    client: httpx.AsyncClient
    person_id: UUID
    token: str

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.send("GET", path, {}, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        """A command with a fresh `Idempotency-Key`."""
        return await self.send("POST", path, {"Idempotency-Key": str(uuid.uuid4())}, json=json, **more)

    async def put(self, path: str, json: Any, base: int, **more: Any) -> httpx.Response:
        """A change of the version `base`, or a first write (0)."""
        condition = {"If-Match": f'"v{base}"'} if base else {"If-None-Match": "*"}
        return await self.send("PUT", path, condition, json=json, **more)

    async def fire(self, position: str, trigger: str, **payload: Any) -> httpx.Response:
        """Fire a trigger at `/api/v1/rounds/…`, `/evaluations/…` or `/recommendations/…`, on the version it has."""
        seen = await self.get(f"{position}/transitions")
        if seen.status_code != httpx.codes.OK:
            return seen
        body = {"trigger": trigger, **payload}
        return await self.post(f"{position}/transitions", body, headers={"If-Match": seen.headers["ETag"]})

    async def send(self, verb: str, path: str, default: dict[str, str], **more: Any) -> httpx.Response:
        ours = {"Authorization": f"Bearer {self.token}", **default, **more.pop("headers", {})}
        headers = {name: value for name, value in ours.items() if value is not None}
        return await self.client.request(verb, path, headers=headers, **more)


def person(api: Api, role: str, state: str | None = None, mechanism: str = "mem") -> Caller:
    """A new person with one role (for a state, where the role is one of a state) and a token."""
    with api.house.database.write() as connection:
        work = Work(connection, now())
        person_id = add_person(work, f"{role} {state or ''}".strip())
        grant_role(work, api.house.methods[mechanism], person_id, role, state)
        _, token = issue_token(work, person_id, "test", 1)
    return Caller(api.client, person_id, token)
