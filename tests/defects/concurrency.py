"""Mistakes that show only when several act at once, or when much is tried in an order that nobody thought of."""

from __future__ import annotations

from tests.defects.defect import Defect, by_proof

CONCURRENCY = (
    Defect(
        "a subject is looked at before it is locked",
        "src/mem/process/advance.py",
        "    lock(work, position_id)\n    subject = seen_subject(",
        "    subject = seen_subject(",
        by_proof("T09-interleavings"),
    ),
    Defect(
        "who edits shares the stage with others who edit",
        "src/mem/rounds/standing.py",
        '.where(Position.id == bindparam("position")).with_for_update()',
        '.where(Position.id == bindparam("position")).with_for_update(read=True)',
        by_proof("T09-interleavings"),
    ),
    Defect(
        "who edits does not hold the stage",
        "src/mem/rounds/standing.py",
        "    if ACTIONS[action].edits is not None:\n        work.db.execute(",
        "    if ACTIONS[action].edits is None:\n        work.db.execute(",
        by_proof("T09-interleavings"),
    ),
    Defect(
        "a role is looked at, then ended",
        "src/mem/people/service.py",
        "        .where(Membership.id == membership_id)\n        .with_for_update()\n",
        "        .where(Membership.id == membership_id)\n",
        by_proof("T07-postgresql"),
    ),
    Defect(
        "a token is looked at, then revoked",
        "src/mem/people/service.py",
        "select(Token.revoked_at).where(Token.id == token_id).with_for_update()",
        "select(Token.revoked_at).where(Token.id == token_id)",
        by_proof("T07-postgresql"),
    ),
    Defect(
        "roles of one person are given without looking at each other",
        "src/mem/people/service.py",
        "select(Person.id).where(Person.id == person_id).with_for_update()",
        "select(Person.id).where(Person.id == person_id)",
        by_proof("T09-interleavings"),
    ),
    Defect(
        "units are set while the round moves on",
        "src/mem/rounds/standing.py",
        '    work.db.execute(_HELD, {"position": round_id})\n',
        "",
        by_proof("T09-interleavings"),
    ),
    Defect(
        "a request in flight is not known to its own repetition",
        "src/mem/idempotency/service.py",
        'if work.db.dialect.name == "postgresql" and not',
        'if work.db.dialect.name == "nowhere" and not',
        by_proof("T07-postgresql"),
    ),
    Defect(
        "a constraint that a rival breaks has no meaning",
        "src/mem/http/constraints.py",
        '    "uq_country_evaluation_cycle_id_state": Conflict(',
        '    "uq_country_evaluation": Conflict(',
        by_proof("T07-postgresql"),
    ),
    Defect(
        "an approval is looked at before it is held",
        "src/mem/approvals/service.py",
        "query.with_for_update() if hold else query",
        "query",
        by_proof("T07-postgresql"),
    ),
    Defect(
        "whom an approval concerns is judged before its subject is held",
        "src/mem/process/approving.py",
        "    lock(work, one.subject_id)  # whom it concerns goes by where that stands, which then stays so\n"
        "    if actor.person_id != one.asked_by and not ACTS[one.act].concerns(work, actor, one):\n"
        "        raise NotFound\n",
        "    if actor.person_id != one.asked_by and not ACTS[one.act].concerns(work, actor, one):\n"
        "        raise NotFound\n"
        "    lock(work, one.subject_id)\n",
        by_proof("T09-interleavings"),
    ),
    Defect(
        "a conflict is looked at, then asked to be lifted",
        "src/mem/rounds/conflicts.py",
        "select(Conflict.__table__).where(Conflict.id == conflict_id).with_for_update()",
        "select(Conflict.__table__).where(Conflict.id == conflict_id)",
        by_proof("T07-postgresql"),
    ),
    Defect(
        "an approval does not wait",
        "src/mem/methods/method.py",
        "None if name is None else self.calendar.days[name].after(now)",
        "None if name is None else now",
        by_proof("T12-sqlite"),
    ),
    Defect(
        "who has declared a conflict gets a voice",
        "src/mem/rounds/experts.py",
        "    if declared:\n",
        "    if declared and acted:\n",
        "tests/rounds/test_conflicts.py",
    ),
    Defect(
        "a deadline counts hours",
        "src/mem/workflow/spans.py",
        "timedelta(days=self.days or 0",
        "timedelta(hours=self.days or 0",
        by_proof("T12-sqlite"),
    ),
    Defect(
        "an answer is stored on a version that never was",
        "src/mem/answers/service.py",
        "if versions_now.get(answer.question, 0) != answer.base",
        "if versions_now.get(answer.question, 0) > answer.base",
        by_proof("T12-sqlite"),
    ),
    Defect(
        "a designation leaves no event",
        "src/mem/rounds/experts.py",
        '    record(work, round_id, "expert_designated", data)\n',
        "",
        by_proof("T12-sqlite"),
    ),
    Defect(
        "a key stands for any request of its person",
        "src/mem/idempotency/service.py",
        "    if (found.route, found.body_sha256) != (route, body_sha256):",
        "    if found.body_sha256 != body_sha256:",
        "tests/idempotency/test_service.py",
    ),
)
