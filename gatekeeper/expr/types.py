"""Types of expressions: what a value can be, as far as that is known before anything runs.

A :class:`Type` is a choice between parts; ``int or null`` has two. ``DYN`` may be anything, and nothing is
told about it; ``NEVER`` has no part: the element of an empty list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from gatekeeper.expr.values import KINDS, TYPE_OF_KIND, CelType, MapValue, OptionalValue

MOST_VALUES: Final = 32
"""A type remembers which values it can have up to so many."""

_MOST_RECORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Simple:
    """A kind without parts of its own.

    Attributes:
        word: one of ``values.KINDS``.
        values: the only values that it can have, or None where they are not known.
        instant: whether it is a text that is known to be an RFC 3339 instant.
    """

    word: str
    values: frozenset[object] | None = None
    instant: bool = False


@dataclass(frozen=True, slots=True)
class ListPart:
    """A list.

    Attributes:
        empty: it never has an element.
        filled: it always has one.
    """

    element: Type
    empty: bool = False
    filled: bool = False

    @property
    def word(self) -> str:
        """The kind."""
        return "list"


@dataclass(frozen=True, slots=True)
class MapPart:
    """A map from keys that are not known one by one."""

    key: Type
    value: Type

    @property
    def word(self) -> str:
        """The kind."""
        return "map"


@dataclass(frozen=True, slots=True)
class OptionalPart:
    """A value that may be absent.

    Attributes:
        filled: it never is.
    """

    value: Type
    filled: bool = False

    @property
    def word(self) -> str:
        """The kind."""
        return "optional"


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a record; ``always`` where it cannot be absent."""

    type: Type
    always: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """A map whose fields are named.

    Attributes:
        name: what messages call it: an evidence dataclass, or ``object``.
        rest: the type of fields that have no name; None where there are none.
        strict: whether a field without a name is probably misspelt although ``rest`` allows it.
    """

    name: str
    fields: Mapping[str, Member]
    rest: Type | None = None
    strict: bool = False

    @property
    def word(self) -> str:
        """The kind."""
        return "map"


Part: TypeAlias = Simple | ListPart | MapPart | Record | OptionalPart


@dataclass(frozen=True, slots=True)
class Type:
    """A choice between parts; None stands for anything."""

    parts: tuple[Part, ...] | None

    @property
    def known(self) -> bool:
        """Whether anything can be told about it."""
        return bool(self.parts)

    @property
    def words(self) -> frozenset[str]:
        """The kinds that it can have; empty where anything can be."""
        return frozenset(part.word for part in self.parts or ())

    @property
    def truth(self) -> bool | None:
        """The one boolean that it always is, or None."""
        match self.parts:
            case (Simple("bool", frozenset() as values),) if len(values) == 1:
                return True in values
        return None

    def __str__(self) -> str:
        if self.parts is None:
            return "anything"
        words = [_told(part) for part in self.parts]
        return " or ".join(sorted(dict.fromkeys(words), key=lambda word: word == "null")) or "nothing"


def _told(part: Part) -> str:
    match part:
        case ListPart():
            return f"list of {part.element}" if part.element.known and len(part.element.parts or ()) == 1 else "list"
        case OptionalPart():
            return f"optional {part.value}" if part.value.known else "optional"
        case Record():
            return part.name
        case _:
            return part.word


DYN: Final = Type(None)
NEVER: Final = Type(())


def simple(word: str, *values: object) -> Type:
    """A kind, and the only values that it can have, if any are given."""
    return Type((Simple(word, frozenset(values) if values else None),))


BOOL, INT, DOUBLE, STRING = simple("bool"), simple("int"), simple("double"), simple("string")
NULL, UINT, BYTES = simple("null"), simple("uint"), simple("bytes")
TIMESTAMP, DURATION, TYPE = simple("timestamp"), simple("duration"), simple("type")
INSTANT: Final = Type((Simple("string", instant=True),))
NUMBERS: Final = frozenset({"int", "uint", "double"})


def list_of(element: Type, *, empty: bool = False, filled: bool = False) -> Type:
    """A list of such elements."""
    return Type((ListPart(element, empty, filled),))


def map_of(key: Type, value: Type) -> Type:
    """A map of such keys and values."""
    return Type((MapPart(key, value),))


def optional_of(value: Type, *, filled: bool = False) -> Type:
    """A value that may be absent."""
    return Type((OptionalPart(value, filled),))


