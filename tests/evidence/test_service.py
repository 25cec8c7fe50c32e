"""Is evidence attached whole or not at all, by whom and while it may be, and shown to nobody else?"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests import looking
from tests.looking import NOW, recorded, refused, rows
from tests.worlds import World

from mem.core.errors import Invalid, NotAllowed, NotFound
from mem.evidence.models import Evidence, EvidenceUnit
from mem.evidence.service import NewFile, NewLink, attach_file, attach_links, content, known, listed, pieces
from mem.evidence.store import Store
from mem.people.policy import Actor

LINK = NewLink("Strategy", "https://example.org/a", ["IS-1.1", "IS-2.3"], date(2018, 5, 1), "es")
FILE = NewFile("Law", "law.pdf", "application/pdf", b"%PDF-1.7 law", ["IS-1.2"])
NOWHERE = UUID(int=0xDEAD)


here = looking.at("answering")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def link(here: World, *links: NewLink, actor: Actor | None = None) -> list[UUID]:
    by = actor or here.entity
    return attach_links(here.by(by), by, here.id, links)


def test_a_link_is_attached_with_all_that_is_known_of_it(here: World) -> None:
    (made,) = link(here, LINK)
    (row,) = rows(here.work, Evidence)
    assert row._asdict() == {
        "id": made, "evaluation_id": here.id, "kind": "link", "title": "Strategy", "url": "https://example.org/a",
        "file_name": None, "media_type": None, "size": None,
        "sha256": hashlib.sha256(b"https://example.org/a").hexdigest(),
        "issued_on": date(2018, 5, 1), "language": "es", "by": here.entity.person_id, "at": NOW,
    }  # fmt: skip
    assert {tuple(tie) for tie in rows(here.work, EvidenceUnit)} == {(made, "IS-1.1"), (made, "IS-2.3")}
    (said,) = recorded(here.work, here.id, "evidence_attached")
    assert said["actor"] == str(here.entity.person_id)
    assert said["data"] == {
        "links": [{"evidence": str(made), "url": LINK.url, "title": "Strategy", "units": ["IS-1.1", "IS-2.3"]}]
    }


def test_several_links_are_one_event(here: World) -> None:
    made = link(here, LINK, replace(LINK, url="https://example.org/b", units=["SR-1.1"]))
    assert known(here.work, here.id) == set(made)
    assert len(recorded(here.work, here.id, "evidence_attached")) == 1
    assert link(here) == []
    assert len(recorded(here.work, here.id, "evidence_attached")) == 1


def test_links_that_cannot_be_attached_keep_all_out(here: World) -> None:
    links = [
        LINK,
        replace(LINK, url="ftp://example.org"),
        replace(LINK, units=[]),
        replace(LINK, url="example.org", units=["IS-1.1", "XX-1", "IS-1.1"]),
        replace(LINK, url="https://user:pass@example.org", issued_on=NOW.date()),
        replace(LINK, issued_on=NOW.date() + timedelta(days=1)),
    ]
    reasons = [
        ("wrong_value", "/links/1/url"),
        ("unit_needed", "/links/2/units"),
        ("wrong_value", "/links/3/url"),
        ("unknown_unit", "/links/3/units/1"),
        ("unknown_unit", "/links/3/units/2"),
        ("wrong_value", "/links/4/url"),
        ("in_the_future", "/links/5/issued_on"),
    ]
    with refused(here.work, Invalid, *reasons, code="evidence_refused"):
        link(here, *links)


def test_a_file_is_kept_and_attached(here: World, store: Store) -> None:
    made = attach_file(here.by(here.entity), here.entity, store, here.id, FILE)
    sha256 = hashlib.sha256(FILE.data).hexdigest()
    (row,) = rows(here.work, Evidence)
    assert row._asdict() == {
        "id": made, "evaluation_id": here.id, "kind": "file", "title": "Law", "url": None, "file_name": "law.pdf",
        "media_type": "application/pdf", "size": 12, "sha256": sha256, "issued_on": None, "language": None,
        "by": here.entity.person_id, "at": NOW,
    }  # fmt: skip
    assert store.get(sha256) == FILE.data
    (said,) = recorded(here.work, here.id, "evidence_attached")
    assert said["data"] == {"file": {"evidence": str(made), "sha256": sha256, "title": "Law", "units": ["IS-1.2"]}}
    assert content(here.work, here.entity, store, made) == (row, FILE.data)


TYPE, UNIT = ("wrong_type", "header:Content-Type"), ("unit_needed", "query:unit")


@pytest.mark.parametrize(
    ("media_type", "data", "reasons"),
    [
        ("application/pdf", b"%PDF-", []),
        ("image/png", b"\x89PNG\r\n\x1a\n...", []),
        ("image/jpeg", b"\xff\xd8\xff\xe0", []),
        ("text/plain", b"Anything", []),
        ("text/csv", b"a;b", []),
        ("application/pdf", b"%pdf-", [TYPE]),
        ("image/png", b"%PDF-1.7", [TYPE]),
        ("image/jpeg", b"\xff\xd8", [TYPE]),
        ("text/html", b"<html>", [TYPE]),
        ("application/x-msdownload", b"MZ", [TYPE]),
        ("", b"%PDF-", [TYPE]),
        ("text/plain", b"", [("empty", "")]),
        ("image/png", b"", [TYPE, ("empty", "")]),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_file_is_what_it_says_it_is(
    here: World, store: Store, media_type: str, data: bytes, reasons: list[tuple[str, str]]
) -> None:
    file = NewFile("Law", "law", media_type, data, ["IS-1.2"])
    if not reasons:
        assert (
            content(here.work, here.entity, store, attach_file(here.work, here.entity, store, here.id, file))[1] == data
        )
        return
    with refused(here.work, Invalid, *reasons, code="evidence_refused"):
        attach_file(here.work, here.entity, store, here.id, file)
    with refused(here.work, Invalid, UNIT, *reasons):
        attach_file(here.work, here.entity, store, here.id, replace(file, units=[]))
    assert not store.root.exists()


def test_the_same_file_twice_is_two_pieces_of_evidence_and_one_file(here: World, store: Store) -> None:
    made = [attach_file(here.work, here.entity, store, here.id, FILE) for _ in range(2)]
    assert known(here.work, here.id) == set(made)
    assert len([path for path in store.root.rglob("*") if path.is_file()]) == 1


def test_evidence_comes_oldest_first_with_the_units_it_supports(here: World, store: Store) -> None:
    late, early = (here.by(here.entity, days=days) for days in (2, 1))
    (second,) = attach_links(late, here.entity, here.id, [LINK])
    first = attach_file(early, here.entity, store, here.id, replace(FILE, units=["IS-2", "IS-1.2"]))
    for found in (listed(here.work, here.entity, here.id), pieces(here.work, here.id)):
        assert [(row.id, row.at - NOW, units) for row, units in found] == [
            (first, timedelta(days=1), ["IS-1.2", "IS-2"]),
            (second, timedelta(days=2), ["IS-1.1", "IS-2.3"]),
        ]


def test_each_evaluation_has_evidence_of_its_own(here: World) -> None:
    (ours,) = link(here, LINK)
    other, by = here.evaluations["JAM"], here.entities["JAM"]
    (theirs,) = attach_links(here.by(by), by, other, [LINK])
    assert (known(here.work, here.id), known(here.work, other)) == ({ours}, {theirs})
    assert [known(here.work, one, [ours, theirs]) for one in (here.id, other)] == [{ours}, {theirs}]
    assert known(here.work, here.id, []) == set()
    assert [row.id for row, _ in listed(here.work, by, other)] == [theirs]


def test_evidence_is_attached_by_the_country_alone_and_only_while_it_answers(here: World, store: Store) -> None:
    assert len(link(here, LINK, actor=here.contributors["BRB"])) == 1
    for actor in (here.entities["JAM"], here.experts["CHL"], here.experts["BRB"]):
        with refused(here.work, NotFound):
            link(here, LINK, actor=actor)
    for actor in (here.secretariat, here.commission, here.auditor):
        with refused(here.work, NotAllowed, "no_capability", "not_open"):
            link(here, LINK, actor=actor)
        with refused(here.work, NotAllowed, "no_capability", "not_open"):
            attach_file(here.work, actor, store, here.id, FILE)
    here.to("compilation")
    with refused(here.work, NotAllowed, "not_open"):
        link(here, LINK)
    with refused(here.work, NotAllowed, "not_open"):
        attach_file(here.work, here.entity, store, here.id, FILE)
    assert not store.root.exists()


def test_evidence_is_read_by_whom_the_stage_shows_it(here: World, store: Store) -> None:
    made = attach_file(here.work, here.entity, store, here.id, FILE)
    seen_by: dict[str, set[str]] = {}
    for stage in ("answering", "review"):
        here.to(stage)
        seen_by[stage] = set()
        for actor in here.everybody:
            try:
                data = content(here.work, actor, store, made)[1]
            except NotFound:
                with pytest.raises((NotFound, NotAllowed)):
                    listed(here.work, actor, here.id)
                continue
            assert data == FILE.data
            assert made in {row.id for row, _ in listed(here.work, actor, here.id)}
            seen_by[stage].add(actor.name)
    always = {"national_coordinating_entity BRB", "ministry_contributor BRB", "mem_unit"}
    judges = {"expert CHL", "expert JAM", "coordinator CHL"}
    assert seen_by == {"answering": always, "review": always | judges}


def test_only_a_file_that_is_there_has_content(here: World, store: Store) -> None:
    (made,) = link(here, LINK)
    for one in (made, NOWHERE):
        with refused(here.work, NotFound):
            content(here.work, here.entity, store, one)


def test_a_damaged_file_is_an_error_and_never_shown(here: World, store: Store) -> None:
    made = attach_file(here.work, here.entity, store, here.id, FILE)
    (file,) = (path for path in store.root.rglob("*") if path.is_file())
    file.write_bytes(b"%PDF-1.7 forged")
    with pytest.raises(OSError, match="does not have its hash"):
        content(here.work, here.entity, store, made)


def test_who_may_not_see_evidence_learns_no_more_than_of_nothing(here: World, store: Store) -> None:
    (made,) = link(here, LINK)
    file = attach_file(here.work, here.entity, store, here.id, FILE)
    told = set()
    for actor in (here.experts["BRB"], here.commission):  # who may know of the evaluation, and who may not
        for one in (made, file, NOWHERE):
            with pytest.raises(NotFound) as caught:
                content(here.work, actor, store, one)
            told.add((caught.value.code, caught.value.message))
    assert len(told) == 1
