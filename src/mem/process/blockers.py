"""What stands against a transition? Every reason, the same whether one fires it or asks what is possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mem.approvals.service import WAITING, Waiting
from mem.core.errors import Reason
from mem.people.actions import ACTIONS
from mem.people.policy import Actor, Deny, decide, seen_by, suspended
from mem.process.facts import Facts
from mem.process.guards import GUARDS
from mem.process.subjects import Moving
from mem.workflow.definition import Transition

NEED = {
    "reason": Reason("reason_needed", "This needs a reason.", "/reason"),
    "occasion": Reason("occasion_needed", "This needs the occasion that decided.", "/occasion"),
}
NOT_SUSPENDED = Reason("not_suspended", "This is not suspended.")


def blockers(
    subject: Moving, actor: Actor | None, transition: Transition, facts: Facts, asked: Mapping[str, Waiting]
) -> list[Reason]:
    """Every reason against a transition: who asks, whether the subject runs, what must come with it, that it is asked
    for already, what its guards say. By nobody (a lapse, or a consequence of another move) the guards are asked, and
    whether it runs. Who may not fire it is
    told of the guards only what they see anyway: what is missing tells of answers, of who judges, of where another
    evaluation stands."""
    found = [] if actor is None else against(subject, actor, transition.by, subject.act)
    seen = None if actor is None or not found else seen_by(actor, subject.place)
    found.extend(_stopped(subject, transition))
    if actor is not None:
        given = {"reason": facts.payload.reason, "occasion": facts.payload.occasion}
        found.extend(NEED[need] for need in transition.needs if not given[need])
        if transition.trigger in asked and seen is None:
            about = f"approval {asked[transition.trigger].id}"
            found.append(Reason(WAITING, "This was asked for, and waits for a second person.", about=about))
    for use in transition.guards:
        guard = GUARDS[use.name]
        if seen is None or guard.tells is None or guard.tells in seen:
            found.extend(guard.judge(facts, guard.params.model_validate(use.params)))
    return found


def _stopped(subject: Moving, transition: Transition) -> list[Reason]:
    """That the subject is suspended and the transition is for what runs, or the other way round. What is suspended with
    what it is part of does not go on by itself."""
    if transition.while_ == "always":
        return []
    if subject.suspended_with is not None:
        return [suspended(subject.suspended_with)]
    if transition.while_ == "running":
        return [] if subject.suspended is None else [suspended(subject.suspended)]
    return [NOT_SUSPENDED] if subject.suspended is None else []


def neither(subject: Moving, actor: Actor, transition: Transition) -> bool:
    """Whether a transition is the actor's neither to ask for nor to approve."""
    return all(against(subject, actor, roles, subject.act) for roles in (transition.by, transition.second))


def against(subject: Moving, actor: Actor, roles: Sequence[str], action: str) -> list[Reason]:
    """Why this actor does not do this with one of these roles; empty when it is theirs to do."""
    ours = replace(actor, grants=tuple(grant for grant in actor.grants if grant.role in roles))
    if not ours.grants:
        return [Reason("not_yours", "Your role does not fire this.", about=", ".join(roles))]
    verdict = decide(ours, ACTIONS[action], subject.place)
    return [*verdict.reasons] if isinstance(verdict, Deny) else []
