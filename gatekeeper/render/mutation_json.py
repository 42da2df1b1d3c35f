"""What came of mutation testing as JSON: the same run gives the same bytes, so that two runs can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.model.mutation import MutantRun, MutationReport, MutationScore
from gatekeeper.model.values import Json
from gatekeeper.render.json_parts import laid_out, plain

FORMAT = "gatekeeper/mutation/v1"


@dataclass(frozen=True, slots=True)
class MutationJson:
    """One document, indented, its keys sorted."""

    def render(self, report: MutationReport) -> str:
        """The whole text, ending in a newline."""
        return laid_out(plain(_document(report)))


def _document(report: MutationReport) -> Json:
    return {
        "format": FORMAT,
        "holds": report.holds,
        "summary": {"cases": report.cases, "fail_under": report.fail_under, **_score(report.score)},
        "policies": [{"policy": policy, **_score(score)} for policy, score in report.policies],
        "mutants": [_mutant(each) for each in report.runs],
    }


def _score(score: MutationScore) -> dict[str, Json]:
    return {
        "mutants": score.all,
        "killed": score.killed,
        "survived": score.survived,
        "equivalent": score.equivalent,
        "refused": score.refused,
        "not_run": score.not_run,
        "percent": round(score.percent, 2),
    }


def _mutant(run: MutantRun) -> Json:
    mutant = run.mutant
    return {
        "policy": mutant.policy,
        "part": mutant.part,
        "mutator": mutant.mutator,
        "before": mutant.before,
        "after": mutant.after,
        "place": {"file": mutant.place.file, "line": mutant.place.line, "column": mutant.place.column},
        "state": run.state.value.replace(" ", "_"),
        "why": run.why or None,
    }
