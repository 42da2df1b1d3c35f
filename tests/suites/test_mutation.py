"""What becomes of mutants: every shortcut comes to what playing every case whole would, and proofs prove no more."""

from __future__ import annotations

import json

import pytest

from gatekeeper.load import load_configuration
from gatekeeper.model.mutation import MutantRun, MutantState
from gatekeeper.suites.coverage import Sightings
from gatekeeper.suites.mutation.mutate import Workshop
from gatekeeper.suites.mutation.mutated_policy import load_change, with_policy
from gatekeeper.suites.mutation.site import Change
from gatekeeper.suites.run import SuitesRequest, run_case

POLICIES = """\
apiVersion: gatekeeper/v1
kind: Gate
id: staff
title: Is the shop staffed?
owner: shop-team
params:
  places: {type: strings, default: [door, till], description: where somebody has to be}
  most: {type: int, default: 3, min: 1, max: 5, overridable: true, description: so many errors may be}
  lamps: {type: int, default: 2, description: so much a lamp costs}
evidence:
  people: {type: json, max_age: 1h, schema: people.json}
variables:
  few: people.errors <= params.most
duties:
  - {id: lamp, title: A lamp is bought, who: clerk, from: now, within: 1d, done_when: people.cash > params.lamps}
review:
  at: >-
    people.errors > 3 ? day_end("2026-03-02") : day_end("2026-03-01")
  reason: it is only morning
rules:
  - id: manned
    title: Somebody is at each place
    enforcement: hard
    severity: high
    each: {over: params.places, as: place, key: place, expect: place in people.present}
    message: "at {place}: {people.present}"
  - id: errors
    title: There are few errors
    enforcement: blocking
    severity: low
    expect: variables.few && !(people.present == [])
  - id: cash
    title: There is cash
    enforcement: advisory
    severity: low
    applies_when: people.errors != 7
    expect: people.cash > 0 || people.cash > params.lamps
    message: "cash {people.cash}; errors may be {params.most}"
---
apiVersion: gatekeeper/v1
kind: Gate
id: opening
title: May it open?
owner: shop-team
evidence:
  people: {type: json, max_age: 2h, schema: people.json}
rules:
  - {id: staffed, title: It is staffed, enforcement: blocking, severity: high, gate: staff}
  - {id: light, title: It has light, enforcement: blocking, severity: high, expect: people.light}
---
apiVersion: gatekeeper/v1
kind: Ladder
id: alarm
title: Who has to know?
owner: shop-team
evidence:
  people: {type: json, max_age: 1h, schema: people.json}
imports: {parts: {variables: [rich]}}
levers: {ring: {title: Ring, how: ring the bell, time_to_effect: at once, blast_radius: ears}}
levels_lowest_first:
  - level: low
    title: Somebody has to look
    page: [clerk, owner]
    triggers:
      - id: dark
        title: It is dark
        when: "!people.light"
        remedies:
          - {when: people.cash > 1, action: buy a lamp}
          - {when: "!variables.rich", lever: ring}
          - {action: wait}
  - level: high
    title: The owner has to come
    triggers: [{id: many, title: Many errors, when: people.errors > 5}]
---
apiVersion: gatekeeper/v1
kind: Shared
id: parts
title: What the shop's policies say alike
owner: shop-team
variables:
  rich: people.cash > 1
"""
SCHEMA = {
    "type": "object",
    "properties": {
        "present": {"type": "array", "items": {"type": "string"}},
        "errors": {"type": "integer"},
        "cash": {"type": "integer"},
        "light": {"type": "boolean"},
    },
    "required": ["present", "errors", "cash", "light"],
    "additionalProperties": False,
}
SUITE = """\
apiVersion: gatekeeper/v1
kind: Suite
title: The morning
policies: [staff, opening, alarm]
now: 2026-03-01T08:00:00Z
evidence:
  people: {present: [door, till], errors: 0, cash: 5, light: true}
cases:
  - id: all-there
    title: Where all is well it opens
    expect:
      - {policy: opening, verdict: GO, stops: []}
      - {policy: alarm, level: null}
  - id: nobody-at-the-till
    title: Without anybody at the till it does not
    set: {people.present: [door]}
    expect:
      - {policy: staff, verdict: NO-GO, stops: ["manned[till]"]}
      - {policy: opening, verdict: NO-GO}
  - id: errors
    title: Three errors may be, four may not
    set: {people.errors: 3}
    every: 1m
    events: [{at: 1m, set: {people.errors: 4}}]
    expect:
      - {at: 0m, policy: staff, verdict: GO}
      - {at: 1m, policy: staff, verdict: NO-GO, stops: [errors], review: {at: "2026-03-02T23:59:59.999999Z"}}
  - id: a-lamp
    title: Three are enough for a lamp
    set: {people.cash: 3}
    expect: {policy: staff, duties: {lamp: done}}
  - id: fewer-errors
    title: It can be stricter
    parameters: {staff: {most: 1}}
    set: {people.errors: 2}
    expect: {policy: staff, findings: {errors: fail}}
  - id: an-hour-ago
    title: What was read an hour ago counts for the staff
    age: {people: 1h}
    expect: {policy: staff, verdict: GO}
  - id: dark
    title: In the dark somebody buys a lamp
    set: {people.light: false}
    expect: {policy: alarm, level: low, pages: [clerk, owner], remedies: {dark: [buy a lamp, wait]}}
"""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    root = tmp_path_factory.mktemp("shop")
    folder = root / "policies" / "shop"
    folder.mkdir(parents=True)
    (root / "gatekeeper.yaml").write_text("policies: policies\n")
    (folder / "shop.yaml").write_text(POLICIES)
    (folder / "shop_test.yaml").write_text(SUITE)
    (folder / "people.json").write_text(json.dumps(SCHEMA))
    return Workshop.of(load_configuration(root, {}), SuitesRequest())


