"""What a decision means: the promises that hold for every policy and every evidence."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.expr import compile_template
from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.duty import DueAt, DueEvery, DueWithin, Duty
from gatekeeper.model.finding import Outcome
from gatekeeper.model.policy import Gate, PolicySet
from gatekeeper.model.review import Review
from gatekeeper.model.rule import CleanWindow, Each, Enforcement, ReadGate, Rule, VoidRun
from gatekeeper.model.snapshot import Evidence, Snapshot, Subject
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import Waiver, WaiverUse
from gatekeeper.pipeline import decide
from gatekeeper.render.decision_json import decision_document
from tests import builders
from tests.builders import NOW, PLACE, entry, expression, failed, gate, item, policy_set, rule, snapshot, waiver

NAMES = ("a", "b", "c")

ATOMS = (
    "a.n > 1", "b.n <= 2", "c.ok", "a.ok", "a.s == 'x'", "b.s == 'x'", "has(a.n)", "has(b.missing)", "size(c.l) > 0",
    "c.l.all(x, x > 0)", "b.l.exists(x, x == a.n)", "a.missing == 1", "a.n", "b.s", "true", "false", "a.n + b.n > 3",
    "c.l.exists_one(x, x == 1)", "a == b", "'x' in c.l", "b.n in [1, 2]",
)  # fmt: skip

expressions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) && ({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) || ({p[1]})"),
        inner.map(lambda e: f"!({e})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]}) ? ({p[1]}) : ({p[2]})"),
    ),
    max_leaves=4,
)

documents: st.SearchStrategy[Json] = st.fixed_dictionaries(
    {},
    optional={
        "n": st.one_of(st.integers(0, 3), st.just("1"), st.none(), st.booleans()),
        "ok": st.one_of(st.booleans(), st.just("true"), st.just(1)),
        "s": st.sampled_from(["x", "y", ""]),
        "l": st.lists(st.integers(0, 2), max_size=3),
    },
)


@st.composite
def gates(draw: st.DrawFn, gate_id: str = "g", lower: tuple[str, ...] = ()) -> Gate:
    rules = []
    for index in range(draw(st.integers(1, 4))):
        enforcement = draw(st.sampled_from(list(Enforcement)))
        changes: dict[str, Any] = {}
        if enforcement is not Enforcement.HARD and draw(st.integers(0, 4)) == 0:
            changes["applies_when"] = draw(expressions)
        rules.append(rule(f"{gate_id}-r{index}", draw(expressions), enforcement, **changes))
    if draw(st.booleans()):
        each = Each(
            over=expression("c.l"),
            row="row",
            key=expression("string(row)"),
            empty_passes=draw(st.booleans()),
            expect=expression(draw(st.sampled_from(["row > 0", "row == a.n", "b.ok"]))),
            closed_by=None,
            owner=None,
            due=None,
        )
        rules.append(rule(f"{gate_id}-each", each, draw(st.sampled_from(list(Enforcement)))))
    weights = st.sampled_from(list(Enforcement))
    rules += [rule(f"{gate_id}-reads-{name}", ReadGate(name), draw(weights)) for name in lower]
    return gate(gate_id, rules, [entry(name) for name in NAMES], advisory=draw(st.booleans()))


@st.composite
def policies(draw: st.DrawFn) -> PolicySet:
    low = draw(gates("low"))
    top = draw(gates("g", ("low",) if draw(st.booleans()) else ()))
    return policy_set(top, low, waivers=draw(waivers(top, low)))


@st.composite
def waivers(draw: st.DrawFn, *of: Gate) -> list[Waiver]:
    found: list[Waiver] = []
    for index in range(draw(st.integers(0, 3))):
        its = draw(st.sampled_from(of))
        target = draw(st.sampled_from(its.rules))
        found.append(
            waiver(
                target.id,
                id=f"w{index}",
                gate=its.id,
                key=draw(st.sampled_from([None, None, "0", "1"])),
                accepts_unknown=draw(st.booleans()),
                expires_at=NOW + timedelta(days=draw(st.integers(-1, 12))),
                granted_at=NOW - timedelta(days=2),
            )
        )
    return found


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    items = []
    for name in NAMES:
        shape = draw(st.integers(0, 9))
        if shape == 0:
            continue
        items.append(failed(name) if shape == 1 else item(name, draw(documents)))
    return snapshot(*items)


def decided(policies: PolicySet, evidence: Snapshot) -> Decision:
    return decide(policies, "g", evidence, as_of=NOW)


def spoiled(of: Evidence, how: str) -> Evidence | None:
    """The same item as it looks when it did not arrive as it should."""
    match how:
        case "absent":
            return None
        case "failed":
            return failed(of.name)
        case "truncated":
            return failed(of.name, "truncated")
        case "stale":
            return replace(of, collected_at=NOW - timedelta(hours=2))
        case "future":
            return replace(of, collected_at=NOW + timedelta(minutes=2))
        case "another subject":
            return replace(of, subject=Subject(service="other"))
    return replace(of, kind="markdown")


WAYS = ("absent", "failed", "truncated", "stale", "future", "another subject", "mistyped")


@given(policies(), snapshots())
def test_only_a_strict_true_passes(policies: PolicySet, evidence: Snapshot) -> None:
    bindings = {name: evidence.items[name].value for name in NAMES if name in evidence.items}
    usable = {name for name in bindings if evidence.items[name].failure is None}
    root = decided(policies, evidence).root
    for its in policies.gates["g"].rules:
        if its.id.startswith("g-r") and its.applies_when is None and not its.id.startswith("g-reads"):
            (finding,) = [f for f in root.findings if f.rule == its.id]
            program = its.requirement.when.program  # type: ignore[union-attr]
            if set(program.free_names) <= usable:
                value = program.run(bindings)
                wanted = {True: Outcome.PASS, False: Outcome.FAIL}.get(value) if isinstance(value, bool) else None
                assert finding.outcome is (wanted or Outcome.UNKNOWN)


@given(policies(), snapshots(), st.sampled_from(NAMES), st.sampled_from(WAYS))
@settings(max_examples=400)
def test_losing_evidence_never_turns_a_decision_into_go(
    policies: PolicySet, evidence: Snapshot, name: str, how: str
) -> None:
    before = decided(policies, evidence)
    if name not in evidence.items:
        return
    worse = spoiled(evidence.items[name], how)
    items = {**evidence.items}
    del items[name]
    if worse is not None:
        items[name] = worse
    after = decided(policies, replace(evidence, items=items))
    if before.verdict is not Verdict.GO:
        assert after.verdict is not Verdict.GO


runs = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.integers(1, 6).map(lambda minute: instant_text(NOW - timedelta(minutes=minute))),
            "ok": st.sampled_from([True, True, False, None]),
            "going": st.sampled_from([False, False, True]),
            "drill": st.sampled_from([False, True]),
        }
    ),
    min_size=2,
    max_size=4,
)


@given(
    runs,
    st.fixed_dictionaries({"ok": st.sampled_from([False, True, "true"])}),
    st.sampled_from(["run.ok", "run.ok || b.ok", "run.ok && b.ok", "!run.ok && b.ok"]),
    st.sampled_from([None, "run.going", "b.ok", "run.going && b.ok", "run.going || b.ok"]),
    st.sampled_from([None, "run.drill", "b.ok", "run.drill && b.ok", "run.drill || b.ok"]),
    st.sampled_from([None, timedelta(minutes=2)]),
    st.sampled_from(["a", "b"]),
    st.sampled_from(WAYS),
)
@settings(max_examples=400)
def test_losing_evidence_never_completes_a_window(
    samples: Json,
    other: Json,
    clean: str,
    pending: str | None,
    void: str | None,
    max_gap: timedelta | None,
    name: str,
    how: str,
) -> None:
    window = CleanWindow(
        over=expression("a.runs"),
        sample="run",
        at=expression("run.at"),
        clean=expression(clean),
        pending=expression(pending) if pending is not None else None,
        void=(VoidRun(expression(void), "a drill"),) if void is not None else (),
        label=None,
        length=timedelta(minutes=1),
        max_gap=max_gap,
        not_before=None,
    )
    its = policy_set(gate("g", [rule("clean", window)], [entry("a"), entry("b")]))
    items = {"a": item("a", {"runs": samples}, collected_at=NOW), "b": item("b", other)}
    before = decided(its, snapshot(*items.values()))
    worse = spoiled(items[name], how)
    left = [worse if each.name == name else each for each in items.values()]
    after = decided(its, snapshot(*(each for each in left if each is not None)))
    assert before.verdict is Verdict.GO or after.verdict is not Verdict.GO


@given(policies(), snapshots())
def test_a_fail_is_no_go_else_an_unknown_is_inconclusive_else_go(policies: PolicySet, evidence: Snapshot) -> None:
    root = decided(policies, evidence).root
    blocking = [f for f in root.findings if f.enforcement in ("hard", "blocking")]
    counting = {f.outcome for f in blocking if f.waiver is None}
    shown = root.advisory or any(f.outcome is not Outcome.NOT_APPLICABLE for f in blocking)
    if Outcome.FAIL in counting:
        assert root.verdict is Verdict.NO_GO
    elif Outcome.UNKNOWN in counting or not shown:
        assert root.verdict is Verdict.INCONCLUSIVE
    else:
        assert root.verdict is Verdict.GO


@given(policies(), snapshots(), st.randoms(use_true_random=False))
def test_the_order_of_rules_and_of_evidence_does_not_matter(
    policies: PolicySet, evidence: Snapshot, shuffle: random.Random
) -> None:
    def shuffled(of: Gate) -> Gate:
        rules, entries = list(of.rules), list(of.evidence)
        shuffle.shuffle(rules)
        shuffle.shuffle(entries)
        return replace(of, rules=tuple(rules), evidence=tuple(entries))

    other = PolicySet({name: shuffled(each) for name, each in policies.gates.items()}, policies.waivers[::-1])
    items = dict(reversed(list(evidence.items.items())))
    first = decision_document(decided(policies, evidence))
    assert decision_document(decided(other, replace(evidence, items=items))) == first


@given(policies(), snapshots())
def test_a_waiver_changes_only_the_rule_and_key_that_it_names(policies: PolicySet, evidence: Snapshot) -> None:
    with_waivers = decided(policies, evidence)
    without = decided(PolicySet(policies.gates, ()), evidence)
    for after, before in zip(with_waivers.gates, without.gates, strict=True):
        named = {(w.rule, w.key) for w in policies.waivers if w.gate == after.gate}
        for finding, bare in zip(after.findings, before.findings, strict=True):
            if finding.gate is not None:
                continue  # it reads another gate, which may have waivers of its own
            assert replace(finding, waiver=None) == bare
            if finding.waiver is not None:
                assert (finding.rule, finding.key) in named or (finding.rule, None) in named
                assert finding.enforcement is not Enforcement.HARD


@given(policies(), snapshots())
def test_every_waiver_is_listed_with_what_became_of_it(policies: PolicySet, evidence: Snapshot) -> None:
    decision = decided(policies, evidence)
    for each in decision.gates:
        assert [n.waiver.id for n in each.waivers] == sorted(w.id for w in policies.waivers if w.gate == each.gate)
        applied = {f.waiver for f in each.findings if f.waiver is not None}
        assert {n.waiver.id for n in each.waivers if n.use is WaiverUse.APPLIED} == applied


@given(policies(), snapshots())
def test_without_waivers_nothing_is_easier(policies: PolicySet, evidence: Snapshot) -> None:
    decision = decided(policies, evidence)
    bare = decided(PolicySet(policies.gates, ()), evidence)
    for with_waivers, without in zip(decision.gates, bare.gates, strict=True):
        assert with_waivers.unwaived is without.verdict
        if with_waivers.verdict is not Verdict.GO:
            assert without.verdict is not Verdict.GO


@pytest.mark.parametrize("advisory", [False, True])
def test_a_waived_rule_that_may_not_apply_shows_nothing(advisory: bool) -> None:
    low = gate("low", [rule("maybe", "a.ok", applies_when="b.ok")], [entry("a"), entry("b")], advisory=advisory)
    top = gate("g", [rule("reads-low", ReadGate("low"))])
    its = policy_set(low, top, waivers=[waiver("maybe", gate="low", accepts_unknown=True)])
    here = item("a", {"ok": False})
    for evidence in (snapshot(here, item("b", {"ok": False})), snapshot(here), snapshot()):
        decision = decide(its, "g", evidence, as_of=NOW)
        assert decision.verdict is Verdict.INCONCLUSIVE
        assert decision.gates[1].verdict is (Verdict.GO if advisory else Verdict.INCONCLUSIVE)
    applies = snapshot(item("b", {"ok": True}))
    assert decide(its, "g", applies, as_of=NOW).verdict is Verdict.GO, "an unknown that applies is accepted as ever"
    bare = decide(policy_set(low, waivers=its.waivers), "low", snapshot(here), as_of=NOW)
    if not advisory:
        assert bare.root.reason == "no blocking rule is known to apply, so nothing has been shown"


HARD_BELOW = [
    pytest.param("a.n > 5", Outcome.FAIL, id="fails"),
    pytest.param("b.n > 5", Outcome.UNKNOWN, id="is unknown"),
]


@pytest.mark.parametrize(("source", "outcome"), HARD_BELOW)
def test_a_gate_rule_that_a_hard_rule_below_stops_cannot_be_waived(source: str, outcome: Outcome) -> None:
    low = gate("low", [rule("never", source, "hard")], [entry("a"), entry("b")])
    top = gate("g", [rule("reads-low", ReadGate("low"))])
    tried = waiver("reads-low", accepts_unknown=True)
    decision = decide(policy_set(top, low, waivers=[tried]), "g", snapshot(item("a", {"n": 1})), as_of=NOW)
    (note,) = decision.root.waivers
    (finding,) = decision.root.findings
    assert (finding.outcome, note.use) == (outcome, WaiverUse.REFUSED)
    assert "hard" in note.reason
    assert decision.verdict is not Verdict.GO


def two_gates(enforcement: str) -> Decision:
    low = gate("low", [rule("open", "a.n > 5")], [entry("a")])
    top = gate("g", [rule("reads-low", ReadGate("low"), enforcement)])
    accepted = waiver("open", gate="low")
    return decide(policy_set(top, low, waivers=[accepted]), "g", snapshot(item("a", {"n": 1})), as_of=NOW)


def test_a_hard_gate_rule_reads_the_verdict_without_waivers() -> None:
    assert two_gates("blocking").verdict is Verdict.GO
    decision = two_gates("hard")
    assert decision.verdict is Verdict.NO_GO
    assert "without waivers" in decision.root.findings[0].message


def test_a_waiver_ends_at_the_instant_that_it_names() -> None:
    its = gate("g", [rule("open", "a.n > 5")], [entry("a", max_age=None)])
    accepted = waiver("open", expires_at=NOW)
    evidence = snapshot(item("a", {"n": 1}))

    def at(moment: timedelta) -> Decision:
        return decide(policy_set(its, waivers=[accepted]), "g", evidence, as_of=NOW + moment)

    assert at(timedelta(microseconds=-1)).verdict is Verdict.GO
    assert at(timedelta(0)).verdict is Verdict.NO_GO
    assert at(timedelta(0)).root.waivers[0].use is WaiverUse.EXPIRED


REFUSED = [
    pytest.param({"role": "intern"}, "role intern may not grant it", id="role"),
    pytest.param({"person": "Somebody Else"}, "does not hold the role", id="person"),
    pytest.param({"granted_at": NOW - timedelta(days=20)}, "longer than", id="length"),
    pytest.param(
        {"granted_at": NOW - timedelta(days=13, seconds=1)}, "14 d 1 s, longer than the 14 d", id="a second too long"
    ),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_a_waiver_outside_the_terms_is_refused_and_shown(changes: dict[str, Any], reason: str) -> None:
    its = gate("g", [rule("open", "a.n > 5")], [entry("a")])
    tried = waiver("open", **changes)
    decision = decide(policy_set(its, waivers=[tried]), "g", snapshot(item("a", {"n": 1})), as_of=NOW)
    assert decision.verdict is Verdict.NO_GO
    assert decision.root.waivers[0].use is WaiverUse.REFUSED
    assert reason in decision.root.waivers[0].reason


def test_a_gate_without_an_applicable_blocking_rule_has_shown_nothing() -> None:
    rules: list[Rule] = [rule("later", "true", applies_when="a.n > 5"), rule("nice", "true", "advisory")]
    evidence = snapshot(item("a", {"n": 1}))
    assert decide(policy_set(gate("g", rules, [entry("a")])), "g", evidence, as_of=NOW).verdict is Verdict.INCONCLUSIVE
    advisory = gate("g", rules, [entry("a")], advisory=True)
    assert decide(policy_set(advisory), "g", evidence, as_of=NOW).verdict is Verdict.GO


@pytest.mark.parametrize("how", WAYS)
def test_evidence_that_did_not_arrive_as_it_should_is_unknown_and_says_why(how: str) -> None:
    its = gate("g", [rule("needs-a", "a.n > 0")], [entry("a")])
    whole = item("a", {"n": 1})
    worse = spoiled(whole, how)
    assert decide(policy_set(its), "g", snapshot(whole), as_of=NOW).verdict is Verdict.GO
    decision = decide(policy_set(its), "g", snapshot(*([worse] if worse else [])), as_of=NOW)
    assert decision.verdict is Verdict.INCONCLUSIVE
    (finding,) = decision.root.findings
    assert [lack.evidence for lack in finding.lacks] == ["a"]
    assert finding.lacks[0].detail in finding.message
    assert decision.evidence[0].state == finding.lacks[0].cause


def test_a_decision_at_an_earlier_instant_is_a_replay() -> None:
    its = policy_set(gate("g", [rule("yes", "true")]))
    assert not decide(its, "g", snapshot(), as_of=NOW, now=NOW).replay
    assert decide(its, "g", snapshot(), as_of=NOW, now=NOW + timedelta(seconds=1)).replay


def test_builders_make_a_gate_that_goes() -> None:
    assert decide(policy_set(gate("g", [rule("yes", "true")])), "g", snapshot(), as_of=builders.NOW).verdict == "GO"


MOMENTS = ("day_end('2026-03-01')", "day_end('2026-04-01')", "now", "null", "a.s", "c.missing")
deadlines = st.one_of(
    st.builds(DueAt, st.sampled_from(MOMENTS).map(expression)),
    st.builds(DueWithin, st.sampled_from(MOMENTS).map(expression), st.just(timedelta(hours=1)), st.booleans()),
    st.builds(
        DueEvery,
        st.sampled_from(MOMENTS).map(expression),
        st.just(expression("duration(b.s)")),
        st.sampled_from(MOMENTS).map(expression),
    ),
)


@st.composite
def duties(draw: st.DrawFn, name: str) -> Duty:
    return Duty(
        id=name,
        title=name,
        who="somebody",
        level=None,
        applies_when=draw(st.none() | st.none() | expressions.map(expression)),
        deadline=draw(deadlines),
        or_at_level=None,
        done_when=expression(draw(st.just("false") | expressions)),
        recommended=draw(st.booleans()),
        place=PLACE,
    )


@st.composite
def owing(draw: st.DrawFn, its: Gate) -> Gate:
    """The same gate with duties and a review."""
    reason = compile_template("{a.s} and {b.n}")
    review = draw(st.none() | st.sampled_from(MOMENTS).map(lambda at: Review(expression(at), reason, PLACE)))
    return replace(its, duties=tuple(draw(duties(f"d{n}")) for n in range(draw(st.integers(0, 3)))), review=review)


@given(policies(), snapshots(), st.data())
@settings(deadline=None)
def test_duties_and_reviews_change_no_verdict_and_no_finding(
    policies: PolicySet, evidence: Snapshot, data: st.DataObject
) -> None:
    with_them = replace(policies, gates={name: data.draw(owing(its)) for name, its in policies.gates.items()})
    plain, found = decided(policies, evidence), decided(with_them, evidence)
    bare = tuple(replace(each, duties=(), review=None) for each in found.gates)
    assert replace(found, gates=bare) == plain
    for each in found.gates:
        its = with_them.gates[each.gate]
        assert [duty.id for duty in each.duties] == [duty.id for duty in its.duties]
        assert (each.review is not None) is (each.verdict is not Verdict.GO and its.review is not None)
