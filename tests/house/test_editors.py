"""Editors explain every key and check every file: the schemas say what keys mean, and the files say which schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.house.repository import named

SCHEMAS = ("policy", "sources", "suite", "waivers")
KINDS = {"Suite": "suite", "Sources": "sources", "Waivers": "waivers"}
AUTHORED = sorted([
    *ROOT.glob("policies/*/*.yaml"),
    *ROOT.glob("evidence/*/sources.*.yaml"),
    *ROOT.glob("examples/*/policies/*/*.yaml"),
    *ROOT.glob("examples/*/evidence/*/sources.*.yaml"),
])  # fmt: skip


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / f"gatekeeper/schemas/{name}.v1.json").read_text(encoding="utf-8"))
    return found


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _parts(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _parts(each)


def _silent(schema: dict[str, Any]) -> list[str]:
    """Keys that say nothing of themselves, and lead to nothing that does."""
    found = []
    for part in _parts(schema):
        properties = part.get("properties")
        for key, each in properties.items() if isinstance(properties, dict) else ():
            behind = schema.get("$defs", {}).get(str(each.get("$ref", "")).rpartition("/")[2], {})
            if not each.get("description") and not behind.get("description"):
                found.append(key)
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_of_a_schema_is_described(name: str) -> None:
    assert not _silent(_schema(name))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_text_of_a_certain_form_has_an_example(name: str) -> None:
    forms = [
        part for part in _parts(_schema(name)) if part.get("type") == "string" and {"pattern", "format"} & part.keys()
    ]
    assert forms
    assert [part for part in forms if not part.get("examples")] == []


def test_a_key_without_a_description_would_be_seen() -> None:
    schema = {
        "$defs": {"A": {"description": "an a"}},
        "properties": {"a": {"$ref": "#/$defs/A"}, "b": {"type": "null"}},
    }
    assert _silent(schema) == ["b"]


@pytest.mark.parametrize("path", AUTHORED, ids=named)
def test_every_shipped_file_names_its_schema_in_its_first_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    kind = next(line for line in text.splitlines() if line.startswith("kind:")).partition(":")[2].strip()
    first, _, target = text.partition("\n")[0].partition("$schema=")
    assert first == "# yaml-language-server: "
    schema = ROOT / "gatekeeper" / "schemas" / f"{KINDS.get(kind, 'policy')}.v1.json"
    assert (path.parent / target).resolve() == schema
