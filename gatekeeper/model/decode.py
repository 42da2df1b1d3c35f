"""Checks a plain JSON value against its evidence kind, and gives its numbers the types of the kind.

Canonical JSON writes ``1.0`` as ``1``, so the value alone does not say whether a number is an integer; the kind does.
Nothing here raises for a bad value: what is wrong comes back as one-line texts, each with its path.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from gatekeeper.model.canonical import EXACT
from gatekeeper.model.evidence import INSTANT
from gatekeeper.model.evidence_sql import Rows
from gatekeeper.model.kinds import KINDS, OPEN_KINDS
from gatekeeper.model.shown import meant, path_text, shown
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json

MAX_DEFECTS = 50
"""How many defects of one value are told."""

MAX_DEPTH = 64
"""How deep an open part of a value may be."""

_MOST = EXACT.stop

Trail = tuple["Trail", str | int] | None
"""A path, linked from its end: cheap to carry, spelt out only for a defect."""

Checker = Callable[[Json, Trail, "_Defects"], Json]
Finder = Callable[[Json, Trail, list[tuple[Trail, str]]], None]


class _Defects:
    """Gathers what is wrong."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, trail: Trail, text: str) -> None:
        """One line; ``text`` says what is there and what should be."""
        if len(self.lines) < MAX_DEFECTS:
            path = trail_text(trail)
            self.lines.append(f"{path}: {text}" if path else f"the value: {text}")


def typed(kind: str, value: Json, schema: Mapping[str, Json] | None = None) -> tuple[Json, tuple[str, ...]]:
    """A value with its numbers typed by its kind, and what is wrong with it.

    A ``float`` is one also where JSON wrote ``1``. An ``int`` refuses 1.5 and ``true`` and takes 1.0 as 1, since the
    canonical form cannot tell the two apart. Fields that the kind does not have, and absent ones, are defects.

    Args:
        kind: the evidence kind's word.
        value: plain JSON; it is not changed.
        schema: for ``json`` and ``yaml``, the JSON Schema that types the document; None leaves it as it is.

    Returns:
        The typed value and the defects. With defects, the value is not to be used.
    """
    if kind not in KINDS:
        return value, (f"the value: there is no evidence kind {shown(kind)}{meant(kind, KINDS)}",)
    found = _Defects()
    if kind in OPEN_KINDS:
        value = _plain(value, None, found)
        if schema is not None and not found.lines:
            from gatekeeper.model.open_schema import by_schema  # here: jsonschema is only paid for where it is used

            return by_schema(value, schema)
    else:
        value = _checker_of(KINDS[kind])(value, None, found)
    return value, tuple(found.lines)


def checked(record: type, value: Json) -> tuple[Json, tuple[str, ...]]:
    """As ``typed``, for a dataclass that is no evidence kind, such as the record of a snapshot."""
    found = _Defects()
    value = _checker_of(record)(value, None, found)
    return value, tuple(found.lines)


def instants(kind: str, value: Json) -> tuple[tuple[Trail, str], ...]:
    """Where the instants of a typed value stand, and their texts; ``trail_text`` spells a place out."""
    finder = None if kind in OPEN_KINDS else _finder(KINDS[kind])
    found: list[tuple[Trail, str]] = []
    if finder is not None:
        finder(value, None, found)
    return tuple(found)


def trail_text(trail: Trail) -> str:
    """A path as a line shows it; empty for the value itself."""
    parts: list[str | int] = []
    while trail is not None:
        trail, part = trail
        parts.append(part)
    return path_text(reversed(parts))


@cache
def _checker_of(record: type) -> Checker:
    return _checker(record)


@cache
def field_types(kind: type) -> dict[str, Any]:
    """The fields of a kind's dataclass with their types; instants carry their mark."""
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name] for each in fields(kind)}


def is_open(hint: Any) -> bool:
    """Whether a type is that of any JSON value."""
    return get_origin(hint) in {Union, types.UnionType} and len(get_args(hint)) > 2


def present(hint: Any) -> Any:
    """The type of a nullable one where it is not null."""
    return next(each for each in get_args(hint) if each is not types.NoneType)


def _checker(hint: Any) -> Checker:
    """The check that a type asks for."""
    origin, arguments = get_origin(hint), get_args(hint)
    if is_open(hint):
        return _plain
    if origin in {Union, types.UnionType}:
        return _optional(_checker(present(hint)))
    if origin is Annotated:
        return _instant
    if origin is Literal:
        return _one_of(arguments)
    if origin is list:
        return _list(_checker(arguments[0]))
    if origin is dict:
        return _dict(_checker(arguments[1]))
    if isinstance(hint, type) and is_dataclass(hint):
        record = _record({name: _checker(each) for name, each in field_types(hint).items()})
        return _by_columns(record) if hint is Rows else record
    return {str: _text, bool: _truth, int: _integer, float: _number}[hint]


def _text(value: Json, trail: Trail, found: _Defects) -> Json:
    if not isinstance(value, str):
        found.add(trail, f"{shown(value)} is no text")
    return value


def _truth(value: Json, trail: Trail, found: _Defects) -> Json:
    if not isinstance(value, bool):
        found.add(trail, f"{shown(value)} is neither true nor false")
    return value


def _integer(value: Json, trail: Trail, found: _Defects) -> Json:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        found.add(trail, f"{shown(value)} is no integer")
    elif value not in EXACT:
        found.add(trail, f"{shown(value)} is beyond ±(2^53 - 1)")
    return value


