"""Does each type take the right values, refuse every wrong one where it is wrong, and say what it holds?"""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from mem.core.canonical import canonical
from mem.questionnaires.types import LONGEST_TEXT, TYPES, Shape, is_link

SHAPE = Shape(("a", "b", "c", "none", "unknown"), ("men", "women"), (2016, 2017, 2018), frozenset({"none", "unknown"}))
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
LAW = {"title": "Law on drugs", "number": "12/2016", "date": "2016-02-29", "link": "https://example.org/law?n=12"}
LABELS = {"yes": "sí", "no": "no", "a": "Alpha", "b": "Beta", "men": "Men", "women": "Women", "documents": "Documents"}

RIGHT: dict[str, list[Any]] = {
    "yes_no": [True, False],
    "text": ["a", "¿Sí?", "two\nlines", "x" * LONGEST_TEXT],
    "integer": [0, 1, 2**53 - 1],
    "year": [1800, 1999, 2016, 2200],
    "single_choice": ["a", "b", "c"],
    "multi_choice": [["a"], ["c", "a"], ["a", "b", "c"], ["none"]],
    "table_by_year": [
        {"men": {"2016": 0}},
        {"men": {"2016": 1, "2018": 2.5}},
        {"women": {"2017": 3}, "men": {"2016": 4, "2017": 5, "2018": 2**53 - 1}},
    ],
    "legal_instrument": [
        LAW,
        {"title": "Law"},
        {"title": "Law", "number": None, "date": None, "link": None},
        {"title": "x" * 500, "number": "n" * 200},
    ],
    "document": [[ID], [ID, OTHER_ID], [f"0f8fad5b-d9cb-469f-a165-{number:012}" for number in range(50)]],
}

Row = tuple[Any, list[tuple[str, str]]]
"""A wrong value, and each of its faults by code and place."""


def all_wrong(*values: Any, at: str = "", code: str = "wrong_value") -> list[Row]:
    return [(value, [(code, at)]) for value in values]


def laws(key: str, *values: Any) -> list[Row]:
    """Laws of which one entry is wrong."""
    return [({"title": "Law", key: value}, [("wrong_value", f"/{key}")]) for value in values]


def cells(*values: Any) -> list[Row]:
    """Tables of which one cell is wrong."""
    return [({"men": {"2016": value}}, [("wrong_value", "/men/2016")]) for value in values]


