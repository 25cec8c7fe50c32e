"""How does a repeated request take effect once? Its key is looked up before and stored with the effect."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select

from mem.core.errors import Conflict, Invalid, Reason
from mem.core.work import Work
from mem.idempotency.models import Idempotency

_FIND = select(Idempotency.route, Idempotency.body_sha256, Idempotency.result).where(
    Idempotency.person_id == bindparam("person"), Idempotency.key == bindparam("key")
)
_ADD = insert(Idempotency)
_TAKE = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("key"), 0)))


def replayed(work: Work, person_id: UUID, key: str, route: str, body_sha256: str) -> tuple[bool, Any]:
    """(True, reference to the first result) when this request took effect before, else (False, None).

    Raises `Invalid` when the key was used for another route or body, and `Conflict` while a request with it is being
    worked on (on SQLite, that has its turn first): it is never told of itself that it came too late.
    """
    if work.db.dialect.name == "postgresql" and not work.db.execute(_TAKE, {"key": f"{person_id} {key}"}).scalar_one():
        message = "A request with this key is being worked on; ask again."
        raise Conflict("key_in_flight", message, [Reason("key_in_flight", message, about="header:Idempotency-Key")])
    found = work.db.execute(_FIND, {"person": person_id, "key": key}).first()
    if found is None:
        return False, None
    if (found.route, found.body_sha256) != (route, body_sha256):
        message = "This Idempotency-Key was used before, for another request."
        raise Invalid("key_reused", message, [Reason("key_reused", message, about="header:Idempotency-Key")])
    return True, found.result


def remember(work: Work, person_id: UUID, key: str, route: str, body_sha256: str, result: Any) -> None:
    """Store the key with its result in the transaction of the effect. A key in flight breaks the primary key."""
    row = {"person_id": person_id, "key": key, "route": route, "body_sha256": body_sha256, "result": result}
    work.db.execute(_ADD, {**row, "at": work.outside})
