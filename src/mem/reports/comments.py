"""What does the country say of the draft, and what do the experts answer? Each comment is answered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select

from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, NotFound, Reason
from mem.core.languages import unknown
from mem.core.work import Work
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.reports.models import Comment, ReportVersion, Response
from mem.rounds.standing import Standing, may, permit, permitted


@dataclass(frozen=True)
class NewComment:
    """A comment on a paragraph of the newest version, or on the rating in it."""

    paragraph: str
    about: str
    text: str


@dataclass(frozen=True)
class NewResponse:
    """The answer to one comment; what changes is given only where something is accepted."""

    comment_id: UUID
    disposition: str
    reason: str
    changed_text: Mapping[str, str] | None = None
    changed_rating: str | None = None


@dataclass(frozen=True)
class Change:
    """What accepted comments on a paragraph change in the next version: the latest answer holds, all are sources."""

    unit: str | None
    text: Mapping[str, str] | None
    rating: str | None
    at: datetime
    sources: tuple[dict[str, Any], ...]


def comment(work: Work, actor: Actor, evaluation_id: UUID, comments: Sequence[NewComment]) -> list[UUID]:
    """Comment on the newest version of the report, all or none."""
    permitted(work, actor, "comments.edit", evaluation_id)
    version, paragraphs = _newest(work, evaluation_id)
    reasons = []
    for index, one in enumerate(comments):
        found = paragraphs.get(one.paragraph)
        if found is None:
            where = f"/comments/{index}/paragraph"
            reasons.append(Reason("unknown_paragraph", "The report has no such paragraph.", where))
        elif one.about == "rating" and found["rating"] is None:
            reasons.append(Reason("no_rating", "This paragraph holds no rating.", f"/comments/{index}/about"))
    if reasons:
        raise Invalid("comment_refused", "These comments cannot be stored.", reasons)
    query = select(func.max(Comment.number)).where(Comment.evaluation_id == evaluation_id)
    last: int = work.db.execute(query).scalar() or 0
    rows = [
        {
            "id": work.new_id(),
            "evaluation_id": evaluation_id,
            "report_version": version,
            "number": last + 1 + index,
            "paragraph": one.paragraph,
            "about": one.about,
            "text": one.text,
            "by": actor.person_id,
            "at": work.now,
        }
        for index, one in enumerate(comments)
    ]
    if rows:
        work.db.execute(insert(Comment), rows)
        said = [
            {"comment": str(row["id"]), **{key: row[key] for key in ("number", "paragraph", "about", "text")}}
            for row in rows
        ]
        record(work, evaluation_id, "comments_made", {"version": version, "comments": said})
    return [row["id"] for row in rows if isinstance(row["id"], UUID)]


def respond(work: Work, actor: Actor, evaluation_id: UUID, responses: Sequence[NewResponse]) -> list[UUID]:
    """Answer comments, all or none; each only once."""
    where = permitted(work, actor, "responses.edit", evaluation_id)
    rows = {row.id: row for row in listed(work, evaluation_id)}
    _, paragraphs = _newest(work, evaluation_id)
    reasons: list[Reason] = []
    for index, one in enumerate(responses):
        found = rows.get(one.comment_id)
        pointer = f"/responses/{index}"
        if found is None:
            reasons.append(Reason("unknown_comment", "There is no such comment here.", f"{pointer}/comment"))
            continue
        reasons.extend(_response_faults(where, one, found, paragraphs, pointer))
    if reasons:
        raise Invalid("response_refused", "These responses cannot be stored.", reasons)
    answered = [
        Reason("already_answered", "This comment has been answered already.", f"/responses/{index}")
        for index, one in enumerate(responses)
        if rows[one.comment_id].disposition is not None or one.comment_id in {r.comment_id for r in responses[:index]}
    ]
    if answered:
        raise Conflict("already_answered", "A comment is answered once.", answered)
    stored = [
        {
            "comment_id": one.comment_id,
            "disposition": one.disposition,
            "reason": one.reason,
            "changed_text": None if one.changed_text is None else dict(one.changed_text),
            "changed_rating": one.changed_rating,
            "by": actor.person_id,
            "at": work.now,
        }
        for one in responses
    ]
    if stored:
        work.db.execute(insert(Response), stored)
        kept = ("disposition", "reason", "changed_text", "changed_rating")
        said = [{"comment": str(row["comment_id"]), **{key: row[key] for key in kept}} for row in stored]
        record(work, evaluation_id, "comments_answered", {"responses": said})
    return [one.comment_id for one in responses]


def comments(work: Work, actor: Actor, evaluation_id: UUID) -> list[AnyRow]:
    """The comments of an evaluation; their answers only for those who may see them."""
    where = permitted(work, actor, "comments.read", evaluation_id)
    return listed(work, evaluation_id, with_responses=may(actor, "responses.read", where.place))


def one_comment(work: Work, actor: Actor, comment_id: UUID) -> UUID:
    """The evaluation of a comment that the actor may see. Raises `NotFound`."""
    found = work.db.execute(select(Comment.evaluation_id).where(Comment.id == comment_id)).first()
    if found is None:
        raise NotFound
    where = permitted(work, actor, "comments.read", found.evaluation_id)
    permit(work, actor, "comments.read", where.place)
    return where.id


def listed(work: Work, evaluation_id: UUID, with_responses: bool = True) -> list[AnyRow]:
    """As `comments`, for whoever has asked the policy already: with disposition, reason and changes, or nulls."""
    columns = (Response.disposition, Response.reason, Response.changed_text, Response.changed_rating)
    query = (
        select(
            Comment.id,
            Comment.number,
            Comment.report_version,
            Comment.paragraph,
            Comment.about,
            Comment.text,
            Comment.at,
            *columns,
            Response.at.label("answered_at"),
        )
        .outerjoin(Response, (Response.comment_id == Comment.id) & with_responses)
        .where(Comment.evaluation_id == evaluation_id)
        .order_by(Comment.number)
    )
    return list(work.db.execute(query))


def changes(work: Work, evaluation_id: UUID) -> dict[str, Change]:
    """What accepted comments change, by paragraph key; the latest answer to a paragraph holds."""
    found: dict[str, Change] = {}
    for row in sorted(
        listed(work, evaluation_id), key=lambda row: (row.answered_at is None, row.answered_at, row.number)
    ):
        if row.changed_text is not None or row.changed_rating is not None:
            unit = row.paragraph.partition("/")[0] if "/" in row.paragraph else None
            source = {"kind": "comment", "id": str(row.id), "disposition": row.disposition}
            before = found[row.paragraph].sources if row.paragraph in found else ()
            change = (unit, row.changed_text, row.changed_rating, row.answered_at)
            found[row.paragraph] = Change(*change, (*before, source))
    return found


def _newest(work: Work, evaluation_id: UUID) -> tuple[int, dict[str, dict[str, Any]]]:
    found = work.db.execute(
        select(ReportVersion.version, ReportVersion.paragraphs)
        .where(ReportVersion.evaluation_id == evaluation_id)
        .order_by(ReportVersion.version.desc())
        .limit(1)
    ).first()
    if found is None:
        raise NotFound("no_report", "There is no report yet.")
    return found.version, {paragraph["key"]: paragraph for paragraph in found.paragraphs}


def _response_faults(
    where: Standing, one: NewResponse, found: AnyRow, paragraphs: Mapping[str, dict[str, Any]], pointer: str
) -> list[Reason]:
    reasons: list[Reason] = []
    changed = one.changed_text is not None or one.changed_rating is not None
    if one.disposition == "not_accepted" and changed:
        message = "What is not accepted changes nothing."
        reasons.append(Reason("nothing_changes", message, f"{pointer}/disposition"))
    if one.disposition != "not_accepted" and not changed:
        message = "What is accepted, wholly or partly, changes the text or the rating."
        reasons.append(Reason("change_needed", message, f"{pointer}/changed_text"))
    reasons.extend(unknown(one.changed_text, where.method.mechanism.languages, f"{pointer}/changed_text"))
    if one.changed_text is not None and found.about == "rating":
        reasons.append(Reason("rating_meant", "The comment is about the rating.", f"{pointer}/changed_text"))
    if one.changed_rating is not None:
        value = where.scale.value(one.changed_rating)
        if found.about != "rating":
            message = "The comment is not about a rating."
            reasons.append(Reason("no_rating", message, f"{pointer}/changed_rating"))
        elif value is None:
            message = "The scale of this cycle has no such value."
            reasons.append(Reason("off_scale", message, f"{pointer}/changed_rating"))
        elif value.demands_recommendation and not _recommends(paragraphs, found.paragraph):
            message = "This rating demands a recommendation, and the report has none on this unit."
            reasons.append(Reason("recommendation_needed", message, f"{pointer}/changed_rating"))
    paragraph = paragraphs.get(found.paragraph)
    if paragraph is not None and one.changed_text is not None and paragraph["block"] not in CHANGEABLE:
        message = "This paragraph is made by the system and changes only with what it stands on."
        reasons.append(Reason("not_changeable", message, f"{pointer}/changed_text"))
    return reasons


def _recommends(paragraphs: Mapping[str, dict[str, Any]], key: str) -> bool:
    unit = paragraphs[key]["unit"] if key in paragraphs else None
    return any(one["unit"] == unit and one["block"] == "recommendation" for one in paragraphs.values())


CONCLUDED = frozenset({"finding", "rating", "recommendation"})
"""The kinds of block that say what the experts concluded: a conclusion written later than a change takes its place."""
CHANGEABLE = frozenset({"reported", "finding", "recommendation"})
"""The kinds of block whose text an accepted comment may change; the others follow from these."""
