"""What lint finds in a policy as a whole: wrong kinds behind its keys, planted defects, nothing in good ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load import find_policy_files, load_policies, render_diagnostics
from tests.load.conftest import Project

BASE = """\
apiVersion: gatekeeper/v1
kind: Gate
id: shop
title: May the shop open?
owner: shop-team
params: {people: 2, age: 7d, names: [a, b]}
evidence:
  runs: {type: workflow_runs, max_age: 1h, required: [runs]}
  record: {type: approvals, max_age: 1h}
rules:
"""
USED = """\
  - {id: used, title: U, enforcement: advisory, severity: low, expect: "runs.total_count > params.people
    && age(runs.latest.created_at) < params.age && size(record.approvals) > 0 && 'c' in params.names"}
"""
RULE = "  - id: a\n    title: A\n    enforcement: blocking\n    severity: high\n"
EACH = RULE + "    each: {over: record.approvals, as: entry, key: entry.role, expect: entry.final}\n"
WINDOW = RULE + (
    "    window: {over: runs.runs, as: run, at: run.created_at, clean: run.status == 'completed',\n"
    "      length: params.age, max_gap: 1h, not_before: now}\n"
)
QUORUM = RULE + "    quorum: {of: record.approvals, roles: [a, b], distinct: params.people, binds: [runs]}\n"


def found(project: Project, rules: str) -> list[Diagnostic]:
    file = project.policy(BASE + USED + rules)
    try:
        return list(load_policies([file], project.root)[1])
    except InvalidDocuments as refused:
        return list(refused.diagnostics)


@pytest.mark.parametrize("rules", ["", EACH, WINDOW, QUORUM])
def test_good_rules_are_accepted_without_a_word(project: Project, rules: str) -> None:
    assert render_diagnostics(found(project, rules)) == ""


@pytest.mark.parametrize(
    ("rules", "good", "bad", "code"),
    [
        (EACH, "over: record.approvals", "over: runs.latest", "type"),
        (EACH, "over: record.approvals", "over: '[]'", "empty-list"),
        (EACH, "key: entry.role", "key: entry.final", "type"),
        (EACH, "key: entry.role", "key: entry.person", "nullable"),
        (EACH, "expect: entry.final", "expect: entry.role", "type"),
        (EACH, "expect: entry.final", "expect: entry.finl", "unknown-field"),
        (EACH, "expect: entry.final", "owner: entry.final", "type"),
        (EACH, "expect: entry.final", "due: entry.final", "type"),
        (
            EACH,
            "over: record.approvals",
            'empty: pass, over: \'runs.runs.map(r, {"role": r.event, "final": r.id > 1})\'',
            "",
        ),
        (WINDOW, "as: run", "as: run, pending: run.event", "type"),
        (WINDOW, "at: run.created_at", "at: run.event", "type"),
        (WINDOW, "at: run.created_at", "at: run.run_started_at", "nullable"),
        (WINDOW, "at: run.created_at", "at: run.id", "type"),
        (WINDOW, "clean: run.status == 'completed'", "clean: run.status == 'complete'", "never-equal"),
        (WINDOW, "as: run", "as: run, void: [{when: run.event, because: so}]", "type"),
        (WINDOW, "length: params.age", "length: params.people", "type"),
        (WINDOW, "max_gap: 1h", "max_gap: params.people", "type"),
        (WINDOW, "not_before: now", "not_before: params.age", "type"),
        (WINDOW, "not_before: now", "not_before: \"'2026-03-01T00:00:00Z'\"", ""),
        (WINDOW, "not_before: now", "not_before: \"'2026-03-01'\"", "type"),
        (WINDOW, "max_gap: 1h", "max_gap: 1h, label: 'run {run.runnumber}'", "unknown-field"),
        (WINDOW, "max_gap: 1h", "max_gap: 1h, cause: '{run.event > 1}'", "type"),
        (QUORUM, "of: record.approvals", "of: record", "type"),
        (QUORUM, "distinct: params.people", "distinct: params.age", "type"),
    ],
)
def test_what_the_keys_of_a_rule_take_is_checked(project: Project, rules: str, good: str, bad: str, code: str) -> None:
    assert good in rules
    assert {each.code for each in found(project, rules.replace(good, bad))} == ({code} if code else set())


def test_a_word_for_no_rows_is_inert_where_there_are_always_rows(project: Project) -> None:
    rows = RULE + "    each: {over: runs.runs, as: run, key: run.id, empty: pass, expect: run.run_attempt == 1}\n"
    (told,) = found(project, rows)
    assert (told.code, told.level) == ("inert-empty", "warning")


def test_a_condition_of_applicability_is_a_bool(project: Project) -> None:
    (told,) = found(project, RULE + "    applies_when: runs.total_count\n    expect: runs.total_count > 1\n")
    assert (told.code, told.message) == ("type", "`runs.total_count` is int, and bool is due here")


STARTED = "runs.latest.run_started_at"  # a text, or null before the run has started
APPLIES = RULE + "    applies_when: {}\n"
READS = {
    "expect": f"    expect: age({STARTED}) < params.age\n",
    "message": f"    expect: runs.total_count > 1\n    message: 'since {{timestamp({STARTED})}}'\n",
    "remedy": f"    expect: runs.total_count > 1\n    remedy: 'look at {{age({STARTED})}}'\n",
    "rows": f'    each: {{over: "[{STARTED}].map(at, timestamp(at))", as: at, key: string(at), expect: at < now}}\n',
    "key": f"    each: {{over: record.approvals, as: it, key: it.role + {STARTED}}}\n",
    "row": f"    each: {{over: '[{STARTED}]', as: at, key: at.trim(), expect: age(at) < params.age}}\n",
    "owner and due": f"    each: {{over: record.approvals, as: it, key: it.role, owner: '{STARTED}.trim()',"
    f" due: string(timestamp({STARTED}))}}\n",
    "samples": f"    window: {{over: runs.runs, as: run, at: timestamp({STARTED}), clean: run.created_at > {STARTED},\n"
    f"      not_before: {STARTED}, length: 'age({STARTED})', max_gap: none}}\n",
    "quorum": f"    quorum: {{of: record.approvals, roles: [a, b], distinct: size({STARTED}), binds: []}}\n",
}


@pytest.mark.parametrize("reads", READS.values(), ids=READS)
@pytest.mark.parametrize(
    "applies",
    [
        f"{STARTED} != null",
        f"runs.total_count > 3 && {STARTED} != null",
        f"'!({STARTED} == null || params.people > 2)'",
    ],
)
def test_where_a_rule_applies_what_it_tests_is_known(project: Project, applies: str, reads: str) -> None:
    assert render_diagnostics(found(project, APPLIES.format(applies) + reads)) == ""


@pytest.mark.parametrize("reads", READS.values(), ids=READS)
@pytest.mark.parametrize("applies", ["runs.total_count > 3", f"{STARTED} != null || runs.total_count > 3"])
def test_what_need_not_hold_where_a_rule_applies_is_not_known(project: Project, applies: str, reads: str) -> None:
    assert {each.code for each in found(project, APPLIES.format(applies) + reads)} == {"nullable"}


def test_one_rule_knows_nothing_of_when_another_applies(project: Project) -> None:
    other = APPLIES.format(f"{STARTED} != null").replace("id: a", "id: b") + READS["expect"]
    told = found(project, other + RULE + READS["expect"])
    assert [each.code for each in told] == ["nullable"]


def test_what_a_variable_tests_is_known_where_a_rule_applies(project: Project) -> None:
    file = project.policy(
        BASE.replace("rules:", f"variables: {{begun: {STARTED} != null, at: {STARTED}}}\nrules:")
        + USED
        + APPLIES.format("variables.begun && variables.at != null")
        + f"    expect: age({STARTED}) < params.age && age(variables.at) < params.age\n"
    )
    assert load_policies([file], project.root)[1] == ()


def test_a_test_is_told_that_repeats_when_the_rule_applies(project: Project) -> None:
    again = f"    expect: {STARTED} != null && runs.total_count > 1\n"
    (told,) = found(project, APPLIES.format(f"{STARTED} != null") + again)
    assert (told.code, told.message) == ("null-test", f"`{STARTED}` is never null")
    (told,) = found(project, APPLIES.format(f"{STARTED} == null") + READS["expect"])
    assert told.code == "type"


def test_unused_names_are_told(project: Project) -> None:
    project.policy(BASE + RULE + "    expect: runs.total_count > 1\n")
    _, warnings = load_policies([project.root / "policies/shop/shop.yaml"], project.root)
    assert [(each.code, each.column) for each in warnings] == [
        ("unused-parameter", 10),
        ("unused-parameter", 21),
        ("unused-parameter", 30),
        ("unused-evidence", 3),
    ]


def test_params_as_a_whole_use_every_parameter(project: Project) -> None:
    rest = RULE + "    expect: params.size() > 2 && runs.total_count > 1 && size(record.approvals) > 1\n"
    project.policy(BASE + rest)
    assert load_policies([project.root / "policies/shop/shop.yaml"], project.root)[1] == ()


# ---------------------------------------------------------------- the shipped policies


def shipped(root: Path, to: Path) -> Path:
    shutil.copytree(root / "policies", to / "policies")
    return to


def lint(root: Path) -> tuple[Diagnostic, ...]:
    try:
        return load_policies(find_policy_files(root), root)[1]
    except InvalidDocuments as refused:
        return refused.diagnostics


def test_the_shipped_policies_have_nothing_against_them(root: Path) -> None:
    assert render_diagnostics(lint(root)) == ""


PLANTED = {
    "a misspelt field": ("p11-f.yaml", "expect: canary.workflow ==", "expect: canary.worflow ==", "unknown-field"),
    "a misspelt field of a section": ("p11-g.yaml", "key: lever.title", "key: lever.titel", "unknown-field"),
    "a text compared with a number": (
        "p11-f.yaml",
        "when: run.run_attempt > 1 &&",
        "when: run.head_sha > 1 &&",
        "type",
    ),
    "a number compared with a text": (
        "p11-f.yaml",
        "when: run.run_attempt > 1 &&",
        "when: run.run_attempt > '1' &&",
        "type",
    ),
    "a misspelt word": (
        "p11-h.yaml",
        '&& rls.latest.conclusion == "success"',
        '&& rls.latest.conclusion == "sucess"',
        "never-equal",
    ),
    "a gate that reads itself through another": (
        "p11-f.yaml",
        "    expect: canary.workflow == params.workflow\n",
        "    gate: p11-h\n",
        "cycle",
    ),
    "a duplicate id": ("p11-g.yaml", "- id: lever-command", "- id: lever-action", "duplicate-id"),
    "an unknown severity word": ("p11-h.yaml", "severity: LOW", "severity: LOWEST", "unknown-severity"),
    "an all over nothing": (
        "p11-h.yaml",
        'expect: runbook.table("Other Open Items").rows.all(',
        "expect: '[].all(row, row == 1)' #",
        "empty-list",
    ),
    "rows that there never are": (
        "p11-h.yaml",
        'over: runbook.table("Other Open Items").rows\n',
        "over: '[]'\n",
        "empty-list",
    ),
    "a rule that never passes": (
        "p11-h.yaml",
        'expect: mode.state == "normal"',
        'expect: mode.state == "normal" && 1 > 2',
        "constant",
    ),
    "a span of the wrong kind": ("p11-f.yaml", "max_gap: params.max_gap", "max_gap: params.branch", "type"),
    "an instant that is none": ("p11-f.yaml", "at: run.created_at", "at: run.event", "type"),
    "a misspelt slot": (
        "p11-f.yaml",
        "these are runs of {canary.workflow}",
        "these are runs of {canary.worflow}",
        "unknown-field",
    ),
}


@pytest.mark.parametrize("defect", PLANTED)
def test_a_planted_defect_is_found_on_its_line(
    root: Path, tmp_path: Path, defect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, good, bad, code = PLANTED[defect]
    file = shipped(root, tmp_path) / "policies/rgl8r" / name
    monkeypatch.chdir(tmp_path)
    text = file.read_text(encoding="utf-8")
    assert good in text
    file.write_text(text.replace(good, bad, 1), encoding="utf-8")
    line = text[: text.index(good)].count("\n") + 1
    expected = (f"policies/rgl8r/{name}", line, code)
    assert expected in [(each.file, each.line, each.code) for each in lint(tmp_path)]
