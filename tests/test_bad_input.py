"""Is whatever is wrong with a request refused with its code and place, with nothing stored and nothing echoed?"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from tests import databases
from tests.callers import Api, Caller, person
from tests.conftest import WORKFLOWS
from tests.road import V1, Road, codes, ok, place, refused, road

from mem.app import create_app
from mem.core.clock import now
from mem.core.work import Work
from mem.http.body import DEEPEST, JSON_LIMIT
from mem.http.unit import House
from mem.methods.method import Method
from mem.people.service import issue_token
from mem.settings import Settings
from mem.tables import METADATA

Errors = list[tuple[str, str | None]]
"""Code and place of each."""
SECRET = "rosebud_4711"
NOBODY = uuid.UUID(int=7)


@dataclass(frozen=True)
class Stand:
    """Barbados is answering; one answer stands, at its second version. `callers` have a way in no longer, or never."""

    road: Road
    callers: Mapping[str, Caller]

    @property
    def entity(self) -> Caller:
        return self.road.cast.entity

    @property
    def answers(self) -> str:
        return f"{self.road.path}/answers"

    @property
    def answer(self) -> str:
        return f"{self.road.path}/answers/is_1_1"

    def stored(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.road.api.house.database.read() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in METADATA.sorted_tables
            }


@pytest.fixture(scope="module", params=databases.BACKENDS)
async def stand(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, methods: dict[str, Method]
) -> AsyncIterator[Stand]:
    """One for all rows, since none of them changes anything."""
    folder = tmp_path_factory.mktemp("stand")
    with ExitStack() as stack:
        settings = Settings(
            data_dir=folder, database_url=address(request, folder, stack), one_login=True, workflows=WORKFLOWS
        )
        app = create_app(settings, methods)
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://mem.test") as client,
        ):
            found = await road(Api(client, app.state.house), "answering")
            for base in (0, 1):
                ok(await found.cast.entity.put(f"{found.path}/answers/is_1_1", {"value": bool(base)}, base))
            yield Stand(found, await with_no_way_in(found))


def address(request: pytest.FixtureRequest, folder: Path, stack: ExitStack) -> str:
    if request.param == "sqlite":
        return databases.sqlite_copy(request.getfixturevalue("sqlite_template"), folder)
    server, template = (request.getfixturevalue(name) for name in ("postgresql_server", "postgresql_template"))
    return stack.enter_context(databases.postgresql_database(server, "mem_stand", template))


async def with_no_way_in(found: Road) -> dict[str, Caller]:
    entity, officer = found.cast.entity, found.cast.officer
    revoked = person(found.api, "national_coordinating_entity", "BRB")
    ok(await officer.post(f"{V1}/tokens/{revoked.token.split('_')[1]}/revocation"))
    identity, secret = entity.token.removeprefix("mem_").split("_", 1)
    tokens = {
        "a token of another form": SECRET,
        "no token after the scheme": "",
        "an unknown token": f"mem_{'0' * 16}_{'A' * 43}",
        "a right id with a wrong secret": f"mem_{identity}_{'A' * 43}",
        "a right secret with a wrong id": f"mem_{'0' * 16}_{secret}",
        "a token with more behind it": f"{entity.token}{SECRET}",
        "a token that ran out": expired(found.api.house, entity.person_id),
        "a revoked token": revoked.token,
    }
    callers = {says: Caller(entity.client, entity.person_id, token) for says, token in tokens.items()}
    return {**callers, "a role that has ended": await without_role(found)}


def expired(house: House, person_id: uuid.UUID) -> str:
    """A token of one day, issued two days ago."""
    with house.database.write() as connection:
        return issue_token(Work(connection, now() - timedelta(days=2)), person_id, "old", 1)[1]


async def without_role(found: Road) -> Caller:
    caller = person(found.api, "national_coordinating_entity", "BRB")
    await end_roles(found, caller)
    return caller


async def end_roles(found: Road, caller: Caller) -> None:
    people = ok(await found.cast.officer.get(f"{V1}/people"))["people"]
    for role in next(one["roles"] for one in people if one["id"] == str(caller.person_id)):
        ok(await found.cast.officer.post(f"{V1}/roles/{role['id']}/end"))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def one_answer(value: bytes, question: bytes = b"is_1_1") -> bytes:
    """A body that would do, but for this value; the base is the version that stands."""
    return b'{"answers": [{"question": "%b", "base": 2, "value": %b}]}' % (question, value)


S = SECRET.encode()
BODIES: list[tuple[str, bytes, int, str, Errors]] = [
    ("half an object", b'{"answers": "%b"' % S, 400, "not_json", [("not_json", None)]),
    ("a word", S, 400, "not_json", [("not_json", None)]),
    ("a raw NUL", one_answer(b'"%b\x00"' % S), 400, "not_json", [("not_json", None)]),
    ("bytes that are no UTF-8", one_answer(b'"%b\xff"' % S), 400, "not_utf8", [("not_utf8", None)]),
    ("UTF-16", f'{{"answers": "{SECRET}"}}'.encode("utf-16"), 400, "not_utf8", [("not_utf8", None)]),
    ("an escaped NUL", one_answer(rb'"%b\u0000"' % S), 400, "nul", [("nul", "/answers/0/value")]),
    ("a lone high surrogate", one_answer(rb'"%b\ud800"' % S), 400, "lone_surrogate",
     [("lone_surrogate", "/answers/0/value")]),
    ("a lone low surrogate", one_answer(rb'"\udc00%b"' % S), 400, "lone_surrogate",
     [("lone_surrogate", "/answers/0/value")]),
    ("NaN", one_answer(b"NaN"), 400, "not_a_number", [("not_a_number", "/answers/0/value")]),
    ("Infinity", one_answer(b"Infinity"), 400, "not_a_number", [("not_a_number", "/answers/0/value")]),
    ("-Infinity", one_answer(b"-Infinity"), 400, "not_a_number", [("not_a_number", "/answers/0/value")]),
    ("a number past the floats", one_answer(b"1e999"), 400, "number_out_of_range",
     [("number_out_of_range", "/answers/0/value")]),
    ("an integer past 2^53", one_answer(b"9007199254740993"), 400, "number_out_of_range",
     [("number_out_of_range", "/answers/0/value")]),
    ("an integer past -2^53", one_answer(b"-9007199254740993"), 400, "number_out_of_range",
     [("number_out_of_range", "/answers/0/value")]),
    ("one key twice", b'{"answers": [], "answers": "%b"}' % S, 400, "duplicate_key", [("duplicate_key", "")]),
    ("one key twice below", b'{"answers": [{"question": "is_1_1", "base": 2, "value": true, "value": "%b"}]}' % S,
     400, "duplicate_key", [("duplicate_key", "/answers/0")]),
    ("one level too deep", one_answer(nested(DEEPEST - 2)), 400, "too_deep", [("too_deep", None)]),
    ("100,000 levels", one_answer(nested(100_000)), 400, "too_deep", [("too_deep", None)]),
    ("one byte too many", one_answer(b'"%b"' % S.ljust(JSON_LIMIT + 1 - len(one_answer(b'""')))), 413, "too_large",
     []),
    ("ten times the limit", S * JSON_LIMIT, 413, "too_large", []),
    ("nothing", b"", 422, "wrong_content", [("wrong_value", "")]),
    ("null", b"null", 422, "wrong_content", [("wrong_value", "")]),
    ("a list", b'["%b"]' % S, 422, "wrong_content", [("wrong_value", "")]),
    ("a text for a list", b'{"answers": "%b"}' % S, 422, "wrong_content", [("wrong_value", "/answers")]),
    ("no answer", b'{"answers": []}', 422, "wrong_content", [("wrong_value", "/answers")]),
    ("an unknown field", b'{"answers": [{"question": "is_1_1", "base": 2, "value": true, "colour": "%b"}]}' % S,
     422, "wrong_content", [("wrong_value", "/answers/0")]),
    ("an unknown field at the top", b'{"answers": [{"question": "is_1_1", "base": 2, "value": true}], "by": "%b"}' % S,
     422, "wrong_content", [("wrong_value", "")]),
    ("a key that can be no question", one_answer(b"true", b"IS 1 %b" % S), 422, "wrong_content",
     [("wrong_value", "/answers/0/question")]),
    ("a base that is no number", b'{"answers": [{"question": "is_1_1", "base": "%b", "value": true}]}' % S, 422,
     "wrong_content", [("wrong_value", "/answers/0/base")]),
    ("a number as a text", b'{"answers": [{"question": "is_1_1", "base": "2", "value": true}]}', 422, "wrong_content",
     [("wrong_value", "/answers/0/base")]),
    ("an unknown question", one_answer(b"true", S), 422, "answer_refused", [("unknown_question", "/answers/0")]),
    ("a value of another type", one_answer(b'"%b"' % S), 422, "answer_refused",
     [("wrong_value", "/answers/0/value")]),
    ("a number for a yes", one_answer(b"1"), 422, "answer_refused", [("wrong_value", "/answers/0/value")]),
    ("no value", one_answer(b"null"), 422, "answer_refused", [("value_or_reason", "/answers/0")]),
    ("a value and a reason", b'{"answers": [{"question": "is_1_1", "base": 2, "value": true, "not_applicable": "%b"}]}'
     % S, 422, "answer_refused", [("value_or_reason", "/answers/0")]),
    ("everything wrong at once", b'{"answers": [{"question": "is_1_1", "base": 2, "value": true}, '
     b'{"question": "%b", "value": 1}, {"question": "is_1_1_year", "value": "%b"}]}' % (S, S), 422, "answer_refused",
     [("unknown_question", "/answers/1"), ("wrong_value", "/answers/2/value")]),
    ("one stale among good ones", b'{"answers": [{"question": "is_1_3", "value": true}, '
     b'{"question": "is_1_1", "base": 1, "value": true}]}', 412, "stale", [("stale", "/answers/1")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "code", "errors"), [row[1:] for row in BODIES], ids=[r[0] for r in BODIES])
async def test_a_bad_body_is_refused_and_leaves_no_trace(
    stand: Stand, body: bytes, status: int, code: str, errors: Errors
) -> None:
    before = stand.stored()
    response = await stand.entity.post(stand.answers, content=body, headers={"Content-Type": "application/json"})
    problem = refused(response, status)
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"urn:mem:problem:{code}")
    assert [(one["code"], place(one)) for one in problem["errors"]] == (errors or [(code, None)])
    assert SECRET not in said_by(response)
    assert stand.stored() == before


def said_by(response: httpx.Response) -> str:
    return response.text + str(response.headers.raw)


async def test_the_body_that_these_are_bad_variants_of_is_taken(stand: Stand) -> None:
    question = f"{stand.answers}/is_1_2"
    for base in (0, 1):
        ok(await stand.entity.put(question, {"value": bool(base)}, base))
    for body in (
        one_answer(b"true", b"is_1_2"),
        one_answer(b"true", b"is_1_2").replace(b"2,", b"3,").ljust(JSON_LIMIT),
    ):
        sent = {"content": body, "headers": {"Content-Type": "application/json; charset=utf-8"}}
        ok(await stand.entity.post(stand.answers, **sent))
    ok(await stand.entity.put(question, {"value": False}, 4))
    deep = await stand.entity.put(question, {"value": json.loads(nested(DEEPEST - 1))}, 5)
    assert refused(deep, 422)["code"] == "answer_refused"  # not too deep: only no yes or no


Ask = Callable[[Stand], Awaitable[httpx.Response]]


def put(**headers: str | None) -> Ask:
    """Answer again with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda stand: stand.entity.send("PUT", stand.answer, {}, json={"value": True}, headers=named)


