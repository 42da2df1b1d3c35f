"""What each name of a tree means: a variable, the element of a macro, a type, or a function.

Names are resolved as the CEL language definition says: within a container the longest qualified name
that is declared wins, the variable of a macro hides them all, and ``.name`` starts at the root.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from gatekeeper.expr.errors import ExpressionError, suggestion
from gatekeeper.expr.functions import FUNCTIONS
from gatekeeper.expr.tree import (
    MACROS,
    Binary,
    Call,
    Comprehension,
    Conditional,
    Ident,
    Index,
    ListOf,
    Local,
    Logic,
    MapOf,
    Node,
    Prefix,
    Presence,
    Select,
    TypeName,
    Variable,
)
from gatekeeper.expr.values import TYPE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gatekeeper.expr.program import Program

_OPTIONALS: Final = frozenset({"orValue", "or", "hasValue", "optMap", "optFlatMap", "optional.of", "optional.none"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What names can mean at one place of the expression.

    Attributes:
        container: the namespace that relative names are looked up in first, such as ``com.example``.
        declared: names of bindings that hold dots; all others need no declaration.
        late: leave functions that do not exist to fail when they are called.
        definitions: the declared names that expressions give a value to, with those expressions.
        locals: the variables of the enclosing macros, outermost first.
    """

    container: str = ""
    declared: frozenset[str] = frozenset()
    late: bool = False
    definitions: Mapping[str, Program] = field(default_factory=dict)
    locals: tuple[str, ...] = field(default=())

    def slot(self, name: str) -> int | None:
        """Where the innermost macro variable of that name lives, or None."""
        for slot in range(len(self.locals) - 1, -1, -1):
            if self.locals[slot] == name:
                return slot
        return None

    def candidates(self, name: str, absolute: bool) -> Iterator[str]:
        """The qualified names that ``name`` may stand for, most specific first."""
        spaces = [] if absolute or not self.container else self.container.split(".")
        for length in range(len(spaces), -1, -1):
            yield ".".join((*spaces[:length], name))


def resolve(node: Node, scope: Scope) -> Node:
    """The same tree with every name and function resolved.

    Raises:
        ExpressionError: a function that does not exist, or is called in a way that it is not.
    """
    match node:
        case Ident() | Select():
            return _named(node, scope)
        case Presence() | Prefix():
            return replace(node, operand=resolve(node.operand, scope))
        case Index():
            return replace(node, operand=resolve(node.operand, scope), index=resolve(node.index, scope))
        case Call():
            return _called(node, scope)
        case Binary():
            return replace(node, left=resolve(node.left, scope), right=resolve(node.right, scope))
        case Logic():
            return replace(node, terms=_each(node.terms, scope))
        case Conditional():
            test, yes, no = _each((node.test, node.yes, node.no), scope)
            return Conditional(node.span, test, yes, no)
        case ListOf():
            return replace(node, elements=_each(node.elements, scope))
        case MapOf():
            return replace(node, entries=_each(node.entries, scope))
        case Comprehension():
            inner = replace(scope, locals=(*scope.locals, node.variable))
            return replace(
                node,
                over=resolve(node.over, scope),
                slot=len(scope.locals),
                where=None if node.where is None else resolve(node.where, inner),
                body=resolve(node.body, inner),
            )
        case _:
            return node


def _each(nodes: tuple[Node, ...], scope: Scope) -> tuple[Node, ...]:
    return tuple(resolve(node, scope) for node in nodes)


def _named(node: Ident | Select, scope: Scope) -> Node:
    """A name, or a chain of fields, of which the longest declared beginning is one name."""
    root, chain = _chain(node)
    if root is None:
        return node if isinstance(node, Ident) else replace(node, operand=resolve(node.operand, scope))
    parts = [_word(each) for each in chain]
    slot = None if root.absolute else scope.slot(root.name)
    if slot is not None:
        return _selected(Local(root.span, root.name, slot), chain[1:])
    for length in range(len(parts), 0, -1):
        for name in scope.candidates(".".join(parts[:length]), root.absolute):
            if name in scope.declared:
                variable = Variable(chain[length - 1].span, name, scope.definitions.get(name))
                return _selected(variable, chain[length:])
            if name in TYPE_NAMES:
                return _selected(TypeName(chain[length - 1].span, name), chain[length:])
    return _selected(Variable(root.span, root.name), chain[1:])


def _chain(node: Node) -> tuple[Ident | None, list[Ident | Select]]:
    """The first name of ``a.b.c``, and its nodes ``a``, ``a.b`` and ``a.b.c``.

    The name is None where the chain does not begin with one.
    """
    found: list[Ident | Select] = []
    while isinstance(node, Select):
        found.append(node)
        node = node.operand
    if not isinstance(node, Ident):
        return None, found
    return node, [node, *reversed(found)]


def _word(node: Ident | Select) -> str:
    return node.name if isinstance(node, Ident) else node.field


def _selected(node: Node, rest: list[Ident | Select]) -> Node:
    for each in rest:
        node = Select(each.span, node, _word(each))
    return node


def _called(call: Call, scope: Scope) -> Node:
    arguments = _each(call.arguments, scope)
    if call.target is not None:
        root, chain = _chain(call.target)
        if root is not None and scope.slot(root.name) is None:
            qualified = ".".join((*map(_word, chain), call.function))
            if qualified in FUNCTIONS or qualified in _OPTIONALS:
                return _fits(replace(call, function=qualified, target=None, arguments=arguments), scope)
        return _fits(replace(call, target=resolve(call.target, scope), arguments=arguments), scope)
    return _fits(replace(call, arguments=arguments), scope)


def _fits(call: Call, scope: Scope) -> Call:
    """The call, if there is a function of that name, style and number of arguments."""
    forms = FUNCTIONS.get(call.function, ())
    receiver, count = call.target is not None, len(call.arguments)
    if scope.late or any(form.receiver == receiver and form.arity == count for form in forms):
        return call
    written = f'"{call.function}"'
    if not forms:
        raise ExpressionError.at(call.name_span, f"there is no function {written}", _hint(call))
    arities = sorted({form.arity for form in forms if form.receiver == receiver})
    if not arities:
        style = "f(x)" if receiver else "x.f(…)"
        raise ExpressionError.at(
            call.name_span,
            f"{written} is not called in this style",
            f"write {style.replace('f', call.function, 1)}",
        )
    wanted = " or ".join(str(each) for each in arities)
    plural = "" if arities == [1] else "s"
    raise ExpressionError.at(call.span, f"{written} takes {wanted} argument{plural}, not {count}")


def _hint(call: Call) -> str:
    if call.function in _OPTIONALS:
        return "optional values are not part of this profile; use has(a.b)"
    if call.function in MACROS:
        return f"write list.{call.function}(x, …)"
    if call.function == "has":
        return "write has(a.b)"
    return suggestion(call.function, (*FUNCTIONS, *MACROS, "has"))
