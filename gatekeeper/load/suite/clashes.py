"""What in a case would silently be of no effect, or do more than it says: it is told instead."""

from __future__ import annotations

from collections.abc import Iterable

from gatekeeper.load.diagnostics import shown
from gatekeeper.load.problems import Problems
from gatekeeper.load.suite.document import CaseHead
from gatekeeper.load.suite.evidence import Reader, Sampled, Written
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child
from gatekeeper.model.story import path_of
from gatekeeper.model.suite import Case
from gatekeeper.model.times import parse_span


def tell_overridden(
    head: CaseHead,
    node: Node,
    edits: Iterable[Written],
    series: Iterable[Sampled],
    reader: Reader,
) -> None:
    """Tells of what a case says twice, so that one of both would be of no effect."""
    problems = reader.problems
    seen: dict[object, tuple[str, ScalarNode]] = {}
    told = [("set", each.path, key) for each, key, _ in edits if each.action == "set"]
    for part, path, key in (*told, *(("series", each.path, key) for each, key, _ in series)):
        way = path_of(path)
        other, first = seen.setdefault((way.name, tuple(each.to for each in way.steps)), (part, key))
        if first is not key:
            message = f"`{shown(path)}` is what `{other}` says as well, on line {first.position[0]}"
            problems.node(key, message, "take one of both out", "twice")
    ages = child(node, "age")
    for name, how in head.lacking.items():
        ages_at_all = any(entry.max_age is not None for entry in reader.needs.get(name, ()))
        if how == "stale" and name in head.age and isinstance(ages, MapNode) and ages_at_all:
            message = f"`{name}` has an age, and `lacking` says that it is stale, which is an age too"
            problems.node(ages.keys[name], message, "take one of both out", "twice")


def tell_off_the_grid(case: Case, node: Node, modes: Iterable[str], problems: Problems) -> None:
    """Tells of expectations between two ticks: each would be one more look, and a look can close a mode's gap."""
    mode = next(iter(modes), None)
    if case.every is None or mode is None:
        return
    happens = {each.at for each in case.events}
    expected = child(node, "expect")
    for each in expected.items if isinstance(expected, ListNode) else [expected]:
        at = child(each, "at")
        if not isinstance(at, ScalarNode):
            continue
        try:
            offset = parse_span(at.text.strip())
        except ValueError:  # told where it was read
            continue
        if offset % case.every and offset not in happens:
            message = f"nobody looks then: the looks are `every: {_text(node)}`"
            hint = f"choose one of them, since a look more changes what {mode} has seen; an event makes a look too"
            problems.node(at, message, hint, "look")


def _text(node: Node) -> str:
    every = child(node, "every")
    return every.text if isinstance(every, ScalarNode) else ""
