"""How is evidence attached, listed and read?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from mem.core.db import AnyRow
from mem.core.errors import Invalid, NotAllowed, NotFound, Reason
from mem.core.work import Work
from mem.evidence.models import Evidence, EvidenceUnit
from mem.evidence.store import Store
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.questionnaires.types import is_link
from mem.rounds.opened import Opened
from mem.rounds.standing import Standing, only_opened, permitted

MEDIA_TYPES = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "text/plain": b"",
    "text/csv": b"",
}
"""The types accepted, each with the bytes such a file begins with; a text holds no control characters anywhere."""
CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r"))
_KNOWN = select(Evidence.id).where(Evidence.evaluation_id == bindparam("evaluation"))
_KNOWN_OF = _KNOWN.where(Evidence.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True)
class NewLink:
    """A link to be attached: its title and address, the units it supports, and what is known of the document."""

    title: str
    url: str
    units: Sequence[str]
    issued_on: date | None = None
    language: str | None = None


@dataclass(frozen=True)
class NewFile:
    """A small file to be attached."""

    title: str
    file_name: str
    media_type: str
    data: bytes
    units: Sequence[str]


def attach_links(work: Work, actor: Actor, evaluation_id: UUID, links: Sequence[NewLink]) -> list[UUID]:
    """Attach links, all or none."""
    where = permitted(work, actor, "evidence.edit", evaluation_id)
    reasons = []
    for index, link in enumerate(links):
        reasons.extend(_closed(actor, where, link.units, f"/links/{index}/units"))
        if not is_link(link.url):
            reasons.append(Reason("wrong_value", "Expected an http or https address.", f"/links/{index}/url"))
        if link.issued_on is not None and link.issued_on > work.now.date():
            message = "A document that is still to be issued is no evidence yet."
            reasons.append(Reason("in_the_future", message, f"/links/{index}/issued_on"))
        reasons.extend(_unknown_units(where, link.units, f"/links/{index}/units"))
    if reasons:
        raise Invalid("evidence_refused", "This evidence cannot be attached.", reasons)
    made = [work.new_id() for _ in links]
    if not made:
        return made
    rows = [
        {
            "id": one,
            "evaluation_id": evaluation_id,
            "kind": "link",
            "title": link.title,
            "url": link.url,
            "sha256": hashlib.sha256(link.url.encode()).hexdigest(),
            "issued_on": link.issued_on,
            "language": link.language,
            "by": actor.person_id,
            "at": work.now,
        }
        for one, link in zip(made, links, strict=True)
    ]
    work.db.execute(insert(Evidence), rows)
    _tie(work, [(one, unit) for one, link in zip(made, links, strict=True) for unit in link.units])
    said = [
        {"evidence": str(row["id"]), "url": row["url"], "title": row["title"], "units": list(link.units)}
        for row, link in zip(rows, links, strict=True)
    ]
    record(work, evaluation_id, "evidence_attached", {"links": said})
    return made


def attach_file(work: Work, actor: Actor, store: Store, evaluation_id: UUID, file: NewFile) -> UUID:
    """Keep a small file and attach it. The bytes are safe on disk before the row speaks of them."""
    where = permitted(work, actor, "evidence.edit", evaluation_id)
    reasons = [*_unknown_units(where, file.units, "query:unit"), *_closed(actor, where, file.units, "query:unit")]
    if not _matches(file.media_type, file.data):
        message = "Accepted are " + ", ".join(sorted(MEDIA_TYPES)) + ", with content to match."
        reasons.append(Reason("wrong_type", message, about="header:Content-Type"))
    if not file.data:
        reasons.append(Reason("empty", "The file is empty.", ""))
    if reasons:
        raise Invalid("evidence_refused", "This evidence cannot be attached.", reasons)
    sha256 = store.put(file.data)
    evidence_id = work.new_id()
    work.db.execute(
        insert(Evidence).values(
            id=evidence_id,
            evaluation_id=evaluation_id,
            kind="file",
            title=file.title,
            file_name=file.file_name,
            media_type=file.media_type,
            size=len(file.data),
            sha256=sha256,
            by=actor.person_id,
            at=work.now,
        )
    )
    _tie(work, [(evidence_id, unit) for unit in file.units])
    data = {"evidence": str(evidence_id), "sha256": sha256, "title": file.title, "units": list(file.units)}
    record(work, evaluation_id, "evidence_attached", {"file": data})
    return evidence_id


def listed(work: Work, actor: Actor, evaluation_id: UUID) -> list[tuple[AnyRow, list[str]]]:
    """The evidence of an evaluation, oldest first, each with the units it supports."""
    permitted(work, actor, "evidence.read", evaluation_id)
    return pieces(work, evaluation_id)


def pieces(work: Work, evaluation_id: UUID) -> list[tuple[AnyRow, list[str]]]:
    """As `listed`, for whoever has asked the policy already."""
    rows = work.db.execute(
        select(Evidence.__table__).where(Evidence.evaluation_id == evaluation_id).order_by(Evidence.at, Evidence.id)
    ).all()
    ties = work.db.execute(
        select(EvidenceUnit.evidence_id, EvidenceUnit.unit)
        .join(Evidence, Evidence.id == EvidenceUnit.evidence_id)
        .where(Evidence.evaluation_id == evaluation_id)
        .order_by(EvidenceUnit.unit)
    )
    units: dict[UUID, list[str]] = {}
    for evidence_id, unit in ties:
        units.setdefault(evidence_id, []).append(unit)
    return [(row, units.get(row.id, [])) for row in rows]


def content(work: Work, actor: Actor, store: Store, evidence_id: UUID) -> tuple[AnyRow, bytes]:
    """A file with its bytes. Raises `NotFound` for a link, for what is not there, and for what is not for the actor,
    who is told nothing else: its address names no evaluation, so a refusal would say that there is such a paper."""
    found = work.db.execute(select(Evidence.__table__).where(Evidence.id == evidence_id)).first()
    if found is None or found.kind != "file":
        raise NotFound
    try:
        permitted(work, actor, "evidence.read", found.evaluation_id)
    except NotAllowed:
        raise NotFound from None
    return found, store.get(found.sha256)


def known(work: Work, evaluation_id: UUID, ids: Collection[UUID] | None = None) -> set[UUID]:
    """The ids of the evidence of an evaluation, or those of these that are."""
    if ids is None:
        return set(work.db.execute(_KNOWN, {"evaluation": evaluation_id}).scalars())
    return set(work.db.execute(_KNOWN_OF, {"evaluation": evaluation_id, "ids": list(ids)}).scalars())


def _matches(media_type: str, data: bytes) -> bool:
    start = MEDIA_TYPES.get(media_type)
    if start is None or not data.startswith(start):
        return False
    return not media_type.startswith("text/") or data.translate(None, CONTROLS) == data


def kept(work: Work) -> list[str]:
    """The SHA-256 of every file that a row speaks of, each once, in order."""
    files = select(Evidence.sha256).where(Evidence.kind == "file").distinct().order_by(Evidence.sha256)
    return list(work.db.execute(files).scalars())


def _unknown_units(where: Standing, units: Sequence[str], pointer: str) -> list[Reason]:
    place = "about" if pointer.startswith("query:") else "where"
    if not units:
        return [Reason("unit_needed", "Evidence supports at least one unit of the plan.", **{place: pointer})]
    return [
        Reason("unknown_unit", "The plan has no such unit.", **{place: f"{pointer}/{index}"})
        for index, unit in enumerate(units)
        if unit not in where.tree.units or unit in units[:index]
    ]


def _closed(actor: Actor, where: Standing, units: Sequence[str], pointer: str) -> list[Reason]:
    """Each unit that nothing opened again is about, where nothing else lets evidence be attached."""
    limits = only_opened(actor, "evidence.edit", where)
    place = "about" if pointer.startswith("query:") else "where"
    return [
        Reason("not_opened", "Nothing on this unit is opened again.", **{place: f"{pointer}/{index}"})
        for index, unit in enumerate(units)
        if limits is not None and unit in where.tree.units and not any(_lets(one, unit, where) for one in limits)
    ]


def _lets(opening: Opened, unit: str, where: Standing) -> bool:
    about = [asked.question.key for asked in where.form.by_unit.get(unit, ())]
    return opening.lets("evidence", about, [unit], where.tree)


def _tie(work: Work, ties: list[tuple[UUID, str]]) -> None:
    work.db.execute(insert(EvidenceUnit), [{"evidence_id": one, "unit": unit} for one, unit in ties])