def typed(media: str | None) -> Ask:
    return lambda stand: stand.entity.post(
        stand.answers, content=one_answer(b"true"), headers={"Content-Type": media} if media else {}
    )


def keyed(key: str | None) -> Ask:
    return lambda stand: stand.entity.post(
        stand.answers,
        content=one_answer(b"true"),
        headers={"Idempotency-Key": key, "Content-Type": "application/json"},
    )


def got(path: str) -> Ask:
    return lambda stand: stand.entity.get(path.format(path=stand.road.path, other=stand.road.evaluations["CHL"]))


def sent(verb: str, path: str) -> Ask:
    return lambda stand: stand.entity.send(verb, path.format(path=stand.road.path), {}, json={"value": SECRET})


def fired(trigger: str, **headers: str) -> Ask:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"trigger": trigger, "reason": SECRET}
    return lambda stand: stand.entity.post(f"{stand.road.path}/transitions", body, headers=named)


def commented(stand: Stand) -> Awaitable[httpx.Response]:
    return stand.entity.post(f"{stand.road.path}/comments", {"comments": [{"paragraph": "x", "text": SECRET}]})


KEY_WANTED: Errors = [("idempotency_key_needed", "header:Idempotency-Key")]
TAG_WANTED: Errors = [("precondition_required", "header:If-Match")]
REQUESTS: list[tuple[str, Ask, int, str, Errors | None]] = [
    ("no media type", typed(None), 415, "wrong_media", []),
    ("text for JSON", typed(f"text/plain; charset={SECRET}"), 415, "wrong_media", []),
    ("a form for JSON", typed("application/x-www-form-urlencoded"), 415, "wrong_media", []),
    ("a media type of no form", typed(SECRET), 415, "wrong_media", []),
    ("no version", put(), 428, "precondition_required", TAG_WANTED),
    ("no version of a transition", fired("submit_answers"), 428, "precondition_required", TAG_WANTED),
    ("a first write of what is there", put(If_None_Match="*"), 412, "stale", [("stale", "")]),
    ("a version of before", put(If_Match='"v1"'), 412, "stale", [("stale", "")]),
    ("a version to come", put(If_Match='"v999"'), 412, "stale", [("stale", "")]),
    ("a version of a transition of before", fired("submit_answers", If_Match='"v1"'), 412, "stale", [("stale", None)]),
    ("a tag without quotes", put(If_Match="v2"), 412, "stale", []),
    ("a weak tag", put(If_Match='W/"v2"'), 412, "stale", []),
    ("any version", put(If_Match="*"), 412, "stale", []),
    ("a tag of another house", put(If_Match=f'"{SECRET}"'), 412, "stale", []),
    ("any but a version", put(If_None_Match='"v2"'), 412, "stale", []),
    ("no key", keyed(None), 400, "idempotency_key_needed", KEY_WANTED),
    ("a short key", keyed("1234567"), 400, "idempotency_key_needed", KEY_WANTED),
    ("a long key", keyed(SECRET * 30), 400, "idempotency_key_needed", KEY_WANTED),
    ("a key with a space", keyed(f"{SECRET} and"), 400, "idempotency_key_needed", KEY_WANTED),
    ("the wrong stage", commented, 403, "not_allowed", [("not_open", None)]),
    ("a transition of another stage", fired("publish", If_Match='"v2"'), 409, "refused", None),
    ("an unknown transition", fired(SECRET, If_Match='"v2"'), 409, "refused", None),
    ("another state's evaluation", got(V1 + "/evaluations/{other}"), 404, "not_found", []),
    ("another state's answers", got(V1 + "/evaluations/{other}/answers"), 404, "not_found", []),
    ("an unknown id", got(f"{V1}/evaluations/{NOBODY}"), 404, "not_found", []),
    ("an id that is none", got(f"{V1}/evaluations/{SECRET}"), 422, "wrong_content",
     [("wrong_value", "path:evaluation")]),
    ("an unknown answer", got("{path}/answers/" + SECRET), 404, "not_answered", []),
    ("a question that can be none", got("{path}/answers/IS-1.1"), 422, "wrong_content",
     [("wrong_value", "path:question")]),
    ("a query that is none", got("{path}/report?version=" + SECRET), 422, "wrong_content",
     [("wrong_value", "query:version")]),
    ("an unknown path", got(f"{V1}/{SECRET}"), 404, "not_found", []),
    ("an unknown path below", got("{path}/" + SECRET), 404, "not_found", []),
    ("a method not of the address", sent("DELETE", "{path}/answers/is_1_1"), 405, "method_not_allowed", []),
    ("a method of no address", sent("BREW", "{path}"), 405, "method_not_allowed", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "status", "code", "errors"), [row[1:] for row in REQUESTS], ids=[row[0] for row in REQUESTS]
)
async def test_a_bad_request_is_refused_and_leaves_no_trace(
    stand: Stand, ask: Ask, status: int, code: str, errors: Errors | None
) -> None:
    before = stand.stored()
    response = await ask(stand)
    problem = refused(response, status)
    assert (problem["status"], problem["code"]) == (status, code)
    if errors is not None:
        assert [(one["code"], place(one)) for one in problem["errors"]] == (errors or [(code, None)])
    else:
        assert problem["errors"]
    assert SECRET not in said_by(response)
    assert stand.stored() == before


