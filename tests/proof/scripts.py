"""What may an observer send, and what of an answer must not depend on a secret?

Requests are drawn from all operations of the description and from the pages; writes are wrong in one way or another
wherever they might succeed, so that worlds stay as they are.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from fastapi import FastAPI

UNKNOWN = "00000000-0000-0000-0000-000000000007"
PAGES = ("/", "/en/", "/es/", "/fr", "/en/reports/round/main/{state}", "/pt/reports/round/main/{state}", "/en/nothing",
         "/static/nothing", "/api/v1/openapi.json", "/api/v1/nothing")  # fmt: skip
TRIGGERS = (
    "fly", "issue", "submit_answers", "open_review", "return_for_clarification", "open_consolidation", "send_draft",
    "return_to_review", "return_comments", "finalise", "reopen_consolidation", "approve", "send_back", "publish",
    "begin_follow_up", "close", "report_progress", "assess", "record_non_participation",
)  # fmt: skip
MOVERS = "EOMC"
"""Observers who fire triggers: theirs never come with the version that they saw."""
FREE_HANDS = frozenset({"add_person", "revoke_token", "end_role", "end_voice"})
"""Operations in which nothing is wrong with a request of the secretariat but its key, which is none."""
RECORD = frozenset({"checkpoint", "leaves", "ledger", "record"})
"""Operations that show the ledger's hashes and lengths, which docs/ledger.md says reveal that something happened."""
HASHES = frozenset({"leaf", "link", "head", "signature", "before", "salt"})
LENGTHS = frozenset({"position", "events"})


@dataclass(frozen=True)
class Asked:
    """One request: the operation (or `page`), verb, path with its query, headers and body."""

    operation: str
    verb: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Scripts:
    """What one observer sends to a pair of worlds: `known` are the values that each part of a path may have, those
    that are there in either world included; `tags` what was learnt of each path in this script."""

    who: str
    token: str | None
    operations: Sequence[tuple[str, str, str]]
    known: Mapping[str, Sequence[str]]
    draw: Random
    tags: dict[str, str] = field(default_factory=dict)

    def next(self) -> Asked:
        if self.draw.random() < 0.08:
            path = self.draw.choice(PAGES).format(state=self.draw.choice(self.known["state"]))
            return Asked("page", self._reading(), path, self._headers(path))
        operation, verb, template = self.draw.choice(self.operations)
        names = {"round": self.known["code"], "cycle": ["main"]} if "/published/" in template else {}
        path = template.format_map(_Parts({**self.known, **names}, self.draw))
        query = self._query(operation)
        headers = self._headers(path)
        if verb == "get":
            return Asked(operation, self._reading(), path + query, headers)
        body = self._body(operation)
        headers |= self._conditions(operation, path)
        return Asked(operation, verb.upper(), path + query, headers, body)

    def learnt(self, asked: Asked, tag: str | None) -> None:
        if tag is not None:
            self.tags[asked.path.partition("?")[0]] = tag

    def _reading(self) -> str:
        return self.draw.choices(("GET", "HEAD", "OPTIONS"), (80, 17, 3))[0]

    def _headers(self, path: str) -> dict[str, str]:
        headers = {"host": "mem.test"}
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        if self.draw.random() < 0.3:
            headers["accept-encoding"] = "gzip"
        if self.draw.random() < 0.2:
            headers["accept-language"] = self.draw.choice(("es", "fr, en;q=0.5", "xx"))
        if path in self.tags and self.draw.random() < 0.5:
            headers["if-none-match"] = self.tags[path]
        return headers

    def _query(self, operation: str) -> str:
        choices = {
            "report": ["", "?version=1", "?version=2", "?version=3", "?version=0"],
            "checkpoint": ["", "?number=1", "?number=2"], "plan": ["", "?language=es", "?language=xx"],
            "candidates": ["?state=BRB", "?state=CHL", "", "?state=?"],
            "attach_file": ["?title=x&unit=ZZ-1&file_name=x.txt", "?title=x&unit=IS-1.1&file_name=x.txt"],
        }.get(operation, ["", "", "", "?q=x&order=-rating"])  # fmt: skip
        return self.draw.choice(choices)

    def _conditions(self, operation: str, path: str) -> dict[str, str]:
        """Headers of a write."""
        key = "short" if self.who == "O" and operation in FREE_HANDS else f"key-{self.draw.getrandbits(60):x}"
        headers = {"content-type": "text/plain" if operation == "attach_file" else "application/json"}
        if self.draw.random() < 0.9:
            headers["idempotency-key"] = key
        if operation == "give_answer":
            headers["if-match"] = self.draw.choice(('"v999"', '"v1"', "x"))
        elif operation.startswith("advance"):
            seen = self.tags.get(path)
            headers["if-match"] = seen if seen and self.who not in MOVERS else self.draw.choice(('"v99"', '"v88"', "x"))
        return headers

    def _body(self, operation: str) -> bytes:
        if operation == "attach_file":
            return self.draw.choice((b"", b"x")) if self.who not in "EKek" else b""
        said = _bodies(self).get(operation)
        if said is None:
            return b""
        return self.draw.choices((json.dumps(said).encode(), b"{", b"[]"), (90, 5, 5))[0]


