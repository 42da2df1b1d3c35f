"""The types of what an expression is given: evidence kinds, documents with a JSON Schema, parameters.

A schema is read only as far as it says something certain. Where it says more than a type can hold
(``not``, ``if``, a reference around in a circle), the type allows more than the schema.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass, replace
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from gatekeeper.expr.types import (
    BOOL,
    DOUBLE,
    DURATION,
    DYN,
    INSTANT,
    INT,
    NEVER,
    NULL,
    STRING,
    TIMESTAMP,
    ListPart,
    Member,
    Part,
    Record,
    Type,
    drop,
    join,
    list_of,
    map_of,
    of_value,
    refine,
    simple,
)
from gatekeeper.model.decode import field_types, is_open
from gatekeeper.model.kinds import KINDS, OPEN_KINDS
from gatekeeper.model.open_schema import resolved
from gatekeeper.model.policy import EvidenceEntry, Parameter
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.values import Json

_PLAIN: Final = {str: STRING, bool: BOOL, int: INT, float: DOUBLE, types.NoneType: NULL, datetime: TIMESTAMP}

_PARAMETERS: Final = {
    "bool": BOOL,
    "int": INT,
    "number": DOUBLE,
    "string": STRING,
    "strings": list_of(STRING),
    "duration": DURATION,
    "timestamp": TIMESTAMP,
}

IMPLIED: Final = {("workflow_runs", "runs"): "latest"}
"""What a filled field of a kind says of another: admission checks that ``latest`` is the last of ``runs``."""

_NUMBER: Final = join((INT, DOUBLE))


def evidence_type(entry: EvidenceEntry) -> Type:
    """The type that the value of an evidence entry has once it is admitted."""
    whole = kind_value_type(entry.kind, entry.schema)
    for path in entry.required:
        for each in (path, IMPLIED.get((entry.kind, path))):
            whole = _required(whole, each.split(".")) if each is not None else whole
    return whole


def kind_value_type(kind: str, schema: Mapping[str, Json] | None) -> Type:
    """The type of the values of an evidence kind; those of open kinds are typed by a schema."""
    if kind in OPEN_KINDS:
        return schema_type(schema) if schema is not None else DYN
    return hint_type(KINDS[kind])


def context_types(params: Iterable[Parameter] | None) -> dict[str, Type]:
    """What every expression is given; without parameters that could be read, ``params`` is anything."""
    members = None if params is None else {each.name: Member(_PARAMETERS[each.type]) for each in params}
    return {
        "now": TIMESTAMP,
        "params": DYN if members is None else Type((Record("params", members, DYN),)),
        "subject": hint_type(Subject),
    }


@cache
def hint_type(hint: Any) -> Type:
    """The type of a field of an evidence dataclass, or of the dataclass itself."""
    origin, arguments = get_origin(hint), get_args(hint)
    if is_open(hint):
        return DYN
    if origin in (Union, types.UnionType):
        return join(map(hint_type, arguments))
    if origin is Annotated:
        return INSTANT
    if origin is Literal:
        return simple("string", *arguments)
    if origin is list:
        return list_of(hint_type(arguments[0]))
    if origin is dict:
        return map_of(STRING, hint_type(arguments[1]))
    if is_dataclass(hint):
        fields = field_types(hint)  # type: ignore[arg-type]  # it is a class
        return Type((Record(_readable(hint), {name: Member(hint_type(each)) for name, each in fields.items()}),))
    return _PLAIN[hint]


def _readable(kind: Any) -> str:
    return "".join(f" {each.lower()}" if each.isupper() else each for each in kind.__name__).strip()


def _required(whole: Type, path: list[str]) -> Type:
    """The type where a path leads to something that is neither absent, nor null, nor empty."""
    for length in range(1, len(path) + 1):
        whole = refine(whole, tuple(path[:length]), drop("null"))
        whole = refine(whole, tuple(path[: length - 1]), _with(path[length - 1]))
    return refine(whole, tuple(path), _filled)


def _filled(part: Part) -> Part:
    return replace(part, filled=True) if isinstance(part, ListPart) else part


def _with(field: str) -> Any:
    """The change that makes a field present."""

    def change(part: Part) -> Part:
        if isinstance(part, Record) and field in part.fields:
            return replace(part, fields={**part.fields, field: Member(part.fields[field].type)})
        return part

    return change


# ---------------------------------------------------------------- JSON Schema


def schema_type(schema: Mapping[str, Json]) -> Type:
    """The type of a document that a JSON Schema describes, with its numbers as decoding types them."""
    return _Schema(schema).whole()


_BRANCHES: Final = ("anyOf", "oneOf")


class _Schema:
    """Reads one schema; ``_within`` holds what is being read, so that a circle ends."""

    def __init__(self, root: Mapping[str, Json]) -> None:
        self._root = dict(root)
        self._within: list[int] = []
        self._read_before: dict[tuple[int, bool], Type] = {}

    def whole(self) -> Type:
        """The type of what the schema describes."""
        return self.type_of(self._root, loose=False)

    def type_of(self, schema: Json, *, loose: bool) -> Type:
        """The type of a part; ``loose`` where decoding leaves numbers as JSON gave them."""
        schema = resolved(schema, self._root)
        if not isinstance(schema, dict) or id(schema) in self._within:
            return DYN
        known = self._read_before.get((id(schema), loose))
        if known is None:
            self._within.append(id(schema))
            known = self._read_before[id(schema), loose] = self._read(schema, loose)
            self._within.pop()
        return known

    def _read(self, schema: dict[str, Json], around: bool) -> Type:
        loose = around or any(word in schema for word in ("allOf", *_BRANCHES))
        if "const" in schema:
            return _listed([schema["const"]])
        if isinstance(words := schema.get("enum"), list):
            return _listed(words)
        if "type" in schema:
            written = schema["type"]
            kinds = [str(kind) for kind in written] if isinstance(written, list) else [str(written)]
            own = join(self._kind(kind, schema, kinds, loose=loose) for kind in kinds)
            return self._merged(own, schema)
        for word in _BRANCHES:
            branches = schema.get(word)
            if isinstance(branches, list) and branches:
                return self._one_of(branches, around)
        return self._merged(DYN, schema)

    def _one_of(self, branches: list[Json], loose: bool) -> Type:
        """Decoding types the numbers within a branch only where no other branch could be meant."""
        exact = [self.type_of(each, loose=loose) for each in branches]
        seen = [word for each in exact for word in each.words]
        found = [resolved(each, self._root) for each in branches]
        kinded = all(isinstance(each, dict) and "type" in each for each in found)
        if not kinded or len(seen) != len(set(seen)) or {"int", "double"} <= set(seen):
            return join(self.type_of(each, loose=True) for each in branches)
        return join(exact)

    def _merged(self, own: Type, schema: dict[str, Json]) -> Type:
        """The fields of ``allOf``'s records beside the own ones; anything where they are no records."""
        listed = schema.get("allOf")
        if not isinstance(listed, list):
            return own
        parts = [self.type_of(each, loose=True) for each in listed]
        records = [each.parts[0] for each in (own, *parts) if each.parts and len(each.parts) == 1]
        fields: dict[str, Member] = {}
        for record in records:
            if not isinstance(record, Record):
                return own
            for name, member in record.fields.items():
                before = fields.get(name)
                fields[name] = Member(DYN, before.always or member.always) if before else member
        return Type((Record("object", fields, DYN),)) if fields else own

    def _kind(self, kind: str, schema: dict[str, Json], kinds: list[str], *, loose: bool) -> Type:
        match kind:
            case "integer" | "number":
                if loose or {"integer", "number"} <= set(kinds):
                    return _NUMBER
                return INT if kind == "integer" else DOUBLE
            case "string":
                return INSTANT if schema.get("format") == "date-time" else STRING
            case "array":
                return self._array(schema, loose=loose)
            case "object":
                return self._object(schema, loose=loose)
            case _:
                return NULL if kind == "null" else BOOL

    def _array(self, schema: dict[str, Json], *, loose: bool) -> Type:
        if schema.get("maxItems") == 0:
            return list_of(NEVER, empty=True)
        least = schema.get("minItems")
        element = DYN if "prefixItems" in schema else self.type_of(schema.get("items"), loose=loose)
        return list_of(element, filled=isinstance(least, int) and least > 0)

    def _object(self, schema: dict[str, Json], *, loose: bool) -> Type:
        named = schema.get("properties")
        needed = schema.get("required")
        others: Json = schema.get("additionalProperties", True)
        if "patternProperties" in schema:
            others = True
        rest = None if others is False else self.type_of(others, loose=loose)
        if not isinstance(named, dict) or not named:
            return map_of(STRING, DYN if rest is None else rest)
        always = set(map(str, needed)) if isinstance(needed, list) else set()
        fields = {name: Member(self.type_of(each, loose=loose), name in always) for name, each in named.items()}
        strict = not {"additionalProperties", "patternProperties", "allOf", *_BRANCHES} & schema.keys()
        return Type((Record("object", fields, rest, strict),))


def _listed(values: list[Json]) -> Type:
    """One of the values of an ``enum``; numbers stay as JSON gives them."""
    return join(_NUMBER if type(each) in (int, float) else DYN if _deep(each) else of_value(each) for each in values)


def _deep(value: Json) -> bool:
    return isinstance(value, list | dict)
