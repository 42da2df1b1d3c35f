"""Modes: from a checked document to a ``Mode``, with the proof that every state can be reached and left."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gatekeeper.expr.declared import hint_type
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.expressions import CONDITION, MESSAGE, STATE_WORD, Compiler
from gatekeeper.load.grounds import Draft, conclude, entries_of, read_grounds, unique
from gatekeeper.load.levers import check_lever, read_levers
from gatekeeper.load.mode_document import (
    AdviceDocument,
    EntryDocument,
    ExitDocument,
    ModeDocument,
    ModeHead,
    StateDocument,
)
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.shared import Resolved
from gatekeeper.load.terms import STATE, STATE_HINT, as_span
from gatekeeper.load.tree import MapNode, Node, ScalarNode, child, items_of, pairs_of
from gatekeeper.model.mode import CURRENT, UNKNOWN, Advice, Condition, CurrentState, Mode, ModeLevel, Span
from gatekeeper.model.policy import Parameter

PARTS = ("params", "evidence", "variables", "levers", "states", "recommend")
STATE_PARTS = ("enter", "exit")
EXIT = "exit"

_PARAMETER = re.compile(r"params\.([a-z][a-z0-9_]*)", re.ASCII)


@dataclass(slots=True)
class ModeDraft(Draft[Mode]):
    """A mode as far as it could be read, with what can only be checked beside other documents.

    Attributes:
        system: the folder that it stands in.
        ladders: the ladders that it names.
    """

    system: str = ""
    ladders: list[ScalarNode] = field(default_factory=list)


def read_mode(policy: Resolved, system: str, root: Path, problems: Problems) -> ModeDraft:
    """A mode as far as it can be read; what is wrong goes to ``problems``."""
    node = policy.node
    head = read_shape(ModeHead, node, problems, without=PARTS, known=ModeDocument)
    grounds = read_grounds(policy, root, problems, "mode", {CURRENT: hint_type(CurrentState)})
    levers = read_levers(node.values.get("levers"), problems)
    compiler = grounds.compiler
    nodes = _states(node, problems)
    initial = _initial(node, list(nodes), problems)
    spans = _Spans(problems, compiler, {each.name: each for each in grounds.params})
    spans.max_gap = spans.read(node, "max_gap")
    hold_last = spans.read(node, "hold_last")
    spans.check_longer(node, "hold_last", hold_last, "a state would be unknown before a gap is one")
    reader = _StateReader(problems, compiler, spans, tuple(nodes), initial, node.values.get("levers"))
    states = [state for name, each in nodes.items() if (state := reader.read(name, each)) is not None]
    recommend = _recommend(node, compiler, problems)
    observed = compiler.expression(node, "observed", use=STATE_WORD)
    _check_ways(node, nodes, reader, problems)
    _warn_unused_levers(node, grounds.imported, problems)
    ladders = _items(node, "ladders")
    unique(ladders, "ladders", problems)
    draft = ModeDraft(grounds.id, system=system, ladders=ladders)
    alike = conclude(node, head, system, grounds, problems, "nothing in the mode uses")
    if alike is not None and spans.max_gap is not None and hold_last is not None:
        draft.policy = Mode(
            **alike,
            max_gap=spans.max_gap,
            hold_last=hold_last,
            initial=initial,
            states=tuple(states),
            levers=levers,
            recommend=recommend,
            observed=observed,
            ladders=tuple(each.text for each in ladders),
        )
    return draft


def _states(node: MapNode, problems: Problems) -> Mapping[str, Node]:
    """The nodes of the states by name, best first."""
    listed = node.values.get("states")
    hint = "write two or more under `states`, the best first"
    if not isinstance(listed, MapNode):
        if listed is None:
            problems.beside(node, "this mode has no states", hint, "no-states")
        else:
            problems.node(listed, "`states` must be a mapping of names to states", hint, "type")
        return {}
    if len(listed.values) < 2:
        problems.node(node.keys["states"], "a mode has at least two states", hint, "no-states")
    alike: dict[str, str] = {}
    for name, key in listed.keys.items():
        if name.lower() == UNKNOWN:
            message = f"no state is called `{UNKNOWN}`: that is how a state reads that is not known"
            problems.node(key, message, "give it another name", "name")
        elif not STATE.fullmatch(name):
            problems.node(key, f"`{shown(name)}` is no name of a state", STATE_HINT, "value")
        elif alike.setdefault(name.lower(), name) != name:
            message = f"`{name}` differs from `{alike[name.lower()]}` only by capital letters"
            problems.node(key, message, "give one of them another name: people take them for the same", "name")
    return listed.values


def _initial(node: MapNode, names: list[str], problems: Problems) -> str:
    said = node.values.get("initial")
    if not isinstance(said, ScalarNode) or problems.spoiled(said):
        return names[0] if names else ""
    if said.text not in names:
        problems.node(said, f"there is no state `{shown(said.text)}`", did_you_mean(said.text, names), "unknown-state")
    return said.text


@dataclass(slots=True)
class _Spans:
    """Reads the spans of a mode: each is one, or names a parameter of type duration."""

    problems: Problems
    compiler: Compiler
    params: Mapping[str, Parameter]
    max_gap: Span | None = None

    def read(self, node: Node, key: str) -> Span | None:
        """A span, or the parameter that holds it; None where there is none that can be used."""
        text = child(node, key)
        if not isinstance(text, ScalarNode) or self.problems.spoiled(text):
            return None
        if text.text[:1].isdigit():
            return as_span(text.text)
        named = _PARAMETER.fullmatch(text.text.strip())
        if named is None:
            hint = "write a span like 10m, or `params.<name>` of a parameter of type duration"
            self.problems.node(text, f"`{key}` is neither a span nor a parameter", hint, "value")
            return None
        if self.compiler.expression(node, key) is None or named[1] not in self.params:
            return None  # an unknown parameter is told
        if self.params[named[1]].type != "duration":
            message = (
                f"`{key}` needs a parameter of type duration, and `{named[1]}` is of type {self.params[named[1]].type}"
            )
            self.problems.node(text, message, "write it like 10m", "type")
            return None
        return named[1]

    def check_longer(self, node: Node, key: str, span: Span | None, otherwise: str) -> None:
        """Tells a span that is shorter than the gap that is allowed, by the defaults of parameters."""
        own, gap, at = self._default(span), self._default(self.max_gap), child(node, key)
        if own is not None and gap is not None and own < gap and at is not None:
            self.problems.node(at, f"`{key}` is shorter than `max_gap`: {otherwise}", "make `max_gap` shorter", "span")

    def _default(self, span: Span | None) -> timedelta | None:
        if isinstance(span, str):
            default = self.params[span].default
            return default if isinstance(default, timedelta) else None
        return span


@dataclass(slots=True)
class _StateReader:
    """Reads the states of one mode, part by part, so that one mistake does not hide the next.

    Attributes:
        names: the states, best first.
        levers: the node of the mode's levers.
        ways: from state → to state, as far as they could be read.
        doubtful: whether a way could not be read, so that nothing can be said about what cannot be reached.
    """

    problems: Problems
    compiler: Compiler
    spans: _Spans
    names: tuple[str, ...]
    initial: str
    levers: Node | None
    ways: set[tuple[str, str]] = field(default_factory=set)
    doubtful: bool = False

    def read(self, name: str, node: Node) -> ModeLevel | None:
        """The state that a node holds, or None where something in it is wrong."""
        shape = read_shape(StateDocument, node, self.problems, without=STATE_PARTS)
        unless = self.compiler.expression(node, "unless", use=CONDITION)
        entries = entries_of(node, "enter", self.problems)
        unique((child(each, "id") for each in entries), "entries", self.problems, taken=(EXIT,))
        enter = [way for each in entries if (way := self._entry(name, node, each)) is not None]
        way_out = self._exit(name, child(node, "exit"))
        dwell = self.spans.read(node, "dwell")
        notice = self.compiler.template(node, "notice", use=MESSAGE)
        self._check_inert(node, "dwell", "exit")
        self._check_inert(node, "unless", "enter")
        for each in _items(node, "levers"):
            check_lever(each, self.levers, self.problems)
        if shape is None:
            return None
        return ModeLevel(
            name=name,
            title=shape.title or "",
            unless=unless,
            enter=tuple(enter),
            exit=way_out,
            dwell=dwell,
            actions=tuple(shape.actions),
            levers=tuple(shape.levers),
            effects=dict(shape.effects),
            notice=notice,
            place=node.place,
        )

    def _entry(self, name: str, state: Node, node: Node) -> Condition | None:
        shape = read_shape(EntryDocument, node, self.problems)
        when = self.compiler.expression(node, "when", use=CONDITION)
        length = self.spans.read(node, "for")
        look_back = self.spans.read(node, "look_back")
        self.spans.check_longer(node, "for", length, "two looks would be enough, and what is between them is not seen")
        if isinstance(node, MapNode) and {"for", "look_back"} <= node.keys.keys():
            hint = "a condition that looks back by itself is not waited for twice: keep one of the two"
            self.problems.node(node.keys["look_back"], "`for` stands here already", hint, "twice")
        elif isinstance(node, MapNode) and "look_back" in node.keys and child(state, "unless") is None:
            hint = "it says what counts after `unless` ended: take it out"
            self.problems.node(node.keys["look_back"], "`look_back` means nothing without `unless`", hint, "inert")
        sources = self._sources(name, node)
        if shape is None or when is None:
            return None
        return Condition(f"{name}/{shape.id}", name, sources, name, when, length, look_back, node.place)

    def _sources(self, name: str, node: Node) -> tuple[str, ...]:
        """The states that an entry leads out of."""
        better = self.names[: self.names.index(name)]
        own = child(node, "id")
        if not better:
            hint = "let an `exit` lead to it, or write it further down"
            self.problems.node(own or node, f"nothing enters `{name}`: no state is better than it", hint, "state-order")
            self.doubtful = True
            return ()
        said = child(node, "from")
        if said is None:
            self.ways |= {(source, name) for source in better}
            return better
        named = [each for each in _items(node, "from") if self._is_better(each, name, "is entered through the `exit`")]
        self.ways |= {(each.text, name) for each in named}
        return tuple(each.text for each in named)

    def _is_better(self, said: ScalarNode, than: str, otherwise: str) -> bool:
        """Whether a state that is named is better than another; if not, that is told."""
        if said.text not in self.names:
            hint = did_you_mean(said.text, self.names, "the states are")
            self.problems.node(said, f"there is no state `{shown(said.text)}`", hint, "unknown-state")
        elif self.names.index(said.text) >= self.names.index(than):
            message = f"`{said.text}` is not better than `{than}`"
            hint = f"states stand best first, and a better one {otherwise}"
            self.problems.node(said, message, hint, "state-order")
        else:
            return True
        self.doubtful = True
        return False

    def _exit(self, name: str, node: Node | None) -> Condition | None:
        if node is None:
            return None
        shape = read_shape(ExitDocument, node, self.problems)
        when = self.compiler.expression(node, "when", use=CONDITION)
        length = self.spans.read(node, "for")
        self.spans.check_longer(node, "for", length, "two looks would be enough, and what is between them is not seen")
        said = child(node, "to")
        if isinstance(said, ScalarNode):
            if not self._is_better(said, name, "is what an `exit` leads to"):
                return None
            target = said.text
        else:
            target = self.initial
            if target not in self.names or self.names.index(target) >= self.names.index(name):
                message = f"this exit needs `to`: the initial state is not better than `{name}`"
                self.problems.node(node, message, "name the better state that it leads to", "missing-key")
                self.doubtful = True
                return None
        self.ways.add((name, target))
        if shape is None or when is None:
            return None
        return Condition(f"{name}/{EXIT}", name, (name,), target, when, length, None, node.place)

    def _check_inert(self, node: Node, key: str, needed: str) -> None:
        if isinstance(node, MapNode) and key in node.keys and needed not in node.keys:
            hint = f"write the `{needed}`, or take it out"
            self.problems.node(node.keys[key], f"`{key}` means nothing without `{needed}`", hint, "inert")


def _check_ways(node: MapNode, nodes: Mapping[str, Node], reader: _StateReader, problems: Problems) -> None:
    """Every state can be reached from the initial one, and left again."""
    listed = node.values.get("states")
    if reader.doubtful or len(nodes) < 2 or reader.initial not in nodes or not isinstance(listed, MapNode):
        return
    reached, waiting = {reader.initial}, [reader.initial]
    while waiting:
        source = waiting.pop()
        found = {target for start, target in reader.ways if start == source} - reached
        reached |= found
        waiting += found
    for name, key in listed.keys.items():
        if name not in reached:
            hint = "give it an entry under `enter`, or let an `exit` lead to it"
            message = f"the state `{shown(name)}` cannot be reached from `{shown(reader.initial)}`"
            problems.node(key, message, hint, "unreachable-state")
        if not any(source == name for source, _ in reader.ways):
            hint = "give it an `exit`, or a worse state an entry out of it"
            problems.node(key, f"the state `{shown(name)}` cannot be left", hint, "final-state")


def _recommend(node: MapNode, compiler: Compiler, problems: Problems) -> tuple[Advice, ...]:
    entries = entries_of(node, "recommend", problems)
    unique((child(each, "id") for each in entries), "recommendations", problems)
    found = []
    for each in entries:
        shape = read_shape(AdviceDocument, each, problems)
        when = compiler.expression(each, "when", use=CONDITION)
        reason = compiler.template(each, "reason", use=MESSAGE)
        check_lever(child(each, "lever"), node.values.get("levers"), problems)
        if shape is not None and when is not None and reason is not None:
            found.append(Advice(shape.id, when, shape.lever, reason, each.place))
    return tuple(found)


def _warn_unused_levers(node: MapNode, imported: Collection[tuple[str, str]], problems: Problems) -> None:
    named = {each.text for _, state in pairs_of(node.values.get("states")) for each in _items(state, "levers")}
    for each in items_of(node.values.get("recommend")):
        lever = child(each, "lever")
        named |= {lever.text} if isinstance(lever, ScalarNode) else set()
    for key, _ in pairs_of(node.values.get("levers")):
        if key.text not in named and ("levers", key.text) not in imported:
            hint = "take it out, or name it where it is to be pulled"
            problems.node(key, f"nothing names the lever `{shown(key.text)}`", hint, "unused-lever", "warning")


def _items(node: Node, key: str) -> list[ScalarNode]:
    return [each for each in items_of(child(node, key)) if isinstance(each, ScalarNode)]
