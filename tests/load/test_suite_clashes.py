"""What in a case would be of no effect, or do more than it says, is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import load_policies, load_suites
from gatekeeper.model.snapshot import Snapshot

SHOP = Path(__file__).parent / "shop"
HEAD = """\
apiVersion: gatekeeper/v1
kind: Suite
title: clashes
policies: [{asked}]
now: 2026-03-01T12:00:00Z
evidence:
  figures: {{error_rate: 0.01, orders: 7, open: true, slow_since: null}}
cases:
  - id: story
    title: A story
"""


def _told(folder: Path, *lines: str, asked: str = "slowness") -> list[str]:
    file = folder / "shop_test.yaml"
    file.write_text(HEAD.format(asked=asked) + "".join(f"    {line}\n" for line in lines), encoding="utf-8")

    def unread(path: Path) -> Snapshot:
        raise AssertionError(path)

    try:
        load_suites([file], folder, load_policies([SHOP / "shop.yaml"], SHOP)[0], lambda system, at: None, unread)
    except InvalidDocuments as refused:
        found = refused.diagnostics
    else:
        return []
    assert all(each.hint and each.source[each.column - 1 :] for each in found)
    return [f"{each.line}:{each.column} {each.message}" for each in found]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["set: {figures.orders: 3}", "series: {figures.orders: 1x3}"],
            ["12:14 `figures.orders` is what `set` says as well, on line 11"],
        ),
        (
            ["series:", "  figures.orders: 1x3", '  figures["orders"]: 2x3'],
            ['13:7 `figures["orders"]` is what `series` says as well, on line 12'],
        ),
        (
            ["set: {figures.orders: 3, 'figures[\"orders\"]': 4}"],
            ['11:30 `figures["orders"]` is what `set` says as well, on line 11'],
        ),
        (
            ["age: {figures: 1m}", "lacking: {figures: stale}"],
            ["11:11 `figures` has an age, and `lacking` says that it is stale, which is an age too"],
        ),
        (["set: {figures.orders: 3}", "series: {figures.error_rate: 0.1x3}"], []),
        (["age: {figures: 1m}", "lacking: {figures: truncated}"], []),
    ],
)
def test_what_would_be_of_no_effect_is_told(tmp_path: Path, lines: list[str], told: list[str]) -> None:
    assert _told(tmp_path, *lines, "every: 1m", "expect: {at: 0m, state: normal}") == told


def test_a_look_between_two_ticks_would_change_what_a_mode_has_seen(tmp_path: Path) -> None:
    look = "every: 10m", "for: 20m"
    assert _told(tmp_path, *look, "expect: [{at: 10m, state: normal}, {at: 15m, state: normal}]") == [
        "13:45 nobody looks then: the looks are `every: 10m`"
    ]
    assert _told(tmp_path, *look, "expect: {at: 90s, state: normal}") == [
        "13:18 nobody looks then: the looks are `every: 10m`"
    ]
    event = "events: [{at: 15m, title: somebody looks}]"
    assert _told(tmp_path, *look, event, "expect: {at: 15m, state: normal}") == []
    assert _told(tmp_path, *look, "expect: {at: 15m, level: null}", asked="alarm") == []
    assert _told(tmp_path, "expect: {at: 15m, state: normal}") == []


@pytest.mark.parametrize("first", ["9000-01-01T00:00:00Z", "1969-12-31T23:59:59Z"])
def test_a_history_begins_within_the_calendar(tmp_path: Path, first: str) -> None:
    history = f"{{workflow: n.yml, first: {first}, every: 1d, conclusions: success}}"
    told = _told(tmp_path, f"evidence: {{nightly: {{history: {history}}}}}", "expect: {verdict: GO}", asked="launch")
    assert "`first` is outside of the years 1970 to 8999" in " ".join(told)
    endless = "{workflow: n.yml, first: 2026-03-01T00:00:00Z, every: 500w, conclusions: successx100}"
    told = _told(tmp_path, f"evidence: {{nightly: {{history: {endless}}}}}", "expect: {verdict: GO}", asked="launch")
    assert "this history is longer than 500 years" in " ".join(told)
