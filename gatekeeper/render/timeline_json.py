"""A played case as data: every look with what each policy says, what changed, and what was expected."""

from __future__ import annotations

import json
from collections.abc import Iterable

from gatekeeper.model.decision import Decision
from gatekeeper.model.duty import DutyStanding
from gatekeeper.model.finding import Outcome
from gatekeeper.model.mode import ModeReading
from gatekeeper.model.replay import Replay
from gatekeeper.model.standing import LadderStanding, Reach
from gatekeeper.model.suite_run import Verified
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.render import json_parts as parts
from gatekeeper.render.ladder_outline import levers_to_pull
from gatekeeper.render.outline import label
from gatekeeper.render.timeline import Step, steps
from gatekeeper.render.timeline_parts import Change

FORMAT = "gatekeeper/replay/v1"


def render_timeline_json(replay: Replay) -> str:
    """The document, indented, its keys sorted."""
    return json.dumps(timeline_document(replay), indent=2, sort_keys=True, allow_nan=False) + "\n"


def timeline_document(replay: Replay) -> dict[str, Json]:
    """The played case as plain JSON. What is not there is ``null``, never absent."""
    case = replay.played.case
    return {
        "format": FORMAT,
        "suite": {"file": parts.text(replay.suite.file), "title": parts.text(replay.suite.title)},
        "case": {"id": parts.text(case.id), "title": parts.text(case.title), "now": instant_text(case.now)},
        "policies": parts.texts(replay.suite.policies),
        "holds": replay.holds,
        "moments": [_moment(step) for step in steps(replay)],
    }


def _moment(step: Step) -> Json:
    found = step.moment
    says: dict[str, Json] = {}
    says.update({name: _gate(each) for name, each in found.decisions.items()})
    says.update({name: _ladder(each) for name, each in found.standings.items()})
    says.update({name: _mode(each) for name, each in found.readings.items()})
    return {
        "at": instant_text(found.at),
        "offset_seconds": parts.seconds(found.offset),
        "events": parts.texts(found.titles),
        "policies": says,
        "changes": [_change(policy, change) for policy, changes in step.changes.items() for change in changes],
        "expectations": [_expectation(each) for each in step.verified],
    }


def _gate(decision: Decision) -> Json:
    return {
        "kind": "gate",
        "verdict": decision.verdict.value,
        "word": parts.text(decision.word),
        "reason": parts.text(decision.root.reason),
        "stops": [parts.text(label(each)) for each in decision.root.findings if each.stops],
        "earliest_go": parts.instant(decision.earliest_go),
        "review": parts.text(review.told) if (review := decision.root.review) is not None else None,
        "duties": _duties(decision.root.duties),
    }


def _ladder(standing: LadderStanding) -> Json:
    return {
        "kind": "ladder",
        "level": parts.optional(standing.level),
        "unknown": parts.texts(standing.unknown),
        "told": parts.text(standing.told),
        "triggers": [
            parts.text(each.id) for level in standing.levels for each in level.triggers if each.state is Reach.REACHED
        ],
        "levers": parts.texts(levers_to_pull(standing)),
        "pages": parts.texts(page.who for page in standing.pages),
        "duties": _duties(standing.duties),
    }


def _duties(duties: Iterable[DutyStanding]) -> list[Json]:
    return [{"duty": parts.text(each.id), "state": each.state.value, "due": parts.instant(each.due)} for each in duties]


def _mode(reading: ModeReading) -> Json:
    change = reading.transition
    return {
        "kind": "mode",
        "state": parts.text(reading.state),
        "last_known": parts.text(reading.last_known),
        "since": instant_text(reading.since),
        "reason": parts.text(reading.reason),
        "transition": None
        if change is None
        else {"from": change.source, "to": change.target, "because": parts.texts(change.because)},
        "advice": [
            {"advice": parts.text(each.id), "lever": parts.optional(each.lever), "known": each.outcome is Outcome.PASS}
            for each in reading.advice
        ],
        "observed_state": parts.optional(reading.observed_state),
    }


def _change(policy: str, change: Change) -> Json:
    return {
        "policy": parts.text(policy),
        "kind": change.kind,
        "name": parts.text(change.name),
        "before": parts.text(change.before) or None,
        "now": parts.text(change.now),
        "told": parts.text(change.told),
        "lever": parts.optional(change.lever),
    }


def _expectation(verified: Verified) -> Json:
    return {
        "policy": parts.text(verified.expectation.policy),
        "title": parts.text(verified.expectation.title),
        "what": parts.text(verified.what),
        "expected": parts.text(verified.expected),
        "found": parts.text(verified.found),
        "why": parts.text(verified.why),
        "holds": verified.holds,
        "place": parts.place(verified.place),
    }
