"""What shape has a questionnaire, which question is which, and which of them are shown?"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pydantic import Field

from mem.core.canonical import digest_of
from mem.core.errors import Reason
from mem.core.languages import LocalizedText
from mem.expressions import holds, names
from mem.methods.method import Method
from mem.questionnaires.types import TYPES, Choice, Option, QuestionType, Shape
from mem.workflow.definition import Definition, Name


class Question(Definition):
    """A question: its key, the units of the plan it gives evidence for, its type and its texts."""

    key: Name
    units: list[str] = Field(min_length=1)
    type: Name
    text: LocalizedText
    help: LocalizedText | None = None
    required: bool = True
    shown_if: str | None = None
    choices: list[Choice] = []
    rows: list[Option] = []
    unit: LocalizedText | None = None


class Section(Definition):
    """The questions on one area, in a file of their own."""

    area: str
    questions: list[Question] = Field(min_length=1)


class Questionnaire(Definition):
    """The head of a questionnaire: its plan, the years of its tables, its sections in order."""

    questionnaire: str
    version: int = Field(ge=1)
    plan: str
    title: LocalizedText
    years: list[int] = Field(min_length=1)
    sections: list[str] = Field(min_length=1)


@dataclass(frozen=True)
class Asked:
    """A question ready to be answered: with its type, its shape, and the digest of its text, which is frozen
    with each answer."""

    question: Question
    type: QuestionType
    shape: Shape
    digest: str

    def units_in(self, out: Container[str]) -> list[str]:
        """The units that the question is about, without those left out; with none it is not asked."""
        return [unit for unit in self.question.units if unit not in out]

    def faults(self, value: Any) -> list[Reason]:
        """Everything wrong with a value for this question; empty when it fits."""
        return list(self.type.faults(value, self.shape))


class Form:
    """A whole questionnaire, question by question."""

    def __init__(self, head: Questionnaire, sections: list[Section]) -> None:
        self.head = head
        self.asked: dict[str, Asked] = {}
        for section in sections:
            for question in section.questions:
                shape = Shape(
                    tuple(option.code for option in question.choices),
                    tuple(option.code for option in question.rows),
                    tuple(head.years),
                    frozenset(choice.code for choice in question.choices if choice.exclusive),
                )
                frozen = digest_of(question.model_dump(mode="json"))
                self.asked[question.key] = Asked(question, TYPES[question.type], shape, frozen)

    @cached_property
    def by_unit(self) -> dict[str, list[Asked]]:
        """The questions about each unit, in order."""
        found: dict[str, list[Asked]] = {}
        for asked in self.asked.values():
            for unit in asked.question.units:
                found.setdefault(unit, []).append(asked)
        return found

    def shown(self, values: Mapping[str, Any]) -> set[str]:
        """The keys of the questions shown, given the values answered so far.

        A hidden question's answer is kept but does not count: it reads as null in the conditions of others.
        """
        seen: set[str] = set()
        visible: dict[str, Any] = dict.fromkeys(self.asked)
        for key in self._in_order_of_need:
            condition = self.asked[key].question.shown_if
            if condition is None or holds(condition, visible):
                seen.add(key)
                visible[key] = values.get(key)
        return seen

    @cached_property
    def _in_order_of_need(self) -> list[str]:
        order: list[str] = []

        def visit(key: str) -> None:
            if key not in order:
                condition = self.asked[key].question.shown_if
                for needed in sorted(names(condition)) if condition else ():
                    visit(needed)
                order.append(key)

        for key in self.asked:
            visit(key)
        return order


@lru_cache(maxsize=64)
def form_of(method: Method, code: str) -> Form:
    """The questionnaire of a pinned method. Raises `LookupError` for an unknown code."""
    for data in method.inside("questionnaires/"):
        if data["questionnaire"] == code:
            head = Questionnaire.model_validate(data)
            files = (method.parts[f"questionnaires/{code}/{name}.yaml"] for name in head.sections)
            return Form(head, [Section.model_validate(part) for part in files])
    raise LookupError(code)
