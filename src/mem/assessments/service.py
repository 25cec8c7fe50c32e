"""How are findings written, handed in, and brought to one conclusion?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update

from mem.answers.service import newest
from mem.assessments.models import ConclusionVersion, FindingVersion
from mem.assessments.rules import Citable, Citation, Judgement, conclusion_faults, faults, language_faults
from mem.core.db import AnyRow
from mem.core.errors import Conflict, Invalid, Precondition, Reason
from mem.core.versions import Both, as_stored
from mem.core.work import Work
from mem.evidence.service import known
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.rounds.experts import own_assignment
from mem.rounds.models import Assignment
from mem.rounds.standing import Standing, may, permitted, rated_units

_latest = (
    select(ConclusionVersion.unit, func.max(ConclusionVersion.version).label("version"))
    .where(ConclusionVersion.evaluation_id == bindparam("evaluation"))
    .group_by(ConclusionVersion.unit)
    .subquery()
)
_CONCLUDED = (
    select(ConclusionVersion.__table__)
    .join(_latest, (_latest.c.unit == ConclusionVersion.unit) & (_latest.c.version == ConclusionVersion.version))
    .where(ConclusionVersion.evaluation_id == bindparam("evaluation"))
)
_FOUND = (
    select(FindingVersion.__table__)
    .where(
        FindingVersion.assignment_id == bindparam("assignment"),
        FindingVersion.unit.in_(bindparam("units", expanding=True)),
    )
    .order_by(FindingVersion.version)
)


def find(work: Work, actor: Actor, evaluation_id: UUID, findings: Sequence[Judgement]) -> list[tuple[str, int]]:
    """Write findings of the actor's own voice, all or none: each unit with its new version."""
    where = permitted(work, actor, "findings.edit", evaluation_id)
    mine = own_assignment(work, actor, evaluation_id)
    if mine.handed_in_at is not None:
        reason = Reason("handed_in", "This assessment is handed in and no longer changes.")
        raise Conflict("handed_in", reason.message, [reason])
    units = {unit.code for unit in rated_units(work, where)}
    citable = _citable(work, evaluation_id, findings)
    reasons = [reason for judged in findings for reason in faults(judged, units, where.scale, citable)]
    _refuse(where, reasons, findings)
    _on_base(findings, _newest_findings(work, mine.id, [judged.unit for judged in findings]))
    rows = [
        {
            "assignment_id": mine.id,
            "evaluation_id": evaluation_id,
            "unit": judged.unit,
            "version": judged.base + 1,
            "text": dict(judged.text),
            "rating": judged.rating,
            "citations": [_cited(citation) for citation in judged.citations],
            "by": actor.person_id,
            "at": work.now,
        }
        for judged in findings
    ]
    if rows:
        work.db.execute(insert(FindingVersion), rows)
        said = [{key: row[key] for key in ("unit", "version", "text", "rating", "citations")} for row in rows]
        record(work, evaluation_id, "findings_written", {"voice": mine.expert_state, "findings": said})
    return [(judged.unit, judged.base + 1) for judged in findings]


def hand_in(work: Work, actor: Actor, evaluation_id: UUID) -> None:
    """Declare the actor's assessment complete. Raises `Invalid` naming every unit without a finding."""
    where = permitted(work, actor, "findings.edit", evaluation_id)
    mine = own_assignment(work, actor, evaluation_id)
    if mine.handed_in_at is not None:
        reason = Reason("handed_in", "This assessment is handed in already.")
        raise Conflict("handed_in", reason.message, [reason])
    every = select(FindingVersion.unit).where(FindingVersion.assignment_id == mine.id)
    written = set(work.db.execute(every).scalars())
    open_units = [unit.code for unit in rated_units(work, where) if unit.code not in written]
    if open_units:
        reasons = [Reason("finding_missing", "A unit has no finding.", about=unit) for unit in open_units]
        raise Invalid("not_complete", "This assessment is not complete.", reasons)
    work.db.execute(update(Assignment).where(Assignment.id == mine.id).values(handed_in_at=work.now))
    record(work, evaluation_id, "assessment_handed_in", {"voice": mine.expert_state})


def reopen(work: Work, evaluation_id: UUID) -> None:
    """Let every voice that counts write findings again; each then hands in anew."""
    voices = work.db.execute(
        update(Assignment)
        .where(Assignment.evaluation_id == evaluation_id, Assignment.ended_at.is_(None))
        .values(handed_in_at=None)
        .returning(Assignment.expert_state)
    ).scalars()
    record(work, evaluation_id, "assessments_reopened", {"voices": sorted(voices)})


def findings(work: Work, actor: Actor, evaluation_id: UUID) -> list[AnyRow]:
    """The newest findings that the actor may see, of the voices that count: the own one's alone, or everybody's once
    the stage shows them."""
    where = permitted(work, actor, "findings.read", evaluation_id)
    latest = (
        select(FindingVersion.assignment_id, FindingVersion.unit, func.max(FindingVersion.version).label("version"))
        .where(FindingVersion.evaluation_id == evaluation_id)
        .group_by(FindingVersion.assignment_id, FindingVersion.unit)
        .subquery()
    )
    query = (
        select(
            Assignment.expert_state,
            FindingVersion.unit,
            FindingVersion.version,
            FindingVersion.text,
            FindingVersion.rating,
            FindingVersion.citations,
            FindingVersion.at,
        )
        .join(Assignment, Assignment.id == FindingVersion.assignment_id)
        .join(
            latest,
            (latest.c.assignment_id == FindingVersion.assignment_id)
            & (latest.c.unit == FindingVersion.unit)
            & (latest.c.version == FindingVersion.version),
        )
        .where(FindingVersion.evaluation_id == evaluation_id, Assignment.ended_at.is_(None))
        .order_by(Assignment.expert_state, FindingVersion.unit)
    )
    if not may(actor, "findings.read_all", where.place):
        query = query.where(Assignment.person_id == actor.person_id)
    return list(work.db.execute(query))


