"""Is the query what the route takes? UTF-8, no parameter that it does not know, and none twice but those it takes as a
list. The names that came are not repeated: they may hold a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_origin
from urllib.parse import parse_qsl

from fastapi.routing import APIRoute

from mem.core.errors import Invalid, Reason


def parameters_of(route: APIRoute) -> dict[str, bool]:
    """The parameters that a route takes in its query, each with whether it may come several times."""
    return {one.alias: get_origin(one.field_info.annotation) is list for one in route.dependant.query_params}


def check_query(raw: bytes, taken: Mapping[str, bool]) -> None:
    """Raises `Invalid` with everything wrong."""
    reasons = list(_faults(raw, taken))
    if reasons:
        raise Invalid("wrong_content", "The query is not what this address takes.", reasons)


def _faults(raw: bytes, taken: Mapping[str, bool]) -> Iterator[Reason]:
    text, seen = raw.decode("utf-8", "surrogateescape"), set[str]()
    for name, value in parse_qsl(text, keep_blank_values=True, errors="surrogateescape"):
        if name not in taken:
            known = ", ".join(taken) or "none"
            yield Reason("unknown_parameter", f"Known parameters here: {known}.", about="query")
        elif any("\ud800" <= letter <= "\udfff" for letter in value):
            yield Reason("not_utf8", "The value is not UTF-8.", about=f"query:{name}")
        elif name in seen and not taken[name]:
            yield Reason("twice", "This parameter stands twice.", about=f"query:{name}")
        seen.add(name)
