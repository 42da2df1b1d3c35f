"""``gatekeeper init``: an empty folder becomes a gate, and a runbook or somebody's own JSON becomes proposals."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gatekeeper.authoring.comparisons import comparisons_in
from tests.cli.conftest import Ended, Project

RUNBOOK = """\
# Opening day

## 1. Before

- [ ] Tills counted
- [x] Doors unlocked (queue < 5 min)

**Decision:** [ ] GO / [ ] NO-GO

## 2. Limits

| Condition | Action |
|-----------|--------|
| Error rate > 5% | Call Ann |
| Backups older than 30 days | Call Bob |

At least 3 tills must be open. Answer customers within 15 min.

## 3. Sign-off

| Role | Signature | Date |
|------|-----------|------|
| Manager | | |

Launch date: TBD
"""


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    folder = tmp_path / "shop"
    folder.mkdir()
    return Project(folder)


def _works(project: Project, gate: str) -> Ended:
    """Lints, tests and collects as the printed steps say, and gives the decision."""
    linted = project.run("lint")
    assert (linted.code, "0 errors, 0 warnings" in linted.err) == (0, True), linted.out + linted.err
    tidy = project.run("fmt", "--check")
    assert (tidy.code, tidy.out) == (0, "")
    tested = project.run("test", "--fail-under", "100")
    assert tested.code == 0, tested.out + tested.err
    collected = project.run("collect", gate)
    assert collected.code == 0, collected.err
    return project.run("evaluate", gate, "--format", "json")


def _findings(decided: Ended) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(decided.out)["gates"][0]["findings"]
    return found


def test_an_empty_folder_becomes_a_gate_whose_suite_sees_every_rule_and_branch(empty: Project) -> None:
    begun = empty.run("init")
    assert begun.code == 0, begun.err
    assert "gatekeeper collect shop-release && gatekeeper evaluate shop-release" in begun.out
    assert _works(empty, "shop-release").code == 0
    assert "outcomes seen 100 %, branches 100 %" in empty.run("test").out


def test_the_gate_of_init_stops_when_its_evidence_says_so(empty: Project) -> None:
    empty.run("init")
    report = empty.root / "evidence/shop/report.json"
    report.write_text(report.read_text().replace('"failed": 0', '"failed": 2'))
    decided = _works(empty, "shop-release")
    assert decided.code == 1
    assert "2 of 414 tests failed" in decided.out


def test_every_mutant_of_the_gate_of_init_is_killed(empty: Project) -> None:
    empty.run("init")
    mutated = empty.run("test", "--mutate", "--fail-under-mutation", "95")
    assert mutated.code == 0, mutated.out


def test_the_system_can_be_named_and_a_wrong_name_is_refused(empty: Project) -> None:
    assert empty.run("init", "new/place", "--system", "till").code == 0
    assert (empty.root / "new/place/policies/till/till-release.yaml").is_file()
    refused = empty.run("init", "other", "--system", "My Till")
    assert (refused.code, (empty.root / "other").exists()) == (2, False)
    assert "cannot name a system" in refused.err


def test_nothing_that_is_there_is_written_over(empty: Project) -> None:
    there = empty.root / "policies/shop/mine.yaml"
    there.parent.mkdir(parents=True)
    there.write_text("mine")
    before = sorted(empty.root.rglob("*"))
    refused = empty.run("init")
    assert refused.code == 2
    assert "is in the way: policies/shop/" in refused.err
    assert sorted(empty.root.rglob("*")) == before
    assert there.read_text() == "mine"


def test_an_editor_schema_of_ones_own_is_in_the_way_too(empty: Project) -> None:
    (empty.root / "schemas").mkdir()
    (empty.root / "schemas/policy.v1.json").write_text("{}")
    refused = empty.run("init")
    assert (refused.code, (empty.root / "policies").exists()) == (2, False)
    assert "schemas/policy.v1.json" in refused.err


def test_a_second_system_joins_a_project_that_init_began(empty: Project) -> None:
    empty.run("init")
    assert empty.run("init", "--system", "till").code == 0
    assert _works(empty, "till-release").code == 0
    assert empty.run("init", "--system", "till").code == 2


def test_a_project_within_another_keeps_to_itself(project: Project) -> None:
    """The configuration of the folder above does not count for what begins here."""
    (project.root / "gatekeeper.yaml").write_text("environment: local\npolicies: gates\n")
    assert project.run("init", "inner").code == 0
    inner = Project(project.root / "inner")
    assert _works(inner, "inner-release").code == 0


def test_the_modelines_lead_to_the_schemas(empty: Project) -> None:
    empty.run("init")
    for file in (*empty.root.rglob("policies/*/*.yaml"), *empty.root.rglob("sources.*.yaml")):
        first = file.read_text().splitlines()[0]
        assert (file.parent / first.partition("$schema=")[2]).resolve().is_file(), file


# ---------------------------------------------------------------- one's own JSON


def test_ones_own_json_is_typed_and_every_figure_asked_for(empty: Project) -> None:
    value = {
        "status": "ok",
        "ready": True,
        "odd name": {"if": 3, "rate": 0.5},
        "runs": [{"id": 1, "note": None}, {"id": 2}],
        "at": "2026-03-01T12:00:00Z",
        "nothing": None,
    }
    (empty.root / "mine.json").write_text(json.dumps(value))
    begun = empty.run("init", "--from", "mine.json")
    assert begun.code == 0, begun.err
    decided = _works(empty, "shop-report")
    assert decided.code == 0, decided.out
    rules = {str(each["rule"]) for each in _findings(decided)}
    assert rules == {"status", "ready", "most-odd-name-if", "most-odd-name-rate", "most-runs"}
    value["status"] = "broken"
    (empty.root / "evidence/shop/report.json").write_text(json.dumps(value))
    assert _works(empty, "shop-report").code == 1


def test_less_of_what_is_good_fails_and_more_of_what_is_bad(empty: Project) -> None:
    value = {
        "tests": {"passed": 412, "failed": 0, "runtime_s": 31.5},
        "lineCoverage": 87.4,
        "coverage": {"branch_percent": 80.5, "missing": 3},
        "bypassed": 1,
    }
    (empty.root / "mine.json").write_text(json.dumps(value))
    empty.run("init", "--from", "mine.json")
    text = (empty.root / "policies/shop/shop-report.yaml").read_text()
    for rule in (
        "report.tests.passed >= params.least_tests_passed",
        "report.tests.failed <= params.most_tests_failed",
        "report.tests.runtime_s <= params.most_tests_runtime_s",
        "report.lineCoverage >= params.least_linecoverage",
        "report.coverage.branch_percent >= params.least_coverage_branch_percent",
        "report.coverage.missing <= params.most_coverage_missing",
        "report.bypassed <= params.most_bypassed",  # its name only holds such a word
    ):
        assert rule in text
    assert _works(empty, "shop-report").code == 0
    value["lineCoverage"] = 87.3
    (empty.root / "evidence/shop/report.json").write_text(json.dumps(value))
    assert _works(empty, "shop-report").code == 1


def test_a_figure_for_which_there_is_no_room_is_told_as_that(empty: Project) -> None:
    (empty.root / "mine.json").write_text(json.dumps({f"figure_{number:02}": number for number in range(13)}))
    begun = empty.run("init", "--from", "mine.json")
    told = "mine.json: figure_12 (a first gate has 12 rules; write this one yourself)"
    assert told in begun.out + begun.err


@pytest.mark.parametrize(
    ("content", "said"),
    [("[]", "no JSON object"), ("{}", "no JSON object"), ('{"a": null}', "no figure"), ("{", "mine.json")],
)
def test_json_without_anything_to_ask_for_is_refused(empty: Project, content: str, said: str) -> None:
    (empty.root / "mine.json").write_text(content)
    refused = empty.run("init", "--from", "mine.json")
    assert (refused.code, (empty.root / "policies").exists()) == (4, False)
    assert said in refused.err


def test_a_file_that_is_not_there_is_a_wrong_use(empty: Project) -> None:
    refused = empty.run("init", "--from", "no.md")
    assert refused.code == 2
    assert "no.md there is no such file" in refused.err


# ---------------------------------------------------------------- a runbook


def test_a_runbook_proposes_rules_by_what_it_has(empty: Project) -> None:
    (empty.root / "opening.md").write_text(RUNBOOK)
    begun = empty.run("init", "--from", "opening.md")
    assert begun.code == 0, begun.err
    assert "opening.md:8 a box that is a choice: GO" in begun.out
    decided = _works(empty, "shop-runbook")
    assert decided.code == 1
    found = _findings(decided)
    boxes = {str(each["key"]): each["outcome"] for each in found if each["rule"] == "1-before"}
    assert {key.rpartition(" > ")[2]: outcome for key, outcome in boxes.items()} == {
        "Tills counted": "fail",
        "Doors unlocked (queue < 5 min)": "pass",
    }
    signed = [(each["key"], each["outcome"]) for each in found if each["rule"] == "signed-3-sign-off"]
    assert signed == [("Manager", "fail")]
    policy = (empty.root / "policies/shop/shop-runbook.yaml").read_text()
    for expected in (
        "figures.error_rate_percent <= 5.0",
        "figures.backups_days <= 30.0",
        "figures.answer_customers_min <= 15.0",
        "# opening.md:14 Error rate > 5%",
    ):
        assert expected in policy
    blank = {each["rule"]: each["outcome"] for each in found if each["enforcement"] == "advisory"}
    assert blank == {"nothing-to-fill-in": "fail", "no-blank-line": "fail", "no-contradiction": "pass"}


def test_figures_of_a_runbook_are_tried_out_and_never_count(empty: Project) -> None:
    """A figure in prose is no requirement before somebody confirms it."""
    (empty.root / "opening.md").write_text(RUNBOOK)
    empty.run("init", "--from", "opening.md")
    found = _findings(_works(empty, "shop-runbook"))
    figures = [each for each in found if str(each["rule"]).startswith(("error-rate", "backups"))]
    assert {(each["enforcement"], each["outcome"]) for each in figures} == {("shadow", "unknown")}


@pytest.mark.parametrize(
    ("line", "name", "sign", "number", "is_limit"),
    [
        ("| Error rate > 5% | Alert |", "error_rate_percent", "<=", 5, True),
        ("Latency p95 alerts at >10s for 5 minutes", "latency_p95_s", "<=", 10, True),
        ("elevated error rate (>10%), blocker", "elevated_error_rate_percent", "<=", 10, True),
        ("- [ ] Availability > 99.5%", "availability_percent", ">", 99.5, False),
        ("- [ ] Rotate logs (> 30 days old)", "rotate_logs_days", "<=", 30, True),
        ("Rows in staging: fewer than 10,000", "rows_in_staging", "<", 10_000, False),
        ("Tills ≥ 3", "tills", ">=", 3, False),
        ("Notify the board within 72 hours", "notify_the_board_hours", "<=", 72, False),
    ],
)
def test_a_comparison_is_read_with_its_direction(
    line: str, name: str, sign: str, number: float, is_limit: bool
) -> None:
    (found,) = comparisons_in([line])
    assert (found.name, found.sign, found.number, found.is_limit) == (name, sign, number, is_limit)


@pytest.mark.parametrize("line", ["a -> b", "x => 3", "```bash", "<KEY_ID>", "2026-03-01 > notes", "> 3 quoted words"])
def test_what_is_no_comparison_of_a_figure_has_no_name(line: str) -> None:
    assert not [each for each in comparisons_in([line]) if each.name]


def test_figures_in_programs_are_left_out() -> None:
    assert not list(comparisons_in(["```sql", "SELECT 1 WHERE rate > 5", "```"]))


ODD = {
    "no boxes": "# x\n\nnothing\n",
    "numbers as headings": "# 12\n\n## 3\n\n- [ ] null\n\n## 3\n\n- [ ] GO\n- [ ] import\n\nimport > 3\n",
    "signs of CEL and YAML": '# T {x} #y\n\n## A > B "q" \\\\\n\n- [x] one: "b" {c}\n  - [ ] `d` # e\n',
    "the same twice": "## A\n\n- [ ] one\n- [ ] one\n\nLead: ________ Date: ____\nLead: ________ Date: ____\n",
    "empty roles": "| Role | Signature |\n|--|--|\n| | |\n| | |\n",
    "carriage returns": "# é\r\n\r\n☐ y\r\n",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_an_odd_runbook_still_gives_a_project_that_works(empty: Project, text: str) -> None:
    (empty.root / "odd.md").write_text(text, newline="")
    begun = empty.run("init", "--from", "odd.md")
    assert begun.code == 0, begun.err
    assert _works(empty, "shop-runbook").code in {1, 3}


# ---------------------------------------------------------------- the documents that people really have

CORPUS = Path(os.environ.get("GATEKEEPER_CORPUS", "/nowhere")) / "runbooks"
RUNBOOKS = {
    "capliquify-production.md": 1,
    "dealix-incident-rollback.txt": 3,
    "ingestion-day0-day1.md": 1,
    "rgl8r-launch.md": 1,
    "rgl8r-tabletop.md": 3,
}


@pytest.mark.needs(CORPUS.is_dir(), "GATEKEEPER_CORPUS names the folder of the corpora")
@pytest.mark.parametrize("name", RUNBOOKS)
def test_every_real_runbook_gives_a_project_that_lints_tests_and_evaluates(empty: Project, name: str) -> None:
    begun = empty.run("init", "--from", str(CORPUS / name))
    assert begun.code == 0, begun.err
    decided = _works(empty, "shop-runbook")
    assert decided.code == RUNBOOKS[name], decided.out[:2_000]
    lines = (empty.root / "policies/shop/shop-runbook.yaml").read_text().splitlines()
    length = len((CORPUS / name).read_text(encoding="utf-8-sig").splitlines())
    places = [line for line in lines if f"{name}:" in line and line.lstrip().startswith("#")]
    numbers = [int(line.partition(f"{name}:")[2].split()[0]) for line in places if ": nothing" not in line]
    assert numbers
    assert all(0 < number <= length for number in numbers)
    if name.startswith("ingestion"):
        day0 = [each for each in _findings(decided) if str(each["rule"])[:2] == "1-" and each["outcome"] == "fail"]
        assert len(day0) == 46
        assert len({each["key"] for each in day0}) == 46
