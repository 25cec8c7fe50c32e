"""How far may a pointer go into a body? As far as its keys are those of the form that the route takes: any other key
is the caller's own word, perhaps a secret, and is not repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.routing import APIRoute
from pydantic import TypeAdapter

Node = dict[str, Any]
Steps = tuple[str | int, ...]


def form_of(route: APIRoute) -> Node:
    """The JSON Schema of the body that a route takes; of nothing in particular where it takes none."""
    if route.body_field is None:
        return {}
    taken: Any = route.body_field.field_info.annotation
    return TypeAdapter(taken).json_schema()


def pointed(form: Node, steps: Iterable[str | int]) -> tuple[str, list[str]]:
    """The JSON pointer along these steps until one that the form does not know, and the keys known where it ends."""
    pointer, here = "", [*_plain(form, form)]
    for step in steps:
        below = [plain for node in here for one in _below(node, step) for plain in _plain(one, form)]
        if not below:
            break
        pointer, here = f"{pointer}/{step}", below
    return pointer, sorted({key for node in here for key in node.get("properties", ())})


def _below(node: Node, step: str | int) -> Iterator[Node]:
    if isinstance(step, int):
        yield from [node["items"]] if "items" in node else []
    elif step in node.get("properties", ()):
        yield node["properties"][step]
    else:
        yield from (one for pattern, one in node.get("patternProperties", {}).items() if re.search(pattern, step))


def _plain(node: Node, form: Node) -> Iterator[Node]:
    """What a node may be, one by one."""
    if "$ref" in node:
        yield from _plain(form["$defs"][node["$ref"].rpartition("/")[2]], form)
    elif "anyOf" in node:
        for one in node["anyOf"]:
            yield from _plain(one, form)
    else:
        yield node