@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        ("{path}", "GET, HEAD"),
        ("{path}/answers", "GET, HEAD, POST"),
        ("{path}/answers/is_1_1", "GET, HEAD, PUT"),
        ("{path}/findings/hand-in", "POST"),
        (f"{V1}/published", "GET, HEAD"),
        ("/en/", "GET, HEAD"),
    ],
)
async def test_an_address_says_which_methods_it_takes(stand: Stand, path: str, verbs: str) -> None:
    response = await stand.entity.send("DELETE", path.format(path=stand.road.path), {})
    refused(response, 405)
    assert response.headers["allow"] == verbs


TOKENS = [
    "a token of another form", "no token after the scheme", "an unknown token", "a right id with a wrong secret",
    "a right secret with a wrong id", "a token with more behind it", "a token that ran out", "a revoked token",
]  # fmt: skip


@pytest.mark.parametrize("says", TOKENS)
async def test_a_token_that_does_not_hold_is_refused_like_any_other(stand: Stand, says: str) -> None:
    before, caller = stand.stored(), stand.callers[says]
    asked = [
        await caller.get(f"{V1}/me"),
        await caller.get(stand.answers),
        await caller.put(stand.answer, {"value": True}, 2),
        await caller.post(stand.answers, {"answers": [{"question": "is_1_1", "base": 2, "value": SECRET}]}),
        await caller.get(f"{V1}/published"),  # open to anybody, but not to who claims to be somebody
    ]
    without = await stand.road.api.get(stand.answers)
    for response in asked:
        assert refused(response, 401)["code"] == "not_authenticated"
        assert response.headers["www-authenticate"] == 'Bearer realm="mem"'
        assert (response.content, response.headers) == (without.content, without.headers)
    assert stand.stored() == before


