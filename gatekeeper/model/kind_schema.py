"""JSON Schemas (draft 2020-12) of the evidence kinds and of other records, generated from their dataclasses."""

from __future__ import annotations

import inspect
import re
import types
from dataclasses import is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from gatekeeper.model.decode import field_types, is_open, present
from gatekeeper.model.kinds import KINDS
from gatekeeper.model.values import Json

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_ATTRIBUTE = re.compile(r"^    (\w+): ((?:.+)(?:\n {8,}.+)*)", re.MULTILINE)
_USUAL = {
    "created_at": "when it was created.",
    "line": "the line that it begins on, counted from 1.",
    "path": "titles of the headings that it stands under, the outermost first.",
    "text": "the text without markup.",
    "title": "how it is called.",
    "updated_at": "when it was last changed.",
    "url": "where a person can look at it.",
    "html_url": "where a person can look at it.",
}
"""Fields that mean the same in every record that says nothing else of them."""
_SIMPLE: dict[type, Json] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def kind_schemas() -> dict[str, dict[str, Json]]:
    """The schema of every evidence kind, by its word. The open kinds take any document."""
    return {kind: record_schema(record, f"Evidence of kind {kind}") for kind, record in sorted(KINDS.items())}


def record_schema(record: type, title: str) -> dict[str, Json]:
    """The schema of a dataclass; the dataclasses in its fields are definitions of it."""
    definitions: dict[str, Json] = {}
    body = _object(record, definitions) if field_types(record) else {"description": _summary(record)}
    schema: dict[str, Json] = {"$schema": DRAFT, "title": title, **body}
    return {**schema, "$defs": dict(sorted(definitions.items()))} if definitions else schema


def _object(record: type, definitions: dict[str, Json]) -> dict[str, Json]:
    told = {**_USUAL, **dict(_ATTRIBUTE.findall(inspect.getdoc(record) or ""))}
    properties: dict[str, Json] = {}
    for name, hint in field_types(record).items():
        part = _schema(hint, definitions)
        if name in told:
            part["description"] = _line(told[name])
        properties[name] = part
    return {
        "description": _summary(record),
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _schema(hint: Any, definitions: dict[str, Json]) -> dict[str, Json]:
    origin, arguments = get_origin(hint), get_args(hint)
    if is_open(hint):
        return {}
    if origin in {Union, types.UnionType}:
        return _nullable(_schema(present(hint), definitions))
    if origin is Annotated:
        return {"type": "string", "format": "date-time"}
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    if isinstance(hint, type) and is_dataclass(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}  # so that a record that holds itself ends
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return {"type": _SIMPLE[hint]}


def _nullable(schema: dict[str, Json]) -> dict[str, Json]:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    words = schema.get("enum")
    widened: dict[str, Json] = {**schema, "type": [schema["type"], "null"]}
    return {**widened, "enum": [*words, None]} if isinstance(words, list) else widened


def _summary(record: type) -> str:
    return _line((inspect.getdoc(record) or "").partition("\n\n")[0])


def _line(text: str) -> str:
    """A docstring's text for readers of JSON, who do not know its markup nor Python's words."""
    return re.sub(r"\bNone\b", "null", " ".join(text.split()).replace("``", "`"))
