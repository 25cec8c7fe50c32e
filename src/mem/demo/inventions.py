"""What does an invented state say? Deterministic and synthetic answers, by the type of the question."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Question = Mapping[str, Any]
Invention = Callable[[Question, random.Random, Mapping[str, Any], Sequence[int]], Any]


def invent(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> dict[str, Any]:
    """The value of an answer, or the reason why the question does not apply."""
    if chance.random() < rules["not_applicable"]:
        return {"not_applicable": rules["not_applicable_reason"]}
    return {"value": BY_TYPE[question["type"]](question, chance, rules, years)}


def _yes_no(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> Any:
    return chance.random() < rules["yes"]


def _text(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> Any:
    return chance.choice(rules["texts"]).format(n=chance.randint(2, 9))


def _integer(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> Any:
    return chance.randint(1, 400)


def _year(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> Any:
    return chance.randint(1990, max(years))


def _single(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> Any:
    return chance.choice(question["choices"])["code"]


def _multi(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> Any:
    codes = [choice["code"] for choice in question["choices"] if not choice["exclusive"]]
    return sorted(chance.sample(codes, chance.randint(1, len(codes))), key=codes.index)


def _table(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> Any:
    return {row["code"]: {str(year): chance.randint(0, 5_000) for year in years} for row in question["rows"]}


def _legal(question: Question, chance: random.Random, rules: Mapping[str, Any], years: Sequence[int]) -> Any:
    number, year = chance.randint(1, 300), chance.randint(1995, max(years))
    title = rules["legal_title"].format(n=number)
    return {"title": title, "number": f"{number}/{year}", "date": f"{year}-0{chance.randint(1, 9)}-15", "link": None}


BY_TYPE: dict[str, Invention] = {
    "yes_no": _yes_no,
    "text": _text,
    "integer": _integer,
    "year": _year,
    "single_choice": _single,
    "multi_choice": _multi,
    "table_by_year": _table,
    "legal_instrument": _legal,
}
