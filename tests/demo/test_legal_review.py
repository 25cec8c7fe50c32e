"""Does a legal review before the Commission take data only, and do two mechanisms live side by side?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from tests.callers import Api, person
from tests.demo import runs
from tests.methods_of import MEM
from tests.road import codes, refused

from mem.app import create_app, installed
from mem.core.db import Database
from mem.http.unit import House
from mem.methods.models import StageMove
from mem.people.models import Membership
from mem.rounds.models import CountryEvaluation, Deadline
from mem.settings import Settings

DAYS = 17
ROLE = """\
  legal_adviser:
    title: {en: Legal adviser, es: Asesoría jurídica, fr: Conseil juridique, pt: Assessoria jurídica}
    scope: all
    capabilities: [advance]
"""
STAGE = """\
  legal_review:
    title: {en: Legal review, es: Revisión jurídica, fr: Examen juridique, pt: Revisão jurídica}
    waits_for: legal_adviser
    deadline: {days: legal_review}
    sees:
      legal_adviser: [progress, report, comments, responses]
      national_coordinating_entity: [report, comments]
      mem_unit: [report, comments, responses]
      coordinator: [progress, report, comments, responses]
"""
TRANSITION = """\
  - trigger: clear
    from: legal_review
    to: before_commission
    by: [legal_adviser]
"""


def with_legal_review(folder: Path) -> Path:
    """Let a legal adviser clear each report before the Commission sees it, in a copy of `workflows/mem`."""
    road = folder / "country_evaluation.yaml"
    runs.replace(folder / "roles.yaml", "  auditor:\n", f"{ROLE}  auditor:\n")
    runs.replace(folder / "roles.yaml", "grants: [mem_unit,", "grants: [legal_adviser, mem_unit,")
    runs.replace(folder / "calendar.yaml", "  session:", f"  legal_review: {{days: {DAYS}, basis: ours}}\n  session:")
    runs.replace(road, "  before_commission:\n", f"{STAGE}  before_commission:\n")
    runs.replace(road, "    from: revision\n    to: before_commission\n", "    from: revision\n    to: legal_review\n")
    runs.replace(road, "  - trigger: approve\n", f"{TRANSITION}  - trigger: approve\n")
    runs.replace(folder / "demo.yaml", "  commission: {}\n", "  commission: {}\n  legal_adviser: {}\n")
    return folder


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo on the changed copy: its data, and what the check said of the copy."""

    def make(folder: Path) -> None:
        method = with_legal_review(runs.one_area(shutil.copytree(MEM, folder / "mem-with-review")))
        checked = runs.mem("workflow", "check", str(method), data=folder / "checked")
        assert checked.returncode == 0, checked.stderr
        finished = runs.mem("demo", "--states", "3", "--mechanism", str(method), "--json", data=folder / "data")
        totals = runs.totals_of(finished)
        assert (totals["published"], totals["ledger_ok"]) == (3, True)

    return runs.once(tmp_path_factory, "reviewed", make)


@pytest.fixture
def left(reviewed: Path) -> Iterator[Database]:
    """What the demo on the changed copy left."""
    database = Database(f"sqlite:///{reviewed / 'data' / 'mem.db'}")
    yield database
    database.dispose()


def test_each_of_the_three_evaluations_is_cleared_by_the_legal_adviser(left: Database) -> None:
    ((adviser,),) = runs.rows(left, Membership.person_id, role="legal_adviser")
    every = {one for (one,) in runs.rows(left, CountryEvaluation.id)}
    into = runs.rows(left, StageMove.position_id, StageMove.from_stage, StageMove.trigger, to_stage="legal_review")
    out = runs.rows(
        left, StageMove.position_id, StageMove.trigger, StageMove.to_stage, StageMove.by, from_stage="legal_review"
    )
    assert len(every) == 3
    assert sorted(into) == sorted((one, "revision", "finalise") for one in every)
    assert sorted(out) == sorted((one, "clear", "before_commission", adviser) for one in every)


def test_no_evaluation_reaches_the_commission_another_way(left: Database) -> None:
    ways = {
        tuple(row) for row in runs.rows(left, StageMove.from_stage, StageMove.trigger, to_stage="before_commission")
    }
    assert ways == {("legal_review", "clear")}


def test_the_deadline_of_the_review_is_that_of_the_changed_calendar(left: Database) -> None:
    query = select(Deadline.due_at, StageMove.at).join(
        StageMove, (StageMove.position_id == Deadline.position_id) & (StageMove.seq == Deadline.version)
    )
    with left.read() as connection:
        found = list(connection.execute(query.where(Deadline.stage == "legal_review")))
    assert [due - entered for due, entered in found if due is not None] == [timedelta(days=DAYS)] * 3


def test_no_line_of_the_code_knows_of_a_legal_review() -> None:
    source = Path(create_app.__code__.co_filename).parent
    texts = {file: file.read_text(encoding="utf-8") for file in source.rglob("*") if file.suffix in {".py", ".yaml"}}
    assert len(texts) > 80
    assert [file for file, text in texts.items() if "legal_review" in text or "legal_adviser" in text] == []


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds two mechanisms, of which the second has the legal review and a code of its own."""
    place = tmp_path_factory.mktemp("workflows")
    runs.small_copy(place)
    second = with_legal_review(runs.small_copy(place / "aside")).rename(place / "second")
    runs.replace(second / "mechanism.yaml", "mechanism: mem\n", "mechanism: reviewed\n")
    return place


def test_two_mechanisms_in_one_folder_load_beside_each_other(two: Path) -> None:
    found = installed(two)
    assert {code: "legal_review" in one.workflows["country_evaluation"].stages for code, one in found.items()} == {
        "mem": False,
        "reviewed": True,
    }


async def test_a_round_of_each_of_two_mechanisms_runs_by_its_own_method(
    two: Path, database_url: str, tmp_path: Path
) -> None:
    app = create_app(Settings(data_dir=tmp_path / "data", database_url=database_url, one_login=True, workflows=two))
    house: House = app.state.house
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://mem.test") as client,
    ):
        officers = {code: person(Api(client, house), "mem_unit", mechanism=code) for code in ("mem", "reviewed")}
        opened = {}
        for code, officer in officers.items():
            cycles = [{"kind": "evaluation", "code": "main", "title": "All"}]
            body = {"mechanism": code, "code": f"round-{code}", "title": "A round", "cycles": cycles}
            for other in officers.values():
                if other is not officer:
                    assert codes(refused(await other.post("/api/v1/rounds", body), 403)) == {"unknown_role"}
            opened[code] = (await officer.post("/api/v1/rounds", body)).json()
            shown = (await officer.get(f"/api/v1/mechanisms/{code}")).json()
            assert ("legal_adviser" in shown["roles"]) == (code == "reviewed")
        first = opened["mem"]
        assert (await officers["mem"].get(f"/api/v1/rounds/{first['id']}/transitions")).status_code == httpx.codes.OK
        path = f"/api/v1/people/{officers['mem'].person_id}/roles"
        role = {"mechanism": "mem", "role": "mem_unit"}
        refusal = refused(await officers["reviewed"].post(path, role), 422)
        assert codes(refusal) == {"already_held", "may_not_grant"}
    assert {code: one["mechanism"] for code, one in opened.items()} == {"mem": "mem", "reviewed": "reviewed"}
    assert {code: one["method"] for code, one in opened.items()} == {
        code: method.digest for code, method in house.methods.items()
    }
