"""What comparisons of every kind of policy share: the words for what was expected and found, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatekeeper.expr import Duration
from gatekeeper.model.duty import DutyStanding
from gatekeeper.model.finding import Deciding, Lack, Observation
from gatekeeper.model.suite import Wanted
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json

NONE = "none"
"""How a list without entries, and what is not there, is told."""

_MOST_SEEN = 6
"""Values that an explanation shows."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that was expected, beside what was found; as in ``Verified``."""

    what: str
    expected: str
    found: str
    why: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A finding, trigger, duty, page or condition as comparisons see it.

    Attributes:
        name: ``rule[key]`` for a row, else its id; of a page ``level/who``.
        word: what it came to.
        told: everything that it says of itself; ``says`` is looked for in here.
        because: the parts that decided it, for a comparison that does not hold.
        seen: the values that it saw, told where no parts are.
        due: of a page, by when somebody takes it up; of somebody who is not paged, from when on they are.
    """

    name: str
    word: str
    told: str
    because: Sequence[Deciding] = ()
    seen: Sequence[Observation] = ()
    due: datetime | None = None
    met: bool | None = None
    recommended: bool | None = None

    def why(self, part: str) -> str:
        """Why it is so; what is told is not said again where it is what was found."""
        decided = decided_by(self.because, self.seen)
        return decided if part == "says" else with_more(self.told, decided)


def graded(wanted: Wanted, rows: Sequence[Row], there: Sequence[str]) -> Iterator[Compared]:
    """Compares a word, or with an aspect such as ``finding_says`` another part, with every one of these rows.

    Args:
        rows: those that the name means.
        there: all names that there are, told where it means none.
    """
    kind, _, part = wanted.aspect.partition("_")
    what = f"{part} of {kind} {wanted.name}" if part else f"{kind} {wanted.name}"
    if not rows:
        yield Compared(what, value_told(wanted.value), NONE, f"there are: {listed(there)}", holds=False)
        return
    others = [row for row in rows if not _agrees(part, wanted.value, row)]
    why = "; ".join(filter(None, dict.fromkeys(row.why(part) for row in others)))
    yield Compared(what, value_told(wanted.value), _found(part, rows), why, not others)


def parts_of(kind: str, *parts: str) -> tuple[str, ...]:
    """The aspects of something that has a name: its word, what it says, and these parts of it."""
    return (kind, f"{kind}_says", *(f"{kind}_{part}" for part in parts))


DUTY_ASPECTS = parts_of("duty", "due", "recommended")


def duties_compared(wanted: Wanted, duties: Sequence[DutyStanding]) -> Iterator[Compared]:
    """Compares what is expected of a duty with how it stands."""
    rows = [
        Row(each.id, each.state.value, with_lacks(each.told, each.lacks), due=each.due, recommended=each.recommended)
        for each in duties
        if each.id == wanted.name
    ]
    yield from graded(wanted, rows, [each.id for each in duties])


def _agrees(key: str, value: Json, row: Row) -> bool:
    """Whether a part of a row, or without one its word, is as expected."""
    if key == "says":
        return isinstance(value, str) and value in row.told
    if key in ("due", "respond_by", "not_before"):
        return row.due == (None if value is None else parse_instant(str(value)))
    if key in ("met", "recommended"):
        return (row.met if key == "met" else row.recommended) is value
    return row.word == value


def _found(key: str, rows: Sequence[Row]) -> str:
    told = {row.name: _part(key, row) for row in rows}
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return listed(f"{name}: {each}" for name, each in told.items())


def _part(key: str, row: Row) -> str:
    due = instant_told(row.due)
    truths = {"met": value_told(row.met), "recommended": value_told(row.recommended)}
    return {"says": row.told, "due": due, "respond_by": due, "not_before": due, **truths}.get(key, row.word)


Why = str | Callable[[], str]
"""Why it is so; what takes long to say is only said where a comparison does not hold."""


def compared(what: str, expected: str, found: str, why: Why, *, holds: bool) -> Compared:
    """What came of a comparison, with why it is so where it does not hold."""
    return Compared(what, expected, found, "" if holds else why if isinstance(why, str) else why(), holds)


def one(what: str, wanted: Json, found: Json, why: Why) -> Compared:
    """Compares two words, or null."""
    return compared(what, value_told(wanted), value_told(found), why, holds=wanted == found)


def alike(what: str, wanted: Json, found: Sequence[str], why: Why, *, ordered: bool) -> Compared:
    """Compares a list of words exactly; where the order means nothing, as sets."""
    words = texts(wanted)
    holds = words == list(found) if ordered else sorted(set(words)) == sorted(set(found))
    return compared(what, listed(words), listed(found), why, holds=holds)


def told_in(what: str, wanted: Json, found: str, why: Why) -> Compared:
    """Compares a part of a text with the whole; null is for one that is not there."""
    holds = isinstance(wanted, str) and wanted in found if wanted is not None else not found
    return compared(what, value_told(wanted), found or NONE, why, holds=holds)


def instants(what: str, wanted: Json, found: datetime | None, why: Why, start: datetime | None = None) -> Compared:
    """Compares instants, or null.

    Args:
        start: where it is given, people are told as well how long after this it is.
    """
    expected = None if wanted is None else parse_instant(str(wanted))
    return compared(what, _since(expected, start), _since(found, start), why, holds=expected == found)


def _since(at: datetime | None, start: datetime | None) -> str:
    if at is None or start is None or at < start:
        return instant_told(at)
    return f"{instant_told(at)}, after {offset_told(at - start)}"


def named(wanted: str, rule: str, key: str | None) -> bool:
    """Whether a name, ``rule`` or ``rule[key]``, means a finding."""
    return wanted in (rule, name_of(rule, key))


def name_of(rule: str, key: str | None) -> str:
    """How a finding is named: ``rule``, or ``rule[key]`` for a row."""
    return rule if key is None else f"{rule}[{key}]"


def decided_by(because: Sequence[Deciding], seen: Iterable[Observation]) -> str:
    """What made something so: the parts that decided it; else the values that were seen, parameters last."""
    if because:
        return "; ".join(each.told for each in because)
    values = [each.told(60) for each in sorted(seen, key=lambda each: each.is_demand)]
    more = [f"and {len(values) - _MOST_SEEN} more"] if len(values) > _MOST_SEEN else []
    return ", ".join([*values[:_MOST_SEEN], *more])


def with_more(told: str, more: str) -> str:
    """What is told, and in brackets what made it so."""
    if not more or more in told:
        return told
    return f"{told} ({more})" if told else more


def with_lacks(told: str, lacks: Iterable[Lack]) -> str:
    """What is told, with every lack that it does not tell already."""
    more = [each.detail for each in lacks if each.detail not in told]
    return "; ".join(part for part in (told, *dict.fromkeys(more)) if part)


def texts(value: Json) -> list[str]:
    """The words of a list; none of what is no list."""
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def listed(words: Iterable[str]) -> str:
    """Words for people, ``none`` where there are none."""
    return ", ".join(words) or NONE


def value_told(value: Json) -> str:
    """A value for people: a word as it is, null as ``none``."""
    if value is None:
        return NONE
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def instant_told(at: datetime | None) -> str:
    """An instant for people; null as ``none``."""
    return NONE if at is None else instant_text(at)


def offset_told(offset: timedelta) -> str:
    """How long after the beginning, as a suite writes it: ``10m``."""
    return Duration.of(offset).readable()
