"""Is a version read by whom the stage shows it, and is what the public sees the version that was released?"""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, recorded, refused, rows, undone
from tests.worlds import STAGES, WEAK, World, world

from mem.core.errors import NotAllowed, NotFound
from mem.methods.method import Method
from mem.reports.assemble import assemble
from mem.reports.models import Publication, ReportVersion
from mem.reports.versions import publish, published, published_report, recommended, report, stored

here = looking.at()


def test_the_newest_version_is_read_unless_another_is_asked_for(here: World) -> None:
    here.to("before_commission")
    read = [report(here.work, here.entity, here.id, version).version for version in (None, 1, 2)]
    assert read == [2, 1, 2]
    assert report(here.work, here.entity, here.id, 1) == stored(here.work, here.id, 1)
    for version in (0, 3):
        with refused(here.work, NotFound, code="no_report"):
            report(here.work, here.entity, here.id, version)


def test_there_is_no_report_before_it_is_assembled(here: World) -> None:
    with refused(here.work, NotFound, code="no_report"):
        stored(here.work, here.id)
    with refused(here.work, NotFound, code="no_report"), undone(here.work):
        publish(here.work, here.standing())
    with refused(here.work, NotFound, code="no_report"):
        recommended(here.work, here.standing())


def test_a_report_is_read_by_whom_the_stage_shows_it(here: World) -> None:
    readers: dict[str, set[str]] = {}
    for stage in STAGES[4:]:
        here.to(stage)
        readers[stage] = set()
        for actor in here.everybody:
            try:
                report(here.work, actor, here.id, None)
                readers[stage].add(actor.name)
            except (NotAllowed, NotFound):
                continue
    drafting = {"national_coordinating_entity BRB", "mem_unit", "expert CHL", "expert JAM", "coordinator CHL"}
    assert readers == {
        "consolidation": set(),
        "country_comment": drafting,
        "revision": drafting,
        **{key: {*drafting, "commission"} for key in ("before_commission", "approved", "published")},
    }


def test_a_version_is_stored_once_and_never_changed(here: World) -> None:
    here.to("country_comment")
    (row,) = rows(here.work, ReportVersion)
    with undone(here.work), pytest.raises(IntegrityError):
        looking.put(here.work, ReportVersion, **row._asdict())
    with undone(here.work), pytest.raises(IntegrityError, match="only_added_to"):
        here.work.db.execute(ReportVersion.__table__.update().values(sha256="0" * 64))  # type: ignore[attr-defined]


def test_what_is_published_is_the_newest_version_and_stays_it(here: World) -> None:
    here.to("published")
    assert [tuple(row) for row in rows(here.work, Publication)] == [(here.id, 2, NOW)]
    (said,) = recorded(here.work, here.id, "report_published")
    assert said["data"] == {"version": 2, "sha256": stored(here.work, here.id, 2).sha256}
    assemble(here.work, here.standing(), "tried")
    entry, found = published_report(here.work, "round", "main", "BRB")
    assert (entry.version, found.version, found.sha256) == (2, 2, entry.sha256)
    assert stored(here.work, here.id).version == 3


def test_a_report_is_published_once(here: World) -> None:
    here.to("published")
    with undone(here.work), pytest.raises(IntegrityError):
        publish(here.work, here.standing())


def test_nothing_is_public_before_it_is_published(here: World) -> None:
    here.to("approved")
    assert published(here.work) == published(here.work, "round") == []
    with refused(here.work, NotFound):
        published_report(here.work, "round", "main", "BRB")


def test_a_published_report_has_an_address_of_its_own(here: World) -> None:
    here.to("published")
    (entry,) = published(here.work)
    row = stored(here.work, here.id)
    assert entry._asdict() == {
        "evaluation_id": here.id, "round_code": "round", "round_title": "Synthetic round", "synthetic": True,
        "cycle_code": "main", "state": "BRB", "title": row.title, "sha256": row.sha256, "version": 2, "at": NOW,
        "occasion_kind": "commission_session", "occasion_title": "A session", "held_on": NOW.date(),
    }  # fmt: skip
    assert published_report(here.work, "round", "main", "BRB") == (entry, row)
    for address in (
        ("round", "main", "CHL"),
        ("round", "other", "BRB"),
        ("other", "main", "BRB"),
        ("round", "main", "brb"),
    ):
        with refused(here.work, NotFound):
            published_report(here.work, *address)


def test_published_reports_come_by_round_and_state(here: World, method: Method) -> None:
    here.to("published")
    world(here.work, method, "a round before").to("published")
    assert [row.round_code for row in published(here.work)] == ["a round before", "round"]
    assert [row.evaluation_id for row in published(here.work, "round")] == [here.id]
    assert published(here.work, "another") == []


def test_what_the_report_recommends_is_told_in_its_order_with_its_sources(here: World) -> None:
    here.to("country_comment")
    (one,) = recommended(here.work, here.standing())
    (paragraph,) = (found for found in stored(here.work, here.id).paragraphs if found["block"] == "recommendation")
    assert (one.unit, one.text, one.sources) == (WEAK, paragraph["text"], paragraph["sources"])
