"""The rarer ways in which evidence, parameters, waivers and rules can be wrong: each is told, none passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.errors import UsageError
from gatekeeper.evaluate.parameters import out_of_bounds, parse_parameter
from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.rule import CleanWindow, Each, Expect, Quorum, ReadGate, VoidRun
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.times import (
    exact_span_text,
    instant_text,
    parse_instant,
    parse_span,
    span_text,
    span_text_beside,
)
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import WaiverUse
from gatekeeper.pipeline import decide
from tests.builders import NOW, entry, expression, gate, item, parameter, policy_set, rule, snapshot, waiver

AT = instant_text(NOW - timedelta(minutes=30))


def run_of(number: int, **changes: Any) -> dict[str, Json]:
    return {
        "id": 1000 + number,
        "run_number": number,
        "run_attempt": 1,
        "event": "schedule",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "main",
        "head_sha": "a" * 40,
        "created_at": AT,
        "updated_at": AT,
        "run_started_at": AT,
        "html_url": "https://example.com/run",
        **changes,
    }


def runs_of(*runs: dict[str, Json], total: int | None = None) -> Json:
    listed: list[Json] = list(runs)
    count = len(runs) if total is None else total
    return {"workflow": "canary.yml", "total_count": count, "runs": listed, "latest": listed[-1] if listed else None}


def judged(
    value: Json, kind: str = "workflow_runs", source: str = "true || size(a.runs) > 0", **changes: Any
) -> Decision:
    its = gate("g", [rule("needs-a", f"a != null && ({source})")], [entry("a", kind, **changes)])
    return decide(policy_set(its), "g", snapshot(item("a", value, kind)), as_of=NOW)


SPOILED = [
    pytest.param(runs_of(run_of(1), run_of(3)), "incomplete", "run 2 is missing", id="hole"),
    pytest.param(runs_of(run_of(1), total=2), "truncated", "total_count says 2", id="truncated"),
    pytest.param(runs_of(run_of(1, run_attempt=2)), "incomplete", "attempt 1 of run 1", id="attempt"),
    pytest.param(runs_of(run_of(1, conclusion="succes")), "mistyped", "conclusion", id="word"),
    pytest.param(runs_of(run_of(1, created_at="2026-03-03T08:30:00")), "mistyped", "created_at", id="no offset"),
    pytest.param(
        runs_of(run_of(1, updated_at=instant_text(NOW + timedelta(hours=1)))),
        "future",
        "after it was read",
        id="future",
    ),
]


@pytest.mark.parametrize(("value", "cause", "told"), SPOILED)
def test_runs_that_are_not_whole_are_unknown_and_the_hole_is_named(value: Json, cause: str, told: str) -> None:
    decision = judged(value)
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert (decision.evidence[0].state, told in decision.evidence[0].detail) == (cause, True)


def test_several_defects_are_told_as_the_first_and_a_count() -> None:
    detail = judged(runs_of(run_of(1, conclusion="succes", status="done"))).evidence[0].detail
    assert detail.endswith("(and 3 more)"), "the same two stand in latest as well"


def test_the_state_of_another_mode_is_not_taken() -> None:
    value: Json = {"mode": "other", "state": "normal", "since": None}
    decision = judged(value, "mode_state", 'a.state == "normal"', of="mine")
    assert (decision.verdict, decision.evidence[0].state) == (Verdict.INCONCLUSIVE, "other_subject")
    mine = judged({**value, "mode": "mine"}, "mode_state", 'a.state == "normal"', of="mine")  # type: ignore[dict-item]
    assert mine.verdict is Verdict.GO


def test_evidence_that_says_the_same_subject_is_taken() -> None:
    its = gate("g", [rule("needs-a", "a.n == 1")], [entry("a")])
    same = item("a", {"n": 1}, subject=Subject(service="demo", commit=None))
    assert decide(policy_set(its), "g", snapshot(same), as_of=NOW).verdict is Verdict.GO


def finding_of(requirement: Any, value: Json) -> Finding:
    its = gate("g", [rule("r", requirement)], [entry("a")])
    return decide(policy_set(its), "g", snapshot(item("a", value)), as_of=NOW).root.findings[0]


def quorum(**changes: Any) -> Quorum:
    fields: dict[str, Any] = {
        "of": expression("a.approvals"),
        "roles": ("approver",),
        "distinct": 1,
        "binds": (),
        "holders": {},
        **changes,
    }
    return Quorum(**fields)


@pytest.mark.parametrize(
    ("changes", "value", "told"),
    [
        ({"distinct": expression("'two'")}, {"approvals": []}, "not an int"),
        ({}, {"approvals": {"role": "approver"}}, "not a list of approvals"),
        ({}, {"approvals": ["signed"]}, "not a list of approvals"),
        ({}, {"approvals": [{"role": "approver", "signed_at": "yesterday"}]}, "no date and time"),
    ],
)
def test_a_record_that_cannot_be_read_is_unknown(changes: dict[str, Any], value: Json, told: str) -> None:
    finding = finding_of(quorum(**changes), value)
    assert (finding.outcome, told in finding.message) == (Outcome.UNKNOWN, True), finding.message


def test_a_sign_off_that_is_not_approved_last_at_the_same_instant_wins() -> None:
    yes: dict[str, Json] = {
        "role": "approver",
        "person": "Ada",
        "signed_at": AT,
        "decision": "approved",
        "final": True,
        "signer": "person",
    }
    no: dict[str, Json] = {**yes, "person": "Grace", "decision": "rejected"}
    orders: list[list[Json]] = [[yes, no], [no, yes]]
    for entries in orders:
        finding = finding_of(quorum(), {"approvals": entries})
        assert (finding.outcome, "it was rejected" in finding.message) == (Outcome.FAIL, True)


WINDOW: dict[str, Any] = {
    "over": expression("a.runs"),
    "sample": "run",
    "at": expression("run.at"),
    "clean": expression("run.ok"),
    "pending": expression("run.pending"),
    "void": (),
    "label": None,
    "length": timedelta(minutes=10),
    "max_gap": None,
    "not_before": None,
}


@pytest.mark.parametrize(
    "broken",
    [{"at": 5, "ok": True, "pending": False}, {"at": AT, "ok": True}, {"at": AT, "ok": "yes", "pending": False}],
    ids=["instant", "pending", "clean"],
)
def test_a_sample_that_cannot_be_judged_is_never_clean(broken: dict[str, Json]) -> None:
    whole: dict[str, Json] = {"at": instant_text(NOW - timedelta(minutes=50)), "ok": True, "pending": False}
    finding = finding_of(CleanWindow(**WINDOW), {"runs": [whole, broken]})
    assert finding.outcome is Outcome.UNKNOWN
    assert finding_of(CleanWindow(**WINDOW), {"runs": [broken]}).outcome is not Outcome.PASS


def test_only_a_last_sample_that_has_not_ended_is_left_out() -> None:
    runs: list[Json] = [
        {"at": instant_text(NOW - timedelta(minutes=50)), "ok": True, "pending": False, "branch": "main"}
    ]
    void = (VoidRun(expression("run.branch == 'x'"), "another branch"),)
    last: list[tuple[dict[str, Json], Outcome]] = [
        ({"ok": False, "pending": True, "branch": "main"}, Outcome.PASS),
        ({"pending": True}, Outcome.PASS),  # it is going on, or of another branch
        ({"ok": True}, Outcome.UNKNOWN),
        ({"pending": False, "branch": "main"}, Outcome.UNKNOWN),
        ({"ok": None, "pending": False, "branch": "main"}, Outcome.UNKNOWN),
        ({"ok": True, "pending": "no", "branch": "main"}, Outcome.UNKNOWN),
        ({"ok": True, "pending": False}, Outcome.UNKNOWN),
        ({"ok": False, "pending": False, "branch": "main"}, Outcome.FAIL),
    ]
    for run, outcome in last:
        finding = finding_of(CleanWindow(**{**WINDOW, "void": void}), {"runs": [*runs, {"at": AT, **run}]})
        assert finding.outcome is outcome, run
    no_pending = CleanWindow(**{**WINDOW, "pending": None})
    assert finding_of(no_pending, {"runs": [*runs, {"at": AT, "ok": None}]}).outcome is Outcome.UNKNOWN


def test_only_what_lists_the_samples_says_until_when_they_were_observed() -> None:
    runs: Json = {"runs": [{"at": instant_text(NOW - timedelta(minutes=10)), "ok": True, "pending": False}]}
    window = CleanWindow(**{**WINDOW, "pending": expression("run.pending && b.late"), "not_before": expression("c.at")})
    its = policy_set(gate("g", [rule("clean", window)], [entry("a"), entry("b"), entry("c")]))
    listed = [item("a", runs, collected_at=NOW), item("c", {"at": instant_text(NOW - timedelta(minutes=10))})]
    for also in ([item("b", {"late": True}, collected_at=NOW - timedelta(minutes=9))], []):
        (finding,) = decide(its, "g", snapshot(*listed, *also), as_of=NOW).root.findings
        assert finding.outcome is Outcome.PASS
        assert finding.evidence == ("a", "b", "c")
    either = CleanWindow(**{**WINDOW, "over": expression("true || b.late ? a.runs : []")})
    its = policy_set(gate("g", [rule("clean", either)], [entry("a"), entry("b")]))
    (finding,) = decide(its, "g", snapshot(listed[0]), as_of=NOW).root.findings
    assert (finding.outcome, [lack.evidence for lack in finding.lacks]) == (Outcome.UNKNOWN, ["b"])


def test_a_window_without_a_bound_and_without_samples_is_not_clean() -> None:
    assert finding_of(CleanWindow(**WINDOW), {"runs": []}).outcome is Outcome.FAIL


def test_a_void_sample_that_cannot_be_judged_is_undecided() -> None:
    void = (VoidRun(expression("run.branch == 'x'"), "another branch"),)
    finding = finding_of(CleanWindow(**{**WINDOW, "void": void}), {"runs": [{"at": AT, "ok": True, "pending": False}]})
    assert finding.outcome is not Outcome.PASS


def test_a_value_too_large_to_be_shown_is_not_shown() -> None:
    deep: Json = 1
    for _ in range(60):
        deep = [deep]
    finding = finding_of(Expect(expression("a.d != null")), {"d": deep})
    assert finding.outcome is Outcome.PASS
    assert [(seen.path, seen.value) for seen in finding.observed] == [("a.d", "1 entry")]


def waived(**changes: Any) -> Decision:
    its = gate("g", [rule("open", "a.n > 5"), rule("later", "false", applies_when="a.n > 5")], [entry("a")])
    accepted = waiver(changes.pop("rule", "open"), **changes)
    others = [waiver("open", id="zz-other")] if changes.get("id") == "aa" else []
    return decide(policy_set(its, waivers=[accepted, *others]), "g", snapshot(item("a", {"n": 1})), as_of=NOW)


UNUSED = [
    pytest.param(
        {"granted_at": NOW + timedelta(hours=1)}, WaiverUse.NOT_YET, "granted 2026-03-03T10:00:00Z", id="early"
    ),
    pytest.param({"subject": {"environment": "staging"}}, WaiverUse.UNUSED, "for environment staging", id="subject"),
    pytest.param({"key": "7"}, WaiverUse.UNUSED, "no row 7", id="key"),
    pytest.param({"rule": "later"}, WaiverUse.UNUSED, "not applicable", id="not applicable"),
]


@pytest.mark.parametrize(("changes", "use", "told"), UNUSED)
def test_a_waiver_that_accepts_nothing_says_why(changes: dict[str, Any], use: WaiverUse, told: str) -> None:
    decision = waived(**changes)
    assert decision.verdict is Verdict.NO_GO
    (note,) = decision.root.waivers
    assert (note.use, told in note.reason) == (use, True), note.reason


def test_the_second_waiver_of_the_same_finding_is_unused() -> None:
    notes = waived(id="aa").root.waivers
    assert [(note.waiver.id, note.use) for note in notes] == [("aa", WaiverUse.APPLIED), ("zz-other", WaiverUse.UNUSED)]
    assert "another waiver" in notes[1].reason


def test_a_waiver_for_this_subject_is_applied() -> None:
    assert waived(subject={"environment": "production"}).verdict is Verdict.GO


PARSED = [
    ("string", "x", "x"),
    ("strings", "a, b,,c", ("a", "b", "c")),
    ("duration", "1h30m", timedelta(minutes=90)),
    ("timestamp", "2026-03-03T10:00:00+01:00", NOW),
    ("bool", "true", True),
    ("bool", "false", False),
    ("int", "-3", -3),
    ("number", "2.5", 2.5),
]


@pytest.mark.parametrize(("kind", "text", "value"), PARSED)
def test_a_parameter_is_read_by_its_type(kind: str, text: str, value: object) -> None:
    assert parse_parameter(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bool", "yes"),
        ("int", "1e3"),
        ("int", "٣"),
        ("number", "NaN"),
        ("number", "1e9"),
        ("duration", "-1h"),
        ("timestamp", "now"),
    ],
)
def test_a_parameter_of_another_type_is_refused(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|neither"):
        parse_parameter(kind, text)


def test_a_parameter_is_one_of_its_choices() -> None:
    choice = parameter("region", "string", "eu", choices=("eu", "us"))
    assert out_of_bounds(choice, "eu") == ""
    assert out_of_bounds(choice, "mars") == "is none of eu, us"
    window = parameter("gap", "duration", timedelta(hours=1), maximum=timedelta(minutes=90))
    assert out_of_bounds(window, timedelta(hours=2)) == "is above the largest value 1h30m"


def test_a_parameter_of_a_gate_below_can_be_given() -> None:
    low = gate("low", [rule("enough", "a.n >= params.least")], [entry("a")], params=(parameter("least", "int", 5),))
    top = gate("g", [rule("reads-low", ReadGate("low"))])
    policies, evidence = policy_set(top, low), snapshot(item("a", {"n": 2}))
    assert decide(policies, "g", evidence, as_of=NOW).verdict is Verdict.NO_GO
    given = decide(policies, "g", evidence, as_of=NOW, parameters={"low": {"least": "1"}})
    assert given.verdict is Verdict.GO
    with pytest.raises(UsageError, match="names the gate other"):
        decide(policies, "g", evidence, as_of=NOW, parameters={"other": {"least": "1"}})


def test_spans_are_told_in_the_units_that_matter() -> None:
    told = [span_text(timedelta(seconds=s)) for s in (0, 45, 3600, 7500, 90061, 7 * 86400, -60)]
    assert told == ["0 s", "45 s", "1 h", "2 h 5 min", "1 d 1 h", "7 d", "-1 min"]


def test_a_limit_is_told_with_every_unit_that_it_has() -> None:
    told = [exact_span_text(timedelta(seconds=s)) for s in (0, 3600, 5401, 7 * 86400 + 1, -60.5, 0.25)]
    assert told == ["0 s", "1 h", "1 h 30 min 1 s", "7 d 1 s", "-1 min 0.5 s", "0.25 s"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (5400, "1 h 30 min"),
        (5401, "1 h 30 min 1 s"),
        (5400.5, "1 h 30 min 0.5 s"),
        (5399, "1 h 29 min"),
        (5461, "1 h 31 min"),
        (86400 + 61, "1 d"),
    ],
)
def test_a_span_beside_a_limit_never_reads_as_if_it_kept_to_it(seconds: float, told: str) -> None:
    assert span_text_beside(timedelta(seconds=seconds), timedelta(minutes=90)) == told


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_a_span_beside_a_limit_compares_as_it_is_told(seconds: int, limit: int) -> None:
    told = span_text_beside(timedelta(seconds=seconds), timedelta(seconds=limit))
    sizes = {"d": 86400, "h": 3600, "min": 60, "s": 1}
    parts = told.removeprefix("-").split()
    read = sum(int(count) * sizes[unit] for count, unit in zip(parts[::2], parts[1::2], strict=True))
    read = -read if told.startswith("-") else read
    assert (read > limit, read < limit) == (seconds > limit, seconds < limit)


@pytest.mark.parametrize("text", ["", "7", "1.5h", "30m1h", "99999d", "7 d", "x" * 50])
def test_a_span_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"span of time|ten years"):
        parse_span(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30T00:00:00Z",
        "2026-03-03T25:00:00Z",
        "2026-03-03T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "2026-03-03T09:00:00+01:60",
        "2026-03-03T09:00:00+24:00",
        "2026-03-03T09:00:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_an_instant_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no date and time"):
        parse_instant(text)


LAST = datetime.max.replace(tzinfo=UTC, microsecond=0)


@pytest.mark.parametrize("at", [LAST, datetime.min.replace(tzinfo=UTC)])
def test_the_first_and_the_last_instant_of_the_calendar_are_instants_as_well(at: datetime) -> None:
    text = instant_text(at)
    value: Json = {"runs": [{"at": text, "ok": True, "pending": False}], "approvals": []}
    window = CleanWindow(**WINDOW)
    rules = [rule("met", "age(a.runs[0].at) <= hours(1)"), rule("clean", window), rule("signed", quorum())]
    decision = decide(
        policy_set(gate("g", rules, [entry("a")])), "g", snapshot(item("a", value, collected_at=at)), as_of=at
    )
    assert {f.rule: f.outcome for f in decision.root.findings} == {
        "met": Outcome.PASS,
        "clean": Outcome.FAIL,
        "signed": Outcome.FAIL,
    }


def test_a_span_of_centuries_is_told_to_the_second() -> None:
    long = timedelta(days=110_000, hours=1, seconds=59, microseconds=999_999)
    assert (span_text(long), exact_span_text(long)) == ("110000 d 1 h", "110000 d 1 h 59.999999 s")


def test_an_instant_keeps_what_it_says() -> None:
    assert parse_instant("2026-03-03T09:00:00.123456789+00:00") == datetime(2026, 3, 3, 9, 0, 0, 123456, UTC)
    assert instant_text(replace_micro(123000)) == "2026-03-03T09:00:00.123Z"
    assert instant_text(replace_micro(123456)) == "2026-03-03T09:00:00.123456Z"


def replace_micro(micro: int) -> datetime:
    return NOW.replace(microsecond=micro)


def test_a_decision_names_the_evidence_that_was_asked_for() -> None:
    decision = judged(runs_of(run_of(1)))
    assert decision.verdict is Verdict.GO
    assert [note.name for note in decision.evidence] == ["a"]


def test_parameters_are_told_as_they_would_be_written() -> None:
    its = gate(
        "g",
        [rule("typed", "now > params.since && params.gap == minutes(90) && 'b' in params.names")],
        params=(
            parameter("since", "timestamp", NOW - timedelta(days=1)),
            parameter("gap", "duration", timedelta(minutes=90)),
            parameter("names", "strings", ("a", "b")),
        ),
    )
    decision = decide(policy_set(its), "g", snapshot(), as_of=NOW)
    assert decision.verdict is Verdict.GO
    assert decision.root.parameters == {"since": "2026-03-02T09:00:00Z", "gap": "1h30m", "names": ["a", "b"]}
    seen = {each.path: each.value for each in decision.root.findings[0].observed}
    assert seen["params.gap"] == "1h30m"


def test_long_values_are_cut_where_they_are_told() -> None:
    finding = finding_of(
        Expect(expression("a.s != '' && a.l != null && a.m != null")),
        {"s": "x" * 500, "l": list(range(20)), "m": {"k": 1}},
    )
    told = {each.path: each.value for each in finding.observed}
    assert told == {"a.s": "x" * 199 + "…", "a.l": "20 entries", "a.m": "{k}"}


@pytest.mark.parametrize(
    "changes",
    [{"length": expression("days(-8)")}, {"length": expression("days(0)")}, {"max_gap": expression("seconds(-1)")}],
)
def test_a_window_of_no_length_is_never_complete(changes: dict[str, Any]) -> None:
    runs: Json = {"runs": [{"at": AT, "ok": True, "pending": False}]}
    finding = finding_of(CleanWindow(**{**WINDOW, **changes}), runs)
    assert (finding.outcome, "not positive" in finding.message) == (Outcome.UNKNOWN, True)


def test_a_row_without_a_key_cannot_be_waived_under_a_key() -> None:
    each = Each(expression("a.rows"), "row", expression("row"), False, expression("false"), None, None, None)
    its = gate("g", [rule("rows", each)], [entry("a")])
    evidence = snapshot(item("a", {"rows": ["row 3", "z", ""]}))
    tried = [waiver("rows", id=f"w{key}", key=key, accepts_unknown=True) for key in ("row 3", "z")]
    decision = decide(policy_set(its, waivers=tried), "g", evidence, as_of=NOW)
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert [(f.key, f.waiver) for f in decision.root.findings] == [(None, None), ("row 3", "wrow 3"), ("z", "wz")]


def test_the_go_of_an_advisory_gate_that_shows_nothing_is_unknown_to_a_rule_that_blocks() -> None:
    low = gate("low", [rule("nice", "false", "advisory")], advisory=True)
    shown = gate("low", [rule("nice", "true")], advisory=True)
    for enforcement, lower, verdict in [
        ("hard", low, Verdict.INCONCLUSIVE),
        ("blocking", low, Verdict.INCONCLUSIVE),
        ("hard", shown, Verdict.GO),
    ]:
        top = gate("g", [rule("reads-low", ReadGate("low"), enforcement)])
        assert decide(policy_set(top, lower), "g", snapshot(), as_of=NOW).verdict is verdict
