"""In which languages are there pages, and which words do they use? The words themselves are in `words.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from mem.core.languages import shown
from mem.core.yaml import Fault, read_yaml

LANGUAGES = ("en", "es", "fr", "pt")
DEFAULT = LANGUAGES[0]
FILE = Path(__file__).with_name("words.yaml")
LONGEST_HEADER = 1_000


@dataclass(frozen=True)
class Passage:
    """A text as it is shown. `lang` is the language it is really in where that is not the page's, else None;
    `note` says so in the page's language."""

    text: str
    lang: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str
    by_key: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.by_key[key]

    def say(self, key: str, **fields: object) -> str:
        """A sentence with its fields filled."""
        return self.by_key[key].format(**fields)

    def passage(self, text: Mapping[str, str]) -> Passage:
        """A localized text in this language, or else in one that it has."""
        found, language = shown(text, self.language, LANGUAGES)
        if language == self.language:
            return Passage(found)
        key = f"in_{language}"
        note = self[key] if key in self.by_key else self.say("in_other", code=language)
        return Passage(found, language, note)

    def date(self, at: date) -> str:
        """A day, or that of an instant in UTC, as this language writes it."""
        day = at.astimezone(UTC) if isinstance(at, datetime) else at
        month = self["months"].split()[day.month - 1]
        number = self["first_day"] if day.day == 1 else str(day.day)
        return self.say("date", day=number, month=month, year=day.year)


@cache
def words_by_language() -> dict[str, Words]:
    """Every word in every language."""
    read = read_yaml(FILE, FILE.name)
    if isinstance(read, Fault):
        raise RuntimeError(str(read))
    return {
        language: Words(language, {key: str(texts[language]) for key, texts in read.data.items()})
        for language in LANGUAGES
    }


def preferred(accept: str, languages: Sequence[str] = LANGUAGES) -> str:
    """The language of an `Accept-Language` header, among those there are; the first of them when none fits."""
    found: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:LONGEST_HEADER].split(",")):
        tag, _, parameter = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _weight(parameter)
        if language in languages and weight > 0:
            found.append((-weight, place, language))
    return min(found)[2] if found else languages[0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
