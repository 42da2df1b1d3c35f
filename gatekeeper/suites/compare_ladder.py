"""Compares what a case expects of a ladder with how it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from gatekeeper.model.standing import LadderStanding, Reach, TriggerStanding
from gatekeeper.model.suite import Wanted
from gatekeeper.suites.compared import (
    DUTY_ASPECTS,
    Compared,
    Row,
    alike,
    decided_by,
    duties_compared,
    graded,
    one,
    parts_of,
    with_lacks,
    with_more,
)


def _level(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    yield one("level", wanted.value, standing.level, lambda: _why_level(wanted.value, standing))


def _why_level(wanted: object, standing: LadderStanding) -> str:
    """What reaches the level that was found, or why that is not reached which was expected."""
    words = [each.word for each in standing.levels]
    reached = words.index(standing.level) if standing.level is not None else -1
    above = words.index(wanted) if isinstance(wanted, str) and wanted in words else -1
    if above > reached:
        triggers = [t for level in standing.levels[above:] for t in level.triggers if t.state is not Reach.REACHED]
    else:
        triggers = [t for level in standing.levels[above + 1 :] for t in level.triggers if t.state is Reach.REACHED]
    parts = [f"{each.id} is {_plain(each.state)}: {_why_trigger(each)}" for each in triggers]
    return "; ".join((standing.told, *parts))


def _unknown_levels(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    yield alike("unknown_levels", wanted.value, standing.unknown, standing.told, ordered=False)


def _trigger(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    triggers = _triggers(standing)
    rows = [_trigger_row(each) for each in triggers.values() if each.id == wanted.name]
    yield from graded(wanted, rows, list(triggers))


def _remedies(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    trigger = _triggers(standing).get(wanted.name)
    advised = [each for each in trigger.remedies if each.advised is Reach.REACHED] if trigger is not None else []
    found = [each.lever if each.lever is not None else each.action for each in advised]
    yield alike(f"remedies {wanted.name}", wanted.value, found, lambda: _why_remedies(trigger), ordered=True)


def _why_remedies(trigger: TriggerStanding | None) -> str:
    if trigger is None:
        return ""
    why = f"{trigger.id} is {_plain(trigger.state)}: {_why_trigger(trigger)}"
    others = [each for each in trigger.remedies if each.advised is not Reach.REACHED]
    told = [
        f"{each.lever or each.action} is not advised: {with_more(each.told, decided_by((), each.observed))}"
        for each in others
    ]
    return "; ".join((why, *told))


def _pages(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    yield alike("pages", wanted.value, [each.who for each in standing.pages], standing.told, ordered=True)


def _page(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    pages = [Row(f"{each.level}/{each.who}", each.who, standing.told, due=each.respond_by) for each in standing.pages]
    rows = [each for each in pages if wanted.name in (each.name, each.word)]
    yield from graded(wanted, rows, [each.name for each in pages])


def _not_paged(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    why = "; ".join(f"{each.level}/{each.who}: {each.told}" for each in standing.not_paged)
    others = [each.who for each in standing.not_paged]
    yield alike("not_paged", wanted.value, others, why or "whoever belongs to what is reached is paged", ordered=True)


def _unpaged(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    others = [Row(f"{each.level}/{each.who}", each.who, each.told, due=each.not_before) for each in standing.not_paged]
    rows = [each for each in others if wanted.name in (each.name, each.word)]
    yield from graded(wanted, rows, [each.name for each in others])


def _duty(wanted: Wanted, standing: LadderStanding) -> Iterator[Compared]:
    yield from duties_compared(wanted, standing.duties)


def _triggers(standing: LadderStanding) -> Mapping[str, TriggerStanding]:
    return {each.id: each for level in standing.levels for each in level.triggers}


def _trigger_row(trigger: TriggerStanding) -> Row:
    told = with_lacks(trigger.message, trigger.lacks)
    return Row(trigger.id, trigger.state.value, told, trigger.because, trigger.observed)


def _why_trigger(trigger: TriggerStanding) -> str:
    return _trigger_row(trigger).why("")


def _plain(state: Reach) -> str:
    return state.value.replace("_", " ")


LADDER_ASPECTS: Mapping[str, Callable[[Wanted, LadderStanding], Iterator[Compared]]] = {
    "level": _level,
    "unknown_levels": _unknown_levels,
    **dict.fromkeys(parts_of("trigger"), _trigger),
    "remedies": _remedies,
    "pages": _pages,
    **dict.fromkeys(("page", "page_respond_by"), _page),
    "not_paged": _not_paged,
    **dict.fromkeys(parts_of("unpaged", "not_before"), _unpaged),
    **dict.fromkeys(DUTY_ASPECTS, _duty),
}
"""Aspect → how it is compared."""
