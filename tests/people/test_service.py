"""Is a role given only to whom it may be given, and does a token open the door only while it should?"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from tests import looking
from tests.looking import NOW, recorded, refused, rows, stored

from mem.core.errors import Invalid, NotAuthenticated, NotFound
from mem.core.work import Work
from mem.ledger.service import ADMINISTRATION
from mem.methods.method import Method
from mem.people.models import Membership, Person, Token
from mem.people.policy import Actor, Grant
from mem.people.service import (
    TOKEN,
    actor_of,
    add_person,
    end_role,
    everybody,
    grant_role,
    holds,
    issue_token,
    person,
    revoke_token,
)

work = looking.shared_work
NOBODY = UUID(int=0xDEAD)


def later(work: Work, **by: float) -> Work:
    return replace(work, now=work.now + timedelta(**by))


def asks(work: Work, token: str) -> Actor:
    return actor_of(work, f"Bearer {token}")[0]


def test_a_new_person_holds_no_role(work: Work) -> None:
    somebody = add_person(work, "Ana")
    assert tuple(rows(work, Person)[0]) == (somebody, "Ana", NOW)
    assert everybody(work) == [(person(work, somebody), [])]
    (said,) = recorded(work, ADMINISTRATION, "person_added")
    assert said["data"] == {"person": str(somebody), "name": "Ana"}


def test_who_is_not_there_is_not_found(work: Work, method: Method) -> None:
    for ask in (
        lambda: person(work, NOBODY),
        lambda: grant_role(work, method, NOBODY, "auditor", None),
        lambda: issue_token(work, NOBODY, "", 1),
        lambda: end_role(work, NOBODY),
        lambda: revoke_token(work, "0" * 16),
    ):
        with refused(work, NotFound):
            ask()


@pytest.mark.parametrize(
    ("role", "state"), [("expert", "CHL"), ("national_coordinating_entity", "BRB"), ("mem_unit", None)]
)
def test_a_role_is_held_from_when_it_is_given(work: Work, method: Method, role: str, state: str | None) -> None:
    somebody = add_person(work, "Ana")
    assert not holds(work, somebody, role, state, "mem")
    membership = grant_role(work, method, somebody, role, state)
    assert holds(work, somebody, role, state, "mem")
    assert not holds(work, somebody, role, state, "another")
    assert not holds(work, somebody, role, "JAM", "mem")
    assert [tuple(row) for row in rows(work, Membership)] == [(membership, somebody, "mem", role, state, NOW, None)]
    (said,) = recorded(work, ADMINISTRATION, "role_granted")
    expected = {"membership": str(membership), "person": str(somebody), "role": role, "state": state}
    assert said["data"] == {**expected, "mechanism": "mem"}


UNKNOWN_ROLE, UNKNOWN_STATE = ("unknown_role", "/role"), ("unknown_state", "/state")
INCOMPATIBLE, HELD = ("incompatible_roles", "/role"), ("already_held", "/role")
ENTITY, EXPERT = "national_coordinating_entity", "expert"


@pytest.mark.parametrize(
    ("before", "role", "state", "reasons"),
    [
        ([], "emperor", None, [UNKNOWN_ROLE]),
        ([], "emperor", "XXX", [UNKNOWN_ROLE, UNKNOWN_STATE]),
        ([], EXPERT, None, [("state_needed", "/state")]),
        ([], ENTITY, None, [("state_needed", "/state")]),
        ([], EXPERT, "XXX", [UNKNOWN_STATE]),
        ([], "auditor", "BRB", [("state_not_meant", "/state")]),
        ([], "auditor", "XXX", [("state_not_meant", "/state"), UNKNOWN_STATE]),
        ([(EXPERT, "BRB")], EXPERT, "BRB", [HELD]),
        ([("auditor", None)], "auditor", None, [HELD]),
        ([(EXPERT, "BRB")], ENTITY, "BRB", [INCOMPATIBLE]),
        ([(EXPERT, "BRB")], "ministry_contributor", "BRB", [INCOMPATIBLE]),
        ([("coordinator", "BRB")], ENTITY, "BRB", [INCOMPATIBLE]),
        ([(ENTITY, "BRB")], EXPERT, "BRB", [INCOMPATIBLE]),
        ([("ministry_contributor", "BRB")], "coordinator", "BRB", [INCOMPATIBLE]),
        ([(EXPERT, "CHL")], ENTITY, "BRB", [INCOMPATIBLE]),
        ([(ENTITY, "BRB")], "coordinator", "CHL", [INCOMPATIBLE]),
    ],
)
def test_a_role_that_cannot_be_given_is_refused_with_every_reason(
    work: Work,
    method: Method,
    before: list[tuple[str, str | None]],
    role: str,
    state: str | None,
    reasons: list[tuple[str, str]],
) -> None:
    somebody = add_person(work, "Ana")
    for held in before:
        grant_role(work, method, somebody, *held)
    with refused(work, Invalid, *reasons, code="role_not_granted"):
        grant_role(work, method, somebody, role, state)


def test_whatever_the_roles_nobody_both_evaluates_a_state_and_answers_for_it(work: Work, method: Method) -> None:
    of_states = [(name, state) for name, role in method.roles.items() if role.of_a_state for state in ("BRB", "CHL")]
    refusals = 0
    for first in of_states:
        for second in of_states:
            somebody = add_person(work, "Ana")
            grant_role(work, method, somebody, *first)
            if method.roles[first[0]].evaluates == method.roles[second[0]].evaluates:
                if first != second:
                    grant_role(work, method, somebody, *second)
                continue
            with refused(work, Invalid, INCOMPATIBLE):
                grant_role(work, method, somebody, *second)
            refusals += 1
    assert refusals == 2 * 4 * 4


def test_one_person_may_hold_several_roles_that_fit(work: Work, method: Method) -> None:
    somebody = add_person(work, "Ana")
    fitting = [(EXPERT, "BRB"), ("coordinator", "BRB"), (EXPERT, "CHL"), ("coordinator", "CHL")]
    for number, held in enumerate(fitting):
        grant_role(later(work, seconds=number), method, somebody, *held)
    _, token = issue_token(work, somebody, "all", 1)
    assert asks(work, token).grants == tuple(Grant(*held, "mem") for held in fitting)
    ((_, roles),) = everybody(work)
    assert [(row.role, row.state) for row in roles] == fitting


def test_a_role_that_has_ended_is_gone_at_the_next_look_and_no_longer_stands_in_the_way(
    work: Work, method: Method
) -> None:
    somebody = add_person(work, "Ana")
    membership = grant_role(work, method, somebody, EXPERT, "BRB")
    _, token = issue_token(work, somebody, "all", 1)
    assert asks(work, token).grants == (Grant(EXPERT, "BRB", "mem"),)
    end_role(later(work, hours=1), membership)
    assert asks(work, token).grants == ()
    assert not holds(work, somebody, EXPERT, "BRB", "mem")
    assert everybody(work)[0][1] == []
    (row,) = rows(work, Membership)
    assert row.ended_at == NOW + timedelta(hours=1)
    assert [said["data"] for said in recorded(work, ADMINISTRATION, "role_ended")] == [{"membership": str(membership)}]
    grant_role(work, method, somebody, ENTITY, "BRB")


def test_a_role_that_has_ended_can_be_given_again(work: Work, method: Method) -> None:
    somebody = add_person(work, "Ana")
    for role, state in ((EXPERT, "BRB"), ("auditor", None)):
        first = grant_role(work, method, somebody, role, state)
        end_role(later(work, hours=1), first)
        again = grant_role(later(work, hours=2), method, somebody, role, state)
        assert again != first
        assert holds(work, somebody, role, state, "mem")
        end_role(later(work, hours=3), again)
        assert not holds(work, somebody, role, state, "mem")
        held = sorted((row.granted_at, row.ended_at) for row in rows(work, Membership, role=role))
        assert held == [(NOW + timedelta(hours=n), NOW + timedelta(hours=n + 1)) for n in (0, 2)]


def test_ending_twice_and_revoking_twice_changes_nothing(work: Work, method: Method) -> None:
    somebody = add_person(work, "Ana")
    membership = grant_role(work, method, somebody, "auditor", None)
    token_id, _ = issue_token(work, somebody, "all", 1)
    end_role(work, membership)
    revoke_token(work, token_id)
    before = stored(work)
    end_role(later(work, hours=1), membership)
    revoke_token(later(work, hours=1), token_id)
    assert stored(work) == before


def test_a_token_opens_the_door_for_its_person(work: Work, method: Method) -> None:
    somebody = add_person(work, "Ana")
    grant_role(work, method, somebody, EXPERT, "CHL")
    token_id, token = issue_token(work, somebody, "laptop", 30)
    actor = Actor(somebody, "Ana", (Grant(EXPERT, "CHL", "mem"),), None)
    for spelling in (f"Bearer {token}", f"bearer {token}", f"BEARER   {token} "):
        assert actor_of(work, spelling) == (actor, token_id)


def test_only_the_hash_of_a_tokens_secret_is_kept(work: Work) -> None:
    somebody = add_person(work, "Ana")
    token_id, token = issue_token(work, somebody, "laptop", 30)
    secret = token.removeprefix(f"mem_{token_id}_")
    (row,) = rows(work, Token)
    assert row.secret_sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in repr(stored(work))
    assert secret not in json.dumps(recorded(work, ADMINISTRATION))
    (said,) = recorded(work, ADMINISTRATION, "token_issued")
    assert said["data"] == {"token": token_id, "person": str(somebody)}


def test_a_tokens_secret_is_32_random_bytes(work: Work) -> None:
    somebody = add_person(work, "Ana")
    bytes_from = count(1)
    numbered = replace(work, entropy=lambda size: bytes([next(bytes_from)]) * size)
    token_id, token = issue_token(numbered, somebody, "laptop", 30)
    assert token_id == "01" * 8
    match = TOKEN.match(token)
    assert match is not None
    assert base64.urlsafe_b64decode(match.group(2) + "=") == b"\x02" * 32
    assert issue_token(work, somebody, "laptop", 30)[1] != issue_token(work, somebody, "laptop", 30)[1]


@pytest.mark.parametrize(("days", "lasts"), [(1, 1), (30, 30), (366, 366), (5_000, 366)])
def test_a_token_expires_in_the_instant_it_was_given_for(work: Work, days: int, lasts: int) -> None:
    _, token = issue_token(work, add_person(work, "Ana"), "laptop", days)
    assert asks(later(work, days=lasts, microseconds=-1), token).name == "Ana"
    with pytest.raises(NotAuthenticated):
        asks(later(work, days=lasts), token)


def test_whatever_is_wrong_with_a_token_the_refusal_is_the_same(work: Work) -> None:
    somebody = add_person(work, "Ana")
    token_id, token = issue_token(work, somebody, "laptop", 30)
    other_id, other = issue_token(work, somebody, "phone", 30)
    _, old = issue_token(replace(work, now=NOW - timedelta(days=2)), somebody, "old", 1)
    revoke_token(work, other_id)
    last = token[-1]
    wrong = {
        "expired": f"Bearer {old}",
        "revoked": f"Bearer {other}",
        "wrong secret": f"Bearer {token[:-2]}{'AA' if token[-2] != 'A' else 'BB'}",
        "secret of another": f"Bearer mem_{token_id}_{other[-43:]}",
        "unknown": f"Bearer mem_{'0' * 16}_{token[-43:]}",
        "upper case": f"Bearer {token.upper()}",
        "too short": f"Bearer {token[:-1]}",
        "too long": f"Bearer {token}{last}",
        "a line more": f"Bearer {token}\nBearer",
        "another scheme": f"Basic {token}",
        "no scheme": token,
        "no token": "Bearer",
        "nothing": "",
    }
    told = set()
    for name, header in wrong.items():
        with pytest.raises(NotAuthenticated) as caught:
            pytest.fail(f"{name}: {actor_of(work, header)}")
        told.add((caught.value.code, caught.value.message, caught.value.reasons))
    assert len(told) == 1
    assert asks(work, token).person_id == somebody


def test_a_revoked_token_is_useless_from_then_on(work: Work) -> None:
    token_id, token = issue_token(work, add_person(work, "Ana"), "laptop", 30)
    asks(work, token)
    revoke_token(work, token_id)
    with pytest.raises(NotAuthenticated):
        asks(work, token)
    (said,) = recorded(work, ADMINISTRATION, "token_revoked")
    assert said["data"] == {"token": token_id}


@pytest.mark.parametrize(
    ("scope", "kept"),
    [(None, None), ([], frozenset()), (["read"], {"read"}), (["read", "answer", "answer"], {"read", "answer"})],
)
def test_a_token_is_limited_to_its_scope(work: Work, scope: list[str] | None, kept: set[str] | None) -> None:
    _, token = issue_token(work, add_person(work, "Ana"), "laptop", 30, scope)
    assert asks(work, token).token_scope == kept


def test_a_scope_names_only_what_there_is(work: Work) -> None:
    somebody = add_person(work, "Ana")
    with refused(work, Invalid, ("unknown_capability", "/scope"), code="token_not_issued"):
        issue_token(work, somebody, "laptop", 30, ["read", "rule"])


WIDER = ("wider_than_own", "/scope")


@pytest.mark.parametrize(
    ("asked_with", "scope", "reasons"),
    [
        (None, None, []),
        (None, ["read", "answer"], []),
        ({"manage_people", "read"}, ["read"], []),
        ({"manage_people", "read"}, ["manage_people", "read"], []),
        ({"manage_people"}, [], []),
        ({"manage_people"}, None, [WIDER]),
        ({"manage_people"}, ["read"], [WIDER]),
        ({"manage_people", "read"}, ["read", "answer"], [WIDER]),
        ({"manage_people"}, ["rule"], [("unknown_capability", "/scope"), WIDER]),
    ],
)
def test_no_token_comes_out_that_reaches_further_than_the_one_shown(
    work: Work, asked_with: set[str] | None, scope: list[str] | None, reasons: list[tuple[str, str]]
) -> None:
    somebody = add_person(work, "Ana")
    shown = None if asked_with is None else frozenset(asked_with)
    if not reasons:
        _, token = issue_token(work, somebody, "laptop", 30, scope, shown)
        assert asks(work, token).token_scope == (None if scope is None else set(scope))
        return
    with refused(work, Invalid, *reasons, code="token_not_issued"):
        issue_token(work, somebody, "laptop", 30, scope, shown)


def test_people_come_by_name_with_the_roles_they_hold_now(work: Work, method: Method) -> None:
    second, first = add_person(work, "Berta"), add_person(work, "Ana")
    grant_role(later(work, hours=1), method, first, "coordinator", "BRB")
    grant_role(work, method, first, EXPERT, "CHL")
    end_role(work, grant_role(work, method, second, "commission", None))
    said = [(row.name, [held.role for held in roles]) for row, roles in everybody(work)]
    assert said == [("Ana", [EXPERT, "coordinator"]), ("Berta", [])]
    assert second != first
