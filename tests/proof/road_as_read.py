"""What do the rules say, as a reader of `workflows/mem` and of the design writes them down by hand?

The reference model (`model.py`) goes by these tables and never asks the code or the files that it is a model of.
"""

from __future__ import annotations

from dataclasses import dataclass

NCE, MINISTRY, EXPERT, COORDINATOR = "national_coordinating_entity", "ministry_contributor", "expert", "coordinator"
UNIT, COMMISSION, AUDITOR = "mem_unit", "commission", "auditor"
OF_A_STATE = frozenset({NCE, MINISTRY, EXPERT, COORDINATOR})
EVALUATES = frozenset({EXPERT, COORDINATOR})
ROLES = (NCE, MINISTRY, EXPERT, COORDINATOR, UNIT, COMMISSION, AUDITOR)
STATES = ("BRB", "CHL", "JAM")


@dataclass(frozen=True)
class Way:
    """A transition: where it leads, who fires it, what must come with it, what is asked of the facts; `second`: who
    then approves it, as another person, where it takes two."""

    to: str
    by: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    second: frozenset[str] = frozenset()


def _by(*roles: str) -> frozenset[str]:
    return frozenset(roles)


ROUND: dict[tuple[str, str], Way] = {
    ("preparation", "call_for_experts"): Way("designation", _by(UNIT), (), ("some_state", "some_unit")),
    ("designation", "issue_questionnaire"): Way("evaluation", _by(UNIT), (), ("all_designated",)),
    ("evaluation", "begin_follow_up"): Way("follow_up", _by(UNIT), (), ("all_over",)),
    ("follow_up", "close"): Way("closed", _by(UNIT)),
}
EVALUATION: dict[tuple[str, str], Way] = {
    ("enrolled", "issue"): Way("answering", _by(UNIT), (), ("round_evaluates",)),
    ("enrolled", "record_non_participation"): Way("not_participating", _by(UNIT), ("reason",)),
    ("answering", "record_non_participation"): Way("not_participating", _by(UNIT), ("reason",)),
    ("answering", "submit_answers"): Way("compilation", _by(NCE), (), ("all_answered",)),
    ("compilation", "open_review"): Way("review", _by(UNIT), (), ("two_voices",)),
    ("compilation", "return_for_clarification"): Way("answering", _by(UNIT), ("reason",)),
    ("review", "open_consolidation"): Way("consolidation", _by(COORDINATOR), (), ("two_voices", "all_handed_in")),
    ("consolidation", "send_draft"): Way(
        "country_comment", _by(COORDINATOR), (), ("two_voices", "all_handed_in", "all_concluded", "all_spoken")
    ),
    ("consolidation", "return_to_review"): Way("review", _by(COORDINATOR, UNIT), ("reason",)),
    ("country_comment", "return_comments"): Way("revision", _by(NCE)),
    ("country_comment", "deem_no_more_comments"): Way("revision"),
    ("revision", "finalise"): Way("before_commission", _by(COORDINATOR), (), ("comments_answered",)),
    ("revision", "reopen_consolidation"): Way(
        "consolidation", _by(COORDINATOR), ("reason",), (), _by(COORDINATOR, UNIT)
    ),
    ("before_commission", "approve"): Way("approved", _by(COMMISSION), ("occasion",), ("session_held",)),
    ("before_commission", "send_back"): Way("revision", _by(COMMISSION), ("occasion", "reason"), ("session_held",)),
    ("approved", "publish"): Way("published", _by(UNIT), (), ("report_approved",), _by(UNIT)),
}
RECOMMENDATION: dict[tuple[str, str], Way] = {
    ("issued", "report_progress"): Way("reported", _by(NCE), ("reason",)),
    ("reported", "assess"): Way("assessed", _by(COORDINATOR), ("reason",)),
    ("assessed", "ask_again"): Way("issued", _by(COMMISSION), ("reason",)),
    ("assessed", "approve_closing"): Way("closed", _by(COMMISSION), ("occasion",), ("session_held",)),
}
ROADS = {"round": ROUND, "country_evaluation": EVALUATION, "recommendation": RECOMMENDATION}
BEGIN = {"round": "preparation", "country_evaluation": "enrolled", "recommendation": "issued"}
DECIDES = frozenset({"approve", "send_back"})
"""Triggers by which an occasion decides on record."""
ASSEMBLES = frozenset({"send_draft", "finalise"})

