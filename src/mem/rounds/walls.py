"""What keeps a person from an evaluation, whatever role they hold? Conditions on `country_evaluation`."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Exists, exists, or_

from mem.people.models import Membership
from mem.rounds.models import Conflict, CountryEvaluation, Round


def acted_for(person: ColumnElement[UUID] | BindParameter[UUID]) -> Exists:
    """Whether a person held any role, of any mechanism, for the state of an evaluation since its round was opened."""
    return exists().where(
        Membership.person_id == person,
        Membership.state == CountryEvaluation.state,
        or_(Membership.ended_at.is_(None), Membership.ended_at >= Round.opened_at),
        Round.id == CountryEvaluation.round_id,
    )


def conflicted(person: ColumnElement[UUID] | BindParameter[UUID]) -> Exists:
    """Whether a conflict of a person with the state of an evaluation is declared, and not lifted."""
    return exists().where(
        Conflict.round_id == CountryEvaluation.round_id,
        Conflict.state == CountryEvaluation.state,
        Conflict.person_id == person,
        Conflict.lifted_at.is_(None),
    )
