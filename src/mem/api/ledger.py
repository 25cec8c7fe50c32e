"""The record for those who are to check it: chain heads, signed checkpoints, receipts, and leaves."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from mem.api.routing import Shown, acts, router
from mem.core.db import AnyRow
from mem.http.unit import Reading
from mem.ledger.checkpoints import checkpoint, receipts
from mem.ledger.export import leaves
from mem.ledger.service import chains
from mem.people.actions import RECORDED
from mem.people.policy import seen_by
from mem.rounds.standing import permitted

routes = router("ledger")
Number = Annotated[int | None, Query(ge=1, le=2**53, description="Null: the newest.")]
SUBMITTED = "answers_submitted"


class ChainShown(Shown):
    id: UUID
    kind: str
    events: int
    head: str


class LedgerShown(Shown):
    chains: list[ChainShown]


class Signed(Shown):
    """A statement, the signature over its RFC 8785 bytes (base64, Ed25519), and the public key to check it by."""

    statement: dict[str, Any]
    public_key: str
    signature: str


class SignedList(Shown):
    receipts: list[Signed]


class LeafShown(Shown):
    """An event of a chain; `type`, `canonical` and `salt` (base64) are null where you may not read it."""

    chain: UUID
    position: int
    type: str | None
    canonical: str | None
    salt: str | None
    leaf: str
    link: str


class LeafList(Shown):
    leaves: list[LeafShown]


@routes.get("/ledger", openapi_extra=acts("record.read"), operation_id="ledger")
def get_ledger(door: Reading) -> LedgerShown:
    """Every chain of the ledger with its head."""
    door.allow(*door.house.within())
    rows = chains(door.work)
    return LedgerShown(chains=[ChainShown(id=one, kind=kind, events=seq, head=head) for one, kind, seq, head in rows])


@routes.get("/ledger/checkpoint", openapi_extra=acts("published.read"), operation_id="checkpoint")
def get_checkpoint(door: Reading, number: Number = None) -> Signed:
    """A signed list of all chain heads, for anybody to keep. It tells how many events each chain has, nothing of
    what they say."""
    return Signed(**checkpoint(door.work, number))


@routes.get("/evaluations/{evaluation}/receipts", openapi_extra=acts("answers.read"), operation_id="receipts")
def get_receipts(evaluation: UUID, door: Reading) -> SignedList:
    """A signed receipt for each submission: chain, position, leaf, and the digest of what was submitted."""
    permitted(door.work, door.actor, "answers.read", evaluation)
    found = receipts(door.work, door.house.key, evaluation, SUBMITTED)
    return SignedList(receipts=[Signed(**one) for one in found])


@routes.get("/evaluations/{evaluation}/leaves", openapi_extra=acts("evaluation.read"), operation_id="leaves")
def get_leaves(evaluation: UUID, door: Reading) -> LeafList:
    """Every event of an evaluation's chain, opaque where you may not read it."""
    where = permitted(door.work, door.actor, "evaluation.read", evaluation)
    seen = seen_by(door.actor, where.place)

    def readable(event: AnyRow) -> bool:
        return RECORDED.get(event.type) in seen

    return LeafList(leaves=[LeafShown(**one) for one in leaves(door.work, evaluation, readable)])
