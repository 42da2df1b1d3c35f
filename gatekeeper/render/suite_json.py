"""What came of suites as JSON: the same run gives the same bytes, so that two runs can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.model.suite_run import (
    BranchSeen,
    CaseRun,
    Part,
    PolicyCoverage,
    Ratio,
    SuiteRun,
    SuitesReport,
    Verified,
)
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.render.json_parts import laid_out, place, plain

FORMAT = "gatekeeper/test/v1"


@dataclass(frozen=True, slots=True)
class SuiteJson:
    """One document, indented, its keys sorted."""

    def render(self, report: SuitesReport) -> str:
        """The whole text, ending in a newline."""
        return laid_out(plain(suites_document(report)))


def suites_document(report: SuitesReport) -> Json:
    """What came of suites as plain JSON."""
    cases = report.cases
    return {
        "format": FORMAT,
        "holds": report.holds,
        "summary": {
            "cases": len(cases),
            "failing": sum(not each.holds for each in cases),
            "looks": sum(each.looks for each in cases),
            "fail_under": report.fail_under,
            "outcomes": _ratio(report.outcomes),
            "branches": _ratio(report.decided),
        },
        "suites": [_suite(each) for each in report.suites],
        "coverage": [_policy(each) for each in report.coverage],
    }


def _suite(run: SuiteRun) -> Json:
    return {
        "file": run.suite.file,
        "title": run.suite.title,
        "policies": list(run.suite.policies),
        "holds": run.holds,
        "cases": [_case(each) for each in run.cases],
    }


def _case(run: CaseRun) -> Json:
    return {
        "id": run.case.id,
        "title": run.case.title,
        "now": instant_text(run.case.now),
        "place": place(run.case.place),
        "looks": run.looks,
        "holds": run.holds,
        "refused": run.refused or None,
        "verified": [_verified(each) for each in run.verified],
    }


def _verified(each: Verified) -> Json:
    return {
        "policy": each.expectation.policy,
        "at_seconds": each.expectation.at.total_seconds(),
        "title": each.expectation.title,
        "what": each.what,
        "expected": each.expected,
        "found": each.found,
        "why": each.why,
        "holds": each.holds,
        "place": place(each.place),
    }


def _policy(each: PolicyCoverage) -> Json:
    return {
        "policy": each.policy,
        "kind": each.kind,
        "asked": each.asked,
        "outcomes": _ratio(each.outcomes),
        "branches": _ratio(each.decided),
        "parts": [_part(part) for part in each.parts],
        "expressions": [_branch(branch) for branch in each.branches],
    }


def _part(part: Part) -> Json:
    return {
        "kind": part.kind,
        "id": part.id,
        "place": place(part.place),
        "seen": list(part.seen),
        "unseen": list(part.unseen),
    }


def _branch(branch: BranchSeen) -> Json:
    return {"text": branch.text, "place": place(branch.place), "true": branch.true, "false": branch.false}


def _ratio(ratio: Ratio) -> Json:
    return {"seen": ratio.seen, "all": ratio.all, "percent": round(ratio.percent, 2)}
