"""Is a deadline that hangs on nothing there is, or on itself, found where it stands?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.methods_of import Changed, Expected, in_order

from mem.process.methods import VOCABULARY
from mem.workflow.check import check

EVALUATION, ROUND = "country_evaluation.yaml", "round.yaml"
SESSION, AT = "deadline: {days: session}", "stages.before_commission.deadline"


def hung(says: str, on: str, where: str, message: str) -> Changed:
    """The deadline before the session hangs on something wrong."""
    said = f"deadline: {{days: session, {on}}}"
    return Changed(says, EVALUATION, SESSION, said, (Expected(said[:-1], f"{AT}.{where}", message),))


def right(says: str, on: str) -> Changed:
    return Changed(says, EVALUATION, SESSION, f"deadline: {{days: session, {on}}}", ())


ROWS = [
    right("an occasion", "before: {occasion: commission_session}"),
    right("the deadline of another stage", "after: {deadline: revision}"),
    right("the entry into another stage", "after: {entry: review}"),
    right("a deadline of the round", "before: {deadline: designation, workflow: round}"),
    hung(
        "an unknown kind of occasion", "before: {occasion: plenary}", "before.occasion",
        "unknown kind of occasion 'plenary'",
    ),
    hung("a date that is not named", "after: {date: hearing}", "after.date", "'hearing' is no date of calendar.yaml"),
    hung(
        "an unknown stage", "after: {deadline: moon}", "after.deadline",
        "unknown stage 'moon' of workflow 'country_evaluation'",
    ),
    hung(
        "a stage without a deadline", "before: {deadline: enrolled}", "before.deadline",
        "the stage 'enrolled' has no deadline",
    ),
    hung(
        "an unknown stage of the round", "after: {entry: moon, workflow: round}", "after.entry",
        "unknown stage 'moon' of workflow 'round'",
    ),
    hung(
        "another workflow", "after: {deadline: issued, workflow: recommendation}", "after.workflow",
        "'recommendation' is neither this workflow nor that of the round",
    ),
    hung(
        "before an entry", "before: {entry: review}", "before.entry",
        "an entry is known only when it is past: say 'after'",
    ),
    hung(
        "itself", "after: {deadline: before_commission}", "after.deadline",
        "hangs on itself: before_commission → before_commission",
    ),
    hung(
        "two things", "after: {date: a, entry: b}", "after",
        "Value error, say one of occasion, date, deadline and entry",
    ),
    Changed(
        "a circle", EVALUATION,
        "deadline: {days: revision}\n    edits:\n      mem_unit: [assignments, openings, deadlines]\n"
        "      expert: [responses]",
        "deadline: {days: revision, before: {deadline: revision}}\n    edits:\n"
        "      mem_unit: [assignments, openings, deadlines]\n"
        "      expert: [responses]",
        (
            Expected(
                "deadline: {days: revision, before: {deadline", "stages.revision.deadline.before.deadline",
                "hangs on itself: revision → revision",
            ),
        ),
    ),
    Changed(
        "a lapse that leads back", EVALUATION,
        "deadline: {days: compilation}",
        "deadline: {days: compilation, lapse: wait_on}",
        (
            Expected("lapse: wait_on", "stages.compilation.deadline.lapse", "no trigger 'wait_on' leaves this stage"),
        ),
    ),
    Changed(
        "a span in two units", "calendar.yaml", "  release: {days: 35,", "  release: {days: 35, weeks: 5,",
        (Expected("  release: {", "days.release", "Value error, say one of days, weeks and months"),),
    ),
    Changed(
        "a date without its languages", "calendar.yaml", "days:\n  designation",
        "dates:\n  hearing: {title: {en: Hearing}}\ndays:\n  designation",
        tuple(
            Expected("title:", "dates.hearing.title", f"the language '{one}' is missing") for one in ("es", "fr", "pt")
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.says)
def test_what_a_deadline_hangs_on_is_there_and_not_itself(row: Changed, tmp_path: Path) -> None:
    assert in_order(check(row.folder(tmp_path), VOCABULARY).faults) == row.expected()


CIRCLE = Changed(
    "three that hang on one another", ROUND,
    "waits_for: mem_unit\n    edits:\n      mem_unit: [units, states, occasions, dates]",
    "waits_for: mem_unit\n    deadline: {days: review, after: {deadline: follow_up}}\n    edits:\n"
    "      mem_unit: [units, states, occasions, dates]",
    (),
)  # fmt: skip


def test_three_that_hang_on_one_another_are_told_each(tmp_path: Path) -> None:
    folder = CIRCLE.folder(tmp_path)
    stages = folder.sources[ROUND].data["stages"]
    stages["designation"]["deadline"] = {"days": "designation", "before": {"deadline": "preparation"}}
    stages["follow_up"]["deadline"] = {"days": "designation", "before": {"deadline": "designation"}}
    told = {one.path: one.message for one in check(folder, VOCABULARY).faults}
    assert told == {
        "stages.preparation.deadline.after.deadline": "hangs on itself: preparation → follow_up → designation → "
        "preparation",
        "stages.designation.deadline.before.deadline": "hangs on itself: designation → preparation → follow_up → "
        "designation",
        "stages.follow_up.deadline.before.deadline": "hangs on itself: follow_up → designation → preparation → "
        "follow_up",
    }


def test_a_lapse_that_leads_back_to_its_stage_would_lapse_for_ever(tmp_path: Path) -> None:
    row = right("nothing", "before: {occasion: commission_session}, lapse: wait_on")
    folder = row.folder(tmp_path)
    data = folder.sources[EVALUATION].data
    data["transitions"].append({"trigger": "wait_on", "from": "before_commission", "to": "before_commission", "by": []})
    told = [(one.path, one.message) for one in check(folder, VOCABULARY).faults]
    assert told == [(f"{AT}.lapse", "'wait_on' leads back to this stage, and would lapse again")]
