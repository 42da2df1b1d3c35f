"""Snapshots in canonical form."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.errors import InvalidInput
from gatekeeper.model.canonical import canonical_bytes, content_digest
from gatekeeper.model.snapshot import Evidence, Failure, Subject
from gatekeeper.snapshot import build_snapshot, parse_snapshot, snapshot_bytes

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
SUBJECT = Subject("api", "staging", "abc")


def item(name: str = "a", value: Any = None, **changes: Any) -> Evidence:
    return replace(
        Evidence(name, "json", "a.json", "json", None, NOW, value, None, None, "whatever the collector says"), **changes
    )


def document(**changes: Any) -> dict[str, Any]:
    """A snapshot as plain JSON, with one item changed."""
    found: dict[str, Any] = json.loads(snapshot_bytes(build_snapshot("demo", SUBJECT, [item(value={"n": 1})])))
    found["items"]["a"].update(changes)
    return found


def refusal(value: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        parse_snapshot(value if isinstance(value, bytes) else canonical_bytes(value), "s.json")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_snapshot_has_the_documented_form() -> None:
    failed = item("b", failure=Failure("failed", "gone"), observed_at=NOW, subject=Subject(commit="abc"))
    data = snapshot_bytes(build_snapshot("demo", SUBJECT, [failed, item(value={"b": 1.0, "a": ["ü"]})]))
    digest = "sha256:" + hashlib.sha256('{"kind":"json","value":{"a":["ü"],"b":1}}'.encode()).hexdigest()
    nothing = "sha256:" + hashlib.sha256(b'{"kind":"json","value":null}').hexdigest()
    assert data.decode() == (
        '{"format":"gatekeeper/snapshot/v1","items":{'
        '"a":{"attempts":1,"collected_at":"2026-03-03T09:00:00Z","collector":"json","digest":"' + digest + '",'
        '"failure":null,"kind":"json","observed_at":null,"redacted":0,"request":null,"source":"a.json",'
        '"subject":null,"value":{"a":["ü"],"b":1}},'
        '"b":{"attempts":1,"collected_at":"2026-03-03T09:00:00Z","collector":"json","digest":"' + nothing + '",'
        '"failure":{"cause":"failed","detail":"gone"},"kind":"json","observed_at":"2026-03-03T09:00:00Z",'
        '"redacted":0,"request":null,"source":"a.json","subject":{"commit":"abc","environment":null,"service":null},"value":null}},'
        '"subject":{"commit":"abc","environment":"staging","service":"api"},"system":"demo"}'
    )


def test_a_snapshot_is_named_by_the_digest_of_its_bytes_and_timed_by_its_latest_item() -> None:
    late = NOW + timedelta(milliseconds=250)
    snapshot = build_snapshot("demo", SUBJECT, [item("a", collected_at=late), item("b")])
    assert snapshot.digest == "sha256:" + hashlib.sha256(snapshot_bytes(snapshot)).hexdigest()
    assert snapshot.taken_at == late
    assert b'"collected_at":"2026-03-03T09:00:00.250Z"' in snapshot_bytes(snapshot)


def test_values_are_those_that_the_canonical_form_gives_back() -> None:
    snapshot = build_snapshot("demo", SUBJECT, [item(value=[1.0, -0.0, 1e21])])
    assert repr(snapshot.items["a"].value) == "[1, 0, 1e+21]"
    assert snapshot.items["a"].digest == content_digest("json", [1.0, -0.0, 1e21])


def test_the_order_of_the_evidence_and_the_offset_of_the_clock_change_nothing() -> None:
    here = timezone(timedelta(hours=5, minutes=30))
    one = build_snapshot("demo", SUBJECT, [item("a"), item("b")])
    other = build_snapshot("demo", SUBJECT, [item("b"), item("a", collected_at=NOW.astimezone(here))])
    assert one == other


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), JSON, min_size=1, max_size=4))
def test_what_is_built_is_read_back_alike(values: dict[str, Any]) -> None:
    snapshot = build_snapshot("demo", SUBJECT, [item(name, value) for name, value in values.items()])
    assert parse_snapshot(snapshot_bytes(snapshot)) == snapshot
    assert {name: each.value for name, each in snapshot.items.items()} == values


def test_a_snapshot_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="the snapshot holds no evidence"):
        build_snapshot("demo", SUBJECT, [])


def test_two_items_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput, match='two pieces of evidence are called "a"; give each its own name'):
        build_snapshot("demo", SUBJECT, [item("a"), item("b"), item("a")])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"n": 2**53}, "the evidence a cannot be kept: value.n: 9007199254740992 is beyond ±(2^53 - 1)"),
        ([float("nan")], "the evidence a cannot be kept: value[0]: nan is no JSON number"),
        ("\ud800", "the evidence a cannot be kept: value: the text has half of a character"),
    ],
)
def test_a_value_without_a_canonical_form_is_refused_by_name(value: Any, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        build_snapshot("demo", SUBJECT, [item(value=value)])
    assert str(caught.value).startswith(said)


def test_a_source_without_a_canonical_form_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"the evidence cannot be kept: items\.a\.source: the text has half"):
        build_snapshot("demo", SUBJECT, [item(source="\udcff")])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "s.json is no snapshot: it is empty"),
        (b"{", "s.json is no snapshot: it is no JSON"),
        (b'{"a":1,"a":1}', 's.json is no snapshot: it has the key "a" twice in one object'),
        (b"[" * 100_000, "s.json is no snapshot: it is nested deeper than 68 levels"),
        (b"[9007199254740993]", "s.json is no snapshot: it [0]: 9007199254740993 is beyond"),
        ([], "s.json is no snapshot of a known version: format is null, not gatekeeper/snapshot/v1"),
        (
            {"format": "gatekeeper/snapshot/v2"},
            's.json is no snapshot of a known version: format is "gatekeeper/snapsho',
        ),
    ],
)
def test_what_is_no_snapshot_is_refused(data: Any, said: str) -> None:
    assert refusal(data).startswith(said)


def test_a_snapshot_with_another_layout_was_changed() -> None:
    data = snapshot_bytes(build_snapshot("demo", SUBJECT, [item()]))
    for changed in (data + b"\n", json.dumps(json.loads(data)).encode(), data.replace(b'"a.json"', b'"\\u0061.json"')):
        assert refusal(changed).startswith("s.json was changed: it is not in canonical form")


def test_an_item_with_another_value_was_changed() -> None:
    assert refusal(document(value={"n": 2})).startswith(
        "s.json was changed: the evidence a does not have the digest that it names"
    )
    assert "does not have the digest" in refusal(document(kind="yaml"))
    assert "does not have the digest" in refusal(document(digest="sha256:0"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verdict": "GO"}, 's.json is no snapshot: items.a: has a field "verdict", which its kind does not have'),
        (
            {"collected_at": "2026-03-03T09:00:00"},
            "s.json is no snapshot: items.a.collected_at: '2026-03-03T09:00:00' is",
        ),
        ({"collected_at": None}, "s.json is no snapshot: items.a.collected_at: null is no text"),
        (
            {"failure": {"cause": "lost", "detail": ""}},
            's.json is no snapshot: items.a.failure.cause: "lost" is none of',
        ),
        ({"source": 7}, "s.json is no snapshot: items.a.source: 7 is no text"),
        ({"subject": {}}, "s.json is no snapshot: items.a.subject: has no field commit"),
        (
            {"collected_at": "2026-03-03T10:00:00+01:00"},
            's.json was changed: "2026-03-03T10:00:00+01:00" should be written',
        ),
        (
            {"observed_at": "2026-03-03T09:00:00.000Z"},
            's.json was changed: "2026-03-03T09:00:00.000Z" should be written',
        ),
    ],
)
def test_an_item_that_is_not_as_documented_is_refused(changes: dict[str, Any], said: str) -> None:
    assert refusal(document(**changes)).startswith(said)


def test_fields_that_a_snapshot_does_not_have_are_refused() -> None:
    assert refusal({**document(), "verdict": "GO"}).startswith(
        's.json is no snapshot: the value: has a field "verdict"'
    )
    assert refusal({**document(), "items": {}}) == "s.json holds no evidence"


def test_a_value_as_deep_as_evidence_may_be_is_read_back() -> None:
    deep: Any = 1
    for _ in range(64):
        deep = [deep]
    assert build_snapshot("demo", SUBJECT, [item(value=deep)]).items["a"].value == deep
