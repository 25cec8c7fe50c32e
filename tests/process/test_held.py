"""Is every row that was changed, added or taken away past the services found by what the record says of it?"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, true, update
from tests import looking
from tests.changed_methods import changed, with_more_days
from tests.looking import NOW, put, rows, undone, unguarded
from tests.worlds import World

from mem.answers.behalf import Confirmed, confirm, give_on_behalf
from mem.answers.declarations import declare
from mem.answers.models import AnswerVersion, Confirmation, DeclarationVersion, Submission
from mem.answers.openings import OPEN, open_asked
from mem.answers.service import NewAnswer
from mem.approvals.service import Asked, ask, found
from mem.assessments.models import ConclusionVersion, FindingVersion, Stance
from mem.core.db import Base
from mem.evidence.models import Evidence
from mem.methods.models import MethodChange, StageMove
from mem.process.held import KEPT, unheld
from mem.process.migrating import migrate
from mem.reports.models import Comment, Publication, ReportVersion, Response
from mem.rounds.models import Deadline, Opening, Suspension

at_the_end = looking.at("published")
OPENED = {
    "kind": "reopening", "artefacts": ["answers"], "questions": [], "units": ["IS"], "whole": False, "reason": "So.",
    "days": 3,
}  # fmt: skip


@pytest.fixture(name="published")
def lived(at_the_end: World) -> World:
    """A published evaluation, and another with all that can befall one."""
    here, other, unit = at_the_end, at_the_end.evaluations["CHL"], at_the_end.secretariat
    for base in (0, 1):
        give_on_behalf(here.by(unit), unit, other, [NewAnswer("is_1_1", True, None, base)], "Note 1")
    theirs = here.by(here.entities["CHL"])
    confirm(theirs, here.entities["CHL"], other, [Confirmed("is_1_1", 2)])
    declare(theirs, here.entities["CHL"], other, "IS-2", "We have none.", 0)
    asked = ask(here.by(unit), Asked(OPEN, other, 2, OPENED, here.round, other), None)
    open_asked(here.by(here.deputy), found(here.work, asked))
    here.fire(unit, "suspend", other, reason="A flood.")
    return here


CHANGED: list[tuple[str, type[Base], dict[str, Any]]] = [
    ("answers", AnswerVersion, {"value": "Another."}),
    ("answers", AnswerVersion, {"question_sha256": "0" * 64}),
    ("submissions", Submission, {"sha256": "0" * 64}),
    ("evidence", Evidence, {"title": "Another."}),
    ("evidence", Evidence, {"url": "https://example.org/another"}),
    ("findings", FindingVersion, {"rating": "started"}),
    ("findings", FindingVersion, {"text": {"en": "Another."}}),
    ("conclusions", ConclusionVersion, {"text": {"en": "Another."}}),
    ("conclusions", ConclusionVersion, {"recommendation": {"en": "Another."}}),
    ("stances", Stance, {"agrees": False, "text": {"en": "I differ."}}),
    ("reports", ReportVersion, {"paragraphs": []}),
    ("reports", ReportVersion, {"title": {"en": "Another."}}),
    ("comments", Comment, {"text": "Another."}),
    ("responses", Response, {"reason": "Another."}),
    ("publications", Publication, {"version": 1}),
    ("deadlines", Deadline, {"due_at": NOW}),
    ("suspensions", Suspension, {"reason": "Another."}),
    ("openings", Opening, {"reason": "Another."}),
    ("openings", Opening, {"whole": True}),
    ("confirmations", Confirmation, {"version": 1}),
    ("declarations", DeclarationVersion, {"reason": None}),
    ("method_changes", MethodChange, {"reason": "Another."}),
    ("moves", StageMove, {"trigger": "issue", "from_stage": "enrolled", "to_stage": "answering"}),
]


def test_of_what_the_services_wrote_nothing_is_said(published: World) -> None:
    assert unheld(published.work) == {}
    assert {name for name, _, _ in CHANGED} == set(KEPT)


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(("name", "table", "values"), CHANGED, ids=lambda value: getattr(value, "__name__", None))
def test_what_was_changed_in_a_table_is_found(
    published: World, name: str, table: type[Base], values: dict[str, Any]
) -> None:
    here = published
    if table is MethodChange:
        new = changed(here.method, with_more_days)
        migrate(here.by(here.secretariat), here.secretariat, here.round, new, {}, "A new version.")
    with undone(here.work):
        unguarded(here.work, table.__tablename__)
        every = len(rows(here.work, table))
        which = StageMove.workflow == "country_evaluation" if table is StageMove else true()
        here.work.db.execute(update(table).where(which).values(**values))
        assert unheld(here.work).keys() == {name}
        assert 1 <= unheld(here.work)[name] <= every + 1


@pytest.mark.breaks_invariants
def test_what_is_gone_and_what_nobody_wrote_is_found(published: World) -> None:
    here = published
    with undone(here.work):
        unguarded(here.work, "stance")
        here.work.db.execute(delete(Stance))
        assert unheld(here.work) == {"stances": 50}
    answer = rows(here.work, AnswerVersion)[0]
    put(here.work, AnswerVersion, **{**answer._mapping, "version": answer.version + 1})
    assert unheld(here.work) == {"answers": 1}
