"""The JSON of a ladder: its schema, its digest, and that nothing of the model is left out."""

from __future__ import annotations

import json
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from jsonschema import Draft202012Validator

from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.duty import DutyStanding
from gatekeeper.model.finding import Deciding, Lack, Observation
from gatekeeper.model.mode import Lever
from gatekeeper.model.report import Report, Terms
from gatekeeper.model.standing import LadderStanding, LevelStanding, NotPaged, Page, RemedyStanding, TriggerStanding
from gatekeeper.render.json_v1 import JsonRenderer
from gatekeeper.render.ladder_json import standing_bytes, standing_digest
from tests.conftest import ROOT
from tests.render.cases import go
from tests.render.ladder_cases import LADDERS, ladder

SCHEMA: dict[str, Any] = json.loads((ROOT / "gatekeeper/schemas/standing.v1.json").read_text(encoding="utf-8"))


def printed(folder: Path, case: str) -> dict[str, Any]:
    without, changes = LADDERS[case]
    found: dict[str, Any] = json.loads(
        JsonRenderer().render(Report((), ladders=(ladder(folder, *without, **changes),)))
    )
    return found


@pytest.mark.parametrize("case", LADDERS)
def test_every_standing_is_as_the_published_schema_says(case: str, tmp_path: Path) -> None:
    Draft202012Validator(SCHEMA).validate(printed(tmp_path, case))


def test_the_schema_is_closed_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    def walk(node: Any, where: str) -> None:
        if isinstance(node, dict):
            if "properties" in node:
                assert node["additionalProperties"] is False, where
                optional = {"run"} if where == "standing" else set()
                assert set(node["required"]) == set(node["properties"]) - optional, where
                for name, each in node["properties"].items():
                    assert each.get("description"), f"{where}.{name}"
            for name, each in node.items():
                walk(each, f"{where}.{name}")

    walk(SCHEMA, "standing")


RENAMED = {
    LadderStanding: {},
    LevelStanding: {"word": "level"},
    TriggerStanding: {"id": "trigger", "lasted": "lasted_seconds", "needs": "needs_seconds"},
    DutyStanding: {"id": "duty", "overdue_by": "overdue_by_seconds"},
    Lever: {"id": "lever"},
    EvidenceNote: {"gate": "ladder", "age": "age_seconds", "max_age": "max_age_seconds"},
    Terms: {"snapshot_at": "snapshot", "replay": "run", "overridden": "parameters"},
}


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        (LadderStanding, ()),
        (Terms, ()),
        (LevelStanding, ("$defs", "level")),
        (TriggerStanding, ("$defs", "trigger")),
        (RemedyStanding, ("$defs", "remedy")),
        (Lever, ("$defs", "lever")),
        (DutyStanding, ("$defs", "duty")),
        (Page, ("properties", "pages", "items")),
        (NotPaged, ("properties", "not_paged", "items")),
        (Observation, ("$defs", "observation")),
        (Deciding, ("$defs", "deciding")),
        (Lack, ("$defs", "lack")),
        (EvidenceNote, ("$defs", "evidence")),
    ],
)
def test_every_field_of_the_model_has_its_property(type_: Any, path: tuple[str, ...]) -> None:
    node = SCHEMA
    for step in path:
        node = node[step]
    renamed = RENAMED.get(type_, {})
    assert {renamed.get(field.name, field.name) for field in fields(type_)} <= set(node["properties"])


def test_the_digest_is_of_the_canonical_form_of_what_is_printed(tmp_path: Path) -> None:
    without, changes = LADDERS["ladder-paged"]
    report = ladder(tmp_path, *without, **changes)
    found = printed(tmp_path, "ladder-paged")
    assert found.pop("run") == {"digest": standing_digest(report), "replay": False}
    canonical = rfc8785.dumps(found)
    assert standing_bytes(report) == canonical
    assert standing_digest(report) == f"sha256:{sha256(canonical).hexdigest()}"


def test_a_standing_says_the_level_the_next_one_and_whom_to_page(tmp_path: Path) -> None:
    found = printed(tmp_path, "ladder-paged")
    assert (found["format"], found["level"], found["unknown"], found["next_level"]) == (
        "gatekeeper/standing/v1",
        "PAGE",
        [],
        "LEAD",
    )
    (paged,) = found["pages"]
    assert (paged["who"], paged["level"], paged["respond_by"]) == ("primary on-call", "PAGE", "2026-03-03T09:05:00Z")
    assert (paged["because"], paged["told"], found["not_paged"]) == ([], "", [])
    states = {each["duty"]: each["state"] for each in found["duties"]}
    assert states == {"LOOK/respond": "done", "PAGE/respond": "open", "notice": "overdue", "review": "open"}


def test_decisions_come_before_standings(tmp_path: Path) -> None:
    both = Report(go().decisions, ladders=(ladder(tmp_path),))
    formats = [each["format"] for each in json.loads(JsonRenderer().render(both))]
    assert formats == ["gatekeeper/decision/v1", "gatekeeper/standing/v1"]
