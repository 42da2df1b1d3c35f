"""A played case on a terminal: strips on top, then each moment at which something happened, changed or was expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from gatekeeper.model.replay import Replay
from gatekeeper.model.suite_run import Verified
from gatekeeper.render.canvas import APART, Canvas, Span, TerminalText, Tone
from gatekeeper.render.text_levers import lever_in_short
from gatekeeper.render.timeline import Fold, Step, folded, steps
from gatekeeper.render.timeline_parts import Change, Weight, offset_text
from gatekeeper.render.timeline_strip import strips
from gatekeeper.render.wording import count, listing, moment

MOST = 8
"""So many changes of one kind are shown for one policy at one look, the others counted."""

GUTTER = "  │ "

_TOLD = 4
"""So many things of an expectation without a title are named where they hold."""

_NAMED = 8
"""So many other cases of the suite are named."""

_GOOD: Span = ("✓", Tone.GOOD)
_BAD: Span = ("✗", Tone.BAD)

_SIGNS: dict[Weight, Span] = {
    Weight.GOOD: _GOOD,
    Weight.BAD: _BAD,
    Weight.DOUBT: ("?", Tone.DOUBT),
    Weight.ALARM: ("!", Tone.BAD),
    Weight.ACT: ("→", Tone.ACT),
    Weight.NEWS: ("·", Tone.PLAIN),
    Weight.QUIET: ("○", Tone.QUIET),
}

_WHOLE = ("verdict", "level", "state")
"""Kinds that are about a policy as a whole: they stand beside its name."""


@dataclass(frozen=True, slots=True)
class TimelineText(TerminalText):
    """The timeline.

    Attributes:
        every_look: whether looks at which nothing changed are shown as well.
    """

    every_look: bool = False

    def render(self, replay: Replay) -> str:
        """The whole text, ending in a newline."""
        canvas = self.canvas()
        every = steps(replay)
        _header(canvas, replay)
        if every:
            canvas.blank()
            strips(canvas, replay, every)
        canvas.blank()
        for part in every if self.every_look else folded(every):
            if isinstance(part, Fold):
                _fold(canvas, part)
            else:
                _step(canvas, replay, part)
        canvas.blank()
        _result(canvas, replay)
        return canvas.page()


def _header(canvas: Canvas, replay: Replay) -> None:
    case = replay.played.case
    canvas.spans([*_verdict(replay), APART, (case.id, Tone.STRONG), APART, (case.title, Tone.PLAIN)], hang=2)
    canvas.labelled("suite", f"{replay.suite.file}: {replay.suite.title}")
    first, last = replay.played.moments[0], replay.played.moments[-1]
    looks = count(len(replay.played.moments), "look")
    canvas.labelled("looks", f"{looks} from {moment(first.at)} to {moment(last.at)}")
    for policy, given in case.parameters.items():
        told = listing([f"{name} = {value}" for name, value in given.items()])
        canvas.labelled("param", f"{policy}: {told}, given by the case", Tone.WAIVED)


def _verdict(replay: Replay) -> list[Span]:
    if not replay.verified:
        return [("NOTHING EXPECTED", Tone.DOUBT_BANNER)]
    return [("AS EXPECTED", Tone.GOOD_BANNER)] if replay.holds else [("NOT AS EXPECTED", Tone.BAD_BANNER)]


def _result(canvas: Canvas, replay: Replay) -> None:
    wrong = [each for each in replay.verified if not each.holds]
    told = f"{len(replay.verified) - len(wrong)} of {count(len(replay.verified), 'expectation')} met"
    canvas.spans([*_verdict(replay), APART, (replay.played.case.id, Tone.STRONG), APART, (told, Tone.PLAIN)], hang=2)
    others = [each.id for each in replay.suite.cases if each is not replay.played.case]
    if others:
        canvas.text(f"other cases of this suite: {listing(others, _NAMED)}", Tone.QUIET, indent=2)


def _fold(canvas: Canvas, fold: Fold) -> None:
    span = offset_text(fold.first) + (f" to {offset_text(fold.last)}" if fold.last != fold.first else "")
    canvas.text(f"  … {count(fold.looks, 'look')}, {span}: nothing changed", Tone.QUIET, indent=2)


def _step(canvas: Canvas, replay: Replay, step: Step) -> None:
    found = step.moment
    titles: list[Span] = []
    for title in found.titles:
        titles += [APART, ("⚑", Tone.STRONG), (title, Tone.STRONG)]
    canvas.ends([(offset_text(found.offset), Tone.STRONG), *titles], moment(found.at), hang=4)
    inner = canvas.nested(GUTTER)
    if not step.changes and not step.verified:
        inner.text("nothing changed", Tone.QUIET)
    for policy, changes in step.changes.items():
        _policy(inner, replay, policy, changes)
    _expected(inner, step.verified)


def _policy(canvas: Canvas, replay: Replay, policy: str, changes: Sequence[Change]) -> None:
    head: list[Span] = [(policy, Tone.STRONG)]
    for change in changes:
        if change.kind in _WHOLE:
            head += [APART, *_whole(change)]
    canvas.spans(head, hang=4)
    others = [each for each in changes if each.kind not in _WHOLE]
    for _, alike in groupby(others, key=lambda each: (each.kind, each.weight, each.now)):
        merged: dict[tuple[str, str, str | None], list[Change]] = {}
        for each in alike:
            # What is not known for one and the same reason is told once.
            lever = each.lever if each.weight is Weight.ACT else None
            apart = each.name if lever is not None or not each.told else ""
            merged.setdefault((each.before, each.told, apart), []).append(each)
        rows = list(merged.values())
        for row in rows[:MOST]:
            _change(canvas, replay, policy, replace(row[0], name=listing([each.name for each in row])))
        if len(rows) > MOST:
            left = sum(len(row) for row in rows[MOST:])
            canvas.text(f"… and {left} more {rows[0][0].now}", Tone.QUIET, indent=2)


def _whole(change: Change) -> Iterator[Span]:
    if change.before and change.before != change.now:
        yield (f"{change.before} →", Tone.QUIET)
    tone = _SIGNS[change.weight][1]
    yield (change.now, Tone.STRONG if tone is Tone.PLAIN else tone)
    if change.told:
        yield (f"– {change.told}", Tone.PLAIN)


def _change(canvas: Canvas, replay: Replay, policy: str, change: Change) -> None:
    sign, tone = _SIGNS[change.weight]
    words = change.now if not change.before or change.before == change.now else f"{change.before} → {change.now}"
    name = {"earliest-go": "earliest GO", "observed": "observed state"}.get(change.kind, change.name)
    asks = tone in (Tone.ACT, Tone.BAD)
    pieces: list[Span] = [(sign, tone), (name, Tone.STRONG if asks else Tone.PLAIN), (words, tone), APART]
    told = change.told.removeprefix("not known: ") if change.now == "not known" else change.told
    canvas.spans([*pieces, (told, Tone.PLAIN)], indent=2, hang=4)
    lever = replay.lever(policy, change.lever) if change.lever is not None else None
    if lever is not None and change.weight is Weight.ACT:
        lever_in_short(canvas, lever, named=change.kind == "remedy")


def _expected(canvas: Canvas, verified: Sequence[Verified]) -> None:
    for _, alike in groupby(verified, key=lambda each: (each.expectation.policy, each.expectation.place)):
        same = list(alike)
        first = same[0].expectation
        good = [each for each in same if each.holds]
        if good:
            told = listing([f"{each.what} {each.expected}" for each in good], _TOLD)
            if first.title:
                number = f"{len(good)}" if len(good) == len(same) else f"{len(good)} of {len(same)}"
                told = first.title if len(same) == 1 else f"{first.title} ({number} met)"
            canvas.spans([_GOOD, (f"{first.policy}: {told}", Tone.QUIET)], hang=2)
        for each in same:
            if not each.holds:
                _failed(canvas, each)


def _failed(canvas: Canvas, failed: Verified) -> None:
    head = f"{failed.what}: expected {failed.expected}, found {failed.found}"
    canvas.ends([_BAD, (failed.expectation.policy, Tone.STRONG), (head, Tone.BAD)], str(failed.place), hang=2)
    if failed.expectation.title:
        canvas.text(failed.expectation.title, Tone.PLAIN, indent=2)
    if failed.why:
        canvas.text(f"why: {failed.why}", Tone.PLAIN, indent=2, hang=5)
