"""The outcome of trying sources, for tools."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.errors import Diagnostic
from gatekeeper.model.examination import Examined, Tried, Unmet
from gatekeeper.model.values import Json
from gatekeeper.render.json_parts import laid_out


def examination_json(found: Sequence[Examined], invalid: Sequence[Diagnostic]) -> str:
    """The outcome as indented JSON.

    Args:
        found: what came of the sources.
        invalid: what is wrong in policies and sources files, which were not tried then.
    """
    document: Json = {
        "well": not invalid and bool(found) and all(each.well for each in found),
        "systems": [_system(each) for each in found],
        "invalid": [
            {"file": each.file, "line": each.line, "column": each.column, "message": each.message, "hint": each.hint}
            for each in invalid
        ],
    }
    return laid_out(document, by_key=False)


def _system(found: Examined) -> Json:
    return {
        "system": found.system,
        "environment": found.environment,
        "file": found.file,
        "well": found.well,
        "sources": [_source(each) for each in found.tried],
        "unmet": [_unmet(each) for each in found.unmet],
    }


def _source(tried: Tried) -> Json:
    failure = tried.failure
    return {
        "name": tried.name,
        "collector": tried.collector,
        "kind": tried.kind,
        "source": tried.source,
        "request": tried.request,
        "had": tried.had,
        "attempts": tried.attempts,
        "milliseconds": None if tried.took is None else round(tried.took.total_seconds() * 1000),
        "bytes": tried.size,
        "redacted": tried.redacted,
        "failure": None if failure is None else {"cause": failure.cause, "detail": failure.detail},
        "lacking_secrets": [{"reference": each.reference, "reason": each.reason} for each in tried.lacking],
        "remedy": tried.remedy,
    }


def _unmet(lack: Unmet) -> Json:
    return {
        "policy": lack.policy,
        "name": lack.name,
        "cause": lack.cause,
        "detail": lack.detail,
        "remedy": lack.remedy,
    }
