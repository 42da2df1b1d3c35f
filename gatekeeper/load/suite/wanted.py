"""What a case expects, checked against the policies: every name that it uses has to be one of theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.suite.expectation_document import ExpectationDocument
from gatekeeper.load.terms import as_instant
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, pairs_of
from gatekeeper.model.ladder import Ladder
from gatekeeper.model.mode import UNKNOWN, Mode
from gatekeeper.model.policy import Gate, Policy, PolicySet
from gatekeeper.model.rule import Each
from gatekeeper.model.suite import Expectation, Wanted
from gatekeeper.model.times import instant_text, parse_span
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import Waiver

NULLS = ("earliest_go", "level", "due", "respond_by", "not_before", "observed_state", "notice")
"""Keys of an expectation that may say ``null``."""

_FINDING = re.compile(r"([^\[\]]+)(?:\[(.*)\])?", re.DOTALL)
_ALWAYS = ("at", "policy", "title")
_OF_A_GATE = ("verdict", "findings", "stops", "waived", "waivers", "earliest_go", "duties", "review")
_OF_A_LADDER = ("level", "unknown_levels", "triggers", "remedies", "pages", "not_paged", "duties")
_OF_A_MODE = (
    *("state", "since", "because", "conditions", "actions", "levers", "effects", "notice"),
    *("advice", "advice_unknown", "observed_state", "transitions"),
)

_ORDERED = frozenset({"pages", "not_paged", "remedies", "actions"})
"""Lists in which a word can stand twice."""

_NAMED = {
    "findings": "finding",
    "triggers": "trigger",
    "duties": "duty",
    "conditions": "condition",
    "waivers": "waiver",
}
"""Keys that hold names, and the aspect that is expected of one of them."""

_PEOPLE = {"pages": "page", "not_paged": "unpaged"}
"""Keys that hold people, and the aspect that is expected of one of them."""

_Known = Callable[[ScalarNode, str], None]
"""Tells what is wrong with a name, if anything is."""


def _any_word(node: ScalarNode, word: str) -> None:
    """Where any word will do, nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What expectations of one suite or case may be about.

    Attributes:
        policies: all that were loaded.
        asked: ids of those that the suite asks.
        now: when the case begins; None where that is not known.
        one_look: whether there is only the look at the beginning.
        waivers: those that the case brings.
    """

    policies: PolicySet
    asked: tuple[str, ...]
    now: datetime | None
    one_look: bool
    waivers: tuple[Waiver, ...] = ()


def read_expectations(node: Node | None, asking: Asking, problems: Problems) -> tuple[Expectation, ...]:
    """What a case expects; what is wrong goes to ``problems``."""
    if isinstance(node, ListNode):
        if not node.items:
            problems.node(node, "this case expects nothing", "write what the policies have to say", "empty")
        listed: list[Node] = node.items
    elif isinstance(node, MapNode):
        listed = [node]
    else:
        if node is not None and not problems.spoiled(node):
            problems.node(node, "`expect` must be a mapping, or a list of them", "begin each one with `- at:`", "type")
        return ()
    found = (_expectation(each, asking, problems) for each in listed)
    return tuple(each for each in found if each is not None)


def _expectation(node: Node, asking: Asking, problems: Problems) -> Expectation | None:
    nulls = (*NULLS, *(key.text for key, _ in pairs_of(child(node, "advice"))))
    shape = read_shape(ExpectationDocument, node, problems, nulls=nulls)
    if not isinstance(node, MapNode):
        return None
    policy = _policy_of(node, asking, problems)
    if all(key in _ALWAYS for key in node.values):
        hint = "say what the policy has to answer, such as `verdict:`, `level:` or `state:`"
        problems.beside(node, "this expectation has nothing in it", hint, "empty")
    if shape is not None and shape.at is None and not asking.one_look:
        problems.beside(node, "this expectation does not say at which look", "write `at:`, such as `at: 0m`", "look")
    if policy is None:
        return None
    wanted = tuple(_Reader(policy, asking, problems).read(node))
    if shape is None:
        return None
    return Expectation(shape.at or timedelta(0), policy.id, shape.title or "", wanted, node.place)


def _policy_of(node: MapNode, asking: Asking, problems: Problems) -> Policy | None:
    named = node.values.get("policy")
    if named is None:
        if len(asking.asked) > 1:
            listed = ", ".join(f"`{each}`" for each in asking.asked)
            problems.beside(node, "this expectation does not say of which policy", f"write `policy:`, one of {listed}")
        return asking.policies.every.get(asking.asked[0]) if len(asking.asked) == 1 else None
    if not isinstance(named, ScalarNode) or problems.spoiled(named):
        return None
    if named.text not in asking.asked:
        hint = did_you_mean(named.text, asking.asked, "the suite asks")
        if named.text in asking.policies.every:
            hint = "add it to the suite's `policies`"
        problems.node(named, f"the suite does not ask a policy `{shown(named.text)}`", hint, "unknown-policy")
        return None
    return asking.policies.every.get(named.text)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads what is expected of one policy."""

    policy: Policy
    asking: Asking
    problems: Problems

    def read(self, node: MapNode) -> Iterator[Wanted]:
        """Everything that an expectation holds, in the order of the file."""
        noun, keys = _terms(self.policy)
        for name, value in node.values.items():
            if name in _ALWAYS or self.problems.spoiled(value):
                continue
            key = node.keys[name]
            if name in keys:
                yield from self._part(name, key, value)
            elif name in (*_OF_A_GATE, *_OF_A_LADDER, *_OF_A_MODE):
                message = f"`{name}` cannot be expected of {self.policy.id}, which is a {noun}"
                listed = ", ".join(f"`{each}`" for each in keys)
                self.problems.node(key, message, f"of a {noun} it is one of: {listed}", "kind")

    def _part(self, name: str, key: ScalarNode, value: Node) -> Iterator[Wanted]:
        known = self._known(name)
        if name in _NAMED:
            yield from self._named(_NAMED[name], value, known)
        elif name == "review" and isinstance(value, MapNode):
            yield from self._more("review", "", key, value)
        elif name == "remedies" and isinstance(value, MapNode):
            yield from self._remedies(value, known)
        elif name in _PEOPLE and isinstance(value, ListNode):
            yield from self._people(name, key, value, known)
        elif name in ("advice", "effects") and isinstance(value, MapNode):
            yield from self._pairs(name, key, value, known)
        elif name == "transitions" and isinstance(value, MapNode):
            yield Wanted(name, "", self._transitions(value, known), key.place)
        elif isinstance(value, ListNode):
            yield Wanted(name, "", self._words(name, value, known), key.place)
        elif isinstance(value, ScalarNode):
            if value.value is not None:
                known(value, value.text)
            yield Wanted(name, "", self._scalar(name, value), key.place)

    def _named(self, aspect: str, node: Node, known: _Known) -> Iterator[Wanted]:
        for key, each in pairs_of(node):
            name = key.text
            known(key, name)
            if not isinstance(each, MapNode):
                yield Wanted(aspect, name, _text(each), key.place)
                continue
            yield from self._more(aspect, name, key, each)

    def _more(self, aspect: str, name: str, key: ScalarNode, node: MapNode) -> Iterator[Wanted]:
        """Several parts of one thing."""
        if not node.values:
            self.problems.node(key, f"nothing is expected of `{shown(key.text)}`", "say what it has to be", "empty")
        for word, more in node.values.items():
            which = aspect if word in ("outcome", "state", "use") else f"{aspect}_{word}"
            yield Wanted(which, name, self._scalar(word, more), node.keys[word].place)

    def _remedies(self, node: MapNode, known: _Known) -> Iterator[Wanted]:
        for name, each in node.values.items():
            known(node.keys[name], name)
            if not isinstance(each, ListNode):
                continue
            levels = self.policy.levels if isinstance(self.policy, Ladder) else ()
            triggers = [trigger for level in levels for trigger in level.triggers if trigger.id == name]
            there = [remedy.lever or remedy.action for trigger in triggers for remedy in trigger.remedies]
            is_known = self._one_of(there, f"`{name}` has no remedy", "its remedies are") if triggers else _any_word
            yield Wanted("remedies", name, self._words("remedies", each, is_known), node.keys[name].place)

    def _people(self, name: str, key: ScalarNode, node: ListNode, known: _Known) -> Iterator[Wanted]:
        """Who is paged, or is not, as words or as mappings that say more."""
        words = [each if isinstance(each, ScalarNode) else child(each, "who") for each in node.items]
        there = [each for each in words if isinstance(each, ScalarNode) and not self.problems.spoiled(each)]
        for each in there:
            known(each, each.text)
        yield Wanted(name, "", [each.text for each in there], key.place)
        for more in node.items:
            yield from self._person(_PEOPLE[name], more) if isinstance(more, MapNode) else ()

    def _person(self, aspect: str, node: MapNode) -> Iterator[Wanted]:
        """What is said beside who it is."""
        who, level = _text(node.values.get("who")), node.values.get("level")
        name = who
        if isinstance(level, ScalarNode):
            self._known("level")(level, level.text)
            name = f"{level.text}/{who}"
            yield Wanted(aspect, name, who, node.keys["level"].place)
        for word, each in node.values.items():
            if word not in ("who", "level"):
                yield Wanted(f"{aspect}_{word}", name, self._scalar(word, each), node.keys[word].place)

    def _pairs(self, name: str, key: ScalarNode, node: MapNode, known: _Known) -> Iterator[Wanted]:
        """Names that are meant exactly, and of each what it leads to."""
        part = {"advice": "advice_lever", "effects": "effect"}[name]
        below = self._known(part)
        yield Wanted(name, "", list(node.values), key.place)
        for word, each in node.values.items():
            known(node.keys[word], word)
            if isinstance(each, ScalarNode) and each.value is not None:
                below(each, each.text)
            yield Wanted(part, word, self._scalar(part, each), node.keys[word].place)

    def _words(self, name: str, node: ListNode, known: _Known) -> Json:
        words: list[Json] = []
        for each in node.items:
            if isinstance(each, ScalarNode) and not self.problems.spoiled(each):
                known(each, each.text)
                if each.text in words and name not in _ORDERED:
                    self.problems.node(each, f"`{shown(each.text)}` stands here twice", "take one out", "twice")
                words.append(each.text)
        return words

    def _transitions(self, node: MapNode, known: _Known) -> Json:
        found: list[tuple[timedelta, Json]] = []
        for name, each in node.values.items():
            if isinstance(each, ScalarNode):
                known(each, each.text)
            found.append((_span(name), _text(each)))
        ordered = sorted(found, key=lambda each: each[0])
        return [[self._instant(offset), state] for offset, state in ordered]

    def _scalar(self, name: str, node: Node) -> Json:
        """A single value: an instant as text, whether it is written as one or as an offset."""
        if not isinstance(node, ScalarNode) or node.value is None:
            return None
        if name in ("met", "recommended"):
            return node.value
        if name in ("earliest_go", "due", "respond_by", "not_before", "since"):
            try:
                return instant_text(as_instant(node.text))
            except ValueError:
                return self._instant(_span(node.text))
        return node.text

    def _instant(self, offset: timedelta) -> Json:
        return instant_text(self.asking.now + offset) if self.asking.now is not None else None

    def _known(self, name: str) -> _Known:
        """What tells whether a name of that part can be one."""
        policy = self.policy
        if isinstance(policy, Gate) and name == "waivers":
            there = (*self.asking.policies.waivers, *self.asking.waivers)
            ids = [each.id for each in there if each.gate == policy.id]
            return self._one_of(ids, f"there is no waiver for {policy.id} called", "there are", "bring it as `waivers`")
        if isinstance(policy, Gate) and name in ("findings", "stops", "waived"):
            return self._finding
        words, what = _names(policy, name)
        if what is None:
            return _any_word
        return self._one_of(words, f"{policy.id} {what}", "there is" if len(words) == 1 else "there are")

    def _one_of(self, words: Iterable[str], lack: str, listed: str, where_none: str = "") -> _Known:
        there = tuple(words)

        def known(node: ScalarNode, word: str) -> None:
            if word not in there:
                hint = did_you_mean(word, there, listed) or where_none
                self.problems.node(node, f"{lack} `{shown(word)}`", hint, "unknown-name")

        return known

    def _finding(self, node: ScalarNode, name: str) -> None:
        """Complains about a finding whose rule there is not, or a key of a rule that has no rows."""
        gate = self.policy
        if not isinstance(gate, Gate):
            return
        parts = _FINDING.fullmatch(name)
        rules = {rule.id: rule for rule in gate.rules}
        if parts is None or parts[1] not in rules:
            word = parts[1] if parts is not None else name
            hint = did_you_mean(word, rules, "the rules are")
            self.problems.node(node, f"{gate.id} has no rule `{shown(word)}`", hint, "unknown-rule")
        elif parts[2] is not None and not isinstance(rules[parts[1]].requirement, Each):
            hint = f"write `{parts[1]}`"
            self.problems.node(node, f"the rule `{parts[1]}` has no rows: it is no `each`", hint, "unknown-row")


