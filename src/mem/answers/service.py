"""How is an answer given, kept and read? A new version each time, on the base the writer saw."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select

from mem.answers.models import AnswerVersion, Confirmation, Submission
from mem.core.canonical import digest_of
from mem.core.db import AnyRow
from mem.core.errors import Invalid, NotFound, Precondition, Reason
from mem.core.versions import Both, as_stored
from mem.core.work import Work
from mem.evidence.service import known
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.questionnaires.types import Document
from mem.rounds.standing import Standing, may, only_opened, permitted

_COLUMNS = (
    select(
        AnswerVersion.question,
        AnswerVersion.version,
        AnswerVersion.value,
        AnswerVersion.not_applicable,
        AnswerVersion.question_sha256,
        AnswerVersion.by,
        AnswerVersion.at,
        AnswerVersion.on_behalf_of,
        AnswerVersion.paper,
        Confirmation.by.label("confirmed_by"),
        Confirmation.at.label("confirmed_at"),
    )
    .select_from(AnswerVersion)
    .outerjoin(
        Confirmation,
        (Confirmation.evaluation_id == AnswerVersion.evaluation_id)
        & (Confirmation.question == AnswerVersion.question)
        & (Confirmation.version == AnswerVersion.version),
    )
)
_LATEST = (
    select(AnswerVersion.question, func.max(AnswerVersion.version).label("version"))
    .where(AnswerVersion.evaluation_id == bindparam("evaluation"))
    .group_by(AnswerVersion.question)
)
_LATEST_OF = _LATEST.where(AnswerVersion.question.in_(bindparam("questions", expanding=True)))
_latest = _LATEST.subquery()
_CURRENT = _COLUMNS.join(
    _latest, (_latest.c.question == AnswerVersion.question) & (_latest.c.version == AnswerVersion.version)
).where(AnswerVersion.evaluation_id == bindparam("evaluation"))


@dataclass(frozen=True)
class NewAnswer:
    """An answer to be given: a value, or the reason why the question does not apply. `base` is the version it
    replaces, 0 for a first answer; `where` points into the body, whose whole is the answer when it is empty: then its
    question stands in the path."""

    question: str
    value: Any
    not_applicable: str | None
    base: int
    where: str = ""


def give(work: Work, actor: Actor, evaluation_id: UUID, answers: Sequence[NewAnswer]) -> list[tuple[str, int]]:
    """Give answers, all or none: each question with its new version.

    Raises `Invalid` with everything wrong, or `Precondition` (`stale`) naming each answer whose base is not the
    newest version any more.
    """
    where = permitted(work, actor, "answers.edit", evaluation_id)
    return store(work, actor, where, answers, _closed(actor, where, answers))


def store(
    work: Work,
    actor: Actor,
    where: Standing,
    answers: Sequence[NewAnswer],
    against: Sequence[Reason] = (),
    paper: str | None = None,
) -> list[tuple[str, int]]:
    """As `give`, for whoever has asked the policy already, with what else is `against` it; where it is what a `paper`
    says, on behalf of the state."""
    evaluation_id, behalf = where.id, None if paper is None else where.state
    reasons = [*_faults(work, where, answers), *against]
    if reasons:
        raise Invalid("answer_refused", "These answers cannot be stored.", reasons)
    versions_now = newest(work, evaluation_id, [answer.question for answer in answers])
    stale = [answer for answer in answers if versions_now.get(answer.question, 0) != answer.base]
    if stale:
        reasons = [
            Reason("stale", f"The newest version is {versions_now.get(answer.question, 0)}.", answer.where)
            for answer in stale
        ]
        raise Precondition("stale", "Somebody answered meanwhile.", reasons, _both(work, actor, where, stale))
    rows = [
        {
            "evaluation_id": evaluation_id,
            "question": answer.question,
            "version": answer.base + 1,
            "value": answer.value,
            "not_applicable": answer.not_applicable,
            "question_sha256": where.form.asked[answer.question].digest,
            "by": actor.person_id,
            "at": work.now,
            "on_behalf_of": behalf,
            "paper": paper,
        }
        for answer in answers
    ]
    if rows:
        work.db.execute(insert(AnswerVersion), rows)
        said = [
            {k: row[k] for k in ("question", "version", "value", "not_applicable", "question_sha256")} for row in rows
        ]
        whose = {} if paper is None else {"on_behalf_of": behalf, "paper": paper}
        record(work, evaluation_id, "answers_given", {"answers": said, **whose})
    return [(answer.question, answer.base + 1) for answer in answers]


def _closed(actor: Actor, where: Standing, answers: Sequence[NewAnswer]) -> list[Reason]:
    """Each answer that is not among those that are opened, where nothing else lets them be changed."""
    limits = only_opened(actor, "answers.edit", where)
    if limits is None:
        return []
    asked = where.form.asked
    return [
        Reason("not_opened", "This answer is not opened again.", given.where)
        for given in answers
        if given.question in asked
        and not any(
            one.lets("answers", [given.question], asked[given.question].question.units, where.tree) for one in limits
        )
    ]


def _both(work: Work, actor: Actor, where: Standing, stale: Sequence[NewAnswer]) -> list[Both]:
    """What was sent and what is stored, for whoever reads answers."""
    if not may(actor, "answers.read", where.place):
        return []
    stored = current(work, where.id)
    return [
        Both(
            given.where,
            {"version": given.base + 1, "value": given.value, "not_applicable": given.not_applicable},
            as_stored(stored.get(given.question), "value", "not_applicable"),
        )
        for given in stale
    ]


def answers(work: Work, actor: Actor, evaluation_id: UUID) -> list[AnyRow]:
    """The newest version of every answer, in the order of the questionnaire."""
    where = permitted(work, actor, "answers.read", evaluation_id)
    found = current(work, evaluation_id)
    return [found[key] for key in where.form.asked if key in found]


def answer(work: Work, actor: Actor, evaluation_id: UUID, question: str) -> AnyRow:
    """The newest version of one answer. Raises `NotFound`."""
    permitted(work, actor, "answers.read", evaluation_id)
    return versions(work, evaluation_id, question)[-1]


def history(work: Work, actor: Actor, evaluation_id: UUID, question: str) -> list[AnyRow]:
    """Every version of one answer, oldest first. Raises `NotFound`."""
    permitted(work, actor, "answers.read", evaluation_id)
    return versions(work, evaluation_id, question)


def versions(work: Work, evaluation_id: UUID, question: str) -> list[AnyRow]:
    """As `history`, for whoever has asked the policy already."""
    rows = work.db.execute(
        _COLUMNS.where(AnswerVersion.evaluation_id == evaluation_id, AnswerVersion.question == question).order_by(
            AnswerVersion.version
        )
    ).all()
    if not rows:
        raise NotFound("not_answered", "This question has no answer yet.")
    return list(rows)


def current(work: Work, evaluation_id: UUID) -> dict[str, AnyRow]:
    """The newest version of every answer of an evaluation, by question. One query."""
    return {row.question: row for row in work.db.execute(_CURRENT, {"evaluation": evaluation_id})}


def newest(work: Work, evaluation_id: UUID, questions: Collection[str]) -> dict[str, int]:
    """The number of the newest version of the answers to some questions, of those that have one."""
    rows = work.db.execute(_LATEST_OF, {"evaluation": evaluation_id, "questions": list(questions)})
    return {question: version for question, version in rows}


def take_snapshot(work: Work, evaluation_id: UUID, version: int) -> str:
    """Freeze what is being submitted: the digest over each question, its version and its value."""
    number, sha256 = digest_now(work, evaluation_id)
    work.db.execute(
        insert(Submission).values(
            evaluation_id=evaluation_id,
            version=version,
            answers=number,
            sha256=sha256,
            by=work.actor_id,
            at=work.now,
        )
    )
    record(work, evaluation_id, "answers_submitted", {"answers": number, "sha256": sha256})
    return sha256


def digest_now(work: Work, evaluation_id: UUID) -> tuple[int, str]:
    """How many answers stand, and the digest over each question, its version and its value."""
    found = current(work, evaluation_id)
    said = [[key, found[key].version, found[key].value, found[key].not_applicable] for key in sorted(found)]
    return len(said), digest_of(said)


def _faults(work: Work, where: Standing, answers: Sequence[NewAnswer]) -> list[Reason]:
    reasons: list[Reason] = []
    seen: set[str] = set()
    attached: set[UUID] | None = None
    for given in answers:
        asked = where.form.asked.get(given.question)
        if asked is None:
            message = "The questionnaire has no such question."
            asked_where = (given.where, None) if given.where else (None, "path:question")
            reasons.append(Reason("unknown_question", message, *asked_where))
            continue
        if given.question in seen:
            reasons.append(Reason("twice", "This question stands twice.", given.where))
        seen.add(given.question)
        if (given.value is None) == (given.not_applicable is None):
            message = "Either a value, or the reason why the question does not apply."
            reasons.append(Reason("value_or_reason", message, given.where))
        elif given.value is not None:
            faults = asked.faults(given.value)
            reasons.extend(Reason(f.code, f.message, f"{given.where}/value{f.where}") for f in faults)
            if isinstance(asked.type, Document) and not faults:
                attached = known(work, where.id) if attached is None else attached
                reasons.extend(
                    Reason("unknown_evidence", "No such evidence here.", f"{given.where}/value/{index}")
                    for index, item in enumerate(given.value)
                    if UUID(item) not in attached
                )
    return reasons