@pytest.mark.parametrize("scheme", ["Basic", "Token", "mem"])
async def test_a_token_of_another_scheme_is_refused(stand: Stand, scheme: str) -> None:
    refused(await stand.entity.get(f"{V1}/me", headers={"Authorization": f"{scheme} {stand.entity.token}"}), 401)


async def test_who_holds_no_role_any_more_is_known_and_refused(stand: Stand) -> None:
    before, caller = stand.stored(), stand.callers["a role that has ended"]
    assert codes(refused(await caller.get(f"{V1}/me"), 403)) == {"no_role"}
    refused(await caller.get(stand.answers), 404)
    refused(await caller.put(stand.answer, {"value": True}, 2), 404)
    body = {"trigger": "submit_answers"}
    refused(await caller.post(f"{stand.road.path}/transitions", body, headers={"If-Match": '"v2"'}), 404)
    refused(await caller.post(f"{V1}/people", {"name": SECRET}), 403)
    assert stand.stored() == before


async def test_what_is_another_states_looks_as_if_it_were_not_there(stand: Stand) -> None:
    """Neither the answer nor its headers tell one from the other, whatever is asked for, and however."""
    other, nowhere = stand.road.evaluations["CHL"], str(NOBODY)
    before = stand.stored()

    async def both(verb: str, rest: str, **more: Any) -> None:
        told = [await stand.entity.send(verb, f"{V1}/{rest.format(id=one)}", {}, **more) for one in (other, nowhere)]
        assert [refused(one, 404)["code"] for one in told] == ["not_found"] * 2
        assert (told[0].content, told[0].headers) == (told[1].content, told[1].headers)

    key = {"headers": {"Idempotency-Key": "a-key-for-both"}}
    for rest in (
        "", "/answers", "/answers/is_1_1", "/answers/is_1_1/versions", "/questionnaire", "/method", "/transitions",
        "/evidence", "/assignments", "/findings", "/conclusions", "/report", "/comments", "/recommendations", "/record",
        "/leaves", "/receipts",
    ):  # fmt: skip
        await both("GET", f"evaluations/{{id}}{rest}")
    await both("GET", "recommendations/{id}/transitions")
    await both("GET", "evidence/{id}/content")
    await both("PUT", "evaluations/{id}/answers/is_1_1", json={"value": True}, headers={"If-None-Match": "*"})
    answers = {"answers": [{"question": "is_1_1", "value": SECRET}]}
    await both("POST", "evaluations/{id}/answers", json=answers, **key)
    moved = {"Idempotency-Key": "a-key-for-both", "If-Match": '"v2"'}
    await both("POST", "evaluations/{id}/transitions", json={"trigger": "submit_answers"}, headers=moved)
    assert stand.stored() == before


