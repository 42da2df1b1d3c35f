"""Beside Google's engine: optional syntax and the extensions that it has too."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from gatekeeper.expr import ExpressionError, compile_expression
from tests.expr.differential import DOCUMENT, NOW
from tests.expr.differential_extensions import EXTENDED, OTHERWISE
from tests.expr.google import extended_environment
from tests.lacking import library

cel = library("cel_expr_python.cel")

BINDINGS = {"e": DOCUMENT, "now": datetime.fromisoformat(NOW)}


def theirs(expression: str) -> str:
    """``true``, ``false`` or ``error``; only booleans are fetched, as their nulls lose references on 3.11."""
    environment = extended_environment()
    try:
        value = environment.compile(expression, disable_check=True).eval(environment.Activation(BINDINGS))
    except RuntimeError:
        return "error"
    return ("true" if value.value() else "false") if value.type().name() == "BOOL" else "error"


def ours(expression: str) -> str:
    try:
        value = compile_expression(expression).run(BINDINGS)
    except ExpressionError:
        return "error"
    return {True: "true", False: "false"}[value] if type(value) is bool else "error"


def test_both_engines_agree_on_every_extended_expression() -> None:
    pairs = {expression: (ours(expression), theirs(expression)) for expression in EXTENDED}
    assert {expression: pair for expression, pair in pairs.items() if pair[0] != pair[1]} == {}


def test_the_extended_expressions_are_many_and_of_every_outcome() -> None:
    assert len(set(EXTENDED)) == len(EXTENDED) >= 250
    seen = Counter(ours(expression) for expression in EXTENDED)
    assert min(seen["true"], seen["false"], seen["error"]) > 25


@pytest.mark.parametrize(("expression", "said"), OTHERWISE.items(), ids=[why for _, _, why in OTHERWISE.values()])
def test_the_engines_differ_only_where_it_is_listed(expression: str, said: tuple[str, str, str]) -> None:
    assert (ours(expression), theirs(expression)) == said[:2]
