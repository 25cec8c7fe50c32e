"""How is one text held in several languages, and which is shown when one is missing?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from mem.core.errors import Reason

LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
LocalizedText = Annotated[
    dict[LanguageCode, Annotated[str, StringConstraints(min_length=1, max_length=20_000)]],
    Field(min_length=1),
]
"""A text by language code, e.g. `{"en": "Published", "es": "Publicado"}`; at least one language."""


def unknown(text: Mapping[str, str] | None, languages: Collection[str], where: str) -> Iterator[Reason]:
    """A reason for each language of a text that is none of these; `where` points to the text."""
    for language in text or ():
        if language not in languages:
            yield Reason("unknown_language", "The mechanism has no such language.", f"{where}/{language}")


def shown(text: Mapping[str, str], language: str, fallback: Sequence[str] = ()) -> tuple[str, str]:
    """The text to show to a reader of `language`, and the language it really is in (never pretended)."""
    for code in (language, *fallback, *text):
        if code in text:
            return text[code], code
    raise LookupError("a localized text has no language at all")
