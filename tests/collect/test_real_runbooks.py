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
        ("ingestion-day0-day1.md", 35, 8, 129),
        ("dealix-incident-rollback.txt", 19, 2, 0),
    ],
)
def test_other_documents_are_read_as_they_are(file: str, sections: int, tables: int, tasks: int, corpus: Path) -> None:
    value = value_of(corpus / "runbooks", collector="markdown", file=file)
    assert (len(value["sections"]), len(value["tables"]), len(value["tasks"])) == (sections, tables, tasks)


# ---------------------------------------------------------------- checklists, forms, plain text


@pytest.fixture
def ingestion(corpus: Path) -> Any:
    return value_of(corpus / "runbooks", collector="markdown", file="ingestion-day0-day1.md")


@pytest.fixture
def readiness(corpus: Path) -> Any:
    return value_of(corpus / "runbooks", collector="markdown", file="capliquify-production.md")


@pytest.fixture
def plain(corpus: Path) -> Any:
    return value_of(corpus / "runbooks", collector="markdown", file="dealix-incident-rollback.txt")


def test_a_checklist_that_was_encoded_twice_has_all_of_its_boxes(ingestion: Any) -> None:
    assert len(ingestion["tasks"]) == 129
    assert {each["mark"] for each in ingestion["tasks"]} == {"□"}
    before_launch = [each for each in ingestion["tasks"] if each["path"][0].startswith("1. ")]
    assert {each["path"][1][:3] for each in before_launch} == {"1.1", "1.2", "1.3", "1.4", "1.5"}
    heads = [each for each in before_launch if each["nested"]]
    assert (len(before_launch), len(heads), len(before_launch) - len(heads)) == (58, 12, 46)
    assert sum(each["nested"] for each in heads) == 41
    assert len({each["key"] for each in ingestion["tasks"]}) == 129


def test_what_was_repaired_in_it_is_told_and_what_could_not_be(ingestion: Any) -> None:
    assert sum(each["text"] == "□" for each in ingestion["repairs"]) == 129
    left = [each for each in ingestion["repairs"] if each["text"] is None]
    assert [(each["line"], each["column"], each["bytes"], each["cause"]) for each in left] == [
        (261, 6, "EF B8", "incomplete")
    ]
    assert ingestion["title"].startswith("D8 — ")


def test_its_form_is_blank_and_its_decision_open(ingestion: Any) -> None:
    form = [each for each in ingestion["sign_offs"] if each["group"] == "Approvals"]
    assert [each["role"] for each in form] == ["Engineering Lead", "Product Manager", "SRE Lead"]
    assert not any(each["signed"] for each in ingestion["sign_offs"])
    assert len(ingestion["sign_offs"]) == 5
    choice = [(each["text"], each["group"]) for each in ingestion["tasks"] if each["choice"]]
    assert choice == [("GA APPROVED", "Decision"), ("GA DEFERRED", "Decision")]
    blank = [each["label"] for each in ingestion["labelled"] if each["blank"] and each["path"][-1].startswith("1.5")]
    assert blank == ["Launch time confirmed"]
    assert not ingestion["contradictions"]


def test_a_sign_off_that_calls_itself_complete_has_an_open_box(readiness: Any) -> None:
    boxes = [each for each in readiness["tasks"] if each["group"] == "Checklist"]
    assert [each["checked"] for each in boxes] == [True] * 6 + [False]
    assert boxes[-1]["text"] == "Stakeholder approval"
    (contradiction,) = readiness["contradictions"]
    assert (contradiction["kind"], contradiction["line"], contradiction["lines"]) == ("summary", 461, [448])
    assert contradiction["shows"] == '6 of 7 in "Checklist"'


def test_its_four_approvals_are_not_signed_and_its_launch_date_is_open(readiness: Any) -> None:
    told = [(each["role"], each["person"], each["date"], each["signed"]) for each in readiness["sign_offs"]]
    assert told == [(role, None, None, False) for role in ("Technical Lead", "DevOps Lead", "Product Owner", "CTO")]
    (date_line,) = [each for each in readiness["labelled"] if each["label"] == "Production Launch Date"]
    assert (date_line["value"], date_line["blank"]) == ("TBD", True)
    numbers = [each["text"] for each in readiness["placeholders"] if each["form"] == "number"]
    assert numbers == ["+1-XXX-XXX-XXXX"] * 4
    assert all(each["text"] for each in readiness["repairs"])


def test_plain_text_has_its_ladder_its_hygiene_and_whom_to_page(plain: Any) -> None:
    assert (plain["syntax"], plain["title"]) == ("text", "Incident & Rollback Runbook")
    ladder = _table(plain, "Severity ladder")
    assert [(row["level"], row["response"]) for row in ladder["rows"]] == [
        ("P0", "All-hands; incident commander within 15 min"),
        ("P1", "On-call owns; update every 30 min"),
        ("P2", "Business-hours triage"),
        ("P3", "Backlog"),
    ]
    assert ladder["rows"][0]["definition"].endswith("active security incident")
    paging = _table(plain, "Who to page")
    assert [row["who"] for row in paging["rows"]] == [
        "On-call platform",
        "On-call platform + DBA (if staffed)",
        "Security lead + DPO",
        "On-call platform + Customer Success",
        "On-call platform + CTO",
        "DPO + Legal + Security",
    ]
    assert plain["tables_by_capitals"] == [ladder["line"], paging["line"]]
    hygiene = [each for each in plain["items"] if each["path"][-1].startswith("7. ")]
    assert len(hygiene) == 6
    assert [each["path"] for each in plain["sections"] if each["title"].startswith("6.2")] == [
        ["6. Rollback procedures", "6.2 DB migration rollback"]
    ]
    response = next(each for each in plain["sections"] if each["title"].startswith("2.5"))["fields"]["response"]
    assert response["value"].count("; ") == 5


def test_what_was_written_once_is_not_repaired(launch: Any, tabletop: Any, plain: Any) -> None:
    assert not [*launch["repairs"], *tabletop["repairs"], *plain["repairs"]]
    assert not [*launch["contradictions"], *tabletop["contradictions"]]
