"""Is what whoever wrote a conclusion recorded of the voices kept as what each voice says, and found again on the way
back?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, MetaData, Table, insert, select
from tests.architecture.test_migrations import populate

from mem.core.db import Database
from mem.core.work import Work
from mem.methods.method import Method
from mem.migrate import downgrade, upgrade
from mem.people.service import add_person

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEFORE, VOICES = "2026_11_24_units", "2026_11_24_voices"
DISSENT = [{"state": "JAM", "text": {"en": "It is less."}}]


def table(connection: Connection, name: str) -> Table:
    """A table as the database has it now, whatever the models say."""
    return Table(name, MetaData(), autoload_with=connection)


def key(connection: Connection, one: UUID) -> Any:
    """An id as a reflected table keeps it."""
    return one.hex if connection.dialect.name == "sqlite" else one


def old_rows(connection: Connection, evaluation: UUID) -> None:
    """Two voices and two conclusions on an evaluation, as the schema before knew them."""
    work = Work(connection, NOON)
    place = table(connection, "country_evaluation")
    round_id, state = connection.execute(select(place.c.round_id, place.c.state)).one()
    for number, voice in enumerate(("CHL", "JAM"), start=1):
        person = key(connection, add_person(work, voice))
        named = {"id": key(connection, UUID(int=number)), "person_id": person, "at": NOON}
        designated = {"round_id": round_id, "state": voice, "rank": "principal"}
        connection.execute(insert(table(connection, "designation")).values(**named, **designated))
        seat = {"evaluation_state": state, "designation_id": named["id"], "expert_state": voice}
        where = {"evaluation_id": key(connection, evaluation)}
        connection.execute(insert(table(connection, "assignment")).values(**named, **seat, **where))
    for unit, dissents in (("IS-1.1", []), ("IS-1.2", DISSENT)):
        said: dict[str, Any] = {"text": {"en": "So."}, "rating": "started", "citations": [], "recommendation": None}
        agreed = {"agreement": "dissent" if dissents else "consensus", "dissents": dissents}
        which = {"evaluation_id": key(connection, evaluation), "unit": unit, "version": 1, "by": person, "at": NOON}
        connection.execute(insert(table(connection, "conclusion_version")).values(**which, **said, **agreed))


def test_what_was_recorded_of_the_voices_becomes_their_stances_and_back(
    empty_database: Database, method: Method
) -> None:
    upgrade(empty_database)
    with empty_database.write() as connection:
        evaluation = populate(Work(connection, NOON), method)
    downgrade(empty_database, BEFORE)
    with empty_database.write() as connection:
        old_rows(connection, evaluation)
    upgrade(empty_database, VOICES)
    with empty_database.read() as connection:
        stance, voice = table(connection, "stance"), table(connection, "assignment")
        query = select(voice.c.expert_state, stance.c.unit, stance.c.agrees, stance.c.text)
        found = connection.execute(query.join(stance, stance.c.assignment_id == voice.c.id)).all()
        columns = set(table(connection, "conclusion_version").c.keys())
    assert sorted(tuple(row) for row in found) == [
        ("CHL", "IS-1.1", True, None), ("CHL", "IS-1.2", True, None), ("JAM", "IS-1.1", True, None),
        ("JAM", "IS-1.2", False, {"en": "It is less."}),
    ]  # fmt: skip
    assert columns.isdisjoint({"agreement", "dissents"})
    downgrade(empty_database, BEFORE)
    with empty_database.read() as connection:
        old = table(connection, "conclusion_version")
        again = connection.execute(select(old.c.unit, old.c.agreement, old.c.dissents).order_by(old.c.unit)).all()
    assert [tuple(row) for row in again] == [("IS-1.1", "consensus", []), ("IS-1.2", "dissent", DISSENT)]
