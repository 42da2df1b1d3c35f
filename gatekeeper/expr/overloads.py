"""Which kinds operators and functions take, and what they give: read from the evaluator's own tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from gatekeeper.expr.declared import hint_type
from gatekeeper.expr.functions import FUNCTIONS
from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.functions.generics import GENERICS
from gatekeeper.expr.operators import ARITHMETIC, ORDERED
from gatekeeper.expr.tree import Call
from gatekeeper.expr.types import (
    BOOL,
    DYN,
    NUMBERS,
    STRING,
    ListPart,
    MapPart,
    Part,
    Record,
    Type,
    can_equal,
    join,
    kind_type,
    simple,
    type_value,
)
from gatekeeper.expr.values import KINDS

Choice: TypeAlias = tuple[Part | None, ...]
"""One part for each operand; None for an operand that may be anything."""

_ORDERED: Final = frozenset(KINDS[python] for python in ORDERED)


def binary(operator: str) -> Callable[[Choice], Type | None]:
    """The result of an order or of arithmetic; None where there is no such overload."""
    if operator in ("<", "<=", ">", ">="):
        return _order
    pairs = [(KINDS[left], KINDS[right]) for left, right in ARITHMETIC[operator]]

    def arithmetic(choice: Choice) -> Type | None:
        one, other = choice
        made = [
            _result(operator, pair, choice)
            for pair in pairs
            if (one is None or one.word == pair[0]) and (other is None or other.word == pair[1])
        ]
        if isinstance(one, ListPart) and isinstance(other, ListPart) and not same_kinds(one.element, other.element):
            return None
        return join(made) if made else None

    return arithmetic


def same_kinds(one: Type, other: Type) -> bool:
    """Whether two types have no kind that the other lacks, but for null; so do the elements of lists."""
    if not one.known or not other.known:
        return True
    return not (one.words ^ other.words) - {"null"} and can_equal(one, other, by_value=False)


def _order(choice: Choice) -> Type | None:
    words = {part.word for part in choice if part is not None}
    fits = words <= NUMBERS or (len(words) == 1 and words <= _ORDERED)
    return BOOL if fits else None


def _result(operator: str, pair: tuple[str, str], choice: Choice) -> Type:
    if pair == ("list", "list"):
        lists = [part for part in choice if isinstance(part, ListPart)]
        element = join(part.element for part in lists) if len(lists) == 2 else DYN
        return Type((ListPart(element, filled=any(part.filled for part in lists)),))
    if set(pair) == {"timestamp", "duration"}:
        return simple("timestamp")
    return simple("duration" if pair == ("timestamp", "timestamp") else pair[0])


def mismatch(operator: str, left: str, right: str, choice: Choice) -> tuple[str, str]:
    """Message and hint for an operator that two kinds do not have."""
    words = [part.word if part is not None else "anything" for part in choice]
    told = f"{left} is {words[0]} and {right} is {words[1]}: there is no `{operator}` between them"
    return told, conversion(frozenset(words))


def conversion(words: frozenset[str]) -> str:
    """How a value of one of these kinds is made one of the others; an empty string where that says nothing."""
    if "string" in words and words & {"timestamp", "duration"}:
        name = "timestamp" if "timestamp" in words else "duration"
        return f"convert the text with {name}(…)"
    if "string" in words and words & NUMBERS:
        return "take the quotes away, or convert the text with int(…) or double(…)"
    if len(words & NUMBERS) > 1:
        return "convert one with double(…) or int(…)"
    if "duration" in words and words & NUMBERS:
        return "write the number as a duration, such as days(7)"
    return ""


def index(choice: Choice) -> Type | None:
    """The result of ``operand[index]``; None where such a key can never fit."""
    operand, key = choice
    word = None if key is None else key.word
    match operand:
        case None:
            return DYN
        case ListPart():
            return operand.element if word is None or word in ("int", "uint") else None
        case MapPart():
            return operand.value if key is None or can_equal(operand.key, Type((key,))) else None
        case Record():
            fits = key is None or can_equal(STRING, Type((key,)))
            every = [member.type for member in operand.fields.values()]
            return join([*every, *([operand.rest] if operand.rest else [])]) if fits else None
        case _:
            return None


def forms(node: Call) -> tuple[Form, ...]:
    """The forms of a function that a call may mean, by its style and number of arguments."""
    receiver, count = node.target is not None, len(node.arguments)
    every = FUNCTIONS.get(node.function, ())
    return tuple(form for form in every if form.receiver == receiver and form.arity == count)


def call(fitting: Sequence[Form]) -> Callable[[Choice], Type | None]:
    """The result of a call; None where no form takes these kinds."""

    def result(choice: Choice) -> Type | None:
        made = [_given(form, choice) for form in fitting if _takes(form, choice)]
        return join(made) if made else None

    return result


def _takes(form: Form, choice: Choice) -> bool:
    asked = form.params[len(form.needs) :]
    if not all(part is None or want in ("dyn", part.word) for part, want in zip(choice, asked, strict=True)):
        return False
    receiver = choice[0] if choice else None
    return form.of is None or not isinstance(receiver, Record) or receiver.name == str(hint_type(form.of))


def _given(form: Form, choice: Choice) -> Type:
    if isinstance(form.gives, str):
        return GENERICS[form.gives](choice)
    if form.gives is not None:
        return hint_type(form.gives)
    if form.result == "type":
        return type_value(DYN if choice[0] is None else Type((choice[0],)))
    return kind_type(form.result)


def no_form(function: str, fitting: Sequence[Form], choice: Choice, receiver: bool) -> tuple[str, str]:
    """Message and hint for a call with kinds that no form takes."""
    given = [str(Type((part,))) if part is not None else "anything" for part in choice]
    asked = sorted({_written(function, _asked(form), receiver) for form in fitting})
    more = ", …" if len(asked) > 4 else ""
    return f"there is no `{_written(function, given, receiver)}`", f"there is: {', '.join(asked[:4])}{more}"


def _asked(form: Form) -> list[str]:
    words = list(form.params[len(form.needs) :])
    return words if form.of is None else [str(hint_type(form.of)), *words[1:]]


def _written(function: str, words: Sequence[str], receiver: bool) -> str:
    return f"{words[0]}.{function}({', '.join(words[1:])})" if receiver else f"{function}({', '.join(words)})"
