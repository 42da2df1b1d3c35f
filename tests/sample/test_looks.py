"""The sample's modes look by look, through the command and a real store; nothing else goes from look to look."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import gatekeeper
from gatekeeper.errors import StoreError
from gatekeeper.model.kept import NewDelivery
from gatekeeper.model.mode_decision import ModeDecision
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.times import instant_text
from gatekeeper.pipeline.keeping import kept_snapshot
from gatekeeper.pipeline.looking import Change, look_and_keep
from gatekeeper.snapshot import build_snapshot
from gatekeeper.state import open_store
from tests.conftest import ROOT
from tests.sample.incidents import deploys, evidence, incident, minute, quiet, signs
from tests.sample.looks import INGESTION, Answer, Desk, hour, ingestion, switch, transitions
from tests.sample.looks import desk as people
from tests.sample.test_degraded import FAILING, FINE, OUT, Metrics

MODE = "rgl8r-degraded"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A project of the system rgl8r with an empty store."""
    return Desk.of(tmp_path, "rgl8r", Subject("rgl8r-api", "staging", None))


def play(desk: Desk, samples: list[Metrics | None], start: int = 0, **documents: Any) -> list[Answer]:
    """One look a minute; None is a minute at which the metrics could not be had."""
    found = []
    for offset, metrics in enumerate(samples, start):
        without = () if metrics is not None else ("metrics",)
        parts = {**documents, **({"metrics": metrics} if metrics is not None else {})}
        found.append(desk.look(MODE, evidence(offset, without, **parts), minute(offset)))
    assert not [each.err for each in found if each.err]
    return found


def states(answers: list[Answer]) -> list[tuple[int, str]]:
    return [(each.code, each.document["state"]) for each in answers]


def test_eleven_minutes_of_6_percent_enter_at_minute_10_and_leave_ten_clear_minutes_after(desk: Desk) -> None:
    answers = play(desk, [*[FAILING] * 11, *[FINE] * 11])
    assert states(answers) == [(0, "normal")] * 10 + [(1, "degraded")] * 11 + [(0, "normal")]
    entered = answers[10].document
    assert entered["transition"]["because"] == ["degraded/error-rate"]
    assert entered["since"] == instant_text(minute(10))
    assert "It has been so since 2026-02-24T14:10:00Z. Next update: not known yet." in entered["notice"]
    assert {each["category"] for each in entered["effects"]} >= {"writes and new jobs", "canary"}
    with desk.store() as store:
        assert transitions(store, MODE) == [
            ("normal", "degraded", minute(10)),
            ("degraded", "normal", minute(21)),
        ]
        kept = [store.states.decision(each.decision or "") for each in store.states.transitions()]
        assert kept[-1] is not None
        assert kept[-1].body == {name: each for name, each in answers[21].document.items() if name != "run"}
        assert kept[-1].digest == answers[21].document["run"]["digest"]


def test_nine_minutes_of_6_percent_never_enter(desk: Desk) -> None:
    answers = play(desk, [*[FAILING] * 10, *[FINE] * 3])
    assert states(answers) == [(0, "normal")] * 13
    with desk.store() as store:
        assert transitions(store, MODE) == []


def test_a_gap_in_the_metrics_neither_enters_nor_leaves(desk: Desk) -> None:
    samples = [*[FAILING] * 5, *[None] * 3, *[FAILING] * 11, *[FINE] * 5, None, *[FINE] * 11]
    answers = play(desk, samples)
    words = [state for _, state in states(answers)]
    assert words == ["normal"] * 18 + ["degraded"] * 17 + ["normal"]
    assert [each.code for each in answers] == [0] * 18 + [1] * 17 + [0]
    held = answers[6].document
    assert (held["state"], held["held_since"]) == ("normal", instant_text(minute(4)))
    assert "no evidence called metrics was collected" in held["held"]


