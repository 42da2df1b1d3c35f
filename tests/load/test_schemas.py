"""The JSON Schemas for editors say the same as the loader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import json_schemas, load_policies
from gatekeeper.load.guard import read_documents
from gatekeeper.load.problems import Problems
from gatekeeper.load.schemas import schema_text
from gatekeeper.load.source import read_source
from gatekeeper.load.tree import plain

ROOT = Path(__file__).resolve().parent.parent.parent
BAD = Path(__file__).parent / "test_bad_policies"
REFRESH = (
    "run: python -c 'from pathlib import Path; from gatekeeper.load.schemas import write_schemas; "
    'write_schemas(Path("gatekeeper/schemas"))\''
)


def documents(file: Path) -> list[Any]:
    return [plain(node) for node in read_documents(read_source(file, file.parent), Problems())]


def fields(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = list(schema.get("properties", {}).items())
    for each in schema.get("$defs", {}).values():
        found += each.get("properties", {}).items()
    return found


@pytest.mark.parametrize("name", ["policy", "waivers", "sources", "suite"])
def test_the_published_schema_is_up_to_date(name: str) -> None:
    file = ROOT / "gatekeeper" / "schemas" / f"{name}.v1.json"
    assert file.read_text(encoding="utf-8") == schema_text(json_schemas()[name]), REFRESH


@pytest.mark.parametrize("name", ["policy", "waivers", "sources", "suite"])
def test_the_schema_is_valid_and_describes_every_field(name: str) -> None:
    schema = json_schemas()[name]
    Draft202012Validator.check_schema(schema)
    bare = [field for field, about in fields(schema) if not about.get("description") and "$ref" not in about]
    assert bare == []


@pytest.mark.parametrize("file", sorted((ROOT / "policies").glob("*/*.yaml")), ids=lambda file: file.stem)
def test_the_shipped_policies_fit_their_schema(file: Path) -> None:
    for document in documents(file):
        schema = json_schemas()[{"Waivers": "waivers", "Suite": "suite"}.get(document["kind"], "policy")]
        assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []


@pytest.mark.parametrize("name", ["shapes", "trap-message-is-a-mapping"])
def test_what_the_loader_refuses_for_its_shape_the_schema_refuses_too(name: str) -> None:
    file = BAD / f"{name}.yaml"
    with pytest.raises(InvalidDocuments):
        load_policies([file], BAD)
    for document in documents(file):
        assert list(Draft202012Validator(json_schemas()["policy"]).iter_errors(document))
