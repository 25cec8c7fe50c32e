"""Is every comment on something that stands in the draft, and answered once, with a change that fits its answer?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, put, recorded, refused, rows, stored, undone
from tests.worlds import CHANGED_RATING, CHANGED_TEXT, COMMENTED, WEAK, World, world

from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound
from mem.people.policy import Actor
from mem.reports.comments import (
    CHANGEABLE,
    NewComment,
    NewResponse,
    changes,
    comment,
    comments,
    listed,
    one_comment,
    respond,
)
from mem.reports.models import Comment, Response

NOWHERE = UUID(int=0xDEAD)
FINDING, RATED = NewComment("IS-1.3/finding", "paragraph", "We do more."), "IS-1.4/rating"


here = looking.at("country_comment")  # the draft is before the country
agreeing = looking.at("consolidation")


def says(here: World, *new: NewComment, by: Actor | None = None, days: int = 0) -> list[UUID]:
    actor = by or here.entity
    return comment(here.by(actor, days), actor, here.id, new)


def answers(here: World, *new: NewResponse, by: Actor | None = None, days: int = 0) -> list[UUID]:
    actor = by or here.experts["JAM"]
    return respond(here.by(actor, days), actor, here.id, new)


def returned(here: World, *new: NewComment) -> list[UUID]:
    """The ids of these comments, returned to the experts."""
    made = says(here, *new)
    here.fire(here.entity, "return_comments")
    return made


def test_a_comment_is_kept_with_the_version_it_speaks_of(here: World) -> None:
    (made,) = says(here, FINDING, days=2)
    (row,) = rows(here.work, Comment)
    assert row._asdict() == {
        "id": made, "evaluation_id": here.id, "report_version": 1, "number": 1, "paragraph": "IS-1.3/finding",
        "about": "paragraph", "text": "We do more.", "by": here.entity.person_id, "at": NOW + timedelta(days=2),
    }  # fmt: skip
    (said,) = recorded(here.work, here.id, "comments_made")
    told = {
        "comment": str(made),
        "number": 1,
        "paragraph": "IS-1.3/finding",
        "about": "paragraph",
        "text": "We do more.",
    }
    assert said["data"] == {"version": 1, "comments": [told]}


def test_comments_are_numbered_on_from_request_to_request(here: World) -> None:
    says(here, FINDING, replace(FINDING, text="And more."))
    assert says(here) == []
    says(here, NewComment(RATED, "rating", "It is more."))
    assert [(row.number, row.text) for row in comments(here.work, here.entity, here.id)] == [
        (1, "We do more."), (2, "And more."), (3, "It is more."),
    ]  # fmt: skip
    assert len(recorded(here.work, here.id, "comments_made")) == 2


def test_comments_that_speak_of_nothing_keep_all_out(here: World) -> None:
    new = [
        FINDING,
        NewComment("IS-9.9/finding", "paragraph", "There is none."),
        NewComment("IS-1.3/finding", "rating", "It holds none."),
        NewComment("", "rating", "Nowhere."),
    ]
    reasons = [
        ("unknown_paragraph", "/comments/1/paragraph"),
        ("no_rating", "/comments/2/about"),
        ("unknown_paragraph", "/comments/3/paragraph"),
    ]
    with refused(here.work, Invalid, *reasons, code="comment_refused"):
        says(here, *new)


def test_the_country_alone_comments_and_only_on_the_draft_before_it(here: World) -> None:
    before = stored(here.work)
    for actor in (here.secretariat, here.contributors["BRB"], here.experts["CHL"], here.coordinator, here.commission):
        with pytest.raises(NotAllowed):
            says(here, FINDING, by=actor)
    for actor in (here.entities["CHL"], here.experts["BRB"], here.coordinators["BRB"]):
        with pytest.raises(NotFound):
            says(here, FINDING, by=actor)
    assert stored(here.work) == before
    here.to("revision")
    with refused(here.work, NotAllowed, "not_open"):
        says(here, FINDING)


def test_there_is_nothing_to_comment_on_before_there_is_a_report(agreeing: World) -> None:
    here = agreeing
    with refused(here.work, NotAllowed, "not_open"):
        says(here, FINDING)


def test_the_answer_to_a_comment_is_shown_once_the_stage_shows_it(here: World) -> None:
    here.to("revision")
    answers(here, *here.responses())

    def told(actor: Actor) -> list[str | None]:
        return [row.disposition for row in comments(here.work, actor, here.id)]

    dispositions = ["accepted", "partly_accepted", "not_accepted"]
    assert told(here.entity) == [None, None, None]
    assert {row.answered_at for row in comments(here.work, here.entity, here.id)} == {None}
    assert {
        (row.reason, row.changed_text, row.changed_rating) for row in comments(here.work, here.entity, here.id)
    } == {(None, None, None)}
    assert told(here.experts["CHL"]) == told(here.coordinator) == told(here.secretariat) == dispositions
    here.fire(here.coordinator, "finalise")
    assert told(here.entity) == dispositions


def test_comments_are_read_by_whom_the_stage_shows_them(here: World) -> None:
    (made,) = says(here, FINDING)
    for actor in (here.entity, here.secretariat, here.experts["CHL"], here.experts["JAM"], here.coordinator):
        assert [row.id for row in comments(here.work, actor, here.id)] == [made]
        assert one_comment(here.work, actor, made) == here.id
    for actor in (here.contributors["BRB"], here.commission, here.auditor):
        with refused(here.work, NotAllowed, "not_shown"):
            comments(here.work, actor, here.id)
        with refused(here.work, NotAllowed, "not_shown"):
            one_comment(here.work, actor, made)
    told = set()
    for which in (made, NOWHERE):
        with pytest.raises(NotFound) as caught:
            one_comment(here.work, here.experts["BRB"], which)
        told.add((caught.value.code, caught.value.message))
    assert len(told) == 1


def test_a_response_is_kept_with_its_disposition_reason_and_change(here: World) -> None:
    first, second, third = returned(here, *(NewComment(*one, "We see this otherwise.") for one in COMMENTED))
    assert answers(here, *here.responses(), days=1) == [first, second, third]
    found = {row.comment_id: row for row in rows(here.work, Response)}
    by, at = here.experts["JAM"].person_id, NOW + timedelta(days=1)
    assert {one: tuple(row) for one, row in found.items()} == {
        first: (first, "accepted", "The country is right.", CHANGED_TEXT, None, by, at),
        second: (second, "partly_accepted", "In part.", None, CHANGED_RATING, by, at),
        third: (third, "not_accepted", "The answer does not support this.", None, None, by, at),
    }
    (said,) = recorded(here.work, here.id, "comments_answered")
    assert [(one["comment"], one["disposition"]) for one in said["data"]["responses"]] == [
        (str(first), "accepted"), (str(second), "partly_accepted"), (str(third), "not_accepted"),
    ]  # fmt: skip
    assert said["data"]["responses"][1] == {
        "comment": str(second), "disposition": "partly_accepted", "reason": "In part.", "changed_text": None,
        "changed_rating": CHANGED_RATING,
    }  # fmt: skip


TEXT, RATING = "/responses/0/changed_text", "/responses/0/changed_rating"
NOT_ACCEPTED = ("nothing_changes", "/responses/0/disposition")
CHANGED: dict[str, Any] = {"changed_text": {"en": "Other words."}}


@pytest.mark.parametrize(
    ("commented", "about", "disposition", "changed", "reasons"),
    [
        ("IS-1.3/finding", "paragraph", "accepted", {}, [("change_needed", TEXT)]),
        ("IS-1.3/finding", "paragraph", "partly_accepted", {}, [("change_needed", TEXT)]),
        (RATED, "rating", "accepted", {}, [("change_needed", TEXT)]),
        ("IS-1.3/finding", "paragraph", "not_accepted", CHANGED, [NOT_ACCEPTED]),
        (RATED, "rating", "not_accepted", {"changed_rating": "completed"}, [NOT_ACCEPTED]),
        (RATED, "rating", "accepted", CHANGED, [("rating_meant", TEXT), ("not_changeable", TEXT)]),
        ("IS-1.3/finding", "paragraph", "accepted", {"changed_rating": "completed"}, [("no_rating", RATING)]),
        (RATED, "paragraph", "accepted", {"changed_rating": "completed"}, [("no_rating", RATING)]),
        (RATED, "rating", "accepted", {"changed_rating": "excellent"}, [("off_scale", RATING)]),
        (RATED, "rating", "accepted", {"changed_rating": "started"}, [("recommendation_needed", RATING)]),
        (
            "IS-1.3/finding",
            "paragraph",
            "accepted",
            {"changed_text": {"de": "Neu."}},
            [("unknown_language", f"{TEXT}/de")],
        ),
        ("IS-1.3/heading", "paragraph", "accepted", CHANGED, [("not_changeable", TEXT)]),
        ("IS-1/summary", "paragraph", "accepted", CHANGED, [("not_changeable", TEXT)]),
        ("SR/exclusions", "paragraph", "accepted", CHANGED, [("not_changeable", TEXT)]),
        ("preface", "paragraph", "accepted", CHANGED, [("not_changeable", TEXT)]),
        ("IS-1.3/finding", "paragraph", "accepted", CHANGED, []),
        ("IS-1.3/reported", "paragraph", "partly_accepted", CHANGED, []),
        (f"{WEAK}/recommendation", "paragraph", "accepted", CHANGED, []),
        (f"{WEAK}/rating", "rating", "accepted", {"changed_rating": "started"}, []),
        (RATED, "rating", "partly_accepted", {"changed_rating": "partially_completed"}, []),
        (RATED, "rating", "not_accepted", {}, []),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_response_changes_what_its_disposition_and_its_comment_allow(
    here: World, commented: str, about: str, disposition: str, changed: dict[str, Any], reasons: list[tuple[str, str]]
) -> None:
    made, other = returned(here, NewComment(commented, about, "We see this otherwise."), FINDING)
    response = NewResponse(made, disposition, "Our reason.", **changed)
    if not reasons:
        assert answers(here, response) == [made]
        return
    with refused(here.work, Invalid, *reasons, code="response_refused"):
        answers(here, response, NewResponse(other, "not_accepted", "No."))


def test_only_a_comment_of_this_evaluation_is_answered(here: World) -> None:
    (made,) = returned(here, FINDING)
    put(here.work, Comment, **{**rows(here.work, Comment)[0]._asdict(), "id": NOWHERE, "number": 2})
    other = world(here.work, here.method, "other").to("revision")
    theirs = listed(other.work, other.id)[0].id
    no = NewResponse(made, "not_accepted", "No.")
    for unknown in (theirs, UUID(int=0xD1)):
        with refused(here.work, Invalid, ("unknown_comment", "/responses/1/comment")):
            answers(here, no, replace(no, comment_id=unknown))
    assert answers(here, no, replace(no, comment_id=NOWHERE)) == [made, NOWHERE]


def test_a_comment_is_answered_once_and_for_good(here: World) -> None:
    made, other = returned(here, FINDING, replace(FINDING, text="And more."))
    no, change = NewResponse(made, "not_accepted", "No."), NewResponse(made, "accepted", "Yes.", CHANGED_TEXT)
    with refused(here.work, Conflict, ("already_answered", "/responses/1"), code="already_answered"):
        answers(here, no, change)
    answers(here, no)
    with refused(here.work, Conflict, ("already_answered", "/responses/1"), code="already_answered"):
        answers(here, replace(no, comment_id=other), change)
    assert [row.disposition for row in listed(here.work, here.id)] == ["not_accepted", None]
    with undone(here.work), pytest.raises(IntegrityError):
        put(here.work, Response, **rows(here.work, Response)[0]._asdict())
    with undone(here.work), pytest.raises(IntegrityError, match="only_added_to"):
        here.work.db.execute(Response.__table__.update().values(reason="Otherwise."))  # type: ignore[attr-defined]


def test_the_judges_alone_answer_and_only_in_the_revision(here: World) -> None:
    (made,) = says(here, FINDING)
    no = NewResponse(made, "not_accepted", "No.")
    for actor in (here.experts["CHL"], here.coordinator):
        with refused(here.work, NotAllowed, "not_open"):
            answers(here, no, by=actor)
    here.fire(here.entity, "return_comments")
    before = stored(here.work)
    for actor in (here.entity, here.secretariat, here.commission, here.auditor):
        with pytest.raises(NotAllowed):
            answers(here, no, by=actor)
    for actor in (here.experts["BRB"], here.coordinators["BRB"], here.entities["JAM"]):
        with pytest.raises(NotFound):
            answers(here, no, by=actor)
    assert stored(here.work) == before
    assert answers(here, by=here.experts["CHL"]) == []
    assert answers(here, no, by=here.coordinator) == [made]


def test_what_accepted_comments_change_is_told_by_paragraph_with_its_source(here: World) -> None:
    first, second, _ = returned(here, *(NewComment(*one, "We see this otherwise.") for one in COMMENTED))
    assert changes(here.work, here.id) == {}
    answers(here, *here.responses())
    found = changes(here.work, here.id)
    assert set(found) == {"IS-1.3/finding", RATED}
    one, other = found["IS-1.3/finding"], found[RATED]
    assert (one.unit, one.text, one.rating) == ("IS-1.3", CHANGED_TEXT, None)
    assert (other.unit, other.text, other.rating) == ("IS-1.4", None, CHANGED_RATING)
    assert one.sources == ({"kind": "comment", "id": str(first), "disposition": "accepted"},)
    assert other.sources == ({"kind": "comment", "id": str(second), "disposition": "partly_accepted"},)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_changes_to_one_paragraph_the_later_answer_holds_and_both_are_sources(
    here: World, order: tuple[int, int]
) -> None:
    made = returned(here, FINDING, replace(FINDING, text="And more."))
    for days, index in enumerate(order):
        answers(here, NewResponse(made[index], "accepted", "Yes.", {"en": f"Answer {index}."}), days=days)
    change = changes(here.work, here.id)["IS-1.3/finding"]
    assert change.text == {"en": f"Answer {order[1]}."}
    assert [one["id"] for one in change.sources] == [str(made[index]) for index in order]


def test_what_is_refused_later_takes_no_change_back(here: World) -> None:
    made = returned(here, FINDING, replace(FINDING, text="And more."))
    answers(here, NewResponse(made[0], "accepted", "Yes.", CHANGED_TEXT))
    answers(here, NewResponse(made[1], "not_accepted", "No."), days=1)
    assert changes(here.work, here.id)["IS-1.3/finding"].text == CHANGED_TEXT


def test_the_kinds_of_block_that_may_change_are_in_the_report(here: World) -> None:
    blocks = {paragraph["block"] for row in stored(here.work)["report_version"] for paragraph in row.paragraphs}
    assert blocks > CHANGEABLE
