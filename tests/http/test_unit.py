"""Is a request one unit of work, committed before its answer leaves, in its turn, and based on what was seen?"""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import func, insert, select, text
from starlette.types import Message, Receive, Scope, Send
from tests.callers import Api, person
from tests.road import V1, codes, ok, refused, road

from mem.core.clock import now
from mem.core.db import Database
from mem.core.errors import Conflict, Precondition
from mem.core.work import Work
from mem.http import problems
from mem.http.body import StrictRoute
from mem.http.unit import House, Reading, Writing, expected_version, tag
from mem.ledger.service import ADMINISTRATION, events
from mem.people.models import Person


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "version"),
    [
        ('"v1"', None, 1),
        ('"v12"', None, 12),
        ('"v999999999"', None, 999_999_999),
        (None, "*", 0),
        ('"v3"', "*", 3),
    ],
)
def test_a_version_is_read_from_its_tag_and_a_first_write_from_the_star(
    if_match: str | None, if_none_match: str | None, version: int
) -> None:
    assert expected_version(if_match, if_none_match) == version


@pytest.mark.parametrize(
    "if_match",
    [
        "",
        "*",
        "v1",
        '"1"',
        '"v"',
        '"v0"',
        '"v01"',
        '"v-1"',
        '"v+1"',
        '"v1.0"',
        '"v1000000000"',
        '"V1"',
        "'v1'",
        'W/"v1"',
        'w/"v1"',
        '"v1", "v2"',
        ' "v1"',
        '"v1" ',
        '"v١"',
        '"v1',
    ],
)
def test_a_tag_of_another_form_is_out_of_date(if_match: str) -> None:
    for if_none_match in (None, "*"):
        with pytest.raises(Precondition) as refused:
            expected_version(if_match, if_none_match)
        assert refused.value.code == "stale"


@pytest.mark.parametrize("if_none_match", ["", '"v1"', 'W/"v1"', '"*"', "**", "* ", '"v1", *'])
def test_of_if_none_match_only_the_star_is_understood(if_none_match: str) -> None:
    with pytest.raises(Precondition) as refused:
        expected_version(None, if_none_match)
    assert refused.value.code == "stale"


def test_without_either_header_one_is_asked_for() -> None:
    with pytest.raises(Precondition) as refused:
        expected_version(None)
    assert refused.value.code == "precondition_required"
    assert [(reason.code, reason.about) for reason in refused.value.reasons] == [
        ("precondition_required", "header:If-Match")
    ]


@pytest.mark.parametrize(("version", "said"), [(1, '"v1"'), (27, '"v27"')])
def test_a_version_and_its_tag_are_one(version: int, said: str) -> None:
    assert tag(version) == said
    assert expected_version(said) == version


def persons(house: House) -> int:
    with house.database.read() as connection:
        return connection.execute(select(func.count()).select_from(Person)).scalar_one()


def add(door: Writing) -> None:
    """A row of this unit of work."""
    work = door.work
    work.db.execute(insert(Person).values(id=work.new_id(), name="Somebody", created_at=work.now))


def careless(house: House) -> FastAPI:
    """A house of the same database with routes that no house should have."""
    app, routes = FastAPI(), APIRouter(route_class=StrictRoute)
    app.state.house = house

    @routes.post("/fails-at-commit", openapi_extra={"x-action": "service.read"})
    def fails_at_commit(door: Writing) -> dict[str, str]:
        add(door)
        for statement in (
            "CREATE TEMPORARY TABLE above (id INTEGER PRIMARY KEY)",
            "CREATE TEMPORARY TABLE below (id INTEGER REFERENCES above (id) DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO below VALUES (1)",  # which is found out when all is done
        ):
            door.work.db.execute(text(statement))
        return {"status": "all is well"}

    @routes.post("/asks-nobody", openapi_extra={"x-action": "people.manage"})
    def asks_nobody(door: Writing) -> dict[str, str]:
        add(door)
        return {"status": "all is well"}

    @routes.post("/asks-for-another-action", openapi_extra={"x-action": "people.manage"})
    def asks_for_another_action(door: Writing) -> dict[str, str]:
        add(door)
        door.work.decided.add("me.read")
        return {"status": "all is well"}

    @routes.get("/reads-and-asks-nobody", openapi_extra={"x-action": "people.manage"})
    def reads_and_asks_nobody(door: Reading) -> dict[str, str]:
        return {"status": "all is well"}

    @routes.post("/is-refused-late", openapi_extra={"x-action": "people.manage"})
    def is_refused_late(door: Writing) -> dict[str, str]:
        door.allow(*door.house.within("mem"))
        add(door)
        raise Conflict("too_late", "Something was found only now.")

    @routes.post("/is-right", openapi_extra={"x-action": "people.manage"})
    def is_right(door: Writing) -> dict[str, str]:
        door.allow(*door.house.within("mem"))
        add(door)
        return {"status": "all is well"}

    app.include_router(routes)
    problems.install(app)
    return app


