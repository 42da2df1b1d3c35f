"""The notation of series: ``0.06x9 0.001x12``.

It is that of Prometheus' unit tests for rules
(https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series): ``ax3`` is ``a`` and three more
of it, ``a+bx3`` is ``a`` and three steps up, ``a-bx3`` three steps down, ``_`` a look without a sample and ``_x3``
three of them. Beside numbers there are words, ``true``, ``false``, ``null``, and texts in quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from gatekeeper.load.diagnostics import shown
from gatekeeper.load.scalars import MAX_INTEGER
from gatekeeper.model.values import Json

MOST_SAMPLES = 20_000
"""How many samples one series may have."""

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_TOKEN = re.compile(r"'[^']*'\S*|\"[^\"]*\"\S*|\S+")
_GAP = re.compile(r"_(?:x(\d+))?", re.ASCII)
_STEPS = re.compile(rf"({_NUMBER})(?:([-+])({_NUMBER}))?(?:x(\d+))?", re.ASCII)
_WORD = re.compile(r"(?:'([^']*)'|\"([^\"]*)\"|([^\W\d_][\w.-]*?))(?:x(\d+))?")
_PLAIN = {"true": True, "false": False, "null": None}


class NoSeries(ValueError):
    """A text that is no series.

    Attributes:
        offset: where in the text.
        width: how many characters it is about.
        hint: how to mend it.
    """

    def __init__(self, message: str, offset: int, width: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.width = max(1, width)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a series, between blanks.

    Attributes:
        samples: what it stands for; None for a look without a sample, and a sample in a tuple, since it may be null.
    """

    samples: tuple[tuple[Json] | None, ...]
    offset: int
    width: int


def parse_series(text: str) -> tuple[Token, ...]:
    """The parts of a series, in order; at least one.

    Raises:
        NoSeries: a part is wrong, there is none, or there are too many samples.
    """
    tokens: list[Token] = []
    count = 0
    for found in _TOKEN.finditer(text):
        token = _token(found[0], found.start(), MOST_SAMPLES - count)
        count += len(token.samples)
        tokens.append(token)
    if not tokens:
        raise NoSeries("a series needs a sample", 0, 1, "write it like `0.06x9 0.001x12`")
    return tuple(tokens)


def _token(text: str, offset: int, room: int) -> Token:
    width = len(text)
    if (gap := _GAP.fullmatch(text)) is not None:
        return Token((None,) * _count(gap[1], text, offset, room, more=0), offset, width)
    if (steps := _STEPS.fullmatch(text)) is not None:
        first, sign, step, times = steps.groups()
        if sign is not None and times is None:
            raise NoSeries(f"`{shown(text)}` does not say how many steps", offset, width, f"write it like {text}x10")
        count = _count(times, text, offset, room)
        by = Decimal(f"{step}") * (-1 if sign == "-" else 1) if step is not None else Decimal(0)
        whole = _is_whole(first) and (step is None or _is_whole(step))
        samples = (_number(Decimal(first) + index * by, text, offset, whole=whole) for index in range(count))
        return Token(tuple((each,) for each in samples), offset, width)
    if (word := _WORD.fullmatch(text)) is not None:
        single, double, bare, times = word.groups()
        quoted = single if single is not None else double
        value: Json = quoted if quoted is not None else _PLAIN.get(bare, bare)
        return Token(((value,),) * _count(times, text, offset, room), offset, width)
    hint = "a part is like 0.06, 0.06x9, 0+1x10, success, successx3, 'two words', _ or _x3"
    raise NoSeries(f"`{shown(text)}` is no part of a series", offset, width, hint)


def _count(times: str | None, text: str, offset: int, room: int, more: int = 1) -> int:
    """How many samples; ``more`` of them stand before the counted ones."""
    count = 1 if times is None else int(times[:9]) + more
    if count > room:
        message = f"`{shown(text)}` makes more than {MOST_SAMPLES:,} samples of one series"
        raise NoSeries(message, offset, len(text), "the last sample stays: it need not be repeated")
    if count == 0:
        raise NoSeries(f"`{shown(text)}` makes no sample", offset, len(text), "take it out")
    return count


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"[-+]?\d+", text, re.ASCII) is not None


def _number(value: Decimal, text: str, offset: int, *, whole: bool) -> Json:
    number = float(value)
    if abs(value) > MAX_INTEGER or number - number != 0:
        raise NoSeries(f"`{shown(text)}` holds a number that cannot be carried exactly", offset, len(text))
    return int(value) if whole else number
