"""What changed in a mode from one look to the next."""

from __future__ import annotations

from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import Advised, BarCause, ConditionReading, ModeReading
from gatekeeper.render.timeline_parts import Change, Weight
from gatekeeper.render.wording import TRUTHS, listing, moment


def mode_changes(before: ModeReading | None, now: ModeReading) -> tuple[Change, ...]:
    """The state with what brought it, conditions whose clock began or stopped, advice, and the observed state."""
    found: list[Change] = []
    earlier = before.state if before is not None else ""
    if earlier != now.state or now.transition is not None:
        found.append(Change("state", "", earlier, now.state, _weight(now), _why(now)))
    elif before is not None and (before.held_since is None) is not (now.held_since is None):
        words = "held, for want of evidence" if now.held_since is not None else "known again"
        found.append(Change("state", "", "", f"{now.state}, {words}", _weight(now), now.held))
    conditions = {each.condition.id: each for each in before.conditions} if before is not None else {}
    for reading in now.conditions:
        found += _condition(conditions.get(reading.condition.id), reading)
    advice = {each.id: each for each in before.advice} if before is not None else {}
    for each in now.advice:
        found += _advice(advice.get(each.id), each)
    there = {each.id for each in now.advice}
    for name, each in advice.items():
        if name not in there:
            found.append(Change("advice", name, _advised(each), "no longer advised", Weight.QUIET, "", each.lever))
    return (*found, *_observed(before, now))


def _weight(now: ModeReading) -> Weight:
    """A state is news; one that no evidence carries is in doubt."""
    return Weight.NEWS if now.held_since is None else Weight.DOUBT


def _why(now: ModeReading) -> str:
    if now.transition is None:
        return now.held
    because = [each for each in now.conditions if each.condition.id in now.transition.because]
    return "because of " + listing([f"{each.condition.id}{_since(each)}" for each in because])


def _since(reading: ConditionReading) -> str:
    if reading.since is None or not reading.length:
        return ""
    return f", which holds since {moment(reading.since)}"


def _condition(before: ConditionReading | None, now: ConditionReading) -> list[Change]:
    word = _word(now)
    if before is None and word == "false":
        return []
    if before is not None and _word(before) == word and before.since == now.since:
        return []
    was = _word(before) if before is not None else ""
    told = "" if word == "false" and was != "true" else _told(now)
    return [Change("condition", now.condition.id, was, word, _condition_weight(now), told)]


def _condition_weight(reading: ConditionReading) -> Weight:
    """The way into a state is an alarm, the way out of it is none."""
    if reading.outcome is Outcome.UNKNOWN:
        return Weight.DOUBT
    if reading.outcome is not Outcome.PASS:
        return Weight.QUIET
    return Weight.ALARM if reading.condition.target == reading.condition.state else Weight.NEWS


def _word(reading: ConditionReading) -> str:
    return "barred" if reading.barred is not None else TRUTHS[reading.outcome]


def _told(reading: ConditionReading) -> str:
    """For how long it has to hold yet, or why it does not count."""
    if reading.barred is not None:
        parts = "; ".join(each.told for each in reading.because)
        told = reading.barred.told
        return f"{told}: {parts}" if parts and reading.barred.cause is BarCause.UNLESS else told
    if reading.outcome is Outcome.UNKNOWN:
        return "; ".join(dict.fromkeys(lack.detail for lack in reading.lacks))
    if reading.outcome is Outcome.FAIL:
        return "; ".join(each.told for each in reading.because)
    broken = reading.broken
    anew = ""
    if broken is not None and broken.cause == "gap" and broken.end == reading.since:
        anew = (
            f"anew, after a break: {broken.detail or broken.cause}; "  # it held before, and nobody looked for too long
        )
    if reading.met or reading.met_at is None:
        return anew.removesuffix("; ")
    return f"{anew}enough at {moment(reading.met_at)}, if it goes on"


def _advised(advised: Advised) -> str:
    return "advised" if advised.outcome is Outcome.PASS else "not known"


def _advice(before: Advised | None, now: Advised) -> list[Change]:
    if before is not None and before.outcome is now.outcome:
        return []
    was = _advised(before) if before is not None else ""
    weight = Weight.ACT if now.outcome is Outcome.PASS else Weight.DOUBT
    return [Change("advice", now.id, was, _advised(now), weight, now.reason, now.lever)]


def _observed(before: ModeReading | None, now: ModeReading) -> list[Change]:
    """Where the state that somebody sees differs from the computed one, or does so no more."""
    was, is_ = _difference(before), _difference(now)
    if was == is_:
        return []
    return [Change("observed", "", was, is_ or "as computed", _observed_weight(now))]


def _observed_weight(now: ModeReading) -> Weight:
    outcomes = {each.outcome for each in now.findings}
    if Outcome.FAIL in outcomes:
        return Weight.BAD
    return Weight.DOUBT if Outcome.UNKNOWN in outcomes else Weight.QUIET


def _difference(reading: ModeReading | None) -> str:
    return "; ".join(each.message for each in reading.findings) if reading is not None else ""
