"""What a case writes is what somebody sees at each look."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.evaluate.admission import admit
from gatekeeper.load import load_policies, load_suites
from gatekeeper.model.edits import append, put, take_out
from gatekeeper.model.evidence_path import PathRefused, parse_path
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.run_history import completed, recounted
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.suite import Case, Pause, Suite
from gatekeeper.model.values import Json
from gatekeeper.snapshot import build_snapshot, snapshot_bytes
from gatekeeper.suites.story import Look, looks, offsets_of
from tests.builders import item
from tests.suites.stories import case, event

SHOP = Path(__file__).parent.parent / "load" / "shop"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BASE = """\
evidence:
  figures: {error_rate: 0.01, orders: 7, open: true, slow_since: null}
  incidents: {incidents: []}
  nightly:
    history:
      {workflow: nightly.yml, first: 2026-02-28T02:00:00Z, every: 12h, conclusions: success failure _ success pending}
"""

Tell = Callable[..., list[Look]]


def unreadable(path: Path) -> Snapshot:
    raise AssertionError(path)


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return load_policies([SHOP / "shop.yaml"], SHOP)[0]


@pytest.fixture
def read(policies: PolicySet, tmp_path: Path) -> Callable[..., tuple[Case, Suite]]:
    """The case of these lines, with a suite around it."""

    def made(*lines: str, recorded: Snapshot | None = None, base: str = BASE, asked: str = "launch, alarm") -> Any:
        gate = asked.partition(",")[0]
        answer = "state: normal" if gate == "slowness" else "verdict: GO"
        wanted = f"    expect: [{{at: 0m, policy: {gate}, {answer}}}]"
        text = "\n".join(
            [
                "apiVersion: gatekeeper/v1\nkind: Suite\ntitle: stories",
                f"policies: [{asked}]\nnow: 2026-03-01T12:00:00Z",
                f"{base}cases:\n  - id: story\n    title: A story",
                *(f"    {line}" for line in lines),
                *([] if any("expect:" in line for line in lines) else [wanted]),
            ]
        )
        file = tmp_path / "shop_test.yaml"
        file.write_text(text + "\n", encoding="utf-8")
        (suite,) = load_suites([file], tmp_path, policies, lambda system, at: recorded, unreadable)
        return suite.cases[0], suite

    return made


@pytest.fixture
def tell(read: Callable[..., tuple[Case, Suite]], policies: PolicySet) -> Tell:
    """Every look of the case of these lines."""

    def told(*lines: str, **more: Any) -> list[Look]:
        story, suite = read(*lines, **more)
        return list(looks(story, policies, suite))

    return told


def minutes(found: list[Look]) -> list[float]:
    return [each.offset.total_seconds() / 60 for each in found]


def value(look: Look, name: str) -> Any:
    assert look.snapshot is not None
    return look.snapshot.items[name].value


def rates(found: list[Look]) -> list[Any]:
    return [value(each, "figures")["error_rate"] if "figures" in each.items else "gone" for each in found]


# ---------------------------------------------------------------- when somebody looks


def test_without_anything_there_is_one_look_at_the_beginning(tell: Tell) -> None:
    (look,) = tell()
    assert (look.at, look.offset, look.titles) == (NOON, timedelta(0), ())
    assert look.snapshot is not None
    assert {each.collected_at for each in look.snapshot.items.values()} == {NOON}


def test_looks_go_on_to_the_length_and_lie_at_events_and_expectations_too(tell: Tell) -> None:
    found = tell(
        "every: 2m",
        "for: 7m",
        "events: [{at: 3m, title: it breaks, set: {figures.open: false}}]",
        "expect: [{at: 6m30s, policy: launch, verdict: GO}]",
    )
    assert minutes(found) == [0, 2, 3, 4, 6, 6.5]
    assert [each.titles for each in found] == [(), (), ("it breaks",), (), (), ()]
    assert [value(each, "figures")["open"] for each in found] == [True, True, False, False, False, False]


def test_without_a_length_looks_go_as_far_as_series_events_and_expectations(tell: Tell) -> None:
    assert minutes(tell("every: 1m", "series: {figures.error_rate: 0.06x3}")) == [0, 1, 2, 3]
    assert minutes(tell("every: 1m", "expect: [{at: 2m30s, policy: launch, verdict: GO}]")) == [0, 1, 2, 2.5]
    assert minutes(tell("expect: [{at: 1h, policy: launch, verdict: GO}]")) == [0, 60]


def test_nobody_looks_within_a_pause_and_both_its_ends_are_looked_at(tell: Tell) -> None:
    found = tell(
        "every: 1m",
        "series: {figures.error_rate: 0+0.01x8}",
        "pauses: [{from: 2m, to: 6m}]",
        "events: [{at: 4m, title: unseen, set: {figures.open: false}}]",
    )
    assert minutes(found) == [0, 1, 2, 6, 7, 8]
    assert rates(found) == [0, 0.01, 0.02, 0.06, 0.07, 0.08]
    assert [each.titles for each in found] == [(), (), (), ("unseen",), (), ()]
    assert value(found[3], "figures")["open"] is False


# ---------------------------------------------------------------- series


def test_a_series_gives_one_sample_a_look_and_its_last_one_stays(tell: Tell) -> None:
    found = tell("every: 1m", "for: 5m", "series: {figures.error_rate: 0.06x2 0.001}")
    assert rates(found) == [0.06, 0.06, 0.06, 0.001, 0.001, 0.001]


def test_a_gap_takes_the_whole_evidence_away_for_that_look(tell: Tell) -> None:
    found = tell("every: 1m", "for: 3m", "series: {figures.error_rate: 0.06 _ null}")
    assert rates(found) == [0.06, "gone", None, None]
    assert "figures" not in value_names(found[1])
    assert value(found[0], "figures")["orders"] == 7


def value_names(look: Look) -> set[str]:
    return set(look.snapshot.items) if look.snapshot is not None else set()


def test_between_two_ticks_the_last_sample_is_seen(tell: Tell) -> None:
    found = tell(
        "every: 10m", "series: {figures.error_rate: 1 2 3}", "expect: [{at: 15m, policy: launch, verdict: GO}]"
    )
    assert list(zip(minutes(found), rates(found), strict=True)) == [(0, 1), (10, 2), (15, 2), (20, 3)]


def test_an_event_comes_on_top_of_a_series(tell: Tell) -> None:
    found = tell(
        "every: 1m", "series: {figures.error_rate: 0.01x3}", "events: [{at: 2m, set: {figures.error_rate: 0.5}}]"
    )
    assert rates(found) == [0.01, 0.01, 0.5, 0.5]


# ---------------------------------------------------------------- histories


def runs(look: Look) -> list[tuple[int, str | None]]:
    return [(each["run_number"], each["conclusion"]) for each in value(look, "nightly")["runs"]]


def test_a_history_grows_with_the_looks(tell: Tell) -> None:
    found = tell("every: 1h", "for: 14h")
    assert runs(found[0]) == [(1, "success"), (2, "failure")]
    assert runs(found[1]) == [(1, "success"), (2, "failure")]
    assert runs(found[2]) == [(1, "success"), (2, "failure"), (3, "success")]
    assert runs(found[14]) == [(1, "success"), (2, "failure"), (3, "success"), (4, None)]
    last = value(found[14], "nightly")
    assert (last["total_count"], last["latest"]["run_number"], last["latest"]["status"]) == (4, 4, "in_progress")


def test_a_tick_without_a_run_leaves_no_hole(tell: Tell, policies: PolicySet) -> None:
    for look in tell("every: 7h", "for: 14h"):
        gate = policies.every.get("launch")
        assert gate is not None
        notes = {note.name: (note.state, note.detail) for note in admit(gate, look.snapshot, look.at).notes}
        assert notes["nightly"] == ("usable", "")


def test_what_was_collected_earlier_has_only_the_runs_until_then(tell: Tell) -> None:
    (look,) = tell("now: 2026-03-01T14:00:00Z", "age: {nightly: 1m}")
    assert look.items["nightly"].collected_at == NOON + timedelta(hours=1, minutes=59)
    assert runs(look) == [(1, "success"), (2, "failure")]
    (fresh,) = tell("now: 2026-03-01T14:00:00Z")
    assert runs(fresh)[-1] == (3, "success")


def test_an_edit_of_a_history_waits_for_its_run(tell: Tell) -> None:
    found = tell("every: 2h", "for: 2h", 'set: {"nightly.runs[run_number=3].conclusion": failure}')
    assert [len(runs(each)) for each in found] == [2, 3]
    assert runs(found[1])[-1] == (3, "failure")
    assert value(found[1], "nightly")["latest"]["conclusion"] == "failure"


def test_another_attempt_takes_from_the_first_what_it_does_not_say(tell: Tell, policies: PolicySet) -> None:
    (look,) = tell("add: {nightly.runs: [{run_number: 1, run_attempt: 2, conclusion: failure}]}")
    first, again, last = value(look, "nightly")["runs"]
    assert [each["run_attempt"] for each in (first, again, last)] == [1, 2, 1]
    assert (again["id"], again["created_at"]) == (first["id"], first["created_at"])
    assert value(look, "nightly")["total_count"] == 2
    assert state(policies, look, "nightly") == "usable"


def test_a_run_that_is_taken_out_leaves_a_hole(tell: Tell, policies: PolicySet) -> None:
    (look,) = tell("now: 2026-03-01T14:00:00Z", 'remove: ["nightly.runs[run_number=2]"]')
    assert state(policies, look, "nightly") == "incomplete"
    (cut,) = tell('remove: ["nightly.runs[run_number=2]"]', "set: {nightly.total_count: 4}")
    assert state(policies, cut, "nightly") == "truncated"
    (empty,) = tell("set: {nightly.runs: []}")
    assert (value(empty, "nightly")["total_count"], value(empty, "nightly")["latest"]) == (0, None)


def test_a_count_that_an_event_sets_holds_from_then_on(tell: Tell, policies: PolicySet) -> None:
    found = tell("every: 2h", "for: 4h", "events: [{at: 2h, set: {nightly.total_count: 9}}]")
    assert [value(each, "nightly")["total_count"] for each in found] == [2, 9, 9]
    assert [state(policies, each, "nightly") for each in found] == ["usable", "truncated", "truncated"]


def test_a_count_that_a_series_gives_is_as_it_is_given(tell: Tell) -> None:
    found = tell("every: 2h", "series: {nightly.total_count: 9 7}")
    assert [value(each, "nightly")["total_count"] for each in found] == [9, 7]


def test_the_last_run_follows_from_a_series_of_runs(tell: Tell) -> None:
    run = "{run_number: 1, conclusion: success, created_at: 2026-03-01T02:00:00Z}"
    found = tell(
        "every: 1m",
        'series: {"nightly.runs[0].conclusion": success failure}',
        base="evidence:\n  nightly: {workflow: nightly.yml, runs: [" + run + "]}\n",
    )
    assert [value(each, "nightly")["latest"]["conclusion"] for each in found] == ["success", "failure"]


def test_a_last_run_that_an_event_sets_is_one_that_there_is(tell: Tell) -> None:
    found = tell(
        "events:",
        "  - {at: 1m, set: {nightly.latest.conclusion: cancelled}}",
        "  - {at: 2m, add: {nightly.runs: [{run_number: 2, run_attempt: 2, conclusion: success}]}}",
    )
    last = [value(each, "nightly")["latest"] for each in found]
    assert [each["conclusion"] for each in last] == ["failure", "cancelled", "cancelled"]
    assert [(each["run_number"], each["run_attempt"]) for each in last] == [(2, 1), (2, 1), (2, 2)]


def test_evidence_that_an_event_sets_whole_may_leave_out_what_follows(tell: Tell) -> None:
    run = "{run_number: 1, conclusion: failure, created_at: 2026-03-01T02:00:00Z}"
    found = tell("events: [{at: 1m, set: {nightly: {workflow: nightly.yml, runs: [" + run + "]}}}]")
    assert (value(found[1], "nightly")["total_count"], runs(found[1])) == (1, [(1, "failure")])


def state(policies: PolicySet, look: Look, name: str) -> str:
    gate = policies.every.get("launch")
    assert gate is not None
    (found,) = (note.state for note in admit(gate, look.snapshot, look.at).notes if note.name == name)
    return found


# ---------------------------------------------------------------- edits and events


def incident(name: str) -> str:
    told = "title: slow, severity: HIGH, environment: shop, opened_at: 2026-03-01T09:00:00Z"
    return f"{{id: {name}, {told}, resolved_at: null, origin: null, url: null}}"


def test_edits_choose_rows_and_change_nothing_else(tell: Tell) -> None:
    (look,) = tell(
        f"add: {{incidents.incidents: [{incident('A')}, {incident('B')}]}}",
        "events: [{at: 0m, set: {'incidents.incidents[id=B].title': fast, 'incidents.incidents[0].url': x}}]",
    )
    first, second = value(look, "incidents")["incidents"]
    assert (first["id"], first["title"], first["url"]) == ("A", "slow", "x")
    assert (second["id"], second["title"], second["url"]) == ("B", "fast", None)


def test_a_choice_that_fits_several_rows_changes_all_of_them(tell: Tell) -> None:
    (look,) = tell(
        f"add: {{incidents.incidents: [{incident('A')}, {incident('B')}]}}",
        "events: [{at: 0m, set: {'incidents.incidents[severity=HIGH].severity': LOW}}]",
    )
    assert [each["severity"] for each in value(look, "incidents")["incidents"]] == ["LOW", "LOW"]


def test_events_add_up_in_the_order_of_time(tell: Tell) -> None:
    found = tell(
        "events:",
        "  - {at: 2m, title: closed, remove: ['incidents.incidents[id=A]']}",
        "  - {at: 1m, title: opened, add: {incidents.incidents: [" + incident("A") + "]}}",
        "  - {at: 3m, title: again, add: {incidents.incidents: [" + incident("B") + "]}}",
    )
    ids = [[each["id"] for each in value(look, "incidents")["incidents"]] for look in found]
    assert ids == [[], ["A"], [], ["B"]]
    assert [each.titles for each in found] == [(), ("opened",), ("closed",), ("again",)]


def test_events_that_nobody_saw_are_told_in_the_order_of_time(tell: Tell) -> None:
    found = tell(
        "every: 1m",
        "for: 5m",
        "pauses: [{from: 0m, to: 5m}]",
        "events: [{at: 3m, title: closed}, {at: 1m, title: opened}]",
    )
    assert [each.titles for each in found] == [(), ("opened", "closed")]


# ---------------------------------------------------------------- what lacks


@pytest.mark.parametrize("how", ["missing", "failed", "truncated", "mistyped", "stale"])
@pytest.mark.parametrize("name", ["figures", "nightly"])
def test_evidence_lacks_as_the_case_says_and_no_policy_can_use_it(
    tell: Tell, policies: PolicySet, how: str, name: str
) -> None:
    (look,) = tell(f"lacking: {{{name}: {how}}}")
    assert state(policies, look, name) == how
    assert state(policies, look, "incidents") == "usable"


def test_stale_is_just_too_old_for_whoever_takes_it_the_longest(tell: Tell) -> None:
    # the gate takes figures for 10 min, the mode for 2 min
    (look,) = tell("lacking: {figures: stale}", asked="launch, slowness")
    assert look.items["figures"].collected_at == NOON - timedelta(minutes=10, seconds=1)


def test_evidence_that_lacked_comes_again(tell: Tell) -> None:
    found = tell(
        "lacking: {figures: missing}",
        "events: [{at: 1m, lacking: {figures: none, incidents: failed}}, {at: 2m, lacking: {incidents: none}}]",
    )
    assert sorted(value_names(found[0])) == ["incidents", "nightly"]
    failures = [each.items["incidents"].failure for each in found]
    assert [each.cause if each is not None else None for each in failures] == [None, "failed", None]
    assert "figures" in found[1].items


def test_where_everything_lacks_there_is_no_snapshot(tell: Tell) -> None:
    (look,) = tell("lacking: {figures: missing}", base="evidence:\n  figures: " + FIGURES)
    assert look.snapshot is None


FIGURES = "{error_rate: 0.01, orders: 7, open: true, slow_since: null}\n"


def test_age_is_kept_at_each_look(tell: Tell) -> None:
    found = tell("every: 1m", "for: 2m", "age: {incidents: 2h}")
    assert [each.at - each.items["incidents"].collected_at for each in found] == [timedelta(hours=2)] * 3
    assert [each.at - each.items["figures"].collected_at for each in found] == [timedelta(0)] * 3


# ---------------------------------------------------------------- recorded snapshots and played modes


def recorded(at: datetime = NOON - timedelta(minutes=5)) -> Snapshot:
    figures: Json = {"error_rate": 0.2, "orders": 3, "open": True, "slow_since": None}
    other = item("sign", {"word": "open"}, collected_at=at)
    return build_snapshot("shop", Subject("shop", "live"), [item("figures", figures, collected_at=at), other])


def test_a_recorded_snapshot_is_decided_on_as_it_was_recorded(tell: Tell) -> None:
    kept = recorded()
    (look,) = tell("snapshot: recorded", base="", recorded=kept)
    assert look.snapshot is not None
    assert look.snapshot.digest == kept.digest


def test_what_changes_in_a_recorded_snapshot_keeps_its_age_and_the_rest(tell: Tell) -> None:
    kept = recorded()
    first, later = tell(
        "snapshot: recorded",
        "set: {figures.orders: 9}",
        "every: 10m",
        "for: 10m",
        base="",
        recorded=kept,
    )
    for look in (first, later):
        assert value(look, "figures")["orders"] == 9
        assert look.items["figures"].collected_at == kept.items["figures"].collected_at
        assert look.subject == Subject("shop", "live")


def test_recorded_evidence_that_no_asked_policy_needs_is_left_out_of_what_changes(tell: Tell) -> None:
    (look,) = tell("snapshot: recorded", "set: {figures.orders: 9}", base="", recorded=recorded())
    assert look.snapshot is not None
    assert set(look.snapshot.items) == {"figures"}
    (asked,) = tell("snapshot: recorded", base="", recorded=recorded(), asked="launch, motto")
    assert set(asked.items) == {"figures", "sign"}


def test_an_age_of_nothing_is_a_collection_at_the_look_itself(tell: Tell) -> None:
    found = tell("snapshot: recorded", "age: {figures: 0s}", "every: 1m", "for: 1m", base="", recorded=recorded())
    assert [each.items["figures"].collected_at for each in found] == [each.at for each in found]


def test_age_and_given_evidence_take_the_place_of_what_was_recorded(tell: Tell) -> None:
    (aged,) = tell("snapshot: recorded", "age: {figures: 1m}", base="", recorded=recorded())
    assert aged.items["figures"].collected_at == NOON - timedelta(minutes=1)
    (own,) = tell("snapshot: recorded", "evidence: {figures: " + FIGURES.strip() + "}", base="", recorded=recorded())
    assert value(own, "figures")["orders"] == 7
    assert own.items["figures"].collected_at == NOON


def test_the_state_of_a_played_mode_is_evidence_of_the_look(tell: Tell) -> None:
    figures = "evidence:\n  figures: " + FIGURES
    (look,) = tell(base=figures, asked="with-mode, slowness")
    assert look.computed == {"mode": "slowness"}
    seen = look.with_state("mode", "slow", NOON - timedelta(minutes=3))
    assert value(seen, "mode") == {"mode": "slowness", "state": "slow", "since": "2026-03-01T11:57:00Z"}
    assert value(seen, "figures") == value(look, "figures")


def test_a_state_that_is_given_or_lacks_is_not_computed(tell: Tell) -> None:
    figures = "evidence:\n  figures: " + FIGURES
    given_state = "evidence: {mode: {mode: slowness, state: slow, since: null}}"
    assert tell(given_state, base=figures, asked="with-mode, slowness")[0].computed == {}
    assert tell("lacking: {mode: missing}", base=figures, asked="with-mode, slowness")[0].computed == {}
    assert tell(base="", asked="with-mode")[0].computed == {}


def test_looks_of_the_same_case_are_the_same(read: Callable[..., tuple[Case, Suite]], policies: PolicySet) -> None:
    story, suite = read("every: 1m", "series: {figures.error_rate: 0.06x2 _ 0.01}", "lacking: {nightly: truncated}")
    once, again = ([each.snapshot for each in looks(story, policies, suite)] for _ in range(2))
    assert [snapshot_bytes(each) for each in once if each] == [snapshot_bytes(each) for each in again if each]


# ---------------------------------------------------------------- properties

_spans = st.integers(0, 40).map(lambda each: timedelta(minutes=each))


@given(length=_spans, every=st.integers(1, 9), ats=st.lists(_spans, max_size=4), pause=st.tuples(_spans, _spans))
def test_looks_are_the_ticks_and_what_is_asked_for_without_the_pauses(
    length: timedelta, every: int, ats: list[timedelta], pause: tuple[timedelta, timedelta]
) -> None:
    asked = case(
        every=timedelta(minutes=every),
        length=length,
        events=tuple(event(at / timedelta(minutes=1)) for at in ats),
        pauses=(Pause(*sorted(pause)),),
    )
    found = offsets_of(asked)
    naive = {timedelta(minutes=each) for each in range(41) if each % every == 0 and timedelta(minutes=each) <= length}
    wanted = {each for each in naive | {timedelta(0), *ats} if not min(pause) < each < max(pause)}
    assert list(found) == sorted(wanted)


_values = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["x", "y z", "a.b"]), below, max_size=3)
    ),
    max_leaves=12,
)


@given(_values, st.data())
def test_an_edit_changes_what_it_says_and_shares_nothing_with_the_old_value(content: Any, data: st.DataObject) -> None:
    way, text = [], "it"
    here = content
    while isinstance(here, list | dict) and here and data.draw(st.booleans()):
        step = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else list(range(len(here)))))
        text += f'["{step}"]' if isinstance(step, str) else f"[{step}]"
        way.append(step)
        here = here[step]
    before = copy.deepcopy(content)
    expected: Any = copy.deepcopy({"root": content})
    around, last = expected, "root"
    for step in way:
        around, last = around[last], step
    around[last] = "new"
    assert put(content, parse_path(text), "new") == expected["root"]
    if way:
        del around[last]
        assert take_out(content, parse_path(text)) == expected["root"]
    if isinstance(here, list):
        assert len(_at(append(content, parse_path(text), ["new"]), way)) == len(here) + 1
    assert content == before


def _at(content: Any, way: list[Any]) -> Any:
    for step in way:
        content = content[step]
    return content


@given(st.text(st.sampled_from("ab.[]=\"' 0"), max_size=12))
def test_any_text_is_a_way_into_evidence_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        path = parse_path(text)
    except PathRefused as refused:
        told = refused
    else:
        assert path.name
        assert sum(step.width for step in path.steps) + len(path.name) == len(text)
        return
    assert told.message
    assert 0 <= told.offset <= len(text)


@given(st.lists(st.integers(1, 12), unique=True, min_size=1, max_size=8), st.integers(0, 7))
def test_a_count_changes_by_as_many_runs_as_went(numbers: list[int], more: int) -> None:
    listed: list[Json] = [
        {"run_number": number, "conclusion": "success", "created_at": f"2026-03-01T{number:02}:00:00Z"}
        for number in numbers
    ]
    whole: Any = completed({"workflow": "w", "runs": listed, "total_count": len(numbers) + more})
    assert [each["run_number"] for each in whole["runs"]] == sorted(numbers)
    fewer: Any = recounted(whole, {**whole, "runs": whole["runs"][1:]})
    assert fewer["total_count"] == len(numbers) + more - 1
    assert fewer["latest"] == (fewer["runs"][-1] if fewer["runs"] else None)
