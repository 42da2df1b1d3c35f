"""The published schemas say what the code does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

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
