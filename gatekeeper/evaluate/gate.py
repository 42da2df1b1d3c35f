"""The rules of one gate over its evidence: rule × evidence → findings.

Rules see each other only through ``closed_by``, whose cycles the loader refuses; the order in which they stand never
matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gatekeeper.evaluate.inputs import Inputs
from gatekeeper.evaluate.judgement import Judgement, because, lacks_of, observations, run, tell_lacks, truth
from gatekeeper.evaluate.rows import judge_rows
from gatekeeper.evaluate.sign_off import judge_sign_offs
from gatekeeper.evaluate.streak import judge_streak
from gatekeeper.model.decision import GateDecision, Verdict
from gatekeeper.model.finding import WHETHER_IT_APPLIES, Finding, Lack, Outcome
from gatekeeper.model.rule import CleanWindow, Each, Enforcement, Expect, Quorum, ReadGate, Rule, Template
from gatekeeper.model.times import parse_deadline

_OUTCOME_OF_VERDICT = {
    Verdict.GO: Outcome.PASS,
    Verdict.NO_GO: Outcome.FAIL,
    Verdict.INCONCLUSIVE: Outcome.UNKNOWN,
}


def evaluate_gate(inputs: Inputs) -> tuple[Finding, ...]:
    """Every finding of a gate, sorted by rule and key."""
    evaluation = _Evaluation(inputs)
    found = [finding for rule in inputs.gate.rules for finding in evaluation.findings_of(rule.id)]
    return tuple(sorted(found, key=lambda finding: finding.order))


class _Evaluation:
    """One evaluation of one gate: each rule is judged once, when it is first asked for."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._rules = {rule.id: rule for rule in inputs.gate.rules}
        self._found: dict[str, tuple[Finding, ...]] = {}

    def findings_of(self, rule_id: str) -> tuple[Finding, ...]:
        """The findings of one rule."""
        if rule_id not in self._found:
            rule = self._rules[rule_id]
            self._found[rule_id] = tuple(_finding(rule, each, self._inputs) for each in self._judge(rule))
        return self._found[rule_id]

    def _judge(self, rule: Rule) -> Iterable[Judgement]:
        inputs = self._inputs
        if rule.applies_when is not None:
            applies = run(rule.applies_when, inputs.bindings)
            if applies is not True:
                return (_not_applied(rule, applies, inputs),)
        match rule.requirement:
            case Expect():
                return (_judge_expect(rule.requirement, inputs),)
            case Each():
                return judge_rows(rule.requirement, inputs, self.findings_of)
            case ReadGate():
                return (_judge_gate(rule.requirement, rule.enforcement, inputs),)
            case CleanWindow():
                return (judge_streak(rule.requirement, inputs),)
            case Quorum():
                return (judge_sign_offs(rule.requirement, inputs),)


def _not_applied(rule: Rule, applies: object, inputs: Inputs) -> Judgement:
    """A rule whose ``applies_when`` is false is not applicable; one for which it is not known is unknown."""
    condition = rule.applies_when.one_line if rule.applies_when is not None else ""
    judged = Judgement(
        Outcome.NOT_APPLICABLE,
        f"applies only when {condition}",
        condition,
        evidence=inputs.evidence_of(rule.applies_when),
        observed=observations(inputs.bindings, rule.applies_when),
        because=because(inputs.bindings, rule.applies_when),
    )
    if applies is False:
        return judged
    lacks = (*lacks_of(applies, "a bool"), WHETHER_IT_APPLIES)
    return replace(judged, outcome=Outcome.UNKNOWN, told=tell_lacks(lacks), lacks=lacks)


def _judge_expect(expect: Expect, inputs: Inputs) -> Judgement:
    value = run(expect.when, inputs.bindings)
    outcome = truth(value)
    judged = Judgement(
        outcome,
        "met" if outcome is Outcome.PASS else "not met",
        expect.when.one_line,
        evidence=inputs.evidence_of(expect.when),
        observed=observations(inputs.bindings, expect.when),
        because=because(inputs.bindings, expect.when),
    )
    if outcome is not Outcome.UNKNOWN:
        return judged
    lacks = lacks_of(value, "a bool")
    return replace(judged, told=tell_lacks(lacks), lacks=lacks)


