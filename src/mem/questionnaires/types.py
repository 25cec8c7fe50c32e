"""What may the answer to a question of each type be? One class a type; `TYPES` is the list of them.

A value is plain JSON. `faults` names everything wrong with one; where it points is relative to the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from mem.core.errors import Reason
from mem.core.languages import LocalizedText
from mem.core.text import HIDDEN, hides
from mem.workflow.definition import Definition, Name

LONGEST_TEXT = 8_000
YEARS = range(1800, 2201)
DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", re.ASCII)
LARGEST = 2**53 - 1


class Option(Definition):
    """A choice or a row, by its code."""

    code: Name
    label: LocalizedText


class Choice(Option):
    """`exclusive`: never chosen together with others, such as "none of these"."""

    exclusive: bool = False


@dataclass(frozen=True)
class Shape:
    """What a type needs to know of its question: choices (and which of them exclude all others), rows, and the years
    of the questionnaire."""

    choices: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    exclusive: frozenset[str] = frozenset()


class QuestionType(Protocol):
    """One type of question. `takes` names the extra keys that its questions must have."""

    name: str
    takes: frozenset[str]

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]: ...

    def schema(self, shape: Shape) -> dict[str, Any]:
        """The JSON Schema that every right value fits; without choices, rows or years, that of any question."""

    def said(self, value: Any, label: Callable[[str], str]) -> str:
        """The value in words, for a report; `label` turns a code into its label."""


def _wrong(expected: str, where: str = "") -> Reason:
    return Reason("wrong_value", f"Expected {expected}.", where)


def _text(value: Any, where: str = "", longest: int = LONGEST_TEXT) -> Iterator[Reason]:
    if not isinstance(value, str) or not value.strip():
        yield _wrong("a text that is not empty", where)
    elif len(value) > longest:
        yield Reason("too_long", f"At most {longest} characters.", where)
    elif hides(value):
        yield Reason(HIDDEN, "A text holds a character that no reader sees.", where)


def _number(value: Any, where: str = "") -> Iterator[Reason]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
        yield _wrong("a number of 0 or more", where)


def _said_text(longest: int) -> dict[str, Any]:
    return {"type": "string", "pattern": r"\S", "maxLength": longest}


def _chosen(shape: Shape) -> dict[str, Any]:
    return {"type": "string", **({"enum": [*shape.choices]} if shape.choices else {})}


def _object_of(keys: Sequence[str], each: dict[str, Any]) -> dict[str, Any]:
    """An object that is not empty, of these keys alone; of any, where there are none."""
    known = {"properties": dict.fromkeys(keys, each)} if keys else {}
    return {"type": "object", "minProperties": 1, **known, "additionalProperties": False if keys else each}


class _AsItIs:
    def said(self, value: Any, label: Callable[[str], str]) -> str:
        return str(value)


class YesNo:
    name, takes = "yes_no", frozenset[str]()

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        if not isinstance(value, bool):
            yield _wrong("true or false")

    def schema(self, shape: Shape) -> dict[str, Any]:
        return {"type": "boolean"}

    def said(self, value: Any, label: Callable[[str], str]) -> str:
        return label("yes" if value else "no")


class Text(_AsItIs):
    name, takes = "text", frozenset[str]()

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        yield from _text(value)

    def schema(self, shape: Shape) -> dict[str, Any]:
        return _said_text(LONGEST_TEXT)


class Integer(_AsItIs):
    name, takes = "integer", frozenset[str]()

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
            yield _wrong("a whole number of 0 or more")

    def schema(self, shape: Shape) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0, "maximum": LARGEST}


class Year(_AsItIs):
    name, takes = "year", frozenset[str]()

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        if isinstance(value, bool) or not isinstance(value, int) or value not in YEARS:
            yield _wrong("a year")

    def schema(self, shape: Shape) -> dict[str, Any]:
        return {"type": "integer", "minimum": YEARS[0], "maximum": YEARS[-1]}


class SingleChoice:
    name, takes = "single_choice", frozenset({"choices"})

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        if not isinstance(value, str) or value not in shape.choices:
            yield _wrong("one of the choices")

    def schema(self, shape: Shape) -> dict[str, Any]:
        return _chosen(shape)

    def said(self, value: Any, label: Callable[[str], str]) -> str:
        return label(value)


class MultiChoice:
    name, takes = "multi_choice", frozenset({"choices"})

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        if not isinstance(value, list) or not value:
            yield _wrong("a list of at least one of the choices")
            return
        for index, item in enumerate(value):
            if not isinstance(item, str) or item not in shape.choices:
                yield _wrong("one of the choices", f"/{index}")
            elif item in value[:index]:
                yield Reason("twice", "A choice stands twice.", f"/{index}")
            elif item in shape.exclusive and len(value) > 1:
                yield Reason("exclusive_choice", "This choice is never chosen together with others.", f"/{index}")

    def schema(self, shape: Shape) -> dict[str, Any]:
        return {"type": "array", "items": _chosen(shape), "minItems": 1, "uniqueItems": True}

    def said(self, value: Any, label: Callable[[str], str]) -> str:
        return ", ".join(label(item) for item in value)


class TableByYear:
    """Row code to year (as a string, since JSON keys are) to a number; a missing cell is not known."""

    name, takes = "table_by_year", frozenset({"rows"})

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        if not isinstance(value, dict) or not value:
            yield _wrong("rows with numbers by year")
            return
        years = {str(year) for year in shape.years}
        for row, cells in value.items():
            if row not in shape.rows:
                yield Reason("unknown_row", "There is no such row.", "")
            elif not isinstance(cells, dict) or not cells:
                yield _wrong("numbers by year", f"/{row}")
            else:
                for year, cell in cells.items():
                    if year not in years:
                        yield Reason("unknown_year", "This year is not asked for.", f"/{row}")
                    else:
                        yield from _number(cell, f"/{row}/{year}")

    def schema(self, shape: Shape) -> dict[str, Any]:
        number = {"type": "number", "minimum": 0, "maximum": LARGEST}
        return _object_of(shape.rows, _object_of([str(year) for year in shape.years], number))

    def said(self, value: Any, label: Callable[[str], str]) -> str:
        rows = (
            f"{label(row)}: " + ", ".join(f"{year} {cells[year]}" for year in sorted(cells))
            for row, cells in value.items()
        )
        return "; ".join(rows)


class LegalInstrument:
    """`{title, number, date, link}`: title needed, the others may be null; date as YYYY-MM-DD."""

    name, takes = "legal_instrument", frozenset[str]()
    keys = frozenset({"title", "number", "date", "link"})

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        if not isinstance(value, dict) or not set(value) <= self.keys:
            yield _wrong("title, number, date and link")
            return
        yield from _text(value.get("title"), "/title", 500)
        if value.get("number") is not None:
            yield from _text(value["number"], "/number", 200)
        if value.get("date") is not None and not _is_date(value["date"]):
            yield _wrong("a date as YYYY-MM-DD", "/date")
        if value.get("link") is not None and not is_link(value["link"]):
            yield _wrong("an http or https address", "/link")

    def schema(self, shape: Shape) -> dict[str, Any]:
        maybe = {"type": ["string", "null"]}
        link = {**maybe, "format": "uri", "pattern": "^https?://", "maxLength": 2_000}
        title, number, date = _said_text(500), {**_said_text(200), **maybe}, {**maybe, "format": "date"}
        properties = {"title": title, "number": number, "date": date, "link": link}
        return {"type": "object", "properties": properties, "required": ["title"], "additionalProperties": False}

    def said(self, value: Any, label: Callable[[str], str]) -> str:
        parts = (value.get("title"), value.get("number"), value.get("date"))
        return ", ".join(str(part) for part in parts if part)


class Document:
    """A list of ids of evidence attached to the same evaluation."""

    name, takes = "document", frozenset[str]()

    def faults(self, value: Any, shape: Shape) -> Iterator[Reason]:
        if not isinstance(value, list) or not 0 < len(value) <= 50:
            yield _wrong("a list of 1 to 50 ids of evidence")
            return
        for index, item in enumerate(value):
            if not isinstance(item, str) or not _is_uuid(item):
                yield _wrong("the id of a piece of evidence", f"/{index}")
            elif item in value[:index]:
                yield Reason("twice", "A piece of evidence stands twice.", f"/{index}")

    def schema(self, shape: Shape) -> dict[str, Any]:
        item = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f-]{36}$"}
        return {"type": "array", "items": item, "minItems": 1, "maxItems": 50, "uniqueItems": True}

    def said(self, value: Any, label: Callable[[str], str]) -> str:
        return f"{label('documents')}: {len(value)}"


TYPES: dict[str, QuestionType] = {
    kind.name: kind
    for kind in (
        YesNo(), Text(), Integer(), Year(), SingleChoice(), MultiChoice(), TableByYear(), LegalInstrument(), Document(),
    )
}  # fmt: skip


def is_link(value: Any) -> bool:
    """Whether a value is an absolute http(s) address with a host, at most 2,000 characters long. A name and password
    within it (`user:pass@host`) would be published, and would hide where it leads."""
    plain = isinstance(value, str) and len(value) <= 2_000 and not any(c.isspace() for c in value) and not hides(value)
    with suppress(ValueError):
        parts = urlsplit(value if plain else "")
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    return False


def _is_date(value: Any) -> bool:
    with suppress(ValueError):
        return isinstance(value, str) and bool(DATE.match(value)) and bool(date.fromisoformat(value))
    return False


def _is_uuid(value: str) -> bool:
    with suppress(ValueError):
        return str(UUID(value)) == value
    return False
