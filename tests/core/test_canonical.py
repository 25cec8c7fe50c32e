"""Are the bytes of a JSON value those of RFC 8785, and its digest the one over them?"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import rfc8785

from mem.core.canonical import canonical, digest, digest_of


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        ([], "[]"),
        ({}, "{}"),
        ({"b": 1, "a": [1, {"d": None, "c": "x"}]}, '{"a":[1,{"c":"x","d":null}],"b":1}'),
        ([333333333.33333329, 1e30, 4.50, 2e-3, 1e-27], "[333333333.3333333,1e+30,4.5,0.002,1e-27]"),
        (1.0, "1"),
        (-0.0, "0"),
        (2**53 - 1, "9007199254740991"),
        (-(2**53) + 1, "-9007199254740991"),
        ("é ñ", '"é ñ"'),
        ('\u20ac$\x0f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        (
            {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7},
            '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
        ),
    ],
)
def test_the_bytes_are_those_of_the_standard(value: Any, written: str) -> None:
    assert canonical(value) == written.encode()


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), float("-inf"), 2**53 + 1, -(2**53) - 1, "\ud800", {"a": [2**60]}]
)
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical(value)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ],
)
def test_a_digest_is_sha_256_in_lower_case_hex(data: bytes, found: str) -> None:
    assert digest(data) == found


def test_the_digest_of_a_value_does_not_depend_on_the_order_of_its_keys() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) == hashlib.sha256(b'{"a":1,"b":2}').hexdigest()


def test_values_that_differ_have_digests_that_differ() -> None:
    values: list[Any] = [None, False, 0, "", [], {}, "0", [0], {"a": None}, {"a": 0}]
    assert len({digest_of(value) for value in values}) == len(values)
