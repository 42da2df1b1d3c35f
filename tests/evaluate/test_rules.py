"""What rules come to, as their findings tell it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gatekeeper.errors import UsageError
from gatekeeper.expr import compile_template
from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.rule import CleanWindow, Each, Rule, VoidRun
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.pipeline import decide
from tests.builders import NOW, entry, expression, gate, item, parameter, policy_set, rule, snapshot


def decided(rules: list[Rule], value: Json, **changes: Any) -> Decision:
    its = gate("g", rules, [entry("a", required=changes.pop("required", ()))], **changes)
    return decide(policy_set(its), "g", snapshot(item("a", value)), as_of=NOW)


def found(its: Rule, value: Json, **changes: Any) -> Finding:
    (finding,) = [f for f in decided([its], value, **changes).root.findings if f.rule == its.id]
    return finding


def each(expect: str | None = None, **changes: Any) -> Each:
    fields: dict[str, Any] = {
        "over": expression("a.rows"),
        "row": "row",
        "key": expression("row.id"),
        "empty_passes": False,
        "expect": expression(expect) if expect else None,
        "closed_by": None,
        "owner": None,
        "due": None,
        **changes,
    }
    return Each(**fields)


def rows(*ids: Any, **more: Any) -> Json:
    return {"rows": [{"id": id_, "line": 10 + index, **more} for index, id_ in enumerate(ids)]}


def test_a_finding_tells_what_it_saw_and_what_it_wants() -> None:
    finding = found(rule("rate", "a.rate <=\n 0.05", message="error rate {a.rate}"), {"rate": 0.063})
    assert (finding.outcome, finding.message, finding.expected) == (Outcome.FAIL, "error rate 0.063", "a.rate <= 0.05")
    assert [(o.path, o.value) for o in finding.observed] == [("a.rate", 0.063)]
    assert finding.evidence == ("a",)


def test_a_value_of_the_wrong_type_is_unknown_and_names_the_type() -> None:
    assert found(rule("word", "a.s"), {"s": "true"}).message == "not known: the expression gives a string, not a bool"
    assert found(rule("one", "a.n"), {"n": 1}).outcome is Outcome.UNKNOWN


def test_a_missing_field_is_unknown_and_named() -> None:
    finding = found(rule("rate", "a.rate <= 0.05"), {})
    assert (finding.outcome, finding.lacks[0].cause) == (Outcome.UNKNOWN, "error")
    assert "rate" in finding.message


def test_a_spent_budget_is_unknown_whatever_stands_beside_it() -> None:
    bomb = "a.l.exists(x, a.l.exists(y, a.l.exists(z, x + y + z < 0))) || true"
    finding = found(rule("bomb", bomb), {"l": list(range(100))})
    assert (finding.outcome, finding.lacks[0].cause) == (Outcome.UNKNOWN, "budget")


@pytest.mark.parametrize("value", [{}, {"rows": []}, {"rows": None}, {"rows": ""}])
def test_required_content_may_be_neither_absent_nor_empty(value: Json) -> None:
    finding = found(rule("vacuous", "a.rows.all(r, r.ok)"), value, required=("rows",))
    assert (finding.outcome, finding.lacks[0].cause) == (Outcome.UNKNOWN, "empty")


def test_a_rule_that_does_not_apply_says_when_it_would() -> None:
    finding = found(rule("later", "false", applies_when="a.live"), {"live": False})
    assert (finding.outcome, finding.message) == (Outcome.NOT_APPLICABLE, "applies only when a.live")
    assert found(rule("later", "true", applies_when="a.live"), {}).outcome is Outcome.UNKNOWN


def test_each_row_is_a_finding_of_its_own() -> None:
    its = rule("row-ok", each("row.ok"), message="row {row.id}")
    value: Json = {"rows": [{"id": "x", "ok": True, "line": 3}, {"id": "y", "ok": False, "line": 4}, {"id": 7}]}
    findings = decided([its], value).root.findings
    assert [(f.key, f.outcome, f.line) for f in findings] == [
        ("7", Outcome.UNKNOWN, None),
        ("x", Outcome.PASS, 3),
        ("y", Outcome.FAIL, 4),
    ]
    assert findings[2].message == "row y"


def test_no_rows_are_a_pass_only_where_the_rule_says_so() -> None:
    assert found(rule("rows", each("row.ok")), rows()).outcome is Outcome.UNKNOWN
    assert found(rule("rows", each("row.ok", empty_passes=True)), rows()).outcome is Outcome.PASS


@pytest.mark.parametrize("ids", [("x", "x"), ("x", None), ("1", 1)])
def test_rows_that_cannot_be_told_apart_do_not_pass(ids: tuple[Any, ...]) -> None:
    findings = decided([rule("rows", each("true"))], rows(*ids)).root.findings
    assert all(f.outcome is Outcome.UNKNOWN for f in findings if f.key and f.key.startswith("row "))
    assert any(f.outcome is Outcome.UNKNOWN for f in findings)


def test_a_row_is_closed_by_evidence_and_not_by_its_text() -> None:
    blockers = each(closed_by={"1": "measured", "2": "signed"})
    rules = [
        rule("blocker", blockers),
        rule("measured", "a.measured", "advisory"),
        rule("signed", "a.signed", "advisory"),
    ]
    value = {**rows(1, 2, 3, state="closed, honestly"), "measured": True}  # type: ignore[dict-item]
    findings = {f.key: f for f in decided(rules, value).root.findings if f.rule == "blocker"}
    assert {key: (f.outcome, f.message) for key, f in findings.items()} == {
        "1": (Outcome.PASS, "closed: measured passes"),
        "2": (Outcome.UNKNOWN, "not known: signed is not known"),
        "3": (Outcome.FAIL, "open: no rule closes it"),
    }
    assert [key for key, f in findings.items() if f.unclosed] == ["3"]


def test_a_row_without_a_key_is_not_said_to_lack_a_rule_that_closes_it() -> None:
    findings = decided(
        [rule("blocker", each(closed_by={"1": "other"})), rule("other", "true")], rows(None)
    ).root.findings
    assert [(f.outcome, f.unclosed) for f in findings if f.rule == "blocker"] == [(Outcome.UNKNOWN, False)]


def test_a_row_tells_its_owner_and_that_it_is_past_its_date() -> None:
    late = each("row.done", owner=expression("row.who"), due=expression("row.by"))
    value: Json = {
        "rows": [
            {"id": "a", "done": False, "who": "Dan", "by": "2026-03-02"},
            {"id": "b", "done": False, "who": "Dan", "by": "2026-03-03"},
            {"id": "c", "done": False, "who": "Dan", "by": "before launch"},
            {"id": "d", "done": True, "who": "Dan", "by": "2026-03-01"},
        ]
    }
    findings = decided([rule("late", late)], value).root.findings
    assert [(f.key, f.owner, f.due_text, f.overdue) for f in findings] == [
        ("a", "Dan", "2026-03-02", True),
        ("b", "Dan", "2026-03-03", False),
        ("c", "Dan", "before launch", False),
        ("d", "Dan", "2026-03-01", False),
    ]


def window(**changes: Any) -> CleanWindow:
    fields: dict[str, Any] = {
        "over": expression("a.runs"),
        "sample": "run",
        "at": expression("run.at"),
        "clean": expression('run.end == "ok"'),
        "pending": expression("run.end == null"),
        "void": (VoidRun(expression('run.end == "skipped"'), "did not run"),),
        "label": compile_template("run {run.n}"),
        "cause": compile_template("ended {run.end}"),
        "length": timedelta(hours=2),
        "max_gap": timedelta(minutes=40),
        "not_before": None,
        **changes,
    }
    return CleanWindow(**fields)


def runs(*ends: str | None) -> Json:
    """One run every half hour, the last one five minutes ago."""
    start = NOW - timedelta(minutes=5 + 30 * (len(ends) - 1))
    instants = [instant_text(start + timedelta(minutes=30 * n)) for n in range(len(ends))]
    return {"runs": [{"n": n, "at": at, "end": end} for n, (at, end) in enumerate(zip(instants, ends, strict=True))]}


WINDOWS = [
    pytest.param(["ok"] * 5, Outcome.PASS, "clean since 2026-03-03T06:55:00Z (5 clean)", id="long enough"),
    pytest.param(["ok"] * 4, Outcome.FAIL, "completes 2026-03-03T09:25:00Z", id="too short"),
    pytest.param(
        ["ok"] * 3 + ["bad"] + ["ok"] * 2, Outcome.FAIL, "run 3 of 2026-03-03T07:55:00Z (ended bad)", id="reset"
    ),
    pytest.param(["ok", "skipped"] + ["ok"] * 3, Outcome.FAIL, "after a gap of 1 h", id="void"),
    pytest.param(
        ["ok"] * 3 + [None] + ["ok"] * 2, Outcome.UNKNOWN, "2026-03-03T07:55:00Z is not decided", id="pending"
    ),
    pytest.param(["bad"], Outcome.FAIL, "no clean streak, after run 0", id="never"),
    pytest.param([], Outcome.FAIL, "no clean streak", id="nothing"),
]


@pytest.mark.parametrize(("ends", "outcome", "told"), WINDOWS)
def test_a_window_tells_how_its_streak_stands(ends: list[str | None], outcome: Outcome, told: str) -> None:
    finding = found(rule("clean", window()), runs(*ends))
    assert finding.outcome is outcome
    assert told in finding.message


def test_a_run_that_has_not_ended_leaves_a_long_enough_window_undecided() -> None:
    finding = found(rule("clean", window(max_gap=None)), runs("ok", "ok", None, "ok", "ok", "ok"))
    assert (finding.outcome, finding.lacks[0].cause) == (Outcome.UNKNOWN, "undecided")


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"at": expression("run.nope")}, runs("ok")),
        ({"over": expression("a.nope")}, runs("ok")),
        ({"length": expression("a.runs")}, runs("ok")),
        ({"not_before": expression("'yesterday'")}, runs("ok")),
        ({}, {"runs": [{"n": 1, "at": instant_text(NOW + timedelta(minutes=2)), "end": "ok"}]}),
    ],
)
def test_a_window_that_cannot_be_read_is_unknown(changes: dict[str, Any], value: Json) -> None:
    assert found(rule("clean", window(**changes)), value).outcome is Outcome.UNKNOWN


def test_a_run_that_cannot_be_judged_is_never_clean() -> None:
    its = window(clean=expression("run.quality > 1"), max_gap=None, pending=None)
    finding = found(rule("clean", its), runs("ok", "ok", "ok", "ok", "ok", "ok"))
    assert finding.outcome is not Outcome.PASS


def test_parameters_come_from_the_policy_and_are_bounded() -> None:
    its = gate(
        "g",
        [rule("enough", "a.n >= params.least")],
        [entry("a")],
        params=(
            parameter("least", "int", 2, minimum=1, maximum=3),
            parameter("fixed", "duration", timedelta(days=7), overridable=False),
        ),
    )
    evidence = snapshot(item("a", {"n": 2}))

    def with_(**values: str) -> Decision:
        return decide(policy_set(its), "g", evidence, as_of=NOW, parameters={"g": values})

    assert with_().verdict is Verdict.GO
    assert with_(least="3").verdict is Verdict.NO_GO
    assert with_(least="3").root.overridden == ("least",)
    for values, told in [
        ({"least": "4"}, "above the largest value 3"),
        ({"least": "0"}, "below the smallest value 1"),
        ({"least": "two"}, "no whole number"),
        ({"fixed": "1d"}, "cannot be overridden"),
        ({"leest": "2"}, "did you mean least"),
    ]:
        with pytest.raises(UsageError, match=told):
            with_(**values)


def test_an_unknown_policy_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no policy nope"):
        decide(policy_set(), "nope", None, as_of=NOW)


def test_without_a_snapshot_everything_is_unknown() -> None:
    its = policy_set(gate("g", [rule("needs-a", "a.n > 0")], [entry("a")]))
    assert decide(its, "g", None, as_of=NOW).verdict is Verdict.INCONCLUSIVE
