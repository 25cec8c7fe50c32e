"""From what is a document made? Everything that its paragraphs can say, with what each stands on. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mem.core.languages import shown
from mem.plans.definition import Tree, Unit
from mem.questionnaires.definition import Asked
from mem.reports.definition import Report, fields_of
from mem.workflow.definition import Scale

Source = dict[str, Any]
Override = tuple[Mapping[str, str], Sequence[Source]]
"""The text that takes the place of a paragraph's, and what it stands on."""
Fields = Mapping[str, Mapping[str, str] | str | int]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: a key that is the same in every version, its text by language, and what it stands on."""

    key: str
    block: str
    unit: str | None
    depth: int
    text: Mapping[str, str]
    sources: Sequence[Source]
    rating: str | None = None


@dataclass(frozen=True)
class Dissent:
    """What the voice of a state holds against a conclusion, with the state's names."""

    state: str
    names: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True)
class Conclusion:
    """What the experts concluded on a unit, after changes accepted from comments, and who holds what against it."""

    text: Mapping[str, str]
    rating: str
    recommendation: Mapping[str, str] | None
    sources: Sequence[Source]
    dissents: Sequence[Dissent] = ()


@dataclass(frozen=True)
class Given:
    """An answer as it counts: the question, its version, its value, or why it does not apply."""

    asked: Asked
    version: int
    value: Any
    not_applicable: str | None


@dataclass(frozen=True)
class Attached:
    """A piece of evidence: its id, hash and title."""

    id: str
    sha256: str
    title: str


@dataclass(frozen=True)
class Record:
    """Everything a document is assembled from."""

    report: Report
    languages: Sequence[str]
    tree: Tree
    scale: Scale
    synthetic: bool
    origin: Sequence[Source]  # the round and the method: what sentences about the whole stand on
    names: Mapping[str, Mapping[str, str]]  # field → language → text, for each of `NAMED`
    excluded: Mapping[str, str]
    rated: Sequence[Unit]
    answers: Mapping[str, Sequence[Given]]  # by unit
    evidence: Mapping[str, Sequence[Attached]]  # by unit
    totals: Mapping[str, int]
    conclusions: Mapping[str, Conclusion]
    overrides: Mapping[str, Override] = field(default_factory=dict)  # by paragraph key

    def say(self, pattern: str, fields: Fields) -> dict[str, str]:
        """A sentence of the report in each language in which all of it can be said."""
        return self.fill(self.report.sentences[pattern], fields)

    def fill(self, sentences: Mapping[str, str], fields: Fields) -> dict[str, str]:
        """A sentence with its fields filled, by language.

        A language that one of its fields does not have is left out, so that no text claims a language that part of it
        is not in. Where no language has every field, the first language is used, with each field as it is.
        """
        filled: dict[str, Mapping[str, str] | str | int] = {**self.names, **fields}
        used = {field for sentence in sentences.values() for field in fields_of(sentence)}
        texts = [value for name, value in filled.items() if name in used and isinstance(value, Mapping)]
        languages = [language for language in self.languages if all(language in text for text in texts)]
        return {
            language: sentences[language].format(
                **{
                    name: shown(value, language, self.languages)[0] if isinstance(value, Mapping) else value
                    for name, value in filled.items()
                    if name in used
                }
            )
            for language in languages or self.languages[:1]
        }

    def label(self, code: str, options: Mapping[str, Mapping[str, str]], language: str) -> str:
        """The label of a code among these options, else among the report's own labels, else the code."""
        found = options.get(code) or self.report.labels.get(code)
        return shown(found, language, self.languages)[0] if found else code
