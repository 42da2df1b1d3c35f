"""JSON read strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.model.strict_json import JsonRefused, parse_json

SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_python_writes_is_read_back(value: Any, ascii_only: bool) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: a JSON value is expected"),
        (b" \r\n\t", "is empty: a JSON value is expected"),
        (b"\xef\xbb\xbf{}", "starts with a byte order mark: save it as UTF-8 without one"),
        (b'{"a":\n"\xff"}', "is not UTF-8: byte 0xFF at byte offset 7 (line 2)"),
        (b'"\xed\xa0\x80"', "is not UTF-8: byte 0xED at byte offset 1 (line 1)"),
        ("{}".encode("utf-16"), "is not UTF-8: byte 0xFF at byte offset 0 (line 1)"),
        (b"{} x", "is no JSON: extra data at line 1, column 4"),
        (b'{"a": 1,}', "is no JSON: "),
        (b"{'a': 1}", "is no JSON: "),
        (b"[1,\n2,\n,]", "is no JSON: expecting value at line 3, column 1"),
        (b'"a\x01"', "is no JSON: invalid control character at line 1, column 3"),
        (b"01", "is no JSON: extra data"),
        (b"\xc2\xa0", "is no JSON: "),
        (b'[{"a": 1, "b": 2, "a": 1}]', 'has the key "a" twice in one object'),
        (b'{"\\u0061": 1, "a": 1}', 'has the key "a" twice in one object'),
        (b"[NaN]", "has NaN, which is no JSON number"),
        (b"[-Infinity]", "has -Infinity, which is no JSON number"),
        (b"[-1e400]", "has a number that no double can hold: -1e400"),
        (b"9223372036854775808", "has an integer beyond 64 bits: 9223372036854775808"),
        (b"-9223372036854775809", "has an integer beyond 64 bits: -9223372036854775809"),
        (b"1" * 10_000, f"has an integer beyond 64 bits: {'1' * 40}"),
        (b'{"a": ["x", "\\ud800"]}', "has half of a character (a lone surrogate) in a string at a[1]"),
        (b'{"a": {"\\udc00": 1}}', "has half of a character (a lone surrogate) in a string at a"),
        (b'"\\uDFFF\\uD800"', "has half of a character (a lone surrogate) in a string"),
    ],
)
def test_what_readers_could_understand_differently_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(JsonRefused) as caught:
        parse_json(data)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\\\ud800"', "\\ud800"),
        (b"1e-400", 0.0),
        (b'"[[[[\\"]]]"', '[[[["]]]'),
        (b" 7\n", 7),
    ],
)
def test_what_only_looks_odd_is_read(data: bytes, value: Any) -> None:
    assert parse_json(data) == value


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"\\\\":'])
def test_depth_is_bounded_exactly(opening: str) -> None:
    levels = opening.count("[") + opening.count("{")
    closing = "".join({"[": "]", "{": "}"}[c] for c in reversed(opening) if c in "[{")
    fits = 64 // levels
    parse_json((opening * fits + "1" + closing * fits).encode())
    with pytest.raises(JsonRefused, match="is nested deeper than 64 levels"):
        parse_json((opening * (fits + 1) + "1" + closing * (fits + 1)).encode())


def test_brackets_inside_of_strings_are_no_depth() -> None:
    text = '["' + "[{" * 1000 + '", "\\"' + "[" * 1000 + '\\\\"]'
    assert parse_json(text.encode()) == ["[{" * 1000, '"' + "[" * 1000 + "\\"]


def test_many_shallow_values_are_not_deep() -> None:
    assert parse_json(b"[" + b"[],{}," * 1000 + b"1]") == [[], {}] * 1000 + [1]


def test_a_document_that_only_opens_is_refused_without_a_crash() -> None:
    with pytest.raises(JsonRefused, match="is nested deeper than 64 levels"):
        parse_json(b"[" * 1_000_000)


def test_size_is_bounded() -> None:
    assert parse_json(b'"aa"', max_bytes=4) == "aa"
    with pytest.raises(JsonRefused, match="has 5 bytes; at most 4 are read"):
        parse_json(b'"aaa"', max_bytes=4)


@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:\\ud80019eE+-.ntf \n', max_size=60).map(str.encode))
def test_any_bytes_are_a_value_or_one_line(data: bytes) -> None:
    try:
        value = parse_json(data)
    except JsonRefused as refused:
        if "\n" in str(refused):
            pytest.fail(str(refused))
    else:
        assert json.dumps(value, allow_nan=False).encode()
