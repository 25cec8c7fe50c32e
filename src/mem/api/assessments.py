"""Findings and conclusions over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictInt

from mem.api.routing import (
    STALE,
    Id,
    Made,
    Name,
    Said,
    Shown,
    Taken,
    UnitCode,
    VersionedList,
    acts,
    router,
    versioned,
)
from mem.assessments import service, voices
from mem.assessments.rules import Citation, Judgement, Spoken, agreement
from mem.core.db import AnyRow
from mem.http.unit import IdempotencyKey, Reading, Writing
from mem.rounds.experts import assignments

routes = router("assessments")


class CitationIn(Taken):
    """A version of an answer, or a piece of evidence."""

    answer: Name | None = Field(None, examples=["is_1_1"])
    version: StrictInt | None = Field(None, ge=1, le=1_000_000, examples=[1])
    evidence: Id | None = None


class FindingIn(Taken):
    """`base`: the version it replaces, 0 for the first; `rating`: a value of the cycle's scale."""

    unit: UnitCode = Field(examples=["IS-1.1"])
    text: Said = Field(examples=[{"en": "The country has a national drug authority."}])
    rating: Name = Field(examples=["completed"])
    citations: Annotated[list[CitationIn], Field(max_length=100)]
    base: StrictInt = Field(0, ge=0, le=1_000_000)


class Findings(Taken):
    findings: Annotated[list[FindingIn], Field(min_length=1, max_length=300)]


class ConclusionIn(FindingIn):
    """What all experts conclude. Whether they agree, each voice says itself."""

    recommendation: Said | None = None


class Conclusions(Taken):
    conclusions: Annotated[list[ConclusionIn], Field(min_length=1, max_length=300)]


class StanceIn(Taken):
    """What your voice says to the conclusion on a unit in the `version` you saw: it agrees, or its `dissent`."""

    unit: UnitCode = Field(examples=["IS-1.1"])
    version: StrictInt = Field(ge=1, le=1_000_000, examples=[1])
    dissent: Said | None = Field(None, examples=[{"en": "The evidence supports a lower rating."}])


class Stances(Taken):
    stances: Annotated[list[StanceIn], Field(min_length=1, max_length=300)]


class FindingShown(Shown):
    expert_state: str
    unit: str
    version: int
    text: dict[str, str]
    rating: str
    citations: list[dict[str, Any]]
    newer: dict[str, int]
    at: datetime


class FindingList(Shown):
    findings: list[FindingShown]


class VoiceShown(Shown):
    """What the voice of a state says to a conclusion; `text` is its dissent."""

    state: str
    agrees: bool
    text: dict[str, str] | None


class ConclusionShown(Shown):
    """`agreement`: `open` while a voice has not spoken to this version, then `consensus` or `dissent`."""

    unit: str
    version: int
    text: dict[str, str]
    rating: str
    agreement: str
    voices: list[VoiceShown]
    recommendation: dict[str, str] | None
    citations: list[dict[str, Any]]
    newer: dict[str, int]
    at: datetime


class ConclusionList(Shown):
    conclusions: list[ConclusionShown]


def _judgement(one: FindingIn, where: str) -> Judgement:
    citations = [Citation(c.answer, c.version, c.evidence) for c in one.citations]
    if not isinstance(one, ConclusionIn):
        return Judgement(one.unit, one.text, one.rating, citations, one.base, where)
    return Judgement(one.unit, one.text, one.rating, citations, one.base, where, one.recommendation)


@routes.get("/evaluations/{evaluation}/findings", openapi_extra=acts("findings.read"), operation_id="findings")
def get_findings(evaluation: UUID, door: Reading) -> FindingList:
    """The findings you may see: your own, or everybody's once all are in."""
    rows = service.findings(door.work, door.actor, evaluation)
    newer = service.changed_since(door.work, evaluation, rows)
    return FindingList(findings=[FindingShown(**row._mapping, newer=now) for row, now in zip(rows, newer, strict=True)])


@routes.post(
    "/evaluations/{evaluation}/findings",
    openapi_extra=acts("findings.edit"),
    operation_id="write_findings",
    responses=STALE,
)
def post_findings(evaluation: UUID, body: Findings, door: Writing, key: IdempotencyKey = None) -> VersionedList:
    """Write findings of your own, all or none, each citing answers or evidence and proposing a rating."""
    judged = [_judgement(one, f"/findings/{index}") for index, one in enumerate(body.findings)]

    def act() -> list[list[Any]]:
        return [list(pair) for pair in service.find(door.work, door.actor, evaluation, judged)]

    return door.once(act, versioned, door.reads("findings.read", evaluation))


@routes.post("/evaluations/{evaluation}/findings/hand-in", openapi_extra=acts("findings.edit"), operation_id="hand_in")
def post_hand_in(evaluation: UUID, door: Writing, key: IdempotencyKey = None) -> Made:
    """Hand in your assessment; it no longer changes."""
    return door.once(
        lambda: service.hand_in(door.work, door.actor, evaluation),
        lambda _: Made(id=str(evaluation)),
        door.reads("findings.read", evaluation),
    )


@routes.get("/evaluations/{evaluation}/conclusions", openapi_extra=acts("conclusions.read"), operation_id="conclusions")
def get_conclusions(evaluation: UUID, door: Reading) -> ConclusionList:
    """The conclusions on each unit, with what each voice says to them."""
    rows = service.conclusions(door.work, door.actor, evaluation)
    counted = [row.expert_state for row in assignments(door.work, evaluation)]
    spoken = voices.stances(door.work, evaluation)

    def shown(row: AnyRow, newer: dict[str, int]) -> ConclusionShown:
        said = spoken.get(row.unit, {})
        agreed = agreement(counted, {state: voice.agrees for state, voice in said.items()})
        return ConclusionShown(
            **row._mapping,
            newer=newer,
            agreement=agreed,
            voices=[*map(VoiceShown.model_validate, said.values())],
        )

    return ConclusionList(conclusions=[*map(shown, rows, service.changed_since(door.work, evaluation, rows))])


@routes.post(
    "/evaluations/{evaluation}/conclusions",
    openapi_extra=acts("conclusions.edit"),
    operation_id="conclude",
    responses=STALE,
)
def post_conclusions(evaluation: UUID, body: Conclusions, door: Writing, key: IdempotencyKey = None) -> VersionedList:
    """Write conclusions of all experts, all or none."""
    judged = [_judgement(one, f"/conclusions/{index}") for index, one in enumerate(body.conclusions)]

    def act() -> list[list[Any]]:
        return [list(pair) for pair in service.conclude(door.work, door.actor, evaluation, judged)]

    return door.once(act, versioned, door.reads("conclusions.read", evaluation))


@routes.post(
    "/evaluations/{evaluation}/conclusions/voice",
    openapi_extra=acts("conclusions.edit"),
    operation_id="speak",
    responses=STALE,
)
def post_stances(evaluation: UUID, body: Stances, door: Writing, key: IdempotencyKey = None) -> VersionedList:
    """Say with your own voice that you agree to conclusions or dissent, all or none; once to each version."""
    said = [Spoken(one.unit, one.version, one.dissent, f"/stances/{index}") for index, one in enumerate(body.stances)]

    def act() -> list[list[Any]]:
        return [list(pair) for pair in voices.speak(door.work, door.actor, evaluation, said)]

    return door.once(act, versioned, door.reads("conclusions.read", evaluation))
