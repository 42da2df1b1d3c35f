"""What the specification says of 150 expressions over one JSON document."""

from __future__ import annotations

import json
from pathlib import Path

from gatekeeper.expr import EvaluationError, ExpressionError, Timestamp, compile_expression

UNCLAIMED = {"nonstd"}
EXTENDED = {"opt", "ext"}
"""Optional syntax and extensions: of these the cases say only that not every engine has them."""


def verdict(expression: str, bindings: dict[str, object]) -> str:
    try:
        value = compile_expression(expression).run(bindings)
    except ExpressionError:
        return "error"
    if isinstance(value, EvaluationError):
        return "error"
    return {True: "true", False: "false"}[value] if type(value) is bool else repr(value)


def test_every_expression_comes_out_as_the_specification_says(corpus: Path) -> None:
    given = json.loads((corpus / "cel" / "json_evidence_cases.json").read_text(encoding="utf-8"))
    bindings = {"now": Timestamp.parse(given["now"]), "e": given["e"]}
    wrong = {}
    for case in given["cases"]:
        wanted = "error" if case["expect"] in UNCLAIMED else case["expect"]
        got = verdict(case["expr"], bindings)
        if got not in ("true", "false") if wanted in EXTENDED else got != wanted:
            wrong[case["expr"]] = f"{got}, not {wanted}"
    assert wrong == {}
    assert len(given["cases"]) == 150
