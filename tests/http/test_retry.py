"""Is a unit of work that the database gave up done again, wholly, and only then?"""

from __future__ import annotations

import pytest
from fastapi import Request, Response
from sqlalchemy.exc import DBAPIError, OperationalError

from mem.http.retry import ATTEMPTS, FUNCTION_STACK, given_up, whole_unit


class FromDriver(Exception):
    """An error as a driver raises it."""

    def __init__(self, text: str = "", sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


def failing(sqlstate: str) -> OperationalError:
    return OperationalError("UPDATE", {}, FromDriver(sqlstate=sqlstate))


class Unit:
    """A handler that fails some times before it succeeds, and notes when each of its units began and ended."""

    def __init__(self, failures: list[Exception], at_commit: bool = False) -> None:
        self.failures, self.at_commit, self.log = failures, at_commit, list[str]()

    async def __call__(self, request: Request) -> Response:
        stack = request.scope[FUNCTION_STACK]
        self.log.append("begin")
        stack.push_async_exit(self.end)
        if self.failures and not self.at_commit:
            raise self.failures.pop(0)
        return Response("done")

    async def end(self, kind: type[BaseException] | None, error: BaseException | None, where: object) -> None:
        self.log.append("rollback" if kind else "commit")
        if self.failures and self.at_commit:
            raise self.failures.pop(0)


@pytest.fixture
def request_() -> Request:
    return Request({"type": "http", "method": "POST", "path": "/", "headers": []})


async def test_a_unit_given_up_is_ended_before_the_next_begins(request_: Request) -> None:
    unit = Unit([failing("40001"), failing("40P01")])
    response = await whole_unit(unit, request_)
    assert response.body == b"done"
    assert unit.log == ["begin", "rollback", "begin", "rollback", "begin", "commit"]


async def test_a_unit_given_up_at_its_commit_is_done_again(request_: Request) -> None:
    unit = Unit([failing("40001")], at_commit=True)
    assert (await whole_unit(unit, request_)).body == b"done"
    assert unit.log == ["begin", "commit", "begin", "commit"]


async def test_after_the_last_attempt_the_error_is_raised(request_: Request) -> None:
    unit = Unit([failing("55P03") for _ in range(ATTEMPTS)])
    with pytest.raises(OperationalError):
        await whole_unit(unit, request_)
    assert unit.log == ["begin", "rollback"] * ATTEMPTS


async def test_an_error_of_another_kind_is_not_tried_again(request_: Request) -> None:
    unit = Unit([failing("23503")])
    with pytest.raises(OperationalError):
        await whole_unit(unit, request_)
    assert unit.log == ["begin", "rollback"]


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (FromDriver(sqlstate="40001"), True),
        (FromDriver(sqlstate="40P01"), True),
        (FromDriver(sqlstate="55P03"), True),
        (FromDriver("database is locked"), True),
        (FromDriver(sqlstate="23503"), False),
        (FromDriver(sqlstate="23505"), True),
        (FromDriver("database disk image is malformed"), False),
    ],
)
def test_what_is_tried_again(error: FromDriver, again: bool) -> None:
    assert given_up(DBAPIError("SELECT", {}, error)) is again
