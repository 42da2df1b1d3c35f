"""Snapshots that share what was seen before are those that are built from nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.errors import InvalidInput
from gatekeeper.model.snapshot import Evidence, Failure, Snapshot, Subject
from gatekeeper.snapshot import KeptValues, build_snapshot, parse_snapshot, snapshot_bytes
from tests.builders import NOW, SUBJECT, item

LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    LEAVES | TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
NAMES = st.sampled_from(["metrics", "canary", "a-b", "a_b", "ab", "A", "évidence"])


def _items(values: dict[str, Any]) -> list[Evidence]:
    return [item(name, value) for name, value in values.items()]


def _made(build: Callable[..., Snapshot], values: dict[str, Any]) -> Snapshot | None:
    try:
        return build("demo", SUBJECT, _items(values))
    except InvalidInput:
        return None


@given(st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), min_size=1, max_size=4))
def test_they_are_the_same_whatever_was_built_before(looks: list[dict[str, Any]]) -> None:
    kept = KeptValues()
    for values in (*looks, *looks):
        made, plain = _made(kept.build, values), _made(build_snapshot, values)
        assert made == plain
        if made is None or plain is None:
            continue
        assert {name: repr(each.value) for name, each in made.items.items()} == {
            name: repr(each.value) for name, each in plain.items.items()
        }
        assert parse_snapshot(snapshot_bytes(made)) == made


def test_a_value_of_another_kind_or_instant_is_another_piece_of_evidence() -> None:
    kept = KeptValues()
    value: Any = {"rate": 0.5}
    east = timezone(timedelta(hours=2))
    for each in (
        item("a", value),
        item("a", value, "yaml"),
        item("a", value, collected_at=NOW.astimezone(east) + timedelta(microseconds=5)),
        item("a", value, observed_at=NOW.astimezone(east)),
        item("a", value, failure=Failure("truncated", "cut off"), subject=Subject("x", None, None)),
        replace(item("a", value), digest=""),
    ):
        made = kept.build("demo", SUBJECT, (each,))
        assert made == build_snapshot("demo", SUBJECT, (each,))
        assert made.taken_at.utcoffset() == timedelta(0)


def test_a_value_is_known_by_itself_and_not_by_where_another_one_once_was() -> None:
    kept = KeptValues()
    for number in range(2000):
        # Each of these dies at once, were it not kept, and the next one takes its place in memory.
        assert kept.build("demo", SUBJECT, (item("a", [number]),)).items["a"].value == [number]
    assert len(kept.known) <= 512


@pytest.mark.parametrize(
    ("value", "changes"),
    [
        (2**53, {}),
        (float(2**53), {}),
        (float("nan"), {}),
        ("\ud800", {}),
        ({1: "a"}, {}),
        (1, {"source": "\ud800"}),
        (1, {"failure": Failure("missing", "")}),
    ],
)
def test_what_a_snapshot_refuses_is_refused(value: Any, changes: dict[str, Any]) -> None:
    bad = replace(item("a", 1, **changes), value=value)
    with pytest.raises(InvalidInput):
        build_snapshot("demo", SUBJECT, (bad,))
    with pytest.raises(InvalidInput):
        KeptValues().build("demo", SUBJECT, (bad,))


@pytest.mark.parametrize("value", [None, True, 7, "a", {"rate": 0.5}])
@pytest.mark.parametrize(
    "changes",
    [
        {"source": "\ud800"},
        {"source": 3},
        {"failure": Failure("missing", "")},
        {"subject": Subject("demo", 1, None)},  # type: ignore[arg-type]  # what must not come in
        {"attempts": 2**53},
        {"name": "other", "request": 5},
    ],
)
def test_the_rest_of_an_item_is_checked_also_where_its_value_was_seen_before(value: Any, changes: Any) -> None:
    kept = KeptValues()
    kept.build("demo", SUBJECT, (item("a", value),))
    bad = replace(item("a", value), **changes)
    with pytest.raises(InvalidInput) as refused:
        kept.build("demo", SUBJECT, (bad,))
    with pytest.raises(InvalidInput) as plainly:
        build_snapshot("demo", SUBJECT, (bad,))
    assert str(refused.value) == str(plainly.value)
    assert kept.build("demo", SUBJECT, (item("a", value),)) == build_snapshot("demo", SUBJECT, (item("a", value),))


@pytest.mark.parametrize(
    ("system", "subject"), [(3, SUBJECT), ("\udfff", SUBJECT), ("demo", Subject("\ud800", None, None))]
)
def test_a_system_and_a_subject_that_a_snapshot_refuses_are_refused(system: Any, subject: Subject) -> None:
    kept = KeptValues()
    kept.build("demo", SUBJECT, (item("a", 1),))
    with pytest.raises(InvalidInput):
        kept.build(system, subject, (item("a", 1),))


def test_a_kind_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidInput):
        KeptValues().build("demo", SUBJECT, (replace(item("a", 1), kind="\ud800"),))


@pytest.mark.parametrize("leaf", [0, [], {}, "a"])
def test_a_value_may_be_as_deep_as_in_any_snapshot(leaf: Any) -> None:
    deep, refused = leaf, []
    for levels in range(80):
        plain = _made(build_snapshot, {"a": deep})
        assert _made(KeptValues().build, {"a": deep}) == plain
        refused += [levels] if plain is None else []
        deep = [deep]
    assert refused


def test_no_evidence_and_two_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput, match="holds no evidence"):
        KeptValues().build("demo", SUBJECT, ())
    with pytest.raises(InvalidInput, match="two pieces of evidence"):
        KeptValues().build("demo", SUBJECT, (item("a", 1), item("a", 2)))
