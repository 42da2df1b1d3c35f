"""How a ladder is told to people, whatever the format: its words, what is owed in which order, what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.finding import Lack
from gatekeeper.model.mode import Lever
from gatekeeper.model.report import LadderReport
from gatekeeper.model.standing import (
    LadderStanding,
    LevelStanding,
    NotPaged,
    Page,
    Reach,
    RemedyStanding,
    TriggerStanding,
)
from gatekeeper.render.duties import pressing_duties
from gatekeeper.render.wording import listing

REACHES = {Reach.REACHED: "reached", Reach.NOT_REACHED: "not reached", Reach.UNKNOWN: "not known"}


@dataclass(frozen=True, slots=True)
class Wanting:
    """Something that is not known, with what hangs on it.

    Attributes:
        lack: what it is; of several with the same evidence and cause, the first.
        note: how that evidence stood; None where no evidence is to blame.
        needed_by: triggers, remedies and duties that are unknown for it.
    """

    lack: Lack
    note: EvidenceNote | None
    needed_by: tuple[str, ...]


def level_words(standing: LadderStanding) -> str:
    """The level as people read it: ``L1``, ``at least L1``, ``no level``, ``not known``."""
    if standing.unknown:
        return f"at least {standing.level}" if standing.level is not None else "not known"
    return standing.level or "no level"


def reason_words(standing: LadderStanding) -> str:
    """Why it stands so, in one line: the triggers of the level that is reached, and what is not known above it."""
    level = reached_level(standing)
    told = [trigger.title for _, trigger in holding((level,))] if level is not None else []
    if standing.unknown:
        told.append(f"whether {_or(standing.unknown)} is reached is not known")
    return "; ".join(told) or "nothing that would reach a level holds"


def _or(words: Sequence[str]) -> str:
    return " or ".join(part for part in (listing(words[:-1]), words[-1]) if part)


def reached_level(standing: LadderStanding) -> LevelStanding | None:
    """The highest level that is reached."""
    return next((each for each in standing.levels if each.word == standing.level), None)


def reached_levels(standing: LadderStanding) -> tuple[LevelStanding, ...]:
    """The levels that are reached, the highest first."""
    return tuple(each for each in reversed(standing.levels) if each.state is Reach.REACHED)


def levels_above(standing: LadderStanding) -> tuple[LevelStanding, ...]:
    """The levels above the one that is reached, the lowest first."""
    words = [each.word for each in standing.levels]
    return standing.levels[words.index(standing.level) + 1 if standing.level is not None else 0 :]


def holding(levels: Iterable[LevelStanding]) -> tuple[tuple[LevelStanding, TriggerStanding], ...]:
    """The triggers of these levels that hold, with their levels."""
    return tuple((level, each) for level in levels for each in level.triggers if each.state is Reach.REACHED)


def remedies_to_tell(standing: LadderStanding) -> tuple[tuple[TriggerStanding, tuple[RemedyStanding, ...]], ...]:
    """The remedies of each trigger that holds and has any, without those that are known not to help: maybe none."""
    return tuple(
        (trigger, tuple(each for each in trigger.remedies if each.advised is not Reach.NOT_REACHED))
        for _, trigger in holding(reversed(standing.levels))
        if trigger.remedies
    )


def lever_of(report: LadderReport, remedy: RemedyStanding) -> Lever | None:
    """The lever that the remedy pulls."""
    return report.ladder.levers.get(remedy.lever) if remedy.lever is not None else None


def action_words(remedy: RemedyStanding, lever: Lever | None) -> str:
    """What to do: in the remedy's own words, or else in those of its lever."""
    return remedy.action or (lever.title if lever is not None else "")


def levers_to_pull(standing: LadderStanding) -> tuple[str, ...]:
    """Ids of the levers that are advised, against the highest level first, each once."""
    every = [each for _, remedies in remedies_to_tell(standing) for each in remedies]
    return tuple(dict.fromkeys(each.lever for each in every if each.lever and each.advised is Reach.REACHED))


def called_for(page: Page | NotPaged) -> str:
    """What pages somebody: ``for L2``, and the triggers and topics that name them, ``for P1 by slow (database)``."""
    return f"for {page.level}" + (f" by {listing(page.because)}" if page.because else "")


def figures(standing: LadderStanding) -> str:
    """What asks for an act, in one line: ``pull render-rollback``, ``page primary on-call``, duties that are owed."""
    levers = levers_to_pull(standing)
    pages = list(dict.fromkeys(page.who for page in standing.pages))
    told = [f"pull {listing(levers)}"] if levers else []
    told += [f"page {listing(pages)}"] if pages else []
    told += pressing_duties(standing.duties)
    return listing(told) or "nothing is owed"


def wanting(standing: LadderStanding) -> tuple[Wanting, ...]:
    """Everything that is not known, by the evidence that lacks, with what hangs on it."""
    first: dict[tuple[str, str], Lack] = {}
    names: dict[tuple[str, str], dict[str, None]] = {}

    def gather(lacks: Iterable[Lack], name: str) -> None:
        for lack in lacks:
            same = (lack.evidence or lack.detail, lack.cause)
            first.setdefault(same, lack)
            names.setdefault(same, {})[name] = None

    for level in standing.levels:
        for trigger in level.triggers:
            gather(trigger.lacks, f"{level.word}/{trigger.id}")
            for remedy in trigger.remedies:
                gather(remedy.lacks, f"what helps against {trigger.id}")
    for duty in standing.duties:
        gather(duty.lacks, f"duty {duty.id}")
    notes = {note.name: note for note in standing.evidence}
    found = [Wanting(lack, notes.get(lack.evidence), tuple(names[same])) for same, lack in first.items()]
    return tuple(sorted(found, key=lambda each: (not each.lack.evidence, each.lack)))


def can_be_collected(report: LadderReport) -> bool:
    """Whether collecting anew could help: not for a replay, nor where all evidence is usable."""
    return not report.terms.replay and any(note.state != "usable" for note in report.standing.evidence)
