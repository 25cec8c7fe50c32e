"""Draft reports, the country's comments, the experts' responses and recommendations over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from mem.api.routing import TAGGED, Id, Name, Prose, Said, Shown, Taken, acts, router
from mem.http.unit import IdempotencyKey, Reading, Writing, tag
from mem.recommendations import service as recommendations
from mem.reports import comments, versions
from mem.reports.comments import NewComment, NewResponse
from mem.rounds.standing import standing

routes = router("reports")
Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="Null: the newest.")]


class ParagraphShown(Shown):
    """A paragraph with what it stands on; `key` is the same in every version."""

    key: str
    block: str
    unit: str | None
    depth: int
    text: dict[str, str]
    rating: str | None
    sources: list[dict[str, Any]]


class ReportShown(Shown):
    evaluation_id: UUID
    document: str
    version: int
    title: dict[str, str]
    sha256: str
    at: datetime
    paragraphs: list[ParagraphShown]
    sandbox: str | None


class CommentIn(Taken):
    """On a paragraph of the newest version, or on the rating in it."""

    paragraph: Annotated[str, Field(min_length=1, max_length=120, examples=["IS-1.1/finding"])]
    about: Literal["paragraph", "rating"] = "paragraph"
    text: Prose


class Comments(Taken):
    comments: Annotated[list[CommentIn], Field(min_length=1, max_length=300)]


class ResponseIn(Taken):
    """What is accepted changes the text, or the rating where the comment is about it; what is not, changes nothing."""

    comment: Id = Field(examples=["6f1c1d3e-0c0a-4d8e-9a51-2f3f0f1f7c11"])
    disposition: Literal["accepted", "partly_accepted", "not_accepted"]
    reason: Prose = Field(examples=["The decree was overlooked."])
    changed_text: Said | None = Field(None, examples=[{"en": "The country has a national drug authority by decree."}])
    changed_rating: Name | None = None


class Responses(Taken):
    responses: Annotated[list[ResponseIn], Field(min_length=1, max_length=300)]


class CommentShown(Shown):
    """A comment; its answer is null while there is none, or where you do not see answers yet."""

    id: UUID
    number: int
    report_version: int
    paragraph: str
    about: str
    text: str
    at: datetime
    disposition: str | None
    reason: str | None
    changed_text: dict[str, str] | None
    changed_rating: str | None
    answered_at: datetime | None


class CommentList(Shown):
    comments: list[CommentShown]


class Ids(Shown):
    ids: list[str]


class RecommendationShown(Shown):
    id: UUID
    number: int
    unit: str
    text: dict[str, str]
    sources: list[dict[str, Any]]
    issued_at: datetime
    stage: str
    version: int


class RecommendationList(Shown):
    synthetic: bool
    recommendations: list[RecommendationShown]


@routes.get(
    "/evaluations/{evaluation}/report", openapi_extra=acts("report.read"), operation_id="report", responses=TAGGED
)
def get_report(evaluation: UUID, door: Reading, response: Response, version: Version = None) -> ReportShown:
    """A version of the report, every paragraph with its sources."""
    found = versions.report(door.work, door.actor, evaluation, version)
    response.headers["ETag"] = tag(found.version)
    return ReportShown.model_validate({**found._mapping, "sandbox": door.sandbox})


@routes.get("/evaluations/{evaluation}/comments", openapi_extra=acts("comments.read"), operation_id="comments")
def get_comments(evaluation: UUID, door: Reading) -> CommentList:
    """The country's comments, with their answers where you may see them."""
    rows = comments.comments(door.work, door.actor, evaluation)
    return CommentList(comments=[CommentShown.model_validate(row) for row in rows])


@routes.post(
    "/evaluations/{evaluation}/comments", status_code=201, openapi_extra=acts("comments.edit"), operation_id="comment"
)
def post_comments(evaluation: UUID, body: Comments, door: Writing, key: IdempotencyKey = None) -> Ids:
    """Comment on the draft, all or none. To have no comment, simply return the draft."""
    made = [NewComment(one.paragraph, one.about, one.text) for one in body.comments]

    def act() -> list[str]:
        return [str(one) for one in comments.comment(door.work, door.actor, evaluation, made)]

    return door.once(act, lambda done: Ids(ids=done), door.reads("comments.read", evaluation))


@routes.post(
    "/evaluations/{evaluation}/responses", status_code=201, openapi_extra=acts("responses.edit"), operation_id="respond"
)
def post_responses(evaluation: UUID, body: Responses, door: Writing, key: IdempotencyKey = None) -> Ids:
    """Answer comments, all or none; each once, with a disposition, a reason, and what changes."""
    made = [
        NewResponse(one.comment, one.disposition, one.reason, one.changed_text, one.changed_rating)
        for one in body.responses
    ]

    def act() -> list[str]:
        return [str(one) for one in comments.respond(door.work, door.actor, evaluation, made)]

    return door.once(act, lambda done: Ids(ids=done), door.reads("responses.read", evaluation))


@routes.get(
    "/evaluations/{evaluation}/recommendations",
    openapi_extra=acts("evaluation.read"),
    operation_id="recommendations",
)
def get_recommendations(evaluation: UUID, door: Reading) -> RecommendationList:
    """The recommendations issued with the published report."""
    rows = recommendations.of_evaluation(door.work, door.actor, evaluation)
    where = standing(door.work, evaluation, door.actor)
    shown = [RecommendationShown.model_validate(row) for row in rows]
    return RecommendationList(synthetic=where.synthetic, recommendations=shown)
