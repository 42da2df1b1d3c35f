"""Runs of suites for the renderers, made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gatekeeper.model.place import Place
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.suite import Case, Expectation, Suite, Wanted
from gatekeeper.model.suite_run import (
    BranchSeen,
    CaseRun,
    Part,
    PolicyCoverage,
    SuiteRun,
    SuitesReport,
    Verified,
)

T0 = datetime(2026, 2, 24, 14, tzinfo=UTC)
FILE = "policies/shop/launch_test.yaml"
HOSTILE = 'bell \x07, escape \x1b[31m, null \x00, half \ud800, bidi \u202e, a < b & c ]]> "d", line\nbreak'
"""What whoever writes evidence could put into a message."""


def case(name: str, title: str, line: int) -> Case:
    return Case(
        id=name,
        title=title,
        now=T0,
        every=timedelta(minutes=1),
        length=timedelta(minutes=25),
        subject=Subject(),
        snapshot=None,
        given=(),
        edits=(),
        series=(),
        events=(),
        pauses=(),
        lacking={},
        age={},
        earlier={},
        parameters={},
        expectations=(),
        place=Place(FILE, line, 5),
    )


def verified(*, holds: bool = False, **changes: Any) -> Verified:
    wanted = Wanted("state", "", "slow", Place(FILE, 41, 9))
    at = changes.pop("at", timedelta(minutes=10))
    title = changes.pop("title", "after ten minutes")
    fields: dict[str, Any] = {
        "what": "state",
        "expected": "slow",
        "found": "slow" if holds else "normal",
        "why": "" if holds else "slow/errors holds since 2026-02-24T14:02:00Z, enough at 2026-02-24T14:12:00Z",
        **changes,
    }
    expectation = Expectation(at, "shop-mode", title, (wanted,), Place(FILE, 40, 7))
    return Verified(expectation, wanted, holds=holds, **fields)


def run(*cases: CaseRun, file: str = FILE) -> SuiteRun:
    held = tuple(each.case for each in cases)
    return SuiteRun(Suite(file, "May the shop open?", "shop", ("shop-mode",), held, Place(file, 1, 1)), cases)


def coverage(*, asked: bool = True) -> PolicyCoverage:
    rule = ("pass", "fail", "unknown")
    return PolicyCoverage(
        policy="launch" if asked else "late-policy",
        kind="gate",
        asked=asked,
        parts=(
            Part("rule", "errors", Place("policies/shop/launch.yaml", 12, 5), rule, rule if asked else ()),
            Part("rule", "staffed", Place("policies/shop/launch.yaml", 18, 5), rule, ("pass",) if asked else ()),
        ),
        branches=(
            BranchSeen("metrics.rate <= 0.05", Place("policies/shop/launch.yaml", 12, 40), asked, asked),
            BranchSeen("row.there", Place("policies/shop/launch.yaml", 18, 60), true=asked, false=False),
        ),
    )


def all_hold() -> SuitesReport:
    one = CaseRun(case("nine-minutes", "Nine minutes of 6 % never enter", 12), 26, (verified(holds=True),))
    other = CaseRun(case("ten-minutes", "Ten minutes do", 20), 1, (verified(holds=True),))
    return SuitesReport((run(one, other),), (coverage(),))


def some_fail() -> SuitesReport:
    holding = CaseRun(
        case("long", "A title that is far longer than any line of a terminal is wide, so that its end is cut off", 12),
        26,
        (verified(holds=True),),
    )
    failing = CaseRun(
        case("ten-minutes", "Ten minutes of 6 % enter", 30),
        26,
        (
            verified(holds=True),
            verified(),
            verified(what="stops", expected="errors", found="none", why="", at=timedelta(0), title=""),
        ),
    )
    refused = CaseRun(
        case("odd", "A parameter that there is not", 50), 0, (), "launch has no parameter limi; did you mean limit?"
    )
    return SuitesReport(
        (run(holding, failing), run(refused, file="policies/shop/odd_test.yaml")),
        (coverage(), coverage(asked=False)),
        list_unseen=True,
        fail_under=90.0,
    )


def hostile() -> SuitesReport:
    told = verified(expected=HOSTILE, found=HOSTILE, why=HOSTILE, title=HOSTILE)
    return SuitesReport((run(CaseRun(case("hostile", HOSTILE, 12), 1, (told,))),), (coverage(),))


RUNS: Mapping[str, Callable[[], SuitesReport]] = {
    "all-hold": all_hold,
    "some-fail": some_fail,
    "hostile": hostile,
}
