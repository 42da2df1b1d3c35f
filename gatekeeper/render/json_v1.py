"""Format ``json``: the decision, for machines, laid out so that people can read it too."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from gatekeeper.model.decision import Decision
from gatekeeper.model.report import Report
from gatekeeper.model.values import Json
from gatekeeper.render.decision_json import decision_digest, decision_document


@dataclass(frozen=True, slots=True)
class JsonRenderer:
    """The document of the decision (an array of them where there are several), indented, its keys sorted.

    To the decision itself ``run`` is added: the digest, and whether this run was a replay. The digest is of the
    canonical form (RFC 8785) of the document without ``run``: it can be checked after any JSON tool has read the text,
    and is the same whenever the decision is made again.
    """

    name: ClassVar[str] = "json"
    media_type: ClassVar[str] = "application/json"

    def render(self, report: Report) -> str:
        """One object, or an array with an object for each decision where the report has not exactly one."""
        documents: list[Json] = [_with_run(decision) for decision in report.decisions]
        whole: Json = documents[0] if len(documents) == 1 else documents
        text = json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        return _escaped(text) + "\n"


def _with_run(decision: Decision) -> Json:
    return {**decision_document(decision), "run": {"digest": decision_digest(decision), "replay": decision.replay}}


def _escaped(text: str) -> str:
    """Characters that a terminal would obey or hide become JSON escapes; outside of strings there are none."""
    return "".join(each if each.isprintable() or each == "\n" else _escape(ord(each)) for each in text)


def _escape(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