def _judge_gate(read: ReadGate, enforcement: Enforcement, inputs: Inputs) -> Judgement:
    """Another gate's verdict. A hard rule, and every rule of an unwaived evaluation, reads it without waivers."""
    lower = inputs.lower[read.gate]
    if enforcement.blocks and lower.verdict is Verdict.GO and not _shown_anything(lower):
        told = f"{read.gate} is advisory, and no blocking rule of it applies: its GO shows nothing"
        nothing = (Lack("", "undecided", told),)
        return Judgement(Outcome.UNKNOWN, tell_lacks(nothing), f"{read.gate} is GO", lacks=nothing, gate=read.gate)
    without_waivers = inputs.unwaived or enforcement is Enforcement.HARD
    verdict = lower.unwaived if without_waivers else lower.verdict
    outcome = _OUTCOME_OF_VERDICT[verdict]
    told = f"{read.gate} is {verdict}"
    if verdict != lower.verdict:
        told += f" without waivers ({lower.verdict} with them)"
    elif outcome is not Outcome.PASS:
        told += f": {lower.reason}"
    lacks: tuple[Lack, ...] = ()
    if outcome is Outcome.UNKNOWN:
        below = {lack for finding in lower.findings if finding.stops for lack in finding.lacks}
        lacks = tuple(sorted(below)) or (Lack("", "undecided", told),)
    return Judgement(
        outcome,
        told,
        f"{read.gate} is GO" + (" without waivers" if enforcement is Enforcement.HARD else ""),
        lacks=lacks,
        through_hard=outcome is not Outcome.PASS and lower.stopped_by_hard,
        gate=read.gate,
    )


def _shown_anything(lower: GateDecision) -> bool:
    """Whether a blocking rule of that gate applied, so that its verdict says something."""
    return any(f.enforcement.blocks and f.shows for f in lower.findings)


def _finding(rule: Rule, judged: Judgement, inputs: Inputs) -> Finding:
    open_ = judged.outcome in (Outcome.FAIL, Outcome.UNKNOWN)
    decided = judged.outcome in (Outcome.PASS, Outcome.FAIL)
    told = (_told(rule, rule.message, judged, inputs) if decided else None) or judged.told
    due_text = judged.due_text or rule.due
    due = parse_deadline(due_text) if due_text is not None else None
    return Finding(
        rule=rule.id,
        key=judged.key,
        title=rule.title,
        enforcement=rule.enforcement,
        severity=rule.severity,
        outcome=judged.outcome,
        message=told,
        expected=judged.expected,
        place=rule.place,
        observed=judged.observed,
        lacks=judged.lacks,
        evidence=judged.evidence,
        owner=judged.owner or rule.owner or inputs.gate.owner,
        due=due,
        due_text=due_text,
        overdue=open_ and due is not None and inputs.as_of > due,
        # What mends a fail does not help against evidence that is lacking.
        remedy=_told(rule, rule.remedy, judged, inputs) if judged.outcome is Outcome.FAIL else None,
        line=judged.line,
        through_hard=judged.through_hard,
        gate=judged.gate,
        closed_by=judged.closed_by,
        unclosed=judged.unclosed,
        window=judged.window,
        quorum=judged.quorum,
        because=judged.because,
    )


def _told(rule: Rule, template: Template | None, judged: Judgement, inputs: Inputs) -> str | None:
    """A message or a remedy; None where it speaks of a row and no row is known."""
    if template is None:
        return None
    if judged.row is None and isinstance(rule.requirement, Each) and rule.requirement.row in template.free_names:
        return None
    return template.render(judged.row if judged.row is not None else inputs.bindings)
