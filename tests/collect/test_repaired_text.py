"""Text that was encoded twice: what is put right, what is left, and what is never touched."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatekeeper.collect.repaired_text import repaired

UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
CHARACTERS = {byte: chr(byte) if byte in UNDEFINED else bytes([byte]).decode("cp1252") for byte in range(256)}
"""Windows-1252 as programs read it: the bytes that it leaves out are control characters."""

ANY = st.text(st.characters(codec="utf-8"), max_size=60)
WORDS = st.sampled_from(
    [
        *("plain", "naïve", "garçon", "Größe", "MÜNCHEN", "CAFÉ", "été", "hâlâ", "Úžasný", "żółć", "čeština", "señor"),
        *(
            "Ålesund",
            "ÅNGSTRÖM",
            "“quoted”",
            "„GRÖSSE“",
            "”FINÉ”",
            "«été»",
            "l’été",
            "–",
            "—",
            "…",
            "5 €",
            "5 £",
            "§ 7",
        ),
        *("N° 5", "→", "□", "☑", "✅", "🚀", "日本", "привет"),
    ]
)


def encoded_twice(text: str) -> str:
    return "".join(CHARACTERS[byte] for byte in text.encode())


def encoded_with_losses(text: str) -> str:
    return "".join(CHARACTERS[byte] for byte in text.encode() if byte not in UNDEFINED)


@given(ANY)
@example("Á")
@example("“CAFÉ”")
@example("é”»")
def test_what_was_encoded_twice_comes_back_or_is_named(text: str) -> None:
    found, repairs = repaired(encoded_twice(text))
    assert found == text or any(each.text is None for each in repairs)
    assert all(each.text is None or each.text in text for each in repairs)


@given(ANY)
@example("⚠️")
@example("Á Ł č")
def test_a_byte_that_was_lost_on_the_way_is_named(text: str) -> None:
    """Boxes before it show that the whole document went through it, as documents with a checklist do."""
    text = "□ " * 61 + text
    found, repairs = repaired(encoded_with_losses(text))
    assert found == text or any(each.text is None for each in repairs)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_ascii_is_left_alone(text: str) -> None:
    assert repaired(text) == (text, ())


@given(st.lists(WORDS, max_size=20).map(" ".join))
def test_clean_text_of_many_languages_is_left_alone(text: str) -> None:
    found, repairs = repaired(text)
    assert found == text
    assert not any(each.text is not None for each in repairs)


@given(ANY)
def test_lines_stay_where_they_are(text: str) -> None:
    lines = encoded_twice(text).split("\n")
    found, repairs = repaired("\n".join(lines))
    assert found.count("\n") == len(lines) - 1
    for each in repairs:
        assert lines[each.line - 1][each.column - 1 :].startswith(each.found)


@pytest.mark.parametrize(
    ("text", "expected", "left"),
    [
        ("â–¡ Database", "□ Database", []),
        ("D8 â€” Day 0", "D8 — Day 0", []),
        ("clean → and pasted â–¡", "clean → and pasted □", []),
        ("cafÃ©", "café", []),
        ("# âš\xa0ï¸ paused", "# ⚠ï¸ paused", [("ï¸", "incomplete", "EF B8", 6)]),
        ("said â€œ yesâ€ today", "said “ yesâ€ today", [("â€", "incomplete", "E2 80", 13)]),
        ("a \ufffd b", "a \ufffd b", [("\ufffd", "lost", "EF BF BD", 3)]),
        ("CAFÉ™", "CAFÉ™", [("É™", "doubtful", "C9 99", 4)]),
        ("“CAFÉ”", "“CAFÉ”", []),
        ("“CAFÉ” → â–¡", "“CAFÉ” → □", [("É”", "doubtful", "C9 94", 5)]),
        ("a\x96b", "a\x96b", [("\x96", "incomplete", "96", 2)]),
        ("â\x96¡ Latin-1", "□ Latin-1", []),
        ("ï»¿# T", "\ufeff# T", []),
    ],
)
def test_what_is_certain_is_put_right_and_the_rest_is_named(
    text: str, expected: str, left: list[tuple[str, str, str, int]]
) -> None:
    found, repairs = repaired(text)
    assert found == expected
    assert [(each.found, each.cause, each.bytes, each.column) for each in repairs if each.text is None] == left


def test_only_one_layer_is_taken_off() -> None:
    assert repaired(encoded_twice(encoded_twice("□")))[0] == encoded_twice("□")


def test_a_run_is_one_entry_with_its_place() -> None:
    (entry,) = repaired("a\nb " + encoded_twice("────"))[1]
    assert (entry.text, entry.line, entry.column) == ("────", 2, 3)
    assert entry.bytes == "E2 94 80 " * 3 + "E2 94 80"


def test_a_megabyte_of_it_is_read_in_seconds() -> None:
    begun = process_time()
    assert repaired(encoded_twice("□" * 120_000))[0] == "□" * 120_000
    assert process_time() - begun < 20
