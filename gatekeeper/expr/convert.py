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
    Lookup,
    MapOf,
    Node,
    OptionalEntry,
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
        return Select(operand.span.to(_span(name)), operand, self._field(name))

    def lookup_dot(self, children: list[Any]) -> Node:
        operand, _, _, name = children
        key = Constant(_span(name), self._field(name))
        return Lookup(operand.span.to(key.span), operand, key, dotted=True)

    def member_dot_arg(self, children: list[Any]) -> Node:
        target, _, name, _, *rest = children
        arguments = tuple(rest[0]) if len(rest) == 2 else ()
        span = target.span.to(_span(rest[-1]))
        if (names := MACROS.get(str(name), {}).get(len(arguments))) is not None:
            return self._comprehension(span, str(name), target, arguments, names)
        if name == "bind" and isinstance(target, Ident) and target.name == "cel" and len(arguments) == 3:
            variable, over, body = arguments
            return self._comprehension(span, "cel.bind", over, (variable, body), 1)
        return Call(span, self._field(name), target, arguments, _span(name))

    def member_index(self, children: list[Any]) -> Node:
        operand, _, index, close = children
        return Index(operand.span.to(_span(close)), operand, index)

    def lookup_index(self, children: list[Any]) -> Node:
        operand, _, _, key, close = children
        return Lookup(operand.span.to(_span(close)), operand, key, dotted=False)

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

    elements = exprlist

    def element(self, children: list[Any]) -> Node:
        *mark, element = children
        return OptionalEntry(_span(mark[0]).to(element.span), element) if mark else element

    def mapinits(self, children: list[Any]) -> list[Node]:
        if len(children) == 1:
            return list(children[0])
        so_far: list[Node] = children[0]
        so_far += children[2]
        return so_far

    def entry(self, children: list[Any]) -> tuple[Node, Node]:
        *mark, key, _, value = children
        return key, OptionalEntry(value.span, value) if mark else value

    def literal(self, children: list[Any]) -> Node:
        token = children[0]
        if (read := _LITERALS.get(token.type)) is None:
            return Constant(_span(token), _WORDS[str(token)])
        try:
            return Constant(_span(token), read(str(token)))
        except ValueError as error:
            raise ExpressionError.at(_span(token), str(error)) from None

    def _comprehension(self, span: Span, macro: Any, over: Node, arguments: tuple[Node, ...], count: int) -> Node:
        names: list[str] = []
        for variable, which in zip(arguments[:count], ("first", "second"), strict=False):
            if not isinstance(variable, Ident) or variable.absolute:
                named = "key" if len(names) < count - 1 else "element"
                hint = f"{macro}({'x' if count == 1 else 'key, x'}, …)"
                raise ExpressionError.at(variable.span, f"the {which} argument of {macro} names the {named}", hint)
            if variable.name in names:
                raise ExpressionError.at(variable.span, f"both names of {macro} are the same")
            names.append(variable.name)
        where = arguments[count] if len(arguments) == count + 2 else None
        second = names[1] if count == 2 else ""
        macro = "exists_one" if macro == "existsOne" else macro
        return Comprehension(span, macro, over, names[0], 0, where, arguments[-1], second)

    def _presence(self, span: Span, arguments: tuple[Node, ...]) -> Node:
        if len(arguments) == 1 and isinstance(arguments[0], Lookup):
            raise ExpressionError.at(arguments[0].span, 'has takes a field without "?"', "has(a.b), or a.?b.hasValue()")
        if len(arguments) != 1 or not isinstance(arguments[0], Select):
            raise ExpressionError.at(span, "has takes one field", "has(a.b)")
        return Presence(span, arguments[0].operand, arguments[0].field)

    def _name(self, token: Token) -> str:
        if token in RESERVED:
            raise ExpressionError.at(_span(token), f'"{token}" is a reserved word, no name')
        return str(token)

    def _field(self, token: Token) -> str:
        if token.type == "QUOTED_FIELD":
            return str(token)[1:-1]
        if token in _NEVER_FIELDS:
            raise ExpressionError.at(_span(token), f'"{token}" is a reserved word, no field', f'write ["{token}"]')
        return str(token)
