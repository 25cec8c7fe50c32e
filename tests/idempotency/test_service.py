"""Does a repeated request take effect once, and is a key never taken for another's?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, refused, rows, undone

from mem.core.errors import Invalid
from mem.core.work import Work
from mem.idempotency.models import Idempotency
from mem.idempotency.service import remember, replayed

work = looking.shared_work
HERE, THERE = UUID(int=1), UUID(int=2)
KEY, ROUTE, BODY = "a-key-of-ours", "POST /api/v1/rounds?", "0" * 64


def test_a_request_that_never_came_is_no_replay(work: Work) -> None:
    assert replayed(work, HERE, KEY, ROUTE, BODY) == (False, None)


@pytest.mark.parametrize("result", [None, 7, "id", ["a", 1], {"id": "b", "more": [None, True]}, [], {}])
def test_a_repeated_request_is_told_what_the_first_one_was(work: Work, result: Any) -> None:
    remember(work, HERE, KEY, ROUTE, BODY, result)
    assert replayed(work, HERE, KEY, ROUTE, BODY) == (True, result)
    assert replayed(work, HERE, KEY, ROUTE, BODY) == (True, result)
    assert [row.at for row in rows(work, Idempotency)] == [NOW]


@pytest.mark.parametrize(
    ("route", "body"), [("POST /api/v1/people?", BODY), (ROUTE, "1" * 64), ("POST /api/v1/people?", "1" * 64)]
)
def test_a_key_that_stood_for_another_request_is_refused(work: Work, route: str, body: str) -> None:
    remember(work, HERE, KEY, ROUTE, BODY, "id")
    with refused(work, Invalid, ("key_reused", "header:Idempotency-Key"), code="key_reused"):
        replayed(work, HERE, KEY, route, body)


def test_a_key_is_one_persons_own(work: Work) -> None:
    remember(work, HERE, KEY, ROUTE, BODY, "here")
    assert replayed(work, THERE, KEY, "POST /elsewhere", "1" * 64) == (False, None)
    remember(work, THERE, KEY, ROUTE, BODY, "there")
    assert replayed(work, HERE, KEY, ROUTE, BODY) == (True, "here")
    assert replayed(work, THERE, KEY, ROUTE, BODY) == (True, "there")


def test_keys_differ_by_every_letter(work: Work) -> None:
    remember(work, HERE, KEY, ROUTE, BODY, "id")
    for other in (KEY.upper(), KEY + " ", KEY[:-1]):
        assert replayed(work, HERE, other, ROUTE, BODY) == (False, None)


def test_one_key_is_remembered_once(work: Work) -> None:
    remember(work, HERE, KEY, ROUTE, BODY, "id")
    with undone(work), pytest.raises(IntegrityError):
        remember(work, HERE, KEY, ROUTE, BODY, "another")
    assert replayed(work, HERE, KEY, ROUTE, BODY) == (True, "id")


def test_a_key_is_forgotten_with_the_effect_that_was_undone(work: Work) -> None:
    with undone(work):
        remember(work, HERE, KEY, ROUTE, BODY, "id")
    assert replayed(work, HERE, KEY, ROUTE, BODY) == (False, None)
