"""How a decision about a mode is told to people, whatever the format: its words, and what asks for an act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from gatekeeper.model.alert import summary_of
from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.duty import DutyState
from gatekeeper.model.finding import Outcome
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.mode import Advised, ConditionReading, ModeReading
from gatekeeper.model.mode_decision import LeverToPull, ModeDecision, Owed, Paged, Pull
from gatekeeper.model.standing import LadderStanding
from gatekeeper.render.because import in_short
from gatekeeper.render.duties import DUTIES, duty_figures
from gatekeeper.render.ladder_outline import level_words
from gatekeeper.render.wording import age, count, duration, listing, moment

TOLD = 3
"""So many parts of a condition are told; the JSON document has all of them."""


def state_words(decision: ModeDecision) -> str:
    """The state as a headline: ``DEGRADED``, ``NOT KNOWN``, ``RUNNING, SEEN AS PAUSED``."""
    reading = decision.reading
    if reading.state != reading.last_known:
        return "NOT KNOWN"
    seen = reading.observed_state
    other = f", seen as {seen}" if seen is not None and seen != reading.state else ""
    return f"{reading.state}{other}".upper()


def reached(decision: ModeDecision) -> bool:
    """Whether a ladder has come to a level, or may have: a normal mode is no calm then."""
    return any(each.standing.level is not None or each.standing.unknown for each in decision.ladders)


def level_figures(decision: ModeDecision) -> str:
    """The levels of its ladders, in short: ``rgl8r-escalation L1 · rgl8r-severity no level``."""
    return " · ".join(f"{each.ladder.id} {level_words(each.standing)}" for each in decision.ladders)


def since_words(decision: ModeDecision) -> str:
    """Since when, and what holds it where no evidence does."""
    reading = decision.reading
    since = f"since {moment(reading.since)}, {_for(reading)}"
    if reading.state != reading.last_known:
        if decision.state.known_at is None:
            return f"never known; it begins as {reading.last_known}, {since}"
        return f"last known to be {reading.last_known}, {since}"
    if reading.held_since is not None:
        return f"{since}; held without evidence since {moment(reading.held_since)}"
    return since


def _for(reading: ModeReading) -> str:
    if reading.at > reading.since:
        return f"for {age(reading.at - reading.since)}"
    return "entered now" if reading.transition is not None else "the first look"


def reason_lines(decision: ModeDecision) -> tuple[str, ...]:
    """Why it is in its state, with the values that decided: a line for each condition that counts, or one for all."""
    reading = decision.reading
    if reading.transition is not None:
        found = [each for each in reading.conditions if each.condition.id in reading.transition.because]
        return _together(found, _entered)
    if reading.held:
        return (reading.held,)
    moving = [each for each in reading.conditions if each.met_at is not None or each.barred is not None]
    if not moving and reading.last_known != decision.normal_state:
        moving = [each for each in reading.conditions if each.condition.target != each.condition.state]
    return condition_lines(moving) or ("nothing that leads out of it holds",)


def _together(readings: Iterable[ConditionReading], told: Callable[[ConditionReading], str]) -> tuple[str, ...]:
    """A line for each condition; those of which the same is told share one."""
    names: dict[str, list[str]] = {}
    for each in readings:
        names.setdefault(told(each), []).append(each.condition.id)
    return tuple(f"{listing(those)} {words}" for words, those in names.items())


def condition_lines(readings: Iterable[ConditionReading]) -> tuple[str, ...]:
    """How conditions stand: what each saw, and how long it has to hold yet."""
    return _together(readings, _stands)


def _entered(reading: ConditionReading) -> str:
    since = f" since {moment(reading.since)}" if reading.since is not None and reading.length else ""
    return f"holds{since}{_values(reading)}"


def _stands(reading: ConditionReading) -> str:
    if reading.barred is not None:
        return f"{reading.barred}{_values(reading)}"
    if reading.outcome is Outcome.UNKNOWN:
        lacks = dict.fromkeys(
            f"{each.evidence}: {each.detail}" if each.evidence else each.detail for each in reading.lacks
        )
        return f"not known: {listing(list(lacks))}"
    if reading.met_at is None or reading.since is None:
        return f"does not hold{_values(reading)}"
    to = f", leads to {reading.condition.target} at {moment(reading.met_at)}" if reading.length else ""
    needs = f" of {duration(reading.length)}" if reading.length else ""
    return f"holds since {moment(reading.since)}{needs}{to}{_values(reading)}"


def _values(reading: ConditionReading) -> str:
    parts = [each.told for each in in_short(reading.because, TOLD)]
    more = len(reading.because) - len(parts)
    told = "; ".join([*parts, *([f"and {more} more"] if more > 0 and parts else [])])
    return f": {told}" if told else ""


def change_words(reading: ModeReading) -> str:
    """What this look changed; empty where it changed nothing."""
    change = reading.transition
    return f"{change.source} → {change.target} at {moment(change.at)}" if change is not None else ""


def earlier_words(decision: ModeDecision) -> str:
    """The look before: when, and what it said."""
    earlier = decision.earlier
    if earlier is None:
        return "none: this is the first look, and every clock begins now"
    return f"{moment(earlier.at)}, {age(decision.as_of - earlier.at)} before: {earlier.word}"


def advised_levers(decision: ModeDecision) -> tuple[LeverToPull, ...]:
    """The levers to tell in full: those that are advised, and those of the state."""
    return tuple(each for each in decision.levers if each.pull is not Pull.UNKNOWN)


def other_acts(decision: ModeDecision) -> tuple[Advised, ...]:
    """What is advised and is no lever."""
    return tuple(each for each in decision.reading.advice if each.lever is None and each.outcome is Outcome.PASS)


def doubtful(decision: ModeDecision) -> tuple[str, ...]:
    """Levers and other advice of which it is not known whether they are advised."""
    levers = [each.lever.id for each in decision.levers if each.pull is Pull.UNKNOWN]
    others = [each.id for each in decision.reading.advice if each.lever is None and each.outcome is Outcome.UNKNOWN]
    return tuple(dict.fromkeys([*levers, *others]))


def reason_of(each: LeverToPull) -> str:
    """Why a lever is to be pulled, in one line: the strongest reasons."""
    told = [reason.told for reason in each.reasons if reason.pull is each.pull]
    return "; ".join(dict.fromkeys(told))


def validated_words(each: LeverToPull) -> str:
    """When somebody last saw the lever work, and how long ago that is."""
    said = each.lever.last_validated
    if not said:
        return "never: nobody has seen it work"
    if each.validated_age is None:
        return said
    return f"{said}, today" if not each.validated_age else f"{said}, {count(each.validated_age.days, 'day')} ago"


def by_words(paged: Paged, now: datetime) -> str:
    """By when a page has to be taken up, and what is not known about it."""
    at = paged.page.respond_by
    if at is None:
        told = "by when is not known"
    else:
        wait = at - now
        told = f"by {moment(at)}, " + (f"in {age(wait)}" if wait >= timedelta(0) else f"{age(-wait)} ago")
    return f"{told}; {paged.page.told}" if paged.page.told else told


def due_words(each: Owed, now: datetime) -> str:
    """By when a duty is due."""
    due = each.duty.due
    if each.duty.state is DutyState.UNKNOWN:
        return "not known"
    if due is None:
        return DUTIES[each.duty.state]
    wait = due - now
    return f"due {moment(due)}, " + (f"in {age(wait)}" if wait >= timedelta(0) else f"overdue by {age(-wait)}")


def pressing(duties: Sequence[Owed]) -> tuple[Owed, ...]:
    """The duties that are told in full: those of which it is known that they ask for an act."""
    return tuple(each for each in duties if each.duty.state is not DutyState.UNKNOWN)


def ladder_words(standing: LadderStanding) -> str:
    """A ladder's level with its title: ``L1: Something is wrong``."""
    level = next((each for each in standing.levels if each.word == standing.level), None)
    told = f"{level_words(standing)}: {level.title}" if level is not None else ""
    doubt = f"not known whether {' or '.join(standing.unknown)} is reached" if standing.unknown else ""
    return "; ".join(part for part in (told, doubt) if part) or level_words(standing)


