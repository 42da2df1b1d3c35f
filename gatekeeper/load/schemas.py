"""The JSON Schemas of the documents, for editors, generated from the classes that check them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from gatekeeper.load.document import SourcesDocumentShape, WaiversDocument
from gatekeeper.load.gate_document import GateDocument
from gatekeeper.load.ladder_document import CalendarDocument, LadderDocument
from gatekeeper.load.mode_document import ModeDocument
from gatekeeper.load.shared_document import SharedDocument
from gatekeeper.load.suite.document import SuiteDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"

SCHEMAS: dict[str, tuple[Any, str]] = {
    "policy": (GateDocument | LadderDocument | ModeDocument | SharedDocument | CalendarDocument, "gatekeeper policy"),
    "waivers": (WaiversDocument, "gatekeeper waivers"),
    "sources": (SourcesDocumentShape, "gatekeeper sources"),
    "suite": (SuiteDocument, "gatekeeper suite of policy tests"),
}
"""Name → the class or classes that the schema is made from, and its title."""


class _Editor(GenerateJsonSchema):
    """Leaves out that a key which may be absent would also take ``null``: the loader refuses empty values."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if made.get("default", ...) is None:
            del made["default"]
        return made


def json_schemas() -> Mapping[str, dict[str, Any]]:
    """The JSON Schemas of the documents: ``policy``, ``waivers``, ``sources`` and ``suite``."""
    return {name: _made(name, model, title) for name, (model, title) in SCHEMAS.items()}


def schema_text(schema: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Writes every schema as ``<name>.v1.json``."""
    for name, schema in json_schemas().items():
        (folder / f"{name}.v1.json").write_text(schema_text(schema), encoding="utf-8")


def _made(name: str, model: Any, title: str) -> dict[str, Any]:
    made = TypeAdapter(model).json_schema(by_alias=True, schema_generator=_Editor, ref_template="#/$defs/{model}")
    _without_titles(made)
    return {"$schema": DIALECT, "$id": f"urn:gatekeeper:schema:{name}:v1", "title": title, **made}


def _without_titles(schema: Any) -> None:
    """Takes out the titles that only repeat the names of fields."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        for key, each in schema.items():
            if key not in ("default", "examples", "const", "enum"):
                _without_titles(each)
    elif isinstance(schema, list):
        for each in schema:
            _without_titles(each)
