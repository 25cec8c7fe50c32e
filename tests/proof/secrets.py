"""Who may learn of what, and when? Written down by hand from the rules (`tests.secrecy.truth` says them), never read
from the code or its data.

A line names a secret, as `twins` and `judged` draw it, and in each stage everybody to whom it shows anywhere: letters
as in `tests.secrecy.truth`, `*` the public. What is not there yet is a secret of nobody (a dot). The report shows
answers, conclusions and dissent to whoever reads it, but never who dissents, nor when anything was written; the record
shows the secretariat and the auditor when something was written and by whom, never what.
"""

from __future__ import annotations

TABLE = """
                       enrolled answering compil. review  consol. comment revision before  approved published
answers                .        EKO       EKOC    EKOXC   EKOXC   EKOXC   EKOXC    EKOMXC  EKOMXC   *
answering              .        EKOA      EKOAC   EKOAXC  EKOAXC  EKOAXC  EKOAXC   EKOAMXC EKOAMXC  *
answered at            .        EKOA      EKOAC   EKOAXC  EKOAXC  EKOAXC  EKOAXC   EKOAXC  EKOA     EKOA
evidence               .        EKO       EKOC    EKOXC   EKOXC   EKOXC   EKOXC    EKOMXC  EKOMXC   *
voices                 .        .         OAC     OAC     OAXC    OAXC    OAXC     OAXC    OA       OAXC
findings               .        .         .       X       XC      XC      XC       XC      -        -
other findings         .        .         .       -       XC      XC      XC       XC      -        -
other writing          .        .         .       OAC     OAXC    OAXC    OAXC     OAXC    OA       OA
conclusions            .        .         .       .       XC      EOXC    EOXC     EOMXC   EOMXC    *
concluding             .        .         .       .       OAXC    EOAXC   EOAXC    EOAMXC  EOAMXC   *
stances                .        .         .       .       XC      EOXC    EOXC     EOMXC   EOMXC    *
dissenter              .        .         .       .       XC      XC      XC       XC      -        OXC
comments               .        .         .       .       .       EOXC    EOXC     EOMXC   EOMXC    EOMXC
commenting             .        .         .       .       .       EOAXC   EOAXC    EOAMXC  EOAMXC   EOAMXC
changes                .        .         .       .       .       .       OXC      EOMXC   EOMXC    *
responses              .        .         .       .       .       .       OXC      EOMXC   EOMXC    EOMXC
responding             .        .         .       .       .       .       OAXC     EOAMXC  EOAMXC   EOAMXC
stage                  EKOMA    EKOMA     EKOMAC  EKOMAXC EKOMAXC EKOMAXC EKOMAXC  EKOMAXC EKOMAXC  *
"""
"""`answering`, `other writing`, `concluding`, `commenting` and `responding` are how often and when; `answered at` is
when alone; `changes` is what answers to comments change in the report; `other` is of the voices beside Chile's."""

_head, *_lines = TABLE.strip("\n").splitlines()
STAGES = (
    "enrolled", "answering", "compilation", "review", "consolidation", "country_comment", "revision",
    "before_commission", "approved", "published",
)  # fmt: skip
NOBODY = ("-", ".")
NAMES = 23
"""How many letters of a line are the name."""
TOLD = {line[:NAMES].strip(): dict(zip(STAGES, line[NAMES:].split(), strict=True)) for line in _lines}


def hidden(who: str, stage: str) -> list[str]:
    """The secrets that must not show to an observer in a stage, in the order of the table."""
    cells = {secret: row[stage] for secret, row in TOLD.items()}
    return [secret for secret, told in cells.items() if told not in ("*", ".") and who not in told]


def kept_from(who: str, stage: str) -> list[str]:
    """Where else an evaluation might stand for all that an observer may know in a stage, the round standing where it
    does."""
    if stage == "enrolled":
        return ["withdrawn"]
    unknowing = [one for one in STAGES[1:] if "stage" in hidden(who, one)]
    absent = [] if who in TOLD["stage"]["answering"] else ["not_participating"]
    return [one for one in (*unknowing, *absent) if one != stage]
