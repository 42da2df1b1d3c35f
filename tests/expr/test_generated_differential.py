"""Generated expressions over generated evidence: our evaluator beside Google's engine and beside cel-python."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import event, given

from tests.expr.celpy_overlay import evaluate
from tests.expr.differential import ours as said_here
from tests.expr.generated import EVIDENCE, expressions
from tests.expr.google import extended_environment, says
from tests.lacking import library

library("cel_expr_python.cel")

NOW_TEXT = "2026-03-10T12:00:00Z"
NOW = datetime.fromisoformat(NOW_TEXT)
ENVIRONMENT = extended_environment()

FAILS_OPEN = [
    ("has(e.r[0].a)", "has of what is not there is false"),
    ('{"k": e.m.x} == {}', "a map may hold an error"),
]
"""Where cel-python says something and both other engines have no value."""


def theirs(source: str, evidence: dict[str, Any]) -> str:
    return says(ENVIRONMENT, source, {"e": evidence, "now": NOW})


def ours(source: str, evidence: dict[str, Any]) -> str:
    return said_here(source, {"e": evidence, "now": NOW})


@given(expressions(), EVIDENCE)
def test_google_s_engine_comes_to_the_same(source: str, evidence: dict[str, Any]) -> None:
    mine = ours(source, evidence)
    event(mine)
    assert (mine, source) == (theirs(source, evidence), source)


@given(expressions(), EVIDENCE)
def test_cel_python_with_the_overlay_comes_to_the_same(source: str, evidence: dict[str, Any]) -> None:
    """Where it has no value, or we have none, nothing is asked: docs/cel-profile.md says where it fails open."""
    said = evaluate(source, evidence, NOW_TEXT)
    mine = ours(source, evidence)
    event(f"{mine} beside {said}")
    if said is not None and mine != "error":
        assert (mine, source) == (str(said).lower(), source)


@pytest.mark.parametrize(("source", "why"), FAILS_OPEN)
def test_cel_python_says_something_where_there_is_no_value(source: str, why: str) -> None:
    evidence = {"m": {}, "r": [], "s": "a"}
    assert (ours(source, evidence), theirs(source, evidence)) == ("error", "error"), why
    assert evaluate(source, evidence, NOW_TEXT) is not None, why


@pytest.mark.parametrize("key", ["null", "[1]", "{}", "now", "now - now", "int", "b'a'"])
def test_what_is_no_key_is_not_looked_for_in_a_map(key: str) -> None:
    """Else ``!(x in m)`` would pass where ``x`` is null."""
    for source in (f"{key} in e", f"!({key} in e)", f'!({key} in {{"a": 1}})', f"!({key} in {{1: 2}})"):
        assert (ours(source, {}), theirs(source, {})) == ("error", "error")
