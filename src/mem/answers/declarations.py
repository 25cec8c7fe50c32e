"""What does a state say not to apply to it, of any level of the plan, and why?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, func, insert, select

from mem.answers.models import DeclarationVersion
from mem.core.db import AnyRow
from mem.core.errors import Invalid, Precondition, Reason
from mem.core.work import Work
from mem.ledger.service import record
from mem.people.policy import Actor
from mem.plans.definition import Tree
from mem.rounds.standing import excluded, only_opened, permitted

_latest = (
    select(DeclarationVersion.unit, func.max(DeclarationVersion.version).label("version"))
    .where(DeclarationVersion.evaluation_id == bindparam("evaluation"))
    .group_by(DeclarationVersion.unit)
    .subquery()
)
_CURRENT = (
    select(DeclarationVersion.__table__)
    .join(_latest, (_latest.c.unit == DeclarationVersion.unit) & (_latest.c.version == DeclarationVersion.version))
    .where(DeclarationVersion.evaluation_id == bindparam("evaluation"))
    .order_by(DeclarationVersion.unit)
)


def declare(work: Work, actor: Actor, evaluation_id: UUID, unit: str, reason: str | None, base: int) -> int:
    """Say that a unit, with all below it, does not apply to the state, and why; without a reason, that it does. The
    new version, on the one that was seen (0: none). The experts judge the unit all the same. Raises `Invalid`,
    `Precondition`."""
    where = permitted(work, actor, "answers.edit", evaluation_id)
    limits, reasons = only_opened(actor, "answers.edit", where), []
    if unit not in where.tree.units:
        reasons.append(Reason("unknown_unit", "The plan has no such unit.", about="path:unit"))
    elif unit in excluded(work, where):
        reasons.append(Reason("left_out", "This cycle leaves the unit out.", about="path:unit"))
    elif limits is not None and not any(one.lets("answers", (), [unit], where.tree) for one in limits):
        reasons.append(Reason("not_opened", "This unit is not opened again.", about="path:unit"))
    found = said(work, evaluation_id).get(unit)
    if reason is None and (found is None or found.reason is None):
        reasons.append(Reason("not_declared", "There is nothing to take back.", "/reason"))
    if reasons:
        raise Invalid("not_declared", "This cannot be declared.", reasons)
    newest = 0 if found is None else int(found.version)
    if newest != base:
        raise Precondition(
            "stale", "Somebody declared meanwhile.", [Reason("stale", f"The newest version is {newest}.")]
        )
    row = {"evaluation_id": evaluation_id, "unit": unit, "version": base + 1, "reason": reason}
    work.db.execute(insert(DeclarationVersion).values(**row, by=actor.person_id, at=work.now))
    record(work, evaluation_id, "unit_declared", {"unit": unit, "version": base + 1, "reason": reason})
    return base + 1


def declarations(work: Work, actor: Actor, evaluation_id: UUID) -> list[AnyRow]:
    """The newest declaration on each unit that there is one on, for whoever reads the answers."""
    permitted(work, actor, "answers.read", evaluation_id)
    return list(said(work, evaluation_id).values())


def said(work: Work, evaluation_id: UUID) -> dict[str, AnyRow]:
    """As `declarations`, by unit, for whoever has asked the policy already."""
    return {row.unit: row for row in work.db.execute(_CURRENT, {"evaluation": evaluation_id})}


def not_applicable(work: Work, evaluation_id: UUID, tree: Tree) -> frozenset[str]:
    """The units that do not apply as the state says, with all below them: questions on these are not demanded."""
    stated = [unit for unit, row in said(work, evaluation_id).items() if row.reason is not None]
    return frozenset(unit.code for code in stated for unit in tree.below(code))
