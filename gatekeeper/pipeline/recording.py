"""Recording what people did: only where a policy would hear of it, and once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from gatekeeper.clock import Clock, system_clock
from gatekeeper.errors import UsageError
from gatekeeper.expr.program import walk
from gatekeeper.expr.tree import Binary, Constant, ListOf, Node, Select, Variable
from gatekeeper.load import find_policy_files, load_policies, load_sources
from gatekeeper.model.asked import parts_of
from gatekeeper.model.kept import RecordedEvent
from gatekeeper.model.policy import Policy
from gatekeeper.model.rule import Expression
from gatekeeper.model.shown import meant, shown
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.times import instant_text
from gatekeeper.pipeline.asking import AHEAD
from gatekeeper.pipeline.evidence import sources_file
from gatekeeper.pipeline.keeping import open_project_store, tidy

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration

_KIND = "operator_events"
_COLLECTOR = "recorded_events"
_LONGEST = {"system": 100, "event": 100, "by": 200, "note": 4000, "service": 200, "environment": 200, "key": 200}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that is kept.

    Attributes:
        new: whether this call recorded it; else it was recorded before.
        store: where it is kept, for people.
        warnings: what stands in the way of its being heard, each on one line.
    """

    event: RecordedEvent
    new: bool
    store: str
    warnings: tuple[str, ...]


def record_event(
    configuration: Configuration,
    system: str,
    event: str,
    by: str,
    *,
    note: str | None = None,
    at: datetime | None = None,
    service: str | None = None,
    environment: str | None = None,
    key: str = "",
    clock: Clock = system_clock,
) -> Recorded:
    """Keep what a person did.

    Args:
        system: the system that it is about.
        event: the word for it that policies compare with.
        by: who did it.
        at: when; None for now.
        service: the service that it is about; None for all of the system.
        environment: the environment that it is about; None for the configured or only one.
        key: the same for the same event, so that it is kept once; empty to have one made of everything else.

    Raises:
        UsageError: no such system or environment, an event that no policy of the system reads, an instant that is
            still to come, or a key that another event has.
        InvalidInput: policies or sources cannot be used, or the store cannot.
    """
    now = clock()
    when = at or now
    if when - now > AHEAD:
        told = f"--at {instant_text(when)} is still to come: now is {instant_text(now)}"
        raise UsageError(told, "an event is recorded when it has happened")
    policies = _policies_of(configuration, system)
    warnings = _refuse_unread(policies, system, event)
    sources = load_sources(sources_file(configuration, system, environment), configuration.root)
    where = sources.about(Subject()).environment
    if not any(each.collector == _COLLECTOR for each in sources.sources.values()):
        told = f"no source of {system} in {where} reads recorded events, so no policy will hear of this"
        warnings += (f"{told}; bind one with `collector: {_COLLECTOR}`",)
    recorded = RecordedEvent(system, event, by, when, note, service, where, key)
    _refuse_odd(recorded)
    with open_project_store(configuration) as store:
        new = store.events.record(recorded, now)
        tidy(store, f"event-{os.getpid()}", now)
        return Recorded(recorded, new, store.name, warnings)


def _policies_of(configuration: Configuration, system: str) -> tuple[Policy, ...]:
    root, folder = configuration.root, configuration.policies
    files = find_policy_files(root, folder)
    systems = sorted({file.parent.name for file in files})
    if system not in systems:
        hint = meant(system, systems).removeprefix("; ") or f"there are: {', '.join(systems) or 'none'}"
        raise UsageError(f"there is no system {shown(system)} in {root / folder}", hint)
    loaded, _warnings = load_policies([file for file in files if file.parent.name == system], root, folder)
    return tuple(loaded.every.values())


def _refuse_unread(policies: tuple[Policy, ...], system: str, event: str) -> tuple[str, ...]:
    """Refuses an event that no policy compares with; where that cannot be told, it is only warned of."""
    reading = [policy for policy in policies if any(entry.kind == _KIND for entry in policy.evidence)]
    compared = [each for policy in reading for each in _compared(policy)]
    words = sorted({word for found in compared for word in found if word})
    if event in words:
        return ()
    hint = meant(event, words).removeprefix("; ")
    if words and all(word for found in compared for word in found):
        raise UsageError(
            f"no policy of {system} reads the event {shown(event)}", hint or f"they read: {', '.join(words)}"
        )
    return (f"no policy of {system} names the event {shown(event)}{hint and f'; {hint}'}",)


def _compared(policy: Policy) -> Iterator[tuple[str, ...]]:
    """The words that a policy compares the field ``event`` with; an empty one where they cannot be told."""
    elsewhere: list[tuple[str, ...]] = []
    handed_on = False
    for part in parts_of(policy, Expression):
        tree = getattr(getattr(part, "program", None), "tree", None)
        nodes = () if tree is None else tuple(walk(tree))
        known = set()
        for node in nodes:
            if not isinstance(node, Binary) or node.operator not in {"==", "!=", "in"}:
                continue
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if _is_event(one):
                    known.add(id(one))
                    yield _words(policy, other)
            elsewhere += [_words(policy, each) for each in (node.left, node.right) if isinstance(each, Constant)]
        handed_on = handed_on or any(_is_event(node) and id(node) not in known for node in nodes)
    if handed_on:  # as in `.map(it, it.event)`: any text that is compared may be such a word
        yield from (*(found for found in elsewhere if "" not in found), ("",))


def _is_event(node: Node) -> bool:
    return isinstance(node, Select) and node.field == "event"


def _words(policy: Policy, node: Node) -> tuple[str, ...]:
    match node:
        case ListOf():
            return tuple(word for each in node.elements for word in _words(policy, each))
        case Constant(value=str()):
            return (str(node.value),)
        case Select(operand=Variable(name="params")):
            found = next((each for each in policy.params if each.name == node.field), None)
            if found is not None and not found.overridable:
                given = found.default if isinstance(found.default, tuple) else (found.default,)
                return tuple(each if isinstance(each, str) else "" for each in given)
    return ("",)


def _refuse_odd(event: RecordedEvent) -> None:
    """Refuses texts that are empty, too long or not to be printed; a note may have several lines."""
    for name, most in _LONGEST.items():
        text: str | None = getattr(event, name)
        if text is None or (name == "key" and not text):
            continue
        plain = text.replace("\n", " ") if name == "note" else text
        if not text.strip() or not plain.isprintable():
            raise UsageError(f"--{name} is empty, or holds characters that cannot be printed")
        if len(text) > most:
            raise UsageError(f"--{name} has {len(text):,} characters; at most {most:,} are kept")
