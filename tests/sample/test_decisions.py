"""What must be decided on the recorded days, and on each way in which the canary can fail its week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import instant_text, parse_instant
from tests.sample import scenarios
from tests.sample.asking import (
    BAD_RUN,
    CANARY_ROW,
    LAUNCH,
    RECORD_ROW,
    advised,
    decided,
    findings,
    gate,
    stops,
    the,
    window,
)
from tests.sample.signing import basis_of


def test_the_first_day_is_no_go_for_the_canary_the_record_and_the_backup(
    policies: PolicySet, first_day: Snapshot
) -> None:
    decision = decided(policies, first_day, "2026-02-24T12:00:00Z")
    assert decision.verdict is Verdict.NO_GO
    assert stops(decision) == {
        "canary-clean-run",
        "approval-record-complete",
        "sign-offs-hold",
        f"no-open-blocker {CANARY_ROW}",
        f"no-open-blocker {RECORD_ROW}",
        "on-call-named Backup on-call",
    }
    assert the(decision, "p11-h", "canary-clean-run").enforcement is Enforcement.HARD
    assert instant_text(window(decision).clean_since or parse_instant(LAUNCH)) == "2026-02-24T00:00:00Z"
    assert instant_text(window(decision).completes_at or parse_instant(LAUNCH)) == "2026-03-03T00:00:00Z"
    assert window(decision).clean_samples == 24
    record = the(decision, "p11-h", "approval-record-complete")
    assert record.message == "still without a final sign-off: approver, launch-window, rollback-authority"
    row = the(decision, "p11-h", "no-open-blocker", CANARY_ROW)
    assert (row.owner, row.due_text, row.overdue) == ("platform-oncall", "2026-03-03", False)
    assert the(decision, "p11-h", "no-open-blocker", RECORD_ROW).due_text == "Before launch decision"


def test_on_the_first_day_the_runbooks_pass_with_advice(policies: PolicySet, first_day: Snapshot) -> None:
    decision = decided(policies, first_day, "2026-02-24T12:00:00Z", "p11-g")
    assert decision.verdict is Verdict.GO
    assert advised(decision, "p11-g") == {
        "placeholders-filled",
        "follow-up-closed",
        "follow-up-owned",
        "primary-is-not-the-lead",
        "failure-modes-exercised",
        "levers-exercised",
        "documents-agree-on-force-rls",
        "links-resolve",
        "more-than-one-participant",
    }
    said = {finding.rule: finding.message for finding in gate(decision, "p11-g").findings if finding.key is None}
    assert said["placeholders-filled"].startswith("placeholders where a value is due (4), lines: ")
    assert said["links-resolve"].startswith("dead links (3): #lever-6-queue-admission-cap (line ")
    assert said["levers-exercised"] == "levers never exercised: 2, 5, 6"
    assert said["failure-modes-exercised"] == (
        "never exercised: B2. Degraded Latency, B4. Job Queue Stall, B5. Auth Failures, B6. Quota Exhaustion"
    )
    open_actions = [f for f in findings(decision, "p11-g", "follow-up-closed") if f.outcome is Outcome.FAIL]
    assert len(open_actions) == 2
    assert the(decision, "p11-g", "rollback-as-fast-as-stated").outcome is Outcome.PASS


def test_the_launch_day_is_go(policies: PolicySet, launch_day: Snapshot) -> None:
    decision = decided(policies, launch_day)
    assert decision.verdict is Verdict.GO
    assert {each.verdict for each in decision.gates} == {Verdict.GO}
    state = window(decision)
    assert state.complete
    assert (state.resets, state.gaps) == ((), ())
    assert state.clean_samples == 7 * 48 + 18
    quorum = the(decision, "p11-h", "sign-offs-hold").quorum
    assert quorum is not None
    assert {each.person for each in quorum.sign_offs} == {"Dan", "Marta Kowalska", "Priya Raman"}
    filled = the(decision, "p11-g", "placeholders-filled")
    assert filled.message == "placeholders where a value is due (0), lines: none"


def test_a_row_of_the_blocker_table_is_closed_by_evidence_and_not_by_its_text(
    policies: PolicySet, launch_day: Snapshot
) -> None:
    decision = decided(policies, launch_day)
    row = the(decision, "p11-h", "no-open-blocker", CANARY_ROW)
    assert "Counting since" in row.message
    assert row.outcome is Outcome.PASS
    more = scenarios.with_value(launch_day, "runbook", _add_a_third_blocker)
    opened = decided(policies, more)
    third = the(opened, "p11-h", "no-open-blocker", "3 Pen test")
    assert (opened.verdict, third.outcome, third.overdue) == (Verdict.NO_GO, Outcome.FAIL, True)


def _add_a_third_blocker(runbook: scenarios.Value) -> None:
    table = next(each for each in runbook["tables"] if each["columns"][:2] == ["number", "blocker"])
    row = {**table["rows"][0], "number": 3, "blocker": "Pen test", "target_date": "2026-03-01", "current_state": "done"}
    table["rows"].append(row)


def test_the_eve_is_no_go_and_says_when_the_week_is_full(policies: PolicySet, eve: Snapshot) -> None:
    decision = decided(policies, eve, "2026-03-02T23:00:00Z")
    assert decision.verdict is Verdict.NO_GO
    assert "canary-clean-run" in stops(decision)
    assert window(decision).completes_at == parse_instant("2026-03-03T00:00:00Z")
    assert not window(decision).complete
    assert not window(decision).gaps
    assert "on-call-named Backup on-call" not in stops(decision)


def test_with_all_signed_on_the_eve_only_time_is_lacking(policies: PolicySet, eve: Snapshot) -> None:
    signed = scenarios.with_sign_offs(
        eve,
        person="Dan",
        decision="approved",
        final=True,
        signed_at="2026-03-02T20:00:00Z",
        commit=eve.subject.commit,
        basis=basis_of(policies, eve),
    )
    decision = decided(
        policies, scenarios.with_sign_off(signed, "approver", person="Marta Kowalska"), "2026-03-02T23:00:00Z"
    )
    assert stops(decision) == {"canary-clean-run", f"no-open-blocker {CANARY_ROW}"}
    assert decision.earliest_go == parse_instant("2026-03-03T00:00:00Z")


def test_the_week_is_full_at_exactly_seven_days(policies: PolicySet, launch_day: Snapshot) -> None:
    def cut(until: str) -> Snapshot:
        at = parse_instant(until)

        def change(value: scenarios.Value) -> None:
            value["runs"] = [run for run in value["runs"] if parse_instant(run["updated_at"]) <= at]
            value.update(total_count=len(value["runs"]), latest=value["runs"][-1])

        shorter = scenarios.with_value(launch_day, "canary", change)
        return scenarios.collected_earlier(shorter, "canary", launch_day.taken_at - at)

    before = decided(policies, cut("2026-03-02T23:59:59Z"), "2026-03-03T00:00:00Z", "p11-f")
    full = decided(policies, cut("2026-03-03T00:00:00Z"), "2026-03-03T00:00:00Z", "p11-f")
    assert (before.verdict, full.verdict) == (Verdict.NO_GO, Verdict.GO)


def test_recorded_evidence_is_never_go_once_it_is_old(policies: PolicySet, launch_day: Snapshot) -> None:
    decision = decided(policies, launch_day, "2026-11-21T08:00:00Z")
    assert decision.verdict is Verdict.INCONCLUSIVE
    stale = {note.name: instant_text(note.stale_since) for note in decision.evidence if note.stale_since}
    assert stale["mode"] == "2026-03-03T09:13:00Z"
    assert stale["runbook"] == "2026-03-04T08:58:00Z"


def test_one_failed_run_resets_the_week(policies: PolicySet, launch_day: Snapshot) -> None:
    decision = decided(policies, scenarios.with_run(launch_day, "canary", BAD_RUN, conclusion="failure"))
    state = window(decision)
    assert decision.verdict is Verdict.NO_GO
    assert state.clean_since == parse_instant("2026-03-01T12:30:00Z")
    assert state.completes_at == parse_instant("2026-03-08T12:30:00Z")
    assert [(instant_text(reset.at), reset.cause) for reset in state.resets] == [(BAD_RUN, "failure")]
    assert decision.earliest_go == parse_instant("2026-03-08T12:30:00Z")
    assert stops(decision) == {"canary-clean-run", f"no-open-blocker {CANARY_ROW}"}


def test_a_failure_that_was_run_again_still_counts(policies: PolicySet, launch_day: Snapshot) -> None:
    red = scenarios.with_run(launch_day, "canary", BAD_RUN, conclusion="failure")
    decision = decided(policies, scenarios.with_second_attempt(red, "canary", BAD_RUN, conclusion="success"))
    state = window(decision)
    assert decision.verdict is Verdict.NO_GO
    assert state.completes_at == parse_instant("2026-03-08T12:30:00Z")
    assert [reset.cause for reset in state.resets] == ["failure"]
    assert [t.because for t in state.tallies if t.counted_as == "void"] == ["a pass on a later attempt fills no gap"]


def test_the_first_attempt_may_not_be_left_out(policies: PolicySet, launch_day: Snapshot) -> None:
    only_the_last = scenarios.with_run(launch_day, "canary", BAD_RUN, run_attempt=2)
    decision = decided(policies, only_the_last)
    assert decision.verdict is Verdict.INCONCLUSIVE
    number = scenarios.run_at(launch_day, "canary", BAD_RUN)["run_number"]
    assert f"attempt 1 of run {number} is missing" in the(decision, "p11-f", "seven-clean-days").message


@pytest.mark.parametrize("total_count_too", [True, False], ids=["counted without it", "counted with it"])
def test_a_run_that_is_missing_from_the_list_is_named(
    policies: PolicySet, launch_day: Snapshot, total_count_too: bool
) -> None:
    number = scenarios.run_at(launch_day, "canary", BAD_RUN)["run_number"]
    hole = scenarios.without_run(launch_day, "canary", BAD_RUN, total_count_too=total_count_too)
    decision = decided(policies, hole)
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert stops(decision) == {"canary-clean-run", f"no-open-blocker {CANARY_ROW}"}
    for finding in (the(decision, "p11-f", "seven-clean-days"), the(decision, "p11-h", "no-open-blocker", CANARY_ROW)):
        assert f"run {number} is missing" in " ".join(lack.detail for lack in finding.lacks)


def test_six_hours_without_the_workflow_are_a_gap(policies: PolicySet, launch_day: Snapshot) -> None:
    off = scenarios.disabled(launch_day, "canary", "2026-02-28T06:00:00Z", timedelta(hours=6))
    decision = decided(policies, off)
    state = window(decision)
    assert decision.verdict is Verdict.NO_GO
    assert [(instant_text(gap.start), instant_text(gap.end)) for gap in state.gaps] == [
        ("2026-02-28T05:30:00Z", "2026-02-28T12:00:00Z")
    ]
    assert state.clean_since == parse_instant("2026-02-28T12:00:00Z")
    assert "2026-02-28T05:30:00Z to 2026-02-28T12:00:00Z" in the(decision, "p11-f", "seven-clean-days").message


@pytest.mark.parametrize(("minutes", "verdict"), [(60, Verdict.GO), (90, Verdict.NO_GO)])
def test_up_to_ninety_minutes_between_runs_are_no_gap(
    policies: PolicySet, launch_day: Snapshot, minutes: int, verdict: Verdict
) -> None:
    off = scenarios.disabled(launch_day, "canary", "2026-02-28T06:00:00Z", timedelta(minutes=minutes))
    assert decided(policies, off).verdict is verdict


@pytest.mark.parametrize(
    ("fields", "verdict", "said"),
    [
        ({"conclusion": "failure"}, Verdict.NO_GO, "reset: failure"),
        ({"conclusion": "timed_out"}, Verdict.NO_GO, "reset: timed_out"),
        ({"conclusion": "startup_failure"}, Verdict.NO_GO, "reset: startup_failure"),
        ({"conclusion": "action_required"}, Verdict.NO_GO, "reset: action_required"),
        ({"conclusion": "cancelled"}, Verdict.NO_GO, "reset: cancelled: a cancelled run may hide a failure"),
        ({"conclusion": "skipped"}, Verdict.GO, "void: the job did not run or proves nothing"),
        ({"conclusion": "neutral"}, Verdict.GO, "void: the job did not run or proves nothing"),
        ({"conclusion": "stale"}, Verdict.GO, "void: the job did not run or proves nothing"),
        ({"event": "workflow_dispatch"}, Verdict.GO, "void: a manual pass fills no gap"),
        ({"event": "workflow_dispatch", "conclusion": "failure"}, Verdict.NO_GO, "reset: failure"),
        ({"head_branch": None}, Verdict.GO, "void: a pass on an unknown branch fills no gap"),
        ({"head_branch": None, "conclusion": "failure"}, Verdict.NO_GO, "reset: failure"),
        ({"head_branch": "refs/heads/main", "conclusion": "failure"}, Verdict.NO_GO, "reset: failure"),
        ({"head_branch": "fix/canary"}, Verdict.GO, "void: it ran on another branch"),
        ({"head_branch": "fix/canary", "conclusion": "failure"}, Verdict.GO, "void: it ran on another branch"),
        ({"status": "in_progress", "conclusion": None}, Verdict.INCONCLUSIVE, "pending: has not ended yet"),
        ({"status": "queued", "conclusion": None}, Verdict.INCONCLUSIVE, "pending: has not ended yet"),
        ({"conclusion": None}, Verdict.NO_GO, "reset: ended without a conclusion"),
    ],
    ids=lambda value: "-".join(str(each) for each in value.values()) if isinstance(value, dict) else None,
)
def test_each_kind_of_run_is_said_by_name(
    policies: PolicySet, launch_day: Snapshot, fields: dict[str, object], verdict: Verdict, said: str
) -> None:
    number = scenarios.run_at(launch_day, "canary", BAD_RUN)["run_number"]
    decision = decided(policies, scenarios.with_run(launch_day, "canary", BAD_RUN, **fields))
    assert decision.verdict is verdict
    odd = [tally for tally in window(decision).tallies if tally.counted_as != "clean"]
    assert [(tally.count, tally.samples) for tally in odd] == [(1, (f"run {number}",))]
    assert f"{odd[0].counted_as}: {odd[0].because}".startswith(said)


def test_manual_passes_do_not_fill_a_gap(policies: PolicySet, launch_day: Snapshot) -> None:
    changed = launch_day
    for hour in ("06:00", "06:30", "07:00", "07:30"):
        changed = scenarios.with_run(changed, "canary", f"2026-02-28T{hour}:00Z", event="workflow_dispatch")
    decision = decided(policies, changed)
    assert decision.verdict is Verdict.NO_GO
    (gap,) = window(decision).gaps
    assert len(gap.samples) == 4
    assert "manual" in gap.samples[0]


def test_a_run_that_is_still_going_after_the_week_is_full_changes_nothing(
    policies: PolicySet, launch_day: Snapshot
) -> None:
    last = scenarios.with_run(launch_day, "canary", "2026-03-03T08:30:00Z", status="in_progress", conclusion=None)
    decision = decided(policies, last)
    assert decision.verdict is Verdict.GO
    assert [tally.counted_as for tally in window(decision).tallies] == ["clean", "pending"]


def test_a_run_that_was_moved_before_the_window_is_not_believed(policies: PolicySet, launch_day: Snapshot) -> None:
    def change(value: scenarios.Value) -> None:
        moved = value["runs"].pop(100)
        moved.update(created_at="2026-02-20T00:00:00Z", conclusion="failure")
        value["runs"].insert(0, moved)

    assert decided(policies, scenarios.with_value(launch_day, "canary", change)).verdict is Verdict.INCONCLUSIVE


def test_a_failure_that_says_it_is_still_going_is_not_believed(policies: PolicySet, launch_day: Snapshot) -> None:
    last = "2026-03-03T08:30:00Z"
    odd = scenarios.with_run(launch_day, "canary", last, status="in_progress", conclusion="failure")
    assert decided(policies, odd).verdict is Verdict.INCONCLUSIVE


def test_runs_of_another_workflow_prove_nothing(policies: PolicySet, launch_day: Snapshot) -> None:
    def change(value: scenarios.Value) -> None:
        value["workflow"] = "lint.yml"

    assert decided(policies, scenarios.with_value(launch_day, "canary", change)).verdict is Verdict.NO_GO


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda snapshot: scenarios.without(snapshot, "canary"), "missing"),
        (lambda snapshot: scenarios.emptied(snapshot, "canary"), "empty"),
        (lambda snapshot: scenarios.collected_earlier(snapshot, "canary", timedelta(hours=1)), "stale"),
        (lambda snapshot: scenarios.failed(snapshot, "canary", "truncated", "page 2 of 4 was not read"), "truncated"),
        (lambda snapshot: scenarios.failed(snapshot, "canary", "failed", "the file is not there"), "failed"),
    ],
    ids=["missing", "empty", "stale", "truncated", "failed"],
)
def test_without_its_runs_the_canary_is_not_known(
    policies: PolicySet, launch_day: Snapshot, change: Callable[[Snapshot], Snapshot], cause: str
) -> None:
    snapshot = change(launch_day)
    if cause == "stale":  # the runs that it could not have seen yet are not in it
        snapshot = scenarios.with_value(snapshot, "canary", _drop_the_last_two)
    decision = decided(policies, snapshot)
    assert decision.verdict is Verdict.INCONCLUSIVE
    lacks = the(decision, "p11-f", "seven-clean-days").lacks
    assert {(lack.evidence, lack.cause) for lack in lacks} == {("canary", cause)}
    assert the(decision, "p11-h", "canary-clean-run").outcome is Outcome.UNKNOWN


def _drop_the_last_two(value: scenarios.Value) -> None:
    value["runs"] = value["runs"][:-2]
    value.update(total_count=len(value["runs"]), latest=value["runs"][-1])


def test_without_any_snapshot_nothing_is_known(policies: PolicySet) -> None:
    decision = decided(policies, None)
    assert decision.verdict is Verdict.INCONCLUSIVE
