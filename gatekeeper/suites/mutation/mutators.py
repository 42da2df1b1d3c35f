"""Mutations of a policy's document: at each place that judges something, every small change that could be a slip.

What only speaks to people (titles, messages, remedies' words, severities) is left alone: no case can tell it from
another wording.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from gatekeeper.load.duty_document import AT_ONCE
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, walk
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.suites.mutation.mutated_expression import expression_changes, numbers_near, spans_near
from gatekeeper.suites.mutation.mutated_tree import (
    ANY,
    Path,
    node_at,
    renamed,
    scalar,
    swapped,
    with_node,
    without,
)
from gatekeeper.suites.mutation.site import Change, Site

_PARAMETER: Final = re.compile(r"\bparams\.([a-z][a-z0-9_]*)")
_WEAKER: Final = {"hard": ("blocking",), "blocking": ("advisory",), "advisory": ("blocking",)}
_BOUNDS: Final = {"min": 1, "max": 0}
"""Bound of a parameter → which of the values near it is tighter. A looser one shows in no suite: none may go beyond."""


Mutator = Callable[[Site], Iterator[Change]]


def changes_of(root: MapNode) -> Iterator[Change]:
    """Every mutant of a policy's document, in the order of the file; of changes at one place the same each time."""
    kind = child(root, "kind")
    sites = _SITES.get(kind.text, {}) if isinstance(kind, ScalarNode) else {}
    used = _used_parameters(root, sites)
    for path, node in walk(root):
        if path[:1] == ("params",) and len(path) > 1 and path[1] not in used:
            continue
        for mutator in _mutators_at(path, sites):
            yield from mutator(Site(root, path, node))


def _mutators_at(path: Path, sites: Mapping[Path, tuple[Mutator, ...]]) -> Iterator[Mutator]:
    for pattern, mutators in sites.items():
        if len(pattern) == len(path) and all(want in (ANY, is_) for want, is_ in zip(pattern, path, strict=True)):
            yield from mutators


def _used_parameters(root: MapNode, sites: Mapping[Path, tuple[Mutator, ...]]) -> set[str]:
    """Parameters that judge something; those that only words are made of are left alone, as the words are."""
    judged = (node.text for path, node in walk(root) if isinstance(node, ScalarNode) and any(_mutators_at(path, sites)))
    return {name for text in judged for name in _PARAMETER.findall(text)}


def _expression(site: Site, *, truth: bool) -> Iterator[Change]:
    node = site.node
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str | bool):
        return
    text = node.text.rstrip()
    for each in expression_changes(text, truth=truth):
        lead = len(each.new) if each.new.strip() else 0
        at = each.start if lead or each.end == each.start else each.shown_from
        place = node.source.place(*node.locate(at))
        yield from site.change(each.mutator, each.before(text), each.after(text), site.written(each.text(text)), place)


def _truth(site: Site) -> Iterator[Change]:
    """A condition."""
    yield from _expression(site, truth=True)


def _value(site: Site) -> Iterator[Change]:
    """An expression that gives a value."""
    yield from _expression(site, truth=False)


def _span(site: Site) -> Iterator[Change]:
    """A span of time, or an expression that gives one."""
    if not isinstance(site.node, ScalarNode):
        return
    text = site.node.text.strip()
    near = ("1s",) if text == AT_ONCE else spans_near(text)
    for each in near:
        yield from site.change("duration", text, each, site.written(each))
    if not near:
        yield from _value(site)


def _count(site: Site) -> Iterator[Change]:
    """A number, or an expression that gives one."""
    if not isinstance(site.node, ScalarNode):
        return
    if isinstance(site.node.value, bool | str):
        yield from _value(site)
        return
    for each in numbers_near(site.node.text):
        number = float(each) if "." in each else int(each)
        yield from site.change("constant", site.node.text, each, site.written(each, number))


def _flip(site: Site) -> Iterator[Change]:
    """True or false."""
    if isinstance(site.node, ScalarNode) and isinstance(site.node.value, bool):
        after = "false" if site.node.value else "true"
        changed = site.written(after, not site.node.value)
        yield from site.change("boolean", f"{site.key}: {site.node.text}", f"{site.key}: {after}", changed)


def _members(site: Site) -> Iterator[Change]:
    """The entries of a list or a mapping, each taken out."""
    if isinstance(site.node, ListNode):
        for index, entry in enumerate(site.node.items):
            yield from _out(replace(site, path=(*site.path, index), node=entry))
    elif isinstance(site.node, MapNode):
        for key, entry in site.node.values.items():
            yield from _out(replace(site, path=(*site.path, key), node=entry), site.node.keys[key])


def _out(site: Site, key: ScalarNode | None = None) -> Iterator[Change]:
    named = next((name for key in ("id", "level", "who", "when") if (name := child(site.node, key))), site.node)
    if isinstance(named, MapNode):
        named = next(iter(named.values.values()), named)
    shown = " ".join(named.text.split()) if isinstance(named, ScalarNode) else ""
    if key is not None:
        shown = f"{key.text}: {shown}" if isinstance(site.node, ScalarNode) else key.text
    place = key.place if key is not None else site.place
    yield from site.change("removal", shown, "", without(site.root, site.path), place)


