"""The Markdown collector over real runbooks, as people wrote them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.collect.sources import value_of


@pytest.fixture
def launch(corpus: Path) -> Any:
    return value_of(corpus / "runbooks", collector="markdown", file="rgl8r-launch.md")


@pytest.fixture
def tabletop(corpus: Path) -> Any:
    return value_of(corpus / "runbooks", collector="markdown", file="rgl8r-tabletop.md")


def _table(document: Any, heading: str) -> Any:
    (table,) = [each for each in document["tables"] if each["path"][-1].endswith(heading)]
    return table


def test_the_launch_runbook_has_two_blockers(launch: Any) -> None:
    table = _table(launch, "Launch Blockers / Risks")
    assert [(row["number"], row["owner"], row["line"]) for row in table["rows"]] == [
        (1, "platform-oncall", 21),
        (2, "Dan", 22),
    ]


def test_each_of_its_six_levers_has_what_a_lever_needs(launch: Any) -> None:
    levers = [each for each in launch["sections"] if each["path"][0] == "C. Rollback Levers" and len(each["path"]) == 2]
    assert len(levers) == 6
    for lever in levers:
        fields = lever["fields"]
        assert date.fromisoformat(fields["last_validated"]["value"]) == date(2026, 2, 24)
        assert all(fields[name]["value"] for name in ("action", "time_to_effect", "blast_radius"))
        assert [name for name in fields if name.startswith("exact_") and fields[name]["value"]]


def test_it_has_four_placeholders_where_a_value_is_due(launch: Any) -> None:
    due = [each["line"] for each in launch["placeholders"] if each["inside"] == "value"]
    assert due == [365, 366, 366, 367]
    assert {each["text"] for each in launch["placeholders"] if each["inside"] == "value"} == {"<PLACEHOLDER>"}
    in_prose = [(each["text"], each["line"]) for each in launch["placeholders"] if each["inside"] == "prose"]
    assert in_prose == [("<PLACEHOLDER>", 404), ("<STATUS>", 419)]


def test_it_has_three_dead_links(launch: Any) -> None:
    dead = [(each["target"], each["line"]) for each in launch["links"] if each["resolves"] is False]
    assert dead == [("#lever-6-queue-admission-cap", line) for line in (84, 131, 173)]


def test_it_has_a_box_for_every_root_cause(launch: Any) -> None:
    assert len(launch["tasks"]) == 25
    assert not any(each["checked"] for each in launch["tasks"])


def test_the_tabletop_record_has_its_tables(tabletop: Any) -> None:
    assert len(_table(tabletop, "Decisions Made")["rows"]) == 4
    assert len(_table(tabletop, "Evidence Links")["rows"]) == 10
    assert len(_table(tabletop, "Participants and Roles")["rows"]) == 2
    follow_ups = _table(tabletop, "Follow-Up Actions")["rows"]
    assert [row["status"].startswith("Open") for row in follow_ups] == [True, False, True]


def test_the_tabletop_record_names_its_plan_and_its_runbook(tabletop: Any) -> None:
    assert tabletop["fields"]["plan_id"]["value"] == "P11-G"
    assert tabletop["fields"]["runbook_exercised"]["value"] == "docs/operations/public-api-launch-runbook.md"


def test_no_placeholder_of_the_tabletop_record_waits_for_a_value(tabletop: Any) -> None:
    assert [each["inside"] for each in tabletop["placeholders"]] == ["template", "template", "prose"]


@pytest.mark.parametrize(
    ("file", "sections", "tables", "tasks"),
    [
        ("capliquify-production.md", 24, 2, 26),
        ("ingestion-day0-day1.md", 35, 8, 0),
        ("dealix-incident-rollback.txt", 4, 0, 0),
    ],
)
def test_other_documents_are_read_as_they_are(file: str, sections: int, tables: int, tasks: int, corpus: Path) -> None:
    value = value_of(corpus / "runbooks", collector="markdown", file=file)
    assert (len(value["sections"]), len(value["tables"]), len(value["tasks"])) == (sections, tables, tasks)