@pytest.mark.parametrize(
    ("verb", "path", "status", "code"),
    [
        ("POST", "/fails-at-commit", 500, "internal"),
        ("POST", "/asks-nobody", 500, "internal"),
        ("POST", "/asks-for-another-action", 500, "internal"),
        ("GET", "/reads-and-asks-nobody", 500, "internal"),
        ("POST", "/is-refused-late", 409, "too_late"),
    ],
)
async def test_what_does_not_end_well_is_not_answered_as_if_it_had_and_stores_nothing(
    api: Api, verb: str, path: str, status: int, code: str
) -> None:
    token = {"Authorization": f"Bearer {person(api, 'mem_unit').token}"}
    before = persons(api.house)
    transport = httpx.ASGITransport(app=careless(api.house), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://mem.test", headers=token) as client:
        for _ in range(20):  # more often than there are connections: each is given back
            response = await client.request(verb, path)
            assert (response.status_code, response.json()["code"]) == (status, code)
            assert "well" not in response.text
        assert persons(api.house) == before
        assert ok(await client.post("/is-right")) == {"status": "all is well"}
    assert persons(api.house) == before + 1


async def test_what_was_done_is_committed_before_the_answer_leaves(api: Api, database_url: str) -> None:
    token, database = {"Authorization": f"Bearer {person(api, 'mem_unit').token}"}, Database(database_url)
    inner, seen, before = careless(api.house), list[int](), persons(api.house)

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            with database.read() as connection:  # as anybody else looks
                seen.append(connection.execute(select(func.count()).select_from(Person)).scalar_one())
            await send(message)

        await inner(scope, receive, sending)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=watched), base_url="http://mem.test") as client:
        ok(await client.post("/is-right", headers=token))
    database.dispose()
    assert seen == [before + 1] * 2  # at the first byte of the answer's head, and of its body


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_writers_on_sqlite_take_their_turn_first_in_first_out(api: Api) -> None:
    officer, house = person(api, "mem_unit"), api.house
    names = [f"Person {number}" for number in range(20)]
    waiting = []
    async with house.turn:
        for name in names:
            waiting.append(asyncio.create_task(officer.post(f"{V1}/people", {"name": name})))
            await asyncio.sleep(0.01)
        ok(await officer.get(f"{V1}/me"))  # who reads does not wait
        assert not any(one.done() for one in waiting)
    for answered in await asyncio.gather(*waiting):
        ok(answered, 201)
    with house.database.read() as connection:
        added = [row for row in events(Work(connection, now()), ADMINISTRATION) if row.type == "person_added"]
    assert [json.loads(row.canonical)["data"]["name"] for row in added][-20:] == names


async def test_one_request_sent_twice_at_once_takes_effect_once(api: Api) -> None:
    officer, before = person(api, "mem_unit"), persons(api.house)
    key = {"headers": {"Idempotency-Key": "sent-twice-at-once"}}
    sent = [officer.post(f"{V1}/people", {"name": "Ana"}, **key) for _ in range(6)]
    answers = await asyncio.gather(*sent)
    done = [one.json()["id"] for one in answers if one.status_code == httpx.codes.CREATED]
    assert len(set(done)) == 1
    assert {one.json()["code"] for one in answers if one.status_code != httpx.codes.CREATED} <= {"key_in_flight"}
    assert persons(api.house) == before + 1


async def test_of_two_who_saw_the_same_version_one_writes_and_one_is_told(api: Api) -> None:
    found = await road(api, "answering")
    entity, contributor = found.cast.entity, found.cast.contributor
    for base in range(3):
        first, second = await asyncio.gather(
            entity.put(f"{found.path}/answers/is_1_1", {"value": True}, base),
            contributor.put(f"{found.path}/answers/is_1_1", {"value": False}, base),
        )
        assert sorted((first.status_code, second.status_code)) == [200, 412]
    officer, address = found.cast.officer, f"{found.path}/transitions"
    seen = {"If-Match": (await officer.get(address)).headers["ETag"]}
    withdrawal = {"trigger": "record_non_participation", "reason": "x"}
    moving = await asyncio.gather(*(officer.post(address, withdrawal, headers=seen) for _ in range(4)))
    assert sorted(one.status_code for one in moving) == [200, 412, 412, 412]
    late = await found.cast.officer.fire(found.path, "record_non_participation", reason="x")
    assert "not_yours" not in codes(refused(late, 409))
