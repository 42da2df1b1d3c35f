"""Reads the cases of the CEL specification's suite, which are no part of this project, and runs them here."""

from __future__ import annotations

import json
import math
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

from gatekeeper.expr import Duration, EvaluationError, ExpressionError, Timestamp, Uint, compile_expression
from gatekeeper.expr.values import KINDS, CelType, MapValue

CORE = frozenset(
    {
        *("basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists"),
        *("logic", "macros", "namespace", "parse", "plumbing", "string", "timestamps"),
    }
)
EXTENSIONS = frozenset({"optionals", "string_ext", "math_ext", "macros2", "bindings_ext", "encoders_ext"})
PROFILE = Path(__file__).parents[2] / "docs" / "cel-profile.md"
_SUITE = re.compile(
    r"^\| `(?P<suite>\w+)` \| (?P<whole>\d+) \| (?P<protobuf>\d+) \| (?P<passing>\d+) \|$", re.MULTILINE
)
_UNRUN = re.compile(
    r"^\| `(?P<suite>\w+)` \| (?P<whole>\d+) \| (?P<protobuf>\d+) \| (?P<reason>[^|]*[a-z][^|]*) \|$", re.MULTILINE
)
_SECTION = re.compile(r"^\| `(?P<section>\w+/\w+)` \| (?P<cases>\d+) \| (?P<reason>[^|]+) \|$", re.MULTILINE)
_EXCLUDED = re.compile(r"^\| `(?P<name>[^`]+/[^`]+/[^`]+)` \| (?P<reason>.+) \|$", re.MULTILINE)


def core_cases(corpus: Path) -> dict[str, dict[str, Any]]:
    """The core cases that need no protobuf, by ``file/section/name``."""
    return cases(corpus, CORE)


def files(corpus: Path) -> set[str]:
    """The names of all suites of the corpus."""
    return {case["file"] for case in json.loads((corpus / "cel" / "conformance.json").read_text(encoding="utf-8"))}


def cases(corpus: Path, suites: frozenset[str], protobuf: bool = False) -> dict[str, dict[str, Any]]:
    """The cases of some suites that need no protobuf, or those that do, by ``file/section/name``."""
    every = json.loads((corpus / "cel" / "conformance.json").read_text(encoding="utf-8"))
    found: dict[str, dict[str, Any]] = {}
    for case in every:
        if case["file"] in suites and bool(case["proto"]) is protobuf:
            name = f"{case['file']}/{case['section']}/{case['name']}"
            while name in found:
                name += "'"
            found[name] = case
    return found


def told() -> dict[str, tuple[int, int, int]]:
    """What the profile says of each suite: its cases, those that need protobuf, and those that pass."""
    text = PROFILE.read_text(encoding="utf-8")
    return {
        found["suite"]: (int(found["whole"]), int(found["protobuf"]), int(found["passing"]))
        for found in _SUITE.finditer(text)
    }


def unrun() -> dict[str, tuple[int, int]]:
    """The suites that the profile leaves out altogether: their cases, and those of them that need protobuf."""
    text = PROFILE.read_text(encoding="utf-8")
    return {found["suite"]: (int(found["whole"]), int(found["protobuf"])) for found in _UNRUN.finditer(text)}


def sections() -> dict[str, int]:
    """The sections of suites with cases that the profile leaves out as they need protobuf, and how many of them do."""
    text = PROFILE.read_text(encoding="utf-8")
    return {found["section"]: int(found["cases"]) for found in _SECTION.finditer(text)}


def excluded() -> dict[str, str]:
    """The cases that the profile gives up, by name, with the reason."""
    return {found["name"]: found["reason"] for found in _EXCLUDED.finditer(PROFILE.read_text(encoding="utf-8"))}


def outcome(case: dict[str, Any]) -> object:
    """What our engine makes of a case: a value, or the error of either stage."""
    bindings = {name: value_of(given) for name, given in case["bindings"].items()}
    try:
        program = compile_expression(
            case["expr"],
            container=case["container"],
            declared=case["env"].keys(),
            late=case["disable_check"],
        )
    except ExpressionError as error:
        return error
    return program.run(bindings)


def agrees(case: dict[str, Any], got: object) -> bool:
    """Whether that is what the case expects; an error may come at either stage."""
    if "error" in case["expect"]:
        return isinstance(got, (EvaluationError, ExpressionError))
    return same(value_of(case["expect"]["value"]), got)


def value_of(typed: dict[str, Any]) -> Any:
    """A value of the corpus as one of ours."""
    ((kind, given),) = typed.items()
    match kind:
        case "int":
            return int(given)
        case "uint":
            return Uint(given)
        case "double":
            return float(given)
        case "bytes":
            return b64decode(given)
        case "list":
            return [value_of(each) for each in given]
        case "map":
            pairs = [(value_of(key), value_of(value)) for key, value in given]
            return dict(pairs) if all(type(key) is str for key, _ in pairs) else MapValue(iter(pairs))
        case "timestamp":
            return Timestamp(given[0] * 10**9 + given[1])
        case "duration":
            return Duration(given[0] * 10**9 + given[1])
        case "type":
            return CelType(given)
    return given


def same(wanted: Any, got: Any) -> bool:
    """Equal with exact types; NaN is itself, and -0.0 is not 0.0."""
    if KINDS.get(type(wanted)) != KINDS.get(type(got)):
        return False
    if isinstance(wanted, float):
        return (math.isnan(wanted) and math.isnan(got)) or repr(wanted) == repr(got)
    if isinstance(wanted, list):
        return len(wanted) == len(got) and all(map(same, wanted, got))
    if isinstance(wanted, dict):
        return wanted.keys() == got.keys() and all(same(wanted[key], got[key]) for key in wanted)
    if isinstance(wanted, MapValue):
        return same([list(pair) for pair in wanted.items()], [list(pair) for pair in got.items()])
    return bool(wanted == got)
