"""Mutants that no evidence can tell from their policy, as far as that can be proven.

What is proven here is little, and certain: everything else is for a case to notice, or for the author to say.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

from gatekeeper.expr import Program, Template
from gatekeeper.expr.tree import (
    Binary,
    Call,
    Comprehension,
    Constant,
    ListOf,
    Logic,
    Node,
    Prefix,
    Select,
    Span,
    Variable,
)
from gatekeeper.model.ladder import Ladder, Remedy
from gatekeeper.model.policy import Gate, Policy, PolicySet
from gatekeeper.model.rule import Each, Enforcement, Expression, ReadGate, Rule

_OPPOSITE = {"==": "!=", "!=": "==", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}
_NODES = get_args(Node)
_MIRRORED = {">": "<", ">=": "<="}


def why_equivalent(original: Policy, mutant: Policy, policies: PolicySet) -> str:
    """Why a mutant judges whatever evidence as its policy does; empty where that is not known.

    Args:
        policies: the policies as they are written, with those that read this one.
    """
    if _plain(original) == _plain(mutant):
        return "it says the same in other words"
    if isinstance(original, Ladder) and isinstance(mutant, Ladder) and _listed(original) == _listed(mutant):
        return "of the two that changed places at most one is ever advised"
    if not isinstance(original, Gate) or not isinstance(mutant, Gate) or _rest(original) != _rest(mutant):
        return ""
    pairs = list(zip(original.rules, mutant.rules, strict=False))
    changed = [(old, new) for old, new in pairs if _plain(old) != _plain(new)]
    if len(original.rules) != len(mutant.rules) or len(changed) != 1:
        return ""
    return _rules_alike(*changed[0], original, policies)


def _listed(ladder: Ladder) -> object:
    """A ladder in which neighbouring remedies that are never advised together stand in an order of their own."""
    triggers = [
        (level.word, _plain(replace(trigger, remedies=())), _settled(list(trigger.remedies)))
        for level in ladder.levels
        for trigger in level.triggers
    ]
    levels = tuple(replace(each, triggers=()) for each in ladder.levels)
    return (_plain(replace(ladder, levels=levels)), triggers)


def _settled(remedies: list[Remedy]) -> object:
    for index in (*range(len(remedies) - 1),) * len(remedies):
        first, second = remedies[index : index + 2]
        if _exclude(first, second) and repr(_plain(second)) < repr(_plain(first)):
            remedies[index : index + 2] = second, first
    return _plain(tuple(remedies))


def _exclude(one: Remedy, other: Remedy) -> bool:
    """Whether something that one remedy needs is what the other one rules out."""
    needed, others = _terms(one.when), _terms(other.when)
    return any(("!", each) in others for each in needed) or any(("!", each) in needed for each in others)


def _terms(when: Expression | None) -> set[object]:
    if when is None or not isinstance(when.program, Program):
        return set()
    tree = when.program.tree
    return {_normal(each) for each in (tree.terms if isinstance(tree, Logic) and tree.operator == "&&" else (tree,))}


def _rest(gate: Gate) -> object:
    """Everything of a gate but its rules."""
    return _plain(tuple(getattr(gate, each.name) for each in fields(gate) if each.name not in ("rules", "digest")))


def _rules_alike(old: Rule, new: Rule, gate: Gate, policies: PolicySet) -> str:
    """Why a rule and its mutant come to the same, where only one thing differs between them."""
    weaker = (old.enforcement, new.enforcement) == (Enforcement.HARD, Enforcement.BLOCKING)
    if weaker and not _is_waivable(gate, policies):
        return "no gate accepts a waiver that would tell hard from blocking"
    before, after = old.requirement, new.requirement
    rows = isinstance(before, Each) and isinstance(after, Each) and before.empty_passes != after.empty_passes
    if rows and isinstance(before, Each) and _is_filled(before.over, gate):
        return "the list is written in the policy, and is not empty"
    return ""


def _is_waivable(gate: Gate, policies: PolicySet) -> bool:
    """Whether a waiver could matter to a rule of this gate: here, or in a gate that reads it.

    A reader that is itself hard is not waived either way.
    """
    if gate.waivers.granted_by:
        return True
    readers = (each for each in policies.gates.values() if gate.id in each.reads)
    return any(_reads_softly(each, gate.id) and _is_waivable(each, policies) for each in readers)


def _reads_softly(reader: Gate, gate: str) -> bool:
    """Whether a rule that is not hard reads a gate."""
    soft = (each.requirement for each in reader.rules if each.enforcement is not Enforcement.HARD)
    return any(isinstance(each, ReadGate) and each.gate == gate for each in soft)


def _is_filled(over: Expression, gate: Gate) -> bool:
    """Whether a list is a parameter of the policy that nobody can override, and has entries."""
    tree = over.program.tree if isinstance(over.program, Program) else None
    if not isinstance(tree, Select) or not isinstance(tree.operand, Variable) or tree.operand.name != "params":
        return False
    found = next((each for each in gate.params if each.name == tree.field), None)
    return found is not None and not found.overridable and bool(found.default)


def _plain(value: object) -> object:
    """A value without places, its expressions in a form that what means the same has in common."""
    if isinstance(value, Expression):
        return ("expression", _normal(value.program.tree) if isinstance(value.program, Program) else value.source)
    if isinstance(value, Template):
        return ("template", value.text)
    if isinstance(value, tuple | list):
        return tuple(_plain(each) for each in value)
    if isinstance(value, dict):
        return tuple((key, _plain(each)) for key, each in value.items())
    if is_dataclass(value):
        kept = (each.name for each in fields(value) if each.name not in ("place", "digest"))
        return (type(value).__name__, *(_plain(getattr(value, name)) for name in kept))
    return value


def _normal(node: Node) -> object:
    """A tree without places, its variables in place; comparisons point one way, negations become what they mean."""
    match node:
        case Variable(definition=Program() as written):
            return _normal(written.tree)
        case Constant():
            return (type(node.value).__name__, repr(node.value))
        case Prefix(operator="!"):
            return _negation(node.operand)
        case Binary():
            return _comparison(node.operator, node.left, node.right)
        case Logic():
            terms = dict.fromkeys(_normal(each) for each in node.terms)
            return (node.operator, *terms) if len(terms) > 1 else next(iter(terms))
        case ListOf():
            return ("list", *(_normal(each) for each in node.elements))
        case Comprehension(macro="filter", body=Constant(value=True)):
            return _normal(node.over)
        case _:
            return (type(node).__name__, *(_field(getattr(node, each.name)) for each in fields(node)))


def _field(value: Any) -> object:
    if isinstance(value, Span):
        return ""
    if isinstance(value, tuple):
        return tuple(_field(each) for each in value)
    return _normal(value) if isinstance(value, _NODES) else value


def _negation(node: Node) -> object:
    if isinstance(node, Prefix) and node.operator == "!":
        return _normal(node.operand)
    # other comparisons are no opposites: a figure without a sample is neither more nor less than another one
    if isinstance(node, Binary) and node.operator in ("==", "!="):
        return _comparison(_OPPOSITE[node.operator], node.left, node.right)
    return ("!", _normal(node))


def _comparison(operator: str, left: Node, right: Node) -> object:
    if operator in _MIRRORED:
        operator, left, right = _MIRRORED[operator], right, left
    if operator == "in" and isinstance(right, ListOf):
        return ("in", _normal(left), frozenset(_normal(each) for each in right.elements))
    # a size is a whole number and never negative
    if operator == "<" and _is_size(right) and isinstance(left, Constant) and isinstance(left.value, int):
        return ("<=", ("int", repr(left.value + 1)), _normal(right))
    if operator == "<=" and _is_size(left) and isinstance(right, Constant) and right.value == 0:
        return ("==", _normal(left), _normal(right))
    return (operator, _normal(left), _normal(right))


def _is_size(node: Node) -> bool:
    return isinstance(node, Call) and node.function == "size"
