"""A case is played look by look: modes go on from look to look, and gates read the mode that was just looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gatekeeper.errors import InvalidInput, UsageError
from gatekeeper.model.decision import Verdict
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.suite import Edit, Event
from gatekeeper.model.suite_run import Played
from gatekeeper.model.values import Json
from gatekeeper.snapshot import build_snapshot
from gatekeeper.suites.play import modes_in_order, play
from tests.builders import PLACE, item
from tests.suites.stories import GATE, HEALTHY, LADDER, MODE, T0, case, event, expects, load, minutes, series, suite


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    return load(tmp_path_factory.mktemp("shop"))


def _states(played: Played) -> list[tuple[float, str]]:
    return [(each.offset / minutes(1), each.readings["shop-mode"].state) for each in played.moments]


def test_every_policy_of_the_suite_is_judged_at_each_look(policies: PolicySet) -> None:
    its = case(every=minutes(1), length=minutes(2))
    played = play(its, suite(its), policies)
    assert [each.at for each in played.moments] == [T0, T0 + minutes(1), T0 + minutes(2)]
    for each in played.moments:
        assert each.decisions["launch"].verdict is Verdict.GO
        assert each.decisions["launch"].as_of == each.at
        assert each.standings["alarm"].level is None
        assert each.readings["shop-mode"].state == "normal"


def test_a_mode_goes_on_from_its_state_at_the_look_before(policies: PolicySet) -> None:
    rates = series("metrics.error_rate", 0.1, 0.1, 0.1, 0.1, 0.0, 0.0, 0.0)
    its = case(every=minutes(1), length=minutes(6), series=(rates,))
    played = play(its, suite(its), policies)
    assert _states(played) == [
        (0, "normal"),
        (1, "normal"),
        (2, "normal"),
        (3, "slow"),
        (4, "slow"),
        (5, "slow"),
        (6, "normal"),
    ]
    changes = [(offset, change.target) for offset, change in played.transitions("shop-mode", minutes(6))]
    assert changes == [(minutes(3), "slow"), (minutes(6), "normal")]
    assert [change.target for _, change in played.transitions("shop-mode", minutes(5))] == ["slow"]


def test_a_gate_reads_the_mode_that_was_looked_at_in_the_same_moment(policies: PolicySet) -> None:
    rates = series("metrics.error_rate", 0.051, 0.051, 0.051, 0.051)
    its = case(every=minutes(1), length=minutes(3), series=(rates,), parameters={"launch": {"limit": "0.5"}})
    played = play(its, suite(its), policies)
    assert [each.decisions["launch"].verdict.value for each in played.moments] == ["GO", "GO", "GO", "NO-GO"]
    note = next(note for note in played.moments[3].decisions["launch"].evidence if note.name == "mode")
    assert note.collected_at == T0 + minutes(3)


def test_a_mode_state_that_the_case_gives_is_not_computed(policies: PolicySet) -> None:
    given = {**HEALTHY, "mode": {"mode": "shop-mode", "state": "slow", "since": "2026-03-01T11:00:00Z"}}
    its = case(given=given)
    moment = play(its, suite(its), policies).moments[0]
    assert moment.readings["shop-mode"].state == "normal"
    assert moment.decisions["launch"].verdict is Verdict.NO_GO


def test_a_mode_state_that_lacks_is_not_computed(policies: PolicySet) -> None:
    its = case(lacking={"mode": "missing"}, events=(event(1, lacking={"mode": ""}),))
    played = play(its, suite(its), policies)
    verdicts = [each.decisions["launch"].verdict for each in played.moments]
    assert verdicts == [Verdict.INCONCLUSIVE, Verdict.GO]


STATE: Json = {"mode": "shop-mode", "state": "normal", "since": "2026-03-01T11:00:00Z"}


@pytest.mark.parametrize(
    ("change", "verdicts"),
    [
        ({"edits": (Edit("mode.state", "set", "slow", PLACE),)}, ["NO-GO", "NO-GO"]),
        ({"series": (series("mode.state", "slow", "normal"),)}, ["NO-GO", "GO"]),
        ({"events": (event(1, mode__state="slow"),)}, ["GO", "NO-GO"]),
        ({"age": {"mode": minutes(16)}}, ["INCONCLUSIVE", "INCONCLUSIVE"]),
        ({"lacking": {"mode": "stale"}}, ["INCONCLUSIVE", "INCONCLUSIVE"]),
        ({}, ["GO", "GO"]),
    ],
)
def test_what_a_case_says_of_a_modes_state_holds_also_where_that_mode_is_played(
    policies: PolicySet, change: dict[str, Any], verdicts: list[str]
) -> None:
    recorded = build_snapshot("shop", Subject(), [item("mode", STATE, kind="mode_state", collected_at=T0)])
    its = case(every=minutes(1), length=minutes(1), snapshot=recorded, **change)
    played = play(its, suite(its), policies)
    assert [each.decisions["launch"].verdict.value for each in played.moments] == verdicts
    assert [each.readings["shop-mode"].state for each in played.moments] == ["normal", "normal"]


def test_the_age_of_a_state_that_is_played_is_kept_at_each_look(policies: PolicySet) -> None:
    its = case(every=minutes(1), length=minutes(1), age={"mode": minutes(16)})
    for moment in play(its, suite(its), policies).moments:
        note = next(note for note in moment.decisions["launch"].evidence if note.name == "mode")
        assert (note.state, note.age) == ("stale", minutes(16))


def test_an_event_about_what_a_series_has_changed_is_refused_at_its_place(policies: PolicySet) -> None:
    people = {"rows": [{"name": "Ann", "there": True}]}
    edit = Edit("people.rows[name=Ann].there", "set", False, PLACE)
    its = case(
        given={**HEALTHY, "people": people},
        every=minutes(1),
        length=minutes(1),
        series=(series("people.rows[0].name", "Bo", "Ann"),),
        events=(Event(minutes(0), "", (edit,), {}, PLACE),),
    )
    with pytest.raises(InvalidInput) as refused:
        play(its, suite(its), policies)
    assert str(refused.value).startswith(f'{PLACE}: the event cannot change "people.rows[name=Ann].there": ')


def test_a_mode_that_does_not_know_its_state_opens_no_gate(policies: PolicySet) -> None:
    its = case(lacking={"metrics": "failed"}, given={**HEALTHY}, parameters={})
    moment = play(its, suite(its), policies).moments[0]
    assert moment.readings["shop-mode"].state == "unknown"
    findings = {each.rule: each for each in moment.decisions["launch"].root.findings}
    assert findings["no-mode"].outcome.value == "unknown"
    assert "not known" in findings["no-mode"].message


def test_a_case_can_begin_in_a_state(policies: PolicySet) -> None:
    its = case(every=minutes(1), length=minutes(2), earlier={"shop-mode": ("slow", T0 - minutes(60))})
    played = play(its, suite(its), policies)
    assert _states(played) == [(0, "slow"), (1, "slow"), (2, "normal")]
    assert played.moments[0].readings["shop-mode"].since == T0 - minutes(60)


def test_a_state_that_a_case_begins_in_is_held_and_no_longer_than_it_may_be(policies: PolicySet) -> None:
    lacking = {"metrics": "missing"}
    its = case(every=minutes(1), length=minutes(6), earlier={"shop-mode": ("slow", T0 - minutes(60))}, lacking=lacking)
    played = play(its, suite(its), policies)
    # It was known one look before the beginning, and is held for five minutes.
    assert [state for _, state in _states(played)] == ["slow"] * 5 + ["unknown"] * 2
    assert played.moments[0].readings["shop-mode"].held_since == T0 - minutes(1)


def test_what_happens_is_told_at_the_look_at_which_it_happens(policies: PolicySet) -> None:
    its = case(every=minutes(1), length=minutes(2), events=(event(1, "errors rise", metrics__error_rate=0.2), event(2)))
    played = play(its, suite(its), policies)
    assert [each.titles for each in played.moments] == [(), ("errors rise",), ()]
    assert [each.standings["alarm"].level for each in played.moments] == [None, "L2", "L2"]


def test_parameters_reach_the_policy_that_they_are_for(policies: PolicySet) -> None:
    its = case(parameters={"launch": {"limit": "0.0001"}})
    asked = play(its, suite(its, policies=["launch"]), policies).moments[0]
    assert asked.decisions["launch"].root.parameters["limit"] == 0.0001
    assert "mode" in {note.name for note in asked.decisions["launch"].evidence if note.state == "missing"}
    other = play(its, suite(its, policies=["alarm"]), policies).moments[0]
    assert not other.decisions


def test_a_value_that_a_parameter_does_not_take_is_refused(policies: PolicySet) -> None:
    its = case(parameters={"launch": {"limit": "much"}})
    with pytest.raises(UsageError, match="takes a value of type number"):
        play(its, suite(its), policies)


def test_the_same_case_gives_the_same_moments_whatever_was_played_before(policies: PolicySet) -> None:
    rates = series("metrics.error_rate", 0.1, 0.1, 0.1, 0.1, 0.0, 0.0, 0.0)
    its = case(expects("launch", at=6), every=minutes(1), length=minutes(6), series=(rates,))
    other = case(every=minutes(1), length=minutes(3), given={**HEALTHY, "metrics": {"error_rate": 0.9, "told": True}})
    first = play(its, suite(its), policies)
    play(other, suite(other), policies)
    assert play(its, suite(its), policies) == first


def test_a_mode_comes_after_those_whose_state_it_reads(tmp_path: Path) -> None:
    reading = MODE.replace("id: shop-mode", "id: above").replace(
        "evidence:\n", "evidence:\n  below: {type: mode_state, of: shop-mode, max_age: 5m, description: that below}\n"
    )
    reading = reading.replace("when: metrics.error_rate > 0.05, for: 3m", 'when: below.state == "slow"')
    policies = load(tmp_path, MODE, reading, LADDER, GATE)
    rates = series("metrics.error_rate", 0.1, 0.1, 0.1, 0.1)
    its = case(every=minutes(1), length=minutes(3), series=(rates,))
    both = suite(its, policies=["above", "shop-mode"])
    assert modes_in_order(both, policies) == ("shop-mode", "above")
    last = play(its, both, policies).moments[-1]
    assert {name: each.state for name, each in last.readings.items()} == {"above": "slow", "shop-mode": "slow"}