DAYS = {
    "designation": 47, "answering": 75, "compilation": 20, "review": 60, "consolidation": 30, "country_comment": 21,
    "revision": 21, "before_commission": 30, "approved": 35, "issued": 365,
}  # fmt: skip
"""Days from the entry into a stage, on any of the three roads."""
LAPSES = {"country_comment": "deem_no_more_comments"}

EDITS: dict[str, dict[str, frozenset[str]]] = {
    "answers": {"answering": _by(NCE, MINISTRY)},
    "evidence": {"answering": _by(NCE, MINISTRY)},
    "assignments": dict.fromkeys(("compilation", "review", "consolidation", "revision"), _by(UNIT)),
    "findings": {"review": _by(EXPERT)},
    "conclusions": {"consolidation": _by(EXPERT, COORDINATOR)},
    "comments": {"country_comment": _by(NCE)},
    "responses": {"revision": _by(EXPERT, COORDINATOR)},
}
"""What is edited in which stage, by whom; nowhere else, by nobody else."""
JUDGED = frozenset({"conclusions", "comments", "responses"})
"""What nobody edits who has a voice and has not handed in."""
EDITS_OF_A_ROUND: dict[str, tuple[str, frozenset[str]]] = {
    "units": (UNIT, _by("preparation")),
    "states": (UNIT, _by("preparation", "designation", "evaluation")),
    "occasions": (UNIT, _by("preparation", "designation", "evaluation", "follow_up")),
    "designations": (NCE, _by("designation", "evaluation")),
}
"""What is edited of a round: by which role, in which stages."""
SECOND_DAYS = 7
"""So long, what one person asked for waits for another."""

AFTER_REVIEW = frozenset(
    {"review", "consolidation", "country_comment", "revision", "before_commission", "approved", "published"}
)
KNOWS: dict[str, dict[str, frozenset[str] | None]] = {
    "country_evaluation": {
        NCE: None, MINISTRY: None, UNIT: None, AUDITOR: None, COMMISSION: None,
        EXPERT: AFTER_REVIEW, COORDINATOR: AFTER_REVIEW | {"compilation"},
    },
    "recommendation": {
        NCE: None, MINISTRY: None, UNIT: None, AUDITOR: None, COMMISSION: None,
        EXPERT: frozenset(), COORDINATOR: frozenset({"reported", "assessed"}),
    },
}  # fmt: skip
"""Who knows where it stands, in which stages (None: in all)."""

QUESTIONS: dict[str, tuple[str, tuple[str, bool] | None, object]] = {
    "is_1_1": ("IS-1.1", None, True),
    "is_1_1_name": ("IS-1.1", ("is_1_1", True), "The authority"),
    "is_1_1_year": ("IS-1.1", ("is_1_1", True), 1990),
    "is_1_1_position": ("IS-1.1", ("is_1_1", True), "Under the presidency"),
    "is_1_1_coordination": ("IS-1.1", ("is_1_1", False), "By a committee"),
    "is_1_2": ("IS-1.2", None, True),
    "is_1_2_law": ("IS-1.2", ("is_1_2", True), {"title": "An act"}),
    "is_1_2_functions": ("IS-1.2", ("is_1_1", True), ["coordination"]),
}
"""Question to its unit, what it is shown upon, and a value that fits. All are required where they are shown."""
UNITS = ("IS-1.1", "IS-1.2")
RATINGS = {
    "completed": False,
    "mostly_completed": False,
    "partially_completed": False,
    "started": True,
    "not_started": True,
}
"""Rating to whether it demands a recommendation."""
