"""Does a text hold what no reader sees? Such a text can be read otherwise than it was written."""

from __future__ import annotations

from unicodedata import category

HIDDEN = "hidden_character"
SEEN = frozenset("\t\n\r")


def hides(text: str) -> bool:
    """Whether a text holds a control or a format character beyond tabs and line ends: those that turn the direction of
    writing (U+202A to U+202E, U+2066 to U+2069), that have no width, or that steer a terminal."""
    return any(category(letter) in {"Cc", "Cf"} and letter not in SEEN for letter in text)
