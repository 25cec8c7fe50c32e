"""Is every text there in each language of the mechanism, and in no other?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from mem.core.languages import LocalizedText
from mem.core.yaml import Fault, KeyPath, Source

_TEXT = get_args(LocalizedText)[0]


def text_faults(source: Source, model: BaseModel, languages: Collection[str]) -> Iterator[Fault]:
    """A language missing in, or foreign to, any text of a file. A text that may be left out may also be partial."""
    for path, text, whole in _texts(model, ()):
        yield from language_faults(source, path, text, languages, whole)


def language_faults(
    source: Source, path: KeyPath, text: Mapping[str, str], languages: Collection[str], whole: bool = True
) -> Iterator[Fault]:
    """As `text_faults`, of one text."""
    for language in languages:
        if whole and language not in text:
            yield source.fault(path, f"the language '{language}' is missing")
    for language in text:
        if language not in languages:
            yield source.fault((*path, language), f"the mechanism has no language '{language}'")


def _texts(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Mapping[str, str], bool]]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            here, below = (*path, field.alias or name), getattr(value, name)
            if field.annotation in (_TEXT, LocalizedText | None):
                yield here, below or {}, field.annotation == _TEXT
            else:
                yield from _texts(below, here)
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _texts(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _texts(below, (*path, index))
