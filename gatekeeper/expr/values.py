"""The values that expressions work on: plain JSON values, and the few types that JSON lacks.

======================  ==========================================================
CEL                     Python
======================  ==========================================================
null, bool, string      ``None``, ``bool``, ``str``
int, double             ``int``, ``float``
uint                    :class:`Uint`
bytes                   ``bytes``
list                    ``list``
map                     ``dict`` with string keys; :class:`MapValue` with any keys
timestamp, duration     :class:`Timestamp`, :class:`Duration`
type                    :class:`CelType`
optional                :class:`OptionalValue`
======================  ==========================================================

Types are compared exactly (``type(x) is bool``): Python's ``True == 1`` has no place here.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from gatekeeper.expr.outcome import EvaluationError, Unknown
from gatekeeper.expr.temporal import Duration, Timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
UINT_MAX: Final = 2**64 - 1

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


class Uint(int):
    """An unsigned integer of 64 bits; its range is kept by whoever makes one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CelType:
    """A type used as a value."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class OptionalValue:
    """A value that may be absent, as ``.?`` and ``optional.of`` make it.

    Attributes:
        inside: the value alone, or nothing.
    """

    inside: tuple[object, ...] = ()


NONE: Final = OptionalValue()
"""``optional.none()``"""


class MapValue:
    """A map whose keys are not all strings; made by map literals only.

    ``1``, ``1u`` and ``1.0`` are the same key, ``true`` is another one.
    """

    __slots__ = ("_entries",)

    def __init__(self, pairs: Iterator[tuple[object, object]]) -> None:
        """Take the pairs in order.

        Raises:
            KeyError: a key occurs twice.
            TypeError: a key is no bool, int, uint or string.
        """
        self._entries: dict[object, tuple[object, object]] = {}
        for key, value in pairs:
            if type(key) not in KEY_TYPES:
                raise TypeError
            if (slot := _slot(key)) in self._entries:
                raise KeyError
            self._entries[slot] = (key, value)

    def find(self, key: object) -> tuple[object, object] | None:
        """The stored key and value under ``key``, or None."""
        return self._entries.get(_slot(key))

    def keys(self) -> list[object]:
        """The keys as they were written, in order."""
        return [key for key, _ in self._entries.values()]

    def items(self) -> list[tuple[object, object]]:
        """The keys and values, in order."""
        return list(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)


KEY_TYPES: Final = frozenset({bool, int, Uint, str})


def _slot(key: object) -> object:
    """Python would take ``True`` and ``1`` for one key."""
    if isinstance(key, bool):
        return ("bool", key)
    if isinstance(key, float):
        return int(key) if key.is_integer() else ("double", key)
    return key if isinstance(key, (str, int)) else ("other", type(key))


KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    MapValue: "map",
    Timestamp: "timestamp",
    Duration: "duration",
    CelType: "type",
    OptionalValue: "optional",
}
"""The CEL word for each Python type that is a value."""

TYPE_NAMES: Final[dict[str, CelType]] = {
    name: CelType(name)
    for name in (
        *("bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"),
        *("optional_type", "google.protobuf.Timestamp", "google.protobuf.Duration"),
    )
}
"""The types that an expression can name; evidence of the same name is out of its reach."""

TYPE_OF_KIND: Final = {
    "null": "null_type",
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
    "optional": "optional_type",
}
"""What ``type`` calls those kinds that it calls otherwise than we do."""

Value: TypeAlias = (
    "None | bool | int | float | str | bytes | list[Value] | dict[str, Value]"
    " | MapValue | Timestamp | Duration | CelType | OptionalValue"
)


def kind(value: object) -> str:
    """The CEL word for a value's type; the Python one, in brackets, for what is no value."""
    return KINDS.get(type(value)) or f"<{type(value).__name__}>"


def type_of(value: object) -> CelType:
    """What ``type(value)`` gives."""
    word = KINDS[type(value)]
    return TYPE_NAMES[TYPE_OF_KIND.get(word, word)]


def adopt(value: object) -> object:
    """A binding as a value: datetimes and timedeltas become ours, all else stays as it is.

    Raises:
        ValueError: a datetime without an offset.
        TypeError: a Python object that no expression can read.
    """
    if type(value) in KINDS or type(value) is Unknown or type(value) is EvaluationError:
        return value
    if isinstance(value, datetime):
        return Timestamp.of(value)
    if isinstance(value, timedelta):
        return Duration.of(value)
    raise TypeError(f"a {type(value).__name__} is no value of an expression")


_LARGEST_JSON: Final = 1_000_000
_DEEPEST_JSON: Final = 200


def to_json(value: object) -> Json:
    """A value as JSON.

    Timestamps become RFC 3339 in UTC, durations seconds (``604800s``), bytes base64, uints integers,
    types their names, the keys of a map text, and an optional its value or null.

    Raises:
        ValueError: the value has more than a million parts or is nested over 200 deep.
        TypeError: it is unknown, an error, or no value at all.
    """
    return _json(value, [_LARGEST_JSON], 0)


def _json(value: object, left: list[int], depth: int) -> Json:
    left[0] -= 1
    if left[0] < 0 or depth > _DEEPEST_JSON:
        raise ValueError("the value is too large to be written as JSON")
    match value:
        case None | bool() | float() | str():
            return value
        case int():
            return int(value)
        case bytes():
            return b64encode(value).decode()
        case Timestamp() | Duration() | CelType():
            return str(value)
        case list():
            return [_json(each, left, depth + 1) for each in value]
        case dict() | MapValue():
            return {key_text(key): _json(each, left, depth + 1) for key, each in value.items()}
        case OptionalValue():
            return _json(value.inside[0], left, depth + 1) if value.inside else None
    raise TypeError(f"a {type(value).__name__} is no value of an expression")


def key_text(key: object) -> str:
    """A key of a map as JSON writes it."""
    return str(key).lower() if isinstance(key, bool) else str(key)
