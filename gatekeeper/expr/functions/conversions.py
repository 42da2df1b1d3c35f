"""Conversions between types, ``type`` and ``dyn``: strict, and never guessing at a format."""

from __future__ import annotations

import math
import re
from typing import Final

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.limits import READING_TIME
from gatekeeper.expr.temporal import SECOND, Duration, Timestamp
from gatekeeper.expr.values import INT_MAX, INT_MIN, UINT_MAX, CelType, Uint, kind, type_of

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"[+-]?(inf|infinity|nan)", re.IGNORECASE)
_TRUTHS: Final = {
    **dict.fromkeys(("1", "t", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "false", "FALSE", "False"), False),
}


def _int(value: int) -> int:
    if not INT_MIN <= value <= INT_MAX:
        raise ValueError("the number does not fit into an int")
    return int(value)


def _int_of_double(value: float) -> int:
    """Towards zero; both ends of the range are refused, as a double cannot tell them from beyond."""
    if not INT_MIN < value < INT_MAX:
        raise ValueError("the number does not fit into an int")
    return int(value)


def _int_of_text(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise ValueError("the string is no whole number")
    return _int(int(text))


def _uint(value: int) -> Uint:
    if not 0 <= value <= UINT_MAX:
        raise ValueError("the number does not fit into a uint")
    return Uint(value)


def _uint_of_double(value: float) -> Uint:
    if not 0 <= value < UINT_MAX:
        raise ValueError("the number does not fit into a uint")
    return _uint(int(value))


def _uint_of_text(text: str) -> Uint:
    if _WHOLE.fullmatch(text) is None:
        raise ValueError("the string is no whole number")
    return _uint(int(text))


def _double_of_text(text: str) -> float:
    if _SPECIAL.fullmatch(text):
        return float(text)
    if _DECIMAL.fullmatch(text) is None or math.isinf(value := float(text)):
        raise ValueError("the string is no number")
    return value


def _bool_of_text(text: str) -> bool:
    if (truth := _TRUTHS.get(text)) is None:
        raise ValueError("the string is neither true nor false")
    return truth


def text_of_double(value: float) -> str:
    """The shortest decimal that reads back as the same double; whole numbers without a point."""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "NaN" if math.isnan(value) else repr(value).removesuffix(".0")


def _text_of_double(value: float) -> str:
    """The same, with an exponent from a million on and below a ten-thousandth, as other engines do."""
    if not math.isfinite(value) or value == 0 or 1e-4 <= abs(value) < 1e6:
        return text_of_double(value)
    forms = (f"{value:.{digits}e}" for digits in range(17))
    return next(form for form in forms if float(form) == value)


def _text_of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ValueError("the bytes are no UTF-8 text") from None


def _bytes_of_text(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("the string holds a lone surrogate") from None


def _same(value: object) -> object:
    return value


def text_of(value: object) -> str | None:
    """What ``format`` writes of a value: the same as ``string`` does, and of null and types their names; else None."""
    if value is None:
        return "null"
    if type(value) is CelType:
        return value.name
    write = _WRITERS.get(kind(value))
    return None if write is None else str(write(value))


CONVERSIONS: Final[dict[str, tuple[Form, ...]]] = {
    "dyn": (Form(("dyn",), "dyn", _same),),
    "type": (Form(("dyn",), "type", type_of),),
    "bool": (Form(("bool",), "bool", _same), Form(("string",), "bool", _bool_of_text)),
    "int": (
        Form(("int",), "int", _int),
        Form(("uint",), "int", _int),
        Form(("double",), "int", _int_of_double),
        Form(("string",), "int", _int_of_text),
        Form(("timestamp",), "int", lambda at: at.ns // SECOND),
    ),
    "uint": (
        Form(("uint",), "uint", _same),
        Form(("int",), "uint", _uint),
        Form(("double",), "uint", _uint_of_double),
        Form(("string",), "uint", _uint_of_text),
    ),
    "double": (
        Form(("double",), "double", _same),
        Form(("int",), "double", float),
        Form(("uint",), "double", float),
        Form(("string",), "double", _double_of_text),
    ),
    "string": (
        Form(("string",), "string", _same),
        Form(("bool",), "string", lambda value: "true" if value else "false"),
        Form(("int",), "string", str),
        Form(("uint",), "string", lambda value: str(int(value))),
        Form(("double",), "string", _text_of_double),
        Form(("bytes",), "string", _text_of_bytes),
        Form(("timestamp",), "string", str),
        Form(("duration",), "string", str),
    ),
    "bytes": (Form(("bytes",), "bytes", _same), Form(("string",), "bytes", _bytes_of_text)),
    "timestamp": (
        Form(("timestamp",), "timestamp", _same),
        Form(("string",), "timestamp", Timestamp.parse, cost=lambda _: READING_TIME),
        Form(("int",), "timestamp", lambda seconds: Timestamp(seconds * SECOND)),
    ),
    "duration": (
        Form(("duration",), "duration", _same),
        Form(("string",), "duration", Duration.parse),
    ),
}

_WRITERS: Final = {form.params[0]: form.call for form in CONVERSIONS["string"]}
