"""Who gives and ends which role, and what does nobody hold together? By what the roles of a mechanism say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations, permutations
from typing import Any
from uuid import UUID

import pytest
from tests import looking
from tests.looking import recorded, refused, rows

from mem.core.errors import Invalid, NotAllowed
from mem.core.work import Work
from mem.ledger.service import ADMINISTRATION
from mem.methods.method import Method
from mem.people.models import Membership
from mem.people.service import add_person, end_role, grant_role, holds

work = looking.shared_work
ENTITY, CONTRIBUTOR = "national_coordinating_entity", "ministry_contributor"
ROLES = (ENTITY, CONTRIBUTOR, "expert", "coordinator", "mem_unit", "commission", "auditor")
TOGETHER = {frozenset({ENTITY, CONTRIBUTOR}), frozenset({"expert", "coordinator"})}
"""Of two roles of the mechanism, those that one person may hold."""
INCOMPATIBLE, MAY_NOT, OWN_ROLE = "incompatible_roles", "may_not_grant", "own_role"


def state_of(method: Method, role: str) -> str | None:
    return "BRB" if method.roles[role].of_a_state else None


def changed(method: Method, **roles: Mapping[str, Any]) -> Method:
    """The method with other lines in some of its roles."""
    said = method.parts["roles.yaml"]["roles"]
    said = said | {role: {**said[role], **lines} for role, lines in roles.items()}
    return Method.of({**method.parts, "roles.yaml": {"roles": said}})


def held_by(work: Work, method: Method, *roles: str) -> UUID:
    """A new person who holds these roles, by the operator."""
    somebody = add_person(work, "Somebody")
    for role in roles:
        grant_role(work, method, somebody, role, state_of(method, role))
    return somebody


def by(work: Work, person: UUID) -> Work:
    return replace(work, actor_id=person)


def test_the_roles_are_those_of_the_mechanism_and_the_secretariat_gives_them_all(method: Method) -> None:
    assert set(method.roles) == set(ROLES)
    assert {name: set(role.grants) for name, role in method.roles.items() if role.grants} == {"mem_unit": set(ROLES)}


@pytest.mark.parametrize(("held", "role"), [*permutations(ROLES, 2)])
def test_two_roles_are_held_together_only_where_they_fit(work: Work, method: Method, held: str, role: str) -> None:
    somebody = held_by(work, method, held)
    if {held, role} in TOGETHER:
        grant_role(work, method, somebody, role, state_of(method, role))
        return
    with refused(work, Invalid, (INCOMPATIBLE, "/role"), code="role_not_granted"):
        grant_role(work, method, somebody, role, state_of(method, role))


@pytest.mark.parametrize(("one", "other"), [*combinations(("auditor", "commission", ENTITY), 2)])
def test_one_side_suffices(work: Work, method: Method, one: str, other: str) -> None:
    none = changed(method, **{role: {"incompatible": []} for role in ROLES})
    for says, of in ((one, other), (other, one)):
        said = changed(none, **{says: {"incompatible": [of]}})
        for first, second in ((one, other), (other, one)):
            somebody = held_by(work, said, first)
            with refused(work, Invalid, INCOMPATIBLE):
                grant_role(work, said, somebody, second, state_of(said, second))
    assert held_by(work, none, one, other)


def test_whatever_the_roles_say_nobody_evaluates_states_and_acts_for_one(work: Work, method: Method) -> None:
    none = changed(method, **{role: {"incompatible": []} for role in ROLES})
    for held, role in permutations((ENTITY, CONTRIBUTOR, "expert", "coordinator"), 2):
        if {held, role} not in TOGETHER:
            somebody = held_by(work, none, held)
            for state in ("BRB", "CHL"):
                with refused(work, Invalid, INCOMPATIBLE):
                    grant_role(work, none, somebody, role, state)


def test_a_role_that_has_ended_no_longer_keeps_from_another(work: Work, method: Method) -> None:
    somebody = add_person(work, "Somebody")
    end_role(work, grant_role(work, method, somebody, "auditor", None))
    grant_role(work, method, somebody, "commission", None)


GIVES = {"mem_unit": {"grants": ["auditor", "expert"]}, "commission": {"grants": ["auditor"]}}
"""The secretariat gives two roles; the Commission would give one, but does not manage people."""


@pytest.mark.parametrize(
    ("giver", "role", "reasons"),
    [
        ("mem_unit", "auditor", []),
        ("mem_unit", "expert", []),
        ("mem_unit", "mem_unit", [MAY_NOT]),
        ("mem_unit", "commission", [MAY_NOT]),
        ("commission", "auditor", [MAY_NOT]),
        ("auditor", "auditor", [MAY_NOT]),
        (None, "auditor", [MAY_NOT]),
    ],
)
def test_a_role_is_given_and_ended_by_whom_a_role_lets(
    work: Work, method: Method, giver: str | None, role: str, reasons: list[str]
) -> None:
    said = changed(method, **GIVES)
    acting = by(work, held_by(work, said, *([giver] if giver else [])))
    somebody, state = add_person(work, "Ana"), state_of(said, role)
    if reasons:
        with refused(work, Invalid, *((code, "/role") for code in reasons), code="role_not_granted"):
            grant_role(acting, said, somebody, role, state)
        membership = grant_role(work, said, somebody, role, state)
        with refused(work, NotAllowed, *reasons):
            end_role(acting, membership, {"mem": said})
        return
    end_role(acting, grant_role(acting, said, somebody, role, state), {"mem": said})
    assert not holds(work, somebody, role, state, "mem")


def test_nobody_ends_a_role_of_a_mechanism_that_is_not_there_but_the_operator(work: Work, method: Method) -> None:
    officer = held_by(work, method, "mem_unit")
    membership = grant_role(work, method, add_person(work, "Ana"), "auditor", None)
    with refused(work, NotAllowed, MAY_NOT):
        end_role(by(work, officer), membership)
    end_role(work, membership)


def test_a_role_that_has_ended_lets_nobody_give_another(work: Work, method: Method) -> None:
    officer = add_person(work, "Officer")
    end_role(work, grant_role(work, method, officer, "mem_unit", None))
    somebody = add_person(work, "Ana")
    with refused(work, Invalid, MAY_NOT):
        grant_role(by(work, officer), method, somebody, "auditor", None)


def test_nobody_gives_a_role_to_themself_and_every_reason_is_told(work: Work, method: Method) -> None:
    officer = held_by(work, method, "mem_unit")
    with refused(work, Invalid, INCOMPATIBLE, OWN_ROLE):
        grant_role(by(work, officer), method, officer, "auditor", None)
    said = changed(method, **GIVES)
    with refused(work, Invalid, INCOMPATIBLE, OWN_ROLE, MAY_NOT):
        grant_role(by(work, officer), said, officer, "commission", None)
    with refused(work, Invalid, "already_held", OWN_ROLE):
        grant_role(by(work, officer), method, officer, "mem_unit", None)


def test_an_officer_ends_the_own_role(work: Work, method: Method) -> None:
    officer = held_by(work, method, "mem_unit")
    (row,) = rows(work, Membership, person_id=officer)
    end_role(by(work, officer), row.id, {"mem": method})
    assert len(recorded(work, ADMINISTRATION, "role_ended")) == 1
    assert not holds(work, officer, "mem_unit", None, "mem")
