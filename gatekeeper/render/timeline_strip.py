"""A played case as strips of characters: one line for each policy, one character for each look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

from gatekeeper.model.decision import Verdict
from gatekeeper.model.mode import Mode, ModeReading
from gatekeeper.model.replay import Replay
from gatekeeper.model.shown import cut
from gatekeeper.model.standing import LadderStanding
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.timeline import Step
from gatekeeper.render.timeline_parts import offset_text
from gatekeeper.render.wording import count

BEST = "·"
UNKNOWN = "?"
EVENT = "⚑"

_VERDICTS = {Verdict.GO: "✓", Verdict.NO_GO: "✗", Verdict.INCONCLUSIVE: UNKNOWN}


class _Weight(IntEnum):
    """How much a cell weighs; of several looks in one cell the heaviest shows."""

    GOOD = 0
    UNKNOWN = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """What a policy says at one look, in one character.

    Attributes:
        rank: among cells of one weight, the higher the worse.
        meaning: what the character stands for.
    """

    sign: str
    weight: _Weight
    rank: int
    meaning: str


def strips(canvas: Canvas, replay: Replay, every: Sequence[Step]) -> None:
    """The strips of all policies, above them the events, below them the expectations, and a legend."""
    names = replay.suite.policies
    label = min(max((len(name) for name in (*names, "expectations")), default=0) + 2, canvas.width // 3)
    columns = max(min(canvas.width - label - 3, len(every)), 1)
    parts = _slices(every, columns)
    happens = [any(step.moment.titles for step in part) for part in parts]
    if any(happens):
        _line(canvas, "events", label, [EVENT if each else " " for each in happens], {})
    legend: dict[str, None] = {}
    for policy in names:
        cell = _reader(replay, policy)
        cells = [max((cell(step) for step in part), key=lambda each: (each.weight, each.rank)) for part in parts]
        _line(canvas, policy, label, [each.sign for each in cells], {each.sign: _TONES[each.weight] for each in cells})
        for each in sorted(cells, key=lambda each: (each.weight, each.rank)):
            legend[f"{each.sign} {each.meaning}"] = None
    if replay.verified:
        signs = [_expectation(part) for part in parts]
        _line(canvas, "expectations", label, signs, {"✓": Tone.GOOD, "✗": Tone.BAD})
    _axis(canvas, label, every, columns)
    spans: list[Span] = []
    for told in (*legend, *([f"{EVENT} event"] if any(happens) else [])):
        sign, _, meaning = told.partition(" ")
        spans += [(sign, Tone.STRONG), (meaning, Tone.QUIET), APART]
    if columns < len(every):
        spans.append((f"{count(len(every), 'look')} in {columns} characters, the worst of each shows", Tone.QUIET))
    canvas.spans(spans[:-1] if spans[-1] is APART else spans, indent=2)


_TONES = {_Weight.GOOD: Tone.GOOD, _Weight.UNKNOWN: Tone.DOUBT, _Weight.BAD: Tone.BAD}


def _slices(every: Sequence[Step], columns: int) -> list[Sequence[Step]]:
    """The looks in so many parts of nearly the same length."""
    return [every[at * len(every) // columns : (at + 1) * len(every) // columns] for at in range(columns)]


def _line(canvas: Canvas, name: str, label: int, signs: Sequence[str], tones: dict[str, Tone]) -> None:
    pieces: list[Span] = [(cut(name, label - 1).ljust(label), Tone.QUIET)]
    for sign, run in groupby(signs):
        pieces.append((sign * len(tuple(run)), tones.get(sign, Tone.STRONG)))
    canvas.exactly(pieces, indent=2)


def _axis(canvas: Canvas, label: int, every: Sequence[Step], columns: int) -> None:
    """The offsets of the first and the last look, below their characters."""
    first, last = offset_text(every[0].moment.offset), offset_text(every[-1].moment.offset)
    gap = columns - len(first) - len(last)
    if gap >= 1:
        canvas.exactly([(f"{' ' * label}{first}{' ' * gap}{last}", Tone.QUIET)], indent=2)
    else:
        canvas.exactly(
            [(f"{' ' * label}{first} … {last}" if len(every) > 1 else f"{' ' * label}{first}", Tone.QUIET)], 2
        )


def _expectation(part: Sequence[Step]) -> str:
    verified = [each for step in part for each in step.verified]
    if not verified:
        return " "
    return "✓" if all(each.holds for each in verified) else "✗"


def _reader(replay: Replay, policy: str) -> Callable[[Step], Cell]:
    """How to read the cell of a policy from a look."""
    if policy in replay.modes:
        mode = replay.modes[policy]
        signs = _signs([each.name for each in mode.states[1:]])
        return lambda step: _mode_cell(mode, signs, step.moment.readings[policy])
    if policy in replay.ladders:
        words = [each.word for each in replay.ladders[policy].levels]
        signs = _signs(words)
        return lambda step: _ladder_cell(words, signs, step.moment.standings[policy])
    return lambda step: _gate_cell(step, policy)


def _gate_cell(step: Step, policy: str) -> Cell:
    verdict = step.moment.decisions[policy].verdict
    weights = {Verdict.GO: _Weight.GOOD, Verdict.NO_GO: _Weight.BAD, Verdict.INCONCLUSIVE: _Weight.UNKNOWN}
    return Cell(_VERDICTS[verdict], weights[verdict], 0, verdict.value)


def _ladder_cell(words: Sequence[str], signs: dict[str, str], standing: LadderStanding) -> Cell:
    level = standing.level
    if level is None:
        return (
            Cell(UNKNOWN, _Weight.UNKNOWN, 0, "not known")
            if standing.unknown
            else Cell(BEST, _Weight.GOOD, 0, "no level")
        )
    # A level that is the least that can be said is told as that level: the timeline says the rest.
    return Cell(signs[level], _Weight.BAD, words.index(level), level)


def _mode_cell(mode: Mode, signs: dict[str, str], reading: ModeReading) -> Cell:
    if reading.state != reading.last_known:
        return Cell(UNKNOWN, _Weight.UNKNOWN, 0, "not known")
    rank = mode.rank(reading.state)
    if rank == 0:
        return Cell(BEST, _Weight.GOOD, 0, reading.state)
    return Cell(signs[reading.state], _Weight.BAD, rank, reading.state)


def _signs(words: Sequence[str]) -> dict[str, str]:
    """A character for each word: its first letter, its last one, or its number, whichever tells them all apart."""
    for pick in (0, -1):
        letters = [word[pick].upper() for word in words]
        if len(set(letters)) == len(words) and all(each.isascii() and each.isalnum() for each in letters):
            return dict(zip(words, letters, strict=True))
    return {word: "123456789abcdefghijklmnopqrstuvwxyz"[min(at, 34)] for at, word in enumerate(words)}