def conclude(work: Work, actor: Actor, evaluation_id: UUID, judged: Sequence[Judgement]) -> list[tuple[str, int]]:
    """Write conclusions of all experts, all or none: each unit with its new version, to which the voices speak anew."""
    where = permitted(work, actor, "conclusions.edit", evaluation_id)
    units = {unit.code for unit in rated_units(work, where)}
    citable = _citable(work, evaluation_id, judged)
    reasons = [reason for one in judged for reason in conclusion_faults(one, units, where.scale, citable)]
    _refuse(where, reasons, judged)
    _on_base(judged, concluded(work, evaluation_id, [one.unit for one in judged]))
    rows = [
        {
            "evaluation_id": evaluation_id,
            "unit": one.unit,
            "version": one.base + 1,
            "text": dict(one.text),
            "rating": one.rating,
            "recommendation": None if one.recommendation is None else dict(one.recommendation),
            "citations": [_cited(citation) for citation in one.citations],
            "by": actor.person_id,
            "at": work.now,
        }
        for one in judged
    ]
    if rows:
        work.db.execute(insert(ConclusionVersion), rows)
        kept = ("unit", "version", "text", "rating", "recommendation", "citations")
        said = [{key: row[key] for key in kept} for row in rows]
        record(work, evaluation_id, "conclusions_written", {"conclusions": said})
    return [(one.unit, one.base + 1) for one in judged]


def conclusions(work: Work, actor: Actor, evaluation_id: UUID) -> list[AnyRow]:
    """The newest conclusion on each unit, in the order of the plan."""
    where = permitted(work, actor, "conclusions.read", evaluation_id)
    found = concluded(work, evaluation_id)
    return [found[unit] for unit in where.tree.units if unit in found]


def concluded(work: Work, evaluation_id: UUID, units: Collection[str] | None = None) -> dict[str, AnyRow]:
    """As `conclusions`, by unit, for whoever has asked the policy already: of all units or of some. One query."""
    query = _CONCLUDED if units is None else _CONCLUDED.where(ConclusionVersion.unit.in_(units))
    return {row.unit: row for row in work.db.execute(query, {"evaluation": evaluation_id})}


def changed_since(work: Work, evaluation_id: UUID, rows: Sequence[AnyRow]) -> list[dict[str, int]]:
    """Of what each judgement cites the answers that there is a newer version of, with its number. One query."""
    cited = {one["answer"] for row in rows for one in row.citations if "answer" in one}
    now = newest(work, evaluation_id, cited) if cited else {}
    return [
        {
            one["answer"]: now[one["answer"]]
            for one in row.citations
            if "answer" in one and now[one["answer"]] > one["version"]
        }
        for row in rows
    ]


def _newest_findings(work: Work, assignment_id: UUID, units: Collection[str]) -> dict[str, AnyRow]:
    rows = work.db.execute(_FOUND, {"assignment": assignment_id, "units": list(units)})
    return {row.unit: row for row in rows}


def _citable(work: Work, evaluation_id: UUID, judged: Sequence[Judgement]) -> Citable:
    cited = [citation for one in judged for citation in one.citations]
    answers = {citation.answer for citation in cited if citation.answer is not None}
    evidence = {citation.evidence for citation in cited if citation.evidence is not None}
    return Citable(newest(work, evaluation_id, answers), known(work, evaluation_id, evidence))


def _cited(citation: Citation) -> dict[str, Any]:
    if citation.evidence is not None:
        return {"evidence": str(citation.evidence)}
    return {"answer": citation.answer, "version": citation.version}


def _refuse(where: Standing, reasons: list[Reason], judged: Sequence[Judgement]) -> None:
    reasons += [reason for one in judged for reason in language_faults(one, where.method.mechanism.languages)]
    units = [one.unit for one in judged]
    reasons += [
        Reason("twice", "This unit stands twice.", one.where)
        for index, one in enumerate(judged)
        if one.unit in units[:index]
    ]
    if reasons:
        raise Invalid("judgement_refused", "This cannot be stored.", reasons)


def _on_base(judged: Sequence[Judgement], newest: Mapping[str, AnyRow]) -> None:
    """Raises `Precondition` with both versions of each that was written meanwhile: whoever writes here sees them."""
    versions = {unit: row.version for unit, row in newest.items()}
    stale = [one for one in judged if versions.get(one.unit, 0) != one.base]
    if stale:
        reasons = [Reason("stale", f"The newest version is {versions.get(one.unit, 0)}.", one.where) for one in stale]
        both = [Both(one.where, _sent(one), as_stored(newest.get(one.unit), "text", "rating")) for one in stale]
        raise Precondition("stale", "Somebody wrote meanwhile.", reasons, both)


def _sent(one: Judgement) -> dict[str, Any]:
    return {"version": one.base + 1, "text": dict(one.text), "rating": one.rating}
