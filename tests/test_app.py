"""Does the application start only when its methods and its database hold, and not mind what it need not?"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy import Delete, Update, delete, text, update
from tests.callers import Api
from tests.conftest import WORKFLOWS
from tests.methods_of import copied, line_of
from tests.road import V1, ok, road

from mem import app as composition
from mem.app import ROUTERS, BadDefinitions, create_app, installed
from mem.core.canonical import digest
from mem.core.db import Database
from mem.core.errors import MethodDamaged
from mem.methods.method import Method
from mem.methods.models import MethodPart
from mem.settings import Settings


def settings(url: str, place: Path, workflows: Path = WORKFLOWS) -> Settings:
    return Settings(data_dir=place, database_url=url, one_login=True, workflows=workflows)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("file", "old", "new", "at", "said"),
    [
        ("mechanism.yaml", "scale: sixth_round", "scale: eighth_round", "scale: eighth_round",
         "mechanism.yaml:{line}: cycles.evaluation.scale: unknown scale 'eighth_round'"),
        ("roles.yaml", "scope: own\n    capabilities: [designate", "scope: own\n   capabilities: [designate",
         "capabilities: [designate", "roles.yaml:{line}: (file): "),
    ],
)  # fmt: skip
def test_a_fault_in_the_methods_is_told_with_file_line_and_reason_before_anything_starts(
    database_url: str, tmp_path: Path, file: str, old: str, new: str, at: str, said: str
) -> None:
    folder = copied(tmp_path)
    whole = (folder / file).read_text(encoding="utf-8")
    assert whole.count(old) == 1
    (folder / file).write_text(whole.replace(old, new), encoding="utf-8")
    with pytest.raises(BadDefinitions) as refused:
        create_app(settings(database_url, tmp_path / "data", tmp_path))
    line = line_of(whole.replace(old, new), at)
    assert str(refused.value).startswith(said.format(line=line))
    assert next(one.line for one in refused.value.faults if one.file == file) == line
    assert not (tmp_path / "data").exists()


def test_a_place_without_a_mechanism_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadDefinitions, match=r"holds no mechanism\.yaml"):
        installed(tmp_path)


def test_every_mechanism_of_a_folder_is_installed_or_one_by_itself(methods: dict[str, Method]) -> None:
    assert {path.parent.name for path in WORKFLOWS.glob("*/mechanism.yaml")} == methods.keys()
    assert all(method.mechanism.mechanism == name for name, method in methods.items())


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("extra", [None, {"x-action": "report.burn"}, {"x-takes-file": True}])
def test_a_route_that_declares_no_action_there_is_keeps_the_application_from_starting(
    database_url: str, tmp_path: Path, methods: dict[str, Method], monkeypatch: pytest.MonkeyPatch,
    extra: dict[str, object] | None,
) -> None:  # fmt: skip
    routes = APIRouter(prefix=V1)
    routes.add_api_route("/burn", lambda: None, methods=["POST"], openapi_extra=extra)
    monkeypatch.setattr(composition, "ROUTERS", (*ROUTERS, routes))
    with pytest.raises(RuntimeError, match="/api/v1/burn does not declare its action"):
        create_app(settings(database_url, tmp_path), methods)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (update(MethodPart).values(canonical=b"{}"), r"scales\.yaml"),
        (update(MethodPart).values(canonical=b"{}", digest=digest(b"{}")), "incomplete or damaged"),
        (delete(MethodPart), "incomplete or damaged"),
    ],
    ids=["changed", "changed with its digest", "gone"],
)
async def test_a_pinned_method_that_is_not_what_it_was_is_fatal(
    api: Api,
    database: Database,
    database_url: str,
    tmp_path: Path,
    methods: dict[str, Method],
    damage: Update | Delete,
    said: str,
) -> None:
    await road(api)
    with database.write() as connection:  # by the owner: the server could not
        if database.is_sqlite:  # whoever damages it had to get past this
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER method_part_no_{verb}"))
        else:
            connection.execute(text("ALTER TABLE method_part DISABLE TRIGGER ALL"))
        connection.execute(damage.where(MethodPart.name == "scales.yaml"))
    with pytest.raises(MethodDamaged, match=said):
        create_app(settings(database_url, tmp_path), methods)


async def test_a_folder_that_differs_from_what_is_pinned_is_no_fault_and_counts_from_the_next_round_on(
    api: Api, database_url: str, tmp_path: Path, methods: dict[str, Method]
) -> None:
    first = await road(api)
    parts = deepcopy(dict(methods["mem"].parts))
    parts["scales.yaml"]["scales"]["sixth_round"]["values"][0]["label"]["en"] = "wholly completed"
    app = create_app(settings(database_url, tmp_path), {**methods, "mem": Method.of(parts)})
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://mem.test") as client,
    ):
        second = await road(Api(client, app.state.house), code="r-2")
        told = []
        for found in (first, second):
            officer = second.cast.officer
            method = ok(await officer.get(f"{found.path}/method"))
            assert method["method"] == ok(await officer.get(found.round_path))["method"]
            told.append((method["method"], method["scale"][0]["label"]["en"]))
        await second.to("answering")
    assert told == [(methods["mem"].digest, "completed"), (Method.of(parts).digest, "wholly completed")]
    await first.to("answering")  # by its own method, still