class _Parts(dict[str, str]):
    """The parts of a path, each drawn from those known, when it is asked for."""

    def __init__(self, known: Mapping[str, Sequence[str]], draw: Random) -> None:
        super().__init__()
        self._known, self._draw = known, draw

    def __missing__(self, name: str) -> str:
        return self._draw.choice(self._known[name])


def _bodies(one: Scripts) -> dict[str, Any]:
    """A body for each operation: well-formed, and wrong in what it says."""
    draw, known = one.draw, one.known
    unit = draw.choice(("IS-1.1", "IS-1.2", "ZZ-1"))
    cited = [{"answer": draw.choice(known["question"]), "version": draw.choice((1, 2, 999))},
             {"evidence": draw.choice(known["evidence"])}]  # fmt: skip
    judgement = {
        "unit": unit,
        "text": {"en": "x"},
        "rating": "splendid",
        "citations": cited,
        "base": draw.choice((0, 1)),
    }
    stale = {**judgement, "rating": "completed", "citations": [], "base": 999}
    response = {"comment": draw.choice(known["comment"]), "disposition": "accepted", "reason": "x"}
    fired = {
        "trigger": draw.choice(TRIGGERS),
        "reason": draw.choice((None, "x")),
        "occasion": draw.choice((None, UNKNOWN)),
    }
    named = {"state": draw.choice(("BRB", "CHL")), "person": draw.choice(known["person"]), "rank": "nothing"}
    nothing = [{"kind": "nothing", "code": "main", "title": "x"}]
    designations = [UNKNOWN, draw.choice(known["designation"])]
    past = {"until": "2020-01-01", "reason": "x"}
    return {
        "add_person": {"name": "Somebody"}, "grant_role": {"mechanism": "mem", "role": "nobody", "state": None},
        "issue_token": {"label": "x", "days": 1, "scope": ["nothing"]},
        "open_round": {"mechanism": "mem", "code": draw.choice(known["code"]), "title": "x", "cycles": nothing},
        "set_unit": {"unit": "ZZ-1", "evaluated": True}, "enrol": {"states": [draw.choice(("ZZZ", "BRB"))]},
        "record_occasion": {"kind": "nothing", "title": "x", "held_on": "2026-01-01"}, "designate": named,
        "move_occasion": {"held_on": "2020-01-01", "reason": "x"}, "set_date": {"day": "2026-01-01", "reason": "x"},
        "move_deadline": past, "move_round_deadline": past, "ask_for_time": past,
        "grant_time": {"extension": UNKNOWN}, "refuse_time": {"extension": UNKNOWN, "reason": "x"},
        "set_clock": {"instant": "2026-01-01T00:00:00Z"},
        "assign": {"designations": designations},
        "substitute": {"designation": UNKNOWN, "reason": "x"}, "end_voice": {"reason": "x"},
        "advance_round": fired, "advance_evaluation": fired, "advance_recommendation": fired,
        "give_answers": {"answers": [{"question": draw.choice(known["question"]), "value": draw.choice((1, True, "x")),
                                      "base": 999}]},
        "give_answer": {"value": draw.choice((1, True, "x"))},
        "attach_links": {"links": [{"title": "x", "url": "https://example.org/", "units": ["ZZ-1"]}]},
        "write_findings": {"findings": [draw.choice((judgement, stale))]},
        "conclude": {"conclusions": [draw.choice((judgement, stale))]},
        "speak": {"stances": [{"unit": unit, "version": 999}]},
        "comment": {"comments": [{"paragraph": "nothing", "about": "paragraph", "text": "x"}]},
        "respond": {"responses": [response]},
    }  # fmt: skip


def operations(app: FastAPI) -> list[tuple[str, str, str]]:
    """Operation, verb and path of every operation that is described."""
    paths: Mapping[str, Mapping[str, Any]] = app.openapi()["paths"]
    return [(one["operationId"], verb, path) for path, verbs in paths.items() for verb, one in verbs.items()]


def compared(asked: Asked, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[Any, ...]:
    """Of an answer, all that must be the same in both worlds: everything, but for the ledger's hashes and lengths."""
    if asked.operation not in RECORD or status != 200:
        return status, headers, body
    named = [(name, value) for name, value in headers if name != b"content-length"]
    return status, named, _without(json.loads(body)) if body else ""


def _without(shown: Any) -> Any:
    """JSON without hashes and lengths, and without opaque leaves, which show that something happened."""
    if isinstance(shown, list):
        return [_without(one) for one in shown if not (isinstance(one, dict) and _opaque(one))]
    if not isinstance(shown, dict):
        return shown
    lengths = {name for name in LENGTHS if isinstance(shown.get(name), int)}
    kept = {name: _without(one) for name, one in shown.items() if name not in HASHES | lengths}
    if isinstance(kept.get("canonical"), str):
        said = json.loads(base64.b64decode(kept["canonical"]))
        kept["canonical"] = {name: one for name, one in said.items() if name != "seq"}
    return kept


def _opaque(one: Mapping[str, Any]) -> bool:
    return "canonical" in one and one["canonical"] is None
