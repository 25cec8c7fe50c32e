"""Is a body read as strict JSON, and refused with its own code and without a word of what it said?"""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter

from mem.http.body import DEEPEST, Malformed, strict_json


def nested(depth: int, left: bytes = b"[", right: bytes = b"]") -> bytes:
    return left * depth + right * depth


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b"[]", []),
        (b" \n{ }\t", {}),
        (b"null", None),
        (b"true", True),
        (b"false", False),
        (b"0", 0),
        (b"-1", -1),
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", -(2**53) + 1),
        (b"1.5", 1.5),
        (b"-0.25e2", -25.0),
        (b"1e308", 1e308),
        (b'""', ""),
        (b'"hello"', "hello"),
        ("é ñ 😀".join('""').encode(), "é ñ 😀"),
        (rb'"\u00e9"', "é"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\uD83D\uDE00!"', "😀!"),
        (rb'"\\u0000"', r"\u0000"),
        (rb'"\\ud800"', r"\ud800"),
        (rb'"\n\t\"\/"', '\n\t"/'),
        (b'{"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]}', {"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]}),
        (b'{"": 1, " ": 2}', {"": 1, " ": 2}),
        (b'{"a": 1, "A": 2}', {"a": 1, "A": 2}),
        (b'"NaN"', "NaN"),
    ],
)
def test_strict_json_is_read(body: bytes, value: Any) -> None:
    found = strict_json(body)
    assert found == value
    assert type(found) is type(value)


REFUSED: list[tuple[str, bytes, str]] = [
    ("a key that stands twice", b'{"secret": 1, "secret": 2}', "duplicate_key"),
    ("a key that stands twice with one value", b'{"secret": 1, "secret": 1}', "duplicate_key"),
    ("a key that stands twice below", b'{"a": [{"secret": 1, "b": 2, "secret": 3}]}', "duplicate_key"),
    ("a key that stands twice, once escaped", rb'{"secret": 1, "\u0073ecret": 2}', "duplicate_key"),
    ("NaN", b'{"secret": NaN}', "not_a_number"),
    ("Infinity", b"[Infinity]", "not_a_number"),
    ("-Infinity", b"-Infinity", "not_a_number"),
    ("a number past the floats", b"1e999", "number_out_of_range"),
    ("a number past the floats below zero", b'{"secret": -1e999}', "number_out_of_range"),
    ("an integer of 2^53", b"9007199254740992", "number_out_of_range"),
    ("an integer of -2^53", b"[-9007199254740992]", "number_out_of_range"),
    ("an integer past 2^53", b"9007199254740993", "number_out_of_range"),
    ("an integer of 17 digits", b"10000000000000000", "number_out_of_range"),
    ("an integer of 5,000 digits", b"9" * 5_000, "number_out_of_range"),
    ("an escaped NUL", rb'"secret\u0000"', "nul"),
    ("an escaped NUL in a key", rb'{"secret\u0000": 1}', "nul"),
    ("an escaped NUL below", rb'{"a": ["x", {"b": "secret\u0000"}]}', "nul"),
    ("a raw NUL", b'"secret\x00"', "not_json"),
    ("a raw line break in a text", b'"secret\n"', "not_json"),
    ("a lone high surrogate", rb'"secret\ud800"', "lone_surrogate"),
    ("a lone low surrogate", rb'"secret\udc00"', "lone_surrogate"),
    ("two surrogates the wrong way round", rb'"secret\ude00\ud83d"', "lone_surrogate"),
    ("a lone surrogate in a key", rb'{"secret\udfff": 1}', "lone_surrogate"),
    ("a lone surrogate after a pair", rb'["\ud83d\ude00", "secret\ud83d"]', "lone_surrogate"),
    ("bytes that are no UTF-8", b'"secret\xff"', "not_utf8"),
    ("a surrogate as UTF-8", b'"secret\xed\xa0\x80"', "not_utf8"),
    ("a letter in two bytes too many", b'"\xc0\x80"', "not_utf8"),
    ("UTF-16", '{"secret": 1}'.encode("utf-16"), "not_utf8"),
    ("a byte order mark", b'\xef\xbb\xbf{"secret": 1}', "not_json"),
    ("nothing", b"", "not_json"),
    ("only spaces", b"  \n", "not_json"),
    ("a word", b"secret", "not_json"),
    ("two values", b'{"secret": 1} 2', "not_json"),
    ("a comma too many", b'["secret",]', "not_json"),
    ("single quotes", b"{'secret': 1}", "not_json"),
    ("a comment", b'// secret\n{"a": 1}', "not_json"),
    ("a leading zero", b"01", "not_json"),
    ("a plus", b"+1", "not_json"),
    ("hexadecimal", b"0x10", "not_json"),
    ("half an object", b'{"secret": ', "not_json"),
    ("a key without quotes", b"{secret: 1}", "not_json"),
    ("a short escape", rb'"secret\u00"', "not_json"),
    ("lists one too deep", nested(DEEPEST + 1), "too_deep"),
    ("objects one too deep", b'{"secret":' * DEEPEST + b"{}" + b"}" * DEEPEST, "too_deep"),
    ("500 lists", nested(500), "too_deep"),
    ("20,000 lists", nested(20_000), "too_deep"),
    ("20,000 objects", b'{"secret":' * 20_000 + b"1" + b"}" * 20_000, "too_deep"),
    ("20,000 lists that never end", b"[" * 20_000, "too_deep"),
]


@pytest.mark.parametrize(("body", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_not_strict_json_is_refused_with_its_code_and_not_repeated(body: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        strict_json(body)
    assert refused.value.code == code
    assert [reason.code for reason in refused.value.reasons] == [code]
    said = [refused.value.message, str(refused.value), *(reason.message for reason in refused.value.reasons)]
    assert all(sentence and "secret" not in sentence for sentence in said)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("depth", [1, 2, DEEPEST])
def test_a_body_may_be_so_deep(depth: int) -> None:
    assert strict_json(nested(depth)) is not None
    assert strict_json(b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)) is not None


class Inner(BaseModel):
    text: str
    by_language: dict[Annotated[str, StringConstraints(pattern="^[a-z]{2}$")], str]
    value: Any = Field(None, json_schema_extra={"anyOf": [{"type": "null"}, {"items": {"type": "number"}}]})


class Form(BaseModel):
    items: list[Inner]
    one: Inner | None


FORM = TypeAdapter(Form).json_schema()


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        (rb'"\u0000"', "nul", [""]),
        (rb'{"one": {"text": "\u0000"}}', "nul", ["/one/text"]),
        (rb'{"items": [{"text": "a"}, {"text": "\ud800"}]}', "lone_surrogate", ["/items/1/text"]),
        (rb'{"one": {"text\u0000": 1}}', "nul", ["/one"]),
        (rb'{"one": {"by_language": {"es": "\u0000", "secret": "\u0000"}}}', "nul",
         ["/one/by_language/es", "/one/by_language"]),
        (rb'{"secret": {"text": "\u0000"}}', "nul", [""]),
        (rb'{"one": {"text": {"secret": "\u0000"}}}', "nul", ["/one/text"]),
        (rb'{"one": {"value": [1, NaN, -Infinity]}}', "not_a_number", ["/one/value/1", "/one/value/2"]),
        (b'{"items": [{}, {"value": 1e999}]}', "number_out_of_range", ["/items/1/value"]),
        (b'{"items": [{}, {"value": 9007199254740992}]}', "number_out_of_range", ["/items/1/value"]),
        (b'{"items": [{}, {"secret": 1, "secret": 2}]}', "duplicate_key", ["/items/1"]),
        (b'{"one": 1, "one": 2}', "duplicate_key", [""]),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_pointed_at_everywhere_as_far_as_the_form_knows_the_keys(
    body: bytes, code: str, where: list[str]
) -> None:
    with pytest.raises(Malformed) as refused:
        strict_json(body, FORM)
    assert [(reason.code, reason.where) for reason in refused.value.reasons] == [(code, one) for one in where]


@pytest.mark.parametrize(("body", "line", "column"), [(b"{x", 1, 2), (b'{\n  "a": 1,\n  oops\n}', 3, 3), (b"", 1, 1)])
def test_what_is_no_json_is_pointed_at_by_line_and_column(body: bytes, line: int, column: int) -> None:
    with pytest.raises(Malformed) as refused:
        strict_json(body)
    assert refused.value.message == f"The body is no JSON (line {line}, column {column})."
