"""Eleven kinds of defect, planted into a copy of the shipped policies, and found by ``gatekeeper lint``."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.warm import gatekeeper


@dataclass(frozen=True, slots=True)
class Defect:
    """One text of a shipped policy, and what somebody wrote instead.

    Attributes:
        where: a text of the file with the defect, with a ``^`` in front of the sign that the error points at.
        says: the whole message of the error.
    """

    file: str
    good: str
    bad: str
    where: str
    says: str


PLANTED = {
    "a misspelt field": Defect(
        file="p11-f.yaml",
        good="expect: canary.workflow == params.workflow\n",
        bad="expect: canary.worflow == params.workflow\n",
        where="expect: canary.^worflow ==",
        says="`canary` has no field `worflow`",
    ),
    "a text above a number": Defect(
        file="p11-f.yaml",
        good="{when: run.run_attempt > 1 &&",
        bad="{when: run.head_sha > 1 &&",
        where="{when: ^run.head_sha > 1",
        says="`run.head_sha` is string and `1` is int: there is no `>` between them",
    ),
    "a number above a text": Defect(
        file="rgl8r-degraded.yaml",
        good="{id: error-rate, when: variables.many_errors,",
        bad='{id: error-rate, when: metrics.error_rate > "5%",',
        where='when: ^metrics.error_rate > "5%"',
        says='`metrics.error_rate` is double and `"5%"` is string: there is no `>` between them',
    ),
    "a state that cannot be reached": Defect(
        file="rgl8r-degraded.yaml",
        good="\nrecommend:\n",
        bad="  outage:\n    exit: {when: metrics.requests_succeeded > 0}\n\nrecommend:\n",
        where="  ^outage:\n    exit:",
        says="the state `outage` cannot be reached from `normal`",
    ),
    "a state that cannot be left": Defect(
        file="rgl8r-degraded.yaml",
        good="\nrecommend:\n",
        bad="  outage:\n    enter: [{id: silence, when: metrics.requests_succeeded == 0}]\n\nrecommend:\n",
        where="  ^outage:\n    enter:",
        says="the state `outage` cannot be left",
    ),
    "a duty without a deadline": Defect(
        file="rgl8r-escalation.yaml",
        good="who: who is on L1\n        within: at once\n",
        bad="who: who is on L1\n",
        where="- ^id: page-primary",
        says="this duty has no deadline",
    ),
    "a response without a deadline": Defect(
        file="rgl8r-escalation.yaml",
        good="respond: {less_than: 15m, done_when: incident.acknowledged_at != null &&",
        bad="respond: {done_when: incident.acknowledged_at != null &&",
        where="respond: ^{done_when: incident.acknowledged_at",
        says="this response has no deadline",
    ),
    "two policies of one id": Defect(
        file="rgl8r-severity.yaml",
        good="\nid: rgl8r-severity\n",
        bad="\nid: rgl8r-escalation\n",
        where="\nid: ^rgl8r-escalation\n",
        says="there are two policies `rgl8r-escalation`",
    ),
    "two rules of one id": Defect(
        file="p11-g.yaml",
        good="- id: lever-command\n",
        bad="- id: lever-action\n",
        where="- id: ^lever-action\n    title: Each lever has a command",
        says="there are two rules `lever-action`",
    ),
    "two triggers of one id": Defect(
        file="rgl8r-escalation.yaml",
        good="- id: long-outage\n",
        bad="- id: unresolved\n",
        where="- id: ^unresolved\n        title: Nothing works for hours",
        says="there are two triggers `unresolved`",
    ),
    "two entries of one id": Defect(
        file="rgl8r-degraded.yaml",
        good="{id: stall, when",
        bad="{id: latency, when",
        where="{id: ^latency, when: variables.stalled,",
        says="there are two entries `latency`",
    ),
    "a level that hides a trigger": Defect(
        file="rgl8r-severity.yaml",
        good="when: incident.data_issue_at != null\n",
        bad="when: signs.canary_broken || incident.data_issue_at != null\n",
        where="when: ^signs.canary_broken\n",
        says="`canary-broken` never decides: whenever it holds, `data-integrity` of level BLOCK does too",
    ),
    "a level that hides a trigger by its figure": Defect(
        file="rgl8r-severity.yaml",
        good="when: incident.data_issue_at != null\n",
        bad="when: signs.error_rate_5m > 0.01 || signs.canary_http_status >= 500\n",
        where="when: ^>-\n          signs.error_rate_5m",
        says="`b1-high-error-rate` never decides: whenever it holds, `data-integrity` of level BLOCK does too",
    ),
    "a gate that names itself through another": Defect(
        file="p11-f.yaml",
        good="expect: canary.workflow == params.workflow\n",
        bad="gate: p11-h\n",
        where="gate: ^p11-h\n",
        says="gates read each other in a circle: p11-f → p11-h → p11-f",
    ),
    "a gate that names itself": Defect(
        file="p11-h.yaml",
        good="gate: p11-g\n",
        bad="gate: p11-h\n",
        where="gate: ^p11-h\n",
        says="gates read each other in a circle: p11-h → p11-h",
    ),
    "a span over one value": Defect(
        file="rgl8r-severity.yaml",
        good="when: signs.jobs_pending > 0 && signs.completions_10m <= 0\n        since: incident.started_at\n",
        bad="when: signs.jobs_pending > 0 && signs.completions_10m <= 0\n        for: 10m\n",
        where="^for: 10m\n",
        says="`for` needs `since`",
    ),
    "a span over one value, on a level that duties count from": Defect(
        file="rgl8r-escalation.yaml",
        good="since: incident.started_at\n        until",
        bad="until",
        where="^longer_than: params.outage\n",
        says="`longer_than` needs `since`",
    ),
    "a window over one value": Defect(
        file="p11-f.yaml",
        good="over: canary.runs #",
        bad="over: canary.total_count #",
        where="over: ^canary.total_count #",
        says="`canary.total_count` is int, and list is due here",
    ),
    "a severity that the gate does not have": Defect(
        file="p11-h.yaml",
        good="severity: MED\n",
        bad="severity: MEDIUM\n",
        where="severity: ^MEDIUM\n",
        says="the gate has no severity `MEDIUM`",
    ),
    "a severity that there is not": Defect(
        file="rgl8r-severity.yaml",
        good="severity: high\n",
        bad="severity: hihg\n",
        where="severity: ^hihg\n",
        says="`severity`: `hihg` is not known",
    ),
    "an all over nothing": Defect(
        file="p11-h.yaml",
        good='expect: runbook.table("Other Open Items").rows.all(row, row.severity == "LOW")\n',
        bad="expect: '[].all(row, row.severity == \"LOW\")'\n",
        where="expect: '^[].all(",
        says="`[]` is always empty, and `all` looks at nothing",
    ),
    "a misspelt import": Defect(
        file="rgl8r-severity.yaml",
        good="    evidence: [incident, signs, deploys]\n",
        bad="    evidence: [incident, sings, deploys]\n",
        where="evidence: [incident, ^sings, deploys]",
        says="`rgl8r-shared` has no `sings` under `evidence`",
    ),
    "a shared figure out of its type": Defect(
        file="rgl8r-shared.yaml",
        good="  error_rate: {type: number, default: 0.05,",
        bad="  error_rate: {type: number, default: 5 %,",
        where="default: ^5 %",
        says="`default` must be a number",
    ),
}


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A project with the shipped policies, and with the sources that they are about."""
    shutil.copytree(root / "policies/rgl8r", tmp_path / "policies/rgl8r")
    shutil.copytree(root / "evidence/rgl8r", tmp_path / "evidence/rgl8r")
    (tmp_path / ".git").mkdir()
    return tmp_path


