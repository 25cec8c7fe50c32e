"""Questionnaire and answers over HTTP: one by one, or all or none in bulk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Response
from pydantic import Field, StrictInt

from mem.answers import service
from mem.answers.service import NewAnswer
from mem.api.routing import STALE, TAGGED, Name, Prose, Shown, Taken, Versioned, VersionedList, acts, router, versioned
from mem.core.db import AnyRow
from mem.http.unit import IdempotencyKey, IfMatch, IfNoneMatch, Reading, Writing, expected_version, tag
from mem.questionnaires.types import TYPES, Shape
from mem.rounds.standing import excluded, permitted, standing

routes = router("answers")
Question = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,79}$", examples=["is_1_1"])]


FORMS: dict[str, Any] = {
    "anyOf": [{"title": kind.name, **kind.schema(Shape())} for kind in TYPES.values()] + [{"type": "null"}]
}
"""What a value may be, by type of question; a question says more (`value_schema`)."""


class AnswerIn(Taken):
    """Either a value, in the shape of the question's type, or the reason why the question does not apply."""

    value: Any = Field(None, examples=[True], json_schema_extra=FORMS)
    not_applicable: Prose | None = None


class BulkAnswer(AnswerIn):
    """`base`: the version it replaces, 0 for a first answer."""

    question: Name = Field(examples=["is_1_1"])
    base: StrictInt = Field(0, ge=0, le=1_000_000)


class BulkAnswers(Taken):
    answers: Annotated[list[BulkAnswer], Field(min_length=1, max_length=500)]


class AnswerShown(Shown):
    """An answer; where somebody typed in what the state said on paper, `on_behalf_of` names the state."""

    question: str
    version: int
    value: Any = Field(json_schema_extra=FORMS)
    not_applicable: str | None
    question_sha256: str
    by: UUID
    at: datetime
    on_behalf_of: str | None
    paper: str | None
    confirmed_by: UUID | None
    confirmed_at: datetime | None


class AnswerList(Shown):
    synthetic: bool
    answers: list[AnswerShown]


class QuestionShown(Shown):
    """A question; `left_out` is the reason why this cycle does not ask it, where every unit that it is about is left
    out."""

    key: str
    units: list[str]
    type: str
    text: dict[str, str]
    help: dict[str, str] | None
    required: bool
    shown_if: str | None
    choices: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    value_schema: dict[str, Any]
    sha256: str
    left_out: str | None


class QuestionnaireShown(Shown):
    code: str
    version: int
    title: dict[str, str]
    years: list[int]
    questions: list[QuestionShown]


@routes.get("/evaluations/{evaluation}/questionnaire", openapi_extra=acts("answers.read"), operation_id="questionnaire")
def get_questionnaire(evaluation: UUID, door: Reading) -> QuestionnaireShown:
    """The questionnaire of an evaluation, as pinned for its round."""
    where = permitted(door.work, door.actor, "answers.read", evaluation)
    form, out = where.form, excluded(door.work, where)
    questions = [
        QuestionShown(
            **asked.question.model_dump(exclude={"unit"}),
            value_schema=asked.type.schema(asked.shape),
            sha256=asked.digest,
            left_out=out[asked.question.units[0]] if not asked.units_in(out) else None,
        )
        for asked in form.asked.values()
    ]
    head = form.head
    return QuestionnaireShown(
        code=head.questionnaire, version=head.version, title=head.title, years=head.years, questions=questions
    )


@routes.get("/evaluations/{evaluation}/answers", openapi_extra=acts("answers.read"), operation_id="answers")
def get_answers(evaluation: UUID, door: Reading) -> AnswerList:
    """The newest version of every answer."""
    return _listed(door, evaluation, service.answers(door.work, door.actor, evaluation))


@routes.post(
    "/evaluations/{evaluation}/answers",
    openapi_extra=acts("answers.edit"),
    operation_id="give_answers",
    responses=STALE,
)
def post_answers(evaluation: UUID, body: BulkAnswers, door: Writing, key: IdempotencyKey = None) -> VersionedList:
    """Give many answers, all or none; each on the version it replaces."""
    given = [
        NewAnswer(one.question, one.value, one.not_applicable, one.base, f"/answers/{index}")
        for index, one in enumerate(body.answers)
    ]

    def act() -> list[list[Any]]:
        return [list(pair) for pair in service.give(door.work, door.actor, evaluation, given)]

    return door.once(act, versioned, door.reads("answers.read", evaluation))


@routes.get(
    "/evaluations/{evaluation}/answers/{question}",
    openapi_extra=acts("answers.read"),
    operation_id="answer",
    responses=TAGGED,
)
def get_answer(evaluation: UUID, question: Question, door: Reading, response: Response) -> AnswerShown:
    """The newest version of one answer."""
    found = service.answer(door.work, door.actor, evaluation, question)
    response.headers["ETag"] = tag(found.version)
    return AnswerShown.model_validate(found)


@routes.put(
    "/evaluations/{evaluation}/answers/{question}",
    openapi_extra=acts("answers.edit"),
    operation_id="give_answer",
    responses=TAGGED,
)
def put_answer(
    evaluation: UUID,
    question: Question,
    body: AnswerIn,
    door: Writing,
    response: Response,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Versioned:
    """Give one answer: a new version, on the one that was seen."""
    base = expected_version(if_match, if_none_match)
    given = NewAnswer(question, body.value, body.not_applicable, base)
    ((key, version),) = service.give(door.work, door.actor, evaluation, [given])
    response.headers["ETag"] = tag(version)
    return Versioned(key=key, version=version)


@routes.get(
    "/evaluations/{evaluation}/answers/{question}/versions",
    openapi_extra=acts("answers.read"),
    operation_id="answer_versions",
)
def get_versions(evaluation: UUID, question: Question, door: Reading) -> AnswerList:
    """Every version of one answer, oldest first."""
    return _listed(door, evaluation, service.history(door.work, door.actor, evaluation, question))


def _listed(door: Reading, evaluation: UUID, rows: list[AnyRow]) -> AnswerList:
    """Answers that the actor has been given, said to be synthetic where they are."""
    where = standing(door.work, evaluation, door.actor)
    return AnswerList(synthetic=where.synthetic, answers=[AnswerShown.model_validate(row) for row in rows])
