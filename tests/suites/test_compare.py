"""What a case expects, beside what its policies say: where they differ, both are told, and why it is so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatekeeper.model.policy import PolicySet
from gatekeeper.model.suite import Case
from gatekeeper.model.suite_run import Played, Verified
from gatekeeper.model.values import Json
from gatekeeper.suites.compare import compare
from gatekeeper.suites.play import play
from tests.builders import waiver
from tests.suites.stories import (
    GATE,
    HEALTHY,
    LADDER,
    MODE,
    T0,
    case,
    expects,
    load,
    minutes,
    series,
    suite,
    wanted,
)

T1 = T0 + timedelta(hours=1)
SLOW_DAY = series("metrics.error_rate", 0.1, 0.1, 0.1, 0.1, 0.001, 0.001, 0.001)
ABSENT = {**HEALTHY, "people": {"rows": [{"name": "Ann", "there": True}, {"name": "Bo", "there": False}]}}


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    return load(tmp_path_factory.mktemp("shop"))


def _one(its: Case, policies: PolicySet) -> Verified:
    (only,) = compare(play(its, suite(its), policies))
    return only


def _expected(
    policies: PolicySet, policy: str, aspect: str, value: Json, name: str = "", at: float = 0, **changes: Any
) -> Verified:
    return _one(case(expects(policy, wanted(aspect, value, name), at=at), **changes), policies)


def _slow(policies: PolicySet, policy: str, aspect: str, value: Json, name: str = "", at: float = 3) -> Verified:
    its = expects(policy, wanted(aspect, value, name), at=at)
    return _one(case(its, every=minutes(1), length=minutes(6), series=(SLOW_DAY,)), policies)


# ------------------------------------------------------------------ gates


def test_a_verdict_that_is_as_expected_holds_and_explains_nothing(policies: PolicySet) -> None:
    found = _expected(policies, "launch", "verdict", "GO")
    assert (found.holds, found.expected, found.found, found.why) == (True, "GO", "GO", "")


def test_a_verdict_that_is_not_as_expected_says_which_rules_are_to_blame(policies: PolicySet) -> None:
    found = _expected(policies, "launch", "verdict", "GO", given=ABSENT)
    assert (found.holds, found.expected, found.found) == (False, "GO", "NO-GO")
    assert found.why == "1 rule fails (staffed)"


def test_a_finding_that_differs_says_what_the_rule_saw(policies: PolicySet) -> None:
    found = _slow(policies, "launch", "finding", "pass", "errors")
    assert (found.holds, found.what, found.expected, found.found) == (False, "finding errors", "pass", "fail")
    assert "metrics.error_rate = 0.1" in found.why


def test_a_rule_without_a_key_means_all_its_rows(policies: PolicySet) -> None:
    assert _expected(policies, "launch", "finding", "pass", "staffed").holds
    found = _expected(policies, "launch", "finding", "pass", "staffed", given=ABSENT)
    assert (found.holds, found.found) == (False, "staffed[Ann]: pass, staffed[Bo]: fail")


def test_a_row_is_named_by_its_key(policies: PolicySet) -> None:
    assert _expected(policies, "launch", "finding", "fail", "staffed[Bo]", given=ABSENT).holds
    assert _expected(policies, "launch", "finding", "pass", "staffed[Ann]", given=ABSENT).holds


def test_a_row_that_there_is_not_fails_and_names_those_that_there_are(policies: PolicySet) -> None:
    found = _expected(policies, "launch", "finding", "pass", "staffed[Bob]")
    assert (found.holds, found.found, found.why) == (False, "none", "there are: staffed[Ann], staffed[Bo]")


def test_a_part_of_a_message_is_looked_for_in_the_message_and_in_what_lacks(policies: PolicySet) -> None:
    lacking = {"people": "missing"}
    assert _expected(policies, "launch", "finding_says", "no evidence called people", "staffed", lacking=lacking).holds
    found = _expected(policies, "launch", "finding_says", "gone home", "staffed", lacking=lacking)
    assert (found.holds, found.what) == (False, "says of finding staffed")
    assert "no evidence called people was collected" in found.found


@pytest.mark.parametrize(
    ("names", "holds"),
    [
        (["staffed[Bo]"], True),
        (["staffed"], True),
        (["staffed[Ann]"], False),
        ([], False),
        (["staffed[Bo]", "errors"], False),
        (["staffed[Bo]", "staffed[Ann]"], False),
    ],
)
def test_what_stops_a_gate_is_exactly_what_is_named(policies: PolicySet, names: list[Json], holds: bool) -> None:
    found = _expected(policies, "launch", "stops", names, given=ABSENT)
    assert found.holds is holds
    assert found.found == "staffed[Bo]"


def test_what_stops_beyond_the_named_and_what_does_not_is_explained(policies: PolicySet) -> None:
    found = _expected(policies, "launch", "stops", ["errors"], given=ABSENT)
    assert "staffed[Bo] is fail" in found.why
    assert "errors is pass: met" in found.why


def test_nothing_is_waived_where_there_is_no_waiver(policies: PolicySet) -> None:
    assert _expected(policies, "launch", "waived", []).holds
    assert not _expected(policies, "launch", "waived", ["errors"]).holds


def test_a_waiver_of_a_case_waives_and_says_what_became_of_it(policies: PolicySet) -> None:
    its = waiver("staffed", gate="launch", key="Bo", person="Marta Kowalska", role="lead", granted_at=T0, expires_at=T1)

    def found(aspect: str, value: Json, name: str = "", at: float = 0, **changes: Any) -> Verified:
        brought = (replace(its, **changes),)
        return _expected(policies, "launch", aspect, value, name, at, given=ABSENT, waivers=brought)

    assert found("verdict", "GO").holds
    assert found("waived", ["staffed[Bo]"]).holds
    assert found("waiver", "applied", "waive-staffed").holds
    assert found("verdict", "NO-GO", at=60).holds
    assert found("waiver", "expired", "waive-staffed", at=60).holds
    refused = found("waiver", "applied", "waive-staffed", person="Robin Vale")
    assert (refused.holds, refused.found) == (False, "refused")
    assert refused.why == "Robin Vale does not hold the role lead"
    assert found("waiver_says", "does not hold", "waive-staffed", person="Robin Vale").holds
    assert _expected(policies, "launch", "verdict", "NO-GO", given=ABSENT).holds  # it was there for that case alone


def test_a_waiver_of_a_case_stands_beside_those_of_the_project(policies: PolicySet) -> None:
    own = waiver("errors", id="own", gate="launch", person="Marta Kowalska", role="lead", granted_at=T0, expires_at=T1)
    project = replace(policies, waivers=(replace(own, id="of-the-project"),))
    assert _expected(project, "launch", "waiver", "refused", "own", waivers=(own,)).holds
    assert _expected(project, "launch", "waiver", "refused", "of-the-project", waivers=(own,)).holds
    found = _expected(project, "launch", "waiver", "refused", "own")
    assert (found.holds, found.why) == (False, "there are: of-the-project")


def test_no_earliest_go_is_null(policies: PolicySet) -> None:
    assert _expected(policies, "launch", "earliest_go", None).holds
    found = _expected(policies, "launch", "earliest_go", "2026-03-08T12:30:00Z")
    assert (found.holds, found.expected, found.found) == (False, "2026-03-08T12:30:00Z", "none")


# ------------------------------------------------------------------ ladders


def test_a_level_that_is_too_high_says_what_reached_it(policies: PolicySet) -> None:
    found = _slow(policies, "alarm", "level", "L1")
    assert (found.holds, found.expected, found.found) == (False, "L1", "L2")
    assert "many-errors is reached" in found.why
    assert "some-errors" not in found.why


def test_a_level_that_is_too_low_says_what_does_not_reach_it(policies: PolicySet) -> None:
    found = _expected(policies, "alarm", "level", "L2")
    assert (found.holds, found.found) == (False, "none")
    assert "many-errors is not reached: not so (metrics.error_rate = 0.001, needs > 0.05)" in found.why


def test_no_level_is_null(policies: PolicySet) -> None:
    assert _expected(policies, "alarm", "level", None).holds


def test_levels_that_are_not_known_are_named_in_any_order(policies: PolicySet) -> None:
    lacking = {"metrics": "missing"}
    assert _expected(policies, "alarm", "unknown_levels", ["L2", "L1"], lacking=lacking).holds
    found = _expected(policies, "alarm", "unknown_levels", [], lacking=lacking)
    assert (found.holds, found.found) == (False, "L1, L2")
    assert "no evidence called metrics was collected" in found.why


def test_a_trigger_is_reached_not_reached_or_unknown(policies: PolicySet) -> None:
    assert _slow(policies, "alarm", "trigger", "reached", "some-errors").holds
    assert _slow(policies, "alarm", "trigger_says", "errors: 0.1", "some-errors").holds
    found = _expected(policies, "alarm", "trigger", "reached", "some-errors")
    assert (found.found, found.why) == ("not_reached", "errors: 0.001 (metrics.error_rate = 0.001, needs > 0.01)")


def test_remedies_are_those_that_are_advised_in_their_order(policies: PolicySet) -> None:
    assert _slow(policies, "alarm", "remedies", ["queue"], "some-errors").holds
    found = _slow(policies, "alarm", "remedies", ["queue", "look at the log"], "some-errors")
    assert (found.holds, found.found) == (False, "queue")
    assert "look at the log is not advised: metrics.error_rate > 0.5 (metrics.error_rate = 0.1)" in found.why
    much = {**HEALTHY, "metrics": {"error_rate": 0.9, "told": False}}
    both: list[Json] = ["queue", "look at the log"]
    assert _expected(policies, "alarm", "remedies", both, "some-errors", given=much).holds
    assert not _expected(policies, "alarm", "remedies", both[::-1], "some-errors", given=much).holds


def test_pages_are_exactly_those_in_their_order(policies: PolicySet) -> None:
    assert _slow(policies, "alarm", "pages", ["on-call", "lead", "on-call"]).holds
    assert not _slow(policies, "alarm", "pages", ["on-call", "on-call", "lead"]).holds
    assert not _slow(policies, "alarm", "pages", ["on-call"]).holds


def test_a_page_is_compared_by_its_level_and_by_when_somebody_responds(policies: PolicySet) -> None:
    assert _slow(policies, "alarm", "page", "on-call", "L1/on-call").holds
    assert not _slow(policies, "alarm", "page", "lead", "L1/lead").holds
    assert _slow(policies, "alarm", "page_respond_by", "2026-03-01T12:15:00Z", "lead").holds
    assert _slow(policies, "alarm", "page_respond_by", None, "L1/on-call").holds
    found = _slow(policies, "alarm", "page_respond_by", "2026-03-01T12:16:00Z", "L2/on-call")
    assert (found.holds, found.what) == (False, "respond_by of page L2/on-call")
    assert (found.expected, found.found) == ("2026-03-01T12:16:00Z", "2026-03-01T12:15:00Z")
    both = _slow(policies, "alarm", "page_respond_by", None, "on-call")
    assert (both.holds, both.found) == (False, "L1/on-call: none, L2/on-call: 2026-03-01T12:15:00Z")


OFFICE = """\
apiVersion: gatekeeper/v1
kind: Calendar
id: office
title: When people work
working_days: [mon, tue, wed, thu, fri]
hours: {from: "09:00", to: "17:00"}
"""
MORE_PEOPLE = "[lead, {who: support, hours: office}, {who: boss, when: metrics.error_rate > 0.5}]"


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    """The shop at the noon of a Sunday, with people who are only paged in hours or when much breaks."""
    ladder = LADDER.replace("[lead, on-call]", MORE_PEOPLE)
    return load(tmp_path_factory.mktemp("shop"), GATE, MODE, ladder, OFFICE)


def test_who_is_not_paged_is_exactly_those_in_their_order(policies: PolicySet, more: PolicySet) -> None:
    assert _slow(more, "alarm", "not_paged", ["support", "boss"]).holds
    assert _slow(policies, "alarm", "not_paged", []).holds
    assert not _slow(more, "alarm", "not_paged", ["boss", "support"]).holds
    found = _slow(more, "alarm", "not_paged", ["support"])
    assert (found.holds, found.expected, found.found) == (False, "support", "support, boss")
    assert found.why == "L2/support: outside of the hours of office; L2/boss: not so: metrics.error_rate > 0.5"
    found = _slow(policies, "alarm", "not_paged", ["lead"])
    assert (found.holds, found.found, found.why) == (False, "none", "whoever belongs to what is reached is paged")


def test_who_is_not_paged_is_compared_by_why_and_from_when_on_they_are(more: PolicySet) -> None:
    assert _slow(more, "alarm", "unpaged", "support", "L2/support").holds
    assert _slow(more, "alarm", "unpaged_says", "the hours of office", "support").holds
    assert _slow(more, "alarm", "unpaged_not_before", "2026-03-02T09:00:00Z", "L2/support").holds
    assert _slow(more, "alarm", "unpaged_not_before", None, "boss").holds
    found = _slow(more, "alarm", "unpaged_not_before", "2026-03-02T08:00:00Z", "support")
    assert (found.holds, found.what, found.found) == (False, "not_before of unpaged support", "2026-03-02T09:00:00Z")
    found = _slow(more, "alarm", "unpaged_says", "not so", "support")
    assert (found.holds, found.found) == (False, "outside of the hours of office")
    found = _slow(more, "alarm", "unpaged", "lead", "L1/lead")
    assert (found.holds, found.found, found.why) == (False, "none", "there are: L2/support, L2/boss")


def test_a_duty_is_owed_or_only_recommended(policies: PolicySet) -> None:
    assert _expected(policies, "alarm", "duty_recommended", value=True, name="tell-all").holds
    assert _expected(policies, "alarm", "duty_recommended", value=False, name="tell").holds
    found = _expected(policies, "alarm", "duty_recommended", value=True, name="tell")
    assert (found.holds, found.what, found.found) == (False, "recommended of duty tell", "false")


def test_a_duty_is_compared_by_state_deadline_and_words(policies: PolicySet) -> None:
    assert _expected(policies, "alarm", "duty", "open", "tell").holds
    assert _expected(policies, "alarm", "duty_due", "2026-03-01T12:30:00Z", "tell").holds
    assert _expected(policies, "alarm", "duty_says", "in 30 min", "tell").holds
    found = _expected(policies, "alarm", "duty_due", None, "tell")
    assert (found.holds, found.what, found.expected) == (False, "due of duty tell", "none")
    assert found.found == "2026-03-01T12:30:00Z"
    late = _expected(policies, "alarm", "duty", "open", "tell", at=31)
    assert (late.found, late.why) == ("overdue", "was due 2026-03-01T12:30:00Z, overdue by 1 min")


# ------------------------------------------------------------------ modes


def test_a_state_that_differs_says_why_the_mode_is_in_it(policies: PolicySet) -> None:
    found = _slow(policies, "shop-mode", "state", "slow", at=2)
    assert (found.holds, found.found) == (False, "normal")
    assert found.why == "slow/errors holds since 2026-03-01T12:00:00Z, enough at 2026-03-01T12:03:00Z"


def test_since_is_an_instant_and_is_told_as_an_offset_too(policies: PolicySet) -> None:
    assert _slow(policies, "shop-mode", "since", "2026-03-01T12:03:00Z", at=4).holds
    found = _slow(policies, "shop-mode", "since", "2026-03-01T12:04:00Z", at=4)
    assert (found.expected, found.found) == (
        "2026-03-01T12:04:00Z, after 4m",
        "2026-03-01T12:03:00Z, after 3m",
    )


def test_the_conditions_of_a_change_are_those_at_its_look_only(policies: PolicySet) -> None:
    assert _slow(policies, "shop-mode", "because", ["slow/errors"], at=3).holds
    found = _slow(policies, "shop-mode", "because", ["slow/errors"], at=4)
    assert (found.holds, found.found) == (False, "none")
    assert found.why.startswith("this look brings no change")


def test_a_condition_is_compared_by_outcome_words_and_whether_it_is_met(policies: PolicySet) -> None:
    assert _slow(policies, "shop-mode", "condition", "pass", "slow/errors", at=1).holds
    assert _slow(policies, "shop-mode", "condition_met", value=False, name="slow/errors", at=1).holds
    found = _slow(policies, "shop-mode", "condition_met", value=True, name="slow/errors", at=1)
    assert (found.holds, found.what, found.found) == (False, "met of condition slow/errors", "false")
    assert "holds since 2026-03-01T12:00:00Z" in found.why


def test_a_condition_that_leads_out_of_another_state_is_not_there(policies: PolicySet) -> None:
    found = _slow(policies, "shop-mode", "condition", "fail", "slow/exit", at=1)
    assert (found.holds, found.found, found.why) == (False, "none", "there are: slow/errors")


def test_what_broke_a_condition_is_among_what_it_says(policies: PolicySet) -> None:
    rates = series("metrics.error_rate", 0.1, 0.001, 0.001)
    its = case(
        expects("shop-mode", wanted("condition_says", "broken at 2026-03-01T12:01:00Z: false", "slow/errors"), at=2),
        every=minutes(1),
        series=(rates,),
        length=minutes(2),
    )
    assert _one(its, policies).holds


def test_levers_and_advice_are_exactly_those_in_any_order(policies: PolicySet) -> None:
    assert _slow(policies, "shop-mode", "levers", ["queue"]).holds
    assert not _slow(policies, "shop-mode", "levers", [], at=3).holds
    assert _slow(policies, "shop-mode", "advice", []).holds
    much = {**HEALTHY, "metrics": {"error_rate": 0.9, "told": False}}
    assert _expected(policies, "shop-mode", "advice", ["pull-queue"], given=much).holds
    found = _expected(policies, "shop-mode", "advice", [], given=much)
    assert (found.found, found.why) == ("pull-queue", "pull-queue holds: half of it fails")
    lacking = {"metrics": "missing"}
    assert _expected(policies, "shop-mode", "advice_unknown", ["wait", "pull-queue"], lacking=lacking).holds


def test_advice_is_compared_by_its_lever_too(policies: PolicySet) -> None:
    much = {**HEALTHY, "metrics": {"error_rate": 0.99, "told": False}}
    assert _expected(policies, "shop-mode", "advice_lever", "queue", "pull-queue", given=much).holds
    assert _expected(policies, "shop-mode", "advice_lever", None, "wait", given=much).holds
    found = _expected(policies, "shop-mode", "advice_lever", "queue", "wait", given=much)
    assert (found.holds, found.what, found.found) == (False, "lever of advice wait", "none")
    assert found.why == "it passes"
    idle = _expected(policies, "shop-mode", "advice_lever", None, "wait")
    assert (idle.holds, idle.found) == (False, "the advice does not hold")
    unknown = _expected(policies, "shop-mode", "advice_lever", None, "wait", lacking={"metrics": "missing"})
    assert (unknown.holds, unknown.found) == (False, "the advice is unknown")


def test_what_a_state_means_is_compared_category_by_category(policies: PolicySet) -> None:
    assert _slow(policies, "shop-mode", "effects", ["reading", "orders"]).holds
    assert _slow(policies, "shop-mode", "effect", "take longer", "orders").holds
    assert _slow(policies, "shop-mode", "effects", [], at=0).holds
    missed = _slow(policies, "shop-mode", "effects", ["orders"])
    assert (missed.holds, missed.found, missed.why) == (False, "orders, reading", "the state is slow")
    found = _slow(policies, "shop-mode", "effect", "they stop", "orders")
    assert (found.holds, found.what, found.found) == (False, "effect orders", "they take longer")
    assert _slow(policies, "shop-mode", "effect", "take longer", "orders", at=0).found == "none"


def test_a_notice_is_compared_by_a_part_of_it(policies: PolicySet) -> None:
    assert _slow(policies, "shop-mode", "notice", "take a while").holds
    assert _slow(policies, "shop-mode", "notice", None, at=0).holds
    found = _slow(policies, "shop-mode", "notice", None)
    assert (found.holds, found.expected, found.found) == (False, "none", "Orders take a while.")
    assert not _slow(policies, "shop-mode", "notice", "take a while", at=0).holds


def test_actions_are_exactly_those_in_their_order(policies: PolicySet) -> None:
    assert _slow(policies, "shop-mode", "actions", ["put the sign out", "wait"]).holds
    assert not _slow(policies, "shop-mode", "actions", ["wait", "put the sign out"]).holds
    assert _slow(policies, "shop-mode", "actions", [], at=0).holds


def test_transitions_are_all_changes_so_far(policies: PolicySet) -> None:
    both: Json = [["2026-03-01T12:03:00Z", "slow"], ["2026-03-01T12:06:00Z", "normal"]]
    assert _slow(policies, "shop-mode", "transitions", both, at=6).holds
    found = _slow(policies, "shop-mode", "transitions", both, at=5)
    assert (found.holds, found.expected, found.found) == (False, "3m slow, 6m normal", "3m slow")
    assert found.why == "3m: slow/errors"
    assert _slow(policies, "shop-mode", "transitions", [], at=2).holds


# ------------------------------------------------------------------ what cannot be compared


def test_an_expectation_at_which_nobody_looks_does_not_hold(policies: PolicySet) -> None:
    its = case(expects("launch", wanted("verdict", "GO"), at=1), every=minutes(2), length=minutes(2))
    played = play(its, suite(its), policies)
    without = Played(its, tuple(each for each in played.moments if each.offset != minutes(1)))
    (found,) = compare(without)
    assert (found.holds, found.found, found.why) == (False, "nobody looks at 1m", "the looks are at 0s, 2m")


def test_what_another_kind_of_policy_says_does_not_hold(policies: PolicySet) -> None:
    assert not _expected(policies, "launch", "level", "L1").holds


def test_everything_is_told_in_the_order_of_the_file(policies: PolicySet) -> None:
    its = case(
        expects("launch", wanted("verdict", "GO"), wanted("stops", []), at=1),
        expects("alarm", wanted("level", None), title="quiet"),
        now=T0,
    )
    found = compare(play(its, suite(its), policies))
    assert [each.what for each in found] == ["verdict", "stops", "level"]
    assert [each.expectation.title for each in found] == ["", "", "quiet"]
