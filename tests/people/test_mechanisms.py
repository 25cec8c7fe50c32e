"""Does a role count in its own mechanism alone, and is the own country closed whatever mechanism it is held in?"""

from __future__ import annotations

from uuid import UUID

import pytest
from tests import looking
from tests.looking import NOW, refused, rows
from tests.methods_of import real_method

from mem.core.errors import Invalid, NotAllowed
from mem.core.work import Work
from mem.methods.method import Method
from mem.people.actions import ACTIONS
from mem.people.models import Membership
from mem.people.policy import Actor, Allow, Deny, Grant, Place, decide, own_states, seen_by
from mem.people.service import actor_of, add_person, end_role, everybody, grant_role, holds, issue_token

work = looking.shared_work
EVERYTHING = frozenset(
    {"progress", "record", "report", "answers", "evidence", "assignments", "findings", "conclusions", "comments"}
)
WHERE_IT_MATTERS = sorted(code for code, action in ACTIONS.items() if not action.open and not action.member)


def actor(*grants: tuple[str, str | None, str]) -> Actor:
    return Actor(UUID(int=1), "Somebody", tuple(Grant(*grant) for grant in grants))


def anywhere(mechanism: str, state: str = "BRB") -> Place:
    """A place that shows and opens everything to every role."""
    roles = real_method().roles
    every = dict.fromkeys(roles, EVERYTHING)
    return Place(roles, state, every, every, assigned=True, mechanism=mechanism)


@pytest.fixture(scope="module")
def other() -> Method:
    """The same method as that of another mechanism."""
    parts = real_method().parts
    return Method.of({**parts, "mechanism.yaml": {**parts["mechanism.yaml"], "mechanism": "another"}})


@pytest.mark.parametrize("code", WHERE_IT_MATTERS)
def test_a_role_of_another_mechanism_opens_nothing_here(code: str) -> None:
    for role, definition in real_method().roles.items():
        held = actor((role, "CHL" if definition.evaluates else "BRB" if definition.of_a_state else None, "another"))
        there = decide(held, ACTIONS[code], anywhere("another"))
        here = decide(held, ACTIONS[code], anywhere("mem"))
        assert isinstance(here, Deny)
        assert [reason.code for reason in here.reasons] == ["unknown_role"]
        assert isinstance(decide(held, ACTIONS[code], anywhere("")), Deny)
        assert there == Allow(held.grants[0]) or isinstance(there, Deny)
        assert seen_by(held, anywhere("mem")) == frozenset()
        assert seen_by(held, anywhere("another")) != frozenset()


ENTITY = "national_coordinating_entity"


@pytest.mark.parametrize(
    ("grants", "closed"),
    [
        ([("expert", "BRB", "mem")], {"BRB"}),
        ([("expert", "CHL", "mem"), (ENTITY, "BRB", "another")], {"BRB", "CHL"}),
        ([("expert", "CHL", "mem"), ("expert", "BRB", "another")], {"BRB", "CHL"}),
        ([("coordinator", "CHL", "mem"), ("emperor", "BRB", "another")], {"BRB", "CHL"}),
        ([("expert", "BRB", "another")], set()),
        ([(ENTITY, "BRB", "mem"), ("expert", "BRB", "another")], set()),
        ([("mem_unit", None, "mem"), ("expert", "BRB", "another")], set()),
    ],
)
def test_the_own_country_of_whoever_evaluates_here_is_that_of_any_role_of_any_mechanism(
    grants: list[tuple[str, str | None, str]], closed: set[str]
) -> None:
    assert own_states(actor(*grants), anywhere("mem")) == closed


def test_one_role_is_held_in_each_of_two_mechanisms(work: Work, method: Method, other: Method) -> None:
    somebody = add_person(work, "Ana")
    first, second = (grant_role(work, one, somebody, "auditor", None) for one in (method, other))
    with refused(work, Invalid, "already_held"):
        grant_role(work, other, somebody, "auditor", None)
    assert {row.id: row.mechanism for row in rows(work, Membership)} == {first: "mem", second: "another"}
    _, token = issue_token(work, somebody, "laptop", 1)
    grants = set(actor_of(work, f"Bearer {token}")[0].grants)
    assert grants == {Grant("auditor", None, "mem"), Grant("auditor", None, "another")}
    assert {row.mechanism for row in everybody(work)[0][1]} == {"mem", "another"}
    end_role(work, first)
    assert [holds(work, somebody, "auditor", None, one) for one in ("mem", "another")] == [False, True]


def test_roles_of_two_mechanisms_do_not_stand_in_each_others_way(work: Work, method: Method, other: Method) -> None:
    somebody = add_person(work, "Ana")
    grant_role(work, method, somebody, "auditor", None)
    with refused(work, Invalid, "incompatible_roles"):
        grant_role(work, method, somebody, "mem_unit", None)
    grant_role(work, other, somebody, "mem_unit", None)


def test_an_officer_gives_and_ends_roles_of_the_own_mechanism_alone(work: Work, method: Method, other: Method) -> None:
    officer, somebody = add_person(work, "Officer"), add_person(work, "Ana")
    grant_role(work, other, officer, "mem_unit", None)
    acting = Work(work.db, NOW, officer)
    with refused(work, Invalid, "may_not_grant"):
        grant_role(acting, method, somebody, "auditor", None)
    grant_role(acting, other, somebody, "auditor", None)
    membership = grant_role(work, method, somebody, "auditor", None)
    with refused(work, NotAllowed, "may_not_grant"):
        end_role(acting, membership, {"mem": method, "another": other})