NAN, INFINITE = float("nan"), float("inf")
WRONG: dict[str, list[Row]] = {
    "yes_no": all_wrong(None, 0, 1, "true", "yes", "", [], {}, [True], 1.0),
    "text": [
        *all_wrong(None, "", "  ", "\n\t", 0, 7, True, ["a"], {"a": "b"}),
        *all_wrong("x" * (LONGEST_TEXT + 1), code="too_long"),
        *all_wrong("yes \u202eon", "zero\u200bwidth", "\x1b[2J", code="hidden_character"),
    ],
    "integer": all_wrong(None, -1, 1.0, 1.5, "1", "", True, False, [1], {}, 2**53, 10**30, NAN, INFINITE),
    "year": all_wrong(None, 1799, 2201, 0, -2016, 16, "2016", 2016.0, True, [2016], {"year": 2016}, 20160),
    "single_choice": all_wrong(None, "", "d", "A", "a ", 0, True, ["a"], {"a": True}, "a,b"),
    "multi_choice": [
        *all_wrong(None, [], "a", {}, {"a": True}, True, 0),
        *all_wrong(["d"], at="/0"),
        *all_wrong(["a", None], ["a", ["b"]], ["a", 1], at="/1"),
        (["a", "d", "b", "e"], [("wrong_value", "/1"), ("wrong_value", "/3")]),
        (["a", "b", "a"], [("twice", "/2")]),
        (["a", "a", "x"], [("twice", "/1"), ("wrong_value", "/2")]),
        (["a", "none"], [("exclusive_choice", "/1")]),
        (["none", "unknown"], [("exclusive_choice", "/0"), ("exclusive_choice", "/1")]),
    ],
    "table_by_year": [
        *all_wrong(None, {}, [], "", 5, True, [["men", 1]]),
        *all_wrong({"men": {}}, {"men": 7}, {"men": None}, {"men": [1, 2]}, at="/men"),
        *all_wrong({"men": {"2015": 1}}, {"men": {"16": 1}}, {"men": {"2016 ": 1}}, at="/men", code="unknown_year"),
        *cells(None, "1", "", True, False, -1, -0.5, [], {}, 2**53, float(2**53), 1e300, NAN, INFINITE),
        (
            {"men": {"2016": -1, "2017": 1, "2018": "2"}, "women": {"2014": 1}},
            [("wrong_value", "/men/2016"), ("wrong_value", "/men/2018"), ("unknown_year", "/women")],
        ),
    ],
    "legal_instrument": [
        *all_wrong(None, "Law", [], ["Law"], 5, True, {**LAW, "author": "x"}),
        *all_wrong({}, {"title": None}, {"title": " "}, {"title": 5}, at="/title"),
        *all_wrong({"title": "x" * 501}, at="/title", code="too_long"),
        *laws("number", 12, ""),
        *all_wrong({"title": "Law", "number": "n" * 201}, at="/number", code="too_long"),
        *laws("date", "", "2016", "2016-02-30", "2016-13-01", "20160229", "29-02-2016", "2016-2-29", 20160229, True),
        *laws("date", "2016-02-29T00:00", "2015-02-29", "2016/02/29", "2016-W09-1", "2016W091", "2016-060"),
        *laws("date", " 2016-02-29", "2016-02-29\n", "0000-01-01", "٢٠١٦-٠٢-٢٩", "12016-02-29"),
        *laws("link", "", "example.org", "ftp://example.org", "javascript:alert(1)", "http://", 5),
        (
            {"title": "", "number": "", "date": "soon", "link": "there"},
            [("wrong_value", "/title"), ("wrong_value", "/number"), ("wrong_value", "/date"), ("wrong_value", "/link")],
        ),
    ],
    "document": [
        *all_wrong(None, [], ID, {}, {ID: True}, 5, [ID] * 51),
        *all_wrong([ID.upper()], [ID.replace("-", "")], [f"{{{ID}}}"], [f"urn:uuid:{ID}"], [""], at="/0"),
        ([ID, "x"], [("wrong_value", "/1")]),
        ([ID, ID], [("twice", "/1")]),
        ([ID, OTHER_ID, ID, ID], [("twice", "/2"), ("twice", "/3")]),
        (["x", "x"], [("wrong_value", "/0"), ("wrong_value", "/1")]),
        ([None, ID, 5], [("wrong_value", "/0"), ("wrong_value", "/2")]),
    ],
}


def test_every_type_has_a_table_of_right_and_of_wrong_values() -> None:
    assert set(RIGHT) == set(WRONG) == set(TYPES)
    assert all(kind.name == name for name, kind in TYPES.items())


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_a_right_value_has_no_fault(name: str, value: Any) -> None:
    assert list(TYPES[name].faults(value, SHAPE)) == []


@pytest.mark.parametrize(
    ("name", "value", "found"), [(name, value, found) for name, rows in WRONG.items() for value, found in rows]
)
def test_a_wrong_value_has_every_fault_with_its_code_where_it_is(
    name: str, value: Any, found: list[tuple[str, str]]
) -> None:
    faults = list(TYPES[name].faults(value, SHAPE))
    assert [(fault.code, fault.where) for fault in faults] == found
    assert all(fault.message.endswith(".") for fault in faults)


