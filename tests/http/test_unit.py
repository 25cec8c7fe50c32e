"""On which version is a change based, by the headers that came with it?"""

from __future__ import annotations

import pytest

from mem.core.errors import Precondition
from mem.http.unit import expected_version, tag


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "version"),
    [
        ('"v1"', None, 1),
        ('"v12"', None, 12),
        ('"v999999999"', None, 999_999_999),
        (None, "*", 0),
        ('"v3"', "*", 3),
    ],
)
def test_a_version_is_read_from_its_tag_and_a_first_write_from_the_star(
    if_match: str | None, if_none_match: str | None, version: int
) -> None:
    assert expected_version(if_match, if_none_match) == version


@pytest.mark.parametrize(
    "if_match",
    [
        "",
        "*",
        "v1",
        '"1"',
        '"v"',
        '"v0"',
        '"v01"',
        '"v-1"',
        '"v+1"',
        '"v1.0"',
        '"v1000000000"',
        '"V1"',
        "'v1'",
        'W/"v1"',
        'w/"v1"',
        '"v1", "v2"',
        ' "v1"',
        '"v1" ',
        '"v١"',
        '"v1',
    ],
)
def test_a_tag_of_another_form_is_out_of_date(if_match: str) -> None:
    for if_none_match in (None, "*"):
        with pytest.raises(Precondition) as refused:
            expected_version(if_match, if_none_match)
        assert refused.value.code == "stale"


@pytest.mark.parametrize("if_none_match", ["", '"v1"', 'W/"v1"', '"*"', "**", "* ", '"v1", *'])
def test_of_if_none_match_only_the_star_is_understood(if_none_match: str) -> None:
    with pytest.raises(Precondition) as refused:
        expected_version(None, if_none_match)
    assert refused.value.code == "stale"


def test_without_either_header_one_is_asked_for() -> None:
    with pytest.raises(Precondition) as refused:
        expected_version(None)
    assert refused.value.code == "precondition_required"
    assert [(reason.code, reason.where) for reason in refused.value.reasons] == [
        ("precondition_required", "header:If-Match")
    ]


@pytest.mark.parametrize(("version", "said"), [(1, '"v1"'), (27, '"v27"')])
def test_a_version_and_its_tag_are_one(version: int, said: str) -> None:
    assert tag(version) == said
    assert expected_version(said) == version
