"""May this actor do this here? The one permission decision: pure, default deny, every reason named.

What a stage shows and lets be edited comes with the facts, from data. One rule is code, since no method may
change it: whoever evaluates never touches, and never sees, the evaluation of the own country before it is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from mem.core.errors import Reason
from mem.workflow.definition import Role

CAPABILITIES = frozenset(
    {
        "manage_people", "open_round", "set_units", "enrol_states", "record_occasion", "designate_experts",
        "assign_experts", "advance", "answer", "attach_evidence", "write_findings", "consolidate", "comment",
        "respond", "read_record", "lift_conflicts", "export_drafts",
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
    "assignments": "assign_experts",
    "findings": "write_findings",
    "conclusions": "consolidate",
    "comments": "comment",
    "responses": "respond",
}
"""Artefact of a country evaluation to the capability that editing it takes; None: it is only ever seen."""


RECORDED: Mapping[str, str] = {
    "state_enrolled": "progress",
    "stage_moved": "progress",
    "decision_recorded": "progress",
    "approval_asked": "progress",
    "approval_given": "progress",
    "approval_withdrawn": "progress",
    "conflict_lifted": "progress",
    "drafts_exported": "progress",
    "answers_given": "answers",
    "answers_submitted": "answers",
    "evidence_attached": "evidence",
    "experts_assigned": "assignments",
    "voice_passed": "assignments",
    "voice_ended": "assignments",
    "findings_written": "findings",
    "assessment_handed_in": "findings",
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
    Action("round.enrol", needs="enrol_states"),
    Action("round.set_units", needs="set_units"),
    Action("round.record_occasion", needs="record_occasion"),
    Action("round.designate", needs="designate_experts"),
    Action("round.advance", needs="advance"),
    Action("record.read", needs="read_record"),
    Action("evaluation.read", sees=_see("progress")),
    Action("evaluation.advance", needs="advance", sees=_see("progress")),
    Action("evaluation.record", sees=_see("record")),
    Action("answers.read", sees=_see("answers")),
    Action("answers.edit", edits="answers"),
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


@dataclass(frozen=True)
class Grant:
    """One role of a mechanism that the actor holds, for a state where the role is one of a state."""

    role: str
    state: str | None
    mechanism: str


@dataclass(frozen=True)
class Actor:
    """Who asks: a person with grants, limited to the token's scope (None: not limited)."""

    person_id: UUID
    name: str
    grants: tuple[Grant, ...]
    token_scope: frozenset[str] | None = None


@dataclass(frozen=True)
class Place:
    """The facts a decision needs about where the act would take place.

    `state` is the evaluated or acting state (None: no state concerned); `sees` and `edits` map a role to
    artefacts in the present stage; `assigned` says whether the actor is assigned there, `conflicted` whether a conflict
    of theirs with the state is declared. `mechanism` is the one whose
    roles count (empty: none does).
    """

    roles: Mapping[str, Role]
    state: str | None = None
    sees: Mapping[str, frozenset[str]] = field(default_factory=dict)
    edits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    assigned: bool = False
    conflicted: bool = False
    mechanism: str = ""


@dataclass(frozen=True)
class Allow:
    """Allowed, by this grant (None: open to all)."""

    by: Grant | None


@dataclass(frozen=True)
class Deny:
    """Not allowed, with every reason."""

    reasons: tuple[Reason, ...]


NOBODY = Deny((Reason("no_role", "You hold no role for which this is open."),))
TOKEN_SCOPE = Reason("token_scope", "Your token is not made for this.")
OWN_COUNTRY = Reason("own_country", "Whoever evaluates has no part in the evaluation of the own country.")


CONFLICT = Reason("declared_conflict", "You have declared a conflict of interest with this state.")


def decide(actor: Actor | None, action: Action, place: Place) -> Allow | Deny:
    """The decision. Total: what no rule allows is denied."""
    if action.open:
        return Allow(None)
    if actor is None:
        return NOBODY
    if action.member:
        if not actor.grants:
            return NOBODY
        return Allow(None) if _reaches(actor, "read") else Deny((TOKEN_SCOPE,))
    if not (action.needs or action.sees or action.edits):
        return NOBODY
    if evaluates_own(actor, place):
        return Deny((OWN_COUNTRY,))
    if place.conflicted:
        return Deny((CONFLICT,))
    reasons: dict[str, Reason] = {}
    for grant in actor.grants:
        against = tuple(_against(actor, grant, action, place))
        if not against:
            return Allow(grant)
        reasons.update((reason.code, reason) for reason in against)
    return Deny(tuple(reasons.values())) if reasons else NOBODY


def evaluates_own(actor: Actor, place: Place) -> bool:
    """Whether the actor holds a role that evaluates, and any role for the state in question."""
    return place.state is not None and place.state in own_states(actor, place)


def own_states(actor: Actor, place: Place) -> frozenset[str]:
    """The states whose evaluation is closed to the actor: those of any role held in any mechanism, once one of the
    roles evaluates in this one."""
    if not any(role is not None and role.evaluates for role in (_role(grant, place) for grant in actor.grants)):
        return frozenset()
    return frozenset(grant.state for grant in actor.grants if grant.state is not None)


def seen_by(actor: Actor, place: Place) -> frozenset[str]:
    """The artefacts that an actor sees in a place, by any of the roles held."""
    if evaluates_own(actor, place) or place.conflicted:
        return frozenset()
    looking = {artefact: Action("look", sees=frozenset({artefact})) for artefact in ARTEFACTS}
    return frozenset(a for a, action in looking.items() if isinstance(decide(actor, action, place), Allow))


def in_scope(grant: Grant, role: Role, place: Place) -> bool:
    """Whether the place lies within the reach of the grant."""
    if role.scope == "all":
        return True
    if place.state is None or grant.state is None:
        return False
    return (grant.state == place.state) == (role.scope == "own")


def _role(grant: Grant, place: Place) -> Role | None:
    """What a grant means in a place: nothing where another mechanism rules."""
    return place.roles.get(grant.role) if grant.mechanism == place.mechanism else None


def _reaches(actor: Actor, capability: str) -> bool:
    return actor.token_scope is None or capability in actor.token_scope


def _against(actor: Actor, grant: Grant, action: Action, place: Place) -> list[Reason]:
    role = _role(grant, place)
    if role is None:
        return [Reason("unknown_role", "Your role does not exist in the method of this round.")]
    reasons = []
    needed = action.needs or (ARTEFACTS[action.edits] if action.edits else None)
    if needed is not None and needed not in role.capabilities:
        reasons.append(Reason("no_capability", "Your role does not include this."))
    if not _reaches(actor, needed or "read"):
        reasons.append(TOKEN_SCOPE)
    if not in_scope(grant, role, place):
        reasons.append(Reason("outside_scope", "This state is outside the reach of your role."))
    if role.assigned and not place.assigned:
        reasons.append(Reason("not_assigned", "You are not assigned here."))
    if action.sees and not action.sees & place.sees.get(grant.role, frozenset()):
        reasons.append(Reason("not_shown", "In this stage your role does not see this."))
    if action.edits and action.edits not in place.edits.get(grant.role, frozenset()):
        reasons.append(Reason("not_open", "In this stage your role does not edit this."))
    return reasons
