"""May this actor do this here? The one permission decision: pure, default deny, every reason named.

What a stage shows and lets be edited comes with the facts, from data. One rule is code, since no method may
change it: whoever evaluates never touches, and never sees, the evaluation of the own country before it is public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mem.core.clock import iso
from mem.core.errors import Reason
from mem.people.actions import ARTEFACTS, JUDGED, Action
from mem.workflow.definition import Role


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

    `state` is the evaluated or acting state (None: no state concerned); `sees` and `edits` map a role to artefacts in
    the present stage; `assigned` says whether the actor is assigned there, `owes` whether with a voice that has not
    handed in yet, `conflicted` whether a conflict of theirs with the state is declared, `acted_for` whether they held a
    role for the state since the round was opened. `mechanism` is the one whose roles count (empty: none does).
    `suspended`: since when nothing is edited here; `opened`: artefacts that whoever gives them for the own state edits
    for a time, whatever the stage says (which of them, the feature asks).
    """

    roles: Mapping[str, Role]
    state: str | None = None
    sees: Mapping[str, frozenset[str]] = field(default_factory=dict)
    edits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    assigned: bool = False
    owes: bool = False
    conflicted: bool = False
    acted_for: bool = False
    mechanism: str = ""
    suspended: datetime | None = None
    opened: frozenset[str] = frozenset()


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


INDEPENDENT = Reason("not_handed_in", "Until you have handed in, you do not see what others judged.")
CONFLICT = Reason("declared_conflict", "You have declared a conflict of interest with this state.")


def suspended(since: datetime) -> Reason:
    """That nothing is edited or moved, and since when."""
    return Reason("suspended", f"This is suspended, since {iso(since)}.")


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
    if wall := _wall(actor, action, place):
        return Deny((wall,))
    reasons: dict[str, Reason] = {}
    for grant in actor.grants:
        against = tuple(_against(actor, grant, action, place))
        if not against:
            return Allow(grant)
        reasons.update((reason.code, reason) for reason in against)
    return Deny(tuple(reasons.values())) if reasons else NOBODY


def _wall(actor: Actor, action: Action, place: Place) -> Reason | None:
    """What stands in the way whatever role is held: the own country, a declared conflict, that one has not handed in
    what one finds oneself."""
    if evaluates_own(actor, place):
        return OWN_COUNTRY
    if place.conflicted:
        return CONFLICT
    told = action.edits in JUDGED - {"findings"} or (bool(action.sees) and action.sees <= JUDGED)
    return INDEPENDENT if place.owes and told else None


def evaluates_own(actor: Actor, place: Place) -> bool:
    """Whether the actor holds a role that evaluates, and any role for the state in question, or did in this round."""
    if place.state is None or not _evaluates(actor, place):
        return False
    return place.acted_for or place.state in own_states(actor, place)


def own_states(actor: Actor, place: Place) -> frozenset[str]:
    """The states whose evaluation is closed to the actor: those of any role held in any mechanism, once one of the
    roles evaluates in this one."""
    if not _evaluates(actor, place):
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


def _evaluates(actor: Actor, place: Place) -> bool:
    return any(role is not None and role.evaluates for role in (_role(grant, place) for grant in actor.grants))


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
    opened = action.edits in place.opened and role.scope == "own"
    if action.edits and not opened and action.edits not in place.edits.get(grant.role, frozenset()):
        reasons.append(Reason("not_open", "In this stage your role does not edit this."))
    if action.edits and place.suspended is not None:
        reasons.append(suspended(place.suspended))
    return reasons
