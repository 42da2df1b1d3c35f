"""Canonical JSON."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.model.canonical import NotCanonical, canonical_bytes, content_digest, digest_of
from gatekeeper.model.strict_json import parse_json

TEXTS = st.text(st.characters(codec="utf-8"), max_size=10)
EXACT = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | EXACT | st.floats(-(2**53) + 1, 2**53 - 1) | st.floats(1e21, 1e308) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_the_canonical_form_is_read_back_and_written_alike(value: Any) -> None:
    data = canonical_bytes(value)
    assert canonical_bytes(parse_json(data)) == data
    assert parse_json(data) == value


@given(st.dictionaries(TEXTS, EXACT, min_size=2, max_size=6))
def test_the_order_of_keys_changes_nothing(value: dict[str, Any]) -> None:
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(dict(value))


# From RFC 8785, section 3.2.3 and appendix B (https://www.rfc-editor.org/rfc/rfc8785).
def test_keys_are_ordered_as_the_rfc_shows() -> None:
    value: Any = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}
    assert [int(part[-1:]) for part in canonical_bytes(value)[1:-1].split(b",")] == [2, 4, 6, 7, 1, 5, 3]


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("41b3de4355555555", "333333333.3333333"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_numbers_are_written_as_the_rfc_shows(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_bytes(number).decode() == text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [1, 2**53]}, "a[1]: 9007199254740992 is beyond ±(2^53 - 1)"),
        ([{"a": 1, "b": None}, [2**53]], "[1][0]: 9007199254740992 is beyond ±(2^53 - 1)"),
        (-(2**53), "-9007199254740992 is beyond ±(2^53 - 1)"),
        ({"a": 10**60}, "a: an integer of many digits is beyond ±(2^53 - 1)"),
        ([float("nan")], "[0]: nan is no JSON number"),
        ({"a": {"b": float("-inf")}}, "a.b: -inf is no JSON number"),
        ({"a": ["x\ud800"]}, "a[0]: the text has half of a character (a lone surrogate)"),
        ({"a": {"\udfff": 1}}, "a: a key has half of a character (a lone surrogate)"),
        ({"a": {7: 1}}, "a: has a key that is no string"),
        ({"a b": {1, 2}}, '["a b"]: a set is no JSON value'),
        (b"x", "a bytes is no JSON value"),
        ({"a": 1, "b": (None, True, object())}, "b[2]: a object is no JSON value"),
    ],
)
def test_what_has_no_canonical_form_is_named_with_its_path(value: Any, said: str) -> None:
    with pytest.raises(NotCanonical) as caught:
        canonical_bytes(value)
    assert str(caught.value) == said


def test_a_value_without_an_end_is_refused_in_one_line() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(NotCanonical, match=r"^is nested deeper than 256 levels$"):
        canonical_bytes(endless)


def test_a_value_deeper_than_the_search_for_a_reason_is_still_refused_in_one_line() -> None:
    deep: Any = object()
    for _ in range(300):
        deep = [deep]
    with pytest.raises(NotCanonical, match="is nested deeper than 256 levels"):
        canonical_bytes(deep)


def test_a_content_digest_is_of_kind_and_value_alone() -> None:
    expected = "sha256:" + hashlib.sha256(b'{"kind":"json","value":{"a":1}}').hexdigest()
    assert content_digest("json", {"a": 1.0}) == expected
    assert content_digest("yaml", {"a": 1}) != expected
    assert digest_of(json.dumps({}).encode()) == "sha256:" + hashlib.sha256(b"{}").hexdigest()
