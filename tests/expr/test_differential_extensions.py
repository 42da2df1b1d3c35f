"""Beside Google's engine: optional syntax and the extensions that it has too."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.expr.differential import BINDINGS, ours
from tests.expr.differential_extensions import EXTENDED, OTHERWISE
from tests.expr.google import extended_environment, says
from tests.lacking import library

library("cel_expr_python.cel")


def theirs(expression: str) -> str:
    return says(extended_environment(), expression, BINDINGS)


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
