"""How is something opened again to a country for a time, by whom, and what stands once that is over?

One answer sent back for clarification, or answers, units or everything reopened: what is open can be changed until its
time, or until somebody says that it is done; the rest stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from mem.answers.service import digest_now
from mem.approvals.service import WAITING, Asked, Waiting, ask, waiting
from mem.core.clock import iso
from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, NotAllowed, NotFound, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.service import lock
from mem.people.policy import Actor, Place
from mem.rounds.models import Opening
from mem.rounds.standing import Standing, may, permit, permitted, standing
from mem.workflow.definition import OpeningKind

OPEN = "open_answers"
"""The act that a second person approves here."""


@dataclass(frozen=True)
class NewOpening:
    """What is to be opened: these questions and units, or the `whole`; of the artefacts that its kind opens those named
    (None: all), for so many days (None: those that the kind says)."""

    kind: str
    reason: str
    questions: Sequence[str] = ()
    units: Sequence[str] = ()
    whole: bool = False
    artefacts: Sequence[str] | None = None
    days: int | None = None


@dataclass(frozen=True)
class Asking:
    """What came of asking: the opening, or the approval that waits for a second person."""

    opening: UUID | None
    approval: UUID | None


def open_answers(work: Work, actor: Actor, evaluation_id: UUID, new: NewOpening) -> Asking:
    """Open something to the country, or ask for it where that takes two persons. Raises `Invalid` with everything that
    is wrong, `Conflict` where the same waits for a second person."""
    where = permitted(work, actor, "openings.edit", evaluation_id)
    kind = where.workflow.openings.get(new.kind)
    if kind is None:
        unknown = Reason("unknown_kind", "The method has no such kind of opening.", "/kind")
        raise Invalid("not_opened", "This cannot be opened.", [unknown])
    if reasons := _faults(where, kind, new):
        raise Invalid("not_opened", "This cannot be opened.", reasons)
    content = {
        "kind": new.kind,
        "reason": new.reason,
        "questions": list(new.questions),
        "units": list(new.units),
        "whole": new.whole,
        "artefacts": list(kind.artefacts if new.artefacts is None else new.artefacts),
        "days": new.days or where.method.calendar.days[kind.days].days,
    }
    if not new.whole or kind.whole != "two_persons":
        return Asking(_open(work, evaluation_id, actor.person_id, content), None)
    if any(one.act == OPEN for one in waiting(work, subject_id=evaluation_id)):
        held = Reason(WAITING, "This was asked for, and waits for a second person.")
        raise Conflict(held.code, held.message, [held])
    asked = Asked(OPEN, evaluation_id, where.version, content, where.round_id, evaluation_id)
    return Asking(None, ask(work, asked, where.method.second_until(work.now)))


def open_asked(work: Work, approval: Waiting) -> None:
    """Open what one person asked for, when a second has approved it; its time begins now."""
    _open(work, approval.subject_id, approval.asked_by, approval.content)


def place_of(work: Work, approval: Waiting, actor: Actor) -> Place:
    """Where what was asked for would be opened."""
    return standing(work, approval.subject_id, actor).place


def close(work: Work, actor: Actor, evaluation_id: UUID, opening_id: UUID) -> None:
    """What was opened is done: by who may change it while it is open, or by who may open, even when its time is over.
    What stands now is frozen by its digest. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    permit(work, actor, "openings.close", Place({}))
    lock(work, evaluation_id)
    where = standing(work, evaluation_id, actor)
    if not may(actor, "evaluation.read", where.place):
        raise NotFound
    if not (may(actor, "openings.edit", where.place) or _is_theirs(actor, where)):
        reason = Reason("not_yours", "Neither you opened this, nor is it open to you.")
        raise NotAllowed("not_allowed", "You may not do this here.", [reason])
    query = select(Opening.closed_at).where(Opening.id == opening_id, Opening.evaluation_id == evaluation_id)
    row = work.db.execute(query).first()
    if row is None:
        raise NotFound
    if row.closed_at is not None:
        reason = Reason("closed_already", "This is closed already.")
        raise Conflict(reason.code, reason.message, [reason])
    number, sha256 = digest_now(work, evaluation_id)
    work.db.execute(
        update(Opening)
        .where(Opening.id == opening_id)
        .values(closed_at=work.now, closed_by=actor.person_id, answers=number, sha256=sha256)
    )
    data = {"opening": str(opening_id), "answers": number, "sha256": sha256}
    record(work, evaluation_id, "opening_closed", data)


def openings(work: Work, actor: Actor, evaluation_id: UUID) -> list[AnyRow]:
    """Everything that was opened in an evaluation, oldest first, for whoever reads its answers."""
    permitted(work, actor, "answers.read", evaluation_id)
    query = select(Opening.__table__).where(Opening.evaluation_id == evaluation_id)
    return list(work.db.execute(query.order_by(Opening.opened_at, Opening.id)))


def _is_theirs(actor: Actor, where: Standing) -> bool:
    """Whether something is open to the actor, whatever the stage lets them change."""
    opened = replace(where.place, edits={})
    return any(may(actor, action, opened) for action in ("answers.edit", "evidence.edit"))


def _open(work: Work, evaluation_id: UUID, by: UUID, content: Mapping[str, Any]) -> UUID:
    opening_id, until = work.new_id(), work.now + timedelta(days=content["days"])
    named = {name: content[name] for name in ("kind", "artefacts", "questions", "units", "whole", "reason")}
    row = {"id": opening_id, "evaluation_id": evaluation_id, "opened_by": by, "opened_at": work.now, "until": until}
    work.db.execute(insert(Opening).values(**row, **named))
    data = {"opening": str(opening_id), **named, "opened_by": str(by), "until": iso(until)}
    record(work, evaluation_id, "answers_opened", data)
    return opening_id


def _faults(where: Standing, kind: OpeningKind, new: NewOpening) -> list[Reason]:
    reasons = []
    named = bool(new.questions or new.units)
    if named == new.whole:
        reasons.append(Reason("what_is_opened", "Either some questions and units, or everything.", ""))
    if new.whole and kind.whole == "never":
        reasons.append(Reason("not_the_whole", "This kind of opening is never of everything.", "/whole"))
    for name, given, known, code in (
        ("questions", new.questions, where.form.asked, "unknown_question"),
        ("units", new.units, where.tree.units, "unknown_unit"),
        ("artefacts", new.artefacts or (), kind.artefacts, "not_of_this_kind"),
    ):
        reasons += [
            Reason(code, "There is no such thing to open here.", f"/{name}/{index}")
            for index, one in enumerate(given)
            if one not in known or one in given[:index]
        ]
    return reasons
