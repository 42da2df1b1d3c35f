"""``format`` of the strings extension: ``"%d of %s".format([3, "main"])``.

https://pkg.go.dev/github.com/google/cel-go/ext#Strings says what the verbs mean. Nothing depends on a locale. Each
character that is made is paid for before it is.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from gatekeeper.expr.functions.conversions import text_of
from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.outcome import EvaluationError, Refusal, Unknown
from gatekeeper.expr.values import MapValue, Uint, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gatekeeper.expr.run import Run, Site

_VERB: Final = re.compile(r"%(?:(?P<percent>%)|(?:\.(?P<precision>\d{1,6}))?(?P<verb>[bdefosxX]))", re.ASCII)
_MOST_DIGITS: Final = 1000
_USUAL_DIGITS: Final = 6
_PART: Final = 3
"""Steps for a value, a bracket or a comma within what ``%s`` writes."""


def _format(run: Run, _: Site, text: str, given: list[Any]) -> object:
    """The text with each verb replaced by the next of the values."""
    values = iter(given)
    made: list[str] = []
    at = 0
    while (found := text.find("%", at)) >= 0:
        verb = _VERB.match(text, found)
        if verb is None:
            raise Refusal("{argument} has a % that begins no verb; %% stands for a percent sign")
        made.append(text[at:found])
        at = verb.end()
        run.spend(1)
        if verb["percent"]:
            made.append("%")
            continue
        value = next(values, _MISSING)
        if value is _MISSING:
            raise Refusal("{argument} has more verbs than there are values")
        if type(value) is Unknown or type(value) is EvaluationError:
            return value
        digits = _USUAL_DIGITS if verb["precision"] is None else int(verb["precision"])
        if digits > _MOST_DIGITS:
            raise Refusal(f"{{argument}} asks for more than {_MOST_DIGITS} digits")
        written = _VERBS[verb["verb"]](run, value, digits)
        if written is None:
            raise ValueError(f'"%{verb["verb"]}" does not write {kind(value)}')
        made.append(written)
    made.append(text[at:])
    run.spend(sum(map(len, made)) >> 6)
    return "".join(made)


_MISSING: Final = object()


def _decimal(_: Run, value: Any, __: int) -> str | None:
    if type(value) is float and not math.isfinite(value):
        return text_of(value)
    return str(int(value)) if type(value) in (int, Uint) else None


def _binary(_: Run, value: Any, __: int) -> str | None:
    return f"{int(value):b}" if type(value) in (int, Uint, bool) else None


def _octal(_: Run, value: Any, __: int) -> str | None:
    return f"{int(value):o}" if type(value) in (int, Uint) else None


def _hexadecimal(run: Run, value: Any, _: int) -> str | None:
    if type(value) in (int, Uint):
        return f"{int(value):x}"
    if type(value) is str:
        value = value.encode("utf-8", "replace")
    if type(value) is not bytes:
        return None
    run.spend(len(value) >> 5)
    return value.hex()


def _upper_hexadecimal(run: Run, value: Any, digits: int) -> str | None:
    made = _hexadecimal(run, value, digits)
    return None if made is None else made.upper()


def _floating(verb: str) -> Callable[[Run, Any, int], str | None]:
    def write(run: Run, value: Any, digits: int) -> str | None:
        if type(value) not in (float, int, Uint):
            return None
        number = float(value)
        run.spend(digits >> 6)
        return f"{number:.{digits}{verb}}" if math.isfinite(number) else text_of(number)

    return write


def _text(run: Run, value: Any, _: int) -> str | None:
    parts: list[str] = []
    for part in _parts(run, value):
        if part is None:
            return None
        run.spend(_PART + (len(part) >> 6))
        parts.append(part)
    return "".join(parts)


def _parts(run: Run, value: Any) -> Iterator[str | None]:
    """The text of a value, piece by piece, so that one that is far too long is never whole; None where it has none."""
    if type(value) is list:
        yield "["
        for number, each in enumerate(value):
            yield ", " if number else ""
            yield from _parts(run, each)
        yield "]"
    elif type(value) is dict or type(value) is MapValue:
        run.spend(len(value) * len(value).bit_length())
        entries = sorted(((text_of(key) or "", each) for key, each in value.items()), key=lambda entry: entry[0])
        yield "{"
        for number, (key, each) in enumerate(entries):
            yield f"{', ' if number else ''}{key}: "
            yield from _parts(run, each)
        yield "}"
    else:
        yield text_of(value)


_VERBS: Final[dict[str, Callable[[Run, Any, int], str | None]]] = {
    "b": _binary,
    "d": _decimal,
    "e": _floating("e"),
    "f": _floating("f"),
    "o": _octal,
    "s": _text,
    "x": _hexadecimal,
    "X": _upper_hexadecimal,
}

FORMATTING: Final[dict[str, tuple[Form, ...]]] = {
    "format": (Form(("string", "list"), "string", _format, receiver=True, metered=True),),
}
