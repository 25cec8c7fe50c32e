"""Are drafts read, commented and answered over HTTP, and recommendations listed, by whom they are for?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update
from tests.callers import Api
from tests.road import codes, ok, place, refused, road
from tests.watchers import only, statuses

from mem.core.clock import now
from mem.core.db import Database
from mem.rounds.models import Deadline

REPORT = {"evaluation_id", "document", "version", "title", "sha256", "at", "paragraphs", "sandbox"}
COMMENT = {
    "id", "number", "report_version", "paragraph", "about", "text", "at", "disposition", "reason", "changed_text",
    "changed_rating", "answered_at",
}  # fmt: skip
RECOMMENDATION = {"id", "number", "unit", "text", "sources", "issued_at", "stage", "version"}
UNKNOWN = "00000000-0000-0000-0000-000000000007"


async def test_each_version_of_a_report_is_kept_and_read_by_its_number(api: Api) -> None:
    found = await road(api, "before_commission")
    entity, path = found.cast.entity, f"{found.path}/report"
    newest, first, second = [await entity.get(f"{path}{query}") for query in ("", "?version=1", "?version=2")]
    assert set(ok(newest)) == REPORT
    assert ok(newest) == ok(second)
    assert [one.headers["etag"] for one in (newest, first, second)] == ['"v2"', '"v1"', '"v2"']
    assert (ok(first)["document"], ok(first)["version"]) == ("national_report", 1)
    assert ok(first)["evaluation_id"] == found.evaluations["BRB"]
    assert refused(await entity.get(f"{path}?version=3"), 404)["code"] == "no_report"
    for wrong in ("0", "-1", "one", "1.5", "1000001"):
        assert refused(await entity.get(f"{path}?version={wrong}"), 422)["errors"][0]["about"] == "query:version"


async def test_comments_are_numbered_and_those_on_nothing_are_refused(api: Api) -> None:
    found = await road(api, "country_comment")
    entity, path = found.cast.entity, f"{found.path}/comments"
    good = {"paragraph": "IS-1.1/finding", "text": "Not so."}
    for changed, errors in (
        ({"paragraph": "IS-9/finding"}, [("unknown_paragraph", "/comments/1/paragraph")]),
        ({"about": "rating"}, [("no_rating", "/comments/1/about")]),
        ({"about": "spelling"}, [("wrong_value", "/comments/1/about")]),
        ({"text": " "}, [("wrong_value", "/comments/1/text")]),
    ):
        problem = refused(await entity.post(path, {"comments": [good, {**good, **changed}]}), 422)
        assert [(one["code"], place(one)) for one in problem["errors"]] == errors
    assert ok(await entity.get(path)) == {"comments": []}
    await found.comment()
    ok(await entity.post(path, {"comments": [good]}), 201)
    listed = ok(await entity.get(path))["comments"]
    assert all(set(one) == COMMENT for one in listed)
    assert [(one["number"], one["about"], one["report_version"]) for one in listed] == [
        (1, "paragraph", 1), (2, "rating", 1), (3, "paragraph", 1), (4, "paragraph", 1)
    ]  # fmt: skip
    assert [one["disposition"] for one in listed] == [None] * 4


async def test_a_response_that_does_not_fit_its_comment_is_refused_and_one_that_does_is_final(api: Api) -> None:
    found = await road(api, "country_comment")
    more = [{"paragraph": "IS-1.1/rating", "text": "Say it otherwise."}]
    await found.comment()
    ok(await found.cast.entity.post(f"{found.path}/comments", {"comments": more}), 201)
    await found.move(found.cast.entity, "return_comments")
    expert, path = found.cast.experts["JAM"], f"{found.path}/responses"
    finding, rating, other, sentence = [one["id"] for one in ok(await expert.get(f"{found.path}/comments"))["comments"]]

    def answer(comment: str, disposition: str = "accepted", **changed: Any) -> dict[str, Any]:
        return {"comment": comment, "disposition": disposition, "reason": "Considered.", **changed}

    text: dict[str, Any] = {"changed_text": {"en": "So it is."}}
    for wrong, errors in (
        (answer(UNKNOWN, **text), [("unknown_comment", "/responses/1/comment")]),
        (answer(finding), [("change_needed", "/responses/1/changed_text")]),
        (answer(finding, "partly_accepted"), [("change_needed", "/responses/1/changed_text")]),
        (answer(finding, "not_accepted", **text), [("nothing_changes", "/responses/1/disposition")]),
        (answer(finding, changed_rating="completed"), [("no_rating", "/responses/1/changed_rating")]),
        (answer(rating, changed_rating="splendid"), [("off_scale", "/responses/1/changed_rating")]),
        (answer(sentence, **text), [("not_changeable", "/responses/1/changed_text")]),
        (answer(finding, "perhaps", **text), [("wrong_value", "/responses/1/disposition")]),
        ({**answer(finding, **text), "reason": ""}, [("wrong_value", "/responses/1/reason")]),
    ):
        problem = refused(await expert.post(path, {"responses": [answer(other, "not_accepted"), wrong]}), 422)
        assert [(one["code"], place(one)) for one in problem["errors"]] == errors
    told = ok(await expert.get(f"{found.path}/comments"))["comments"]
    assert [one["disposition"] for one in told] == [None] * 4  # all or none
    ok(await expert.post(path, {"responses": [answer(finding, **text)]}), 201)
    again = refused(await found.cast.coordinator.post(path, {"responses": [answer(finding, "not_accepted")]}), 409)
    assert codes(again) == {"already_answered"}
    first = ok(await expert.get(f"{found.path}/comments"))["comments"][0]
    assert (first["disposition"], first["reason"], first["changed_text"]) == (
        "accepted", "Considered.", {"en": "So it is."}
    )  # fmt: skip


JUDGES = ("expert", "coordinator")


async def test_who_reads_drafts_comments_and_answers_and_when(api: Api) -> None:
    """Neither country nor secretariat nor Commission ever answers; nobody but the country comments."""
    found = await road(api, "consolidation")
    comment = {"comments": [{"paragraph": "IS-9/finding", "text": "x"}]}  # whoever may is told what is wrong with it
    response = {"responses": [{"comment": UNKNOWN, "disposition": "not_accepted", "reason": "x"}]}
    parties = ("entity", "officer", *JUDGES)
    for stage, reading, commenting, responding in (
        ("consolidation", (), (), ()),
        ("country_comment", parties, ("entity",), ()),
        ("revision", parties, (), JUDGES),
        ("before_commission", (*parties, "commission"), (), ()),
        ("approved", (*parties, "commission"), (), ()),
        ("published", (*parties, "commission"), (), ()),
    ):
        await found.to(stage)
        for rest in ("/report", "/comments"):
            assert await statuses(found, rest) == only(*reading), (stage, rest)
        commented = await statuses(found, lambda caller: caller.post(f"{found.path}/comments", comment))
        assert commented == only(*commenting, status=422), stage
        responded = await statuses(found, lambda caller: caller.post(f"{found.path}/responses", response))
        assert responded == only(*responding, status=422), stage


async def test_recommendations_are_listed_once_they_are_issued(api: Api) -> None:
    found = await road(api, "approved")
    path = f"{found.path}/recommendations"
    assert ok(await found.cast.entity.get(path)) == {"synthetic": True, "recommendations": []}
    await found.to("published")
    listed = ok(await found.cast.commission.get(path))["recommendations"]
    assert all(set(one) == RECOMMENDATION for one in listed)
    assert [one["number"] for one in listed] == list(range(1, len(listed) + 1))
    assert {(one["stage"], one["version"]) for one in listed} == {("issued", 1)}
    assert listed[0]["text"]["en"] == f"Recommendation: Do more on {listed[0]['unit']}."


async def test_no_comment_is_taken_once_the_time_for_comments_is_over(api: Api, database: Database) -> None:
    """Even before the clock has moved the evaluation on."""
    found = await road(api, "country_comment")
    ids = await found.comment()
    with database.write() as connection:
        connection.execute(update(Deadline).values(due_at=now() - timedelta(seconds=1)))
    comments = {"comments": [{"paragraph": "IS-1.1/finding", "text": "Too late."}]}
    late = refused(await found.cast.entity.post(f"{found.path}/comments", comments), 409)
    assert (late["code"], codes(late)) == ("deadline_passed", {"deadline_passed"})
    kept = ok(await found.cast.entity.get(f"{found.path}/comments"))["comments"]
    assert [one["id"] for one in kept] == ids
