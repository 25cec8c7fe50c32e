"""Does the database hold exactly what the clients were told, each thing once, with its event?"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from tests.proof.clients import Clients, Scene

from mem.answers.models import AnswerVersion, Submission
from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.evidence.models import Evidence
from mem.evidence.store import Store
from mem.idempotency.models import Idempotency
from mem.ledger.service import chains, events
from mem.methods.models import StageMove
from mem.process.invariants import violations
from mem.tables import METADATA
from mem.verify import check_chain

SHOWN = 5
"""How many differences of a kind are named."""


@dataclass
class Told:
    """What the clients were told, as far as the database must hold it, from their own files."""

    answers: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)
    files: Counter[tuple[str, str]] = field(default_factory=Counter)
    moves: Counter[tuple[int, str, str | None]] = field(default_factory=Counter)
    keys: dict[str, list[datetime]] = field(default_factory=dict)
    asked_again: int = 0
    unsettled: list[str] = field(default_factory=list)

    @classmethod
    def by(cls, clients: Clients) -> Told:
        found = cls()
        for lane in clients.lanes:
            sent: dict[str, list[datetime]] = {}
            for line in lane.record.lines():
                if "sent" in line:
                    command = line["command"]
                    sent.setdefault(command["key"], []).append(datetime.fromisoformat(line["at"]))
                else:
                    found._took_effect(command)
                    if command["verb"] != "answer":
                        found.keys[command["key"]] = sent[command["key"]]
            found.asked_again += sum(len(tries) > 1 for tries in sent.values())
            if lane.pending is not None:
                found.unsettled.append(f"{lane.pending.verb} {lane.pending.key}")
        return found

    def _took_effect(self, command: dict[str, Any]) -> None:
        body = command["body"]
        for one in body.get("answers", ()):
            self.answers[command["evaluation"], one["question"], one["base"] + 1, one["not_applicable"]] += 1
        if command["verb"] == "file":
            self.files[body["title"], hashlib.sha256(body["text"].encode()).hexdigest()] += 1
        if command["verb"] == "move":
            self.moves[body["version"] + 1, body["trigger"], body["reason"]] += 1


@dataclass(frozen=True)
class Verdict:
    """What was found wrong; and how many commands took effect, how many were asked for more than once, and how many of
    those had taken effect before they were asked for again."""

    failures: list[str]
    acknowledged: int
    asked_again: int
    committed_unacknowledged: int


def judged(url: str, evidence: Path, scene: Scene, clients: Clients) -> Verdict:
    """Compare everything, once nobody writes any more and every outcome was asked for."""
    told, failures = Told.by(clients), list[str]()
    failures += [f"never settled: {one}" for one in told.unsettled]
    assert METADATA.tables, "a foreign key has its type once the table it points to is there"
    database = Database(url)
    with database.engine.connect() as connection:
        work = Work(connection, now())
        failures += _whole(work)
        failures += _answers(work, scene, told)
        failures += _files(work, told, Store(evidence))
        failures += _moves(work, scene, told)
        keys = {row.key: row.at for row in connection.execute(select(Idempotency.key, Idempotency.at))}
        failures += _differ("keys", Counter([*told.keys]), Counter([*keys]))
    database.dispose()
    early = sum(keys[key] < tries[-1] for key, tries in told.keys.items() if key in keys)
    return Verdict(failures, sum(lane.record.told for lane in clients.lanes), told.asked_again, early)


def _whole(work: Work) -> list[str]:
    found = [f"invariant {one.name}: {one.rows} rows" for one in violations(work)]
    for chain, _, seq, head in chains(work):
        found += check_chain(str(chain), seq, head, events(work, chain))
    if work.db.dialect.name == "sqlite":
        found += [f"integrity: {row[0]}" for row in work.db.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
        found += [f"foreign key: {tuple(row)}" for row in work.db.execute(text("PRAGMA foreign_key_check"))]
    return found


def _answers(work: Work, scene: Scene, told: Told) -> list[str]:
    where = [scene.evaluations[state] for state in ("CHL", "JAM")]
    query = select(
        AnswerVersion.evaluation_id, AnswerVersion.question, AnswerVersion.version, AnswerVersion.not_applicable
    ).where(AnswerVersion.evaluation_id.in_([UUID(one) for one in where]))
    rows = Counter((str(a), b, c, str(d)) for a, b, c, d in work.db.execute(query))
    recorded = Counter(
        (evaluation, one["question"], one["version"], one["not_applicable"])
        for evaluation in where
        for data in _said(work, evaluation, "answers_given")
        for one in data["answers"]
    )
    return _differ("answers", told.answers, rows) + _differ("events of answers", told.answers, recorded)


def _files(work: Work, told: Told, store: Store) -> list[str]:
    query = select(Evidence.title, Evidence.sha256, Evidence.evaluation_id).where(Evidence.kind == "file")
    found = work.db.execute(query).all()
    recorded = Counter(
        (data["file"]["title"], data["file"]["sha256"])
        for evaluation in {str(row.evaluation_id) for row in found}
        for data in _said(work, evaluation, "evidence_attached")
        if "file" in data
    )
    failures = _differ("files", told.files, Counter((row.title, row.sha256) for row in found))
    failures += _differ("events of files", told.files, recorded)
    for row in found:
        try:
            store.get(row.sha256)
        except OSError as error:
            failures.append(f"the bytes of {row.title}: {error}")
    return failures


def _moves(work: Work, scene: Scene, told: Told) -> list[str]:
    where, after = UUID(scene.evaluations["BRB"]), scene.version
    query = select(StageMove.seq, StageMove.trigger).where(StageMove.position_id == where, StageMove.seq > after)
    said = [one for one in _said(work, str(where), "stage_moved") if one["version"] > after]
    recorded = Counter((one["version"], one["trigger"], one["reason"]) for one in said)
    submitted = Counter(work.db.execute(select(Submission.version).where(Submission.evaluation_id == where)).scalars())
    moves = Counter((version, trigger) for version, trigger, _ in told.moves.elements())
    return [
        *_differ("moves", moves, Counter((row.seq, row.trigger) for row in work.db.execute(query))),
        *_differ("events of moves", told.moves, recorded),
        *_differ("submissions", Counter(seq for seq, trigger in moves if trigger == "submit_answers"), submitted),
    ]


def _said(work: Work, chain: str, kind: str) -> Iterable[dict[str, Any]]:
    for row in events(work, UUID(chain)):
        if row.type == kind:
            yield json.loads(row.canonical)["data"]


def _differ(what: str, told: Counter[Any], held: Counter[Any]) -> list[str]:
    """What was told and is not held, and what is held and was never told (or more often)."""
    found = []
    for how, differing in (("acknowledged and lost", told - held), ("too many", held - told)):
        if differing:
            such = "; ".join(f"{one!r:.150}" for one in [*differing][:SHOWN])
            found.append(f"{what}: {differing.total()} {how}, such as {such}")
    return found