def _number(value: Json, trail: Trail, found: _Defects) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float):
        found.add(trail, f"{shown(value)} is no number")
        return value
    if value - value != 0:
        found.add(trail, f"{value} is no JSON number")
    # Canonical JSON writes doubles below 1e21 without an exponent: they would be read back as integers.
    elif not _MOST > value > -_MOST and (isinstance(value, int) or 1e21 > value > -1e21):
        found.add(trail, f"{shown(value)} is beyond ±(2^53 - 1)")
        return value
    return float(value)


def _instant(value: Json, trail: Trail, found: _Defects) -> Json:
    if not isinstance(value, str):
        found.add(trail, f"{shown(value)} is no text")
        return value
    try:
        parse_instant(value)
    except ValueError as error:
        found.add(trail, str(error))
    return value


def _one_of(words: tuple[str, ...]) -> Checker:
    allowed = frozenset(words)
    listed = ", ".join(words)

    def check(value: Json, trail: Trail, found: _Defects) -> Json:
        if not isinstance(value, str) or value not in allowed:
            found.add(trail, f"{shown(value)} is none of {listed}")
        return value

    return check


def _optional(inner: Checker) -> Checker:
    def check(value: Json, trail: Trail, found: _Defects) -> Json:
        return None if value is None else inner(value, trail, found)

    return check


def _list(inner: Checker) -> Checker:
    def check(value: Json, trail: Trail, found: _Defects) -> Json:
        if not isinstance(value, list):
            found.add(trail, f"{shown(value)} is no list")
            return value
        return [inner(each, (trail, index), found) for index, each in enumerate(value)]

    return check


def _dict(inner: Checker) -> Checker:
    def check(value: Json, trail: Trail, found: _Defects) -> Json:
        if not isinstance(value, dict):
            found.add(trail, f"{shown(value)} is no object")
            return value
        return {key: inner(each, (trail, key), found) for key, each in value.items()}

    return check


def _record(parts: dict[str, Checker]) -> Checker:
    def check(value: Json, trail: Trail, found: _Defects) -> Json:
        if not isinstance(value, dict):
            found.add(trail, f"{shown(value)} is no object")
            return value
        if value.keys() != parts.keys():
            for name in sorted(parts.keys() - value.keys()):
                found.add(trail, f"has no field {name}")
            for name in sorted(value.keys() - parts.keys()):
                found.add(trail, f"has a field {shown(name)}, which its kind does not have{meant(name, parts)}")
            return value
        return {name: inner(value[name], (trail, name), found) for name, inner in parts.items()}

    return check


def _by_columns(record: Checker) -> Checker:
    """The rows of a database, each value as its column says; a column's type is part of the evidence."""

    def check(value: Json, trail: Trail, found: _Defects) -> Json:
        before = len(found.lines)
        value = record(value, trail, found)
        if len(found.lines) > before:
            return value
        answer: Any = value
        parts = {each["name"]: _optional(_COLUMNS[each["type"]]) for each in answer["columns"]}
        if len(parts) < len(answer["columns"]):
            found.add((trail, "columns"), "two have the same name")
            return value
        return {**answer, "rows": _list(_record(parts))(answer["rows"], (trail, "rows"), found)}

    return check


def _no_value(value: Json, trail: Trail, found: _Defects) -> Json:
    found.add(trail, f"{shown(value)} stands in a column without a type")
    return value


def _plain(value: Json, trail: Trail, found: _Defects, depth: int = 0) -> Json:
    """Any JSON value that canonical JSON can carry."""
    if depth > MAX_DEPTH:
        found.add(None, f"is nested deeper than {MAX_DEPTH} levels")
    elif isinstance(value, list):
        return [_plain(each, (trail, index), found, depth + 1) for index, each in enumerate(value)]
    elif isinstance(value, dict):
        return {key: _plain(each, (trail, key), found, depth + 1) for key, each in value.items()}
    elif isinstance(value, float):
        _number(value, trail, found)
    elif isinstance(value, int) and not isinstance(value, bool):
        _integer(value, trail, found)
    return value


_COLUMNS: dict[str | None, Checker] = {
    "bool": _truth,
    "int": _integer,
    "number": _number,
    "string": _text,
    "timestamp": _instant,
    "json": _plain,
    None: _no_value,
}


@cache
def _finder(hint: Any) -> Finder | None:
    """What gathers the instants of a value of this type; None where it has none."""
    origin, arguments = get_origin(hint), get_args(hint)
    if is_open(hint):
        return None
    if origin in {Union, types.UnionType}:
        return _finder(present(hint))
    if origin is Annotated:
        return _found if INSTANT in hint.__metadata__ else None
    if origin in {list, dict}:
        each = _finder(arguments[-1])
        return None if each is None else _in_each(each)
    if isinstance(hint, type) and is_dataclass(hint):
        parts = {name: finder for name, part in field_types(hint).items() if (finder := _finder(part)) is not None}
        return _in_record(parts) if parts else None
    return None


def _found(value: Json, trail: Trail, found: list[tuple[Trail, str]]) -> None:
    if isinstance(value, str):
        found.append((trail, value))


def _in_each(inner: Finder) -> Finder:
    def find(value: Json, trail: Trail, found: list[tuple[Trail, str]]) -> None:
        if isinstance(value, list | dict):
            for key, each in value.items() if isinstance(value, dict) else enumerate(value):
                inner(each, (trail, key), found)

    return find


def _in_record(parts: dict[str, Finder]) -> Finder:
    def find(value: Json, trail: Trail, found: list[tuple[Trail, str]]) -> None:
        if isinstance(value, dict):
            for name, inner in parts.items():
                inner(value.get(name), (trail, name), found)

    return find
