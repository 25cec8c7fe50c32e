"""What can be done, and to what? The words that the policy decides by: capabilities, artefacts, actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CAPABILITIES = frozenset(
    {
        "manage_people", "open_round", "set_units", "enrol_states", "record_occasion", "designate_experts",
        "assign_experts", "advance", "answer", "attach_evidence", "write_findings", "consolidate", "comment",
        "respond", "read_record", "lift_conflicts", "export_drafts", "move_deadlines", "ask_for_time", "set_dates",
        "set_clock", "open_answers", "answer_on_behalf", "confirm_answers",
    }
)  # fmt: skip

JUDGING = frozenset({"write_findings", "consolidate"})
"""Capabilities of a role that evaluates, and of no other."""
NEVER_OVER_THE_OWN = JUDGING | {"respond"}
"""Capabilities that a role of the scope `own` cannot hold."""

ARTEFACTS: Mapping[str, str | None] = {
    "progress": None,
    "record": None,
    "report": None,
    "own_findings": None,
    "answers": "answer",
    "evidence": "attach_evidence",
    "openings": "open_answers",
    "answers_on_behalf": "answer_on_behalf",
    "confirmations": "confirm_answers",
    "assignments": "assign_experts",
    "findings": "write_findings",
    "conclusions": "consolidate",
    "comments": "comment",
    "responses": "respond",
    "deadlines": "move_deadlines",
    "extensions": "ask_for_time",
    "units": "set_units",
    "states": "enrol_states",
    "designations": "designate_experts",
    "occasions": "record_occasion",
    "dates": "set_dates",
}
"""Artefact of a country evaluation (the last five: of a round; deadlines: of both) to the capability that editing it
takes; None: it is only ever seen."""
OPENED = frozenset({"answers", "evidence"})
"""Artefacts that can be opened again to those who give them for the own state."""
JUDGED = frozenset({"findings", "conclusions", "report", "comments", "responses"})
"""Artefacts that tell what others judged: nothing for a voice that has not handed in what it finds itself."""


RECORDED: Mapping[str, str] = {
    "state_enrolled": "progress",
    "stage_moved": "progress",
    "suspension_began": "progress",
    "suspension_ended": "progress",
    "method_changed": "progress",
    "decision_recorded": "progress",
    "approval_asked": "progress",
    "approval_given": "progress",
    "approval_withdrawn": "progress",
    "conflict_lifted": "progress",
    "drafts_exported": "progress",
    "deadline_moved": "progress",
    "extension_asked": "progress",
    "extension_granted": "progress",
    "extension_refused": "progress",
    "answers_given": "answers",
    "answers_submitted": "answers",
    "answers_confirmed": "answers",
    "answers_opened": "answers",
    "opening_closed": "answers",
    "unit_declared": "answers",
    "evidence_attached": "evidence",
    "experts_assigned": "assignments",
    "voice_passed": "assignments",
    "voice_ended": "assignments",
    "findings_written": "findings",
    "assessment_handed_in": "findings",
    "assessments_reopened": "assignments",
    "conclusions_written": "conclusions",
    "voice_spoke": "conclusions",
    "report_assembled": "report",
    "report_published": "report",
    "recommendation_issued": "report",
    "comments_made": "comments",
    "comments_answered": "responses",
}
"""Type of event to the artefact that its content is part of: who sees the one reads the other."""


@dataclass(frozen=True)
class Action:
    """What a route does. At least one of: `open` (anybody), `member` (whoever holds a role, and may read), `needs` a
    capability, `sees` one of the artefacts, `edits` an artefact."""

    code: str
    open: bool = False
    member: bool = False
    needs: str | None = None
    sees: frozenset[str] = frozenset()
    edits: str | None = None


def _actions(*actions: Action) -> dict[str, Action]:
    return {action.code: action for action in actions}


def _see(*artefacts: str) -> frozenset[str]:
    return frozenset(artefacts)


ACTIONS = _actions(
    Action("published.read", open=True),
    Action("service.read", open=True),
    Action("me.read", member=True),
    Action("method.read", member=True),
    Action("round.read", member=True),
    Action("approval.read", member=True),
    Action("approval.settle", member=True),
    Action("conflict.declare", member=True),
    Action("conflict.read", member=True),
    Action("conflict.lift", needs="lift_conflicts"),
    Action("drafts.export", needs="export_drafts"),
    Action("people.manage", needs="manage_people"),
    Action("round.open", needs="open_round"),
    Action("round.enrol", edits="states"),
    Action("round.set_units", edits="units"),
    Action("round.record_occasion", edits="occasions"),
    Action("dates.edit", edits="dates"),
    Action("deadlines.edit", edits="deadlines"),
    Action("extensions.edit", edits="extensions"),
    Action("clock.set", needs="set_clock"),
    Action("round.candidates", needs="designate_experts"),
    Action("round.designate", edits="designations"),
    Action("round.advance", needs="advance"),
    Action("record.read", needs="read_record"),
    Action("evaluation.read", sees=_see("progress")),
    Action("evaluation.advance", needs="advance", sees=_see("progress")),
    Action("evaluation.record", sees=_see("record")),
    Action("answers.read", sees=_see("answers")),
    Action("answers.edit", edits="answers"),
    Action("answers.give_on_behalf", edits="answers_on_behalf"),
    Action("answers.confirm", edits="confirmations"),
    Action("openings.edit", edits="openings"),
    Action("openings.close", member=True),
    Action("evidence.read", sees=_see("evidence")),
    Action("evidence.edit", edits="evidence"),
    Action("assignments.read", sees=_see("assignments")),
    Action("assignments.edit", edits="assignments"),
    Action("findings.read", sees=_see("findings", "own_findings")),
    Action("findings.read_all", sees=_see("findings")),
    Action("findings.edit", edits="findings"),
    Action("conclusions.read", sees=_see("conclusions")),
    Action("conclusions.edit", edits="conclusions"),
    Action("report.read", sees=_see("report")),
    Action("comments.read", sees=_see("comments")),
    Action("comments.edit", edits="comments"),
    Action("responses.read", sees=_see("responses")),
    Action("responses.edit", edits="responses"),
    Action("recommendation.read", sees=_see("progress")),
    Action("recommendation.advance", needs="advance", sees=_see("progress")),
)