def link(title: str) -> dict[str, Any]:
    return {"links": [{"title": title, "url": "https://example.org/a", "units": ["IS-1.1"]}]}


async def test_a_replayed_key_takes_effect_once_and_says_the_same_again(stand: Stand) -> None:
    path, key = f"{stand.road.path}/evidence/links", {"headers": {"Idempotency-Key": "replayed-4711"}}
    before = stand.stored()
    first = await stand.entity.post(path, link("One"), **key)
    after = stand.stored()
    again = [await stand.entity.post(path, link("One"), **key) for _ in range(2)]
    ok(first, 201)
    assert [(one.status_code, one.content) for one in again] == [(first.status_code, first.content)] * 2
    assert stand.stored() == after
    assert {table: after[table] - count for table, count in before.items() if after[table] != count} == {
        "evidence": 1, "evidence_unit": 1, "event": 1, "idempotency": 1
    }  # fmt: skip


async def test_a_key_is_for_one_request_of_one_person(stand: Stand) -> None:
    path, key = f"{stand.road.path}/evidence/links", {"headers": {"Idempotency-Key": "of-one-person"}}
    first = ok(await stand.entity.post(path, link("One"), **key), 201)["ids"]
    before = stand.stored()
    elsewhere = {"answers": [{"question": "is_1_1", "base": 2, "value": True}]}
    for response in (
        await stand.entity.post(path, link(SECRET), **key),
        await stand.entity.post(stand.answers, elsewhere, **key),
    ):
        problem = refused(response, 422)
        assert [(one["code"], place(one)) for one in problem["errors"]] == [("key_reused", "header:Idempotency-Key")]
        assert SECRET not in said_by(response)
    assert stand.stored() == before
    other = ok(await stand.road.cast.contributor.post(path, link("One"), **key), 201)["ids"]
    assert other != first
    assert stand.stored()["evidence"] == before["evidence"] + 1


async def test_a_key_whose_request_was_refused_is_still_free(stand: Stand) -> None:
    path, key = f"{stand.road.path}/evidence/links", {"headers": {"Idempotency-Key": "refused-first"}}
    wrong = {"links": [{"title": "x", "url": "nowhere", "units": ["IS-1.1"]}]}
    refused(await stand.entity.post(path, wrong, **key), 422)
    ok(await stand.entity.post(path, link("x"), **key), 201)


async def test_a_replay_shows_nothing_to_whoever_has_lost_the_role_since(stand: Stand) -> None:
    caller = person(stand.road.api, "ministry_contributor", "BRB")
    path, key = f"{stand.road.path}/evidence/links", {"headers": {"Idempotency-Key": "before-the-end"}}
    made = ok(await caller.post(path, link("Mine"), **key), 201)["ids"][0]
    await end_roles(stand.road, caller)
    before = stand.stored()
    response = await caller.post(path, link("Mine"), **key)
    refused(response, 404)
    assert made not in response.text
    assert stand.stored() == before