def kind_type(word: str) -> Type:
    """The type of a kind of which nothing more is known; ``dyn`` is anything."""
    if word == "dyn":
        return DYN
    if word == "list":
        return list_of(DYN)
    if word == "optional":
        return optional_of(DYN)
    return map_of(DYN, DYN) if word == "map" else simple(word)


def join(types: Iterable[Type]) -> Type:
    """The type of what is one of these."""
    made: list[Part] = []
    for each in types:
        if each.parts is None:
            return DYN
        for part in each.parts:
            _add(made, part)
    return Type(tuple(made))


def _add(made: list[Part], new: Part) -> None:
    if new in made:
        return
    for index, old in enumerate(made):
        match old, new:
            case Simple(), Simple() if old.word == new.word:
                made[index] = Simple(old.word, _either(old.values, new.values), old.instant and new.instant)
                return
            case ListPart(), ListPart():
                element = join((old.element, new.element))
                made[index] = ListPart(element, old.empty and new.empty, old.filled and new.filled)
                return
            case OptionalPart(), OptionalPart():
                made[index] = OptionalPart(join((old.value, new.value)), old.filled and new.filled)
                return
            case MapPart(), MapPart():
                made[index] = MapPart(join((old.key, new.key)), join((old.value, new.value)))
                return
    if sum(part.word == "map" for part in made) >= _MOST_RECORDS:
        made[:] = [part for part in made if part.word != "map"]
        new = MapPart(DYN, DYN)
    made.append(new)


def _either(one: frozenset[object] | None, other: frozenset[object] | None) -> frozenset[object] | None:
    if one is None or other is None:
        return None
    both = one | other
    return both if len(both) <= MOST_VALUES else None


def of_value(value: object) -> Type:
    """The type of a value that is known."""
    match value:
        case list():
            return list_of(join(map(of_value, value)), empty=not value, filled=bool(value))
        case dict():
            return Type((Record("map", {str(key): Member(of_value(each)) for key, each in value.items()}),))
        case MapValue():
            pairs = value.items()
            return map_of(join(of_value(key) for key, _ in pairs), join(of_value(each) for _, each in pairs))
        case OptionalValue():
            return optional_of(join(map(of_value, value.inside)), filled=bool(value.inside))
        case CelType():
            return simple("type", value.name)
        case bool() | str():
            return simple(KINDS[type(value)], value)
        case _:
            return simple(KINDS[type(value)])


def type_value(operand: Type) -> Type:
    """The type of ``type(operand)``, with the names that it can be."""
    return simple("type", *(TYPE_OF_KIND.get(word, word) for word in operand.words))


def can_equal(one: Type, other: Type, *, by_value: bool = True) -> bool:
    """Whether a value of one type can equal one of the other; two lists of different kinds cannot.

    Args:
        by_value: whether the values count that the types are known to have, or only their kinds.
    """
    if not one.parts or not other.parts:
        return True
    return any(_parts_equal(left, right, by_value) for left in one.parts for right in other.parts)


def _parts_equal(left: Part, right: Part, by_value: bool) -> bool:
    match left, right:
        case ListPart(), ListPart():
            return can_equal(left.element, right.element, by_value=by_value)
        case OptionalPart(), OptionalPart():
            return not (left.filled or right.filled) or can_equal(left.value, right.value, by_value=by_value)
        case MapPart(), MapPart():
            return all(
                can_equal(one, other, by_value=by_value)
                for one, other in ((left.key, right.key), (left.value, right.value))
            )
        case Simple(), Simple() if left.word == right.word and by_value:
            return left.values is None or right.values is None or bool(left.values & right.values)
    return left.word == right.word or {left.word, right.word} <= NUMBERS


def refine(whole: Type, path: tuple[str, ...], change: Callable[[Part], Part | None]) -> Type:
    """The type where the part at a path of fields is known better.

    Args:
        change: what a part at the end of the path becomes; None where it is impossible.
    """
    if whole.parts is None:
        return whole
    made: list[Part] = []
    for part in whole.parts:
        if not path:
            if (changed := change(part)) is not None:
                made.append(changed)
        elif isinstance(part, Record) and path[0] in part.fields:
            member = part.fields[path[0]]
            better = refine(member.type, path[1:], change)
            made.append(replace(part, fields={**part.fields, path[0]: replace(member, type=better)}))
        else:
            made.append(part)
    return Type(tuple(made)) if made else whole


def drop(*words: str) -> Callable[[Part], Part | None]:
    """The change that rules kinds out."""
    return lambda part: None if part.word in words else part


def keep(*words: str) -> Callable[[Part], Part | None]:
    """The change that rules all other kinds out."""
    return lambda part: part if part.word in words else None
