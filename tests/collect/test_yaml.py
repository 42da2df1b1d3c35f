"""YAML as plain values: what reads differently than it looks, or grows, is refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.collect.yaml_text import YamlRefused, parse_yaml
from tests.collect.sources import refusal_of, value_of, write


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: 1.0", {"a": 1.0}),
        ("a: [x, 'y', \"z\"]", {"a": ["x", "y", "z"]}),
        ("- 2026-03-03\n- 2026-03-03T09:00:00Z", ["2026-03-03", "2026-03-03T09:00:00Z"]),
        ("[yes, no, on, off, y, n]", ["yes", "no", "on", "off", "y", "n"]),
        ("[true, False, null, ~, '']", [True, False, None, None, ""]),
        ("[012, 0o17, 0xff, -3, +4, 1e3, .5]", [12, 15, 255, -3, 4, 1000.0, 0.5]),
        ("[12:30:45, 0x, 1.2.3]", ["12:30:45", "0x", "1.2.3"]),
        ("'1': {}", {"1": {}}),
        ("a:\nb: []", {"a": None, "b": []}),
        ("\ufeffa: ü", {"a": "ü"}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("'<<': 1", {"<<": 1}),
        ("7", 7),
    ],
)
def test_yaml_reads_as_version_1_2_says(text: str, value: Any) -> None:
    found = parse_yaml(text.encode())
    assert found == value
    assert str(found) == str(value)  # 1 and 1.0 and true are different


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1", "has an anchor at line 1, column 4: write the value out"),
        ("a: 1\nb: *x", "has an alias at line 2, column 4: write the value out"),
        ("a: !!str 1", "has a tag at line 1, column 4: write plain values only"),
        ("a: !x {}", "has a tag at line 1, column 4: write plain values only"),
        ("%TAG ! tag:x,2000:\n---\na: 1", "has a tag directive"),
        ("a: {b: 1}\n<<: {c: 1}", "has a merge key at line 2, column 1: write the fields out"),
        ("a: 1\na: 2", 'has the key "a" twice at line 2, column 1'),
        ("1: x", "has a key that is no text at line 1, column 1: put it in quotes"),
        ("[a]: x", "has a key that is no text at line 1, column 1: put it in quotes"),
        ("a: 1\n---\nb: 2", "has a second document at line 2, column 1: one is expected"),
        ("a: .inf", "has a number that is not finite at line 1, column 4"),
        ("a: .nan", "has a number that is not finite at line 1, column 4"),
        ("a: 1e999", "has a number that is not finite at line 1, column 4"),
        ("a: 9223372036854775808", "has an integer beyond 64 bits at line 1, column 4"),
        ("a: " + "9" * 5000, "has a number of 5000 characters at line 1, column 4: put it in quotes"),
        ('a: "\\ud800"', "has half of a character (a lone surrogate) at line 1, column 4"),
        ("[" * 65 + "]" * 65, "is nested deeper than 64 levels at line 1, column 65"),
        ("[" * 100_000, "is nested deeper than 64 levels"),
        ("- " * 70 + "x", "is nested deeper than 64 levels"),
        ("a: [", "is no YAML: "),
        ("a: 'x", "is no YAML: "),
        ("a: b: c", "is no YAML: "),
        ("\ta: 1", "is no YAML: "),
        ("a: \x01", "is no YAML: "),
        ("# nothing", "is empty: a YAML document is expected"),
        ("[" + "a," * 100_001 + "]", "has more than 100,000 values"),
    ],
)
def test_what_reads_differently_than_it_looks_is_refused(text: str, said: str) -> None:
    with pytest.raises(YamlRefused) as caught:
        parse_yaml(text.encode())
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_more_than_a_megabyte_is_refused() -> None:
    with pytest.raises(YamlRefused, match="has 1,048,577 bytes; at most 1,048,576 of YAML are read"):
        parse_yaml(b"a" * (1024 * 1024 + 1))


def test_a_laugh_of_aliases_is_refused_at_the_first(tmp_path: Path) -> None:
    lines = ["a: &a [lol, lol]", *(f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))]
    line = refusal_of(tmp_path, collector="yaml", file=write(tmp_path, "a.yaml", "\n".join(lines)))
    assert line == 'mistyped: "a.yaml" has an anchor at line 1, column 4: write the value out'


def test_a_yaml_document_is_evidence(tmp_path: Path) -> None:
    file = write(tmp_path, "a.yaml", "caps: {total: 80, day: 2026-03-03}\n")
    assert value_of(tmp_path, collector="yaml", file=file) == {"caps": {"total": 80, "day": "2026-03-03"}}


@given(st.text(alphabet="ab:-[]{},\"'\n #|>&*!%?~0.1<\t", max_size=60))
def test_any_text_is_a_value_or_one_line(text: str) -> None:
    try:
        parse_yaml(text.encode())
    except YamlRefused as refused:
        if "\n" in str(refused):
            pytest.fail(str(refused))
