"""What came of mutation testing as JUnit XML: a policy is a ``testsuite``, a mutant a ``testcase``.

A mutant that survives is a failure. What is equivalent or refused by lint could not be tried and is skipped, and so is
told why; a mutant for which there was no time is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from gatekeeper.model.mutation import MutantRun, MutantState, MutationReport, MutationScore
from gatekeeper.render.visible import visible


@dataclass(frozen=True, slots=True)
class MutationJunit:
    """One document, indented."""

    def render(self, report: MutationReport) -> str:
        """The whole text, ending in a newline."""
        root = ET.Element("testsuites", {"name": "gatekeeper test --mutate", **_counts(report.score)})
        for policy, score in report.policies:
            node = ET.SubElement(root, "testsuite", {"name": visible(policy), **_counts(score)})
            for run in report.runs:
                if run.mutant.policy == policy:
                    _mutant(node, run)
        ET.indent(root)
        return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _counts(score: MutationScore) -> dict[str, str]:
    skipped = score.equivalent + score.refused
    counts = {"tests": score.all, "failures": score.survived, "errors": score.not_run, "skipped": skipped}
    return {name: str(number) for name, number in counts.items()}


def _mutant(node: ET.Element, run: MutantRun) -> None:
    mutant = run.mutant
    change = f"{mutant.before or 'nothing'} → {mutant.after or 'nothing'}"
    fields = {
        "classname": mutant.policy,
        "name": f"{mutant.place.line}:{mutant.place.column} {mutant.part}: {change}",
        "file": mutant.place.file,
        "line": str(mutant.place.line),
    }
    told = ET.SubElement(node, "testcase", {key: visible(value) for key, value in fields.items()})
    if run.state is MutantState.SURVIVED:
        message = visible(f"no case notices: {change}")
        failure = ET.SubElement(told, "failure", {"message": message, "type": mutant.mutator})
        failure.text = visible(f"{mutant.place}: {mutant.part}: {change}")
    elif run.state is MutantState.NOT_RUN:
        ET.SubElement(told, "error", {"message": "the time was up", "type": "not run"})
    elif run.state is not MutantState.KILLED:
        ET.SubElement(told, "skipped", {"message": visible(f"{run.state.value}: {run.why}")})
