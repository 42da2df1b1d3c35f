"""From what the parser reduces to our own tree, while it parses: no recursion, no second pass.

Lark calls the method named after a grammar rule with the children of that rule: tokens, punctuation
included, and what these methods returned for the rules below. A builder holds no state.
"""

# ruff: noqa: D102 - the rule of the grammar that a method is named after tells what it makes

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from gatekeeper.expr import literals
from gatekeeper.expr.errors import ExpressionError
from gatekeeper.expr.tree import (
    MACROS,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Constant,
    Ident,
    Index,
    ListOf,
    Logic,
    MapOf,
    Node,
    Prefix,
    Presence,
    Select,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lark import Token

RESERVED: Final = frozenset(
    {
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import"),
        *("in", "let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"),
    }
)
"""Words that are no names; all but the next ones may be fields and receiver functions."""
_NEVER_FIELDS: Final = frozenset({"false", "in", "null", "true"})

_LITERALS: Final[dict[str, Callable[[str], object]]] = {
    "INT_LIT": literals.integer,
    "UINT_LIT": literals.unsigned,
    "FLOAT_LIT": literals.floating,
    "STRING_LIT": literals.string,
    "MLSTRING_LIT": literals.string,
    "BYTES_LIT": literals.octets,
}
_WORDS: Final[dict[str, object]] = {"true": True, "false": False, "null": None}


def _span(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0, token.line or 1, token.column or 1)


def _only(_: TreeBuilder, children: list[Any]) -> Any:
    return children[0]


def _operator(_: TreeBuilder, children: list[Any]) -> tuple[Node, str]:
    return children[0], str(children[1])


def _binary(_: TreeBuilder, children: list[Any]) -> Node:
    """``[left-and-operator] right`` of relation, addition and multiplication."""
    if len(children) == 1:
        only: Node = children[0]
        return only
    (left, operator), right = children
    return Binary(left.span.to(right.span), operator, left, right)


class TreeBuilder:
    """Makes one tree node of each reduction; the methods bear the names of the grammar's rules."""

    primary = member = staticmethod(lambda children: children[0])

    relation = addition = multiplication = _binary
    relation_lt = relation_le = relation_gt = relation_ge = _operator
    relation_eq = relation_ne = relation_in = _operator
    addition_add = addition_sub = _operator
    multiplication_mul = multiplication_div = multiplication_mod = _operator
    unary_not = unary_neg = _only

    def expr(self, children: list[Any]) -> Node:
        if len(children) == 1:
            only: Node = children[0]
            return only
        test, _, yes, _, no = children
        return Conditional(test.span.to(no.span), test, yes, no)

    def conditionalor(self, children: list[Any]) -> Node:
        return self._logic("||", children)

    def conditionaland(self, children: list[Any]) -> Node:
        return self._logic("&&", children)

    def _logic(self, operator: Literal["&&", "||"], children: list[Any]) -> Node:
        if len(children) == 1:
            only: Node = children[0]
            return only
        left, _, right = children
        flat = isinstance(left, Logic) and left.operator == operator and left.span.start == left.terms[0].span.start
        terms = left.terms if flat else (left,)
        return Logic(left.span.to(right.span), operator, (*terms, right))

    def unary(self, children: list[Any]) -> Node:
        if len(children) == 1:
            only: Node = children[0]
            return only
        sign, operand = children
        return Prefix(_span(sign).to(operand.span), "!" if sign == "!" else "-", operand)

    def member_dot(self, children: list[Any]) -> Node:
        operand, _, name = children
        field = str(name)[1:-1] if name.type == "QUOTED_FIELD" else self._field(name)
        return Select(operand.span.to(_span(name)), operand, field)

    def member_dot_arg(self, children: list[Any]) -> Node:
        target, _, name, _, *rest = children
        arguments = tuple(rest[0]) if len(rest) == 2 else ()
        span = target.span.to(_span(rest[-1]))
        macro = str(name)
        if macro in MACROS and (len(arguments) == 2 or (macro == "map" and len(arguments) == 3)):
            return self._comprehension(span, macro, target, arguments)
        return Call(span, self._field(name), target, arguments, _span(name))

    def member_index(self, children: list[Any]) -> Node:
        operand, _, index, close = children
        return Index(operand.span.to(_span(close)), operand, index)

    def member_object(self, children: list[Any]) -> Node:
        span = children[0].span.to(_span(children[-1]))
        raise ExpressionError.at(span, "messages are not part of this profile", "write a map: {'key': value}")

    def ident(self, children: list[Any]) -> Node:
        token = children[0]
        if token in _WORDS:
            return Constant(_span(token), _WORDS[str(token)])
        return Ident(_span(token), self._name(token))

    def dot_ident(self, children: list[Any]) -> Node:
        dot, token = children
        return Ident(_span(dot).to(_span(token)), self._name(token), absolute=True)

    def ident_arg(self, children: list[Any]) -> Node:
        token, _, *rest = children
        arguments = tuple(rest[0]) if len(rest) == 2 else ()
        span = _span(token).to(_span(rest[-1]))
        if token == "has":
            return self._presence(span, arguments)
        return Call(span, self._name(token), None, arguments, _span(token))

    def dot_ident_arg(self, children: list[Any]) -> Node:
        call = self.ident_arg(children[1:])
        return replace(call, span=_span(children[0]).to(call.span))

    def paren_expr(self, children: list[Any]) -> Node:
        opening, inner, closing = children
        widened: Node = replace(inner, span=_span(opening).to(_span(closing)))
        return widened

    def list_lit(self, children: list[Any]) -> Node:
        elements = tuple(children[1]) if len(children) > 2 else ()
        return ListOf(_span(children[0]).to(_span(children[-1])), elements)

    def map_lit(self, children: list[Any]) -> Node:
        entries = tuple(children[1]) if len(children) > 2 else ()
        return MapOf(_span(children[0]).to(_span(children[-1])), entries)

    def exprlist(self, children: list[Any]) -> list[Node]:
        if len(children) == 1:
            return [children[0]]
        so_far: list[Node] = children[0]
        so_far.append(children[2])
        return so_far

    def mapinits(self, children: list[Any]) -> list[Node]:
        if isinstance(children[0], list):
            so_far: list[Node] = children[0]
            so_far += (children[2], children[4])
            return so_far
        return [children[0], children[2]]

    def literal(self, children: list[Any]) -> Node:
        token = children[0]
        if (read := _LITERALS.get(token.type)) is None:
            return Constant(_span(token), _WORDS[str(token)])
        try:
            return Constant(_span(token), read(str(token)))
        except ValueError as error:
            raise ExpressionError.at(_span(token), str(error)) from None

    def _comprehension(self, span: Span, macro: Any, over: Node, arguments: tuple[Node, ...]) -> Node:
        variable = arguments[0]
        if not isinstance(variable, Ident) or variable.absolute:
            raise ExpressionError.at(
                variable.span, f"the first argument of {macro} names the element", f"{macro}(x, …)"
            )
        where = arguments[1] if len(arguments) == 3 else None
        return Comprehension(span, macro, over, variable.name, 0, where, arguments[-1])

    def _presence(self, span: Span, arguments: tuple[Node, ...]) -> Node:
        if len(arguments) != 1 or not isinstance(arguments[0], Select):
            raise ExpressionError.at(span, "has takes one field", "has(a.b)")
        return Presence(span, arguments[0].operand, arguments[0].field)

    def _name(self, token: Token) -> str:
        if token in RESERVED:
            raise ExpressionError.at(_span(token), f'"{token}" is a reserved word, no name')
        return str(token)

    def _field(self, token: Token) -> str:
        if token in _NEVER_FIELDS:
            raise ExpressionError.at(_span(token), f'"{token}" is a reserved word, no field', f'write ["{token}"]')
        return str(token)
