"""Who may do what, and when: the rules of the mechanism written down by hand, never read from the code or its data.

The rules. Nobody sees the evaluation of a state but that state, the secretariat, the auditor, the deciding body, the
coordinator of another state and the experts assigned, and those of other states never before it is their turn. An
expert or coordinator of the state itself never does. Only the state answers, and only while it is asked. Experts find
alone, conclude together, and nobody else sees either. The draft is shown to the state and the secretariat first, to the
deciding body when it is laid before it, and to the public when it is published. Who may not know that something is
there is told that it is not there.
"""

from __future__ import annotations

STAGES = (
    "enrolled", "answering", "compilation", "review", "consolidation", "country_comment", "revision",
    "before_commission", "approved", "published", "not_participating",
)  # fmt: skip

WHO = {
    "E": "the national entity", "K": "a contributor of the state", "O": "the secretariat", "M": "the deciding body",
    "A": "the auditor", "X": "an expert assigned", "C": "the coordinator of another state",
    "e": "the entity of another state", "k": "a contributor of another state", "x": "an expert not assigned",
    "b": "an expert of the state itself", "c": "a coordinator of the state itself",
    "d": "an expert whose voice has ended",
    "g": "somebody without a role", "r": "a token that was revoked", "n": "nobody",
}  # fmt: skip
MEMBERS = "EKOMAXCekxbcd"
"""Whoever holds a role."""

TABLE = """
                 enrolled answering compil. review  consol. comment revision before  approved published absent
know             EKOMA    EKOMA     EKOMAC  EKOMAXC EKOMAXC EKOMAXC EKOMAXC  EKOMAXC EKOMAXC  EKOMAXC   EKOMA
read answers     EKO      EKO       EKOC    EKOXC   EKOXC   EKOXC   EKOXC    EKOXC   EKO      EKO       EKO
write answers    -        EK        -       -       -       -       -        -       -        -         -
type in          -        O         -       -       -       -       -        -       -        -         -
confirm          -        E         -       -       -       -       -        -       -        -         -
open again       -        -         O       O       O       -       O        -       -        -         -
read voices      OA       OA        OAC     OAC     OAXC    OAXC    OAXC     OAXC    OA       OA        OA
write voices     -        -         O       O       O       -       O        -       -        -         -
read findings    -        -         -       X       XC      XC      XC       XC      -        -         -
write findings   -        -         -       X       -       -       -        -       -        -         -
read conclusions -        -         -       -       XC      XC      XC       XC      -        OXC       -
write conclusions -       -         -       -       XC      -       -        -       -        -         -
speak            -        -         -       -       X       -       -        -       -        -         -
read report      -        -         -       -       -       EOXC    EOXC     EOMXC   EOMXC    EOMXC     -
write comments   -        -         -       -       -       E       -        -       -        -         -
write responses  -        -         -       -       -       -       XC       -       -        -         -
move deadlines   -        O         O       O       O       O       O        O       O        -         -
ask for time     -        E         -       -       -       E       -        -       -        -         -
follow up        -        -         -       -       -       -       -        -       -        EKOMA     -
read record      OA       OA        OA      OA      OA      OA      OA       OA      OA       OA        OA
"""

OPERATIONS = {
    "know": "evaluation evaluation_method evaluation_transitions advance_evaluation recommendations leaves "
    "evaluation_deadlines",
    "follow up": "recommendation_transitions advance_recommendation",
    "read answers": "questionnaire answers answer answer_versions evidence evidence_content receipts openings "
    "declarations",
    "write answers": "give_answers give_answer attach_links attach_file declare",
    "type in": "give_on_behalf",
    "confirm": "confirm_answers",
    "open again": "open_answers close_opening",
    "read voices": "assignments",
    "move deadlines": "move_deadline grant_time refuse_time",
    "ask for time": "ask_for_time",
    "write voices": "assign substitute end_voice",
    "read findings": "findings",
    "write findings": "write_findings hand_in",
    "read conclusions": "conclusions",
    "write conclusions": "conclude",
    "speak": "speak",
    "read report": "report comments",
    "write comments": "comment",
    "write responses": "respond",
    "read record": "record",
}  # fmt: skip
"""A rule of the table to the operations that it is about."""

