"""The forms in which ``lint`` tells what it found: for people, and for the tools that show it beside the code.

SARIF: https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from gatekeeper import __version__
from gatekeeper.errors import Diagnostic
from gatekeeper.load.diagnostics import render_diagnostics

_SARIF_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def _json(diagnostics: Sequence[Diagnostic]) -> str:
    """A list with an object for each diagnostic."""
    keys = ("file", "line", "column", "width", "level", "code", "message", "hint")
    return _text([{key: getattr(each, key) for key in keys} for each in diagnostics])


def _sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """One run; the codes of the diagnostics are its rules."""
    codes = sorted({each.code for each in diagnostics})
    driver = {"name": "gatekeeper", "version": __version__, "rules": [{"id": code} for code in codes]}
    results = [_result(each, codes.index(each.code)) for each in diagnostics]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _text({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(diagnostic.file)}}
    if diagnostic.line:
        place["region"] = _region(diagnostic)
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.level,
        "message": {"text": _told(diagnostic)},
        "locations": [{"physicalLocation": place}],
    }


def _region(diagnostic: Diagnostic) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": diagnostic.line}
    if diagnostic.column:
        region |= {"startColumn": diagnostic.column, "endColumn": diagnostic.column + diagnostic.width}
    if diagnostic.source:
        region["snippet"] = {"text": diagnostic.source}
    return region


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _github(diagnostics: Sequence[Diagnostic]) -> str:
    """One workflow command a line; GitHub shows them beside the changed lines."""
    return "".join(f"::{each.level} {_properties(each)}::{_data(_told(each))}\n" for each in diagnostics)


def _properties(diagnostic: Diagnostic) -> str:
    told: dict[str, str | int] = {"file": diagnostic.file}
    if diagnostic.line:
        told["line"] = diagnostic.line
    if diagnostic.column:
        told |= {"col": diagnostic.column, "endColumn": diagnostic.column + diagnostic.width - 1}
    told["title"] = f"gatekeeper: {diagnostic.code}"
    return ",".join(f"{name}={_property(str(value))}" for name, value in told.items())


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _told(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.message}\n{diagnostic.hint}" if diagnostic.hint else diagnostic.message


def _text(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


LINT_FORMS: Final[Mapping[str, Callable[[Sequence[Diagnostic]], str]]] = {
    "text": render_diagnostics,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
}
"""How diagnostics are told, by the word that the command line takes."""
