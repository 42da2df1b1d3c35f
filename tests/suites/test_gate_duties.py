"""Suites of gates with duties and a review: what is expected of them, what was seen, and what is mutated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gatekeeper.load.guard import read_documents
from gatekeeper.load.problems import Problems
from gatekeeper.load.source import make_source
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.suite_run import Verified
from gatekeeper.model.values import Json
from gatekeeper.suites.compare import compare
from gatekeeper.suites.coverage import Sightings, coverage
from gatekeeper.suites.mutation.mutators import changes_of
from gatekeeper.suites.play import play
from gatekeeper.suites.run import run_case
from gatekeeper.suites.traced import traced_policies
from tests.suites.stories import GATE, HEALTHY, MODE, case, expects, load, suite, wanted

OWING = """\
duties:
  - {id: tell, title: Tell them, who: lead, from: metrics.began_at, within: 30m, done_when: metrics.told}
  - id: sweep
    title: Sweep
    who: lead
    recommended: true
    applies_when: metrics.dirty
    due: metrics.began_at
    done_when: metrics.told
review: {at: metrics.again, reason: "because of {metrics.error_rate}"}
"""
METRICS: dict[str, Json] = {
    "error_rate": 0.1,
    "told": False,
    "began_at": "2026-03-01T12:00:00Z",
    "again": "2026-03-08",
    "dirty": False,
}


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    return load(tmp_path_factory.mktemp("shop"), GATE + OWING, MODE)


def _expected(policies: PolicySet, aspect: str, value: Json, name: str = "", **metrics: Any) -> Verified:
    given = {**HEALTHY, "metrics": {**METRICS, **metrics}}
    its = case(expects("launch", wanted(aspect, value, name)), given=given)
    (only,) = compare(play(its, suite(its, policies=("launch", "shop-mode")), policies))
    return only


def test_a_duty_of_a_gate_is_compared_as_one_of_a_ladder(policies: PolicySet) -> None:
    assert _expected(policies, "duty", "open", "tell").holds
    assert _expected(policies, "duty_due", "2026-03-01T12:30:00Z", "tell").holds
    assert _expected(policies, "duty_recommended", True, "sweep").holds
    assert _expected(policies, "duty_says", "owed only when metrics.dirty", "sweep").holds
    found = _expected(policies, "duty", "done", "tell")
    assert (found.holds, found.what, found.found) == (False, "duty tell", "open")
    assert found.why == "due 2026-03-01T12:30:00Z, in 30 min"


def test_a_review_is_compared_by_its_state_its_day_and_what_it_tells(policies: PolicySet) -> None:
    assert _expected(policies, "review", "set").holds
    assert _expected(policies, "review_at", "2026-03-08").holds
    assert _expected(policies, "review_says", "because of 0.1").holds
    assert _expected(policies, "review", "passed", again="2026-02-28").holds
    assert _expected(policies, "review", "not_set", again=None).holds
    assert _expected(policies, "review", "unknown", again="soon").holds
    found = _expected(policies, "review", "set", again=None)
    assert (found.holds, found.found) == (False, "not_set")
    assert found.why == "no date is set to look at it again: because of 0.1"
    late = _expected(policies, "review_at", "2026-03-09")
    assert (late.holds, late.what, late.found) == (False, "at of review", "2026-03-08")


def test_a_decision_that_is_go_has_no_review(policies: PolicySet) -> None:
    assert _expected(policies, "review", "none", error_rate=0.001).holds
    found = _expected(policies, "review", "set", error_rate=0.001)
    assert (found.holds, found.found, found.why) == (False, "none", "GO: every blocking rule that applies passes")
    assert not _expected(policies, "review_at", "2026-03-08", error_rate=0.001).holds
    assert not _expected(policies, "review_says", "because", error_rate=0.001).holds


def test_duties_and_the_review_are_counted_by_what_they_can_come_to(policies: PolicySet) -> None:
    copies, traces = traced_policies(policies)
    sightings = Sightings()
    told: dict[str, Json] = {**METRICS, "told": True, "again": ""}
    cases = [case(given={**HEALTHY, "metrics": each}) for each in (METRICS, told)]
    its = suite(*cases, policies=("launch",))
    for each in cases:
        assert not run_case(each, its, copies, sightings).refused
    (seen,) = [each for each in coverage(policies, (its,), sightings, traces, whole=()) if each.policy == "launch"]
    parts = {(each.kind, each.id): each for each in seen.parts}
    assert parts["duty", "tell"].seen == ("done", "not done")
    assert parts["duty", "sweep"].seen == ()
    assert parts["review", "review"].seen == ("set", "not set")
    assert parts["review", "review"].unseen == ("unknown",)


def test_each_part_of_a_duty_and_a_review_is_mutated() -> None:
    source = make_source(Path("shop.yaml"), "policies/shop/shop.yaml", "shop.yaml", GATE + OWING)
    (document,) = read_documents(source, Problems())
    mutants = [change.mutant for change in changes_of(document)]  # type: ignore[arg-type]
    told = {(each.part, each.mutator, each.before, each.after) for each in mutants}
    assert ("duties.tell.within", "boundary", "within: 30m", "less_than: 30m") in told
    assert ("duties.tell", "removal", "tell", "") in told
    assert ("duties.sweep.recommended", "boolean", "recommended: true", "recommended: false") in told
    assert ("duties.sweep.applies_when", "removal", "applies_when: metrics.dirty", "") in told
    assert ("duties.sweep.done_when", "negation", "metrics.told", "!(metrics.told)") in told
    assert ("review", "removal", "review: …", "") in told
