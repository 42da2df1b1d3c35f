"""Beside Google's engine: where we say true or false, it says the same."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.expr.differential import BINDINGS, EXPRESSIONS, STRICTER, ours
from tests.expr.google import plain_environment, says
from tests.lacking import library

library("cel_expr_python.cel")


def theirs(expression: str) -> str:
    return says(plain_environment(), expression, BINDINGS)


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
