"""What the pages of the language show comes to what they say, and they name all that there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.expr import EvaluationError, ExpressionError, Unknown, compile_expression
from gatekeeper.expr.checker import check
from gatekeeper.expr.declared import schema_type
from gatekeeper.expr.functions import FUNCTIONS
from gatekeeper.expr.functions.arithmetic import ARITHMETIC
from gatekeeper.expr.functions.encoders import ENCODERS
from gatekeeper.expr.functions.formatting import FORMATTING
from gatekeeper.expr.functions.lists import LISTS
from gatekeeper.expr.functions.optionals import OPTIONALS
from gatekeeper.expr.functions.texts import TEXTS
from gatekeeper.expr.values import OptionalValue
from gatekeeper.model.decode import typed
from gatekeeper.model.finding import Lack

DOCS = Path(__file__).resolve().parents[2] / "docs"
LANGUAGE = (DOCS / "policy-language.md").read_text(encoding="utf-8")
PROFILE = (DOCS / "cel-profile.md").read_text(encoding="utf-8")

SHOWN = [
    (expression.replace(r"\|", "|"), value)
    for table in re.findall(r"^\| expression \| gives \|\n.*?(?=^$)", LANGUAGE, re.MULTILINE | re.DOTALL)
    for expression, value in re.findall(r"^\| `(.+)` \| `(.+)` \|$", table, re.MULTILINE)
]
RUN = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "ended": {"type": ["string", "null"]},
        "minutes": {"type": "number"},
        "labels": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["number", "ended", "minutes", "labels"],
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "runs": {"type": "array", "items": RUN},
        "shares": {"type": "object", "additionalProperties": {"type": "number"}},
        "note": {"type": "string"},
        "token": {"type": "string"},
        "approval": {
            "type": "object",
            "properties": {"by": {"type": "string"}},
            "required": ["by"],
            "additionalProperties": False,
        },
    },
    "required": ["runs", "shares", "note", "token"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def shop() -> Any:
    """The document that the page shows."""
    (text,) = re.findall(r"under the name `shop`, holds\n\n```json\n(.*?)^```", LANGUAGE, re.MULTILINE | re.DOTALL)
    value, wrong = typed("json", json.loads(text), SCHEMA)
    assert wrong == ()
    return value


@pytest.mark.parametrize(("expression", "value"), SHOWN)
def test_what_the_policy_language_shows_comes_to_what_it_says(shop: Any, expression: str, value: str) -> None:
    assert compile_expression(f"({expression}) == ({value})").run({"shop": shop}) is True


@pytest.mark.parametrize("expression", [expression for expression, _ in SHOWN])
def test_what_the_policy_language_shows_is_accepted_without_a_word(expression: str) -> None:
    program = compile_expression(expression)
    typed_as, faults = check(program, {"shop": schema_type(SCHEMA)})
    assert ([fault.message for fault in faults], typed_as.known) == ([], True)


def test_the_policy_language_shows_what_there_is_of_each_family() -> None:
    """One of each group of functions at least, and every macro and form of optionals."""
    assert len(SHOWN) > 40
    shown = " ".join(expression for expression, _ in SHOWN)
    called = set(re.findall(r"(?:(?:math|lists|strings|base64|cel|optional)\.)?\w+(?=\()", shown))
    macros = {"all", "exists", "exists_one", "existsOne", "map", "filter", "has", "cel.bind", "optMap", "optFlatMap"}
    macros |= {"transformList", "transformMap", "transformMapEntry", "sortBy"}
    assert called >= macros
    for family in (LISTS, TEXTS, FORMATTING, ARITHMETIC, ENCODERS, OPTIONALS):
        assert called & family.keys(), sorted(family)
    assert not [form for form in (".?", "[?", '?"') if form not in shown]


CELLS = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PROFILE, re.MULTILINE)
LACKS = Unknown((Lack("a", "missing", "nobody brought it"),))


@pytest.mark.parametrize("row", CELLS, ids=lambda row: row[0])
def test_the_table_of_optionals_says_what_they_come_to(row: tuple[str, ...]) -> None:
    assert len(CELLS) >= 5
    expression, *cells = row
    for a, cell in zip(({"b": 1}, {}, None, LACKS), cells, strict=True):
        assert _told(compile_expression(expression).run({"a": a})) == cell, a


def _told(value: object) -> str:
    if isinstance(value, EvaluationError):
        return "an error"
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, OptionalValue):
        return f"holds `{json.dumps(value.inside[0])}`" if value.inside else "none"
    return f"`{json.dumps(value)}`"


(NOT_IN_IT,) = re.findall(r"^## What is not in it$(.*?)^## ", PROFILE, re.MULTILINE | re.DOTALL)
REFUSED = [
    each
    for row in re.findall(r"^\| (.+) \|$", NOT_IN_IT, re.MULTILINE)[2:]
    for each in re.findall(r"`([^`]+)`", row.split(" | ")[1])
]


@pytest.mark.parametrize("expression", REFUSED)
def test_what_is_not_in_the_profile_is_refused(expression: str) -> None:
    """When it is compiled, or as a name that no policy has."""
    assert len(REFUSED) > 8
    try:
        names = {each.text for each in compile_expression(expression).names}
    except ExpressionError:
        return
    assert names & {"google", "regex"}


def test_the_profile_names_every_function_of_the_extensions_and_of_gatekeeper() -> None:
    said = set(re.findall(r"`(?:doc\.)?([\w.]+)(?:\([^`]*\))?`", PROFILE.partition("## What is not in it")[0]))
    assert {*LISTS, *TEXTS, *FORMATTING, *ARITHMETIC, *ENCODERS, *OPTIONALS} - STANDARD <= said
    assert all(name in FUNCTIONS for name in said if name.startswith(("math.", "strings.", "base64.", "lists.")))


STANDARD = {"size", "matches", "contains", "startsWith", "endsWith"}
"""Functions of the language definition, which the page does not list."""
