"""A decision about a mode as JSON: the published document ``gatekeeper/mode-decision/v1``, and its digest.

Its JSON Schema is ``gatekeeper/schemas/mode-decision.v1.json``. What is not there is ``null``, never absent.
"""

from __future__ import annotations

from gatekeeper.model.alert import alert_json
from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.finding import Finding
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.mode import Advised, ConditionReading, ModeState, Transition
from gatekeeper.model.mode_decision import LeverToPull, ModeDecision, Owed, Paged, Unpaged
from gatekeeper.model.mode_json import state_json
from gatekeeper.model.series import Break
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.render import json_parts as parts
from gatekeeper.render.ladder_json import duty_json, lever_json, not_paged_json, page_json, standing_document

FORMAT = "gatekeeper/mode-decision/v1"


def mode_decision_document(decision: ModeDecision) -> dict[str, Json]:
    """The decision as plain JSON, in the shape of ``mode-decision.v1.json``."""
    reading, terms = decision.reading, decision.terms
    return {
        "format": FORMAT,
        "mode": parts.text(decision.mode),
        "title": parts.text(decision.title),
        "owner": parts.text(decision.owner),
        "source": parts.text(decision.source),
        "system": parts.text(decision.system),
        "policy_digest": parts.text(decision.policy_digest),
        "normal": decision.normal,
        "normal_state": parts.text(decision.normal_state),
        "state": parts.text(reading.state),
        "last_known": parts.text(reading.last_known),
        "since": instant_text(reading.since),
        "as_of": instant_text(reading.at),
        "held_since": parts.instant(reading.held_since),
        "held": parts.text(reading.held),
        "reason": parts.text(reading.reason),
        "transition": _transition(reading.transition),
        "conditions": [_condition(each) for each in reading.conditions],
        "lacks": parts.lacks(reading.lacks),
        "observed_state": parts.optional(reading.observed_state),
        "findings": [_finding(each) for each in reading.findings],
        "actions": parts.texts(reading.actions),
        "advice": [_advice(each) for each in reading.advice],
        "levers": [_lever(each) for each in decision.levers],
        "effects": [
            {"category": parts.text(name), "effect": parts.text(told)} for name, told in reading.effects.items()
        ],
        "notice": parts.text(reading.notice),
        "pages": [_page(each) for each in decision.pages],
        "not_paged": [_unpaged(each) for each in decision.not_paged],
        "duties": [_duty(each) for each in decision.duties],
        "ladders": [standing_document(each) for each in decision.ladders],
        "alerts": [_alert(each) for each in decision.alerts],
        "earlier": _earlier(decision.earlier),
        "next": parts.plain(state_json(decision.state)),
        "subject": {name: parts.optional(part) for name, part in terms.subject.as_json().items()},
        "semantics": decision.semantics,
        "snapshot": {"digest": parts.optional(terms.snapshot), "taken_at": parts.instant(terms.snapshot_at)},
        "parameters": parts.parameters(terms.parameters, terms.overridden),
        "variables": parts.variables(decision.variables),
        "evidence": [parts.evidence_note(note, "mode") for note in decision.evidence],
    }


def mode_decision_bytes(decision: ModeDecision) -> bytes:
    """The document in its canonical form, RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785)."""
    return canonical_bytes(mode_decision_document(decision))


def mode_decision_digest(decision: ModeDecision) -> str:
    """``sha256:`` and the hexadecimal digest of ``mode_decision_bytes``."""
    return digest_of(mode_decision_bytes(decision))


def render_mode_decision_json(decision: ModeDecision) -> str:
    """Format ``json``: the document, indented, its keys sorted.

    ``run`` is added: the digest, which is of the document without it, and whether this run was a replay.
    """
    run: Json = {"digest": mode_decision_digest(decision), "replay": decision.terms.replay}
    return parts.laid_out({**mode_decision_document(decision), "run": run})


def _earlier(earlier: ModeState | None) -> Json:
    if earlier is None:
        return None
    return {
        "state": parts.text(earlier.word),
        "last_known": parts.text(earlier.state),
        "since": instant_text(earlier.since),
        "at": instant_text(earlier.at),
    }


def _transition(change: Transition | None) -> Json:
    if change is None:
        return None
    return {
        "from": parts.text(change.source),
        "to": parts.text(change.target),
        "at": instant_text(change.at),
        "because": parts.texts(change.because),
    }


def _condition(reading: ConditionReading) -> Json:
    condition, barred = reading.condition, reading.barred
    return {
        "condition": parts.text(condition.id),
        "target": parts.text(condition.target),
        "outcome": reading.outcome.value,
        "expected": parts.text(condition.when.one_line),
        "since": parts.instant(reading.since),
        "needs_seconds": parts.seconds(reading.length),
        "met": reading.met,
        "met_at": parts.instant(reading.met_at),
        "barred": None if barred is None else parts.text(str(barred)),
        "broken": _broken(reading.broken),
        "observed": parts.observations(reading.observed),
        "because": parts.deciding(reading.because),
        "lacks": parts.lacks(reading.lacks),
        "place": parts.place(condition.place),
    }


def _broken(broken: Break | None) -> Json:
    if broken is None:
        return None
    return {
        "start": instant_text(broken.start),
        "end": instant_text(broken.end),
        "cause": parts.text(broken.cause),
        "detail": parts.text(broken.detail),
    }


def _finding(finding: Finding) -> Json:
    return {
        "finding": parts.text(finding.rule),
        "title": parts.text(finding.title),
        "outcome": finding.outcome.value,
        "message": parts.text(finding.message),
        "observed": parts.observations(finding.observed),
        "lacks": parts.lacks(finding.lacks),
        "place": parts.place(finding.place),
    }


def _advice(advised: Advised) -> Json:
    return {
        "advice": parts.text(advised.id),
        "lever": parts.optional(advised.lever),
        "outcome": advised.outcome.value,
        "reason": parts.text(advised.reason),
        "lacks": parts.lacks(advised.lacks),
    }


def _lever(each: LeverToPull) -> Json:
    return {
        **lever_json(each.lever),
        "pull": each.pull.value,
        "reasons": [
            {"by": parts.text(reason.by), "pull": reason.pull.value, "told": parts.text(reason.told)}
            for reason in each.reasons
        ],
        "validated_age_seconds": parts.seconds(each.validated_age),
    }


def _page(paged: Paged) -> Json:
    return {"ladder": parts.text(paged.ladder), **page_json(paged.page)}


def _unpaged(unpaged: Unpaged) -> Json:
    return {"ladder": parts.text(unpaged.ladder), **not_paged_json(unpaged.other)}


def _duty(each: Owed) -> Json:
    return {"ladder": parts.text(each.ladder), **duty_json(each.duty)}


def _alert(alert: ReceivedAlert) -> Json:
    return parts.plain(alert_json(alert))
