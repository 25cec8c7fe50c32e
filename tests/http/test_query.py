"""Is a query refused that the route does not take, with everything wrong and no word that came?"""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import Query
from fastapi.routing import APIRoute
from tests.callers import Api, person
from tests.road import V1, ok, refused

from mem.core.errors import Invalid
from mem.http.query import check_query, parameters_of


def take(
    title: str, unit: Annotated[list[str], Query(max_length=3)], file_name: Annotated[str | None, Query()] = None
) -> None: ...


TAKEN = parameters_of(APIRoute("/files", take))


def test_a_route_says_what_it_takes_and_what_may_come_several_times() -> None:
    assert TAKEN == {"title": False, "unit": True, "file_name": False}


@pytest.mark.parametrize(
    "raw", [b"", b"title=a", b"title=a&unit=b&unit=c", b"unit=", b"title=%C3%A9", "title=é".encode(), b"title=a+b"]
)
def test_what_the_route_takes_is_taken(raw: bytes) -> None:
    check_query(raw, TAKEN)


@pytest.mark.parametrize(
    ("raw", "reasons"),
    [
        (b"title=a&title=b", [("twice", "query:title")]),
        (b"title=a&title=a&title=", [("twice", "query:title"), ("twice", "query:title")]),
        (b"title=%ff%fe", [("not_utf8", "query:title")]),
        (b"title=\xff", [("not_utf8", "query:title")]),
        (b"title=%ED%A0%80", [("not_utf8", "query:title")]),
        (b"unit=a&unit=%C3", [("not_utf8", "query:unit")]),
        (b"secret=1", [("unknown_parameter", "query")]),
        (b"Title=1", [("unknown_parameter", "query")]),
        (b"secret", [("unknown_parameter", "query")]),
        (b"%ff=secret&title=a&title=b", [("unknown_parameter", "query"), ("twice", "query:title")]),
    ],
)
def test_what_it_does_not_take_is_refused_with_all_that_is_wrong(raw: bytes, reasons: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid) as refusal:
        check_query(raw, TAKEN)
    assert [(one.code, one.about) for one in refusal.value.reasons] == reasons
    assert "secret" not in "".join(one.message for one in refusal.value.reasons)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_an_unknown_parameter_is_refused_by_every_route_of_the_api_and_by_no_page(api: Api) -> None:
    officer = person(api, "mem_unit")
    for path, operations in ok(await api.get(f"{V1}/openapi.json"))["paths"].items():
        for verb in operations:
            problem = refused(await officer.send(verb.upper(), f"{path}?secret=1", {}), 422)
            assert "unknown_parameter" in [one["code"] for one in problem["errors"]], (verb, path)
    assert (await api.get("/en/?campaign=1")).status_code == 200
