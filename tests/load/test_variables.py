"""Variables of policies: what they may be, what is known of them, and what sees through them."""

from __future__ import annotations

import pickle

import pytest

from gatekeeper.load import load_policies
from gatekeeper.model.policy import Gate, Policy
from gatekeeper.model.rule import Expect
from tests.load.conftest import Project

HEAD = """\
apiVersion: gatekeeper/v1
kind: Gate
id: shop
title: May the shop open?
owner: shop-team
params: {limit: 3}
evidence:
  checks: {type: workflow_runs, max_age: 1h, required: [runs]}
  record: {type: approvals, max_age: 1h}
"""


def gate(project: Project, variables: str, expect: str, **more: str) -> Gate:
    loaded, _ = project.load(project.policy(_text(variables, expect)))
    return loaded.gates["shop"]


def _text(variables: str, expect: str) -> str:
    rule = "  - id: r\n    title: R\n    enforcement: blocking\n    severity: high\n    expect: >-\n      "
    return f"{HEAD}variables:\n{variables}rules:\n{rule}{expect}\n"


def codes(project: Project, variables: str, expect: str) -> list[tuple[str, str]]:
    _, warnings = project.load(project.policy(_text(variables, expect)))
    return [(each.code, each.message) for each in warnings if "record" not in each.message]


def free_names(policy: Policy) -> tuple[str, ...]:
    assert isinstance(policy, Gate)
    (rule,) = policy.rules
    assert isinstance(rule.requirement, Expect)
    return rule.requirement.when.program.free_names


def test_they_stand_behind_those_that_they_read_whatever_the_order_of_the_file(project: Project) -> None:
    variables = (
        "  c: variables.b && variables.a\n  a: size(checks.runs) > 1\n  b: {value: variables.a, description: B}\n"
    )
    its = gate(project, variables, "variables.c && size(record.approvals) > params.limit")
    assert [each.name for each in its.variables] == ["a", "b", "c"]
    assert [each.description for each in its.variables] == ["", "B", ""]
    assert [each.place.line for each in its.variables] == [12, 13, 11]
    assert set(free_names(its)) == {"checks", "record", "params"}


def test_they_are_part_of_the_digest(project: Project) -> None:
    one, same, other = (
        gate(project, f"  a: size(checks.runs) > {figure}\n", "variables.a").digest for figure in ("1", "1", "2")
    )
    assert one == same != other


def test_evidence_and_parameters_that_only_they_read_are_used(project: Project) -> None:
    assert codes(project, "  a: size(checks.runs) > params.limit\n", "variables.a") == []


def test_one_that_nothing_reads_is_told(project: Project) -> None:
    told = codes(project, "  a: size(checks.runs) > params.limit\n  b: variables.a\n", "variables.a")
    assert told == [("unused-variable", "no rule uses the variable `b`")]


def test_one_that_is_read_by_a_message_alone_is_used(project: Project) -> None:
    text = _text("  a: size(checks.runs) > params.limit\n", "size(checks.runs) > 1") + '    message: "{variables.a}"\n'
    _, warnings = project.load(project.policy(text))
    assert [each.message for each in warnings] == ["no rule uses the evidence `record`"]


def test_a_condition_that_is_always_the_same_is_told_where_it_stands_and_not_at_its_readers(project: Project) -> None:
    told = codes(project, "  a: 1 + 1 == 2\n", "variables.a && size(checks.runs) > params.limit")
    assert told == [("constant", "`1 + 1 == 2` is always true")]


@pytest.mark.parametrize(
    ("variable", "expect"),
    [
        ("checks.latest.conclusion", "variables.a > 3"),
        ("size(checks.runs)", "variables.a"),
        ("checks.runs.map(run, run.id)", 'variables.a.exists(id, id == "x")'),
    ],
)
def test_its_type_is_that_of_its_expression(project: Project, variable: str, expect: str) -> None:
    told = project.refusal(project.policy(_text(f"  a: {variable}\n", expect)))
    assert "shop.yaml:18:" in told
    assert "shop.yaml:11:" not in told


def test_a_test_for_null_within_it_narrows_at_its_readers(project: Project) -> None:
    null = "checks.latest.run_started_at"
    tested = f"  a: {null} != null\n"
    assert codes(project, tested, f"variables.a && timestamp({null}) < now && size(checks.runs) > params.limit") == []
    (told,) = codes(project, "  a: size(checks.runs) > params.limit\n", f"variables.a && timestamp({null}) < now")
    assert told[0] == "nullable"


def test_a_figure_that_can_be_null_is_tested_by_its_name(project: Project) -> None:
    variable = "  a: checks.latest.run_started_at\n"
    rest = " && size(checks.runs) > params.limit"
    assert codes(project, variable, f"variables.a != null && timestamp(variables.a) < now{rest}") == []


LADDER = """\
apiVersion: gatekeeper/v1
kind: Ladder
id: shop
title: How bad?
owner: shop-team
evidence: {checks: {type: workflow_runs, max_age: 1h}}
variables:
  failures: "trailing(checks.runs.map(run, run.conclusion != 'success'))"
  many: variables.failures > 5
  fixed: now > timestamp("2026-03-01T00:00:00Z")
levels_lowest_first:
  - level: L1
    title: One
    triggers: [{id: low, title: Low, when: %s}]
  - level: L2
    title: Two
    triggers: [{id: high, title: High, when: %s}]
"""
IN_PLACE = "trailing(checks.runs.map(r, r.conclusion != 'success'))"


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("variables.many", "variables.failures > 3"),
        ("variables.failures > 5", "variables.many"),
        (f'"{IN_PLACE} > 5"', "variables.many"),
        ("variables.many", f'"{IN_PLACE} > 2"'),
    ],
)
def test_a_trigger_that_a_variable_hides_is_told(project: Project, low: str, high: str) -> None:
    told = project.refusal(project.policy(LADDER % (low, high)))
    assert "`low` never decides: whenever it holds, `high` of level L2 does too" in told


def test_a_trigger_that_only_reads_the_clock_through_a_variable_is_told(project: Project) -> None:
    told = project.refusal(project.policy(LADDER % ("variables.fixed && variables.fixed", "variables.many")))
    assert "this trigger reads no evidence" in told


def test_policies_with_variables_are_the_same_from_the_cache(project: Project) -> None:

    file = project.policy(_text("  a: size(checks.runs) > params.limit\n", "variables.a"))
    loaded, _ = load_policies([file], project.root)
    copy = pickle.loads(pickle.dumps(loaded)).gates["shop"]
    assert free_names(copy) == ("checks", "params")
    assert copy.digest == loaded.gates["shop"].digest
