"""How does a reply on paper come in? Somebody types it in on behalf of a state, and the state confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert

from mem.answers.models import Confirmation
from mem.answers.service import NewAnswer, current, store
from mem.core.errors import Invalid, Precondition, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.rounds.standing import permitted


@dataclass(frozen=True)
class Confirmed:
    """An answer that the state confirms, in the version it saw; `where` points into the body."""

    question: str
    version: int
    where: str = ""


def give_on_behalf(
    work: Work, actor: Actor, evaluation_id: UUID, answers: Sequence[NewAnswer], paper: str
) -> list[tuple[str, int]]:
    """Give answers that a state sent on paper, all or none: each question with its new version. Both are named, who
    typed and the state. Raises as `answers.service.give`."""
    where = permitted(work, actor, "answers.give_on_behalf", evaluation_id)
    return store(work, actor, where, answers, paper=paper)


def confirm(work: Work, actor: Actor, evaluation_id: UUID, confirmed: Sequence[Confirmed]) -> None:
    """The state says of answers given on its behalf that they are its own, all or none; one that is wrong it corrects
    by an answer of its own. Raises `Invalid`, `Precondition`."""
    where = permitted(work, actor, "answers.confirm", evaluation_id)
    found = current(work, evaluation_id)
    reasons = []
    for index, one in enumerate(confirmed):
        row = found.get(one.question)
        if one.question in [before.question for before in confirmed[:index]]:
            reasons.append(Reason("twice", "This question stands twice.", one.where))
        if row is None or row.on_behalf_of is None:
            reasons.append(Reason("not_on_behalf", "Nobody answered this on behalf of the state.", one.where))
        elif row.confirmed_at is not None:
            reasons.append(Reason("confirmed_already", "This is confirmed already.", one.where))
    if reasons:
        raise Invalid("not_confirmed", "These answers cannot be confirmed.", reasons)
    stale = [one for one in confirmed if found[one.question].version != one.version]
    if stale:
        changed = [Reason("stale", f"The newest version is {found[one.question].version}.", one.where) for one in stale]
        raise Precondition("stale", "Somebody answered meanwhile.", changed)
    rows = [
        {
            "evaluation_id": evaluation_id,
            "question": one.question,
            "version": one.version,
            "by": actor.person_id,
            "at": work.now,
        }
        for one in confirmed
    ]
    work.db.execute(insert(Confirmation), rows)
    said = [
        {"question": one.question, "version": one.version, "typed_by": str(found[one.question].by)} for one in confirmed
    ]
    record(work, evaluation_id, "answers_confirmed", {"state": where.state, "answers": said})
