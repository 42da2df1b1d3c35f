"""What holds of every ladder: no order matters, and what is lost is never told as not reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.evaluate.ladder import stand
from gatekeeper.expr import compile_template
from gatekeeper.model.duty import DueWithin, Duty, DutyState
from gatekeeper.model.ladder import Contact, Ladder, Lasting, Level, Trigger
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.standing import LadderStanding, Reach
from tests.builders import NOW, PLACE, entry, expression, item, snapshot
from tests.evaluate.ladders import ago

NAMES = ("a", "b", "c")
CONDITIONS = (
    *(f"{name}.on" for name in NAMES),
    "a.on && b.on",
    "b.on || c.on",
    "!c.on",
    "a.count > 2 && c.on",
    "[a, b, c].exists(each, each.count > 3)",
)
SINCE = tuple(f"{name}.since" for name in NAMES)


@st.composite
def triggers(draw: st.DrawFn, name: str) -> Trigger:
    since = draw(st.none() | st.sampled_from(SINCE))
    lasting = None
    if since is not None and draw(st.booleans()):
        until = draw(st.none() | st.just(expression("c.end")))
        lasting = Lasting(until, timedelta(minutes=draw(st.sampled_from((5, 20, 60)))), draw(st.booleans()))
    return Trigger(
        id=name,
        title=name,
        when=expression(draw(st.sampled_from(CONDITIONS))),
        since=expression(since) if since is not None else None,
        lasting=lasting,
        message=compile_template("{a.count} seen") if draw(st.booleans()) else None,
        remedies=(),
        place=PLACE,
    )


@st.composite
def duties(draw: st.DrawFn, name: str, words: Sequence[str]) -> Duty:
    level = draw(st.none() | st.sampled_from(words))
    start: Any = expression(draw(st.sampled_from(SINCE)))
    return Duty(
        id=name,
        title=name,
        who="somebody",
        level=level,
        applies_when=draw(st.none() | st.sampled_from(CONDITIONS).map(expression)),
        deadline=DueWithin(draw(st.just(start) | st.just(level or start)), timedelta(minutes=30), draw(st.booleans())),
        or_at_level=draw(st.none() | st.sampled_from(words)),
        done_when=expression(draw(st.sampled_from(("c.on", "b.count > 4")))),
        recommended=False,
        place=PLACE,
    )


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    words = [f"L{number}" for number in range(1, draw(st.integers(2, 4)) + 1)]
    levels = []
    for word in words:
        names = [f"{word}-{number}" for number in range(draw(st.integers(1, 3)))]
        reaching = tuple(draw(triggers(name)) for name in names)
        levels.append(Level(word, word, None, reaching, "act", (Contact(f"who of {word}"),), None, PLACE))
    owed = tuple(draw(duties(f"d{number}", words)) for number in range(draw(st.integers(0, 4))))
    needs = tuple(entry(name) for name in NAMES)
    return Ladder(
        id="l",
        title="L",
        system="demo",
        owner="o",
        source="",
        description="",
        params=(),
        evidence=needs,
        levels=tuple(levels),
        duties=owed,
        levers={},
        digest="sha256:l",
        place=PLACE,
    )


instants = st.none() | st.integers(-10, 90).map(lambda minutes: ago(minutes=minutes))
documents = st.fixed_dictionaries(
    {"on": st.booleans(), "count": st.integers(0, 5), "since": instants, "end": instants},
)
evidence = st.fixed_dictionaries(dict.fromkeys(NAMES, documents))


def look(ladder: Ladder, found: dict[str, Any]) -> LadderStanding:
    items = [item(name, value, collected_at=NOW) for name, value in found.items()]
    return stand(PolicySet({}, (), ladders={"l": ladder}), "l", snapshot(*items), NOW)


@given(ladders(), evidence, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_triggers_and_of_evidence_never_matters(ladder: Ladder, found: dict[str, Any], dice: Any) -> None:
    shuffled = replace(
        ladder,
        levels=tuple(
            replace(level, triggers=tuple(dice.sample(level.triggers, len(level.triggers)))) for level in ladder.levels
        ),
    )
    names = dice.sample(list(found), len(found))
    assert look(shuffled, {name: found[name] for name in names}) == look(ladder, found)


@given(ladders(), evidence, st.sets(st.sampled_from(NAMES)))
@settings(deadline=None)
def test_what_is_lost_is_never_told_as_not_reached(ladder: Ladder, found: dict[str, Any], lost: set[str]) -> None:
    whole, less = look(ladder, found), look(ladder, {name: each for name, each in found.items() if name not in lost})
    for before, after in zip(whole.levels, less.levels, strict=True):
        assert after.state in (before.state, Reach.UNKNOWN)
        for one, other in zip(before.triggers, after.triggers, strict=True):
            assert other.state in (one.state, Reach.UNKNOWN)
            assert (other.state is Reach.UNKNOWN) == bool(other.lacks)
    words = [level.word for level in less.levels]
    if whole.level is not None and less.level != whole.level:
        assert any(words.index(each) >= words.index(whole.level) for each in less.unknown)
        assert less.told.startswith(("at least", "not known"))


@given(ladders(), evidence, st.sets(st.sampled_from(NAMES)))
@settings(deadline=None)
def test_what_is_lost_leaves_a_duty_as_it_stands_or_unknown(
    ladder: Ladder, found: dict[str, Any], lost: set[str]
) -> None:
    whole, less = look(ladder, found), look(ladder, {name: each for name, each in found.items() if name not in lost})
    for before, after in zip(whole.duties, less.duties, strict=True):
        assert after.state in (before.state, DutyState.UNKNOWN)


@given(ladders(), evidence)
@settings(deadline=None)
def test_the_level_is_the_highest_that_any_trigger_reaches(ladder: Ladder, found: dict[str, Any]) -> None:
    standing = look(ladder, found)
    reached = [level.word for level in standing.levels if any(t.state is Reach.REACHED for t in level.triggers)]
    assert standing.level == (reached[-1] if reached else None)
    assert [page.level for page in standing.pages] == [level.word for level in standing.levels[: len(standing.pages)]]
    for word in standing.unknown:
        assert standing.level is None or word > standing.level
