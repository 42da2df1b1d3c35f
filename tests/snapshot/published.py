"""The published JSON Schemas of evidence and snapshots, as the code gives them.

Write them anew after a change of a kind::

    python -m tests.snapshot.published
"""

from __future__ import annotations

import json

from gatekeeper.model.kind_schema import kind_schemas, record_schema
from gatekeeper.model.values import Json
from gatekeeper.snapshot.document import SnapshotRecord
from tests.conftest import ROOT
from tests.snapshot.kind_examples import EXAMPLES

FOLDER = ROOT / "gatekeeper" / "schemas"


def published() -> dict[str, str]:
    """Name and text of each schema."""
    schemas: dict[str, dict[str, Json]] = {
        f"evidence.{kind}": {**schema, **({"examples": [EXAMPLES[kind]]} if kind in EXAMPLES else {})}
        for kind, schema in kind_schemas().items()
    }
    schemas["snapshot"] = record_schema(SnapshotRecord, "gatekeeper snapshot, version 1")
    return {f"{name}.v1.json": _text(name, schema) for name, schema in schemas.items()}


def _text(name: str, schema: dict[str, Json]) -> str:
    draft = {"$schema": schema["$schema"], "$id": f"urn:gatekeeper:schema:{name}:v1"}
    return json.dumps({**draft, **schema}, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, text in published().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
