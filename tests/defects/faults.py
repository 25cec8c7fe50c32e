"""Mistakes that show when something breaks: a process, a database, a disk, a clock."""

from __future__ import annotations

from tests.defects.defect import Defect, by_proof

FAULTS = (
    Defect(
        "the answer leaves before the commit",
        "src/mem/http/unit.py",
        'Writing = Annotated[Door, Depends(_writing, scope="function")]',
        'Writing = Annotated[Door, Depends(_writing, scope="request")]',
        "tests/http/test_unit.py::test_what_was_done_is_committed_before_the_answer_leaves",
    ),
    Defect(
        "the key of a command is not kept with its effect",
        "src/mem/http/unit.py",
        "            remember(self.work, person, key, route, digest, result)",
        "            pass",
        by_proof("T06-sqlite"),
    ),
    Defect(
        "of many answers the event tells the first",
        "src/mem/answers/service.py",
        '"value", "not_applicable", "question_sha256")} for row in rows\n',
        '"value", "not_applicable", "question_sha256")} for row in rows[:1]\n',
        by_proof("T06-http"),
    ),
    Defect(
        "two who write take the same place in a chain",
        "src/mem/ledger/service.py",
        '.where(Chain.id == bindparam("chain")).with_for_update()',
        '.where(Chain.id == bindparam("chain"))',
        by_proof("T06-backend"),
    ),
    Defect(
        "the worker ends when the database is away",
        "src/mem/jobs/worker.py",
        "except SQLAlchemyError as error:",
        "except LookupError as error:",
        by_proof("T06-postmaster"),
    ),
    Defect(
        "that the database is away looks like a failure of ours",
        "src/mem/http/problems.py",
        "        if isinstance(error, OperationalError):\n",
        "        if isinstance(error, PoolTimeout):\n",
        by_proof("T13-restarts"),
    ),
    Defect(
        "who is told to ask again is not told when",
        "src/mem/http/problems.py",
        "    if status == 503:\n",
        "    if status == 429:\n",
        by_proof("T13-restarts"),
    ),
    Defect(
        "a full disk is said to be a busy database",
        "src/mem/http/constraints.py",
        '"database or disk is full" in str(error.orig)',
        '"no space left on device" in str(error.orig)',
        by_proof("T23-full"),
    ),
    Defect(
        "what did not fit is left behind in halves",
        "src/mem/evidence/store.py",
        "        finally:\n            aside.unlink(missing_ok=True)\n",
        "        finally:\n            pass\n",
        "tests/evidence/test_store.py::test_what_could_not_be_kept_leaves_nothing_behind",
    ),
    Defect(
        "a clock that goes back dates a chain back",
        "src/mem/ledger/service.py",
        "    at = work.now if last is None else max(work.now, last)\n",
        "    at = work.now\n",
        by_proof("T21-clocks"),
    ),
    Defect(
        "what comes at the very instant of a deadline is taken",
        "src/mem/rounds/standing.py",
        "found.closes_at <= work.now",
        "found.closes_at < work.now",
        by_proof("T21-clocks"),
    ),
    Defect(
        "a lapse waits for the instant after",
        "src/mem/process/deadlines.py",
        "Deadline.due_at <= work.now",
        "Deadline.due_at < work.now",
        by_proof("T21-clocks"),
    ),
    Defect(
        "a lapse is fired though more time was given since it was found due",
        "src/mem/process/lapses.py",
        "one.trigger, one.version) if still else None",
        "one.trigger, one.version)",
        by_proof("T31-lapses"),
    ),
    Defect(
        "a token is good at the instant it expires",
        "src/mem/people/service.py",
        "token.expires_at <= now",
        "token.expires_at < now",
        by_proof("T21-clocks"),
    ),
)
