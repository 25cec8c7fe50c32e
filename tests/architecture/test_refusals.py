"""What does the database refuse by itself, whatever statement comes? Each table by each verb, in raw SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from tests import looking
from tests.architecture.test_migrations import ONLY_ADDED_TO
from tests.changed_methods import changed, with_more_days
from tests.looking import NOW, put, rows, undone
from tests.worlds import World

from mem.answers.models import AnswerVersion, Confirmation, DeclarationVersion
from mem.core.work import Work
from mem.ledger.models import Checkpoint
from mem.methods.models import AllowedTransition, MethodPart, MethodRow, Position
from mem.people.models import Membership
from mem.people.service import end_role, issue_token, revoke_token
from mem.process.migrating import migrate
from mem.tables import METADATA

here = looking.at("published")
ENDS = {"membership": "ended_at", "token": "revoked_at"}
"""Table to the one column that gets a value, once."""
LATER = NOW + timedelta(days=1)
OTHER = {"person_id": uuid4(), "scope": ["answer"], "granted_at": LATER, "created_at": LATER, "expires_at": LATER}
"""Another value for each column that is not of text."""
VERBS = ("UPDATE", "DELETE", "TRUNCATE")


def attempts(work: Work, table: str, *verbs: str) -> Iterator[str]:
    """Every statement of these verbs: an update of each column to what it is, of all rows."""
    for verb in verbs:
        if verb == "UPDATE":
            for column in METADATA.tables[table].columns:
                yield f'UPDATE {table} SET "{column.name}" = "{column.name}"'
        elif verb == "DELETE":
            yield f"DELETE FROM {table}"
        elif work.db.dialect.name == "postgresql":
            yield f"TRUNCATE {table} CASCADE"


def refused(work: Work, statement: str, said: str, **values: object) -> None:
    with undone(work), pytest.raises(DatabaseError, match=said):
        work.db.execute(text(statement), values)


def signed(work: Work) -> None:
    """A checkpoint, an answer confirmed and a unit declared, which no world has by itself."""
    answer = rows(work, AnswerVersion)[0]
    by = {"evaluation_id": answer.evaluation_id, "version": answer.version, "by": answer.by, "at": NOW}
    put(work, Confirmation, question=answer.question, **by)
    put(work, DeclarationVersion, unit="IS-1", reason="We have none.", **by)
    put(work, Checkpoint, number=1, at=NOW, canonical=b"", sha256="0" * 64, public_key="", signature="")


def repinned(here: World) -> None:
    """A round that went to another method, as no world has by itself."""
    who, new = here.secretariat, changed(here.method, with_more_days)
    migrate(here.by(who), who, here.round, new, {}, "A new version.")


@pytest.mark.parametrize("table", ONLY_ADDED_TO)
@pytest.mark.parametrize("verb", VERBS)
def test_what_is_only_added_to_is_neither_changed_nor_deleted_nor_emptied(here: World, table: str, verb: str) -> None:
    signed(here.work)
    if table == "method_change":
        repinned(here)
    assert here.work.db.execute(select(METADATA.tables[table])).first() is not None
    for statement in attempts(here.work, table, verb):
        refused(here.work, statement, "only_added_to")


@pytest.mark.parametrize("table", ENDS)
def test_what_is_only_ended_is_not_deleted_and_its_columns_stay(here: World, table: str) -> None:
    issue_token(here.work, here.auditor.person_id, "laptop", 30, ["read"])
    for statement in attempts(here.work, table, "DELETE", "TRUNCATE"):
        refused(here.work, statement, "only_added_to")
    for statement in attempts(here.work, table, "UPDATE"):
        refused(here.work, statement, "only_ended")
    where = METADATA.tables[table]
    for column in where.columns:
        if column.name != ENDS[table]:
            changed = {column.name: OTHER.get(column.name, "x"), ENDS[table]: LATER}
            changed |= {"id": uuid4()} if (table, column.name) == ("membership", "id") else {}
            with undone(here.work), pytest.raises(IntegrityError, match="only_ended"):
                here.work.db.execute(update(where).values(changed))


@pytest.mark.parametrize("table", ENDS)
def test_what_has_ended_neither_begins_again_nor_ends_at_another_time(here: World, table: str) -> None:
    token, _ = issue_token(here.work, here.auditor.person_id, "laptop", 30, ["read"])
    revoke_token(here.work, token)
    for row in rows(here.work, Membership):
        end_role(here.work, row.id)
    for value in (None, LATER):
        refused(here.work, f"UPDATE {table} SET {ENDS[table]} = :value", "only_ended", value=value)


def test_a_role_is_held_once_at_a_time(here: World) -> None:
    held = rows(here.work, Membership)
    assert {row.state is None for row in held} == {True, False}
    for row in held:
        again = {**row._asdict(), "id": uuid4(), "granted_at": LATER}
        with undone(here.work), pytest.raises(IntegrityError):
            put(here.work, Membership, **again)
        put(here.work, Membership, **{**again, "id": uuid4(), "mechanism": "another"})
        end_role(here.work, row.id)
        put(here.work, Membership, **again)


@pytest.mark.breaks_invariants
def test_a_method_is_added_to_until_something_stands_on_it(here: World) -> None:
    fresh, used = "0" * 64, here.method.digest
    put(here.work, MethodRow, digest=fresh, mechanism="mem", version=1, pinned_at=NOW)
    moves = {"workflow": "round", "from_stage": "", "trigger": "", "to_stage": "anywhere"}
    part = {"name": "another.yaml", "digest": fresh, "canonical": b"{}"}

    def closed(method: str) -> None:
        for table, values in ((AllowedTransition, {**moves, "to_stage": "elsewhere"}), (MethodPart, part)):
            with undone(here.work), pytest.raises(IntegrityError, match="method_in_use"):
                put(here.work, table, method=method, **values)

    closed(used)
    put(here.work, AllowedTransition, method=fresh, **moves)
    with undone(here.work):
        put(here.work, MethodPart, method=fresh, **part)
    where = {"subject": "round", "workflow": "round", "stage": "anywhere", "version": 1, "entered_at": NOW}
    put(here.work, Position, id=uuid4(), method=fresh, **where)
    closed(fresh)
