"""Are answers kept version by version, on the base that the writer saw, all or none, and nothing that is no answer?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from tests import looking
from tests.looking import NOW, put, recorded, refused, rows, statements, undone
from tests.methods_of import real_form
from tests.values import value_for
from tests.worlds import World, world

from mem.answers.models import AnswerVersion, Submission
from mem.answers.service import (
    NewAnswer,
    answer,
    answers,
    current,
    give,
    history,
    newest,
    take_snapshot,
    versions,
)
from mem.core.canonical import digest_of
from mem.core.db import Database
from mem.core.errors import Invalid, NotAllowed, NotFound, Precondition
from mem.core.work import Work
from mem.http.constraints import meaning
from mem.methods.method import Method
from mem.people.policy import Actor

NAME, LAW, STAFF, PLACE = "is_1_1_name", "is_1_2_law", "is_1_3_staff", "is_1_3_independent"
NOWHERE = "00000000-0000-4000-8000-00000000dead"


here = looking.at("answering")


def one(question: str, value: Any = None, base: int = 0, why_not: str | None = None, index: int = 0) -> NewAnswer:
    return NewAnswer(question, value, why_not, base, f"/answers/{index}")


def say(here: World, *new: NewAnswer, by: Actor | None = None, days: int = 0) -> list[tuple[str, int]]:
    actor = by or here.entity
    return give(here.by(actor, days), actor, here.id, [replace(a, where=f"/answers/{i}") for i, a in enumerate(new)])


def test_an_answer_is_kept_with_its_value_its_question_its_author_and_its_time(here: World) -> None:
    assert say(here, one(NAME, "A commission"), one("is_1_1", True), days=2) == [(NAME, 1), ("is_1_1", 1)]
    found = answer(here.work, here.entity, here.id, NAME)
    assert found._asdict() == {
        "question": NAME, "version": 1, "value": "A commission", "not_applicable": None,
        "question_sha256": here.standing().form.asked[NAME].digest,
        "by": here.entity.person_id, "at": NOW + timedelta(days=2),
        "on_behalf_of": None, "paper": None, "confirmed_by": None, "confirmed_at": None,
    }  # fmt: skip
    (said,) = recorded(here.work, here.id, "answers_given")
    assert said["actor"] == str(here.entity.person_id)
    asked = here.standing().form.asked
    assert said["data"]["answers"] == [
        {"question": key, "version": 1, "value": value, "not_applicable": None, "question_sha256": asked[key].digest}
        for key, value in ((NAME, "A commission"), ("is_1_1", True))
    ]


@pytest.mark.parametrize(
    "question", sorted({asked.type.name: key for key, asked in real_form().asked.items()}.values())
)
def test_a_value_of_every_type_comes_back_as_it_was(here: World, question: str) -> None:
    value = value_for(real_form().asked[question], here.attach())
    say(here, one(question, value))
    assert answer(here.work, here.entity, here.id, question).value == value


@pytest.mark.parametrize(
    ("question", "value"), [("is_1_1", False), ("is_2_3_governments", 0), (NAME, "ñ — “quoted” \n\t € 𝄞")]
)
def test_a_value_that_is_almost_nothing_or_hard_to_write_is_kept_as_it_is(
    here: World, question: str, value: Any
) -> None:
    say(here, one(question, value))
    found = answer(here.work, here.entity, here.id, question).value
    assert (found, type(found)) == (value, type(value))


def test_a_question_that_does_not_apply_has_a_reason_and_no_value(here: World) -> None:
    say(here, one(NAME, why_not="We have none."))
    found = answer(here.work, here.entity, here.id, NAME)
    assert (found.value, found.not_applicable) == (None, "We have none.")


def test_each_answer_is_a_new_version_and_none_is_lost(here: World) -> None:
    say(here, one(NAME, "First"))
    assert say(here, one(NAME, "Second", 1), by=here.contributors["BRB"], days=1) == [(NAME, 2)]
    assert say(here, one(NAME, why_not="None.", base=2), days=2) == [(NAME, 3)]
    told = [
        (row.version, row.value, row.not_applicable, row.by) for row in history(here.work, here.entity, here.id, NAME)
    ]
    assert told == [
        (1, "First", None, here.entity.person_id),
        (2, "Second", None, here.contributors["BRB"].person_id),
        (3, None, "None.", here.entity.person_id),
    ]
    assert answer(here.work, here.entity, here.id, NAME).version == 3
    assert [row.version for row in answers(here.work, here.entity, here.id)] == [3]
    assert versions(here.work, here.id, NAME) == history(here.work, here.entity, here.id, NAME)


def test_the_text_of_the_question_is_frozen_with_each_answer(here: World) -> None:
    say(here, one(NAME, "First"))
    questions = here.method.parts["questionnaires/mem-7/IS.yaml"]
    reworded = [
        {**question, "text": {**question["text"], "en": "What is it called?"}} if question["key"] == NAME else question
        for question in questions["questions"]
    ]
    changed = Method.of({**here.method.parts, "questionnaires/mem-7/IS.yaml": {**questions, "questions": reworded}})
    other = world(here.work, changed, "reworded").to("answering")
    say(other, one(NAME, "First"), one("is_1_1", True))
    ours, theirs = (answer(one.work, one.entity, one.id, NAME).question_sha256 for one in (here, other))
    assert ours == digest_of(here.standing().form.asked[NAME].question.model_dump(mode="json"))
    assert theirs == other.standing().form.asked[NAME].digest != ours
    same = answer(other.work, other.entity, other.id, "is_1_1").question_sha256
    assert same == here.standing().form.asked["is_1_1"].digest


def test_whoever_did_not_see_the_newest_version_is_told_which_answers_are_stale(here: World) -> None:
    say(here, one(NAME, "First"), one("is_1_1", True))
    say(here, one(NAME, "Second", 1))
    late = (
        one(NAME, "Mine", 1),
        one("is_1_2", True),
        one("is_1_1", False),
        one("is_1_3", True, 1),
        one(LAW, {"title": "A"}),
    )
    with refused(here.work, Precondition, ("stale", "/answers/0"), ("stale", "/answers/2"), ("stale", "/answers/3")):
        say(here, *late)
    for base in (-1, 0, 1, 3):
        with refused(here.work, Precondition, ("stale", "/answers/0"), code="stale"):
            say(here, one(NAME, "Mine", base))
    assert say(here, one(NAME, "Third", 2)) == [(NAME, 3)]


def test_one_wrong_answer_keeps_all_out(here: World) -> None:
    good = [one("is_1_1", True), one(NAME, "A commission")]
    with refused(here.work, Invalid, ("wrong_value", "/answers/2/value"), code="answer_refused"):
        say(here, *good, one("is_1_2", "yes"))
    assert say(here, *good) == [("is_1_1", 1), (NAME, 1)]


def test_everything_wrong_is_told_at_once(here: World) -> None:
    reasons = [
        ("unknown_question", "/answers/0"), ("wrong_value", "/answers/1/value"), ("twice", "/answers/3"),
        ("value_or_reason", "/answers/4"), ("value_or_reason", "/answers/5"), ("wrong_value", "/answers/6/value/title"),
        ("wrong_value", "/answers/6/value/link"),
    ]  # fmt: skip
    with refused(here.work, Invalid, *reasons):
        say(
            here,
            one("is_9_9", True),
            one("is_1_1", 1),
            one(NAME, "A"),
            one(NAME, "B"),
            one("is_1_2", True, why_not="None."),
            one("is_1_3"),
            one(LAW, {"title": " ", "link": "x"}),
        )


WRONG, VALUE = "wrong_value", "/answers/0/value"


@pytest.mark.parametrize(
    ("question", "value", "reasons"),
    [
        ("is_1_1", "true", [(WRONG, VALUE)]),
        ("is_1_1", 1, [(WRONG, VALUE)]),
        (NAME, "  ", [(WRONG, VALUE)]),
        (NAME, 7, [(WRONG, VALUE)]),
        (NAME, "x" * 8_001, [("too_long", VALUE)]),
        ("is_1_1_year", "2018", [(WRONG, VALUE)]),
        ("is_1_1_year", 18, [(WRONG, VALUE)]),
        ("is_2_3_governments", -1, [(WRONG, VALUE)]),
        ("is_2_3_governments", 1.5, [(WRONG, VALUE)]),
        ("is_2_3_governments", 2**53, [(WRONG, VALUE)]),
        ("is_2_3_governments", True, [(WRONG, VALUE)]),
        (PLACE, "perhaps", [(WRONG, VALUE)]),
        (PLACE, ["yes"], [(WRONG, VALUE)]),
        ("is_2_1", [], [(WRONG, VALUE)]),
        ("is_2_1", "use_studies", [(WRONG, VALUE)]),
        ("is_2_1", ["use_studies", "rumours", "use_studies"], [(WRONG, f"{VALUE}/1"), ("twice", f"{VALUE}/2")]),
        (STAFF, {}, [(WRONG, VALUE)]),
        (STAFF, [{"2018": 1}], [(WRONG, VALUE)]),
        (LAW, {"title": "Act", "name": "x"}, [(WRONG, VALUE)]),
        (LAW, {"title": "Act", "date": "2018-02-30"}, [(WRONG, f"{VALUE}/date")]),
        (LAW, {"title": "Act", "link": "javascript:alert(1)"}, [(WRONG, f"{VALUE}/link")]),
        ("is_2_4_document", [], [(WRONG, VALUE)]),
        ("is_2_4_document", ["a file"], [(WRONG, f"{VALUE}/0")]),
        ("is_2_4_document", [NOWHERE], [("unknown_evidence", f"{VALUE}/0")]),
        ("is_2_4_document", NOWHERE, [(WRONG, VALUE)]),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_no_answer_to_a_question_of_its_type_is_not_stored(
    here: World, question: str, value: Any, reasons: list[tuple[str, str]]
) -> None:
    with refused(here.work, Invalid, *reasons, code="answer_refused"):
        say(here, one(question, value))


@pytest.mark.parametrize(
    ("cell", "code", "place"),
    [
        ({"2018": float("nan")}, WRONG, "/2018"),
        ({"2018": float("inf")}, WRONG, "/2018"),
        ({"2018": -1}, WRONG, "/2018"),
        ({"2018": "7"}, WRONG, "/2018"),
        ({"1999": 7}, "unknown_year", ""),
        ({}, WRONG, ""),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_cell_of_a_table_is_a_number_of_a_year_that_is_asked_for(
    here: World, cell: dict[str, Any], code: str, place: str
) -> None:
    row = here.standing().form.asked[STAFF].shape.rows[0]
    with refused(here.work, Invalid, (code, f"{VALUE}/{row}{place}")):
        say(here, one(STAFF, {row: cell}))


def test_every_type_of_question_has_a_wrong_value_above() -> None:
    (marks,) = (
        mark
        for mark in test_what_is_no_answer_to_a_question_of_its_type_is_not_stored.pytestmark
        if mark.args[0] != "backend"
    )
    asked = real_form().asked
    assert {asked[question].type.name for question, _, _ in marks.args[1]} == {one.type.name for one in asked.values()}


def test_a_document_is_evidence_of_the_same_evaluation(here: World) -> None:
    ours = here.attach()
    theirs = replace(here, evaluations={**here.evaluations, "BRB": here.evaluations["JAM"]})
    theirs = replace(theirs, entities={**here.entities, "BRB": here.entities["JAM"]})
    stranger = theirs.attach()
    with refused(here.work, Invalid, ("unknown_evidence", "/answers/0/value/1")):
        say(here, one("is_2_4_document", [str(ours), str(stranger)]))
    assert say(here, one("is_2_4_document", [str(ours)])) == [("is_2_4_document", 1)]


def test_an_answer_to_a_hidden_question_is_kept(here: World) -> None:
    say(here, one("is_1_1", False), one(NAME, "Of a commission that there is not"))
    assert NAME not in here.standing().form.shown({"is_1_1": False})
    assert [row.question for row in answers(here.work, here.entity, here.id)] == ["is_1_1", NAME]


def test_answers_come_in_the_order_of_the_questionnaire(here: World) -> None:
    keys = [key for key, asked in here.standing().form.asked.items() if asked.type.name == "yes_no"]
    say(here, *(one(key, True) for key in reversed(keys)))
    assert [row.question for row in answers(here.work, here.entity, here.id)] == keys


def test_nothing_said_is_nothing_stored(here: World) -> None:
    assert say(here) == []
    assert recorded(here.work, here.id, "answers_given") == []


def test_a_question_without_an_answer_is_not_found(here: World) -> None:
    for ask in (answer, history):
        with refused(here.work, NotFound, code="not_answered"):
            ask(here.work, here.entity, here.id, NAME)


def test_answers_are_given_by_the_country_alone_and_only_while_it_answers(here: World) -> None:
    for actor in (here.secretariat, here.commission, here.auditor):
        with refused(here.work, NotAllowed, "no_capability", "not_open"):
            say(here, one(NAME, "A"), by=actor)
    for actor in (here.entities["JAM"], here.experts["BRB"], here.experts["CHL"], *here.coordinators.values()):
        with refused(here.work, NotFound):
            say(here, one(NAME, "A"), by=actor)
    here.to("compilation")
    for actor in (here.entity, here.contributors["BRB"]):
        with refused(here.work, NotAllowed, "not_open"):
            say(here, one(NAME, "A", 1), by=actor)


def test_answers_are_read_by_whom_the_stage_shows_them(here: World) -> None:
    here.to("compilation").assign("CHL")
    readers = set()
    for actor in here.everybody:
        try:
            readers.add((actor.name, len(answers(here.work, actor, here.id)) > 20))
        except (NotFound, NotAllowed):
            for ask in (answer, history):
                with pytest.raises((NotFound, NotAllowed)):
                    ask(here.work, actor, here.id, NAME)
    names = "national_coordinating_entity BRB", "ministry_contributor BRB", "mem_unit", "coordinator CHL"
    assert readers == {(name, True) for name in names}


def test_the_newest_versions_are_numbered_and_read_without_the_older_ones(here: World) -> None:
    say(here, one(NAME, "First"), one("is_1_1", True))
    say(here, one(NAME, "Second", 1))
    assert newest(here.work, here.id, [NAME, "is_1_1"]) == {NAME: 2, "is_1_1": 1}
    assert newest(here.work, here.id, [NAME, LAW]) == {NAME: 2}
    assert newest(here.work, here.id, []) == {}
    assert {key: row.value for key, row in current(here.work, here.id).items()} == {NAME: "Second", "is_1_1": True}
    other = here.evaluations["JAM"]
    assert current(here.work, other) == newest(here.work, other, [NAME, "is_1_1"]) == {}


def test_what_is_submitted_is_frozen_by_a_digest_over_each_version_and_value(here: World) -> None:
    say(here, one(NAME, "First"), one("is_1_1", True), one("is_1_2", why_not="None."))
    say(here, one(NAME, "Second", 1))
    made = take_snapshot(here.by(here.entity, days=1), here.id, 7)
    expected = [["is_1_1", 1, True, None], [NAME, 2, "Second", None], ["is_1_2", 1, None, "None."]]
    assert made == digest_of(expected)
    (row,) = rows(here.work, Submission)
    assert tuple(row) == (here.id, 7, 3, made, here.entity.person_id, NOW + timedelta(days=1))
    (said,) = recorded(here.work, here.id, "answers_submitted")
    assert said["data"] == {"answers": 3, "sha256": made}


def test_the_digest_of_what_is_submitted_changes_with_any_answer_and_with_nothing_else(here: World) -> None:
    say(here, one(NAME, "First"), one("is_1_1", True))
    digests = []
    for number, change in enumerate((None, one(NAME, "Second", 1), one(NAME, "First", 2), one("is_1_3", True)), 2):
        if change is not None:
            say(here, change)
        digests.append(take_snapshot(here.by(here.entity, days=number), here.id, number))
    assert len(set(digests)) == 4
    assert take_snapshot(here.by(here.auditor), here.id, 9) == digests[-1]


def test_a_submission_takes_what_is_there_with_the_version_it_led_to(here: World) -> None:
    here.to("compilation")
    (row,) = rows(here.work, Submission)
    found = current(here.work, here.id)
    assert (row.version, row.answers, row.by) == (here.standing().version, len(found), here.entity.person_id)


def test_giving_and_reading_take_as_many_statements_for_a_hundred_answers_as_for_one(here: World) -> None:
    evidence = here.attach()
    asked = here.standing().form.asked
    new = [one(key, value_for(one_, evidence)) for key, one_ in asked.items()]
    documents = [given for given in new if asked[given.question].type.name == "document"]
    rest = [given for given in new if given not in documents]
    with statements(here.work.db) as few:
        say(here, documents[0])
    with statements(here.work.db) as many:
        say(here, *documents[1:4], *rest[:97])
    with statements(here.work.db) as reading:
        assert len(answers(here.work, here.entity, here.id)) == 101
    with statements(here.work.db) as reading_more:
        say(here, *rest[97:])
        few_more = len(reading_more)
        assert len(answers(here.work, here.entity, here.id)) == len(rest) + 4
    assert len(many) == len(few) <= 9
    assert len(reading) == len(reading_more) - few_more == 2


def test_a_version_is_stored_once_and_never_changed(here: World) -> None:
    say(here, one(NAME, "First"))
    (row,) = rows(here.work, AnswerVersion)
    with undone(here.work), pytest.raises(IntegrityError) as caught:
        put(here.work, AnswerVersion, **{**row._asdict(), "value": "Second"})
    assert meaning(caught.value) is not None
    with undone(here.work), pytest.raises(IntegrityError, match="only_added_to"):
        here.work.db.execute(AnswerVersion.__table__.update().values(value="Second"))  # type: ignore[attr-defined]


def test_of_two_who_answer_on_the_same_base_at_once_one_wins(database: Database, method: Method) -> None:
    with database.write() as connection:
        here = world(Work(connection, NOW), method).to("answering")
    start = Barrier(2)

    def race(turn: tuple[str, int]) -> str:
        writer, base = turn
        start.wait()
        try:
            with database.write() as connection:
                say(here.within(Work(connection, NOW)), one(NAME, writer, base))
        except Precondition as error:
            return error.code
        except IntegrityError as error:
            told = meaning(error)
            return "?" if told is None else told.code
        return "won"

    with ThreadPoolExecutor(2) as pool:
        for base in range(10):
            assert sorted(pool.map(race, [("one", base), ("other", base)])) == ["stale", "won"]
    with database.read() as connection:
        assert [row.version for row in versions(Work(connection, NOW), here.id, NAME)] == list(range(1, 11))
