"""How a ladder stands as JSON: the published document ``gatekeeper/standing/v1``, and its digest.

Its JSON Schema is ``gatekeeper/schemas/standing.v1.json``. What is not there is ``null``, never absent.
"""

from __future__ import annotations

from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.decision import SEMANTICS
from gatekeeper.model.mode import Lever
from gatekeeper.model.report import LadderReport
from gatekeeper.model.standing import DutyStanding, LevelStanding, NotPaged, Page, RemedyStanding, TriggerStanding
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.render import json_parts as parts

FORMAT = "gatekeeper/standing/v1"


def standing_document(report: LadderReport) -> dict[str, Json]:
    """The standing as plain JSON, in the shape of ``standing.v1.json``."""
    ladder, standing, terms = report.ladder, report.standing, report.terms
    above = standing.next_level
    return {
        "format": FORMAT,
        "ladder": parts.text(standing.ladder),
        "title": parts.text(standing.title),
        "owner": parts.text(ladder.owner),
        "source": parts.text(ladder.source),
        "system": parts.text(ladder.system),
        "policy_digest": parts.text(standing.policy_digest),
        "level": parts.optional(standing.level),
        "unknown": parts.texts(standing.unknown),
        "next_level": parts.text(above.word) if above is not None else None,
        "told": parts.text(standing.told),
        "as_of": instant_text(standing.as_of),
        "subject": {name: parts.optional(part) for name, part in terms.subject.as_json().items()},
        "semantics": SEMANTICS,
        "snapshot": {"digest": parts.optional(terms.snapshot), "taken_at": parts.instant(terms.snapshot_at)},
        "parameters": parts.parameters(terms.parameters, terms.overridden),
        "variables": parts.variables({each.name: each.expression.one_line for each in ladder.variables}),
        "levels": [_level(level) for level in standing.levels],
        "levers": [lever_json(lever) for _, lever in sorted(ladder.levers.items())],
        "duties": [duty_json(duty) for duty in standing.duties],
        "pages": [page_json(page) for page in standing.pages],
        "not_paged": [not_paged_json(other) for other in standing.not_paged],
        "evidence": [parts.evidence_note(note, "ladder") for note in standing.evidence],
    }


def standing_bytes(report: LadderReport) -> bytes:
    """The document in its canonical form, RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785)."""
    return canonical_bytes(standing_document(report))


def standing_digest(report: LadderReport) -> str:
    """``sha256:`` and the hexadecimal digest of ``standing_bytes``."""
    return digest_of(standing_bytes(report))


def _level(level: LevelStanding) -> Json:
    return {
        "level": parts.text(level.word),
        "title": parts.text(level.title),
        "severity": parts.optional(level.severity),
        "own": level.own.value,
        "state": level.state.value,
        "since": parts.instant(level.since),
        "action": parts.text(level.action),
        "page": parts.texts(level.page),
        "triggers": [_trigger(trigger) for trigger in level.triggers],
    }


def _trigger(trigger: TriggerStanding) -> Json:
    return {
        "trigger": parts.text(trigger.id),
        "title": parts.text(trigger.title),
        "state": trigger.state.value,
        "message": parts.text(trigger.message),
        "expected": parts.text(trigger.expected),
        "since": parts.instant(trigger.since),
        "reached_at": parts.instant(trigger.reached_at),
        "lasted_seconds": parts.seconds(trigger.lasted),
        "needs_seconds": parts.seconds(trigger.needs),
        "observed": parts.observations(trigger.observed),
        "because": parts.deciding(trigger.because),
        "lacks": parts.lacks(trigger.lacks),
        "evidence": parts.texts(trigger.evidence),
        "remedies": [_remedy(remedy) for remedy in trigger.remedies],
        "place": parts.place(trigger.place),
    }


def _remedy(remedy: RemedyStanding) -> Json:
    return {
        "lever": parts.optional(remedy.lever),
        "action": parts.text(remedy.action),
        "advised": remedy.advised.value,
        "told": parts.text(remedy.told),
        "observed": parts.observations(remedy.observed),
        "lacks": parts.lacks(remedy.lacks),
    }


def lever_json(lever: Lever) -> dict[str, Json]:
    """A lever as its policy declares it."""
    return {
        "lever": parts.text(lever.id),
        "title": parts.text(lever.title),
        "how": parts.text(lever.how),
        "undo": parts.text(lever.undo),
        "time_to_effect": parts.text(lever.time_to_effect),
        "blast_radius": parts.text(lever.blast_radius),
        "last_validated": parts.text(lever.last_validated),
        "place": parts.place(lever.place),
    }


def page_json(page: Page) -> dict[str, Json]:
    """Somebody to page."""
    return {
        "who": parts.text(page.who),
        "level": parts.text(page.level),
        "respond_by": parts.instant(page.respond_by),
        "because": parts.texts(page.because),
        "told": parts.text(page.told),
    }


def not_paged_json(other: NotPaged) -> dict[str, Json]:
    """Somebody who is not paged now."""
    return {
        "who": parts.text(other.who),
        "level": parts.text(other.level),
        "because": parts.texts(other.because),
        "told": parts.text(other.told),
        "not_before": parts.instant(other.not_before),
    }


def duty_json(duty: DutyStanding) -> dict[str, Json]:
    """How a duty stands."""
    return {
        "duty": parts.text(duty.id),
        "title": parts.text(duty.title),
        "who": parts.text(duty.who),
        "level": parts.optional(duty.level),
        "state": duty.state.value,
        "recommended": duty.recommended,
        "told": parts.text(duty.told),
        "due": parts.instant(duty.due),
        "overdue_by_seconds": parts.seconds(duty.overdue_by),
        "lacks": parts.lacks(duty.lacks),
        "evidence": parts.texts(duty.evidence),
        "place": parts.place(duty.place),
    }
