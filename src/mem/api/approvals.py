"""What takes two persons, over HTTP: what waits for the second, approving it, taking it back; all drafts at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from mem.api.routing import Prose, Shown, Taken, acts, router
from mem.http.unit import Door, IdempotencyKey, Reading, Writing
from mem.process import approving
from mem.reports import drafts

routes = router("approvals")


class ApprovalShown(Shown):
    """What one person asked for and another approves: `act` on a subject, with its content."""

    id: UUID
    act: str
    subject_id: UUID
    version: int
    content: dict[str, Any]
    round_id: UUID
    asked_by: UUID
    asked_at: datetime
    expires_at: datetime | None
    outcome: str | None
    settled_by: UUID | None
    settled_at: datetime | None


ASKED: dict[int | str, dict[str, Any]] = {
    202: {"model": ApprovalShown, "description": "Asked for; it waits for a second person."}
}
"""The `responses` of a route that may be answered so."""


class ApprovalList(Shown):
    approvals: list[ApprovalShown]


class Export(Taken):
    reason: Prose = Field(examples=["The drafts are laid before the Commission on paper."])


class DraftShown(Shown):
    """The newest version of a report; `paragraphs` as the report shows them."""

    evaluation_id: UUID
    state: str
    document: str
    version: int
    title: dict[str, str]
    sha256: str
    at: datetime
    paragraphs: list[dict[str, Any]]


class DraftList(Shown):
    drafts: list[DraftShown]


def asked(door: Door, approval: str | UUID) -> ApprovalShown:
    """An approval as it is shown to whom it concerns."""
    return ApprovalShown.model_validate(approving.shown(door.work, door.actor, UUID(str(approval))))


@routes.get("/rounds/{round}/approvals", openapi_extra=acts("approval.read"), operation_id="approvals")
def get_approvals(round: UUID, door: Reading) -> ApprovalList:
    """What waits in the round for a second person, as far as it concerns you: what you asked for, or could approve."""
    found = approving.listed(door.work, door.actor, round)
    return ApprovalList(approvals=[ApprovalShown.model_validate(one) for one in found])


@routes.get("/approvals/{approval}", openapi_extra=acts("approval.read"), operation_id="approval")
def get_approval(approval: UUID, door: Reading) -> ApprovalShown:
    """What was asked for, and what became of it."""
    return asked(door, approval)


@routes.post("/approvals/{approval}/second", openapi_extra=acts("approval.settle"), operation_id="second")
def post_second(approval: UUID, door: Writing, key: IdempotencyKey = None) -> ApprovalShown:
    """Approve what another person asked for, as the second person; it is done at once."""

    def act() -> str:
        return str(approving.second(door.work, door.actor, approval).id)

    return door.once(act, lambda done: asked(door, done), lambda: asked(door, approval))


@routes.post("/approvals/{approval}/withdraw", openapi_extra=acts("approval.settle"), operation_id="withdraw")
def post_withdraw(approval: UUID, door: Writing, key: IdempotencyKey = None) -> ApprovalShown:
    """Take back what you asked for."""

    def act() -> str:
        return str(approving.take_back(door.work, door.actor, approval).id)

    return door.once(act, lambda done: asked(door, done), lambda: asked(door, approval))


@routes.post(
    "/rounds/{round}/drafts", status_code=202, openapi_extra=acts("drafts.export"), operation_id="export_drafts"
)
def post_drafts(round: UUID, body: Export, door: Writing, key: IdempotencyKey = None) -> ApprovalShown:
    """Ask for all drafts of a round; once a second person approves it, `/approvals/{approval}/drafts` holds them."""

    def act() -> str:
        return str(drafts.ask_to_export(door.work, door.actor, round, body.reason))

    return door.once(act, lambda done: asked(door, done), door.reads("round.read"))


@routes.get("/approvals/{approval}/drafts", openapi_extra=acts("drafts.export"), operation_id="drafts")
def get_drafts(approval: UUID, door: Reading) -> DraftList:
    """The newest version of every report of the round that you may read: for the two persons who asked and approved."""
    found = drafts.drafts(door.work, door.actor, approval)
    return DraftList(drafts=[DraftShown.model_validate(one) for one in found])
