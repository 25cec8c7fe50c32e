"""Is every operation, parameter and field of the API described in words, however deep it stands?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.callers import Api
from tests.road import V1, ok

from mem.api.glossary import MEANING

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SENTENCE = re.compile(r"[A-Z0-9`].*[.]", re.DOTALL)


def undescribed(document: dict[str, Any]) -> Iterator[str]:
    """Every operation, parameter, answer and field that is not described in a sentence."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            here = f"{verb} {path}"
            if not SENTENCE.fullmatch(operation["summary"]) or not SENTENCE.fullmatch(operation["description"]):
                yield here
            for one in operation.get("parameters", ()):
                if not SENTENCE.fullmatch(one.get("description", "")):
                    yield f"{here}: {one['name']}"
            yield from (f"{here}: {status}" for status, one in operation["responses"].items() if not one["description"])
    for name, schema in document["components"]["schemas"].items():
        yield from (f"{name}.{field}" for field in _silent(schema))


def _silent(schema: dict[str, Any]) -> Iterator[str]:
    for field, said in schema.get("properties", {}).items():
        if not SENTENCE.fullmatch(said.get("description", "")):
            yield field


async def test_everything_is_described(api: Api) -> None:
    document = ok(await api.get(f"{V1}/openapi.json"))
    assert list(undescribed(document)) == []
    assert len(document["components"]["schemas"]) > 50


async def test_a_meaning_of_one_shape_is_that_of_a_field_there(api: Api) -> None:
    schemas = ok(await api.get(f"{V1}/openapi.json"))["components"]["schemas"]
    for name in MEANING:
        shape, _, field = name.rpartition(".")
        assert not shape or field in schemas[shape]["properties"], name


async def test_what_a_value_may_be_is_said_for_each_type_of_question(api: Api) -> None:
    schemas = ok(await api.get(f"{V1}/openapi.json"))["components"]["schemas"]
    for shape in ("AnswerIn", "BulkAnswer", "AnswerShown"):
        forms = {one.get("title"): one["type"] for one in schemas[shape]["properties"]["value"]["anyOf"]}
        assert forms == {
            "yes_no": "boolean", "text": "string", "integer": "integer", "year": "integer", "single_choice": "string",
            "multi_choice": "array", "table_by_year": "object", "legal_instrument": "object", "document": "array",
            None: "null",
        }  # fmt: skip
