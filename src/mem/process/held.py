"""Do the tables hold what the record says was written, no more, no less, nothing else?

The record is proven by its hashes (`mem.verify`); what is shown comes from the tables. Whoever can change a row past
the services is found out here: each row that an event speaks of is compared with what the event says of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from mem.answers.models import AnswerVersion, Confirmation, DeclarationVersion, Submission
from mem.assessments.models import ConclusionVersion, FindingVersion, Stance
from mem.core.canonical import digest_of
from mem.core.clock import iso
from mem.core.work import Work
from mem.evidence.models import Evidence
from mem.ledger.models import Event
from mem.methods.models import MethodChange, StageMove
from mem.reports.models import Comment, Publication, ReportVersion, Response
from mem.rounds.models import Assignment, Deadline, Opening, Suspension

Said = Mapping[str, Any]
Written = dict[str, str]
"""What is known of the rows of one table: the row's key as text to the digest of its content."""


@dataclass(frozen=True)
class Kept:
    """A table whose rows the record speaks of. `said` draws from an event (its type is the key) the content of each
    row it wrote, `rows` reads the same from the table; `key` names the columns that tell one row from another."""

    key: tuple[str, ...]
    said: Mapping[str, Callable[[str, Said], Iterable[Said]]]
    rows: Select[*tuple[Any, ...]]


def _each(name: str, *columns: str, **more: str) -> Callable[[str, Said], Iterable[Said]]:
    """The rows that stand in a list of an event: these columns, those that the event says once for all (`more`: column
    to name), and the chain, which is the evaluation."""

    def rows(chain: str, data: Said) -> Iterator[Said]:
        for one in data[name]:
            shared = {column: data[said] for column, said in more.items()}
            yield {"chain": chain, **shared, **{column: one[column] for column in columns}}

    return rows


def _one(*columns: str, **more: str) -> Callable[[str, Said], Iterable[Said]]:
    """The one row that an event speaks of."""
    return lambda chain, data: [
        {"chain": chain, **{column: data[column] for column in columns}, **{c: data[said] for c, said in more.items()}}
    ]


def _evidence(chain: str, data: Said) -> Iterator[Said]:
    for one in data.get("links") or [data["file"]]:
        what = one.get("url", one.get("sha256"))
        yield {"chain": chain, "evidence": one["evidence"], "title": one["title"], "what": what}


def _due(chain: str, data: Said) -> Iterator[Said]:
    """When a deadline is due by its entry, or by its last move."""
    if data["due_at"] is not None or "before" in data:
        yield {"position": data["position"], "version": data["version"], "due_at": data["due_at"]}


def _due_anew(chain: str, data: Said) -> Iterator[Said]:
    """When a deadline is due by another method."""
    if data["due_at"] is not None:
        yield {"position": data["position"], "version": data["version"], "due_at": data["due_at"]}


def _answers(chain: str, data: Said) -> Iterator[Said]:
    whose = {"on_behalf_of": data.get("on_behalf_of"), "paper": data.get("paper")}
    for one in data["answers"]:
        yield {"chain": chain, **whose, **{column: one[column] for column in _ANSWER}}


