"""How is the API asked by its own description, by somebody of each role, and its answers held against it?"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, SerializationContext
from schemathesis.checks import not_a_server_error
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from tests.callers import Api, Caller, person
from tests.conftest import WORKFLOWS
from tests.road import V1, Road, cast, ok, road

from mem.app import create_app
from mem.evidence.service import MEDIA_TYPES
from mem.http.headers import ALWAYS
from mem.http.unit import KEY
from mem.methods.method import Method
from mem.people.actions import ACTIONS
from mem.settings import Settings

Operation = APIOperation[Any, Any, Any, Any]
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection, missing_required_header, unsupported_method,
    allow_header_conformance,
]  # fmt: skip
REFUSALS = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428"]
STAGES = {
    "public": "published", "entity": "answering", "contributor": "answering", "expert": "review",
    "coordinator": "consolidation", "officer": "compilation", "commission": "before_commission", "auditor": "review",
}  # fmt: skip
"""Role to a stage of Barbados' evaluation in which it has something to do or to see."""
MAY = {
    "published.read": "public", "service.read": "public", "answers.edit": "entity", "answers.confirm": "entity",
    "evidence.edit": "contributor",
    "round.designate": "entity", "findings.edit": "expert", "findings.read": "expert", "answers.read": "expert",
    "conclusions.read": "coordinator", "conclusions.edit": "coordinator", "report.read": "commission",
    "comments.read": "commission", "record.read": "auditor", "evaluation.record": "auditor",
}  # fmt: skip
"""Action to a role that may; the secretariat where none is named."""


@schemathesis.serializer(*MEDIA_TYPES)
def as_bytes(context: SerializationContext, value: Any) -> bytes:
    """A file is sent as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass(frozen=True)
class Asking:
    """A role with a way in, and what it may ask about."""

    caller: Caller
    known: Mapping[str, str]


@dataclass(frozen=True)
class Stand:
    """The application with its description, and somebody of each role."""

    runner: asyncio.Runner
    schema: BaseSchema
    roles: Mapping[str, Asking]

    def operations(self) -> list[Operation]:
        found = [result.ok() for result in self.schema.get_all_operations() if isinstance(result, Ok)]
        assert len(found) > 40
        return found

    def send(self, case: Case[Any], role: str) -> httpx.Response:
        """Send a request and hold the answer against the description. Raises what does not fit, with a curl command."""
        response = self.ask(case, self.roles[role].caller.token)
        case.validate_response(response, checks=CHECKS)
        unsafe = [name for name, value in ALWAYS.items() if response.headers.get(name) != value]
        assert not unsafe, f"{case.as_curl_command()} was answered without {unsafe}"
        assert "server" not in response.headers
        kept_by_none = response.headers["cache-control"] == "no-store"
        assert kept_by_none or ACTIONS[case.operation.definition.raw["x-action"]].open
        return response

    def ask(self, case: Case[Any], token: str) -> httpx.Response:
        """Send a request with a token, or with none."""
        asked = case.as_transport_kwargs(base_url="http://mem.test")
        headers = {**asked["headers"]}
        if KEY.match(str(headers.get("Idempotency-Key"))):
            headers["Idempotency-Key"] = uuid.uuid4().hex  # else it would be that of another request
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = {name: asked[key] for key, name in (("json", "json"), ("data", "content")) if key in asked}
        if body.get("json", body) is None:
            body = {"content": b"null"}
        sent = next(iter(self.roles.values())).caller.client.request(
            asked["method"], asked["url"], headers=headers, params=asked.get("params"), **body
        )
        return self.runner.run(sent)


@contextmanager
def stand(
    folder: Path, url: str, methods: dict[str, Method], seed: int, stages: Mapping[str, str] = STAGES
) -> Iterator[Stand]:
    """The application over a migrated database, with a road for each role at a stage."""
    app = create_app(Settings(data_dir=folder, database_url=url, one_login=True, workflows=WORKFLOWS), methods)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://mem.test")
        roles = runner.run(everybody(Api(client, app.state.house), stages))
        generation = GenerationConfig(allow_x00=False, with_security_parameters=False)
        expected = {"expected-statuses": REFUSALS}
        checks = ChecksConfig.from_dict({"negative_data_rejection": expected, "missing_required_header": expected})
        projects = ProjectsConfig(default=ProjectConfig(generation=generation, checks=checks))
        config = SchemathesisConfig(seed=seed, projects=projects)
        yield Stand(runner, schemathesis.openapi.from_dict(app.openapi(), config=config), roles)
        runner.run(client.aclose())
    app.state.house.database.dispose()


async def everybody(api: Api, stages: Mapping[str, str]) -> dict[str, Asking]:
    """Somebody of each role, beside a road that stands where the role has something to do."""
    who, spare = cast(api), person(api, "commission")
    callers = {
        "public": Caller(api.client, spare.person_id, ""), "entity": who.entity, "contributor": who.contributor,
        "expert": who.experts["CHL"], "coordinator": who.coordinator, "officer": who.officer,
        "commission": who.commission, "auditor": who.auditor,
    }  # fmt: skip
    people = ok(await who.officer.get(f"{V1}/people"))["people"]
    (role,) = next(one["roles"] for one in people if one["id"] == str(spare.person_id))
    known = {
        "mechanism": "mem", "plan": "hemispheric-2016-2020", "question": "is_1_1", "person": str(spare.person_id),
        "role": role["id"], "token": spare.token.split("_")[1],
    }  # fmt: skip
    return {role: Asking(callers[role], {**known, **await ids(await road(api, stages[role], f"r-{role}", who))})
            for role in stages}  # fmt: skip


async def ids(found: Road) -> dict[str, str]:
    """What there is of a road, by the name that paths give it."""
    entity, officer = found.cast.entity, found.cast.officer
    told = {"evaluation": found.evaluations["BRB"], "round": found.round, "cycle": found.cycle, "code": found.code}
    evidence = ok(await officer.get(f"{found.path}/evidence"))["evidence"]
    issued = ok(await entity.get(f"{found.path}/recommendations"))["recommendations"]
    told |= {"evidence": evidence[0]["id"]} if evidence else {}
    voices = ok(await officer.get(f"{found.path}/assignments"))["assignments"]
    told |= {"assignment": voices[-1]["id"]} if voices else {}
    return told | ({"recommendation": issued[0]["id"]} if issued else {})


def known_in(operation: Operation, asking: Asking) -> dict[str, str]:
    """Of the parts of an operation's path, those that are there: else nothing but 404 would ever be seen."""
    if "/published/" in operation.path:
        return {"round": asking.known["code"], "cycle": "main", "state": "BRB"}
    names = {one.name for one in operation.iter_parameters() if one.location is ParameterLocation.PATH}
    return {name: asking.known[name] for name in names & asking.known.keys()}


def path_fits(case: Case[Any]) -> bool:
    """Whether what is wrong with a request, if anything, is not in its path."""
    assert case.meta is not None
    path = case.meta.components.get(ParameterLocation.PATH)
    return path is not None and path.mode is GenerationMode.POSITIVE
