"""How do persons, roles and tokens come to be, and who stands behind a token?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from mem.core.db import AnyRow
from mem.core.errors import Invalid, NotAuthenticated, NotFound, Reason
from mem.core.work import Work
from mem.ledger.service import ADMINISTRATION, record
from mem.methods.method import Method
from mem.people.models import Membership, Person, Token
from mem.people.policy import CAPABILITIES, Actor, Grant

TOKEN = re.compile(r"^mem_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$")
LONGEST = timedelta(days=366)
_TOKEN = (
    select(Token.person_id, Token.secret_sha256, Token.scope, Token.expires_at, Token.revoked_at, Person.name)
    .join(Person, Person.id == Token.person_id)
    .where(Token.id == bindparam("token"))
)
_GRANTS = (
    select(Membership.role, Membership.state)
    .where(Membership.person_id == bindparam("person"), Membership.ended_at.is_(None))
    .order_by(Membership.granted_at, Membership.id)
)
UNKNOWN = NotAuthenticated("not_authenticated", "A valid token is needed: Authorization: Bearer mem_…")


def add_person(work: Work, name: str) -> UUID:
    """A new person, who holds no role yet."""
    person_id = work.new_id()
    work.db.execute(insert(Person).values(id=person_id, name=name, created_at=work.now))
    record(work, ADMINISTRATION, "person_added", {"person": str(person_id), "name": name})
    return person_id


def grant_role(work: Work, method: Method, person_id: UUID, role: str, state: str | None) -> UUID:
    """Give a person a role. Raises `Invalid` with every reason: unknown role or state, a state missing or too many,
    or a person who would both evaluate and answer for one state: whoever evaluates does so for every other state."""
    work.db.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    person(work, person_id)
    reasons = []
    definition = method.roles.get(role)
    if definition is None:
        reasons.append(Reason("unknown_role", "There is no such role.", "/role"))
    elif definition.of_a_state and state is None:
        reasons.append(Reason("state_needed", "This role is held for a state.", "/state"))
    elif not definition.of_a_state and state is not None:
        reasons.append(Reason("state_not_meant", "This role is not held for a state.", "/state"))
    if state is not None and method.members.member(state) is None:
        reasons.append(Reason("unknown_state", "There is no such member state.", "/state"))
    if definition is not None and state is not None:
        for held in _grants(work, person_id):
            other = method.roles.get(held.role)
            if other is not None and held.state is not None and other.evaluates != definition.evaluates:
                message = "One person cannot both evaluate states and act for one."
                reasons.append(Reason("incompatible_roles", message, "/role"))
    if any(held == Grant(role, state) for held in _grants(work, person_id)):
        reasons.append(Reason("already_held", "The person holds this role already.", "/role"))
    if reasons:
        raise Invalid("role_not_granted", "This role cannot be given.", reasons)
    membership_id = _give(work, person_id, role, state)
    data = {"membership": str(membership_id), "person": str(person_id), "role": role, "state": state}
    record(work, ADMINISTRATION, "role_granted", data)
    return membership_id


def _give(work: Work, person_id: UUID, role: str, state: str | None) -> UUID:
    """Store a role; one that was held before and has ended is held anew."""
    same = (Membership.person_id == person_id, Membership.role == role, Membership.state == state)
    ended: UUID | None = work.db.execute(select(Membership.id).where(*same)).scalar()
    if ended is not None:
        work.db.execute(update(Membership).where(*same).values(granted_at=work.now, ended_at=None))
        return ended
    membership_id = work.new_id()
    row = {"id": membership_id, "person_id": person_id, "role": role, "state": state, "granted_at": work.now}
    work.db.execute(insert(Membership).values(**row))
    return membership_id


def issue_token(
    work: Work, person_id: UUID, label: str, days: int, scope: Sequence[str] | None = None
) -> tuple[str, str]:
    """A new token for a person: its id and the whole token, shown this once (256 random bits; a hash is kept)."""
    person(work, person_id)
    unknown = sorted(set(scope or ()) - CAPABILITIES - {"read"})
    if unknown:
        reasons = [Reason("unknown_capability", "There is no such capability.", "/scope")]
        raise Invalid("token_not_issued", "This token cannot be issued.", reasons)
    token_id = work.entropy(8).hex()
    secret = base64.urlsafe_b64encode(work.entropy(32)).rstrip(b"=").decode()
    expires = work.now + min(timedelta(days=days), LONGEST)
    work.db.execute(
        insert(Token).values(
            id=token_id,
            person_id=person_id,
            secret_sha256=_hash(secret),
            label=label,
            scope=None if scope is None else sorted(scope),
            created_at=work.now,
            expires_at=expires,
        )
    )
    record(work, ADMINISTRATION, "token_issued", {"token": token_id, "person": str(person_id)})
    return token_id, f"mem_{token_id}_{secret}"


def revoke_token(work: Work, token_id: str) -> None:
    """Make a token useless from the next request on. Revoking twice is no error."""
    found = work.db.execute(select(Token.revoked_at).where(Token.id == token_id)).first()
    if found is None:
        raise NotFound
    if found.revoked_at is None:
        work.db.execute(update(Token).where(Token.id == token_id).values(revoked_at=work.now))
        record(work, ADMINISTRATION, "token_revoked", {"token": token_id})


def end_role(work: Work, membership_id: UUID) -> None:
    """End a role from the next request on. Ending twice is no error."""
    found = work.db.execute(select(Membership.ended_at).where(Membership.id == membership_id)).first()
    if found is None:
        raise NotFound
    if found.ended_at is None:
        work.db.execute(update(Membership).where(Membership.id == membership_id).values(ended_at=work.now))
        record(work, ADMINISTRATION, "role_ended", {"membership": str(membership_id)})


def actor_of(work: Work, authorization: str) -> tuple[Actor, str]:
    """Who stands behind an `Authorization` header, and the token's id. Raises `NotAuthenticated`, always alike."""
    scheme, _, text = authorization.partition(" ")
    match = TOKEN.match(text.strip())
    if scheme.lower() != "bearer" or match is None:
        raise UNKNOWN
    token_id, secret = match.groups()
    found = work.db.execute(_TOKEN, {"token": token_id}).first()
    expected = found.secret_sha256 if found is not None else "0" * 64
    right = hmac.compare_digest(_hash(secret), expected)
    if found is None or not right or _over(found, work.now):
        raise UNKNOWN
    scope = None if found.scope is None else frozenset(str(item) for item in found.scope)
    return Actor(found.person_id, found.name, _grants(work, found.person_id), scope), token_id


