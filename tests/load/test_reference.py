"""The reference of the policy language names every field, and its examples load."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.load import find_policy_files, json_schemas, load_policies, load_sources
from gatekeeper.load.diagnostics import render_diagnostics
from gatekeeper.load.guard import MAX_DEPTH, MAX_NODES, MAX_SCALAR
from gatekeeper.load.source import MAX_BYTES
from gatekeeper.model.kinds import KINDS
from tests.load.conftest import Project

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
TEXT = (DOCS / "policy-language.md").read_text(encoding="utf-8")
SUITES = (DOCS / "suites.md").read_text(encoding="utf-8")
EXAMPLES = [block for block in re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL) if "kind:" in block]


def fields(*names: str) -> set[str]:
    """Every field of these schemas; of all but that of suites where none is named."""
    found: set[str] = set()

    def visit(schema: Any) -> None:
        if isinstance(schema, dict):
            if isinstance(schema.get("properties"), dict):
                found.update(schema["properties"])
            for each in schema.values():
                visit(each)
        elif isinstance(schema, list):
            for each in schema:
                visit(each)

    for name, schema in json_schemas().items():
        if name in (names or json_schemas().keys() - {"suite"}):
            visit(schema)
    return found


@pytest.mark.parametrize("field", sorted(fields()))
def test_every_field_is_described(field: str) -> None:
    assert re.search(rf"^\|.*`{re.escape(field)}`|^### `{re.escape(field)}`", TEXT, re.MULTILINE), field


@pytest.mark.parametrize("field", sorted(fields("suite")))
def test_every_field_of_a_suite_is_described(field: str) -> None:
    assert re.search(rf"^\|.*`{re.escape(field)}`", SUITES, re.MULTILINE), field


def test_the_reference_of_suites_names_only_what_exists() -> None:
    tables = re.findall(r"^\| field.*?(?=^$)", SUITES, re.MULTILINE | re.DOTALL)
    rows = [row.split("|")[1] for table in tables for row in table.splitlines()[2:]]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert named <= fields("suite")
    assert len(named) > 50


def test_every_first_column_names_what_exists() -> None:
    tables = re.findall(r"^\| field \|.*?(?=^$)", TEXT, re.MULTILINE | re.DOTALL)
    rows = [row.split("|")[1] for table in tables for row in table.splitlines()[2:]]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert named <= fields()
    assert len(named) > 50


def test_every_evidence_kind_and_limit_is_named() -> None:
    assert all(f"`{kind}`" in TEXT for kind in KINDS)
    limits = f"{MAX_BYTES // 1024} KiB, {MAX_DEPTH} levels, {MAX_NODES:,} values, {MAX_SCALAR:,} characters a value"
    assert limits in TEXT


def test_the_examples_load_without_a_warning(project: Project) -> None:
    examples = {re.findall(r"^kind: (\w+)$", text, re.MULTILINE)[0]: text for text in EXAMPLES}
    sources = examples.pop("Sources")
    assert set(examples) == {"Calendar", "Gate", "Ladder", "Mode", "Shared", "Waivers"}
    for kind, text in examples.items():
        project.policy(text, f"{kind.lower()}.yaml")
    loaded, warnings = load_policies(find_policy_files(project.root), project.root)
    assert render_diagnostics(warnings) == ""
    assert list(loaded.gates) == ["shop-launch"]
    assert list(loaded.modes) == ["shop-orders"]
    assert list(loaded.ladders) == ["shop-escalation"]
    assert list(loaded.calendars) == ["shop-days"]
    assert [waiver.id for waiver in loaded.waivers] == ["w-2026-7"]
    read = load_sources(project.write("evidence/shop/sources.staging.yaml", sources), project.root)
    assert set(read.sources) == {entry.name for entry in loaded.gates["shop-launch"].evidence}
