"""Beside Google's engine: where we say true or false, it says the same."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from gatekeeper.expr import ExpressionError, compile_expression
from tests.expr.differential import DOCUMENT, EXPRESSIONS, NOW, STRICTER
from tests.lacking import library

cel = library("cel_expr_python.cel")

BINDINGS = {"e": DOCUMENT, "now": datetime.fromisoformat(NOW)}


def theirs(expression: str) -> str:
    """``true``, ``false`` or ``error``; only booleans are fetched, as their nulls lose references on 3.11."""
    environment = cel.NewEnv(variables={"e": cel.Type.DYN, "now": cel.Type.TIMESTAMP})
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


def test_both_engines_agree_on_every_written_expression() -> None:
    pairs = {expression: (ours(expression), theirs(expression)) for expression in EXPRESSIONS}
    assert {expression: pair for expression, pair in pairs.items() if pair[0] != pair[1]} == {}


def test_the_written_expressions_are_many_and_of_every_outcome() -> None:
    assert len(set(EXPRESSIONS)) == len(EXPRESSIONS) >= 300
    seen = Counter(ours(expression) for expression in EXPRESSIONS)
    assert min(seen["true"], seen["false"], seen["error"]) > 40


@pytest.mark.parametrize("expression", STRICTER, ids=list(STRICTER.values()))
def test_we_refuse_what_they_call_true_only_where_it_is_listed(expression: str) -> None:
    assert (ours(expression), theirs(expression)) == ("error", "true")
