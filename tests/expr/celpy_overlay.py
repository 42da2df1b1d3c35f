"""What cel-python's interpreter needs to be an oracle: operators with CEL's strict types in the place of Python's.

Errors are values there: an operator gets them and gives them back, so that ``&&`` and ``||`` can absorb them.
"""

from __future__ import annotations

import logging
import operator
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from math import copysign, inf, isnan, nan
from typing import Any, Final

import celpy
from celpy import celtypes
from celpy.adapter import json_to_cel
from celpy.evaluation import CELEvalError

_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_SPAN: Final = re.compile(r"[+-]?(\d+(\.\d*)?(h|ms|m|s|us|ns))+|0", re.ASCII)

_WORDS: Final[tuple[tuple[type, str], ...]] = (
    (bool, "bool"),
    (celtypes.BoolType, "bool"),
    (celtypes.UintType, "uint"),
    (celtypes.DoubleType, "double"),
    (celtypes.IntType, "int"),
    (str, "string"),
    (bytes, "bytes"),
    (list, "list"),
    (dict, "map"),
    (datetime, "timestamp"),
    (timedelta, "duration"),
)
_NUMBERS: Final = frozenset({"int", "uint", "double"})
_KEYS: Final = frozenset({"bool", "string"}) | _NUMBERS


def _word(value: Any) -> str:
    if value is None:
        return "null"
    return next((word for python, word in _WORDS if isinstance(value, python)), "type")


def _number(value: Any) -> float | int:
    return float(value) if isinstance(value, float) else int(value)


def _refused(why: str = "no such overload") -> CELEvalError:
    return CELEvalError(why, TypeError, (why,))


def _strict(call: Callable[..., Any]) -> Callable[..., Any]:
    """The operator that gives back the first error among its operands."""

    def strict(*values: Any) -> Any:
        found = next((value for value in values if isinstance(value, CELEvalError)), None)
        return call(*values) if found is None else found

    strict.__name__ = call.__name__
    return strict


def _same(one: Any, other: Any) -> bool:
    words = _word(one), _word(other)
    if set(words) <= _NUMBERS:
        return _number(one) == _number(other)
    if words[0] != words[1]:
        return False
    if words[0] == "list":
        return len(one) == len(other) and all(map(_same, one, other))
    if words[0] == "map":
        return len(one) == len(other) and all(
            any(_same(key, each) and _same(one[key], other[each]) for each in other) for key in one
        )
    if words[0] in ("bool", "null"):
        return bool(one) == bool(other)
    plain: Any = {"string": str, "bytes": bytes, "timestamp": datetime, "duration": timedelta}.get(words[0])
    return one is other if plain is None else bool(plain.__eq__(one, other))


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    def order(one: Any, other: Any) -> Any:
        words = {_word(one), _word(other)}
        if words <= _NUMBERS:
            return celtypes.BoolType(test(_number(one), _number(other)))
        for word, plain in (("string", str.__str__), ("bool", bool), ("bytes", bytes)):
            if words == {word}:
                return celtypes.BoolType(test(plain(one), plain(other)))
        if words in ({"timestamp"}, {"duration"}):
            base = datetime if words == {"timestamp"} else timedelta
            return celtypes.BoolType(getattr(base, f"__{test.__name__}__")(one, other))
        return _refused()

    return _strict(order)


def _quotient(one: Any, other: Any) -> Any:
    if not isinstance(one, float):
        return one / other
    if other:
        return celtypes.DoubleType(float(one) / float(other))
    signed = copysign(inf, one) * copysign(1.0, other)
    return celtypes.DoubleType(nan if not one or isnan(one) or isnan(other) else signed)


def _arithmetic(call: Callable[[Any, Any], Any], *pairs: tuple[str, str]) -> Callable[..., Any]:
    def compute(one: Any, other: Any) -> Any:
        words = _word(one), _word(other)
        if words not in pairs:
            return _refused()
        try:
            made = call(one, other)
        except (ArithmeticError, ValueError, TypeError) as error:
            return _refused(str(error))
        wrapped = {
            float: celtypes.DoubleType,
            str: celtypes.StringType,
            list: celtypes.ListType,
            bytes: celtypes.BytesType,
            timedelta: celtypes.DurationType,
        }
        return wrapped[type(made)](made) if type(made) in wrapped else made

    return _strict(compute)


def _equal(one: Any, other: Any) -> Any:
    return celtypes.BoolType(_same(one, other))


def _unequal(one: Any, other: Any) -> Any:
    return celtypes.BoolType(not _same(one, other))


def _within(item: Any, container: Any) -> Any:
    if isinstance(container, dict) and _word(item) not in _KEYS:
        return _refused()
    if isinstance(container, (list, dict)):
        return celtypes.BoolType(any(_same(item, each) for each in container))
    return _refused()


