"""How is a method pinned and read back, and how does a subject take its place and move on?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import insert, select, update

from mem.core.canonical import canonical, digest, digest_of
from mem.core.errors import MethodDamaged, Precondition
from mem.core.work import Work
from mem.ledger.service import ADMINISTRATION, hold
from mem.methods.method import Method
from mem.methods.models import AllowedTransition, MethodChange, MethodPart, MethodRow, Position, StageMove

_read: dict[str, Method] = {}  # pinned methods never change, so what was read and verified once holds


def pin(work: Work, method: Method) -> None:
    """Copy a method into the database (once a digest), with the moves it allows."""
    if _is_pinned(work, method):
        return
    hold(work, ADMINISTRATION)  # of two who pin it at once, the second finds it pinned
    if _is_pinned(work, method):
        return
    mechanism = method.mechanism
    work.db.execute(
        insert(MethodRow).values(
            digest=method.digest,
            mechanism=mechanism.mechanism,
            version=mechanism.version,
            pinned_at=work.now,
        )
    )
    copies = [(name, canonical(data)) for name, data in method.parts.items()]
    work.db.execute(
        insert(MethodPart),
        [{"method": method.digest, "name": name, "digest": digest(data), "canonical": data} for name, data in copies],
    )
    work.db.execute(insert(AllowedTransition), [*_moves(method)])


def _is_pinned(work: Work, method: Method) -> bool:
    return work.db.execute(select(MethodRow.digest).where(MethodRow.digest == method.digest)).first() is not None


def _moves(method: Method) -> Iterator[dict[str, object]]:
    """Every move that the workflows allow; from nowhere to the initial stage is one."""
    for workflow in method.workflows.values():
        base = {"method": method.digest, "workflow": workflow.workflow}
        yield {**base, "from_stage": "", "trigger": "", "to_stage": workflow.initial, "two_persons": False}
        for transition in workflow.transitions:
            move = {**base, "trigger": transition.trigger, "two_persons": bool(transition.second)}
            for stage in transition.from_:
                yield {**move, "from_stage": stage, "to_stage": transition.leads(stage)}


def pinned(work: Work, method_digest: str) -> Method:
    """The pinned method of this digest. Raises `MethodDamaged` when its copy no longer has it."""
    if method_digest not in _read:
        rows = work.db.execute(
            select(MethodPart.name, MethodPart.digest, MethodPart.canonical).where(MethodPart.method == method_digest)
        )
        digests, parts = {}, {}
        for name, said, data in rows:
            if digest(data) != said:
                raise MethodDamaged(f"the pinned copy of {name} (method {method_digest[:12]}) is damaged")
            digests[name], parts[name] = said, json.loads(data)
        if digest_of(digests) != method_digest:
            raise MethodDamaged(f"the pinned method {method_digest[:12]} is incomplete or damaged")
        _read[method_digest] = Method(method_digest, parts)
    return _read[method_digest]


def verify_pinned(work: Work) -> int:
    """Read every pinned method afresh; the number of them. Raises `MethodDamaged`."""
    _read.clear()
    digests = list(work.db.execute(select(MethodRow.digest)).scalars())
    for one in digests:
        pinned(work, one)
    return len(digests)


def place(work: Work, position_id: UUID, subject: str, method: Method, workflow: str) -> None:
    """Put a new subject at the beginning of its road, at version 1."""
    work.db.execute(
        insert(Position).values(
            id=position_id,
            subject=subject,
            method=method.digest,
            workflow=workflow,
            stage=method.workflows[workflow].initial,
            version=1,
            entered_at=work.now,
        )
    )


def lock(work: Work, position_id: UUID) -> tuple[str, int] | None:
    """Lock a subject's row (the first statement of every command on it): its stage and version, or None."""
    found = work.db.execute(
        select(Position.stage, Position.version).where(Position.id == position_id).with_for_update()
    ).first()
    return None if found is None else (found.stage, found.version)


def move(
    work: Work,
    position_id: UUID,
    method: Method,
    workflow: str,
    trigger: str,
    seen: tuple[str, int],
    to: str,
    approval_id: UUID | None = None,
    stays: bool = False,
) -> int:
    """Compare-and-swap a subject to its next stage, with the move that the database demands for it.

    `seen` is the (stage, version) decided upon; `approval_id` what a second person gave, where it takes one; what
    `stays` where it is came there when it did. Returns the new version; raises `Precondition` when another won. Called
    by `process.advance` alone.
    """
    stage, version = seen
    work.db.execute(
        insert(StageMove).values(
            position_id=position_id,
            seq=version + 1,
            method=method.digest,
            workflow=workflow,
            from_stage=stage,
            trigger=trigger,
            to_stage=to,
            by=work.actor_id,
            at=work.now,
            approval_id=approval_id,
        )
    )
    swapped = work.db.execute(
        update(Position)
        .where(Position.id == position_id, Position.version == version, Position.stage == stage)
        .values(stage=to, version=version + 1, entered_at=Position.entered_at if stays else work.now)
    )
    return _swapped(swapped.rowcount, version + 1)


def repin(
    work: Work,
    position_id: UUID,
    old: Method,
    new: Method,
    workflow: str,
    seen: tuple[str, int],
    to: str,
    reason: str,
) -> int:
    """Put a subject on the same road of another pinned method, with the row that the database demands for it: into the
    stage of the same name, or, where that is gone, into another. It has been there since it entered the one it left.

    Returns the new version; raises `Precondition` when another moved it. Called by `process.migrating` alone.
    """
    stage, version = seen
    work.db.execute(
        insert(MethodChange).values(
            position_id=position_id,
            seq=version + 1,
            workflow=workflow,
            from_method=old.digest,
            to_method=new.digest,
            from_stage=stage,
            to_stage=to,
            reason=reason,
            by=work.actor_id,
            at=work.now,
        )
    )
    swapped = work.db.execute(
        update(Position)
        .where(Position.id == position_id, Position.version == version, Position.stage == stage)
        .values(stage=to, version=version + 1, method=new.digest)
    )
    return _swapped(swapped.rowcount, version + 1)


def _swapped(rows: int, version: int) -> int:
    if rows != 1:
        raise Precondition("stale", "Another request moved this meanwhile.")
    return version
