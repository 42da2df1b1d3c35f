"""Coverage counts what the cases have seen, and names what they never saw."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.model.policy import PolicySet
from gatekeeper.model.suite import Case
from gatekeeper.model.suite_run import Part, PolicyCoverage
from gatekeeper.suites.coverage import Sightings, coverage
from gatekeeper.suites.play import play
from gatekeeper.suites.run import run_case
from gatekeeper.suites.traced import traced_policies
from tests.suites.stories import HEALTHY, LADDER, MODE, case, load, minutes, series, suite

NONE: tuple[str, ...] = ()
NOT_THERE = {**HEALTHY, "people": {"rows": [{"name": "Ann", "there": True}, {"name": "Bo", "there": False}]}}


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    return load(tmp_path_factory.mktemp("shop"))


def _seen(
    policies: PolicySet, *cases: Case, asked: tuple[str, ...] = ("launch", "shop-mode", "alarm")
) -> dict[str, PolicyCoverage]:
    copies, traces = traced_policies(policies)
    sightings = Sightings()
    its = suite(*cases, policies=asked)
    for each in cases:
        assert not run_case(each, its, copies, sightings).refused
    return {each.policy: each for each in coverage(policies, (its,), sightings, traces, whole=("shop",))}


def _part(found: PolicyCoverage, name: str) -> Part:
    (its,) = [each for each in found.parts if each.id == name]
    return its


def test_a_rule_is_seen_to_pass_fail_and_be_unknown_over_all_cases(policies: PolicySet) -> None:
    seen = _seen(policies, case(), case(given=NOT_THERE))["launch"]
    assert _part(seen, "errors").seen == ("pass",)
    assert _part(seen, "errors").unseen == ("fail", "unknown")
    assert _part(seen, "staffed").seen == ("pass", "fail")  # both rows count
    both = _seen(policies, case(), case(lacking={"metrics": "missing"}))["launch"]
    assert _part(both, "errors").seen == ("pass", "unknown")
    assert (seen.outcomes.seen, seen.outcomes.all) == (4, 9)


def test_a_trigger_and_a_duty_count_by_what_they_can_come_to(policies: PolicySet) -> None:
    seen = _seen(
        policies, case(series=(series("metrics.error_rate", 0.001, 0.02),), every=minutes(1), length=minutes(1))
    )
    assert _part(seen["alarm"], "some-errors").seen == ("reached", "not reached")
    assert _part(seen["alarm"], "many-errors").seen == ("not reached",)
    assert _part(seen["alarm"], "tell").seen == ("not done",)
    told = {**HEALTHY, "metrics": {"error_rate": 0.001, "told": True, "began_at": None}}
    done = _seen(policies, case(given=told), case(lacking={"metrics": "missing"}))
    assert _part(done["alarm"], "tell").seen == ("done", "unknown")


def test_an_overdue_duty_is_one_that_is_not_done(policies: PolicySet) -> None:
    old = {**HEALTHY, "metrics": {"error_rate": 0.001, "told": False, "began_at": "2026-03-01T11:00:00Z"}}
    seen = _seen(policies, case(given=old))
    assert _part(seen["alarm"], "tell").seen == ("not done",)


def test_a_branch_that_is_no_truth_is_seen_neither_true_nor_false(tmp_path: Path) -> None:
    policies = load(tmp_path, LADDER.replace("done_when: metrics.told", "done_when: metrics.told && true"))
    odd = {**HEALTHY, "metrics": {"error_rate": 0.001, "told": {"by": "Ann"}, "began_at": None}}
    seen = _seen(policies, case(given=odd), asked=("alarm",))["alarm"]
    assert {each.text: each.unseen for each in seen.branches}["metrics.told"] == ("true", "false")
    assert _part(seen, "tell").seen == ("unknown",)


def test_a_condition_counts_only_while_it_leads_out_of_the_state(policies: PolicySet) -> None:
    seen = _seen(policies, case())["shop-mode"]
    assert _part(seen, "slow/errors").seen == ("false",)
    assert _part(seen, "slow/exit").seen == NONE
    rates = series("metrics.error_rate", 0.1, 0.1, 0.1, 0.1, 0.1, 0.001)
    more = _seen(policies, case(series=(rates,), every=minutes(1), length=minutes(5)))["shop-mode"]
    assert _part(more, "slow/exit").seen == ("true", "false")


def test_a_condition_that_is_barred_was_not_seen_to_be_false(tmp_path: Path) -> None:
    barring = MODE.replace("    title: Slow\n", "    title: Slow\n    unless: metrics.told\n")
    policies = load(tmp_path, barring)
    told = {**HEALTHY, "metrics": {"error_rate": 0.1, "told": True, "began_at": None}}
    seen = _seen(policies, case(given=told), asked=("shop-mode",))["shop-mode"]
    assert _part(seen, "slow/errors").seen == NONE


def test_advice_that_is_not_given_was_seen_not_to_hold(policies: PolicySet) -> None:
    seen = _seen(policies, case(), case(lacking={"metrics": "missing"}))["shop-mode"]
    assert _part(seen, "pull-queue").seen == ("does not hold", "unknown")


def test_a_branch_is_seen_true_and_false(policies: PolicySet) -> None:
    seen = _seen(policies, case())["launch"]
    branches = {each.text: each for each in seen.branches}
    assert branches["metrics.error_rate <= params.limit"].unseen == ("false",)
    rates = series("metrics.error_rate", 0.001, 0.9)
    both = _seen(policies, case(series=(rates,), every=minutes(1), length=minutes(1)))["launch"]
    assert not {each.text: each for each in both.branches}["metrics.error_rate <= params.limit"].unseen


def test_a_branch_that_is_only_unknown_was_seen_neither_true_nor_false(policies: PolicySet) -> None:
    seen = _seen(policies, case(lacking={"metrics": "missing"}))["alarm"]
    branches = {each.text: each for each in seen.branches}
    assert branches["metrics.error_rate > 0.05"].unseen == ("true", "false")


def test_a_branch_stands_where_its_expression_does(policies: PolicySet) -> None:
    seen = _seen(policies, case())["alarm"]
    (its,) = [each for each in seen.branches if each.text == "metrics.error_rate > 0.05"]
    trigger = _part(seen, "many-errors")
    assert (its.place.file, its.place.line) == (trigger.place.file, trigger.place.line)
    assert its.place.column > trigger.place.column


def test_a_policy_that_no_suite_asks_counts_as_not_seen(policies: PolicySet) -> None:
    found = _seen(policies, case(), asked=("alarm",))
    assert (found["launch"].asked, found["launch"].outcomes.seen) == (False, 0)
    assert found["launch"].outcomes.all == 9
    copies, traces = traced_policies(policies)
    some = coverage(policies, (suite(policies=["alarm"]),), Sightings(), traces, whole=())
    assert [each.policy for each in some] == ["alarm"]
    assert copies.gates["launch"].digest == policies.gates["launch"].digest


def test_to_be_watched_changes_nothing(policies: PolicySet) -> None:
    rates = series("metrics.error_rate", 0.1, 0.1, 0.1, 0.1, 0.001, 0.9)
    its = case(series=(rates,), every=minutes(1), length=minutes(6), lacking={"people": "failed"})
    copies, _ = traced_policies(policies)
    plain, watched = play(its, suite(its), policies), play(its, suite(its), copies)
    for one, other in zip(plain.moments, watched.moments, strict=True):
        assert one.decisions == other.decisions
        assert one.standings == other.standings
        assert [each.reason for each in one.readings.values()] == [each.reason for each in other.readings.values()]
        assert [each.state for each in one.readings.values()] == [each.state for each in other.readings.values()]


WITH_VARIABLES = (
    LADDER.replace("levers:\n", "variables:\n  many: metrics.error_rate > 0.05 || metrics.told\nlevers:\n", 1)
    .replace("when: metrics.error_rate > 0.05, since", "when: variables.many, longer_than: 5m, since")
    .replace("when: metrics.error_rate > 0.01\n", "when: variables.many || metrics.error_rate > 0.01\n")
)


def test_the_branches_of_a_variable_count_once_where_it_stands(tmp_path: Path) -> None:
    calm = {**HEALTHY, "metrics": {"error_rate": 0.001, "told": False, "began_at": None}}
    seen = _seen(load(tmp_path, WITH_VARIABLES), case(given=calm), asked=("alarm",))["alarm"]
    assert {each.text: each.unseen for each in seen.branches if "error_rate > 0.05" in each.text} == {
        "metrics.error_rate > 0.05 || metrics.told": ("true",),
        "metrics.error_rate > 0.05": ("true",),
    }
    (line,) = {each.place.line for each in seen.branches if each.text == "metrics.error_rate > 0.05"}
    assert WITH_VARIABLES.splitlines()[line - 1].strip().startswith("many:")
