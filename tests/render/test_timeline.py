"""Played cases as timelines: what is shown, what is folded, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.replay import Replay
from gatekeeper.model.suite_run import Moment
from gatekeeper.render.timeline import Fold, folded, steps
from gatekeeper.render.timeline_json import render_timeline_json
from gatekeeper.render.timeline_parts import offset_text
from gatekeeper.render.timeline_text import TimelineText
from gatekeeper.render.visible import cells
from tests.golden_files import JsonFile, TextFile
from tests.render.cases import finding
from tests.render.timeline_cases import CASES, blind, replay, rush, wrong
from tests.suites.stories import case, event, expects, minutes, series, wanted

golden = pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")


def shown(folder: Path, name: str, **options: Any) -> str:
    return TimelineText(**options).render(replay(folder, CASES[name]()))


@golden
@pytest.mark.parametrize("name", CASES)
def test_timeline(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    named: Any = snapshot(name=name, extension_class=TextFile)
    assert shown(tmp_path, name) == named


@golden
def test_timeline_on_a_narrow_ascii_terminal(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    rendered = shown(tmp_path, "rush", width=60, unicode=False)
    assert rendered.isascii()
    named: Any = snapshot(name="rush.narrow-ascii", extension_class=TextFile)
    assert rendered == named


@golden
def test_timeline_as_data(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    named: Any = snapshot(name="wrong", extension_class=JsonFile)
    assert render_timeline_json(replay(tmp_path, wrong())) == named


def test_each_look_is_one_character_and_the_expectations_stand_below(tmp_path: Path) -> None:
    lines = {line.split()[0]: line for line in shown(tmp_path, "rush").splitlines() if line.startswith("  ")}
    start = lines["shop-mode"].index("·")
    assert lines["shop-mode"][start:] == "····SSSS···"
    assert lines["alarm"][start:] == "·22222·····"
    assert lines["expectations"][start:] == " ✓  ✓    ✓"
    assert lines["events"][start:] == " ⚑    ⚑ ⚑"


def test_looks_without_change_are_folded_and_can_be_shown(tmp_path: Path) -> None:
    told = shown(tmp_path, "blind")
    assert "looks, T+0:13 to T+0:" in told
    assert "T+0:14" not in told
    every = shown(tmp_path, "blind", every_look=True)
    assert "T+0:14" in every
    assert "nothing changed" in every
    assert "looks, T+" not in every


def test_nothing_is_folded_that_tells_something(tmp_path: Path) -> None:
    every = steps(replay(tmp_path, rush()))
    parts = list(folded(every))
    hidden = sum(part.looks for part in parts if isinstance(part, Fold))
    assert hidden == sum(1 for each in every[1:-1] if not each.tells)
    assert hidden + sum(1 for part in parts if not isinstance(part, Fold)) == len(every)


def test_what_changed_is_told_with_its_reason(tmp_path: Path) -> None:
    told = shown(tmp_path, "rush", width=140)
    assert "shop-mode  normal → slow – because of slow/errors, which holds since 2026-03-01T12:01Z" in told
    assert "alarm  no level → L2 – Everybody looks" in told
    assert "→ queue advised" in told
    assert "turn it" in told
    assert "! on-call paged  for L1" in told
    assert "staffed[Bo] pass → fail" in told
    assert "✓ tell open → done" in told


def test_a_clock_that_begins_anew_after_a_pause_says_so(tmp_path: Path) -> None:
    told = shown(tmp_path, "blind", width=140)
    assert "anew, after a break: no sample for 4 min" in told


def test_a_state_that_is_held_without_evidence_is_no_state_after_a_while(tmp_path: Path) -> None:
    told = shown(tmp_path, "blind", width=140)
    assert "held, for want of evidence" in told
    assert "shop-mode  slow → unknown" in told
    lines = {line.split()[0]: line for line in told.splitlines() if line.startswith("  ")}
    assert lines["shop-mode"].rstrip().endswith("?")


def test_what_is_not_as_expected_is_told_with_place_and_reason(tmp_path: Path) -> None:
    told = shown(tmp_path, "wrong")
    assert told.startswith("NOT AS EXPECTED  wrong")
    assert "✗ alarm level: expected L2, found none" in told
    assert "policies/shop/shop_test.yaml:3:5" in told
    assert "somebody hears of it" in told
    assert "NOT AS EXPECTED  wrong  1 of 3 expectations met" in told


def test_more_looks_than_columns_show_the_worst_of_each(tmp_path: Path) -> None:
    long = case(
        expects("alarm", wanted("level", None)),
        id="long",
        every=minutes(1),
        length=minutes(300),
        series=(series("metrics.error_rate", *[0.001] * 150, 0.06, 0.001),),
    )
    told = TimelineText(width=60).render(replay(tmp_path, long, ("alarm",)))
    strip = next(line for line in told.splitlines() if line.strip().startswith("alarm  "))
    assert strip.count("2") == 1
    assert "301 looks in" in told


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_no_line_is_wider_than_the_terminal(name: str, width: int, tmp_path: Path) -> None:
    for line in shown(tmp_path, name, width=width).splitlines():
        assert cells(line) <= width, line


def test_text_of_a_suite_cannot_forge_a_line(tmp_path: Path) -> None:
    forged = case(
        expects("alarm", wanted("level", None), title="a\nT+0:00 forged\x1b[31m"),
        id="forged",
        title="b\nT+0:00 forged",
        events=(event(0, "c\nT+0:00 forged\x1b[2J", metrics__told=True),),
    )
    told = TimelineText().render(replay(tmp_path, forged))
    assert "\x1b" not in told
    assert "\nT+0:00 forged" not in told


def test_colour_says_nothing_that_words_do_not(tmp_path: Path) -> None:
    import re

    plain = shown(tmp_path, "rush")
    colored = shown(tmp_path, "rush", color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain


def test_data_holds_every_look_with_changes_and_expectations(tmp_path: Path) -> None:
    found = json.loads(render_timeline_json(replay(tmp_path, rush())))
    assert (found["format"], found["holds"], len(found["moments"])) == ("gatekeeper/replay/v1", True, 11)
    moment = found["moments"][4]
    assert (moment["offset_seconds"], moment["policies"]["shop-mode"]["state"]) == (240, "slow")
    assert {"policy": "shop-mode", "kind": "state"}.items() <= moment["changes"][0].items()
    assert moment["expectations"][0]["holds"] is True
    assert found["moments"][3]["changes"] == []


@pytest.mark.parametrize(
    ("minute", "told"), [(0, "T+0:00"), (8, "T+0:08"), (75, "T+1:15"), (0.5, "T+0:00:30"), (60 * 24 * 7, "T+168:00")]
)
def test_offsets_read_as_hours_and_minutes(minute: float, told: str) -> None:
    assert offset_text(minutes(minute)) == told


def test_the_blind_case_is_played_with_its_pause(tmp_path: Path) -> None:
    offsets = [step.moment.offset for step in steps(replay(tmp_path, blind()))]
    assert minutes(3) not in offsets
    assert {minutes(2), minutes(6)} <= set(offsets)


def _retold(whole: Replay, change: Callable[[Moment], Moment]) -> Replay:
    """The replay with every look told otherwise."""
    return replace(whole, played=replace(whole.played, moments=tuple(change(each) for each in whole.played.moments)))


def test_a_verdict_in_the_words_of_the_policy_has_the_colour_of_what_it_means(tmp_path: Path) -> None:
    words = {Verdict.GO: "APPROVED", Verdict.NO_GO: "DEFERRED", Verdict.INCONCLUSIVE: "OPEN"}

    def own(moment: Moment) -> Moment:
        said = {name: replace(each, word=words[each.verdict]) for name, each in moment.decisions.items()}
        return replace(moment, decisions=said)

    told = TimelineText(color=True).render(_retold(replay(tmp_path, rush()), own))
    assert "\x1b[32mAPPROVED\x1b[0m" in told
    assert "\x1b[31mDEFERRED\x1b[0m" in told


def test_a_state_that_is_observed_otherwise_is_no_side_note(tmp_path: Path) -> None:
    def observed(moment: Moment) -> Moment:
        differs = finding("observed-state", "As computed", Outcome.FAIL, message="slow is observed")
        said = {name: replace(each, findings=(differs,)) for name, each in moment.readings.items()}
        return replace(moment, readings=said)

    assert "✗ observed state slow is observed" in TimelineText().render(_retold(replay(tmp_path, rush()), observed))
