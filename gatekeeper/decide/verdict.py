"""From findings to a verdict (Kleene logic), and the one line that says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.rule import Enforcement


def verdict_of(findings: Iterable[Finding], *, advisory: bool) -> Verdict:
    """The verdict that findings come to.

    Any counting fail is NO-GO, else any counting unknown INCONCLUSIVE, else GO. Where no blocking rule is known to be
    applicable, nothing has been shown: INCONCLUSIVE, unless the gate declares itself advisory.
    """
    blocking = [finding for finding in findings if finding.enforcement.blocks]
    counting = {finding.outcome for finding in blocking if finding.counts}
    if Outcome.FAIL in counting:
        return Verdict.NO_GO
    if Outcome.UNKNOWN in counting:
        return Verdict.INCONCLUSIVE
    if not advisory and not any(finding.shows for finding in blocking):
        return Verdict.INCONCLUSIVE
    return Verdict.GO


def stopped_by_hard(findings: Iterable[Finding]) -> bool:
    """Whether a hard rule is among the reasons, here or in a gate below."""
    return any(f.stops and (f.enforcement is Enforcement.HARD or f.through_hard) for f in findings)


def reason_of(verdict: Verdict, findings: Sequence[Finding]) -> str:
    """One line that says why."""
    stops = [finding for finding in findings if finding.stops]
    if verdict is Verdict.GO:
        waived = sum(finding.waiver is not None for finding in findings)
        told = "every blocking rule that applies passes"
        return f"{told}, with {_count(waived, 'finding')} waived" if waived else told
    if not stops:
        unsaid = all(f.outcome is Outcome.NOT_APPLICABLE for f in findings if f.enforcement.blocks)
        applies = "applies" if unsaid else "is known to apply"
        return f"no blocking rule {applies}, so nothing has been shown"
    failing = _rules(f for f in stops if f.outcome is Outcome.FAIL)
    unknown = [rule for rule in _rules(f for f in stops if f.outcome is Outcome.UNKNOWN) if rule not in failing]
    parts = []
    if failing:
        parts.append(
            f"{_count(len(failing), 'rule')} {'fails' if len(failing) == 1 else 'fail'} ({', '.join(failing)})"
        )
    if unknown:
        parts.append(f"{_count(len(unknown), 'rule')} not known ({', '.join(unknown)})")
    return ", ".join(parts)


def _rules(findings: Iterable[Finding]) -> list[str]:
    """Ids of the rules, each once: hard ones first, then by name."""
    ordered = sorted(findings, key=lambda f: (f.enforcement is not Enforcement.HARD, f.rule))
    return list(dict.fromkeys(finding.rule for finding in ordered))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