def evidence_of(decision: ModeDecision) -> tuple[EvidenceNote, ...]:
    """How each piece of evidence stood, by name: for the mode, and for its ladders where they read more."""
    notes = [*decision.evidence, *(note for each in decision.ladders for note in each.standing.evidence)]
    once: dict[tuple[str, str], EvidenceNote] = {}
    for note in notes:
        once.setdefault((note.name, note.state), note)
    return tuple(note for _, note in sorted(once.items()))


def alert_words(alert: ReceivedAlert) -> str:
    """An alert in one line: when it began, when it ended, what it says."""
    ended = f", ended {moment(alert.ends_at)}" if alert.ends_at is not None else ""
    said = f": {summary_of(alert)}" if summary_of(alert) else ""
    return f"{alert.status} since {moment(alert.starts_at)}{ended}{said}"


def acts(decision: ModeDecision) -> str:
    """What asks for an act, in one line: ``pull render-rollback; page primary on-call; 1 overdue, 2 open``."""
    pull = [each.lever.id for each in decision.levers if each.pull is Pull.ADVISED]
    who = list(dict.fromkeys(each.page.who for each in decision.pages))
    told = [f"pull {listing(pull, 3)}"] if pull else []
    told += [f"page {listing(who, 3)}"] if who else []
    told += [count(len(decision.reading.actions), "action")] if decision.reading.actions else []
    known: Iterable[Owed] = [each for each in pressing(decision.duties) if not each.duty.recommended]
    owes = duty_figures(each.duty for each in known)
    told += [f"duties: {owes}"] if owes else []
    lacking = _not_known(decision)
    told += [f"not known: {lacking}"] if lacking else []
    return "; ".join(told) or "nothing to pull, nobody to page, nothing owed"


def _not_known(decision: ModeDecision) -> str:
    """What of the acts cannot be told, in short: what is not known to be owed is not known to be nothing."""
    advice, duties = len(doubtful(decision)), len(decision.duties) - len(pressing(decision.duties))
    told = [f"{count(advice, 'piece')} of advice"] if advice else []
    told += [count(duties, "duty", "duties")] if duties else []
    told += [f"the level of {each.ladder.id}" for each in decision.ladders if each.standing.unknown]
    return listing(told)
