"""Format ``json``: the decision or standing, for machines, laid out so that people can read it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gatekeeper.model.decision import Decision
from gatekeeper.model.report import LadderReport, Report
from gatekeeper.model.values import Json
from gatekeeper.render import json_parts as parts
from gatekeeper.render.decision_json import decision_digest, decision_document
from gatekeeper.render.ladder_json import standing_digest, standing_document


@dataclass(frozen=True, slots=True)
class JsonRenderer:
    """The document of the decision or standing (an array where there are several), indented, its keys sorted.

    To the document itself ``run`` is added: the digest, and whether this run was a replay. The digest is of the
    canonical form (RFC 8785) of the document without ``run``: it can be checked after any JSON tool has read the text,
    and is the same whenever the decision is made again.
    """

    name: ClassVar[str] = "json"
    media_type: ClassVar[str] = "application/json"

    def render(self, report: Report) -> str:
        """One object; where the report has not exactly one answer an array: the decisions first, then the standings."""
        documents: list[Json] = [_with_run(decision) for decision in report.decisions]
        documents += [_standing_with_run(ladder) for ladder in report.ladders]
        whole: Json = documents[0] if len(documents) == 1 else documents
        return parts.laid_out(whole)


def _with_run(decision: Decision) -> Json:
    return {**decision_document(decision), "run": {"digest": decision_digest(decision), "replay": decision.replay}}


def _standing_with_run(report: LadderReport) -> Json:
    run: Json = {"digest": standing_digest(report), "replay": report.terms.replay}
    return {**standing_document(report), "run": run}
