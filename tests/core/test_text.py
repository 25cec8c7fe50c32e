"""Is a text that holds what no reader sees told from one that is written in any script?"""

from __future__ import annotations

import pytest

from mem.core.text import hides


@pytest.mark.parametrize(
    "text",
    [
        "", "Año", "l'État", "two\nlines\r\n\tand a tab", "日本語", "עברית", "العربية", "café\u0301", "\u00a0", "“—”",
        "😀", "☀\ufe0f",
    ],
)  # fmt: skip
def test_what_is_written_in_any_script_hides_nothing(text: str) -> None:
    assert not hides(text)
    assert not hides(f"a {text} b")


@pytest.mark.parametrize(
    "code",
    [
        *range(0x00, 0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xAD, 0x061C, 0x200B, 0x200C, 0x200D,
        0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, 0x2061, *range(0x2066, 0x206A), 0xFEFF, 0xFFF9, 0xE0001,
    ],
    ids=hex,
)  # fmt: skip
def test_a_character_that_is_not_seen_is_found_wherever_it_stands(code: int) -> None:
    for text in (chr(code), f"{chr(code)}a", f"a{chr(code)}", f"a{chr(code)}b"):
        assert hides(text)
