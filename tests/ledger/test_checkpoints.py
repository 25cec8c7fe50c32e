"""Does a checkpoint hold the operator to every head, on a clock and never on a write, and a receipt to one event?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, undone

from mem.core.canonical import canonical, digest
from mem.core.clock import iso
from mem.core.db import Database
from mem.core.errors import NotFound
from mem.core.work import Work
from mem.ledger.checkpoints import checkpoint, make_checkpoint, receipts
from mem.ledger.keys import SigningKey
from mem.ledger.models import Checkpoint
from mem.ledger.service import ADMINISTRATION, EMPTY, chains, events, open_chain, record
from mem.verify import check_signed, check_succession

work = looking.shared_work
FIRST, SECOND = (UUID(int=number) for number in (0xC1, 0xC2))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return SigningKey.at(tmp_path_factory.mktemp("key") / "key.pem")


def later(work: Work, minutes: int) -> Work:
    return replace(work, now=work.now + timedelta(minutes=minutes))


def heads(work: Work) -> list[dict[str, Any]]:
    return [{"chain": str(chain), "position": seq, "link": head} for chain, _, seq, head in chains(work)]


def kept(work: Work) -> int:
    return len(list(work.db.execute(select(Checkpoint.number))))


def test_without_a_checkpoint_there_is_none_to_show(work: Work) -> None:
    for number in (None, 1, 0, -1):
        with pytest.raises(NotFound) as refused:
            checkpoint(work, number)
        assert refused.value.code == "no_checkpoint"


def test_a_checkpoint_is_the_signed_list_of_all_heads_at_its_instant(work: Work, key: SigningKey) -> None:
    open_chain(work, FIRST, "round")
    open_chain(work, SECOND, "country_evaluation")
    for chain in (FIRST, SECOND, FIRST):
        record(work, chain, "happened", {})
    assert make_checkpoint(work, key) == 1
    found = checkpoint(work, 1)
    assert found["statement"] == {
        "kind": "checkpoint", "number": 1, "at": iso(NOW), "before": None, "heads": heads(work),
    }  # fmt: skip
    assert {one["chain"]: one["position"] for one in found["statement"]["heads"]} == {
        str(FIRST): 2,
        str(SECOND): 1,
        str(ADMINISTRATION): dict((chain, seq) for chain, _, seq, _ in chains(work))[ADMINISTRATION],
    }
    assert found["public_key"] == key.public
    assert check_signed(found, key.public) == []


def test_a_chain_without_an_event_is_listed_with_its_empty_head(work: Work, key: SigningKey) -> None:
    open_chain(work, FIRST, "round")
    make_checkpoint(work, key)
    listed = checkpoint(work, None)["statement"]["heads"]
    assert {"chain": str(FIRST), "position": 0, "link": EMPTY} in listed


def test_the_first_checkpoint_names_none_before_it_and_each_other_one_the_digest_of_the_one_before(
    work: Work, key: SigningKey
) -> None:
    open_chain(work, FIRST, "round")
    for number in (1, 2, 3):
        record(work, FIRST, "happened", {})
        assert make_checkpoint(later(work, number), key) == number
    found = [checkpoint(work, number) for number in (1, 2, 3)]
    assert [one["statement"]["number"] for one in found] == [1, 2, 3]
    assert [one["statement"]["before"] for one in found] == [
        None,
        *(digest(canonical(one["statement"])) for one in found[:2]),
    ]
    assert check_succession(found[0], found[1]) == check_succession(found[1], found[2]) == []
    assert checkpoint(work, None) == found[2]


def test_where_no_head_has_moved_no_checkpoint_is_made(work: Work, key: SigningKey) -> None:
    open_chain(work, FIRST, "round")
    assert make_checkpoint(work, key) == 1
    assert make_checkpoint(later(work, 1), key) is None
    assert make_checkpoint(later(work, 2), key) is None
    assert kept(work) == 1
    assert checkpoint(work, None)["statement"]["at"] == iso(NOW)


@pytest.mark.parametrize("moves", ["an event", "a new chain"])
def test_whatever_moves_a_head_makes_the_next_one(moves: str, work: Work, key: SigningKey) -> None:
    open_chain(work, FIRST, "round")
    make_checkpoint(work, key)
    if moves == "an event":
        record(work, FIRST, "happened", {})
    else:
        open_chain(work, SECOND, "round")
    assert make_checkpoint(later(work, 1), key) == 2


def test_no_write_makes_a_checkpoint(work: Work, key: SigningKey) -> None:
    open_chain(work, FIRST, "round")
    record(work, FIRST, "happened", {})
    assert kept(work) == 0


def test_a_checkpoint_tells_nothing_of_what_its_events_say(work: Work, key: SigningKey) -> None:
    open_chain(work, FIRST, "round")
    record(work, FIRST, "answers_given", {"value": "hunter2"}, on_behalf_of="BRB")
    make_checkpoint(work, key)
    told = checkpoint(work, None)
    assert not any(word in json.dumps(told) for word in ("hunter2", "answers_given", "BRB"))
    assert set(told["statement"]["heads"][0]) == {"chain", "position", "link"}


def test_an_older_checkpoint_stays_what_it_was_with_its_own_key(work: Work, key: SigningKey, tmp_path: Path) -> None:
    open_chain(work, FIRST, "round")
    make_checkpoint(work, key)
    before, other = checkpoint(work, 1), SigningKey.at(tmp_path / "new.pem")
    record(work, FIRST, "happened", {})
    make_checkpoint(later(work, 1), other)
    assert checkpoint(work, 1) == before
    assert [checkpoint(work, number)["public_key"] for number in (1, 2)] == [key.public, other.public]
    assert check_signed(checkpoint(work, 2), other.public) == []


def test_the_database_lets_no_checkpoint_be_changed_or_removed(work: Work, key: SigningKey) -> None:
    make_checkpoint(work, key)
    for statement in ("UPDATE checkpoint SET number = 7", "DELETE FROM checkpoint"):
        with undone(work), pytest.raises(IntegrityError, match="only_added_to"):
            work.db.execute(text(statement))


def test_one_number_is_taken_once(database: Database, key: SigningKey) -> None:
    """Two workers that sign at once: what the second would write is refused, and its next turn finds nothing new."""
    with database.write() as connection:
        record(Work(connection, NOW), ADMINISTRATION, "happened", {})
        make_checkpoint(Work(connection, NOW), key)
    with database.write() as connection:
        (row,) = connection.execute(select(Checkpoint.__table__)).mappings()
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(Checkpoint).values(**row))
    with database.write() as connection:
        assert make_checkpoint(later(Work(connection, NOW), 1), key) is None


def test_a_receipt_is_signed_for_each_event_of_a_type_with_its_place_leaf_and_content(
    work: Work, key: SigningKey
) -> None:
    open_chain(work, FIRST, "country_evaluation")
    for number, kind in enumerate(("answers_submitted", "stage_moved", "answers_submitted"), start=1):
        record(later(work, number), FIRST, kind, {"answers": number})
    leaves = {row.seq: row.leaf for row in events(work, FIRST)}
    found = receipts(work, key, FIRST, "answers_submitted")
    assert [one["statement"] for one in found] == [
        {
            "kind": "receipt",
            "chain": str(FIRST),
            "position": position,
            "leaf": leaves[position],
            "at": iso(NOW + timedelta(minutes=position)),
            "event": "answers_submitted",
            "data": {"answers": position},
        }
        for position in (1, 3)
    ]
    assert [check_signed(one, key.public) for one in found] == [[], []]
    assert receipts(work, key, FIRST, "answers_submitted") == found


def test_there_is_no_receipt_where_nothing_of_the_type_happened_or_there_is_no_chain(
    work: Work, key: SigningKey
) -> None:
    open_chain(work, FIRST, "country_evaluation")
    open_chain(work, SECOND, "country_evaluation")
    record(work, SECOND, "answers_submitted", {})
    assert receipts(work, key, FIRST, "answers_submitted") == []
    assert receipts(work, key, UUID(int=7), "answers_submitted") == []
