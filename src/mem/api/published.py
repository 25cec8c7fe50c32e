"""What the public reads: published reports and their recommendations, and nothing else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Response

from mem.api.reports import ParagraphShown
from mem.api.routing import KEPT, Code, Shown, StateCode, acts, router
from mem.core.db import AnyRow
from mem.http.unit import Reading, check_clock
from mem.recommendations.service import issued
from mem.reports.versions import published, published_report

routes = router("published")
State = Annotated[StateCode, Path(examples=["BRB"])]
Cacheable = {"Cache-Control": "public, max-age=60"}


class DecidedAt(Shown):
    """The occasion that approved a report."""

    kind: str
    title: str
    held_on: date


class PublishedLine(Shown):
    """A published report; `synthetic` marks invented data, `at` is when it was published, `decided_at` null where the
    method asks for no occasion."""

    round_code: str
    round_title: str
    cycle_code: str
    state: str
    title: dict[str, str]
    version: int
    sha256: str
    at: datetime
    decided_at: DecidedAt | None
    synthetic: bool


class PublishedList(Shown):
    reports: list[PublishedLine]


class IssuedShown(Shown):
    number: int
    unit: str
    text: dict[str, str]
    sources: list[dict[str, Any]]


class PublishedReport(PublishedLine):
    sandbox: str | None
    paragraphs: list[ParagraphShown]
    recommendations: list[IssuedShown]


def _line(row: AnyRow) -> dict[str, Any]:
    decided = None
    if row.held_on is not None:
        decided = DecidedAt(kind=row.occasion_kind, title=row.occasion_title, held_on=row.held_on)
    same = PublishedLine.model_fields.keys() - {"decided_at"}
    return {"decided_at": decided, **{name: getattr(row, name) for name in same}}


@routes.get("/published", openapi_extra=acts("published.read"), operation_id="published", responses=KEPT)
def get_published(door: Reading, response: Response) -> PublishedList:
    """Every published report."""
    response.headers.update(Cacheable)
    return PublishedList(reports=[PublishedLine(**_line(row)) for row in published(door.work)])


@routes.get(
    "/published/{round}/{cycle}/{state}",
    openapi_extra=acts("published.read"),
    operation_id="published_report",
    responses=KEPT,
)
def get_published_report(round: Code, cycle: Code, state: State, door: Reading, response: Response) -> PublishedReport:
    """A published report, every paragraph with its sources, and its recommendations."""
    entry, version = published_report(door.work, round, cycle, state)
    response.headers.update(Cacheable)
    return PublishedReport(
        **_line(entry),
        sandbox=door.sandbox,
        paragraphs=[ParagraphShown.model_validate(one) for one in version.paragraphs],
        recommendations=[IssuedShown.model_validate(one) for one in issued(door.work, entry.evaluation_id)],
    )


class Status(Shown):
    status: str


class Health(Status):
    """`sandbox`: what a sandbox says of itself, with its clock; null elsewhere."""

    sandbox: str | None


@routes.get("/ready", openapi_extra=acts("service.read"), operation_id="ready")
def get_ready(door: Reading) -> Status:
    """Whether the service may take part: its database answers, and their clocks agree within two seconds (else 503)."""
    check_clock(door.work)
    return Status(status="ready")


@routes.get("/health", openapi_extra=acts("service.read"), operation_id="health")
def get_health(door: Reading) -> Health:
    """Whether the service and its database answer, and whether it is a sandbox."""
    return Health(status="ok", sandbox=door.sandbox)