def _truths(decides: bool) -> Callable[[Any, Any], Any]:
    def logic(one: Any, other: Any) -> Any:
        truths = [bool(each) if isinstance(each, celtypes.BoolType) else None for each in (one, other)]
        if decides in truths:
            return celtypes.BoolType(decides)
        if None not in truths:
            return celtypes.BoolType(not decides)
        return next((each for each in (one, other) if isinstance(each, CELEvalError)), _refused())

    return logic


def _inverted(value: Any) -> Any:
    return celtypes.BoolType(not value) if isinstance(value, celtypes.BoolType) else _refused()


def _negated(value: Any) -> Any:
    return -value if _word(value) in ("int", "double") else _refused()


def _index(container: Any, at: Any) -> Any:
    if isinstance(container, list) and _word(at) in _NUMBERS and _number(at) == int(at) and 0 <= at < len(container):
        return container[int(at)]
    if isinstance(container, dict) and _word(at) in _KEYS:
        found = [each for each in container if _same(each, at)]
        if found:
            return dict.__getitem__(container, found[0])
    return _refused("no such key")


def _size(value: Any) -> Any:
    return celtypes.IntType(len(value)) if _word(value) in ("string", "bytes", "list", "map") else _refused()


def _instant(value: Any) -> Any:
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        return _refused()
    if _word(value) == "int":
        return celtypes.TimestampType("1970-01-01T00:00:00Z") + celtypes.DurationType(timedelta(seconds=int(value)))
    return celtypes.TimestampType(value) if _word(value) in ("string", "timestamp") else _refused()


def _span(value: Any) -> Any:
    if isinstance(value, str) and not _SPAN.fullmatch(value):
        return _refused()
    return celtypes.DurationType(value) if _word(value) in ("string", "duration") else _refused()


def _on_texts(test: Callable[[str, str], bool]) -> Callable[..., Any]:
    def ask(text: Any, part: Any) -> Any:
        return celtypes.BoolType(test(text, part)) if _word(text) == _word(part) == "string" else _refused()

    return _strict(ask)


def _whole(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[+-]?\d{1,19}", value, re.ASCII):
        return _refused()
    return celtypes.IntType(value) if _word(value) in {"string", "timestamp"} | _NUMBERS else _refused()


def _text(value: Any) -> Any:
    """Doubles, timestamps and durations are written as other engines do; what they look like is no matter of here."""
    if _word(value) == "bool":
        return celtypes.StringType("true" if value else "false")
    return celtypes.StringType(value) if _word(value) in {"string", "bytes", "int", "uint"} else _refused()


_SAME_NUMBERS: Final = (("int", "int"), ("uint", "uint"), ("double", "double"))
_TIMES: Final = (("timestamp", "duration"), ("duration", "timestamp"), ("duration", "duration"))

OVERLAY: Final[dict[str, Callable[..., Any]]] = {
    "_==_": _strict(_equal),
    "_!=_": _strict(_unequal),
    "_<_": _ordered(operator.lt),
    "_<=_": _ordered(operator.le),
    "_>_": _ordered(operator.gt),
    "_>=_": _ordered(operator.ge),
    "_in_": _strict(_within),
    "_&&_": _truths(decides=False),
    "_||_": _truths(decides=True),
    "!_": _strict(_inverted),
    "-_": _strict(_negated),
    "_+_": _arithmetic(
        operator.add, *_SAME_NUMBERS, *_TIMES, ("string", "string"), ("bytes", "bytes"), ("list", "list")
    ),
    "_-_": _arithmetic(operator.sub, *_SAME_NUMBERS, ("timestamp", "timestamp"), _TIMES[0], _TIMES[2]),
    "_*_": _arithmetic(operator.mul, *_SAME_NUMBERS),
    "_/_": _arithmetic(_quotient, *_SAME_NUMBERS),
    "_%_": _arithmetic(operator.mod, *_SAME_NUMBERS[:2]),
    "_[_]": _strict(_index),
    "size": _strict(_size),
    "timestamp": _strict(_instant),
    "duration": _strict(_span),
    "int": _strict(_whole),
    "string": _strict(_text),
    "startsWith": _on_texts(str.startswith),
    "endsWith": _on_texts(str.endswith),
    "contains": _on_texts(lambda text, part: str(part) in str(text)),
}
logging.getLogger("celpy").setLevel(logging.CRITICAL + 1)
_ENVIRONMENT: Final = celpy.Environment(runner_class=celpy.InterpretedRunner)


def evaluate(source: str, document: Any, now: str) -> bool | None:
    """What cel-python says with the overlay: a bool, or None for anything else."""
    try:
        program = _ENVIRONMENT.program(_ENVIRONMENT.compile(source), functions=OVERLAY)
        value = program.evaluate({"e": json_to_cel(document), "now": celtypes.TimestampType(now)})
    except Exception:  # noqa: BLE001  it raises errors of many kinds, Python's own among them
        return None
    return bool(value) if isinstance(value, (bool, celtypes.BoolType)) else None