def person(work: Work, person_id: UUID) -> AnyRow:
    """The id and name of a person. Raises `NotFound`."""
    found = work.db.execute(select(Person.id, Person.name).where(Person.id == person_id)).first()
    if found is None:
        raise NotFound("unknown_person", "There is no such person.")
    return found


def everybody(work: Work) -> list[tuple[AnyRow, list[AnyRow]]]:
    """Every person (id, name) with the roles they hold now (id, role, state), by name."""
    roles: dict[UUID, list[AnyRow]] = {}
    query = select(Membership.id, Membership.person_id, Membership.role, Membership.state)
    for row in work.db.execute(query.where(Membership.ended_at.is_(None)).order_by(Membership.granted_at)):
        roles.setdefault(row.person_id, []).append(row)
    persons = work.db.execute(select(Person.id, Person.name).order_by(Person.name, Person.id))
    return [(row, roles.get(row.id, [])) for row in persons]


def holds(work: Work, person_id: UUID, role: str, state: str | None) -> bool:
    """Whether a person holds this role for this state now."""
    return Grant(role, state) in _grants(work, person_id)


def _over(token: AnyRow, now: datetime) -> bool:
    return token.revoked_at is not None or bool(token.expires_at <= now)


def _grants(work: Work, person_id: UUID) -> tuple[Grant, ...]:
    rows = work.db.execute(_GRANTS, {"person": person_id})
    return tuple(Grant(role, state) for role, state in rows)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
