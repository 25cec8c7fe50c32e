"""Who takes out every draft of a round at once? Two persons together, for a time, and each state's chain says so."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from mem.approvals.service import GIVEN, WAITING, Asked, Waiting, ask, found, waiting
from mem.core.db import AnyRow
from mem.core.errors import Conflict, NotFound, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.methods.service import lock
from mem.people.policy import Actor, Place
from mem.reports.models import ReportVersion
from mem.rounds.models import CountryEvaluation
from mem.rounds.standing import may, permit, round_standing, standing

EXPORT = "export_drafts"


def ask_to_export(work: Work, actor: Actor, round_id: UUID, reason: str) -> UUID:
    """Ask for all drafts of a round; a second person then approves it. Raises `Conflict` when that waits already."""
    lock(work, round_id)
    where = round_standing(work, round_id)
    permit(work, actor, "drafts.export", where.place())
    if any(one.act == EXPORT for one in waiting(work, subject_id=round_id)):
        held = Reason(WAITING, "This was asked for, and waits for a second person.")
        raise Conflict(held.code, held.message, [held])
    asked = Asked(EXPORT, round_id, where.version, {"reason": reason}, round_id, round_id)
    return ask(work, asked, where.method.second_until(work.now))


def hand_out(work: Work, approval: Waiting) -> None:
    """From now on both persons may take the drafts out. Each state whose report is among them is told: its chain says
    so."""
    data = {"approval": str(approval.id), **approval.named}
    record(work, approval.round_id, "drafts_exported", data)
    for evaluation_id in dict.fromkeys(row.evaluation_id for row in _newest(work, approval.round_id)):
        record(work, evaluation_id, "drafts_exported", data)


def drafts(work: Work, actor: Actor, approval_id: UUID) -> list[AnyRow]:
    """The newest version of every report of the round that whoever asks may read, for the two persons, until the time
    of the approval is over. Raises `NotFound`."""
    permit(work, actor, "approval.read", Place({}))
    one = found(work, approval_id)
    over = one.expires_at is not None and one.expires_at <= work.now
    if one.act != EXPORT or one.outcome != GIVEN or over or actor.person_id not in (one.asked_by, one.settled_by):
        raise NotFound
    permit(work, actor, "drafts.export", round_standing(work, one.round_id).place())
    newest = _newest(work, one.round_id)
    return [row for row in newest if may(actor, "report.read", standing(work, row.evaluation_id, actor).place)]


def _newest(work: Work, round_id: UUID) -> list[AnyRow]:
    rows = work.db.execute(
        select(ReportVersion.__table__, CountryEvaluation.state)
        .join(CountryEvaluation, CountryEvaluation.id == ReportVersion.evaluation_id)
        .where(CountryEvaluation.round_id == round_id)
        .order_by(CountryEvaluation.state, ReportVersion.evaluation_id, ReportVersion.version)
    )
    return list({row.evaluation_id: row for row in rows}.values())
