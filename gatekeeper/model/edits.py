"""Changes of evidence: a value in, a changed value out.

Nothing is changed in place, and what is not on the way is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gatekeeper.model.evidence_path import EvidencePath, PathRefused, Step, Where
from gatekeeper.model.shown import shown
from gatekeeper.model.values import Json

_MOST_ROWS = 6
"""How many rows a refusal names."""

_Change = Callable[[Json], Json]
_GONE: list[Json] = []
"""Stands for a value that is to be taken out; it is known by its identity."""


def put(value: Json, path: EvidencePath, new: Json) -> Json:
    """The value with another one at the end of the way; all rows that the way chooses get it.

    The last field need not be there yet.

    Raises:
        PathRefused: the way leads nowhere.
    """
    return _changed(value, path.steps, lambda _: new, path.name, may_be_new=True)


def append(value: Json, path: EvidencePath, entries: list[Json]) -> Json:
    """The value with entries at the end of the list that the way leads to.

    Raises:
        PathRefused: the way leads nowhere, or to no list.
    """

    def add(old: Json) -> Json:
        if not isinstance(old, list):
            raise PathRefused(f"it leads to {shown(old)}, not to a list", *_last(path))
        return [*old, *entries]

    return _changed(value, path.steps, add, path.name)


def take_out(value: Json, path: EvidencePath) -> Json:
    """The value without what the way leads to.

    Raises:
        PathRefused: the way leads nowhere, or to the whole of the evidence.
    """
    if not path.steps:
        message = "this would take the whole evidence out: `lacking` says that evidence is missing"
        raise PathRefused(message, 0, len(path.name))
    return _changed(value, path.steps, lambda _: _GONE, path.name)


def _last(path: EvidencePath) -> tuple[int, int]:
    return (path.steps[-1].offset, path.steps[-1].width) if path.steps else (0, len(path.name))


def _changed(value: Json, steps: tuple[Step, ...], change: _Change, said: str, *, may_be_new: bool = False) -> Json:
    """The value with the change made at the end of the steps; ``said`` is the way so far, for people."""
    if not steps:
        return change(value)
    step, rest = steps[0], steps[1:]
    further = said + _text(step)
    if isinstance(step.to, str):
        return _in_mapping(value, step, step.to, rest, change, said, may_be_new)
    if not isinstance(value, list):
        raise PathRefused(f"{said} is {shown(value)}, not a list", step.offset, step.width)
    chosen = set(_chosen(value, step, said))
    rows = [
        _changed(each, rest, change, further, may_be_new=may_be_new) if index in chosen else each
        for index, each in enumerate(value)
    ]
    return [each for each in rows if each is not _GONE]


def _in_mapping(
    value: Json, step: Step, field: str, rest: tuple[Step, ...], change: _Change, said: str, may_be_new: bool
) -> Json:
    if not isinstance(value, dict):
        raise PathRefused(f"{said} is {shown(value)}, which has no fields", step.offset, step.width)
    if field not in value and (rest or not may_be_new):
        raise PathRefused(f"{said} has no field {shown(field)}", step.offset, step.width, tuple(value), field)
    below = _changed(value.get(field), rest, change, said + _text(step), may_be_new=may_be_new)
    if below is _GONE:
        return {name: each for name, each in value.items() if name != field}
    return {**value, field: below}


def _chosen(value: list[Json], step: Step, said: str) -> Iterator[int]:
    """Indices of the rows that a step leads to: at least one."""
    if isinstance(step.to, int):
        if step.to >= len(value):
            raise PathRefused(f"{said} has {len(value)} entries, counted from 0", step.offset, step.width)
        yield step.to
        return
    if not isinstance(step.to, Where):
        raise TypeError("a field chooses no rows")
    found = [index for index, each in enumerate(value) if step.to.holds(each)]
    if not found:
        raise _no_row(value, step, step.to, said)
    yield from found


def _no_row(value: list[Json], step: Step, where: Where, said: str) -> PathRefused:
    fields = {name: None for each in value if isinstance(each, dict) for name in each}
    if fields and where.field not in fields:
        message = f"no entry of {said} has a field {shown(where.field)}"
        return PathRefused(message, step.offset, step.width, tuple(fields), where.field)
    there = [each[where.field] for each in value if isinstance(each, dict) and where.field in each]
    words = tuple(each if isinstance(each, str) else shown(each) for each in there)
    message = f"{said} has no entry whose {where.field} is {shown(where.text)}"
    return PathRefused(message, step.offset, step.width, words, where.text)


def _text(step: Step) -> str:
    if isinstance(step.to, Where):
        return f"[{step.to.field}={step.to.text}]"
    return f"[{step.to}]" if isinstance(step.to, int) else f".{step.to}"
