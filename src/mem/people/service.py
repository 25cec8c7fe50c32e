"""How do persons, roles and tokens come to be, and who stands behind a token?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from mem.core.db import AnyRow
from mem.core.errors import Invalid, NotAllowed, NotAuthenticated, NotFound, Reason
from mem.core.work import Work
from mem.ledger.service import ADMINISTRATION, record
from mem.methods.method import Method
from mem.people.actions import CAPABILITIES
from mem.people.models import Membership, Person, Token
from mem.people.policy import Actor, Grant

TOKEN = re.compile(r"^mem_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$")
LONGEST = timedelta(days=366)
_TOKEN = (
    select(Token.person_id, Token.secret_sha256, Token.scope, Token.expires_at, Token.revoked_at, Person.name)
    .join(Person, Person.id == Token.person_id)
    .where(Token.id == bindparam("token"))
)
_GRANTS = (
    select(Membership.role, Membership.state, Membership.mechanism)
    .where(Membership.person_id == bindparam("person"), Membership.ended_at.is_(None))
    .order_by(Membership.granted_at, Membership.id)
)
MAY_NOT_GRANT = Reason("may_not_grant", "No role of yours gives or ends this role.")
UNKNOWN = NotAuthenticated("not_authenticated", "A valid token is needed: Authorization: Bearer mem_…")


def add_person(work: Work, name: str) -> UUID:
    """A new person, who holds no role yet."""
    person_id = work.new_id()
    work.db.execute(insert(Person).values(id=person_id, name=name, created_at=work.now))
    record(work, ADMINISTRATION, "person_added", {"person": str(person_id), "name": name})
    return person_id


def grant_role(work: Work, method: Method, person_id: UUID, role: str, state: str | None) -> UUID:
    """Give a person a role of a mechanism. Raises `Invalid` with every reason: unknown role or state, a state missing
    or too many, a role that the person holds already or not beside those held, a role that whoever acts may not give.
    Nobody acting is the operator, who holds the database: the first officer comes in that way."""
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
    mechanism = method.mechanism.mechanism
    held = [grant for grant in _grants(work, person_id) if grant.mechanism == mechanism]
    if any(_incompatible(method, one, role, state) for one in held):
        reasons.append(Reason("incompatible_roles", "One person does not hold these roles together.", "/role"))
    if Grant(role, state, mechanism) in held:
        reasons.append(Reason("already_held", "The person holds this role already.", "/role"))
    if person_id == work.actor_id:
        reasons.append(Reason("own_role", "Nobody gives a role to themself.", "/role"))
    if definition is not None and not _gives(work, method, role):
        reasons.append(Reason(MAY_NOT_GRANT.code, MAY_NOT_GRANT.message, "/role"))
    if reasons:
        raise Invalid("role_not_granted", "This role cannot be given.", reasons)
    membership_id = work.new_id()
    row = {"person_id": person_id, "mechanism": mechanism, "role": role, "state": state}
    work.db.execute(insert(Membership).values(id=membership_id, granted_at=work.now, **row))
    data = {"membership": str(membership_id), "person": str(person_id)}
    record(work, ADMINISTRATION, "role_granted", {**data, "mechanism": mechanism, "role": role, "state": state})
    return membership_id


def _incompatible(method: Method, held: Grant, role: str, state: str | None) -> bool:
    """Whether a role held keeps one from another: by what the method says of either, and, whatever it says, where
    one would both evaluate states and act for one."""
    one, other = method.roles.get(held.role), method.roles.get(role)
    if one is None or other is None:
        return False
    if held.state is not None and state is not None and one.evaluates != other.evaluates:
        return True
    return role in one.incompatible or held.role in other.incompatible


def _gives(work: Work, method: Method, role: str) -> bool:
    """Whether whoever acts gives and ends a role: holds, in its mechanism, one that manages people and grants it."""
    if work.actor_id is None:
        return True
    held = (method.roles.get(one.role) for one in _grants(work, work.actor_id)
            if one.mechanism == method.mechanism.mechanism)  # fmt: skip
    return any(one is not None and "manage_people" in one.capabilities and role in one.grants for one in held)


def issue_token(
    work: Work,
    person_id: UUID,
    label: str,
    days: int,
    scope: Sequence[str] | None = None,
    asked_with: frozenset[str] | None = None,
) -> tuple[str, str]:
    """A new token for a person: its id and the whole token, shown this once (256 random bits; a hash is kept).
    `asked_with` is the scope of the token with which one asks: none comes out of it that reaches further."""
    person(work, person_id)
    reasons = []
    if set(scope or ()) - CAPABILITIES - {"read"}:
        reasons.append(Reason("unknown_capability", "There is no such capability.", "/scope"))
    if asked_with is not None and (scope is None or not asked_with.issuperset(scope)):
        reasons.append(Reason("wider_than_own", "Your own token does not reach as far.", "/scope"))
    if reasons:
        raise Invalid("token_not_issued", "This token cannot be issued.", reasons)
    token_id = work.entropy(8).hex()
    secret = base64.urlsafe_b64encode(work.entropy(32)).rstrip(b"=").decode()
    expires = work.outside + min(timedelta(days=days), LONGEST)
    work.db.execute(
        insert(Token).values(
            id=token_id,
            person_id=person_id,
            secret_sha256=_hash(secret),
            label=label,
            scope=None if scope is None else sorted(scope),
            created_at=work.outside,
            expires_at=expires,
        )
    )
    record(work, ADMINISTRATION, "token_issued", {"token": token_id, "person": str(person_id)})
    return token_id, f"mem_{token_id}_{secret}"


def revoke_token(work: Work, token_id: str) -> None:
    """Make a token useless from the next request on. Revoking twice is no error."""
    found = work.db.execute(select(Token.revoked_at).where(Token.id == token_id).with_for_update()).first()
    if found is None:
        raise NotFound
    if found.revoked_at is None:
        work.db.execute(update(Token).where(Token.id == token_id).values(revoked_at=work.outside))
        record(work, ADMINISTRATION, "token_revoked", {"token": token_id})


def end_role(work: Work, membership_id: UUID, methods: Mapping[str, Method] = MappingProxyType({})) -> None:
    """End a role from the next request on. Ending twice is no error. Whoever acts must be one who gives it by the
    method of its mechanism, which is among `methods`; the operator needs none. Raises `NotAllowed`."""
    found = work.db.execute(
        select(Membership.mechanism, Membership.role, Membership.ended_at)
        .where(Membership.id == membership_id)
        .with_for_update()
    ).first()
    if found is None:
        raise NotFound
    method = methods.get(found.mechanism)
    if work.actor_id is not None and (method is None or not _gives(work, method, found.role)):
        raise NotAllowed("not_allowed", "You may not end this role.", [MAY_NOT_GRANT])
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
    if found is None or not right or _over(found, work.outside):
        raise UNKNOWN
    scope = None if found.scope is None else frozenset(str(item) for item in found.scope)
    return Actor(found.person_id, found.name, _grants(work, found.person_id), scope), token_id


def acting(work: Work, person_id: UUID) -> Actor:
    """A person with the roles held now, by no token."""
    return Actor(person_id, person(work, person_id).name, _grants(work, person_id))


def person(work: Work, person_id: UUID) -> AnyRow:
    """The id and name of a person. Raises `NotFound`."""
    found = work.db.execute(select(Person.id, Person.name).where(Person.id == person_id)).first()
    if found is None:
        raise NotFound("unknown_person", "There is no such person.")
    return found


def everybody(work: Work) -> list[tuple[AnyRow, list[AnyRow]]]:
    """Every person (id, name) with the roles they hold now (id, mechanism, role, state), by name."""
    roles: dict[UUID, list[AnyRow]] = {}
    query = select(Membership.id, Membership.person_id, Membership.mechanism, Membership.role, Membership.state)
    for row in work.db.execute(query.where(Membership.ended_at.is_(None)).order_by(Membership.granted_at)):
        roles.setdefault(row.person_id, []).append(row)
    persons = work.db.execute(select(Person.id, Person.name).order_by(Person.name, Person.id))
    return [(row, roles.get(row.id, [])) for row in persons]


def holds(work: Work, person_id: UUID, role: str, state: str | None, mechanism: str) -> bool:
    """Whether a person holds this role of a mechanism for this state now."""
    return Grant(role, state, mechanism) in _grants(work, person_id)


def _over(token: AnyRow, now: datetime) -> bool:
    return token.revoked_at is not None or bool(token.expires_at <= now)


def _grants(work: Work, person_id: UUID) -> tuple[Grant, ...]:
    rows = work.db.execute(_GRANTS, {"person": person_id})
    return tuple(Grant(*row) for row in rows)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