def _terms(policy: Policy) -> tuple[str, tuple[str, ...]]:
    if isinstance(policy, Gate):
        return "gate", _OF_A_GATE
    return ("ladder", _OF_A_LADDER) if isinstance(policy, Ladder) else ("mode", _OF_A_MODE)


def _names(policy: Policy, part: str) -> tuple[tuple[str, ...], str | None]:
    """The names that a part of an expectation may use, and what is said of another; None where any word will do."""
    if isinstance(policy, Ladder):
        found: Mapping[str, tuple[Iterable[str], str]] = {
            "level": ((each.word for each in policy.levels), "has no level"),
            "unknown_levels": ((each.word for each in policy.levels), "has no level"),
            "triggers": ((each.id for level in policy.levels for each in level.triggers), "has no trigger"),
            "remedies": ((each.id for level in policy.levels for each in level.triggers), "has no trigger"),
            **dict.fromkeys(_PEOPLE, (tuple(_paged(policy)), "pages no")),
            "duties": ((each.id for each in policy.owed), "has no duty"),
        }
    elif isinstance(policy, Mode):
        states = tuple(each.name for each in policy.states)
        conditions = tuple(each.id for each in policy.conditions)
        advice = tuple(each.id for each in policy.recommend)
        found = {
            "state": ((*states, UNKNOWN), "has no state"),
            "observed_state": (states, "has no state"),
            "transitions": (states, "has no state"),
            "because": (conditions, "has no condition"),
            "conditions": (conditions, "has no condition"),
            "levers": (policy.levers, "has no lever"),
            "advice_lever": (policy.levers, "has no lever"),
            "actions": ((each for state in policy.states for each in state.actions), "has no action"),
            "effects": (dict.fromkeys(each for state in policy.states for each in state.effects), "has no effect on"),
            "advice": (advice, "has no recommendation"),
            "advice_unknown": (advice, "has no recommendation"),
        }
    elif isinstance(policy, Gate):
        found = {"duties": ((each.id for each in policy.owed), "has no duty")}
    else:
        found = {}
    words, what = found.get(part, ((), None))
    return tuple(words), what


def _paged(ladder: Ladder) -> Iterator[str]:
    for level in ladder.levels:
        yield from level.page
        yield from (contact.who for trigger in level.triggers for contact in trigger.contacts)


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, ScalarNode) else ""


def _span(text: str) -> timedelta:
    """An offset; where it is none, that was told already."""
    try:
        return parse_span(text)
    except ValueError:
        return timedelta(0)
