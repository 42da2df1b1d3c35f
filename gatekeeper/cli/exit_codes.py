"""What the process says by its exit code. Where several apply, the one that is worst in ``PRECEDENCE`` is taken."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from gatekeeper.model.decision import Verdict
from gatekeeper.model.report import Report
from gatekeeper.model.standing import LadderStanding


class ExitCode(IntEnum):
    """Exit codes and their meaning."""

    GO = 0
    NO_GO = 1
    USAGE = 2
    INCONCLUSIVE = 3
    INVALID = 4
    BROKEN = 70
    INTERRUPTED = 130
    TERMINATED = 143


PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
    ExitCode.BROKEN,
    ExitCode.USAGE,
    ExitCode.INVALID,
    ExitCode.NO_GO,
    ExitCode.INCONCLUSIVE,
    ExitCode.GO,
)

_OF_VERDICT = {
    Verdict.GO: ExitCode.GO,
    Verdict.NO_GO: ExitCode.NO_GO,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that a process with all these outcomes ends with; GO where there are none."""
    return min(codes, key=PRECEDENCE.index, default=ExitCode.GO)


def code_of_standing(standing: LadderStanding) -> ExitCode:
    """The exit code for a ladder: 0 for no level, 1 for one that is reached, 3 where a level above it is not known."""
    if standing.unknown:
        return ExitCode.INCONCLUSIVE
    return ExitCode.NO_GO if standing.level is not None else ExitCode.GO


def code_of_mode(normal: bool | None) -> ExitCode:
    """The exit code for a mode: 0 in its normal state, 1 where it is not, 3 where that cannot be told."""
    if normal is None:
        return ExitCode.INCONCLUSIVE
    return ExitCode.GO if normal else ExitCode.NO_GO


def code_of_report(report: Report) -> ExitCode:
    """The exit code for everything that was asked; a mode alone has no state that one snapshot could tell."""
    codes = [code_of_standing(ladder.standing) for ladder in report.ladders]
    if report.decisions or not (codes or report.modes):
        codes.append(code_of(decision.verdict for decision in report.decisions))
    return worst(codes)


def code_of(verdicts: Iterable[Verdict]) -> ExitCode:
    """The exit code for verdicts; none at all is no GO."""
    return worst([_OF_VERDICT[verdict] for verdict in verdicts] or [ExitCode.INCONCLUSIVE])
