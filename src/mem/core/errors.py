"""What can go wrong, in the words a caller can act on?

Every error has a stable `code`; `http.problems` alone maps the kinds to HTTP. Sentences never quote what was
sent: a refusal must not echo a secret or another's text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mem.core.versions import Both


@dataclass(frozen=True)
class Reason:
    """One reason, machine-readable: a stable code, a sentence, where in the body that was sent (a JSON pointer), and
    what it is about where that is no part of the body (a unit, a question, a state, `header:…`)."""

    code: str
    message: str
    where: str | None = None
    about: str | None = None


class MemError(Exception):
    """The parent of all kinds. `reasons` holds every reason, not only the first."""

    def __init__(self, code: str, message: str, reasons: Iterable[Reason] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reasons = tuple(reasons)


class NotFound(MemError):
    """It does not exist, or the caller may not learn that it does."""

    def __init__(self, code: str = "not_found", message: str = "There is nothing here for you.") -> None:
        super().__init__(code, message)


class NotAllowed(MemError):
    """The policy says no; `reasons` says why, for each role the caller holds."""


class NotAuthenticated(MemError):
    """No token, or one that is unknown, expired or revoked: the three look alike from outside."""


class Conflict(MemError):
    """The request contradicts what is stored: a duplicate, a reused key."""


class Invalid(MemError):
    """The content of the request is wrong; each reason points into it."""


class Refused(MemError):
    """The rules of the mechanism refuse a transition now; `reasons` holds every blocker."""


class Precondition(MemError):
    """A version tag is missing (`precondition_required`) or out of date (`stale`). `both`: of each thing that somebody
    else changed meanwhile what was sent and what is stored, for whoever may see that; so that no text is lost."""

    def __init__(self, code: str, message: str, reasons: Iterable[Reason] = (), both: Iterable[Both] = ()) -> None:
        super().__init__(code, message, reasons)
        self.both = tuple(both)


class StorageFull(MemError):
    """There is no room for what is to be stored; nothing of it was."""

    def __init__(self) -> None:
        super().__init__("storage_full", "There is no room to store this; nothing of it was stored.")


class MethodDamaged(RuntimeError):
    """A pinned definition no longer has its digest. Fatal: nothing may be decided by it."""
