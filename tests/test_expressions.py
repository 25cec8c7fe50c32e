"""Does a condition hold exactly when it is true, and is what is no condition refused?"""

from __future__ import annotations

from typing import Any

import pytest

from mem.expressions import MAX_LENGTH, BadExpression, holds, names


@pytest.mark.parametrize(
    ("source", "values", "found"),
    [
        ("true", {}, True),
        ("false", {}, False),
        ("a == true", {"a": True}, True),
        ("a == true", {"a": False}, False),
        ("a == false", {"a": False}, True),
        ("a == 'x'", {"a": "x"}, True),
        ("a == 'x' || a == 'y'", {"a": "y"}, True),
        ("a == 'x' && b > 2", {"a": "x", "b": 3}, True),
        ("a == 'x' && b > 2", {"a": "x", "b": 2}, False),
        ("a != 'x'", {"a": "y"}, True),
        ("!(a == 'x')", {"a": "x"}, False),
        ("a > 2", {"a": 2.5}, True),
        ("a >= 2 && a <= 4", {"a": 4}, True),
        ("'x' in a", {"a": ["y", "x"]}, True),
        ("'x' in a", {"a": ["y"]}, False),
        ("'x' in a || 'y' in a", {"a": ["y"]}, True),
        ("size(a) > 1", {"a": ["x", "y"]}, True),
        ("a['trained']['2016'] > 10", {"a": {"trained": {"2016": 11}}}, True),
        ("a.title == 'Law'", {"a": {"title": "Law"}}, True),
        ("has(a.title)", {"a": {"title": "Law"}}, True),
        ("has(a.title)", {"a": {}}, False),
        ("a.startsWith('La')", {"a": "Law"}, True),
        ("a.endsWith('aw')", {"a": "Law"}, True),
        ("a.contains('a')", {"a": "Law"}, True),
        ("a.matches('^L.w$')", {"a": "Law"}, True),
        ("matches(a, '^w')", {"a": "Law"}, False),
        ("int(a) == 3 && double(a) == 3.0 && string(a) == '3'", {"a": 3}, True),
        ("a.exists(x, x == 'q')", {"a": ["p", "q"]}, True),
        ("a.exists(x, x == 'q')", {"a": []}, False),
        ("a.exists_one(x, x == 'q')", {"a": ["q", "q"]}, False),
        ("a.all(x, x > 1)", {"a": [2, 3]}, True),
        ("size(a.filter(x, x > 1)) == 1", {"a": [1, 2]}, True),
        ("a.map(x, x + 1) == [2, 3]", {"a": [1, 2]}, True),
        ("a.exists(x, x == 'q')", {"a": ["q"], "x": "another"}, True),
        ("(a > 2 ? b : c) == 'x'", {"a": 3, "b": "x", "c": "y"}, True),
    ],
)
def test_a_condition_is_judged_by_the_values_of_its_names(source: str, values: dict[str, Any], found: bool) -> None:
    assert holds(source, values) is found


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("a == true", {"a": None}),
        ("a == false", {"a": None}),
        ("a == 'x'", {"a": None}),
        ("a > 2", {"a": None}),
        ("a < 2", {"a": None}),
        ("'x' in a", {"a": None}),
        ("size(a) > 0", {"a": None}),
        ("a == true", {}),
        ("a == false", {}),
        ("a == true", {"b": True}),
        ("a > 2", {"a": "3"}),
        ("a == true", {"a": "true"}),
        ("a == true", {"a": 1}),
        ("'x' in a", {"a": 7}),
        ("a.title == 'Law'", {"a": {}}),
        ("a.title == 'Law'", {"a": None}),
        ("a['x'] > 1", {"a": {"y": 2}}),
        ("a == null", {}),
        ("a != 'x'", {}),
        ("has(a.title)", {"a": None}),
        ("a.exists(x, x == 'q')", {"a": None}),
        ("a.all(x, x > 1)", {"a": [2, "x"]}),
    ],
)
def test_a_comparison_with_what_is_absent_or_of_another_type_does_not_hold(source: str, values: dict[str, Any]) -> None:
    assert holds(source, values) is False


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a == null", True),
        ("a != null", False),
        ("a != 'x'", True),
        ("!(a == 'x')", True),
        ("a != 0", True),
        ("a != false", True),
        ("a == a", True),
        ("a == b", True),
    ],
)
def test_null_equals_nothing_but_null(source: str, found: bool) -> None:
    assert holds(source, {"a": None, "b": None}) is found


LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("1 / a == 1", {"a": 0}),
        ("a % 0 == 1", {"a": 1}),
        (f"a + {LARGEST} > 0", {"a": 1}),
        (f"a * {LARGEST} > 0", {"a": 2}),
        ("-a > 0", {"a": -LARGEST - 1}),
        ("a[5] == 1", {"a": [1]}),
        ("a[-1] == 1", {"a": [1]}),
        ("int(a) > 0", {"a": "x"}),
        ("int(a) > 0", {"a": 1e300}),
        ("double(a) > 0.0", {"a": "x"}),
        ("a.matches('(')", {"a": "x"}),
        ("a ==", {"a": "x"}),
        ("nonsense(a)", {"a": True}),
        ("no_such_function(a)", {"a": True}),
    ],
)
def test_what_cannot_be_computed_does_not_hold_and_does_not_raise(source: str, values: dict[str, Any]) -> None:
    assert holds(source, values) is False


@pytest.mark.parametrize(("source", "values"), [("a", {"a": 1}), ("a", {"a": "true"}), ("'yes'", {}), ("[true]", {})])
def test_only_true_holds_and_nothing_that_is_merely_like_it(source: str, values: dict[str, Any]) -> None:
    assert holds(source, values) is False


def test_the_other_side_of_an_or_is_judged_though_one_side_is_absent() -> None:
    assert holds("'x' in a || b == true", {"a": None, "b": True}) is True
    assert holds("b == true || 'x' in a", {"a": None, "b": True}) is True
    assert holds("'x' in a && b == true", {"a": None, "b": True}) is False


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("true", set()),
        ("a == true", {"a"}),
        ("a == true && 'x' in b || c > 2", {"a", "b", "c"}),
        ("a == a", {"a"}),
        ("a.title == 'b'", {"a"}),
        ("size(a) > 1", {"a"}),
        ("a['x'] == b", {"a", "b"}),
        ("is_1_1 == true", {"is_1_1"}),
        ("has(a.title)", {"a"}),
        # the variable of a macro stays a name: unless a question is called so, the check of a definition refuses it
        ("a.exists(x, x == 'q')", {"a", "x"}),
        ("a.map(x, x + b)", {"a", "b", "x"}),
    ],
)
def test_the_names_of_a_condition_are_exactly_what_it_depends_on(source: str, found: set[str]) -> None:
    assert names(source) == found


@pytest.mark.parametrize(
    "source", ["", " ", "a ==", "a = 1", "a;b", "'open", "(a", "a b", "import os", "//", "a == 1 or b == 2", "é == 1"]
)
def test_what_is_no_expression_is_refused_in_one_line(source: str) -> None:
    with pytest.raises(BadExpression, match=r"^not a CEL expression: ") as refused:
        names(source)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("source", "function"),
    [
        ("nonsense(a)", "nonsense"),
        ("no_such_function(a)", "no_such_function"),
        ("f2(a)", "f2"),
        ("a.beep()", "beep"),
        ("a.b.c(1)", "c"),
        ("b(a) || a(b)", "a"),
        ("size(a) > 1 && true || later(a)", "later"),
        ("a.exists(x, odd(x))", "odd"),
        ("timestamp(a) == a", "timestamp"),
        ("duration('1s') == a", "duration"),
        ("type(a) == int", "type"),
        ("dyn(a)", "dyn"),
        ("math.greatest(a, b) > 1", "greatest"),
    ],
)
def test_a_function_that_is_not_ours_is_refused(source: str, function: str) -> None:
    with pytest.raises(BadExpression, match=f"^unknown function '{function}'$"):
        names(source)


def test_an_expression_has_a_greatest_length() -> None:
    longest = "a" * MAX_LENGTH
    assert names(longest) == {longest}
    with pytest.raises(BadExpression, match=f"^longer than {MAX_LENGTH} characters$"):
        names(longest + "a")


def test_the_values_given_are_not_changed() -> None:
    values: dict[str, Any] = {"a": ["x"], "b": None}
    holds("'x' in a && b == null", values)
    assert values == {"a": ["x"], "b": None}
