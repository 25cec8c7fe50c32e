"""Does a YAML file become plain data with its lines, and a bad one a fault instead of a crash?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mem.core.yaml import Fault, KeyPath, Source, read_yaml


def read(place: Path, text: str | bytes) -> Source | Fault:
    file = place / "file.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(file, "file.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("true", True),
        ("false", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("12", 12),
        ("010", 10),
        ("0x10", 16),
        ("9007199254740991", 2**53 - 1),
        ("1e300", 1e300),
        ("1.5", 1.5),
        ("2016-01-02", "2016-01-02"),
        ("2016-01-02T03:04:05Z", "2016-01-02T03:04:05+00:00"),
        ("12:30", "12:30"),
        ("'12'", "12"),
        ('"a\\u00e9"', "aé"),
        ("[1, [2]]", [1, [2]]),
        ("{b: 1}", {"b": 1}),
        ("{1: b}", {"1": "b"}),
        ("|\n  one\n  two\n", "one\ntwo\n"),
        (">-\n  one\n  two\n", "one two"),
    ],
)
def test_a_value_is_read_as_yaml_1_2_says_with_dates_as_strings(tmp_path: Path, text: str, value: Any) -> None:
    found = read(tmp_path, f"a: {text}\n")
    assert isinstance(found, Source)
    assert found.data == {"a": value}
    assert type(found.data["a"]) is type(value)


def test_what_is_read_is_plain_data_all_the_way_down(tmp_path: Path) -> None:
    found = read(tmp_path, "a: {b: ['x', {c: 2.5}]}\n")
    assert isinstance(found, Source)
    inner = found.data["a"]["b"]
    kinds = [type(part) for part in (found.data, found.data["a"], inner, inner[0], inner[1], inner[1]["c"])]
    assert kinds == [dict, dict, list, str, dict, float]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("first",), 2),
        (("items",), 3),
        (("items", 0), 4),
        (("items", 0, "name"), 4),
        (("items", 0, "long"), 5),
        (("items", 1), 8),
        (("items", 1, "flow"), 8),
        (("items", 1, "flow", "deep"), 8),
        (("last",), 10),
        (("items", 0, "name", "below"), 4),
        (("items", 7), 3),
        (("items", 7, "name"), 3),
        (("nowhere",), 1),
        ((), 1),
    ],
)
def test_every_key_and_item_has_its_line_and_what_is_missing_the_line_of_its_parent(
    tmp_path: Path, path: KeyPath, line: int
) -> None:
    text = "# a comment\nfirst: 1\nitems:\n  - name: a\n    long: |\n      x\n      y\n  - flow: {deep: 1}\n\nlast: z\n"
    found = read(tmp_path, text)
    assert isinstance(found, Source)
    assert found.line(path) == line
    steps = ".".join(str(step) for step in path)
    assert found.fault(path, "wrong") == Fault("file.yaml", line, steps, "wrong")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: [1, 2\n", 3, "expected ',' or ']', but got '<stream end>'"),
        ("a: 1\nb: c: d\n", 2, "mapping values are not allowed here"),
        ("a: 1\n\tb: 2\n", 2, "found character '\\t' that cannot start any token"),
        ("a: *b\n", 1, "found undefined alias 'b'"),
        ("a: 1\n---\nb: 2\n", 2, "but found another document"),
        ("a: 1\nb: " + "[" * 41, 2, "nested more than 40 deep"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(500)), 40, "nested more than 40 deep"),
        (b"a: \x00\n", 1, "not well-formed YAML"),
        (b"a: \xff\n", 1, "cannot be read: UnicodeDecodeError"),
    ],
)
def test_a_file_that_is_not_well_formed_is_a_fault_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, message: str
) -> None:
    assert read(tmp_path, text) == Fault("file.yaml", line, "", message)


MERGE = "a merge key (<<), which is not part of the language"
ANCHOR = "an anchor (&), which is not part of the language"
TWICE = "this key stands twice"


@pytest.mark.parametrize(
    ("text", "line", "path", "message"),
    [
        ("a: 2016-13-45\n", 1, "a", "month must be in 1..12"),
        ("b: 1\na:\n  - 1\n  - 2016-02-30\n", 4, "a.1", "day is out of range for month"),
        ("a: 2016-01-02T25:00:00Z\n", 1, "a", "hour must be in 0..23"),
        ("b: 1\na: !!timestamp x\n", 2, "a", 'failed to construct timestamp from "x"'),
        ("a: !!int x\n", 1, "a", "invalid literal for int() with base 10: 'x'"),
        ("a: !!float x\n", 1, "a", "could not convert string to float: 'x'"),
        ("a: !!bool x\n", 1, "a", "'x'"),
        ("b: 1\na: !own x\n", 2, "a", "the tag '!own', which does not belong here"),
        ("a: !!omap [{x: 1}]\n", 1, "a", "the tag 'tag:yaml.org,2002:omap', which does not belong here"),
        ("b: 1\na: !!seq {b: 1}\n", 2, "a", "the tag 'tag:yaml.org,2002:seq', which does not belong here"),
        ("b: 1\n<<: {a: 1}\n", 2, "", MERGE),
        ("c: {d: [{<<: {a: 1}, b: 2}]}\n", 1, "c.d.0", MERGE),
        ("b: 1\na: &x {b: 1}\nc:\n  <<: *x\n", 2, "a", ANCHOR),
        ("a: &x [1]\n", 1, "a", ANCHOR),
        ("a: &x [*x]\n", 1, "a", ANCHOR),
        ("a: {b: [&x {c: 1}]}\nd: *x\n", 1, "a.b.0", ANCHOR),
        ("a: 1\n&x b: 1\n", 2, "", ANCHOR),
        ("z:\n  a: &a [x, x]\n  b: &b [*a, *a]\n  c: &c [*b, *b]\n  d: [*c, *c]\n", 2, "z.a", ANCHOR),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, "b.c", TWICE),
        ("1: a\n'1': b\n", 2, "1", TWICE),
        ("a: {b: [{'2016': a, 2016: b}]}\n", 1, "a.b.0.2016", TWICE),
        ("a: {[b]: 1}\n", 1, "a", "a key that is no word"),
        ("a: .nan\n", 1, "a", "a number that JSON cannot say: .nan"),
        ("a: [-.inf]\n", 1, "a.0", "a number that JSON cannot say: -.inf"),
        ("a: 1.0e+999\n", 1, "a", "a number that JSON cannot say: 1.0e+999"),
        ("# big\na: 9007199254740992\n", 2, "a", "a number that JSON cannot say: 9007199254740992"),
        ("a: {b: -9007199254740992}\n", 1, "a.b", "a number that JSON cannot say: -9007199254740992"),
    ],
)
def test_a_value_that_cannot_be_built_or_written_down_is_a_fault_where_it_stands(
    tmp_path: Path, text: str, line: int, path: str, message: str
) -> None:
    assert read(tmp_path, text) == Fault("file.yaml", line, path, f"holds what cannot be read: {message}")


def test_what_is_nested_forty_deep_is_read(tmp_path: Path) -> None:
    assert isinstance(read(tmp_path, "a: " + "[" * 38 + "]" * 38), Source)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert read_yaml(tmp_path / "gone.yaml", "x/gone.yaml") == Fault(
        "x/gone.yaml", 1, "", "cannot be read: FileNotFoundError"
    )


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, "# only a comment\n")
    assert isinstance(found, Source)
    assert found.data is None


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("round.yaml", 7, "stages.closed", "never left"), "round.yaml:7: stages.closed: never left"),
        (Fault("round.yaml", 1, "", "this file is missing"), "round.yaml:1: (file): this file is missing"),
    ],
)
def test_a_fault_says_where_it_is(fault: Fault, said: str) -> None:
    assert str(fault) == said
