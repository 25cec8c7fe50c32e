"""Does the questionnaire go out, and do answers come in, one by one and in bulk, as the routes say?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import jsonschema_rs
from tests.callers import Api
from tests.road import EXCLUDED, codes, ok, place, refused, road, value_for
from tests.watchers import only, statuses

from mem.core.canonical import digest_of
from mem.core.clock import now
from mem.core.work import Work
from mem.people.service import issue_token

QUESTIONNAIRE = {"code", "version", "title", "years", "questions"}
QUESTION = {
    "key", "units", "type", "text", "help", "required", "shown_if", "choices", "rows", "value_schema", "sha256",
    "left_out",
}  # fmt: skip
UNKNOWN = "6f1c1d3e-0c0a-4d8e-9a51-2f3f0f1f7c11"
ANSWER = {
    "question", "version", "value", "not_applicable", "question_sha256", "by", "at", "on_behalf_of", "paper",
    "confirmed_by", "confirmed_at",
}  # fmt: skip


async def test_the_questionnaire_is_shown_whole_as_it_is_pinned(api: Api) -> None:
    found = await road(api)
    form = ok(await found.cast.entity.get(f"{found.path}/questionnaire"))
    assert set(form) == QUESTIONNAIRE
    assert (form["code"], form["version"], form["years"]) == ("mem-7", 1, [2016, 2017, 2018])
    assert all(set(question) == QUESTION for question in form["questions"])
    assert len({question["key"] for question in form["questions"]}) == len(form["questions"]) > 250
    first = form["questions"][0]
    assert (first["key"], first["units"], first["type"]) == ("is_1_1", ["IS-1.1"], "yes_no")
    assert set(first["text"]) == {"en", "es"}
    assert len({question["sha256"] for question in form["questions"]}) == len(form["questions"])
    left_out = {question["units"][0].partition("-")[0]: question["left_out"] for question in form["questions"]}
    assert left_out == {area: EXCLUDED.get(area) for area in ("IS", "DR", "SR", "CM", "IC")} | {"IS": EXCLUDED["IS-7"]}
    assert (first["left_out"], sum(one["left_out"] is None for one in form["questions"]) > 50) == (None, True)
    for question in form["questions"]:
        assert jsonschema_rs.is_valid(question["value_schema"], value_for(question, form["years"], UNKNOWN)), question
        assert not jsonschema_rs.is_valid(question["value_schema"], {"a": "b"}), question
    assert digest_of(first) != first["sha256"]  # the digest is over the question as pinned, not as it is shown


async def test_one_answer_is_given_shown_and_given_again_on_the_version_that_was_seen(api: Api) -> None:
    found = await road(api, "answering")
    entity, one = found.cast.entity, f"{found.path}/answers/is_1_1"
    assert refused(await entity.get(one), 404)["code"] == "not_answered"
    assert refused(await entity.get(f"{one}/versions"), 404)["code"] == "not_answered"
    first = await entity.put(one, {"value": True}, 0)
    assert (ok(first), first.headers["etag"]) == ({"key": "is_1_1", "version": 1}, '"v1"')
    second = await entity.put(one, {"not_applicable": "  There is no authority. "}, 1)
    assert (ok(second), second.headers["etag"]) == ({"key": "is_1_1", "version": 2}, '"v2"')
    nowhere = refused(await entity.put(f"{found.path}/answers/is_99", {"value": True}, 0), 422)
    assert [(e["code"], e["where"], e["about"]) for e in nowhere["errors"]] == [
        ("unknown_question", None, "path:question")
    ]  # fmt: skip
    shown = await entity.get(one)
    assert shown.headers["etag"] == '"v2"'
    assert set(ok(shown)) == ANSWER
    told = {key: ok(shown)[key] for key in ("question", "version", "value", "not_applicable", "by")}
    assert told == {
        "question": "is_1_1", "version": 2, "value": None, "not_applicable": "There is no authority.",
        "by": str(entity.person_id),
    }  # fmt: skip
    form = ok(await entity.get(f"{found.path}/questionnaire"))["questions"]
    assert ok(shown)["question_sha256"] == form[0]["sha256"]
    versions = ok(await entity.get(f"{one}/versions"))["answers"]
    assert [(v["version"], v["value"], v["not_applicable"]) for v in versions] == [
        (1, True, None), (2, None, "There is no authority.")
    ]  # fmt: skip
    assert versions[1] == ok(shown)
    assert ok(await entity.get(f"{found.path}/answers")) == {"synthetic": True, "answers": [ok(shown)]}


async def test_answers_in_bulk_are_all_stored_or_none(api: Api) -> None:
    found = await road(api, "answering")
    entity, path = found.cast.entity, f"{found.path}/answers"
    good: list[dict[str, Any]] = [
        {"question": "is_1_3", "value": True}, {"question": "is_1_1", "value": False, "base": 0}
    ]  # fmt: skip
    bad: list[dict[str, Any]] = [{"question": "is_1_2", "value": True}, {"question": "is_1_1_year", "value": "soon"}]
    assert codes(refused(await entity.post(path, {"answers": [*good, *bad]}), 422)) == {"wrong_value"}
    twice = {"answers": [good[0], good[0]]}
    assert codes(refused(await entity.post(path, twice), 422)) == {"twice"}
    assert ok(await entity.get(path)) == {"synthetic": True, "answers": []}
    made = ok(await entity.post(path, {"answers": good}))
    assert made == {"items": [{"key": "is_1_3", "version": 1}, {"key": "is_1_1", "version": 1}]}
    stale = [{"question": "is_1_3", "value": False, "base": 1}, {"question": "is_1_1", "value": True, "base": 0}]
    problem = refused(await entity.post(path, {"answers": stale}), 412)
    assert [(one["code"], place(one)) for one in problem["errors"]] == [("stale", "/answers/1")]
    (both,) = problem["both"]  # nobody's text is lost: what was sent comes back beside what is stored
    assert (both["where"], both["yours"]) == ("/answers/1", {"version": 1, "value": True, "not_applicable": None})
    assert (both["newest"]["version"], both["newest"]["value"]) == (1, False)
    assert both["newest"]["by"] == str(entity.person_id)
    answers = ok(await entity.get(path))["answers"]
    assert [(one["question"], one["version"], one["value"]) for one in answers] == [
        ("is_1_1", 1, False), ("is_1_3", 1, True)
    ]  # fmt: skip


async def test_a_document_is_evidence_of_the_same_evaluation(api: Api) -> None:
    found = await road(api, "answering")
    entity = found.cast.entity
    elsewhere = f"/api/v1/evaluations/{found.evaluations['CHL']}/evidence/links"
    link = {"links": [{"title": "Strategy", "url": "https://example.org/s", "units": ["IS-2.4"]}]}
    theirs = ok(await found.cast.entities["CHL"].post(elsewhere, link), 201)["ids"][0]
    ours = ok(await entity.post(f"{found.path}/evidence/links", link), 201)["ids"][0]
    path = f"{found.path}/answers/is_2_4_document"
    problem = refused(await entity.put(path, {"value": [ours, theirs]}, 0), 422)
    assert [(one["code"], place(one)) for one in problem["errors"]] == [("unknown_evidence", "/value/1")]
    ok(await entity.put(path, {"value": [ours]}, 0))


COUNTRY, NOT_YET = ("entity", "contributor"), ("expert", "coordinator")


async def test_who_reads_and_who_gives_answers_and_when(api: Api) -> None:
    found = await road(api)
    body = {"value": True}  # on a version that is not there: whoever may write is told so
    bulk = {"answers": [{"question": "is_1_1", "value": True, "base": 99}]}
    for stage, readers, writers, hidden in (
        ("enrolled", (*COUNTRY, "officer"), (), NOT_YET),
        ("answering", (*COUNTRY, "officer"), COUNTRY, NOT_YET),
        ("compilation", (*COUNTRY, "officer", "coordinator"), (), ("expert",)),
        ("review", (*COUNTRY, "officer", "coordinator", "expert"), (), ()),
        ("published", (*COUNTRY, "officer"), (), ()),
    ):
        await found.to(stage)
        for rest in ("/answers", "/questionnaire"):
            assert await statuses(found, rest) == only(*readers, hidden=hidden), (stage, rest)
        shown = 404 if stage in ("enrolled", "answering") else 200
        for rest in ("/answers/is_1_1", "/answers/is_1_1/versions"):
            assert await statuses(found, rest) == only(*readers, hidden=hidden, status=shown), (stage, rest)
        put = await statuses(found, lambda caller: caller.put(f"{found.path}/answers/is_1_1", body, 99))
        posted = await statuses(found, lambda caller: caller.post(f"{found.path}/answers", bulk))
        assert put == posted == only(*writers, hidden=hidden, status=412), stage


async def test_a_token_for_reading_reads_and_does_nothing_else(api: Api) -> None:
    found = await road(api, "answering")
    entity = found.cast.entity
    scoped: dict[str, Any] = {}
    with api.house.database.write() as connection:
        for scope in (["read"], ["read", "answer"], ["answer"], []):
            _, token = issue_token(Work(connection, now()), UUID(str(entity.person_id)), "scoped", 1, scope)
            scoped["+".join(scope)] = type(entity)(entity.client, entity.person_id, token)

    async def both(name: str) -> tuple[int, int, set[str]]:
        read = await scoped[name].get(f"{found.path}/answers")
        body = {"answers": [{"question": "is_1_1", "value": True}]}
        gave = await scoped[name].post(f"{found.path}/answers", body)
        return read.status_code, gave.status_code, codes(gave.json()) if gave.status_code == 403 else set()

    assert await both("read") == (200, 403, {"token_scope"})
    assert await both("read+answer") == (200, 200, set())
    assert await both("answer") == (404, 404, set())
    assert await both("") == (404, 404, set())
    fired = await scoped["read+answer"].fire(found.path, "submit_answers")
    assert "token_scope" in codes(refused(fired, 409))


async def test_a_text_that_hides_something_is_refused_wherever_it_stands(api: Api) -> None:
    found = await road(api, "answering")
    entity, path = found.cast.entity, f"{found.path}/answers"
    for body, where in (
        ({"question": "is_1_1_name", "value": "Commission \u2066on drugs"}, "/answers/0/value"),
        ({"question": "is_1_1", "not_applicable": "No\u200bne"}, "/answers/0/not_applicable"),
    ):
        problem = refused(await entity.post(path, {"answers": [body]}), 422)
        assert [(one["code"], one["where"]) for one in problem["errors"]] == [("hidden_character", where)]
    file = await entity.client.post(
        f"{found.path}/evidence/files",
        params={"title": "a", "unit": "IS-1.1", "file_name": "a\u202efdp.txt"},
        content=b"x",
        headers={"Authorization": f"Bearer {entity.token}", "Content-Type": "text/plain"},
    )
    assert codes(refused(file, 422)) == {"hidden_character"}
