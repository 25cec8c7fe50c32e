"""On what does a paragraph stand, in words? Pure; one sentence for each kind of source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mem.web.words import Words

SHORT = 12


@dataclass(frozen=True)
class SourceLine:
    """One source; `anchor` is the place of this page it points to, else empty."""

    text: str
    anchor: str = ""


def told(words: Words, sources: Sequence[Mapping[str, Any]], headings: Mapping[str, str]) -> list[SourceLine]:
    """The sources of a paragraph, in their order; what has none is fixed wording. `headings` maps unit to anchor."""
    if not sources:
        return [SourceLine(words["source_none"])]
    return [_line(words, source, headings) for source in sources]


def _line(words: Words, source: Mapping[str, Any], headings: Mapping[str, str]) -> SourceLine:
    match source:
        case {"kind": "answer", "question": question, "version": version}:
            return SourceLine(words.say("source_answer", question=question, version=version))
        case {"kind": "evidence", "sha256": sha256}:
            return SourceLine(words.say("source_evidence", hash=sha256[:SHORT]))
        case {"kind": "conclusion", "unit": unit, "version": version}:
            return SourceLine(words.say("source_conclusion", unit=unit, version=version), headings.get(unit, ""))
        case {"kind": "comment", "id": comment, "disposition": disposition}:
            said = words.by_key.get(disposition, disposition)
            return SourceLine(words.say("source_comment", id=comment[:SHORT], disposition=said))
        case {"kind": "absence", "unit": unit}:
            return SourceLine(words.say("source_absence", unit=unit), headings.get(unit, ""))
        case {"kind": "round", "code": code}:
            return SourceLine(words.say("source_round", code=code))
        case {"kind": "method", "sha256": sha256}:
            return SourceLine(words.say("source_method", hash=sha256[:SHORT]))
        case {"code": code}:
            return SourceLine(words.say("source_unit", code=code), headings.get(code, ""))
    return SourceLine(", ".join(f"{name} {value}" for name, value in source.items()))
