"""``each`` rules: one judgement for each row of a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from gatekeeper.evaluate.inputs import Inputs
from gatekeeper.evaluate.judgement import Judgement, because, lacks_of, observations, run, tell_lacks, truth
from gatekeeper.expr import Timestamp
from gatekeeper.model.finding import Finding, Lack, Outcome
from gatekeeper.model.rule import Each
from gatekeeper.model.times import instant_text

OutcomeOf = Callable[[str], tuple[Finding, ...]]
"""The findings of another rule of the same gate."""


def judge_rows(each: Each, inputs: Inputs, findings_of: OutcomeOf) -> tuple[Judgement, ...]:
    """One judgement a row; a single one without a key where there are no rows or they are not known."""
    evidence = inputs.evidence_of(each.over, each.key, each.expect, each.owner, each.due)
    expected = _expected(each)
    rows = run(each.over, inputs.bindings)
    if not isinstance(rows, list):
        lacks = lacks_of(rows, "a list of rows")
        return (Judgement(Outcome.UNKNOWN, tell_lacks(lacks), expected, lacks=lacks, evidence=evidence),)
    if not rows:
        return (_no_rows(each, expected, evidence),)
    keyed = [(_key(each, {**inputs.bindings, each.row: row}), row) for row in rows]
    counts = Counter(key for key, _ in keyed)
    judged = []
    for index, (key, row) in enumerate(keyed):
        if key is None or counts[key] > 1:
            judged.append(_bad_key(key, index, row, expected, evidence))
        else:
            judged.append(_judge_row(each, inputs, findings_of, key, row, expected, evidence))
    return tuple(judged)


def _expected(each: Each) -> str:
    if each.expect is not None:
        return each.expect.one_line
    return "closed by evidence" if each.closed_by is not None else "no such row"


def _no_rows(each: Each, expected: str, evidence: tuple[str, ...]) -> Judgement:
    if each.empty_passes:
        return Judgement(Outcome.PASS, "there are no rows", expected, evidence=evidence)
    lacks = (Lack(evidence[0] if evidence else "", "empty", "there are no rows, and none is not taken for a pass"),)
    return Judgement(Outcome.UNKNOWN, tell_lacks(lacks), expected, lacks=lacks, evidence=evidence)


def _key(each: Each, bindings: Mapping[str, object]) -> str | None:
    value = run(each.key, bindings)
    if isinstance(value, str) and value:
        return value
    return str(value) if type(value) is int else None


def _bad_key(key: str | None, index: int, row: object, expected: str, evidence: tuple[str, ...]) -> Judgement:
    """Rows that cannot be told apart cannot be waived or closed one by one: none passes, and none has a key."""
    what = "has no key" if key is None else f"shares the key {key} with another row"
    lacks = (Lack(evidence[0] if evidence else "", "mistyped", f"row {index + 1} {what}"),)
    return Judgement(
        Outcome.UNKNOWN,
        tell_lacks(lacks),
        expected,
        lacks=lacks,
        evidence=evidence,
        line=_line(row),
    )


def _judge_row(
    each: Each,
    inputs: Inputs,
    findings_of: OutcomeOf,
    key: str,
    row: object,
    expected: str,
    evidence: tuple[str, ...],
) -> Judgement:
    bindings = {**inputs.bindings, each.row: row}
    outcome, told, lacks = _outcome(each, bindings, findings_of, key)
    return Judgement(
        outcome,
        told,
        expected,
        lacks=lacks,
        observed=observations(bindings, each.expect),
        because=because(bindings, each.expect),
        evidence=evidence,
        key=key,
        row=bindings,
        owner=_text(each.owner and run(each.owner, bindings)),
        due_text=_text(each.due and run(each.due, bindings)),
        line=_line(row),
        closed_by=each.closed_by.get(key) if each.closed_by is not None else None,
        unclosed=each.closed_by is not None and key not in each.closed_by,
    )


def _outcome(
    each: Each, bindings: Mapping[str, object], findings_of: OutcomeOf, key: str
) -> tuple[Outcome, str, tuple[Lack, ...]]:
    if each.expect is not None:
        value = run(each.expect, bindings)
        outcome = truth(value)
        if outcome is Outcome.UNKNOWN:
            lacks = lacks_of(value, "a bool")
            return outcome, tell_lacks(lacks), lacks
        return outcome, "met" if outcome is Outcome.PASS else "not met", ()
    if each.closed_by is None:
        return Outcome.FAIL, "it is there", ()
    closing = each.closed_by.get(key)
    if closing is None:
        return Outcome.FAIL, "open: no rule closes it", ()
    return _closed(closing, findings_of(closing))


def _closed(rule: str, findings: tuple[Finding, ...]) -> tuple[Outcome, str, tuple[Lack, ...]]:
    """A row is closed when every finding of the rule that closes it passes."""
    outcomes = {finding.outcome for finding in findings}
    if outcomes & {Outcome.FAIL, Outcome.NOT_APPLICABLE} or not outcomes:
        return Outcome.FAIL, f"open: {rule} does not pass", ()
    if Outcome.UNKNOWN in outcomes:
        lacks = tuple(sorted({lack for finding in findings for lack in finding.lacks}))
        return Outcome.UNKNOWN, f"not known: {rule} is not known", lacks
    return Outcome.PASS, f"closed: {rule} passes", ()


def _text(value: object) -> str | None:
    if isinstance(value, Timestamp):
        return instant_text(value.to_datetime())
    return value if isinstance(value, str) and value else None


def _line(row: object) -> int | None:
    line = row.get("line") if isinstance(row, dict) else None
    return line if type(line) is int else None
