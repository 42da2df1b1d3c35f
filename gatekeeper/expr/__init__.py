"""The expression language of policies: gatekeeper's profile of CEL.

``parse`` (the only door to cel-python's grammar) and ``convert`` make a ``tree``; ``resolve`` gives
its names their meaning; ``evaluator`` turns it into closures over plain JSON values. A ``Program``
holds the tree, ``observe`` tells what it read and ``deciding`` what of it decided, ``Template``
renders messages. Nothing in here reads the clock, the network or any file but the grammar and the
cache of its tables.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gatekeeper.expr.errors import ExpressionError
from gatekeeper.expr.limits import DEFAULT_BUDGET, MAX_DEPTH, MAX_LENGTH
from gatekeeper.expr.outcome import EvaluationError, Unknown
from gatekeeper.expr.temporal import Duration, Timestamp
from gatekeeper.expr.values import TYPE_NAMES, Uint, Value, to_json

if TYPE_CHECKING:
    from gatekeeper.expr.decisive import deciding
    from gatekeeper.expr.deferred import with_variables
    from gatekeeper.expr.explain import Observed, observe
    from gatekeeper.expr.program import Name, Program, compile_expression
    from gatekeeper.expr.shown import observation
    from gatekeeper.expr.template import Template, compile_template

__all__ = [
    "DEFAULT_BUDGET",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "TYPE_NAMES",
    "Duration",
    "EvaluationError",
    "ExpressionError",
    "Name",
    "Observed",
    "Program",
    "Template",
    "Timestamp",
    "Uint",
    "Unknown",
    "Value",
    "compile_expression",
    "compile_template",
    "deciding",
    "observation",
    "observe",
    "to_json",
    "with_variables",
]

_LATER = {
    "Name": "program",
    "Observed": "explain",
    "Program": "program",
    "Template": "template",
    "compile_expression": "program",
    "compile_template": "template",
    "deciding": "decisive",
    "observation": "shown",
    "observe": "explain",
    "with_variables": "deferred",
}
"""What is loaded when it is first asked for: those who only handle values need no parser."""


def __getattr__(name: str) -> object:
    if (module := _LATER.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
