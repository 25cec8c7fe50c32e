"""How is the application put together? Settings, methods, database, routes; imported by nobody but `cli`."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.middleware.gzip import GZipMiddleware

from mem.api import (
    answers,
    approvals,
    assessments,
    conflicts,
    deadlines,
    declarations,
    evaluations,
    evidence,
    experts,
    ledger,
    methods,
    openings,
    people,
    published,
    reports,
    rounds,
    sandbox,
    transitions,
)
from mem.api.glossary import MEANING
from mem.core.clock import now
from mem.core.db import PLACES, Database
from mem.core.work import Work
from mem.core.yaml import Fault
from mem.evidence.store import Store
from mem.http import problems
from mem.http.head import HeadAsGet
from mem.http.headers import SafeHeaders
from mem.http.keeping import Kept
from mem.http.openapi import describe
from mem.http.unit import House
from mem.jobs.worker import Worker
from mem.ledger.keys import SigningKey
from mem.methods.method import Method
from mem.methods.service import verify_pinned
from mem.people.actions import ACTIONS
from mem.process.methods import read_definitions
from mem.sandbox.service import clock_of
from mem.settings import Settings
from mem.web import public

ROUTERS = (
    people.routes,
    methods.routes,
    rounds.routes,
    experts.routes,
    transitions.routes,
    approvals.routes,
    conflicts.routes,
    deadlines.routes,
    evaluations.routes,
    answers.routes,
    openings.routes,
    declarations.routes,
    evidence.routes,
    assessments.routes,
    reports.routes,
    ledger.routes,
    sandbox.routes,
    published.routes,
    public.routes,
)


class BadDefinitions(RuntimeError):
    """The methods under `workflows/` do not hold; `faults` says where."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def create_app(
    settings: Settings, methods: dict[str, Method] | None = None, work_every: float | None = None
) -> FastAPI:
    """The application, with the methods of the settings unless some are handed in, and a worker of its own that turns
    every so many seconds (None: none). Raises `BadDefinitions`, or
    `MethodDamaged` when a pinned method is not what it was."""
    found = installed(settings.workflows) if methods is None else methods
    database = Database(settings.url, settings.one_login)
    try:
        with database.read() as connection:
            verify_pinned(Work(connection, now()))
    except BaseException:
        database.dispose()
        raise
    clock = clock_of(database)
    key = SigningKey.at(settings.data_dir / "signing-key.pem")
    house = House(
        database, Store(settings.data_dir / "evidence"), found, key, asyncio.Lock(), asyncio.Semaphore(PLACES),
        sandbox=clock is not now,
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = PLACES + 1
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        worker = None if work_every is None else Worker(database, key, clock, work_every)
        if worker is not None:
            worker.start()
        yield
        if worker is not None:
            worker.stop()
        database.dispose()

    app = FastAPI(
        title="mem",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,  # it would send to whatever host the request names
    )
    app.state.house = house
    for router in ROUTERS:
        app.include_router(router)
    problems.install(app, public.missing)
    app.add_middleware(Kept)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SafeHeaders)
    _every_route_declares_its_action(app)
    describe(app, MEANING)
    return app


def installed(folder: Path) -> dict[str, Method]:
    """The methods of a folder of mechanism folders, or of one mechanism's folder, by mechanism."""
    places = (
        [folder] if (folder / "mechanism.yaml").exists() else sorted(p.parent for p in folder.glob("*/mechanism.yaml"))
    )
    if not places:
        message = "holds no mechanism.yaml, and no folder that does; MEM_WORKFLOWS says where the methods are"
        raise BadDefinitions((Fault(str(folder), 1, "", message),))
    found: dict[str, Method] = {}
    for place in places:
        definitions = read_definitions(place)
        if definitions.faults:
            raise BadDefinitions(definitions.faults)
        method = Method.of(definitions.parts)
        if method.mechanism.mechanism in found:
            raise BadDefinitions((Fault(str(place), 1, "mechanism", "another folder defines this mechanism too"),))
        found[method.mechanism.mechanism] = method
    return found


def _every_route_declares_its_action(app: FastAPI) -> None:
    for context in iter_route_contexts(app.routes):  # `app.routes` itself holds included routers, not their routes
        route = context.original_route
        if isinstance(route, APIRoute) and (route.openapi_extra or {}).get("x-action") not in ACTIONS:
            raise RuntimeError(f"the route {route.path} does not declare its action")
