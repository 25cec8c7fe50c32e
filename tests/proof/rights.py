"""Who holds a right that can be taken away, and what is asked by it? Officers with tokens and roles, experts with a
voice on an evaluation in its review."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.callers import Api, Caller, person
from tests.road import V1, Road, ok, road

Send = Callable[[Caller], Awaitable[httpx.Response]]
Right = tuple[Caller, Sequence[Send], Callable[[], Awaitable[Any]], Callable[[], Awaitable[Any]]]
"""Who holds a right, what they may send by it, what takes it away, and what comes after."""


async def nothing() -> None: ...


@dataclass
class Stage:
    """An evaluation in its review, and those whose rights come and go."""

    found: Road
    second: Caller
    role: str
    holders: list[tuple[Caller, str]]
    keys: dict[uuid.UUID, str] = field(default_factory=dict)
    bodies: dict[uuid.UUID, Any] = field(default_factory=dict)

    @classmethod
    async def set(cls, api: Api) -> Stage:
        found = await road(api, "compilation")
        who, substitute = found.cast, person(api, "expert", "JAM")
        named = {"state": "JAM", "person": str(substitute.person_id), "rank": "alternate"}
        made = ok(await who.entities["JAM"].post(f"{found.round_path}/designations", named), 201)["id"]
        await found.to("review")
        holders = [(who.experts["JAM"], found.designations["JAM"]), (substitute, made)]
        stage = cls(found, person(api, "mem_unit"), "", holders)
        stage.role = await stage.membership()
        return stage

    @property
    def officer(self) -> Caller:
        return self.found.cast.officer

    async def membership(self) -> str:
        people = ok(await self.officer.get(f"{V1}/people"))["people"]
        return str(next(one["roles"][0]["id"] for one in people if one["id"] == str(self.second.person_id)))

    def sends(self, key: str) -> list[Send]:
        """What an officer may: read persons and rounds, and repeat that a person was added."""
        headers = {"Idempotency-Key": key}
        return [
            lambda one: one.get(f"{V1}/people"),
            lambda one: one.post(f"{V1}/people", {"name": "Somebody"}, headers=headers),
            lambda one: one.get(self.found.path),
        ]

    async def added(self, caller: Caller) -> list[Send]:
        key = uuid.uuid4().hex
        ok(await caller.post(f"{V1}/people", {"name": "Somebody"}, headers={"Idempotency-Key": key}), 201)
        return self.sends(key)

    async def token_revoked(self) -> Right:
        path = f"{V1}/people/{self.second.person_id}/tokens"
        issued = ok(await self.officer.post(path, {"label": "one more", "days": 1}), 201)
        caller = Caller(self.second.client, self.second.person_id, issued["token"])
        sends = await self.added(caller)
        return caller, sends, lambda: self.done(f"{V1}/tokens/{issued['id']}/revocation"), nothing

    async def role_ended(self) -> Right:
        async def again() -> None:
            body = {"mechanism": "mem", "role": "mem_unit", "state": None}
            self.role = ok(await self.officer.post(f"{V1}/people/{self.second.person_id}/roles", body), 201)["id"]

        sends = await self.added(self.second)
        return self.second, sends, lambda: self.done(f"{V1}/roles/{self.role}/end"), again

    async def voice(self) -> str:
        listed = ok(await self.officer.get(f"{self.found.path}/assignments"))["assignments"]
        return str(next(one["id"] for one in listed if one["expert_state"] == "JAM"))

    async def judging(self) -> tuple[Caller, list[Send]]:
        """Who speaks for Jamaica now, and may read answers and findings and repeat a finding."""
        caller, _ = self.holders[0]
        path = f"{self.found.path}/findings"
        if caller.person_id not in self.keys:
            written = ok(await caller.get(path))["findings"]
            one, *_ = await self.found.judgements(caller, "Found by JAM")
            self.keys[caller.person_id] = uuid.uuid4().hex
            one["base"] = max((row["version"] for row in written if row["unit"] == one["unit"]), default=0)
            self.bodies[caller.person_id] = {"findings": [one]}
        headers, body = {"Idempotency-Key": self.keys[caller.person_id]}, self.bodies[caller.person_id]
        ok(await caller.post(path, body, headers=headers))
        return caller, [
            lambda one: one.get(path),
            lambda one: one.post(path, body, headers=headers),
            lambda one: one.get(f"{self.found.path}/answers"),
        ]

    async def voice_passed(self) -> Right:
        caller, sends = await self.judging()
        voice, (_, designation) = await self.voice(), self.holders[1]

        async def passed() -> None:
            path = f"{self.found.path}/assignments/{voice}/substitute"
            ok(await self.officer.post(path, {"designation": designation, "reason": "Ill."}))
            self.holders.reverse()

        return caller, sends, passed, nothing

    async def voice_ended(self) -> Right:
        caller, sends = await self.judging()
        voice, (_, designation) = await self.voice(), self.holders[0]

        async def again() -> None:
            ok(await self.officer.post(f"{self.found.path}/assignments", {"designations": [designation]}), 201)

        path = f"{self.found.path}/assignments/{voice}/end"
        return caller, sends, lambda: self.done(path, {"reason": "Withdrawn."}), again

    async def done(self, path: str, body: Any = None) -> None:
        ok(await self.officer.post(path, body))