def _from(evaluation: ColumnElement[Any] | Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    return select(evaluation.label("chain"), *columns)


_ANSWER = ("question", "version", "value", "not_applicable", "question_sha256")
_FINDING = ("unit", "version", "text", "rating", "citations")
_COMMENT = ("comment", "number", "paragraph", "about", "text")
_RESPONSE = ("comment", "disposition", "reason", "changed_text", "changed_rating")
_DECLARED = ("unit", "version", "reason")
_OPENED = ("kind", "artefacts", "questions", "units", "whole", "reason")
_CHANGE = ("workflow", "from", "to", "version", "before", "after", "reason")
_MOVE = ("workflow", "trigger", "from", "to", "version")

KEPT: Mapping[str, Kept] = {
    "answers": Kept(
        ("chain", "question", "version"),
        {"answers_given": _answers},
        _from(
            AnswerVersion.evaluation_id,
            *(getattr(AnswerVersion, one) for one in (*_ANSWER, "on_behalf_of", "paper")),
        ),
    ),
    "confirmations": Kept(
        ("chain", "question", "version"),
        {"answers_confirmed": _each("answers", "question", "version")},
        _from(Confirmation.evaluation_id, Confirmation.question, Confirmation.version),
    ),
    "declarations": Kept(
        ("chain", "unit", "version"),
        {"unit_declared": _one("unit", "version", "reason")},
        _from(DeclarationVersion.evaluation_id, *(getattr(DeclarationVersion, one) for one in _DECLARED)),
    ),
    "openings": Kept(
        ("chain", "opening"),
        {"answers_opened": _one("opening", *_OPENED)},
        _from(Opening.evaluation_id, Opening.id.label("opening"), *(getattr(Opening, one) for one in _OPENED)),
    ),
    "suspensions": Kept(
        ("suspension",),
        {"suspension_began": lambda _, data: [{one: data[one] for one in ("suspension", "position", "reason")}]},
        select(Suspension.id.label("suspension"), Suspension.position_id.label("position"), Suspension.reason),
    ),
    "submissions": Kept(
        ("chain", "sha256"),
        {"answers_submitted": _one("answers", "sha256")},
        _from(Submission.evaluation_id, Submission.answers, Submission.sha256),
    ),
    "evidence": Kept(
        ("chain", "evidence"),
        {"evidence_attached": _evidence},
        _from(
            Evidence.evaluation_id,
            Evidence.id.label("evidence"),
            Evidence.title,
            func.coalesce(Evidence.url, Evidence.sha256).label("what"),
        ),
    ),
    "findings": Kept(
        ("chain", "voice", "unit", "version"),
        {"findings_written": _each("findings", *_FINDING, voice="voice")},
        _from(
            FindingVersion.evaluation_id,
            Assignment.expert_state.label("voice"),
            *(getattr(FindingVersion, one) for one in _FINDING),
        ).join(Assignment, Assignment.id == FindingVersion.assignment_id),
    ),
    "conclusions": Kept(
        ("chain", "unit", "version"),
        {"conclusions_written": _each("conclusions", *_FINDING, "recommendation")},
        _from(
            ConclusionVersion.evaluation_id,
            *(getattr(ConclusionVersion, one) for one in (*_FINDING, "recommendation")),
        ),
    ),
    "stances": Kept(
        ("chain", "voice", "unit", "version"),
        {"voice_spoke": _each("stances", "unit", "version", "agrees", "text", voice="voice")},
        _from(
            Stance.evaluation_id,
            Assignment.expert_state.label("voice"),
            *(getattr(Stance, one) for one in ("unit", "version", "agrees", "text")),
        ).join(Assignment, Assignment.id == Stance.assignment_id),
    ),
    "reports": Kept(
        ("chain", "version"),
        {"report_assembled": _one("version", "sha256")},
        _from(ReportVersion.evaluation_id, ReportVersion.version, ReportVersion.title, ReportVersion.paragraphs),
    ),
    "comments": Kept(
        ("chain", "comment"),
        {"comments_made": _each("comments", *_COMMENT)},
        _from(
            Comment.evaluation_id,
            Comment.id.label("comment"),
            *(getattr(Comment, one) for one in _COMMENT[1:]),
        ),
    ),
    "responses": Kept(
        ("chain", "comment"),
        {"comments_answered": _each("responses", *_RESPONSE)},
        _from(
            Comment.evaluation_id,
            Response.comment_id.label("comment"),
            *(getattr(Response, one) for one in _RESPONSE[1:]),
        ).join(Comment, Comment.id == Response.comment_id),
    ),
    "publications": Kept(
        ("chain",),
        {"report_published": _one("version")},
        _from(Publication.evaluation_id, Publication.version),
    ),
    "deadlines": Kept(
        ("position", "version"),
        {"stage_moved": _due, "deadline_moved": _due, "method_changed": _due_anew},
        select(Deadline.position_id.label("position"), Deadline.version, Deadline.due_at).where(
            Deadline.first_due_at.is_not(None)
        ),
    ),
    "moves": Kept(
        ("position", "version"),
        {"stage_moved": lambda _, data: [{"position": data["position"], **{one: data[one] for one in _MOVE}}]},
        select(
            StageMove.position_id.label("position"),
            StageMove.workflow,
            StageMove.trigger,
            StageMove.from_stage.label("from"),
            StageMove.to_stage.label("to"),
            StageMove.seq.label("version"),
        ),
    ),
    "method_changes": Kept(
        ("position", "version"),
        {"method_changed": lambda _, data: [{"position": data["position"], **{one: data[one] for one in _CHANGE}}]},
        select(
            MethodChange.position_id.label("position"),
            MethodChange.workflow,
            MethodChange.from_stage.label("from"),
            MethodChange.to_stage.label("to"),
            MethodChange.seq.label("version"),
            MethodChange.from_method.label("before"),
            MethodChange.to_method.label("after"),
            MethodChange.reason,
        ),
    ),
}
"""What is held against the record, by a name for it."""


def unheld(work: Work) -> dict[str, int]:
    """How many rows of each kind are not what the record says: changed, added, or gone. Kinds of which all is well are
    left out."""
    said: dict[str, Written] = {name: {} for name in KEPT}
    by_event = [(event, name, draw) for name, kept in KEPT.items() for event, draw in kept.said.items()]
    types = {event for event, _, _ in by_event}
    for chain, kind, canonical in work.db.execute(
        select(Event.chain_id, Event.type, Event.canonical)
        .where(Event.type.in_(types))
        .order_by(Event.chain_id, Event.seq)  # of what is told twice the last holds
    ):
        data = _data(canonical)
        for event, name, draw in by_event:
            if event == kind and data is not None:
                for row in draw(str(chain), data):
                    said[name][_key(row, KEPT[name])] = digest_of(dict(row))
    found = {}
    for name, kept in KEPT.items():
        written = {_key(row, kept): digest_of(row) for row in _rows(work, kept)}
        wrong = sum(said[name].get(key) != written.get(key) for key in {*said[name], *written})
        if wrong:
            found[name] = wrong
    return found


def _rows(work: Work, kept: Kept) -> Iterator[dict[str, Any]]:
    for row in work.db.execute(kept.rows).mappings():
        told = {name: _told(value) for name, value in row.items()}
        if "paragraphs" in told:  # of a report the record keeps the digest
            told["sha256"] = digest_of({"title": told.pop("title"), "paragraphs": told.pop("paragraphs")})
        yield told


def _told(value: Any) -> Any:
    """A value as an event tells it."""
    if isinstance(value, UUID):
        return str(value)
    return iso(value) if isinstance(value, datetime) else value


def _key(row: Said, kept: Kept) -> str:
    return json.dumps([row[name] for name in kept.key])


def _data(canonical: Any) -> Said | None:
    """What an event says; None where it can no longer be read, which `mem.verify` tells."""
    try:
        found: Said = json.loads(canonical)["data"]
    except (ValueError, KeyError, TypeError):
        return None
    return found
