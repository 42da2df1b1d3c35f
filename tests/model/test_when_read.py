"""Sequences that are computed when something first reads them."""

from __future__ import annotations

import copy
import pickle

from gatekeeper.model.when_read import WhenRead


def counted() -> tuple[WhenRead[str], list[str]]:
    made: list[str] = []

    def make() -> tuple[str, ...]:
        made.append("made")
        return ("a", "b", "c")

    return WhenRead(make), made


def test_nothing_is_computed_before_it_is_read_and_nothing_twice() -> None:
    read, made = counted()
    assert made == []
    assert (len(read), list(read), read[0], read[1:]) == (3, ["a", "b", "c"], "a", ("b", "c"))
    assert made == ["made"]


def test_it_is_as_good_as_the_tuple() -> None:
    read, _ = counted()
    there = ("a", "b", "c")
    assert read == there
    assert there == read
    assert read == counted()[0]
    assert read != ("a", "b")
    assert read != ["a", "b", "c"]
    assert hash(read) == hash(there)
    assert repr(read) == "('a', 'b', 'c')"
    assert not WhenRead(lambda: ())


def test_a_pickle_and_a_copy_are_the_tuple() -> None:
    read, _ = counted()
    for again in (pickle.loads(pickle.dumps(read)), copy.copy(read), copy.deepcopy(read)):
        assert type(again) is tuple
        assert again == read
