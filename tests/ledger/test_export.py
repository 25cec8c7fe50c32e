"""Does the ledger leave the building line by line, whole where it may be read and opaque but bound elsewhere?"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from uuid import UUID

import pytest
from tests import looking

from mem.core.db import AnyRow
from mem.core.work import Work
from mem.ledger.export import leaves
from mem.ledger.service import events, open_chain, record
from mem.verify import check_chain, check_export, read_export

work = looking.shared_work
CHAIN, OTHER = (UUID(int=number) for number in (0xC1, 0xC2))
TYPES = ("answers_given", "findings_written", "stage_moved", "answers_given", "comments_made")
KEYS = ["chain", "position", "type", "canonical", "salt", "leaf", "link"]


def everything(_: AnyRow) -> bool:
    return True


def nothing(_: AnyRow) -> bool:
    return False


def written(work: Work) -> Work:
    open_chain(work, CHAIN, "country_evaluation")
    open_chain(work, OTHER, "country_evaluation")
    for number, kind in enumerate(TYPES):
        record(work, CHAIN, kind, {"number": number, "said": "é hunter2"})
    record(work, OTHER, "elsewhere", {})
    return work


def test_each_event_is_a_line_in_order_with_all_that_was_hashed(work: Work) -> None:
    rows = list(events(written(work), CHAIN))
    lines = list(leaves(work, CHAIN, everything))
    assert [list(line) for line in lines] == [KEYS] * len(TYPES)
    for row, line in zip(rows, lines, strict=True):
        assert (line["chain"], line["position"], line["type"]) == (str(CHAIN), row.seq, row.type)
        assert base64.b64decode(line["canonical"], validate=True) == row.canonical
        assert base64.b64decode(line["salt"], validate=True) == row.salt
        assert (line["leaf"], line["link"]) == (row.leaf, row.link)


def test_what_may_not_be_read_is_opaque_and_tells_neither_type_nor_content_nor_salt(work: Work) -> None:
    rows = list(events(written(work), CHAIN))
    lines = list(leaves(work, CHAIN, lambda row: row.type == "answers_given"))
    assert [line["type"] for line in lines] == ["answers_given", None, None, "answers_given", None]
    for row, line in zip(rows, lines, strict=True):
        if line["type"] is None:
            assert line == {**dict.fromkeys(KEYS), "chain": str(CHAIN), "position": row.seq} | {
                "leaf": row.leaf,
                "link": row.link,
            }


@pytest.mark.parametrize("readable", [everything, nothing, lambda row: row.seq % 2, lambda row: row.seq == 3])
def test_however_much_is_opaque_the_lines_hold_together(readable: Callable[[AnyRow], bool], work: Work) -> None:
    lines = [json.dumps(line) for line in leaves(written(work), CHAIN, readable)]
    assert check_export(read_export(lines)) == []


def test_a_chain_without_events_or_that_is_not_there_has_no_line(work: Work) -> None:
    open_chain(work, CHAIN, "country_evaluation")
    assert list(leaves(work, CHAIN, everything)) == list(leaves(work, UUID(int=7), everything)) == []


def test_what_was_exported_whole_is_the_chain_and_nothing_is_lost_on_the_way(work: Work) -> None:
    (head,) = [(row.seq, row.link) for row in events(written(work), CHAIN)][-1:]
    rows = [json.loads(json.dumps(line)) for line in leaves(work, CHAIN, everything)]
    assert check_chain(str(CHAIN), *head, [Row(row) for row in rows]) == []


class Row:
    """A line of an export as a row of the database."""

    def __init__(self, line: dict[str, str]) -> None:
        self.seq, self.type, self.leaf, self.link = line["position"], line["type"], line["leaf"], line["link"]
        self.salt, self.canonical = (base64.b64decode(line[key]) for key in ("salt", "canonical"))


def test_chains_may_be_mixed_in_an_export_as_long_as_each_is_in_order(work: Work) -> None:
    lines = [*leaves(written(work), CHAIN, everything)]
    lines.insert(random.Random(7).randrange(len(lines)), next(leaves(work, OTHER, nothing)))
    found = read_export(json.dumps(line) for line in lines)
    assert {chain: len(held) for chain, held in found.items()} == {str(CHAIN): len(TYPES), str(OTHER): 1}
    assert check_export(found) == []
