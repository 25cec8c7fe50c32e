"""Is a sandbox's clock shown and set over HTTP, does everything go by it, and does it say so wherever it shows?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from tests.callers import Api, person
from tests.conftest import WORKFLOWS
from tests.road import V1, codes, ok, refused, road

from mem.app import create_app
from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.jobs.worker import turn
from mem.methods.method import Method
from mem.sandbox.service import clock_of, open_sandbox
from mem.settings import Settings

BEGINS = datetime(2018, 2, 1, 9, tzinfo=UTC)
LABEL = "SANDBOX, clock 2018-02-01T09:00:00.000000Z"


@pytest.fixture
async def played(
    database: Database, database_url: str, methods: dict[str, Method], tmp_path: Path
) -> AsyncIterator[Api]:
    """The application over a sandbox."""
    with database.write() as connection:
        open_sandbox(Work(connection, BEGINS))
    made = create_app(
        Settings(data_dir=tmp_path, database_url=database_url, one_login=True, workflows=WORKFLOWS), methods
    )
    async with made.router.lifespan_context(made):
        transport = httpx.ASGITransport(app=made)
        async with httpx.AsyncClient(transport=transport, base_url="http://mem.test") as client:
            yield Api(client, made.state.house)


async def test_a_sandbox_says_so_and_what_time_it_is(played: Api) -> None:
    assert ok(await played.get(f"{V1}/health")) == {"status": "ok", "sandbox": LABEL}
    shown = await played.get(f"{V1}/sandbox/clock")
    assert (ok(shown), shown.headers["ETag"]) == ({"instant": "2018-02-01T09:00:00Z", "number": 1}, '"v1"')
    for path in ("/en/", "/fr/nothing", "/static/nothing.css"):
        assert LABEL in (await played.get(path, headers={"Accept": "text/html"})).text, path


async def test_only_who_may_sets_the_clock_and_only_forward(played: Api) -> None:
    officer, auditor = person(played, "mem_unit"), person(played, "auditor")
    path, later = f"{V1}/sandbox/clock", {"instant": "2018-06-01T00:00:00Z"}
    refused(await auditor.put(path, later, 1), 403)
    assert ok(await officer.put(path, later, 1)) == {"instant": "2018-06-01T00:00:00Z", "number": 2}
    assert codes(refused(await officer.put(path, {"instant": "2018-05-31T00:00:00Z"}, 2), 422)) == {"not_forward"}
    assert codes(refused(await officer.put(path, {"instant": "2019-01-01T00:00:00Z"}, 1), 412)) == {"stale"}
    for wrong in ("2019-01-01", 0, "2019-01-01T00:00:00+01:00", None):
        refused(await officer.put(path, {"instant": wrong}, 2), 422)
    refused(await officer.send("PUT", path, {}, json={"instant": "2019-01-01T00:00:00Z"}), 428)


async def test_every_instant_is_that_of_the_clock_and_a_token_outlives_it(played: Api, database: Database) -> None:
    found = await road(played, "country_comment")
    line = ok(await found.cast.officer.get(f"{found.path}/deadlines"))["deadlines"][0]
    assert line["due_at"] == "2018-02-22T09:00:00Z"
    assert (line["state"], line["lapse"]) == ("BRB", "deem_no_more_comments")
    assert list(turn(database, played.house.key, clock_of(database))) == []
    ok(await found.cast.officer.put(f"{V1}/sandbox/clock", {"instant": "2019-02-01T00:00:00Z"}, 1))
    (lapsed,) = turn(database, played.house.key, clock_of(database))
    assert str(lapsed) == f"{found.evaluations['BRB']}: deem_no_more_comments, from country_comment to revision"
    shown = ok(await found.cast.officer.get(found.path))
    assert (shown["stage"], shown["entered_at"]) == ("revision", "2019-02-01T00:00:00Z")


async def test_a_report_of_a_sandbox_says_so(played: Api) -> None:
    found = await road(played, "before_commission")
    await found.move(found.cast.commission, "approve", occasion=await found.session("2018-02-01"))
    await found.to("published")
    draft = ok(await found.cast.officer.get(f"{found.path}/report"))
    path = f"{found.code}/main/BRB"
    assert (draft["sandbox"], ok(await played.get(f"{V1}/published/{path}"))["sandbox"]) == (LABEL, LABEL)
    assert LABEL in (await played.get(f"/es/reports/{path}")).text


async def test_elsewhere_nothing_is_said_of_a_sandbox_and_there_is_no_clock(api: Api) -> None:
    officer = person(api, "mem_unit")
    assert ok(await api.get(f"{V1}/health")) == {"status": "ok", "sandbox": None}
    refused(await api.get(f"{V1}/sandbox/clock"), 404)
    later = (now() + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    refused(await officer.put(f"{V1}/sandbox/clock", {"instant": later}, 1), 404)
    assert "SANDBOX" not in (await api.get("/en/")).text
