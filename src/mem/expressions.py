"""Does a condition of the data hold? The only importer of CEL.

Every name in an expression is a variable of its own, so `names` is exactly what it depends on, and an unknown
name can be refused when the definition is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cel

MAX_LENGTH = 2_000


class BadExpression(ValueError):
    """The text is no expression we accept; the message says why in one line."""


FUNCTIONS = frozenset({"size", "contains", "startsWith", "endsWith", "matches", "int", "double", "string", "has"})
"""The functions that conditions may call; operators have names that are no identifiers."""


@lru_cache(maxsize=4096)
def _program(source: str) -> Any:
    if len(source) > MAX_LENGTH:
        raise BadExpression(f"longer than {MAX_LENGTH} characters")
    try:
        program = cel.compile(source)
    except ValueError as error:
        raise BadExpression(f"not a CEL expression: {str(error).splitlines()[0]}") from None
    unknown = sorted(name for name in program.functions() if name.isidentifier() and name not in FUNCTIONS)
    if unknown:
        raise BadExpression(f"unknown function '{unknown[0]}'")
    return program


@lru_cache(maxsize=4096)
def names(source: str) -> frozenset[str]:
    """The variables an expression reads. Raises `BadExpression`."""
    return frozenset(_program(source).variables())


def holds(source: str, values: Mapping[str, Any]) -> bool:
    """Whether the expression is true. What cannot be computed (an operand of a wrong type, an unknown name, a division
    by zero) is not; an absent value is null, which equals nothing but null."""
    try:
        known = {name: values[name] for name in names(source) if name in values}
        return _program(source).execute(known) is True
    except (RuntimeError, TypeError, ValueError, LookupError, ArithmeticError):
        return False