def lint(project: Path) -> tuple[int, str, str]:
    """Exit code and what was written, of the command in a process of its own."""
    done = gatekeeper("lint", cwd=project)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def suites_in(copy: Path) -> int:
    return len(list(copy.glob("policies/*/*_test.yaml")))


def test_nothing_is_found_where_nothing_is_planted(copy: Path) -> None:
    assert lint(copy) == (0, "", f"{8 + suites_in(copy)} files: 0 errors, 0 warnings\n")


@pytest.mark.parametrize("name", PLANTED)
def test_a_defect_is_found_once_and_where_it_stands(copy: Path, name: str) -> None:
    defect = PLANTED[name]
    file = copy / "policies/rgl8r" / defect.file
    text = file.read_text(encoding="utf-8")
    assert defect.good in text
    text = text.replace(defect.good, defect.bad, 1)
    file.write_text(text, encoding="utf-8")
    sought = defect.where.replace("^", "")
    assert text.count(sought) == 1
    before = text[: text.index(sought) + defect.where.index("^")]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")

    code, out, err = lint(copy)
    left_out = f"suites left out, since policies have errors: {suites_in(copy)}"
    assert (code, err.splitlines()[-1]) == (4, f"8 files: 1 error, 0 warnings; {left_out}")
    assert out.splitlines()[0] == f"policies/rgl8r/{defect.file}:{line}:{column}: {defect.says}"
