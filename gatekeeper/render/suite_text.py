"""What came of suites, for a terminal: a line for each case, then what failed and why, then what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from gatekeeper.model.shown import cut
from gatekeeper.model.suite_run import (
    BranchSeen,
    CaseRun,
    Part,
    PolicyCoverage,
    Ratio,
    SuiteRun,
    SuitesReport,
    Verified,
)
from gatekeeper.render.canvas import APART, Canvas, Span, TerminalText, Tone
from gatekeeper.render.visible import cells, visible
from gatekeeper.render.wording import count, duration, moment

WIDE = 80
"""From so many columns on the table of what was seen has all of its columns."""


@dataclass(frozen=True, slots=True)
class SuiteText(TerminalText):
    """The text of a run."""

    def render(self, report: SuitesReport) -> str:
        """The whole text, ending in a newline."""
        canvas = self.canvas()
        for each in report.suites:
            _suite(canvas, each)
        _coverage(canvas, report)
        _sum(canvas, report)
        return canvas.page()


def _suite(canvas: Canvas, run: SuiteRun) -> None:
    canvas.blank()
    canvas.spans([(run.suite.file, Tone.STRONG), APART, (run.suite.title, Tone.PLAIN)], hang=2)
    for case in run.cases:
        _case(canvas, case)


def _case(canvas: Canvas, run: CaseRun) -> None:
    if run.holds:
        _holding_case(canvas, run)
        return
    head: list[Span] = [("✗", Tone.BAD), (run.case.id, Tone.STRONG), APART, (run.case.title, Tone.PLAIN)]
    canvas.spans([*head, APART, (_looks(run), Tone.QUIET)], indent=2, hang=2)
    if run.refused:
        canvas.text(str(run.case.place), Tone.STRONG, indent=6)
        canvas.labelled("refused", run.refused, Tone.BAD, indent=8)
    for each in run.failures:
        _failure(canvas, run, each)


def _holding_case(canvas: Canvas, run: CaseRun) -> None:
    """One line, whatever is to be cut off for that: what is well is looked over."""
    looks = _looks(run)
    room = canvas.width - 2 - cells(f"✓ {run.case.id}    {looks}")
    title = visible(run.case.title)
    room -= 0 if canvas.unicode else 2  # what stands for a cut there are three dots
    while cells(title) > room and title:
        title = cut(title, len(title) - 1)
    canvas.spans(
        [("✓", Tone.GOOD), (run.case.id, Tone.PLAIN), APART, (title, Tone.QUIET), APART, (looks, Tone.QUIET)], 2, 2
    )


def _looks(run: CaseRun) -> str:
    """How many looks there were, where it is worth telling."""
    return f"({count(run.looks, 'look')})" if run.looks > 1 else ""


def _failure(canvas: Canvas, run: CaseRun, failed: Verified) -> None:
    expectation = failed.expectation
    at = moment(run.case.now + expectation.at)
    when = f"after {duration(expectation.at)}, {at}" if expectation.at > timedelta(0) else f"at {at}"
    what = (f"{expectation.policy}: {failed.what}", Tone.BAD)
    canvas.spans([(str(failed.place), Tone.STRONG), APART, what, APART, (when, Tone.QUIET)], indent=6, hang=2)
    if expectation.title:
        canvas.text(expectation.title, Tone.QUIET, indent=8)
    canvas.labelled("expected", failed.expected, indent=8)
    canvas.labelled("found", failed.found, Tone.BAD, indent=8)
    canvas.labelled("why", failed.why, indent=8)


def _coverage(canvas: Canvas, report: SuitesReport) -> None:
    canvas.heading("SEEN")
    wide = canvas.width >= WIDE
    head = ("policy", "", "outcomes", "", "branches", "", "") if wide else ("policy", "outcomes", "branches")
    canvas.table(head, [_row(each, wide=wide) for each in report.coverage])
    if report.list_unseen:
        for each in report.coverage:
            _unseen(canvas, each)


def _row(each: PolicyCoverage, *, wide: bool) -> list[Span]:
    name = (each.policy, Tone.STRONG if each.asked else Tone.DOUBT)
    outcomes, branches = _ratio(each.outcomes), _ratio(each.decided)
    if not wide:
        return [name, outcomes[0], branches[0]]
    note = ("" if each.asked else "no suite asks it", Tone.DOUBT)
    return [name, (each.kind, Tone.QUIET), *outcomes, *branches, note]


def _ratio(ratio: Ratio) -> tuple[Span, Span]:
    tone = Tone.GOOD if ratio.seen == ratio.all else Tone.PLAIN
    return (percent(ratio), tone), (f"{ratio.seen} of {ratio.all}", Tone.QUIET)


def percent(ratio: Ratio) -> str:
    """Whole percents, cut: all of it is 100 %, and nothing else is."""
    return f"{int(ratio.percent)} %"


def _unseen(canvas: Canvas, policy: PolicyCoverage) -> None:
    if not policy.asked:
        return
    told: list[tuple[Part | BranchSeen, str]] = [
        *((each, f"{each.kind} {each.id}") for each in policy.parts if each.unseen),
        *((each, each.text) for each in policy.branches if each.unseen),
    ]
    if told:
        canvas.heading(f"NEVER SEEN: {policy.policy}")
    for unseen, what in sorted(told, key=lambda each: each[0].place):
        _never(canvas, unseen, what)


def _never(canvas: Canvas, unseen: Part | BranchSeen, what: str) -> None:
    never = " or ".join(unseen.unseen)
    canvas.spans([(f"{unseen.place}", Tone.QUIET), APART, (what, Tone.PLAIN), (f"never {never}", Tone.DOUBT)], 2, 4)


def _sum(canvas: Canvas, report: SuitesReport) -> None:
    canvas.blank()
    cases = report.cases
    failing = [each for each in cases if not each.holds]
    looks = sum(each.looks for each in cases)
    seen = f"outcomes seen {percent(report.outcomes)}, branches {percent(report.decided)}"
    held = f"{count(len(cases), 'case')}: {_holding(cases, failing)}; {count(looks, 'look')}; {seen}"
    canvas.text(held, Tone.BAD if failing else Tone.GOOD)
    if not report.covered and report.fail_under is not None:
        wanted, seen = report.least
        least = f"{wanted} % of the outcomes have to be seen, {seen} % were"
        canvas.text(least, Tone.BAD)


def _holding(cases: Sequence[CaseRun], failing: Sequence[CaseRun]) -> str:
    if not failing:
        return "it holds" if len(cases) == 1 else "all hold"
    return f"{len(cases) - len(failing)} hold, {len(failing)} fail"
