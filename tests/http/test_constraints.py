"""Does a constraint that the database holds reach the caller as the error it means, on both databases?"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from psycopg.errors import DiskFull
from sqlalchemy import insert, inspect, select
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError, OperationalError
from tests import looking
from tests.callers import Api
from tests.looking import put, rows, undone
from tests.road import ok, refused, road
from tests.worlds import World

from mem.assessments.models import FindingVersion
from mem.core.db import Database
from mem.core.errors import Conflict
from mem.http import problems
from mem.http.body import StrictRoute
from mem.http.constraints import MEANING, meaning
from mem.http.unit import House, Writing
from mem.rounds.conflicts import declare
from mem.rounds.models import Assignment, Designation
from mem.tables import METADATA

Change = Callable[[Row[Any]], dict[str, Any]]


def same(row: Row[Any]) -> dict[str, Any]:
    return {}


def another(row: Row[Any]) -> dict[str, Any]:
    """Another row that says the same."""
    return {"id": uuid.uuid4()}


def at_home(row: Row[Any]) -> dict[str, Any]:
    """An expert whom the country itself designated."""
    own = Designation.state == row.evaluation_state
    which = {"designation_id": Designation.id, "person_id": Designation.person_id}
    taken = {name: select(column).where(own).scalar_subquery() for name, column in which.items()}
    return {"id": uuid.uuid4(), "expert_state": row.evaluation_state, **taken}


def later(row: Row[Any]) -> dict[str, Any]:
    return {"version": row.version + 1}


TRIGGERS = {"own_country", "declared_conflict"}
"""What a trigger says, which is no constraint by its name."""
agreeing = looking.at("consolidation")

BROKEN_BY: dict[str, tuple[str, Change]] = {
    "ck_assignment_never_the_own_country": ("assignment", at_home),
    "uq_assignment_evaluation_id_expert_state": ("assignment", another),
    "pk_answer_version": ("answer_version", same),
    "pk_finding_version": ("finding_version", same),
    "pk_conclusion_version": ("conclusion_version", same),
    "uq_designation_round_id_person_id": ("designation", another),
    "pk_response": ("response", same),
    "pk_stance": ("stance", same),
    "ix_decision_position_id_occasion_id": ("decision", later),
    "uq_country_evaluation_cycle_id_state": ("country_evaluation", another),
    "uq_round_code": ("round", another),
    "uq_conflict_declared": ("conflict", another),
    "pk_idempotency": ("idempotency", same),
}
"""Constraint to the table in which adding a row once more, with this changed, breaks it."""


def adding_again(house: House) -> FastAPI:
    """A house with one route, which adds a row once more without looking first, as a rival request does."""
    app, routes = FastAPI(), APIRouter(route_class=StrictRoute)
    app.state.house = house

    @routes.post("/{constraint}", openapi_extra={"x-action": "service.read"})
    def again(constraint: str, door: Writing) -> None:
        name, change = BROKEN_BY[constraint]
        row = door.work.db.execute(select(METADATA.tables[name])).first()
        assert row is not None
        door.work.db.execute(insert(METADATA.tables[name]).values({**row._mapping, **change(row)}))

    app.include_router(routes)
    problems.install(app)
    return app


async def test_a_rival_request_is_told_what_the_broken_constraint_means(api: Api) -> None:
    found = await road(api, "published")
    declared = {"person": str(found.cast.experts["PER"].person_id), "state": "BRB", "reason": "Family."}
    ok(await found.cast.officer.post(f"{found.round_path}/conflicts", declared), 201)
    assert BROKEN_BY.keys() == MEANING.keys() - TRIGGERS
    transport = httpx.ASGITransport(app=adding_again(api.house))
    async with httpx.AsyncClient(transport=transport, base_url="http://mem.test") as client:
        for name in BROKEN_BY:
            error = MEANING[name]
            status = 409 if isinstance(error, Conflict) else 412
            problem = refused(await client.post(f"/{name}"), status)
            assert (problem["code"], problem["detail"]) == (error.code, error.message), name


def test_every_constraint_that_means_something_is_in_the_database(database: Database) -> None:
    found, tables = inspect(database.engine), METADATA.tables
    names = {found.get_pk_constraint(table)["name"] for table in tables}
    names |= {one["name"] for table in tables for one in found.get_unique_constraints(table)}
    names |= {one["name"] for table in tables for one in found.get_check_constraints(table)}
    names |= {one["name"] for table in tables for one in found.get_indexes(table) if one["unique"]}
    assert MEANING.keys() <= names | TRIGGERS


def test_what_a_trigger_refuses_means_something_too(agreeing: World) -> None:
    """Whatever the services look at first, somebody may be faster."""
    here, expert = agreeing, agreeing.experts["CHL"]
    finding = rows(here.work, FindingVersion)[0]
    declare(here.by(expert), expert, here.round, expert.person_id, "BRB", "Family.")
    refused_for = set()
    for table, row in (
        (FindingVersion, {**finding._mapping, "version": 9, "by": here.entity.person_id}),
        (Assignment, {**rows(here.work, Assignment, expert_state="CHL")[0]._mapping, "id": uuid.uuid4()}),
    ):
        with undone(here.work), pytest.raises(IntegrityError) as caught:
            put(here.work, table, **row)
        told = meaning(caught.value)
        assert isinstance(told, Conflict)
        refused_for.add(told.code)
    assert refused_for == TRIGGERS


class FromPostgresql(Exception):
    """What psycopg raises: the name of the constraint is told beside the text."""

    def __init__(self, constraint: str | None) -> None:
        super().__init__("duplicate key")
        self.diag = type("Diagnosis", (), {"constraint_name": constraint})()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (IntegrityError("", {}, FromPostgresql("pk_response")), "already_answered"),
        (IntegrityError("", {}, FromPostgresql("fk_response_comment_id")), None),
        (IntegrityError("", {}, FromPostgresql(None)), None),
        (IntegrityError("", {}, Exception("UNIQUE constraint failed: response.comment_id")), "already_answered"),
        (IntegrityError("", {}, Exception("CHECK constraint failed: ck_assignment_never_the_own_country")),
         "own_country"),
        (IntegrityError("", {}, Exception("UNIQUE constraint failed: cycle.round_id, cycle.code")), None),
        (IntegrityError("", {}, Exception("FOREIGN KEY constraint failed")), None),
        (IntegrityError("", {}, Exception("only_added_to")), None),
        (OperationalError("", {}, FromPostgresql("pk_response")), None),
        (OperationalError("", {}, Exception("database or disk is full")), "storage_full"),
        (OperationalError("", {}, DiskFull()), "storage_full"),
        (OperationalError("", {}, Exception("disk I/O error")), None),
    ],
)  # fmt: skip
def test_what_has_no_meaning_in_the_domain_has_none(error: IntegrityError | OperationalError, code: str | None) -> None:
    found = meaning(error)
    assert (None if found is None else found.code) == code
