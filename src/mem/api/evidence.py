"""Evidence over HTTP: links in bulk, a small file as the raw body, files back as attachments only."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from mem.api.routing import Day, FileName, Line, Made, Shown, Taken, UnitCode, acts, router
from mem.evidence import service
from mem.evidence.service import MEDIA_TYPES, NewFile, NewLink
from mem.http.body import FILE_LIMIT
from mem.http.unit import IdempotencyKey, Reading, Writing

routes = router("evidence")


class LinkIn(Taken):
    title: Line = Field(examples=["National drug strategy 2016-2020"])
    url: Annotated[str, Field(min_length=1, max_length=2_000, examples=["https://example.org/strategy.pdf"])]
    units: Annotated[list[UnitCode], Field(min_length=1, max_length=130)] = Field(examples=[["IS-2.4"]])
    issued_on: Day | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None


class Links(Taken):
    links: Annotated[list[LinkIn], Field(min_length=1, max_length=200)]


class Ids(Shown):
    ids: list[str]


class EvidenceShown(Shown):
    id: UUID
    kind: str
    title: str
    url: str | None
    file_name: str | None
    media_type: str | None
    size: int | None
    sha256: str
    issued_on: date | None
    language: str | None
    by: UUID
    at: datetime
    units: list[str]


class EvidenceList(Shown):
    evidence: list[EvidenceShown]


@routes.get("/evaluations/{evaluation}/evidence", openapi_extra=acts("evidence.read"), operation_id="evidence")
def get_evidence(evaluation: UUID, door: Reading) -> EvidenceList:
    """The evidence of an evaluation, with the units of the plan each supports."""
    found = service.listed(door.work, door.actor, evaluation)
    return EvidenceList(
        evidence=[EvidenceShown.model_validate({**row._mapping, "units": units}) for row, units in found]
    )


@routes.post(
    "/evaluations/{evaluation}/evidence/links",
    status_code=201,
    openapi_extra=acts("evidence.edit"),
    operation_id="attach_links",
)
def post_links(evaluation: UUID, body: Links, door: Writing, key: IdempotencyKey = None) -> Ids:
    """Attach links, all or none."""
    links = [NewLink(one.title, one.url, one.units, one.issued_on, one.language) for one in body.links]

    def act() -> list[str]:
        return [str(one) for one in service.attach_links(door.work, door.actor, evaluation, links)]

    return door.once(act, lambda made: Ids(ids=made), door.reads("evidence.read", evaluation))


@routes.post(
    "/evaluations/{evaluation}/evidence/files",
    status_code=201,
    openapi_extra={
        **acts("evidence.edit", takes_file=True),
        "requestBody": {
            "required": True,
            "description": f"The bytes of the file, at most {FILE_LIMIT}.",
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(MEDIA_TYPES)},
        },
    },
    operation_id="attach_file",
)
def post_file(
    evaluation: UUID,
    request: Request,
    door: Writing,
    title: Annotated[Line, Query()],
    unit: Annotated[list[UnitCode], Query(min_length=1, max_length=130)],
    file_name: Annotated[FileName, Query()],
    key: IdempotencyKey = None,
) -> Made:
    """Attach a small file: its bytes are the body, its type the Content-Type."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    file = NewFile(title, file_name, media_type, request.state.body, unit)

    def act() -> str:
        return str(service.attach_file(door.work, door.actor, door.house.store, evaluation, file))

    return door.once(act, lambda made: Made(id=made), door.reads("evidence.read", evaluation))


@routes.get(
    "/evidence/{evidence}/content",
    openapi_extra=acts("evidence.read"),
    operation_id="evidence_content",
    response_class=Response,
    responses={
        200: {
            "description": "The bytes.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def get_content(evidence: UUID, door: Reading) -> Response:
    """The bytes of a file, as an attachment, whatever it is."""
    found, data = service.content(door.work, door.actor, door.house.store, evidence)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.file_name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Repr-Digest": f"sha-256=:{_base64(found.sha256)}:",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()