def test_metrics_that_stay_away_end_in_not_known_and_never_in_normal(desk: Desk) -> None:
    answers = play(desk, [FINE, *[None] * 16, FINE])
    assert states(answers) == [(0, "normal")] * 16 + [(3, "unknown"), (0, "normal")]
    with desk.store() as store:
        assert [(source, target) for source, target, _ in transitions(store, MODE)] == [
            ("normal", "unknown"),
            ("unknown", "normal"),
        ]


def test_a_clock_that_has_run_7_of_its_10_minutes_goes_on_in_another_process(desk: Desk) -> None:
    def elsewhere(offset: int) -> Answer:
        path = desk.write(evidence(offset, metrics=FAILING), f"look-{offset}")
        arguments = ("decide", MODE, "--snapshot", str(path), "--as-of", instant_text(minute(offset)))
        done = subprocess.run(
            [sys.executable, "-m", "gatekeeper", *arguments, "--format", "json"],
            cwd=desk.root,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    play(desk, [FAILING] * 7)
    seventh = elsewhere(7).document
    (running,) = [each for each in seventh["conditions"] if each["condition"] == "degraded/error-rate"]
    assert (running["since"], running["met_at"]) == (instant_text(minute(0)), instant_text(minute(10)))
    assert [(elsewhere(offset).code) for offset in (8, 9, 10)] == [0, 0, 1]


def test_the_tabletop_is_l1_alone_no_degradation_and_lever_1(desk: Desk) -> None:
    """Nothing answers, 20 min after a deploy: an incident, for which there is an escalation and no mode."""
    before: dict[str, Any] = {
        "incident": incident(),
        "deploys": deploys(-20),
        "signs": signs(canary_status="FAIL_AUTH"),
    }
    answers = play(desk, [OUT] * 15, **before)
    assert states(answers) == [(0, "normal")] * 15
    for each in answers:
        found = each.document
        (escalation,) = [ladder for ladder in found["ladders"] if ladder["ladder"] == "rgl8r-escalation"]
        assert (escalation["level"], escalation["unknown"]) == ("L1", [])
        assert (found["levers"][0]["lever"], found["levers"][0]["pull"]) == ("render-rollback", "advised")
        assert found["pages"] == []
    lever = answers[-1].document["levers"][0]
    assert (lever["time_to_effect"], lever["blast_radius"]) == ("2–5 min", "all code, all tenants")
    assert lever["validated_age_seconds"] == 0
    (owed,) = [each for each in answers[3].document["duties"] if each["duty"] == "L1/respond"]
    assert (owed["state"], owed["due"]) == ("open", instant_text(minute(15)))
    with desk.store() as store:
        assert transitions(store, MODE) == []
        assert transitions(store, "rgl8r-escalation") == [(None, "L1", minute(0))]


def test_a_deployment_resets_no_clock(desk: Desk) -> None:
    play(desk, [FAILING] * 7)
    deployed = Desk(desk.root, desk.system, Subject("rgl8r-api", "staging", "c0ffee"))
    answers = play(deployed, [FAILING] * 4, start=7)
    assert states(answers)[-1] == (1, "degraded")


def test_an_instant_before_the_last_look_is_refused_and_changes_nothing(desk: Desk) -> None:
    play(desk, [FINE] * 3)
    refused = desk.look(MODE, evidence(1, metrics=FINE), minute(1))
    assert refused.code == 2
    assert "was looked at for 2026-02-24T14:02:00Z, and --as-of is before that" in refused.err
    later = desk.look(MODE, evidence(1, metrics=FINE), datetime.now(UTC) + timedelta(hours=1))
    assert (later.code, "is still to come" in later.err) == (2, True)
    assert states(play(desk, [FINE], start=3)) == [(0, "normal")]


def test_a_dry_run_goes_on_from_what_is_kept_and_keeps_nothing(desk: Desk) -> None:
    first = desk.look(MODE, evidence(0, metrics=FAILING), minute(0), "--dry-run", "--format", "json")
    assert (first.code, first.document["earlier"]) == (0, None)
    assert not (desk.root / ".gatekeeper" / "gatekeeper.db").exists()
    play(desk, [FAILING] * 10)
    dry = [desk.look(MODE, evidence(10, metrics=FAILING), minute(10), "--dry-run", "--format", "json") for _ in "ab"]
    assert [(each.code, each.document["transition"]["to"]) for each in dry] == [(1, "degraded")] * 2
    with desk.store() as store:
        assert transitions(store, MODE) == []


def test_of_instances_that_look_at_once_one_makes_the_transition(desk: Desk) -> None:
    play(desk, [FAILING] * 10)
    paths = [desk.write(evidence(10, metrics=FAILING), f"racer-{number}") for number in range(4)]

    def race(path: Path) -> tuple[int, str]:
        arguments = ("decide", MODE, "--snapshot", str(path), "--as-of", instant_text(minute(10)))
        done = subprocess.run(
            [sys.executable, "-m", "gatekeeper", *arguments, "--format", "json"],
            cwd=desk.root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)["state"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(race, paths)) == [(1, "degraded")] * 4
    with desk.store() as store:
        assert transitions(store, MODE) == [("normal", "degraded", minute(10))]
        (kept,) = [each for each in store.states.all() if each.key.policy == MODE]
        assert kept.version == 10 + 4, "each look is kept, none in the place of another"


def test_an_instance_that_is_a_little_late_takes_the_instant_of_the_look_before_it(tmp_path: Path) -> None:
    """Clocks of instances disagree by seconds; by minutes, one of them is wrong."""
    policies, found = gatekeeper.load_policies(ROOT), evidence(10, metrics=FINE)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        look_and_keep(store, policies, MODE, found, as_of=minute(10))
        late = look_and_keep(store, policies, MODE, found, as_of=minute(9.5))
        assert (late.as_of, late.normal) == (minute(10), True)
        with pytest.raises(StoreError, match="now is 2026-02-24T14:05:00Z") as refused:
            look_and_keep(store, policies, MODE, found, as_of=minute(5))
        assert refused.value.hint == "see whose clock is wrong"


def test_the_evidence_of_each_look_is_kept(tmp_path: Path) -> None:
    policies, found = gatekeeper.load_policies(ROOT), evidence(0, metrics=FINE)
    whole = build_snapshot("rgl8r", found.subject, found.items.values())
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        decision = look_and_keep(store, policies, MODE, whole, as_of=minute(0))
        kept = kept_snapshot(store, decision.terms.snapshot or "")
        assert kept is not None
        assert kept.items == whole.items


def test_a_level_of_which_it_is_not_known_whether_it_is_over_stays(tmp_path: Path) -> None:
    policies = gatekeeper.load_policies(ROOT)
    seen: list[tuple[str | None, str | None]] = []

    def messages(decision: ModeDecision, change: Change) -> Sequence[NewDelivery]:
        if change.key.policy == "rgl8r-escalation":
            seen.append((change.transition.source, change.transition.target))
        return (NewDelivery("desk", {"policy": change.key.policy, "to": change.transition.target}),)

    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        for offset, without, happened in ((0, (), incident()), (1, ("incident",), None), (2, (), quiet())):
            documents = {"incident": happened} if happened is not None else {}
            found = evidence(offset, without, metrics=FINE, **documents)
            look_and_keep(store, policies, MODE, found, as_of=minute(offset), messages=messages)
        assert seen == [(None, "L1"), ("L1", None)], "not at minute 1, at which nobody can tell"
        sent = [each.payload for each in store.outbox.list()]
        assert {"policy": "rgl8r-escalation", "to": "L1"} in sent


# ---------------------------------------------------------------- ingestion

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
CONTROL = "ingestion-control"


def noon(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


LAUNCH = {"day0-go": noon(-185), "launch": noon(-180)}


def uploads(at: float, failed: int, since: float = -50, *, off: bool = False, **events: datetime) -> Snapshot:
    """So many of a hundred uploads failed; what people did beside the launch."""
    did = {**LAUNCH, **{event.replace("_", "-"): when for event, when in events.items()}}
    return ingestion(noon(at), hour=hour(noon(since), failed), desk=people(did), settings=switch(off=off))


def level(found: dict[str, Any]) -> str | None:
    (ladder,) = found["ladders"]
    told: str | None = ladder["level"]
    return told


def test_6_12_and_22_percent_walk_ingestion_down_and_people_walk_it_back(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, "ingestion", INGESTION)

    def look(at: float, *arguments: Any, **events: Any) -> Answer:
        return desk.look(CONTROL, uploads(at, *arguments, **events), noon(at))

    quiet = look(0, 1)
    assert (quiet.code, quiet.document["state"], level(quiet.document)) == (0, "running", None)
    told = look(1, 6)
    assert (told.code, told.document["state"], level(told.document)) == (0, "running", "TOLD")
    assert told.document["pages"] == []
    assert [each["advice"] for each in told.document["advice"] if each["outcome"] == "pass"] == ["tell-the-team"]

    paged = look(2, 12)
    assert (paged.code, paged.document["state"], level(paged.document)) == (1, "paused", "PAGED")
    assert [each["who"] for each in paged.document["pages"]] == ["on-call"]
    assert paged.document["levers"][0]["lever"] == "kill-switch"
    assert "They are paused since 2026-03-10T12:02:00Z." in paged.document["notice"]

    back = look(3, 22)
    assert (back.code, back.document["state"], level(back.document)) == (1, "rolled_back", "ROLLBACK")
    assert {"kill-switch", "flag-back"} <= {each["lever"] for each in back.document["levers"]}

    off = look(4, 22, off=True)
    assert (off.code, off.document["state"]) == (1, "rolled_back")
    ready: dict[str, Any] = {"day0_go": noon(30), "launch": noon(31)}
    again = desk.look(CONTROL, uploads(32, 0, since=31.5, **ready), noon(32))
    assert (again.code, again.document["state"], level(again.document)) == (0, "running", None)
    with desk.store() as store:
        assert [(source, target) for source, target, _ in transitions(store, CONTROL)] == [
            ("disabled", "running"),
            ("running", "paused"),
            ("paused", "rolled_back"),
            ("rolled_back", "running"),
        ]
        walked = [target for _, target, _ in transitions(store, "ingestion-escalation")]
        assert walked == ["TOLD", "PAGED", "ROLLBACK", None]


def test_a_pause_ends_with_its_recorded_resolution_and_not_with_good_figures(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, "ingestion", INGESTION)
    assert desk.look(CONTROL, uploads(0, 12), noon(0)).document["state"] == "running"  # the launch is one look old
    assert desk.look(CONTROL, uploads(1, 12), noon(1)).document["state"] == "paused"
    assert desk.look(CONTROL, uploads(2, 0, off=True), noon(2)).document["state"] == "paused"
    resolved = desk.look(CONTROL, uploads(3, 0, since=2.6, resolved=noon(2.5)), noon(3))
    assert (resolved.code, resolved.document["state"]) == (0, "running")


def test_a_switch_that_is_off_while_nothing_asks_for_it_is_not_normal(tmp_path: Path) -> None:
    """What is computed and what is seen are both told, and a difference is never normal."""
    desk = Desk.of(tmp_path, "ingestion", INGESTION)
    desk.look(CONTROL, uploads(0, 1), noon(0))
    off = desk.look(CONTROL, uploads(1, 1, off=True), noon(1))
    assert (off.code, off.document["state"], off.document["observed_state"]) == (1, "running", "paused")
    unset = ingestion(
        noon(2),
        hour=hour(noon(-50), 1),
        desk=people(LAUNCH),
        settings={"variables": {"INGESTION_ENABLED": {"present": False, "empty": None, "matches": None}}},
    )
    unseen = desk.look(CONTROL, unset, noon(2))
    assert (unseen.code, unseen.document["normal"], unseen.document["state"]) == (3, None, "running")
