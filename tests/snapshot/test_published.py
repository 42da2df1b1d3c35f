"""The published schemas say what the code does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gatekeeper.model.completeness import defects
from gatekeeper.model.decode import typed
from gatekeeper.model.kinds import KINDS
from gatekeeper.model.snapshot import Evidence, Failure, Subject
from gatekeeper.snapshot import build_snapshot, snapshot_bytes
from tests.snapshot.published import FOLDER, published


@pytest.mark.parametrize("name", sorted(published()))
def test_a_published_schema_is_the_one_that_the_code_gives(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == published()[name], "python -m tests.snapshot.published"
    Draft202012Validator.check_schema(json.loads(published()[name]))


def test_no_schema_is_published_for_a_kind_that_there_is_not() -> None:
    found = {path.name for path in FOLDER.glob("evidence.*.json")}
    assert found == {name for name in published() if name.startswith("evidence.")}


def _undescribed(schema: Any, way: str = "") -> Iterator[str]:
    """The properties of a schema, and of those in it, that say nothing of themselves."""
    for name, part in schema.get("properties", {}).items():
        if "description" not in part and "$ref" not in part:
            yield f"{way}.{name}"
    for name, inner in schema.get("$defs", {}).items():
        yield from _undescribed(inner, name)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_an_editor_can_say_what_each_field_means(path: Path) -> None:
    assert not list(_undescribed(json.loads(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"markdown"}))
def test_an_editor_can_show_an_example_that_is_whole(kind: str) -> None:
    schema = json.loads((FOLDER / f"evidence.{kind}.v1.json").read_text(encoding="utf-8"))
    (example,) = schema["examples"]
    Draft202012Validator(schema).validate(example)
    value, wrong = typed(kind, example)
    assert (wrong, defects(kind, value)) == ((), ())


def test_a_snapshot_is_as_its_schema_says() -> None:
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    items = [
        Evidence("a", "json", "a.json", "json", now, now, {"x": 1}, None, Subject(commit="c"), ""),
        Evidence("b", "json", "b.json", "json", None, now, None, Failure("failed", "gone"), None, ""),
    ]
    document = json.loads(snapshot_bytes(build_snapshot("demo", Subject("s"), items)))
    validator = Draft202012Validator(json.loads((FOLDER / "snapshot.v1.json").read_text(encoding="utf-8")))
    validator.validate(document)
    document["items"]["b"]["failure"]["cause"] = "lost"
    assert not validator.is_valid(document)