def test_an_unknown_row_is_told_at_the_table_since_its_name_is_not_repeated() -> None:
    faults = list(TYPES["table_by_year"].faults({"children": {"2016": 1}, "men": {"2016": 1}}, SHAPE))
    assert [(fault.code, fault.where) for fault in faults] == [("unknown_row", "")]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_a_right_value_can_be_written_down(name: str, value: Any) -> None:
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "hunter2 " * 2000),
        ("single_choice", "hunter2"),
        ("multi_choice", ["hunter2"]),
        ("integer", "hunter2"),
        ("table_by_year", {"hunter2": {"hunter2": "hunter2"}}),
        ("legal_instrument", {"title": "Law", "date": "hunter2", "link": "hunter2"}),
        ("document", ["hunter2"]),
    ],
)
def test_no_fault_repeats_what_was_sent(name: str, value: Any) -> None:
    faults = list(TYPES[name].faults(value, SHAPE))
    assert faults
    assert not any("hunter2" in f"{fault.message}{fault.where}" for fault in faults)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_without_a_shape_nothing_that_needs_one_fits(name: str) -> None:
    for value in RIGHT[name]:
        fits = not list(TYPES[name].faults(value, Shape()))
        assert fits is not (name in {"single_choice", "multi_choice", "table_by_year"})


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("yes_no", set()),
        ("text", set()),
        ("integer", set()),
        ("year", set()),
        ("single_choice", {"choices"}),
        ("multi_choice", {"choices"}),
        ("table_by_year", {"rows"}),
        ("legal_instrument", set()),
        ("document", set()),
    ],
)
def test_a_type_says_which_extras_its_questions_must_have(name: str, takes: set[str]) -> None:
    assert TYPES[name].takes == takes


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("yes_no", True, "sí"),
        ("yes_no", False, "no"),
        ("text", "As written.", "As written."),
        ("integer", 0, "0"),
        ("integer", 1500, "1500"),
        ("year", 2016, "2016"),
        ("single_choice", "b", "Beta"),
        ("multi_choice", ["b", "a"], "Beta, Alpha"),
        ("multi_choice", ["a"], "Alpha"),
        ("table_by_year", {"men": {"2016": 5}}, "Men: 2016 5"),
        (
            "table_by_year",
            {"women": {"2018": 0.5, "2016": 1234567}, "men": {"2017": 0}},
            "Women: 2016 1234567, 2018 0.5; Men: 2017 0",
        ),
        ("legal_instrument", {"title": "Law"}, "Law"),
        ("legal_instrument", LAW, "Law on drugs, 12/2016, 2016-02-29"),
        ("legal_instrument", {"title": "Law", "number": None, "date": "2016-02-29"}, "Law, 2016-02-29"),
        ("document", [ID], "Documents: 1"),
        ("document", [ID, OTHER_ID], "Documents: 2"),
    ],
)
def test_a_value_is_said_in_words_with_the_labels_of_its_codes(name: str, value: Any, said: str) -> None:
    assert TYPES[name].said(value, lambda code: LABELS[code]) == said


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("https://example.org", True),
        ("http://example.org/a/b?c=d&e=f#g", True),
        ("HTTPS://EXAMPLE.ORG", True),
        ("https://example.org:8443/x", True),
        ("https://[2001:db8::1]/x", True),
        ("https://ejemplo.españa/ley", True),
        ("https://example.org/" + "x" * 1_980, True),
        ("https://example.org/" + "x" * 1_981, False),
        ("https://example.org/a b", False),
        ("https://user:pass@example.org", False),
        ("https://user@example.org", False),
        ("https://@example.org", False),
        ("https://example.org/@someone", True),
        ("https://example.org/\u202egnp.exe", False),
        ("https://example.org/\n", False),
        (" https://example.org", False),
        ("//example.org", False),
        ("example.org", False),
        ("https:example.org", False),
        ("https:///path", False),
        ("https://[::1", False),
        ("https://", False),
        ("ftp://example.org", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("", False),
        (None, False),
        (b"https://example.org", False),
        (["https://example.org"], False),
    ],
)
def test_a_link_is_an_absolute_address_of_the_web(value: Any, found: bool) -> None:
    assert is_link(value) is found


# --- as JSON Schema -------------------------------------------------------------------------------------------------

BEYOND_A_SCHEMA: dict[str, list[Any]] = {
    "integer": [1.0],
    "year": [2016.0],
    "text": ["yes \u202eon", "zero\u200bwidth", "\x1b[2J"],
    "multi_choice": [["none", "unknown"], ["a", "none"]],
    "legal_instrument": [{"title": "Law", "link": "http://"}, {"title": "Law", "date": "0000-01-01"}],
}
"""Wrong values that a schema lets pass: to JSON Schema 1.0 is a whole number."""


def fits(name: str, value: Any, shape: Shape = SHAPE) -> bool:
    validator = jsonschema_rs.Draft202012Validator(TYPES[name].schema(shape), validate_formats=True)
    return validator.is_valid(value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_a_right_value_fits_the_schema_of_its_question_and_of_its_type(name: str, value: Any) -> None:
    assert fits(name, value)
    assert fits(name, value, Shape())


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, rows in WRONG.items() for value, _ in rows])
def test_a_wrong_value_does_not_fit_the_schema_of_its_question(name: str, value: Any) -> None:
    assert fits(name, value) is (str(value) in map(str, BEYOND_A_SCHEMA.get(name, [])))
