"""What came of mutation testing, for a terminal: the score of each policy, then the mutants that nobody noticed."""

from __future__ import annotations

from dataclasses import dataclass

from gatekeeper.model.mutation import MutantRun, MutantState, MutationReport, MutationScore
from gatekeeper.render.canvas import APART, Canvas, Span, TerminalText, Tone
from gatekeeper.render.suite_text import WIDE
from gatekeeper.render.wording import count

NOTHING = "(taken out)"
"""How it is told that there is nothing where something was."""


@dataclass(frozen=True, slots=True)
class MutationText(TerminalText):
    """The text of a run."""

    def render(self, report: MutationReport) -> str:
        """The whole text, ending in a newline."""
        canvas = self.canvas()
        canvas.heading("MUTANTS")
        wide = canvas.width >= WIDE
        words = ("policy", "score", "", "equivalent", "refused", "") if wide else ("policy", "score", "")
        canvas.table(words, [_row(policy, score, wide=wide) for policy, score in report.policies])
        for policy, _ in report.policies:
            _listed(canvas, policy, report.of(MutantState.SURVIVED), "SURVIVED", "")
            _listed(canvas, policy, report.of(MutantState.EQUIVALENT), "EQUIVALENT", "because")
        _sum(canvas, report)
        return canvas.page()


def _row(policy: str, score: MutationScore, *, wide: bool) -> list[Span]:
    tone = Tone.PLAIN if score.survived else Tone.GOOD
    found: list[Span] = [(policy, Tone.STRONG), (percent(score), tone)]
    found.append((f"{score.killed} of {score.killed + score.survived}", Tone.QUIET))
    if wide:
        found += [(str(score.equivalent), Tone.QUIET), (str(score.refused), Tone.QUIET)]
        found.append((f"{score.not_run} not run" if score.not_run else "", Tone.BAD))
    return found


def percent(score: MutationScore) -> str:
    """Whole percents, cut: all of them is 100 %, and nothing else is."""
    return f"{int(score.percent)} %"


def _listed(canvas: Canvas, policy: str, runs: tuple[MutantRun, ...], title: str, why: str) -> None:
    mine = [each for each in runs if each.mutant.policy == policy]
    if mine:
        canvas.heading(f"{title}: {policy}")
    for run in mine:
        mutant = run.mutant
        head: list[Span] = [(str(mutant.place), Tone.STRONG), APART, (mutant.part, Tone.PLAIN)]
        canvas.spans([*head, APART, (mutant.mutator, Tone.QUIET)], indent=2, hang=2)
        canvas.labelled("before", mutant.before or NOTHING, indent=4)
        canvas.labelled("after", mutant.after or NOTHING, Tone.DOUBT, indent=4)
        if why:
            canvas.labelled(why, run.why, Tone.QUIET, indent=4)


def _sum(canvas: Canvas, report: MutationReport) -> None:
    score = report.score
    canvas.blank()
    parts = [
        f"{score.killed} killed",
        f"{score.survived} survived",
        *([f"{score.equivalent} equivalent"] if score.equivalent else []),
        *([f"{score.refused} refused by lint"] if score.refused else []),
    ]
    told = f"{count(score.all - score.not_run, 'mutant')} tried by {count(report.cases, 'case')}: {', '.join(parts)}; "
    canvas.text(f"{told}mutation score {percent(score)}", Tone.PLAIN if score.survived else Tone.GOOD)
    if score.not_run:
        canvas.text(f"the time was up: {count(score.not_run, 'mutant')} not run", Tone.BAD)
    if not report.enough and report.fail_under is not None:
        wanted = repr(report.fail_under).removesuffix(".0")
        canvas.text(f"{wanted} % of the mutants have to be killed, {score.percent:.2f} % were", Tone.BAD)
