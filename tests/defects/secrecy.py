"""Mistakes about who learns of what: by an answer, by a refusal, by a list, by a log, and for how long."""

from __future__ import annotations

from tests.defects.defect import Defect, by_proof

WORLDS, AT_ONCE, CANARIES = (by_proof(name) for name in ("T04-two-worlds", "T10-at-once", "T28-canaries"))

SECRECY = (
    Defect(
        "what is missing is told to whoever asks",
        "src/mem/process/guards.py",
        '_on_evaluation(every_assessment_is_handed_in, Params, "voices", tells="assignments")',
        '_on_evaluation(every_assessment_is_handed_in, Params, "voices")',
        "tests/api/test_transitions.py::test_what_is_missing_is_told_only_to_who_may_see_it",
    ),
    Defect(
        "who takes part in a round is told to all",
        "src/mem/process/guards.py",
        '"seats", "designated", tells="progress"',
        '"seats", "designated"',
        "tests/api/test_transitions.py::test_what_is_missing_is_told_only_to_who_may_see_it",
    ),
    Defect(
        "a paper that one may not read is there all the same",
        "src/mem/evidence/service.py",
        "        raise NotFound from None\n",
        "        raise\n",
        "tests/evidence/test_service.py::test_who_may_not_see_evidence_learns_no_more_than_of_nothing",
    ),
    Defect(
        "an expert reads the findings of others before all are in",
        "src/mem/assessments/service.py",
        'if not may(actor, "findings.read_all", where.place):',
        'if not may(actor, "findings.read", where.place):',
        WORLDS,
    ),
    Defect(
        "the country reads the answers to its comments before they are sent",
        "src/mem/reports/comments.py",
        'with_responses=may(actor, "responses.read", where.place)',
        'with_responses=may(actor, "comments.read", where.place)',
        "tests/reports/test_comments.py::test_the_answer_to_a_comment_is_shown_once_the_stage_shows_it",
    ),
    Defect(
        "the record shows what was written to whoever sees that it was",
        "src/mem/api/evaluations.py",
        '["data"] if RECORDED.get(row.type) in seen else None',
        '["data"] if RECORDED.get(row.type) else None',
        WORLDS,
    ),
    Defect(
        "every leaf is whole for who may know of the evaluation",
        "src/mem/api/ledger.py",
        "return RECORDED.get(event.type) in seen",
        "return RECORDED.get(event.type) is not None",
        WORLDS,
    ),
    Defect(
        "the list of evaluations holds those of every state",
        "src/mem/rounds/service.py",
        "CountryEvaluation.round_id == where.id, visible_to(actor, where.method))",
        "CountryEvaluation.round_id == where.id)",
        WORLDS,
    ),
    Defect(
        "who may not know of an evaluation is told that it may not",
        "src/mem/rounds/standing.py",
        '    if not may(actor, "evaluation.read", found.place):\n        raise NotFound\n',
        "",
        "tests/secrecy/test_matrix.py::test_everybody_is_answered_in_every_stage_as_the_table_says[sqlite-enrolled]",
    ),
    Defect(
        "a revoked token is good until it expires",
        "src/mem/people/service.py",
        "return token.revoked_at is not None or bool(token.expires_at <= now)",
        "return bool(token.expires_at <= now)",
        AT_ONCE,
    ),
    Defect(
        "a role that has ended counts",
        "src/mem/people/service.py",
        '.where(Membership.person_id == bindparam("person"), Membership.ended_at.is_(None))',
        '.where(Membership.person_id == bindparam("person"))',
        AT_ONCE,
    ),
    Defect(
        "an expert whose voice has ended still reads",
        "src/mem/rounds/standing.py",
        """            Assignment.ended_at.is_(None),
        )
        .label("assigned")""",
        """        )
        .label("assigned")""",
        AT_ONCE,
    ),
    Defect(
        "a repeated command is shown to whoever sent it once",
        "src/mem/http/unit.py",
        "            still()\n",
        "            pass\n",
        AT_ONCE,
    ),
    Defect(
        "an unexpected error is logged with its words",
        "src/mem/http/problems.py",
        'log.error("unexpected %s", "; after ".join(_places(error)))',
        'log.error("unexpected %s", "; after ".join(_places(error)), exc_info=error)',
        CANARIES,
    ),
    Defect(
        "a refusal quotes what was sent",
        "src/mem/http/problems.py",
        """kind, message, (source, *steps) = error["type"], str(error["msg"]), error["loc"]""",
        """kind, message, (source, *steps) = error["type"], f"{error['msg']}: {error['input']}", error["loc"]""",
        CANARIES,
    ),
    Defect(
        "a report comes without its tag",
        "src/mem/api/reports.py",
        '    response.headers["ETag"] = tag(found.version)\n',
        "",
        "tests/test_schemathesis.py::test_every_edge_of_the_description_holds[commission]",
    ),
)  # fmt: skip
