"""What a database answered, and the value that it becomes: columns with types, rows with values of these types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from gatekeeper.model.canonical import EXACT
from gatekeeper.model.evidence_sql import ColumnType
from gatekeeper.model.shown import meant, shown
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json
from gatekeeper.refused import FEWER_BYTES, FEWER_ROWS, Refused

Native = bool | int | float | Decimal | str | bytes | None
"""A value as the database gives it; a decimal keeps its digits."""

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,9})?\s?([Zz]|[+-]\d\d(?::?\d\d)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a database answered.

    Attributes:
        names: the columns, in order.
        types: what the database says of each column; None where its values have to tell.
        rows: a value for each column.
    """

    names: tuple[str, ...]
    types: tuple[ColumnType | None, ...]
    rows: tuple[tuple[Native, ...], ...]


class _Unfit(Exception):
    """A value that is not of its column's type; the message may say why."""


class Budget:
    """Counts rows and bytes while they come, so that no answer is kept whole before it is known to be small enough."""

    def __init__(self, rows: int, most: int) -> None:
        self._rows = rows
        self._most = most
        self._came = 0
        self._bytes = 0

    def take(self, row: Iterable[str | bytes | float | None]) -> None:
        """Count one more row.

        Raises:
            Refused: it is one too many.
        """
        self._came += 1
        self._bytes += sum(8 + (len(each) if isinstance(each, str | bytes) else 0) for each in row)
        if self._came > self._rows:
            raise Refused("truncated", f"the answer has more than {self._rows:,} rows (max_rows)", FEWER_ROWS)
        if self._bytes > self._most:
            raise Refused("truncated", f"the answer has more than {self._most:,} bytes (max_bytes)", FEWER_BYTES)


def rows_of(answered: Answered, declared: Mapping[str, ColumnType]) -> Json:
    """The answer in the shape of its kind.

    Args:
        answered: what the database gave.
        declared: column → its type, which goes before what the database says of it.

    Raises:
        Refused: two columns have one name, a declared one is not there, or a value is not of its column's type.
    """
    names = answered.names
    twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
    if twice is not None:
        raise Refused("mistyped", f"two columns are called {shown(twice)}: give each its own name with AS")
    lacking = next((name for name in declared if name not in names), None)
    if lacking is not None:
        here = meant(lacking, names) or f"; it has {', '.join(names)}"
        raise Refused("mistyped", f"the answer has no column {shown(lacking)}{here}")
    types = [
        declared.get(name) or given or _type_of(name, (row[index] for row in answered.rows))
        for index, (name, given) in enumerate(zip(names, answered.types, strict=True))
    ]
    rows: list[Json] = [
        {
            name: None if value is None or type_ is None else _converted(value, type_, f"rows[{number}].{name}")
            for name, type_, value in zip(names, types, row, strict=True)
        }
        for number, row in enumerate(answered.rows)
    ]
    columns: list[Json] = [{"name": name, "type": type_} for name, type_ in zip(names, types, strict=True)]
    return {"columns": columns, "rows": rows, "row_count": len(rows)}


def _type_of(name: str, values: Iterable[Native]) -> ColumnType | None:
    """The type that the values of a column have in common, where the database says nothing of the column."""
    found = {type(value) for value in values if value is not None}
    if found <= {int}:
        return "int" if found else None
    if found <= {int, float}:
        return "number"
    if found == {str}:
        return "string"
    what = " and ".join(sorted(_WORDS.get(each, each.__name__) for each in found))
    raise Refused("mistyped", f"the column {shown(name)} holds {what}: declare its type under columns, or use CAST")


_WORDS = {int: "integers", float: "numbers", str: "texts", bytes: "bytes"}


def _converted(value: Native, type_: ColumnType, where: str) -> Json:
    try:
        return _CONVERSIONS[type_](value)
    except _Unfit as error:
        told = shown(value) if isinstance(value, str | bool | int | float) else str(value)[:40]
        told = "bytes" if isinstance(value, bytes) else told
        reason = f": {error}" if str(error) else ""
        raise Refused("mistyped", f"{where}: {told} is no {type_}{reason}") from None


def _bool(value: Native) -> Json:
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise _Unfit


def _int(value: Native) -> Json:
    whole = _whole(value)
    if whole not in EXACT:
        raise _Unfit("it is beyond ±(2^53 - 1); declare it as string")
    return whole


def _whole(value: Native) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _Unfit
    if not isfinite(value) or value != int(value):
        raise _Unfit
    return int(value)


def _number(value: Native) -> Json:
    """The nearest double. A decimal comes to one only where that is declared, since digits may be lost."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _Unfit
    if not isfinite(value) or not isfinite(nearest := float(value)):
        raise _Unfit("it is not finite")
    if isinstance(value, int):
        _int(value)
    return nearest


def _string(value: Native) -> Json:
    if isinstance(value, bytes):
        raise _Unfit("encode them as text in the statement")
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _timestamp(value: Native) -> Json:
    if not isinstance(value, str):
        raise _Unfit("it has to be a date and time with an offset")
    found = _INSTANT.fullmatch(value)
    if found is None:
        raise _Unfit("it has to be a date and time with an offset; add AT TIME ZONE, or its like, to the statement")
    date, time, fraction, offset = found.groups(default="")
    if offset not in "Zz":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        offset = f"{offset[0]}{digits[:2]}:{digits[2:]}"
    try:
        return instant_text(parse_instant(f"{date}T{time}{fraction}{offset}"))
    except ValueError:
        raise _Unfit("there is no such date and time") from None


def _json(value: Native) -> Json:
    if not isinstance(value, str):
        raise _Unfit("it has to be a text")
    try:
        return parse_json(value.encode("utf-8", "surrogatepass"))
    except JsonRefused as error:
        raise _Unfit(f"it {error}") from None


_CONVERSIONS: Mapping[ColumnType, Callable[[Native], Json]] = {
    "bool": _bool,
    "int": _int,
    "number": _number,
    "string": _string,
    "timestamp": _timestamp,
    "json": _json,
}
