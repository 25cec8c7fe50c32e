"""Findings and conclusions over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictInt

from mem.api.routing import (
    Id,
    Made,
    Name,
    Said,
    Shown,
    StateCode,
    Taken,
    UnitCode,
    VersionedList,
    acts,
    router,
    versioned,
)
from mem.assessments import service
from mem.assessments.rules import Citation, Dissent, Judgement
from mem.http.unit import IdempotencyKey, Reading, Writing

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


class DissentIn(Taken):
    state: StateCode
    text: Said


class ConclusionIn(FindingIn):
    """What all experts conclude: by consensus, or with each dissent recorded."""

    agreement: Literal["consensus", "dissent"] = "consensus"
    dissents: Annotated[list[DissentIn], Field(max_length=40)] = []
    recommendation: Said | None = None


class Conclusions(Taken):
    conclusions: Annotated[list[ConclusionIn], Field(min_length=1, max_length=300)]


class FindingShown(Shown):
    expert_state: str
    unit: str
    version: int
    text: dict[str, str]
    rating: str
    citations: list[dict[str, Any]]
    at: datetime


class FindingList(Shown):
    findings: list[FindingShown]


class ConclusionShown(Shown):
    unit: str
    version: int
    text: dict[str, str]
    rating: str
    agreement: str
    dissents: list[dict[str, Any]]
    recommendation: dict[str, str] | None
    citations: list[dict[str, Any]]
    at: datetime


class ConclusionList(Shown):
    conclusions: list[ConclusionShown]


def _judgement(one: FindingIn, where: str) -> Judgement:
    citations = [Citation(c.answer, c.version, c.evidence) for c in one.citations]
    if not isinstance(one, ConclusionIn):
        return Judgement(one.unit, one.text, one.rating, citations, one.base, where)
    dissents = [Dissent(dissent.state, dissent.text) for dissent in one.dissents]
    return Judgement(
        one.unit, one.text, one.rating, citations, one.base, where, one.agreement, dissents, one.recommendation
    )


@routes.get("/evaluations/{evaluation}/findings", openapi_extra=acts("findings.read"), operation_id="findings")
def get_findings(evaluation: UUID, door: Reading) -> FindingList:
    """The findings you may see: your own, or everybody's once all are in."""
    rows = service.findings(door.work, door.actor, evaluation)
    return FindingList(findings=[FindingShown.model_validate(row) for row in rows])


@routes.post("/evaluations/{evaluation}/findings", openapi_extra=acts("findings.edit"), operation_id="write_findings")
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
    """The conclusions on each unit."""
    rows = service.conclusions(door.work, door.actor, evaluation)
    return ConclusionList(conclusions=[ConclusionShown.model_validate(row) for row in rows])


@routes.post("/evaluations/{evaluation}/conclusions", openapi_extra=acts("conclusions.edit"), operation_id="conclude")
def post_conclusions(evaluation: UUID, body: Conclusions, door: Writing, key: IdempotencyKey = None) -> VersionedList:
    """Write conclusions of all experts, all or none."""
    judged = [_judgement(one, f"/conclusions/{index}") for index, one in enumerate(body.conclusions)]

    def act() -> list[list[Any]]:
        return [list(pair) for pair in service.conclude(door.work, door.actor, evaluation, judged)]

    return door.once(act, versioned, door.reads("conclusions.read", evaluation))
