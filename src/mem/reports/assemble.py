"""From what is a report made? Gathers the record of an evaluation, and stores what is assembled as a new version."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, insert, select

from mem.answers.service import current
from mem.assessments.service import concluded
from mem.assessments.voices import Voice, stances
from mem.core.canonical import digest_of
from mem.core.db import AnyRow
from mem.core.work import Work
from mem.evidence.service import pieces
from mem.ledger.service import record as add_event
from mem.methods.method import Method
from mem.reports.blocks import paragraphs
from mem.reports.comments import CONCLUDED, Change, changes
from mem.reports.definition import report_of
from mem.reports.models import ReportVersion
from mem.reports.record import Attached, Conclusion, Dissent, Given, Record, Source
from mem.rounds.standing import Standing, excluded, rated_units


def assemble(work: Work, where: Standing, cause: str) -> int:
    """Assemble the report of an evaluation from its record, with every accepted change, as a new version."""
    record = gather(work, where)
    report = record.report
    document = report.documents[where.cycle.document]
    made = [dict(vars(paragraph)) for paragraph in paragraphs(record, document.blocks)]
    title = record.fill(document.title, {})
    version = 1 + (newest_version(work, where.id) or 0)
    sha256 = digest_of({"title": title, "paragraphs": made})
    work.db.execute(
        insert(ReportVersion).values(
            evaluation_id=where.id,
            version=version,
            document=where.cycle.document,
            title=title,
            paragraphs=made,
            sha256=sha256,
            by=work.actor_id,
            at=work.now,
        )
    )
    data = {"version": version, "paragraphs": len(made), "sha256": sha256, "cause": cause}
    add_event(work, where.id, "report_assembled", data)
    return version


def gather(work: Work, where: Standing) -> Record:
    """Everything an evaluation's report is made from, in a fixed number of queries."""
    method, tree = where.method, where.tree
    out = excluded(work, where)
    rated = rated_units(work, where)
    answers, evidence = current(work, where.id), pieces(work, where.id)
    languages = method.mechanism.languages
    by_unit_answers = _answers(where, answers, out)
    by_unit_evidence: dict[str, list[Attached]] = {}
    for row, units in evidence:
        for unit in (unit for unit in units if unit not in out):
            by_unit_evidence.setdefault(unit, []).append(Attached(str(row.id), row.sha256, row.title))
    hashes = {str(row.id): row.sha256 for row, _ in evidence}
    found = concluded(work, where.id)
    changed = {key: change for key, change in changes(work, where.id).items() if _holds(key, change, found)}
    spoken = stances(work, where.id)
    member = method.members.member(where.state)
    names = {
        "state": member.names if member else {},
        "the_state": member.within_text if member else {},
        "official": member.official if member else {},
        "plan": tree.plan.title,
    }
    names["round"] = dict.fromkeys(languages, where.round_title)
    return Record(
        report=report_of(method),
        languages=languages,
        tree=tree,
        scale=where.scale,
        synthetic=where.synthetic,
        origin=[{"kind": "round", "code": where.round_code}, {"kind": "method", "sha256": method.digest}],
        names=names,
        excluded=out,
        rated=rated,
        answers=by_unit_answers,
        evidence=by_unit_evidence,
        totals={
            "judged": len(rated),
            "left_out": sum(unit.code in out for unit in tree.at(where.cycle.rated)),
            "answers": len({one.asked.question.key for unit in by_unit_answers for one in by_unit_answers[unit]}),
            "evidence": len({one.id for unit in by_unit_evidence for one in by_unit_evidence[unit]}),
        },
        conclusions={
            unit: _conclusion(row, changed, hashes, _dissents(method, spoken.get(unit, {})))
            for unit, row in found.items()
        },
        overrides={key: (change.text, change.sources) for key, change in changed.items() if change.text is not None},
    )


def newest_version(work: Work, evaluation_id: UUID) -> int | None:
    """The number of the newest version of a report, or None."""
    query = select(func.max(ReportVersion.version)).where(ReportVersion.evaluation_id == evaluation_id)
    found: int | None = work.db.execute(query).scalar()
    return found


def _answers(where: Standing, answers: Mapping[str, AnyRow], out: Container[str]) -> dict[str, list[Given]]:
    """By unit, the answers that count: those to questions that are shown, on units that are not left out."""
    values = {key: row.value for key, row in answers.items() if row.value is not None}
    found: dict[str, list[Given]] = {}
    shown = where.form.shown(values)
    for key, asked in where.form.asked.items():
        if key in answers and key in shown:
            row = answers[key]
            for unit in asked.units_in(out):
                found.setdefault(unit, []).append(Given(asked, row.version, row.value, row.not_applicable))
    return found


def _holds(key: str, change: Change, found: Mapping[str, AnyRow]) -> bool:
    """Whether a change still holds: not when what it changed has been concluded anew since."""
    concluded_on = found.get(change.unit or "")
    return key.rpartition("/")[2] not in CONCLUDED or concluded_on is None or concluded_on.at <= change.at


def _dissents(method: Method, spoken: Mapping[str, Voice]) -> list[Dissent]:
    """What is held against a conclusion, each with the names of the state whose voice says so."""
    named = {member.code: member.names for member in method.members.members}
    return [Dissent(one.state, named.get(one.state, {}), one.text) for one in spoken.values() if one.text is not None]


def _conclusion(
    row: AnyRow, changed: Mapping[str, Change], hashes: Mapping[str, str], dissents: Sequence[Dissent]
) -> Conclusion:
    sources: list[Source] = [{"kind": "conclusion", "unit": row.unit, "version": row.version}]
    for citation in row.citations:
        if "answer" in citation:
            sources.append({"kind": "answer", "question": citation["answer"], "version": citation["version"]})
        else:
            cited = citation["evidence"]
            sources.append({"kind": "evidence", "id": cited, "sha256": hashes[cited]})
    rating = row.rating
    for change in changed.values():
        if change.unit == row.unit and change.rating is not None:
            rating = change.rating
            sources.extend(change.sources)
    return Conclusion(row.text, rating, row.recommendation, sources, dissents)
