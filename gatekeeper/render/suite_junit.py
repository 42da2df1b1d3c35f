"""What came of suites as JUnit XML, which continuous integration shows beside the change.

A suite of ours is a ``testsuite``, a case a ``testcase``. No times are told, so that the same run gives the same bytes.
Every text is made visible first, which leaves nothing that XML 1.0 cannot carry
(https://www.w3.org/TR/xml/#charsets), and no line that only seems to be one of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from xml.etree import ElementTree as ET

from gatekeeper.model.suite_run import CaseRun, SuiteRun, SuitesReport, Verified
from gatekeeper.model.times import instant_text
from gatekeeper.render.visible import visible
from gatekeeper.render.wording import duration


@dataclass(frozen=True, slots=True)
class SuiteJunit:
    """One document, indented."""

    def render(self, report: SuitesReport) -> str:
        """The whole text, ending in a newline."""
        cases = report.cases
        root = ET.Element("testsuites", {"name": "gatekeeper test", **_counts(cases)})
        for each in report.suites:
            _suite(root, each)
        if not report.covered and report.fail_under is not None:
            _too_little(root, report)
        ET.indent(root)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(cases: tuple[CaseRun, ...]) -> dict[str, str]:
    errors = sum(bool(each.refused) for each in cases)
    failing = sum(not each.holds for each in cases)
    return {"tests": str(len(cases)), "failures": str(failing - errors), "errors": str(errors), "skipped": "0"}


def _suite(root: ET.Element, run: SuiteRun) -> None:
    node = ET.SubElement(root, "testsuite", {"name": visible(run.suite.file), **_counts(run.cases)})
    for case in run.cases:
        _case(node, run, case)


def _case(node: ET.Element, run: SuiteRun, case: CaseRun) -> None:
    name = f"{case.case.id}: {case.case.title}" if case.case.title else case.case.id
    place = case.case.place
    fields = {"classname": run.suite.file, "name": name, "file": place.file, "line": str(place.line)}
    told = ET.SubElement(node, "testcase", {key: visible(value) for key, value in fields.items()})
    if case.refused:
        refused = visible(case.refused)
        error = ET.SubElement(told, "error", {"message": refused, "type": "refused"})
        error.text = f"{visible(str(place))}: {refused}"
    if case.failures:
        first = case.failures[0]
        more = f" (and {len(case.failures) - 1} more)" if len(case.failures) > 1 else ""
        message = f"{first.what}: expected {first.expected}, found {first.found}{more}"
        failure = ET.SubElement(told, "failure", {"message": visible(message), "type": "expectation"})
        failure.text = "\n\n".join(_failure(case, each) for each in case.failures)


def _failure(run: CaseRun, failed: Verified) -> str:
    expectation = failed.expectation
    when = instant_text(run.case.now + expectation.at)
    after = f" (after {duration(expectation.at)})" if expectation.at > timedelta(0) else ""
    lines = [
        f"{failed.place}: {expectation.policy}: {failed.what}, at {when}{after}",
        *([expectation.title] if expectation.title else []),
        f"  expected: {failed.expected}",
        f"  found:    {failed.found}",
        *([f"  why:      {failed.why}"] if failed.why else []),
    ]
    return "\n".join(visible(line) for line in lines)


def _too_little(root: ET.Element, report: SuitesReport) -> None:
    """Too little was seen: a test of its own, so that no case is blamed for it."""
    counts = {"tests": "1", "failures": "1", "errors": "0", "skipped": "0"}
    for key in ("tests", "failures"):
        root.set(key, str(int(root.get(key, "0")) + 1))
    node = ET.SubElement(root, "testsuite", {"name": "coverage", **counts})
    case = ET.SubElement(node, "testcase", {"classname": "coverage", "name": "outcomes seen"})
    wanted, seen = report.least
    told = f"{seen} % of the outcomes were seen, {wanted} % have to be"
    ET.SubElement(case, "failure", {"message": told, "type": "coverage"})