EVERYWHERE = {
    "published published_report checkpoint plan ready health clock": "".join(WHO),
    "me mechanism rounds round evaluations occasions designations round_transitions advance_round "
    "deadlines dates": MEMBERS,
    "add_person people grant_role end_role issue_token revoke_token": "O",
    "open_round set_unit enrol record_occasion export_drafts": "O",
    "move_occasion set_date move_round_deadline set_clock": "O",
    "approvals conflicts declare_conflict": MEMBERS,
    "designate candidates": "E",
    "ledger": "OA",
}
"""Operations beside an evaluation to those who may, in every stage."""

CONCEALED = {"approval second withdraw lift_conflict": "O", "drafts": ""}
"""Operations on what a secretary asked for, which needs another's approval, to those who may: whoever else holds a role
is told that nothing is there. (What was asked for is to lift a conflict: no draft is to be had for it by anybody.)"""

THERE_FROM = {
    "close_opening": STAGES[-1],
    "answer": "compilation", "answer_versions": "compilation", "evidence_content": "compilation",
    "substitute": "review", "end_voice": "review", "report": "country_comment", "published_report": "published",
    "recommendation_transitions": "published", "advance_recommendation": "published",
    "clock": "not_participating", "set_clock": "not_participating",
}  # fmt: skip
"""What is looked for is there only from a stage on (the clock never: this is no sandbox); before, who may is told as
much."""


WHILE: dict[str, tuple[str, ...]] = {
    "set_unit": ("enrolled",), "designate": STAGES[1:], "move_round_deadline": (),
}  # fmt: skip
"""Operations on the round that may be done only then: what is evaluated is set before experts are called for, and they
are named afterwards; only then has the round a deadline, and here it has left that behind. (Here every
evaluation is enrolled while the round is being prepared.)"""


def rules() -> dict[str, dict[str, str]]:
    """Rule to stage to those who may."""
    found = {}
    for line in TABLE.strip().splitlines()[1:]:
        words = line.split()
        name, cells = " ".join(words[: -len(STAGES)]), words[-len(STAGES) :]
        found[name] = dict(zip(STAGES, (cell.strip("-") for cell in cells), strict=True))
    return found


RULES = rules()
RULE_OF = {operation: rule for rule, named in OPERATIONS.items() for operation in named.split()}
FREE = {operation: who for named, who in EVERYWHERE.items() for operation in named.split()}
HIDDEN = {operation: who for named, who in CONCEALED.items() for operation in named.split()}


def expected(operation: str, who: str, stage: str) -> str:
    """`may`, or the status that is told instead: 401, 403 or 404."""
    there = operation not in THERE_FROM or stage in STAGES[STAGES.index(THERE_FROM[operation]) : -1]
    if who == "r":
        return "401"  # whatever it is shown for
    if (operation, who) == ("close_opening", "g"):
        return "403"  # whoever holds no role is told so before it is looked for
    if operation in HIDDEN and who in MEMBERS:
        return "may" if who in HIDDEN[operation] else "404"
    if operation in FREE or operation in HIDDEN:
        allowed = who in FREE.get(operation, "") and stage in WHILE.get(operation, STAGES)
    elif who == "n":
        return "401"
    elif operation == "evidence_content" and not (there and who in RULES[RULE_OF[operation]][stage]):
        return "404"  # an address of its own, of no evaluation: a refusal would say that there is such a paper
    elif who not in RULES["follow up" if RULE_OF[operation] == "follow up" else "know"][stage]:
        return "404"
    else:
        allowed = who in RULES[RULE_OF[operation]][stage]
    if allowed:
        return "may" if there else "404"
    if (operation, who) == ("advance_round", "g"):
        return "404"  # whoever holds no role is not told that there is a round to move
    return "401" if who == "n" else "403"