def _gone(site: Site) -> Iterator[Change]:
    """A key, taken out."""
    owner = node_at(site.root, site.path[:-1])
    if isinstance(owner, MapNode):
        text = " ".join(site.node.text.split()) if isinstance(site.node, ScalarNode) else "…"
        key = owner.keys[site.key]
        yield from site.change("removal", f"{site.key}: {text}", "", without(site.root, site.path), key.place)


def _order(site: Site) -> Iterator[Change]:
    """Neighbours of a list or a mapping, changed with each other."""
    node = site.node
    keys = list(node.keys.values()) if isinstance(node, MapNode) else []
    entries: Sequence[Node] = node.items if isinstance(node, ListNode) else keys
    for index in range(len(entries) - 1):
        first, second = (_named(each) for each in entries[index : index + 2])
        changed = with_node(site.root, site.path, swapped(node, index))
        yield from site.change("order", f"{first}, {second}", f"{second}, {first}", changed, entries[index].place)


def _named(node: Node) -> str:
    named = child(node, "id") or child(node, "level") or child(node, "lever") or child(node, "action") or node
    return named.text if isinstance(named, ScalarNode) else "entry"


def _enforcement(site: Site) -> Iterator[Change]:
    if isinstance(site.node, ScalarNode):
        for after in _WEAKER.get(site.node.text, ()):
            yield from site.change("enforcement", site.node.text, after, site.written(after))


def _empty(site: Site) -> Iterator[Change]:
    """What no rows at all mean, where it is written and where it is not."""
    if not isinstance(site.node, MapNode):
        return
    written = child(site.node, "empty")
    old = written.text if isinstance(written, ScalarNode) else "unknown"
    new = "unknown" if old == "pass" else "pass"
    place = written.place if written is not None else site.place
    below = replace(site, path=(*site.path, "empty"))
    changed = with_node(site.root, below.path, scalar(written or site.node, new, new))
    yield from below.change("empty", f"empty: {old}", f"empty: {new}", changed, place)


def _bound(other: str) -> Mutator:
    """A limit that belongs to the other side at the limit: ``within`` and ``less_than``."""

    def mutator(site: Site) -> Iterator[Change]:
        if isinstance(site.node, ScalarNode) and site.node.text != AT_ONCE:
            changed = renamed(site.root, site.path, other)
            yield from site.change("boundary", f"{site.key}: {site.node.text}", f"{other}: {site.node.text}", changed)

    return mutator


def _parameter(site: Site) -> Iterator[Change]:
    """A parameter: its default, the bounds of it, and whether it can be overridden."""
    if not isinstance(site.node, MapNode):
        yield from _figure(site)
        return
    for key in ("default", *_BOUNDS):
        if (below := child(site.node, key)) is not None:
            found = list(_figure(replace(site, path=(*site.path, key), node=below)))
            yield from found[_BOUNDS[key] :: 2] if key in _BOUNDS else found
    if (flag := child(site.node, "overridable")) is not None:
        yield from _flip(replace(site, path=(*site.path, "overridable"), node=flag))


def _figure(site: Site) -> Iterator[Change]:
    """A figure of whatever type."""
    node = site.node
    if isinstance(node, ListNode):
        yield from _members(site)
    elif isinstance(node, ScalarNode) and isinstance(node.value, bool):
        yield from _flip(site)
    elif isinstance(node, ScalarNode) and isinstance(node.value, int | float):
        yield from _count(site)
    elif isinstance(node, ScalarNode):
        near = spans_near(node.text) if re.fullmatch(r"([0-9]+[wdhms])+", node.text) else ()
        for each in near or _instants_near(node.text) or (f"{node.text}~",):
            yield from site.change("duration" if near else "constant", node.text, each, site.written(each))


def _instants_near(text: str) -> tuple[str, ...]:
    """An instant a second later and one earlier."""
    try:
        at = parse_instant(text)
    except ValueError:
        return ()
    return tuple(instant_text(at + timedelta(seconds=each)) for each in (-1, 1))


_EVIDENCE: Final[Mapping[Path, tuple[Mutator, ...]]] = {
    ("params", ANY): (_parameter,),
    ("variables", ANY): (_value,),
    ("variables", ANY, "value"): (_value,),
    ("evidence", ANY, "max_age"): (_span,),
    ("evidence", ANY, "required"): (_members,),
}


def _duties(where: Path) -> Mapping[Path, tuple[Mutator, ...]]:
    each = (*where, ANY)
    return {
        where: (_members,),
        (*each, "applies_when"): (_gone, _truth),
        (*each, "due"): (_value,),
        (*each, "from"): (_value,),
        (*each, "last"): (_value,),
        (*each, "done_when"): (_truth,),
        (*each, "within"): (_span, _bound("less_than")),
        (*each, "less_than"): (_span, _bound("within")),
        (*each, "every"): (_span,),
        (*each, "working_days"): (_count,),
        (*each, "recommended"): (_flip,),
        (*each, "or_at_level"): (_gone,),
    }


