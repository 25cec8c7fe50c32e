"""Persons, roles and tokens over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import Field, StrictInt

from mem.api.routing import Code, Label, Made, Name, Shown, StateCode, Taken, acts, router
from mem.core.errors import Invalid, Reason
from mem.http.unit import Door, IdempotencyKey, Reading, Writing
from mem.people.service import add_person, end_role, everybody, grant_role, issue_token, revoke_token

routes = router("people")
TokenId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


class NewPerson(Taken):
    name: Label = Field(examples=["Ana Pérez"])


class NewRole(Taken):
    """`state` is needed where the role is one of a state."""

    mechanism: Code = Field(examples=["mem"])
    role: Name = Field(examples=["expert"])
    state: StateCode | None = Field(None, examples=["BRB"])


class NewToken(Taken):
    """`scope` limits the token to some capabilities (`read` for reading); null: all the person has."""

    label: Label = Field(examples=["laptop"])
    days: StrictInt = Field(90, ge=1, le=366)
    scope: list[Name] | None = None


class Issued(Shown):
    """A new token, shown this once; a replayed request shows `token` as null."""

    id: str
    token: str | None


class GrantShown(Shown):
    mechanism: str
    role: str
    state: str | None


class Me(Shown):
    person: UUID
    name: str
    grants: list[GrantShown]


class RoleShown(Shown):
    """A role held; its `id` ends it."""

    id: UUID
    mechanism: str
    role: str
    state: str | None


class PersonShown(Shown):
    id: UUID
    name: str
    roles: list[RoleShown]


class PeopleList(Shown):
    people: list[PersonShown]


def _manage(door: Door) -> None:
    """Whoever manages people in any mechanism; which of its roles one gives or ends, the service asks."""
    door.allow(*door.house.within())


@routes.get("/me", openapi_extra=acts("me.read"), operation_id="me")
def me(door: Reading) -> Me:
    """Who you are, and which roles you hold."""
    actor = door.actor
    grants = [GrantShown(mechanism=one.mechanism, role=one.role, state=one.state) for one in actor.grants]
    return Me(person=actor.person_id, name=actor.name, grants=grants)


@routes.post("/people", status_code=201, openapi_extra=acts("people.manage"), operation_id="add_person")
def post_person(body: NewPerson, door: Writing, key: IdempotencyKey = None) -> Made:
    """Add a person."""
    _manage(door)
    return door.once(lambda: str(add_person(door.work, body.name)), lambda made: Made(id=made), lambda: _manage(door))


@routes.get("/people", openapi_extra=acts("people.manage"), operation_id="people")
def get_people(door: Reading) -> PeopleList:
    """Every person, with the roles they hold."""
    _manage(door)
    return PeopleList(
        people=[
            PersonShown(id=one.id, name=one.name, roles=[RoleShown.model_validate(role) for role in roles])
            for one, roles in everybody(door.work)
        ]
    )


@routes.post("/people/{person}/roles", status_code=201, openapi_extra=acts("people.manage"), operation_id="grant_role")
def post_role(person: UUID, body: NewRole, door: Writing, key: IdempotencyKey = None) -> Made:
    """Give a person a role of a mechanism, as yours in it grants; never one to yourself."""
    _manage(door)
    method = door.house.methods.get(body.mechanism)
    if method is None:
        reason = Reason("unknown_mechanism", "There is no such mechanism.", "/mechanism")
        raise Invalid("role_not_granted", reason.message, [reason])
    return door.once(
        lambda: str(grant_role(door.work, method, person, body.role, body.state)),
        lambda made: Made(id=made),
        lambda: _manage(door),
    )


@routes.post("/roles/{role}/end", openapi_extra=acts("people.manage"), operation_id="end_role")
def post_end(role: UUID, door: Writing, key: IdempotencyKey = None) -> Made:
    """End a role that yours in its mechanism grants, from the next request on."""
    _manage(door)
    return door.once(
        lambda: end_role(door.work, role, door.house.methods), lambda _: Made(id=str(role)), lambda: _manage(door)
    )


@routes.post(
    "/people/{person}/tokens", status_code=201, openapi_extra=acts("people.manage"), operation_id="issue_token"
)
def post_token(person: UUID, body: NewToken, door: Writing, key: IdempotencyKey = None) -> Issued:
    """Issue a token to a person, which reaches no further than the one shown. It is shown this once."""
    _manage(door)
    fresh: list[str] = []

    def act() -> str:
        token_id, token = issue_token(door.work, person, body.label, body.days, body.scope, door.actor.token_scope)
        fresh.append(token)
        return token_id

    return door.once(act, lambda made: Issued(id=made, token=fresh[0] if fresh else None), lambda: _manage(door))


@routes.post("/tokens/{token}/revocation", openapi_extra=acts("people.manage"), operation_id="revoke_token")
def post_revocation(token: TokenId, door: Writing, key: IdempotencyKey = None) -> Made:
    """Revoke a token, from the next request on."""
    _manage(door)
    return door.once(lambda: revoke_token(door.work, token), lambda _: Made(id=token), lambda: _manage(door))
