"""Which domain error does an error of the database mean: a broken constraint, a full disk?"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError

from mem.core.errors import Conflict, MemError, Precondition, StorageFull

OWN_COUNTRY = Conflict("own_country", "Whoever acts for a state, or did in this round, does not judge it.")
MEANING: dict[str, MemError] = {
    "ck_assignment_never_the_own_country": OWN_COUNTRY,
    "own_country": OWN_COUNTRY,
    "declared_conflict": Conflict("declared_conflict", "This person has a declared conflict with the state evaluated."),
    "uq_conflict_declared": Conflict("declared_already", "This conflict is declared already."),
    "uq_assignment_evaluation_id_expert_state": Conflict(
        "one_voice", "A state has one voice: another expert of that state is assigned already."
    ),
    "pk_answer_version": Precondition("stale", "Somebody stored a newer version meanwhile."),
    "pk_finding_version": Precondition("stale", "Somebody stored a newer version meanwhile."),
    "pk_conclusion_version": Precondition("stale", "Somebody stored a newer version meanwhile."),
    "pk_stance": Conflict("already_spoken", "This voice has spoken to this conclusion already."),
    "ix_decision_position_id_occasion_id": Conflict("occasion_spent", "The occasion has decided on this already."),
    "uq_designation_round_id_person_id": Conflict("designated_already", "This person is designated already."),
    "pk_response": Conflict("already_answered", "This comment has been answered already."),
    "uq_country_evaluation_cycle_id_state": Conflict("already_enrolled", "This state is enrolled already."),
    "uq_round_code": Conflict("code_taken", "A round with this code exists already."),
    "pk_idempotency": Conflict("key_in_flight", "A request with this key is being worked on; ask again."),
}

DISK_FULL = "53100"
"""SQLSTATE of PostgreSQL; SQLite has a sentence."""

_SQLITE_COLUMNS = {  # SQLite names the columns of a broken UNIQUE, not the constraint
    "assignment.evaluation_id, assignment.expert_state": "uq_assignment_evaluation_id_expert_state",
    "conflict.round_id, conflict.person_id, conflict.state": "uq_conflict_declared",
    "answer_version.evaluation_id, answer_version.question, answer_version.version": "pk_answer_version",
    "finding_version.assignment_id, finding_version.unit, finding_version.version": "pk_finding_version",
    "conclusion_version.evaluation_id, conclusion_version.unit, conclusion_version.version": ("pk_conclusion_version"),
    "stance.assignment_id, stance.unit, stance.version": "pk_stance",
    "decision.position_id, decision.occasion_id": "ix_decision_position_id_occasion_id",
    "designation.round_id, designation.person_id": "uq_designation_round_id_person_id",
    "response.comment_id": "pk_response",
    "country_evaluation.cycle_id, country_evaluation.state": "uq_country_evaluation_cycle_id_state",
    "round.code": "uq_round_code",
    "idempotency.person_id, idempotency.key": "pk_idempotency",
}


def meaning(error: DBAPIError) -> MemError | None:
    """The domain error behind a database error, or None when the domain has no name for it."""
    if getattr(error.orig, "sqlstate", None) == DISK_FULL or "database or disk is full" in str(error.orig):
        return StorageFull()
    if not isinstance(error, IntegrityError):
        return None
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    if name is None:
        text = str(error.orig)
        found = text.rpartition(": ")[2]
        name = _SQLITE_COLUMNS.get(found, found)
    return MEANING.get(str(name))
