"""Which versions of a report are there, and which of them is public?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, insert, select

from mem.core.db import AnyRow
from mem.core.errors import NotFound
from mem.core.work import Work
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.recommendations.service import Recommended
from mem.reports.models import Publication, ReportVersion
from mem.rounds.models import CountryEvaluation, Cycle, Decision, Occasion, Round
from mem.rounds.standing import Standing, permitted


def report(work: Work, actor: Actor, evaluation_id: UUID, version: int | None) -> AnyRow:
    """A version of a report (the newest when None) for an actor who may see it. Raises `NotFound`."""
    permitted(work, actor, "report.read", evaluation_id)
    return stored(work, evaluation_id, version)


def stored(work: Work, evaluation_id: UUID, version: int | None = None) -> AnyRow:
    """As `report`, for whoever has asked the policy already."""
    query = select(ReportVersion.__table__).where(ReportVersion.evaluation_id == evaluation_id)
    if version is not None:
        query = query.where(ReportVersion.version == version)
    found = work.db.execute(query.order_by(ReportVersion.version.desc()).limit(1)).first()
    if found is None:
        raise NotFound("no_report", "There is no such report.")
    return found


def publish(work: Work, where: Standing) -> int:
    """Release the newest version to the public; its number."""
    found = stored(work, where.id)
    work.db.execute(insert(Publication).values(evaluation_id=where.id, version=found.version, at=work.now))
    record(work, where.id, "report_published", {"version": found.version, "sha256": found.sha256})
    return int(found.version)


def recommended(work: Work, where: Standing) -> list[Recommended]:
    """The recommendations in the newest version of a report, in its order."""
    return [
        Recommended(paragraph["unit"], paragraph["text"], paragraph["sources"])
        for paragraph in stored(work, where.id).paragraphs
        if paragraph["block"] == "recommendation"
    ]


def published(work: Work, round_code: str | None = None) -> list[AnyRow]:
    """Every published report, or those of one round: what `select` names below, by round, cycle and state. The occasion
    is the one that decided last, or nulls where the method asks for none."""
    last = (
        select(Decision.position_id, func.max(Decision.version).label("version"))
        .group_by(Decision.position_id)
        .subquery()
    )
    query = (
        select(
            Publication.evaluation_id,
            Round.code.label("round_code"),
            Round.title.label("round_title"),
            Round.synthetic,
            Cycle.code.label("cycle_code"),
            CountryEvaluation.state,
            ReportVersion.title,
            ReportVersion.sha256,
            Publication.version,
            Publication.at,
            Occasion.kind.label("occasion_kind"),
            Occasion.title.label("occasion_title"),
            Occasion.held_on,
        )
        .join(CountryEvaluation, CountryEvaluation.id == Publication.evaluation_id)
        .join(Round, Round.id == CountryEvaluation.round_id)
        .join(Cycle, Cycle.id == CountryEvaluation.cycle_id)
        .join(
            ReportVersion,
            (ReportVersion.evaluation_id == Publication.evaluation_id) & (ReportVersion.version == Publication.version),
        )
        .outerjoin(last, last.c.position_id == Publication.evaluation_id)
        .outerjoin(Decision, (Decision.position_id == last.c.position_id) & (Decision.version == last.c.version))
        .outerjoin(Occasion, Occasion.id == Decision.occasion_id)
        .order_by(Round.code, Cycle.code, CountryEvaluation.state)
    )
    if round_code is not None:
        query = query.where(Round.code == round_code)
    return list(work.db.execute(query))


def published_report(work: Work, round_code: str, cycle_code: str, state: str) -> tuple[AnyRow, AnyRow]:
    """A published report by its permanent address: its entry in the list, and the version. Raises `NotFound`."""
    for entry in published(work, round_code):
        if (entry.cycle_code, entry.state) == (cycle_code, state):
            return entry, stored(work, entry.evaluation_id, entry.version)
    raise NotFound