_RULE: Final[Path] = ("rules", ANY)
_WINDOW: Final[Path] = (*_RULE, "window")
_GATE: Final[Mapping[Path, tuple[Mutator, ...]]] = {
    **_EVIDENCE,
    **_duties(("duties",)),
    ("review",): (_gone,),
    ("review", "at"): (_value,),
    ("advisory",): (_flip,),
    ("roles", ANY): (_members,),
    ("waivers", "max"): (_span,),
    ("waivers", "granted_by"): (_members,),
    ("rules",): (_members,),
    (*_RULE, "enforcement"): (_enforcement,),
    (*_RULE, "applies_when"): (_gone, _truth),
    (*_RULE, "expect"): (_truth,),
    (*_RULE, "each"): (_empty,),
    (*_RULE, "each", "over"): (_value,),
    (*_RULE, "each", "key"): (_value,),
    (*_RULE, "each", "expect"): (_truth,),
    (*_RULE, "each", "closed_by"): (_members,),
    (*_WINDOW, "over"): (_value,),
    (*_WINDOW, "at"): (_value,),
    (*_WINDOW, "clean"): (_truth,),
    (*_WINDOW, "pending"): (_gone, _truth),
    (*_WINDOW, "void"): (_members,),
    (*_WINDOW, "void", ANY, "when"): (_truth,),
    (*_WINDOW, "length"): (_span,),
    (*_WINDOW, "max_gap"): (_span,),
    (*_WINDOW, "not_before"): (_gone, _value),
    (*_RULE, "quorum", "of"): (_value,),
    (*_RULE, "quorum", "roles"): (_members,),
    (*_RULE, "quorum", "distinct"): (_count,),
    (*_RULE, "quorum", "binds"): (_members,),
}
_LEVEL: Final[Path] = ("levels_lowest_first", ANY)
_TRIGGER: Final[Path] = (*_LEVEL, "triggers", ANY)


def _contacts(where: Path) -> Mapping[Path, tuple[Mutator, ...]]:
    return {(*where, ANY, "when"): (_gone, _truth), (*where, ANY, "hours"): (_gone,)}


_LADDER: Final[Mapping[Path, tuple[Mutator, ...]]] = {
    **_EVIDENCE,
    **_duties(("duties",)),
    **_duties((*_LEVEL, "duties")),
    ("levels_lowest_first",): (_order,),
    ("paging", ANY): (_members,),
    **_contacts(("paging", ANY)),
    (*_LEVEL, "page"): (_members,),
    **_contacts((*_LEVEL, "page")),
    (*_TRIGGER, "page"): (_members,),
    **_contacts((*_TRIGGER, "page")),
    (*_LEVEL, "triggers"): (_members,),
    (*_LEVEL, "respond"): (_gone,),
    (*_LEVEL, "respond", "within"): (_span, _bound("less_than")),
    (*_LEVEL, "respond", "less_than"): (_span, _bound("within")),
    (*_LEVEL, "respond", "after"): (_gone,),
    (*_LEVEL, "respond", "done_when"): (_truth,),
    (*_TRIGGER, "when"): (_truth,),
    (*_TRIGGER, "since"): (_value,),
    (*_TRIGGER, "until"): (_gone, _value),
    (*_TRIGGER, "for"): (_span, _bound("longer_than")),
    (*_TRIGGER, "longer_than"): (_span, _bound("for")),
    (*_TRIGGER, "remedies"): (_members, _order),
    (*_TRIGGER, "remedies", ANY, "when"): (_gone, _truth),
    (*_TRIGGER, "remedies", ANY, "lever"): (_gone,),
}
_STATE: Final[Path] = ("states", ANY)
_ENTRY: Final[Path] = (*_STATE, "enter", ANY)
_MODE: Final[Mapping[Path, tuple[Mutator, ...]]] = {
    **_EVIDENCE,
    ("max_gap",): (_span,),
    ("hold_last",): (_span,),
    ("initial",): (_gone,),
    ("observed",): (_gone, _value),
    ("states",): (_order,),
    (*_STATE, "unless"): (_gone, _truth),
    (*_STATE, "dwell"): (_gone, _span),
    (*_STATE, "enter"): (_members,),
    (*_STATE, "exit"): (_gone,),
    (*_STATE, "actions"): (_members,),
    (*_STATE, "levers"): (_members,),
    (*_STATE, "effects"): (_members,),
    (*_STATE, "notice"): (_gone,),
    (*_ENTRY, "when"): (_truth,),
    (*_ENTRY, "for"): (_gone, _span),
    (*_ENTRY, "look_back"): (_gone, _span),
    (*_ENTRY, "from"): (_gone, _members),
    (*_STATE, "exit", "when"): (_truth,),
    (*_STATE, "exit", "for"): (_gone, _span),
    (*_STATE, "exit", "to"): (_gone,),
    ("recommend",): (_members,),
    ("recommend", ANY, "when"): (_truth,),
    ("recommend", ANY, "lever"): (_gone,),
}
_SITES: Final = {"Gate": _GATE, "Ladder": _LADDER, "Mode": _MODE}
"""Kind of policy → where its document judges something, and what can be changed there."""
