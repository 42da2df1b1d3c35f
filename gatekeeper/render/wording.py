"""How instants, lengths of time, counts and values are worded for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from gatekeeper.model.finding import Outcome
from gatekeeper.model.shown import cut, value_text
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json

TRUTHS = {
    Outcome.PASS: "true",
    Outcome.FAIL: "false",
    Outcome.UNKNOWN: "not known",
    Outcome.NOT_APPLICABLE: "not applicable",
}
"""What a condition came to, in words."""

OUTCOMES = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.UNKNOWN: "unknown",
    Outcome.NOT_APPLICABLE: "not applicable",
}
"""What a rule came to, in words."""

_CAUSES = {
    "error": "cannot be computed",
    "failed": "could not be collected",
    "future": "is of the future",
    "other_subject": "is about something else",
    "undecided": "cannot be told",
}
"""Causes of a lack that do not read well after ``is``."""

_ORDER = ("d", "h", "min", "s", "ms")


def moment(at: datetime) -> str:
    """An instant for reading: cut to seconds, and without them where they are zero, ``2026-03-03T09:00Z``."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}Z" if utc.second else f"{utc:%Y-%m-%dT%H:%M}Z"


def duration(length: timedelta) -> str:
    """Every unit that is not zero, ``1 d 20 h 30 min``."""
    return " ".join(_units(length)) or "0 s"


def age(length: timedelta) -> str:
    """The length at a glance, cut to what matters: ``3 min``, ``2 h 5 min``, ``6 d 9 h``, ``263 d``."""
    if length < timedelta(0):
        return f"{age(-length)} in the future"
    if length >= timedelta(days=10):
        return f"{length.days} d"
    parts = _units(length)
    kept = parts[:2] if len(parts) > 1 and _adjacent(parts[0], parts[1]) else parts[:1]
    if kept and kept[0].endswith(" min"):
        kept = kept[:1]
    return " ".join(kept) or "0 s"


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 waiver``, ``2 waivers``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def listing(words: Sequence[str], most: int = 0) -> str:
    """``a, b and 3 more``; ``most`` 0 lists them all."""
    if most and len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return ", ".join(words)


def short_value(value: Json, longest: int = 160) -> str:
    """A value as JSON in one line; what goes beyond ``longest`` characters is cut off."""
    return cut(value_text(value), longest)


def cause_words(cause: str) -> str:
    """Why something is not known, as it reads after its name: ``is stale``, ``could not be collected``."""
    return _CAUSES.get(cause, f"is {cause}")


def with_age(name: str, old: timedelta | None) -> str:
    """A piece of evidence by its name, with its age where that is known: ``canary (5 min old)``."""
    return name if old is None else f"{name} ({age(old)} old)"


def since_taken(as_of: datetime, taken: datetime) -> str:
    """How old a snapshot is at a decision, in words; one that was named may be younger than the instant asked for."""
    if taken > as_of:
        return f"{age(taken - as_of)} after the instant that was asked for"
    return f"{age(as_of - taken)} old"


def short_digest(digest: str) -> str:
    """The first 12 digits, for eyes and not for checking."""
    return digest.removeprefix("sha256:")[:12]


def argument(word: str) -> str:
    """The word as a shell takes it."""
    if re.fullmatch(r"[A-Za-z0-9_./:@%+=,-]+", word):
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def collect_command(policy: str) -> str:
    """The command that collects the evidence of this policy anew."""
    return f"gatekeeper collect {argument(policy)}"


def evaluate_command(policies: Iterable[str], at: datetime) -> str:
    """The command that decides these policies for that instant."""
    names = " ".join(argument(each) for each in policies)
    return f"gatekeeper evaluate {names} --as-of {instant_text(at)}"


def _adjacent(one: str, other: str) -> bool:
    return _ORDER.index(other.split()[1]) - _ORDER.index(one.split()[1]) == 1


def _units(length: timedelta) -> list[str]:
    sign = "-" if length < timedelta(0) else ""
    rest = abs(length)
    days, seconds = rest.days, rest.seconds
    milliseconds = 0 if days or seconds else rest.microseconds // 1000
    figures = (days, seconds // 3600, seconds // 60 % 60, seconds % 60, milliseconds)
    return [f"{sign}{figure} {unit}" for figure, unit in zip(figures, _ORDER, strict=True) if figure]
