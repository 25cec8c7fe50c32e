"""Does the API keep to its own description, whatever is sent, whoever sends it? Whether they may is asked elsewhere."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.config import GenerationConfig, SchemathesisConfig
from tests import databases
from tests.callers import Api
from tests.conftest import WORKFLOWS
from tests.road import Road, cast, ok, road

from mem.app import create_app
from mem.methods.method import Method
from mem.settings import Settings

SEED = 4711

from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance, negative_data_rejection, missing_required_header, unsupported_method, allow_header_conformance)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance, negative_data_rejection, missing_required_header, unsupported_method, allow_header_conformance]

@schemathesis.serializer("application/pdf", "image/png", "image/jpeg", "text/csv")
def as_bytes(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()

@dataclass
class Stand:
    runner: asyncio.Runner
    client: httpx.AsyncClient
    schema: Any
    roads: dict[str, Road]
    tokens: dict[str, str]
    more: dict[str, Any]

@pytest.fixture(scope="module")
def stand(sqlite_template: Any, methods: dict[str, Method], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("described")
    url = databases.sqlite_copy(sqlite_template, folder)
    app = create_app(Settings(data_dir=folder, database_url=url, workflows=WORKFLOWS), methods)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://mem.test")
        api = Api(client, app.state.house)
        who = cast(api)
        stages = {"entity": "answering", "contributor": "answering", "expert": "review", "coordinator": "consolidation", "officer": "compilation", "commission": "before_commission", "auditor": "review", "public": "published"}
        roads = {role: runner.run(road(api, stage, f"r-{role}", who)) for role, stage in stages.items()}
        tokens = {"public": "", "entity": who.entity.token, "contributor": who.contributor.token, "expert": who.experts["CHL"].token, "coordinator": who.coordinator.token, "officer": who.officer.token, "commission": who.commission.token, "auditor": who.auditor.token}
        evidence = {r: ok(runner.run(who.officer.get(f"{x.path}/evidence")))["evidence"][0]["id"] for r, x in roads.items() if r not in ("entity","contributor")}
        rec = ok(runner.run(who.entity.get(f"{roads['public'].path}/recommendations")))["recommendations"][0]["id"]
        config = SchemathesisConfig(seed=SEED)
        schema = schemathesis.openapi.from_dict(app.openapi(), config=config)
        yield Stand(runner, client, schema, roads, tokens, {"evidence": evidence, "rec": rec})
        runner.run(client.aclose())
        app.state.house.database.dispose()

import os, time, collections
@pytest.mark.parametrize("role", ["public", "entity", "contributor", "expert", "coordinator", "officer", "commission", "auditor"])
def test_role(stand: Stand, role: str) -> None:
    found = stand.roads[role]
    known = {"evaluation": found.evaluations["BRB"], "round": found.round, "cycle": found.cycle, "question": "is_1_1", "mechanism": "mem", "plan": "hemispheric-2016-2020", "recommendation": stand.more["rec"], "evidence": stand.more["evidence"].get(role)}
    stats = collections.Counter(); fails = {}
    t0=time.time()
    def run(case):
        kw = case.as_transport_kwargs(base_url="http://mem.test")
        headers = dict(kw.pop("headers"))
        if stand.tokens[role]: headers["Authorization"] = f"Bearer {stand.tokens[role]}"
        kw.pop("cookies", None)
        kwargs = {"params": kw.get("params"), "json": kw.get("json"), "content": kw.get("data")}
        if "extensions" in kw: pass
        rest = set(kw) - {"method","url","params","json","data"}
        if rest: stats[f"REST {sorted(rest)}"] += 1
        resp = stand.runner.run(stand.client.request(kw["method"], kw["url"], headers=headers, **{k:v for k,v in kwargs.items() if v is not None}))
        stats[resp.status_code]+=1
        try:
            case.validate_response(resp, checks=CHECKS)
        except BaseException as e:
            key=(case.operation.label, type(e).__name__, str(e)[:70])
            for x in getattr(e,"exceptions",[e]):
                fails.setdefault((case.operation.label, type(x).__name__, str(x)[:90]), (str(x)[:600], str(case.body)[:300], str(case.headers)[:200], resp.status_code, resp.text[:300]))
    for result in stand.schema.get_all_operations():
        op = result.ok()
        names = {p.name for p in op.iter_parameters() if p.location.value == "path"}
        fixed = {n: known[n] for n in names if known.get(n)}
        if op.path.startswith("/api/v1/published/"): fixed = {"round": found.code, "cycle":"main","state":"BRB"}
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strat = op.as_strategy(mode, path_parameters=fixed or None)
            @settings(max_examples=6, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], derandomize=True)
            @given(strat)
            def one(case): run(case)
            t=time.time()
            try: one()
            except Exception as e:
                fails[(op.label, mode.value, type(e).__name__)] = str(e)[:500]
            dt=time.time()-t
            if dt>2: print("SLOW", op.label, mode, round(dt,2))
    print(role, time.time()-t0, dict(stats))
    if role=="officer":
        t1=time.time(); n=0
        for result in stand.schema.get_all_operations():
            op = result.ok()
            for case in stand.schema.iter_coverage_cases(op, generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE], generation_config=GenerationConfig()):
                n+=1; run(case)
        print("coverage", n, time.time()-t1, dict(stats))
    for k,v in fails.items(): print("FAIL", role, k, v, "\n")