@pytest.fixture(scope="module")
def runs(workshop: Workshop) -> dict[Change, MutantRun]:
    return {
        change: run
        for group, changes in workshop.groups.items()
        for change, run in zip(changes, workshop.try_group(group, None), strict=True)
    }


def _fails_whole(workshop: Workshop, change: Change) -> bool:
    """Whether any case fails on a mutant when all of it is played, without any shortcut."""
    made = load_change(change, workshop.policies, workshop.root)
    assert not isinstance(made, str)
    policies = with_policy(workshop.policies, made)
    return any(not run_case(case, suite, policies, Sightings()).holds for suite, case in workshop.cases)


def test_what_survives_and_what_is_killed_is_what_playing_everything_tells(
    workshop: Workshop, runs: dict[Change, MutantRun]
) -> None:
    tried = {c: r for c, r in runs.items() if r.state in (MutantState.KILLED, MutantState.SURVIVED)}
    assert len(tried) > 40
    wrong = [r for c, r in tried.items() if _fails_whole(workshop, c) is not (r.state is MutantState.KILLED)]
    assert wrong == []
    assert {r.state for r in tried.values()} == {MutantState.KILLED, MutantState.SURVIVED}


def test_no_case_tells_a_mutant_that_is_proven_to_be_equivalent(
    workshop: Workshop, runs: dict[Change, MutantRun]
) -> None:
    proven = {c: r for c, r in runs.items() if r.state is MutantState.EQUIVALENT}
    assert not any(_fails_whole(workshop, each) for each in proven)


def _states(runs: dict[Change, MutantRun], part: str) -> dict[tuple[str, str], tuple[MutantState, str]]:
    first = next(each.mutant.policy for each in runs.values() if each.mutant.part == part)
    mine = (each for each in runs.values() if each.mutant.part == part and each.mutant.policy == first)
    return {(each.mutant.before, each.mutant.after): (each.state, each.why) for each in mine}


def test_an_empty_list_does_not_matter_where_the_policy_writes_the_list(runs: dict[Change, MutantRun]) -> None:
    ((state, why),) = _states(runs, "rules.manned.each.empty").values()
    assert (state, why) == (MutantState.EQUIVALENT, "the list is written in the policy, and is not empty")


def test_hard_is_blocking_where_no_waiver_is_ever_accepted(runs: dict[Change, MutantRun]) -> None:
    state, why = _states(runs, "rules.manned.enforcement")["hard", "blocking"]
    assert state is MutantState.EQUIVALENT
    assert "waiver" in why


def test_a_parameter_that_a_duty_reads_matters_where_no_rule_comes_to_anything_else(
    runs: dict[Change, MutantRun],
) -> None:
    states = {key: state for key, (state, _) in _states(runs, "params.lamps.default").items()}
    assert states["2", "3"] is MutantState.KILLED


def test_a_duty_and_a_review_are_mutated(runs: dict[Change, MutantRun]) -> None:
    done = {key: state for key, (state, _) in _states(runs, "duties.lamp.done_when").items()}
    assert done["people.cash > params.lamps", "people.cash <= params.lamps"] is MutantState.KILLED
    removed = {key: state for key, (state, _) in _states(runs, "duties.lamp").items()}
    assert removed["lamp", ""] is MutantState.KILLED
    reviewed = {key: state for key, (state, _) in _states(runs, "review.at").items()}
    assert MutantState.KILLED in reviewed.values()
    gone = [state for (before, _), (state, _) in _states(runs, "review").items() if before.startswith("review")]
    assert gone == [MutantState.KILLED]


def test_remedies_that_exclude_each_other_have_no_order_and_others_have(runs: dict[Change, MutantRun]) -> None:
    states = _states(runs, "levels_lowest_first.low.triggers.dark.remedies")
    assert states["buy a lamp, ring", "ring, buy a lamp"][0] is MutantState.EQUIVALENT
    assert states["ring, wait", "wait, ring"][0] is not MutantState.EQUIVALENT


def test_what_a_policy_imports_is_changed_for_it_at_its_own_place(runs: dict[Change, MutantRun]) -> None:
    states = _states(runs, "variables.rich")
    assert states["people.cash > 1", "people.cash <= 1"][0] is MutantState.KILLED
    places = {each.mutant.place.line for each in runs.values() if each.mutant.part == "variables.rich"}
    assert {POLICIES.splitlines()[line - 1] for line in places} == {"  rich: people.cash > 1"}


def test_what_lint_refuses_says_why(runs: dict[Change, MutantRun]) -> None:
    refused = [each for each in runs.values() if each.state is MutantState.REFUSED]
    assert refused
    assert all(each.why for each in refused)


def test_the_age_at_which_evidence_no_longer_counts_is_noticed_at_the_limit_only(
    runs: dict[Change, MutantRun],
) -> None:
    """The case an-hour-ago stands at the limit; nothing stands beyond it."""
    states = {key: state for key, (state, _) in _states(runs, "evidence.people.max_age").items()}
    assert states["1h", "59m"] is MutantState.KILLED
    assert states["1h", "2h"] is MutantState.SURVIVED


def test_a_mutant_keeps_the_digest_so_that_what_was_signed_stays_signed(
    workshop: Workshop, runs: dict[Change, MutantRun]
) -> None:
    made = [load_change(each, workshop.policies, workshop.root) for each in runs]
    digests = {each.digest for each in made if not isinstance(each, str) and each.id == "staff"}
    assert digests == {workshop.policies.gates["staff"].digest}
