"""Is a finding or a conclusion one that may be stored? Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from mem.core.errors import Reason
from mem.core.languages import unknown
from mem.workflow.definition import Scale


@dataclass(frozen=True)
class Citation:
    """What a judgement stands on: a version of an answer, or a piece of evidence."""

    answer: str | None = None
    version: int | None = None
    evidence: UUID | None = None


@dataclass(frozen=True)
class Spoken:
    """What a voice says to the newest conclusion on a unit, at the version it saw: it agrees, or what it holds against
    it."""

    unit: str
    version: int
    dissent: Mapping[str, str] | None = None
    where: str = ""


@dataclass(frozen=True)
class Judgement:
    """A finding or a conclusion to be stored. `base` is the version it replaces, 0 for the first; a `recommendation`
    is a conclusion's alone."""

    unit: str
    text: Mapping[str, str]
    rating: str
    citations: Sequence[Citation]
    base: int
    where: str = ""
    recommendation: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Citable:
    """Of what is cited, what there is: each answer with its newest version, and the evidence."""

    answers: Mapping[str, int]
    evidence: Collection[UUID]


def faults(judged: Judgement, units: Collection[str], scale: Scale, citable: Citable) -> Iterator[Reason]:
    """Everything wrong with a finding."""
    if judged.unit not in units:
        yield Reason("unknown_unit", "This unit is not judged in this evaluation.", f"{judged.where}/unit")
    if scale.value(judged.rating) is None:
        yield Reason("off_scale", "The scale of this cycle has no such value.", f"{judged.where}/rating")
    if not judged.citations:
        message = "A finding cites at least one answer or piece of evidence."
        yield Reason("citation_needed", message, f"{judged.where}/citations")
    for index, citation in enumerate(judged.citations):
        if not _stands(citation, citable):
            message = "No such answer, version or evidence here."
            yield Reason("unknown_citation", message, f"{judged.where}/citations/{index}")


def language_faults(judged: Judgement, languages: Collection[str]) -> Iterator[Reason]:
    """Each text in a language that the mechanism does not have."""
    yield from unknown(judged.text, languages, f"{judged.where}/text")
    yield from unknown(judged.recommendation, languages, f"{judged.where}/recommendation")


def conclusion_faults(judged: Judgement, units: Collection[str], scale: Scale, citable: Citable) -> Iterator[Reason]:
    """Everything wrong with a conclusion."""
    yield from faults(judged, units, scale, citable)
    value = scale.value(judged.rating)
    if value is not None and value.demands_recommendation and judged.recommendation is None:
        message = "This rating demands a recommendation."
        yield Reason("recommendation_needed", message, f"{judged.where}/recommendation")


def spoken_faults(
    said: Sequence[Spoken], newest: Mapping[str, int], spoken: Collection[str], languages: Collection[str]
) -> Iterator[Reason]:
    """Everything wrong with what a voice says at once. `newest` is each conclusion's newest version, `spoken` the units
    to whose newest conclusion the voice has spoken already."""
    for index, one in enumerate(said):
        yield from unknown(one.dissent, languages, f"{one.where}/dissent")
        if one.unit in {other.unit for other in said[:index]}:
            yield Reason("twice", "This unit stands twice.", f"{one.where}/unit")
        if one.unit not in newest:
            yield Reason("no_conclusion", "There is no conclusion on this unit.", f"{one.where}/unit")
        elif one.unit in spoken and one.version == newest[one.unit]:
            yield Reason("already_spoken", "This voice has spoken to this conclusion.", f"{one.where}/unit")


def agreement(voices: Collection[str], stances: Mapping[str, bool]) -> str:
    """Where a conclusion stands between the voices that count (states) and what they said to it: `open` while one is
    missing, then `consensus` or `dissent`."""
    if any(voice not in stances for voice in voices):
        return "open"
    return "consensus" if all(stances[voice] for voice in voices) else "dissent"


def _stands(citation: Citation, citable: Citable) -> bool:
    if (citation.answer is None) == (citation.evidence is None):
        return False
    if citation.evidence is not None:
        return citation.version is None and citation.evidence in citable.evidence
    newest = citable.answers.get(str(citation.answer), 0)
    return citation.version is not None and 1 <= citation.version <= newest
