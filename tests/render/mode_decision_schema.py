"""The published JSON Schema of a decision about a mode, made from that of a standing, whose parts it shares.

Write it anew after a change of either::

    python -m tests.render.mode_decision_schema
"""

from __future__ import annotations

import copy
import json
from typing import Any

from tests.conftest import ROOT

FOLDER = ROOT / "gatekeeper" / "schemas"
FILE = FOLDER / "mode-decision.v1.json"
Schema = dict[str, Any]


def schema_text() -> str:
    """The schema as its file holds it."""
    return json.dumps(_schema(), indent=2, ensure_ascii=False) + "\n"


def _schema() -> Schema:
    standing: Schema = json.loads((FOLDER / "standing.v1.json").read_text(encoding="utf-8"))
    parts: Schema = standing["$defs"]
    level = {key: standing[key] for key in ("type", "description", "additionalProperties", "required", "properties")}
    whole = copy.deepcopy(level)
    del whole["properties"]["run"]
    whole["description"] = "How a ladder stands at the same instant, as in gatekeeper/standing/v1."
    page = standing["properties"]["pages"]["items"]
    other = standing["properties"]["not_paged"]["items"]
    of_ladder = {"ladder": _text("The ladder that says so.")}
    evidence = copy.deepcopy(parts["evidence"])
    evidence["properties"] = {"mode": _text("The mode that reads it."), **evidence["properties"]}
    del evidence["properties"]["ladder"]
    evidence["required"] = ["mode", *(each for each in evidence["required"] if each != "ladder")]
    parts = {**parts, "standing": whole, "evidence_of_mode": evidence, **_own(parts)}
    about = standing["properties"]
    head = ("owner", "source", "system", "subject", "semantics", "snapshot", "parameters", "variables")
    properties: Schema = {
        "run": copy.deepcopy(about["run"]),
        "format": {"const": "gatekeeper/mode-decision/v1", "description": "Name and version of this format."},
        "mode": _text("Id of the mode."),
        "title": _text("Its title."),
        **{name: copy.deepcopy(about[name]) for name in head},
        "policy_digest": _text("Digest of the mode's content; those of its ladders stand with them."),
        "normal": {
            "type": ["boolean", "null"],
            "description": "Whether the mode is in its normal state, and is seen to be; null where it cannot be told.",
        },
        "normal_state": _text("The state in which all is as it should be."),
        "state": _text("The state, or unknown."),
        "last_known": _text("The state that it is in, or was last known to be in."),
        "since": _instant("When that state was entered."),
        "as_of": _instant("The instant of this look."),
        "held_since": _instant("Since when no evidence carries the state; null where some does.", optional=True),
        "held": _text("What was last known, and what lacks; empty where evidence carries the state."),
        "reason": _text("Why it is in this state, in one line."),
        "transition": _optional("transition", "The change that this look brought, or null."),
        "conditions": _list("condition", "How the conditions stand that lead out of the state before this look."),
        "lacks": _list("lack", "What is not known, where no evidence carries the state."),
        "observed_state": _text("The state that somebody sees; null where none is, or it is not known.", optional=True),
        "findings": _list("finding", "Where the state that is seen is another one, or is not known."),
        "actions": _names("What to do in the state."),
        "advice": _list("advice", "Recommendations that hold, or of which that is not known."),
        "levers": _list("pull", "What to pull; what is advised first."),
        "effects": _list("effect", "What the state means."),
        "notice": _text("What customers are told, with what is known; empty where the state says nothing about it."),
        "pages": _list("page", "Whom to page and by when, ladder by ladder."),
        "not_paged": _list("not_paged", "Who belongs to what is reached and is not paged now."),
        "duties": _list(
            "owed", "What asks for an act or cannot be told: overdue ones first, then by when they are due."
        ),
        "ladders": _list("standing", "How the ladders stand that the mode names."),
        "alerts": _list("alert", "The alerts that called for the decision. They are told, and decide nothing."),
        "earlier": _optional("earlier", "The look before; null where this is the first."),
        "next": {
            "type": "object",
            "description": "All that the next look needs to know of the past. To be handed on as it is.",
        },
        "evidence": _list("evidence_of_mode", "Every piece of evidence that the mode reads."),
    }
    return {
        "$schema": standing["$schema"],
        "$id": "urn:gatekeeper:schema:mode-decision:v1",
        "title": "gatekeeper decision about a mode, version 1",
        "type": "object",
        "description": "What is decided about a mode at an instant, self-contained. The decision's digest is the "
        "sha256 of this document's RFC 8785 form, without its member run.",
        "additionalProperties": False,
        "required": [name for name in properties if name != "run"],
        "properties": properties,
        "$defs": {
            **parts,
            "page": _with(page, of_ladder),
            "not_paged": _with(other, of_ladder),
            "owed": _with(parts["duty"], of_ladder),
        },
    }


def _own(parts: Schema) -> Schema:
    """The parts that only a mode has."""
    outcome = {"type": "string", "enum": ["pass", "fail", "unknown"], "description": "Whether it is true."}
    pull = {"type": "string", "enum": ["advised", "of_state", "unknown"], "description": "How much speaks for it."}
    reason = {
        "by": _text("What says so: a recommendation, a state, or ladder/trigger."),
        "pull": pull,
        "told": _text("Why, in one line."),
    }
    seconds = {"type": ["integer", "null"], "description": "How long ago somebody last saw it work, or null."}
    return {
        "transition": _object(
            "A change of state.",
            {
                "from": _text("The state before."),
                "to": _text("The state after."),
                "at": _instant("When."),
                "because": _names("Ids of the conditions that were met."),
            },
        ),
        "condition": _object(
            "How one condition stands that leads out of the state.",
            {
                "condition": _text("Its id."),
                "target": _text("The state that it leads to."),
                "outcome": {**outcome, "description": "fail also where it is barred."},
                "expected": _text("What it needs, as the mode writes it."),
                "since": _instant("Since when it has held.", optional=True),
                "needs_seconds": {"type": "integer", "description": "For how long it has to hold."},
                "met": {"type": "boolean", "description": "Whether it has held long enough."},
                "met_at": _instant("When it has, or will have if it goes on.", optional=True),
                "barred": _text("What keeps it from counting although it may be true, or null.", optional=True),
                "broken": _optional("break", "What last broke it, or null."),
                "observed": _list("observation", "The values that it saw."),
                "because": _list("deciding", "The parts that decided it."),
                "lacks": _list("lack", "What is not known."),
                "place": {"$ref": "#/$defs/place", "description": "Where it stands."},
            },
        ),
        "break": _object(
            "What ended a stretch of looks at which a condition held.",
            {
                "start": _instant("The last look at which it held."),
                "end": _instant("The look that broke it."),
                "cause": {
                    "type": "string",
                    "enum": ["false", "unknown", "barred", "gap"],
                    "description": "What it was.",
                },
                "detail": _text("One line for a person; empty where the cause says all."),
            },
        ),
        "finding": _object(
            "A difference between the computed and the observed state.",
            {
                "finding": _text("Its name."),
                "title": _text("What should be."),
                "outcome": outcome,
                "message": _text("What is, in one line."),
                "observed": _list("observation", "The values that were seen."),
                "lacks": _list("lack", "What is not known."),
                "place": {"$ref": "#/$defs/place", "description": "Where it stands."},
            },
        ),
        "advice": _object(
            "A recommendation.",
            {
                "advice": _text("Its id."),
                "lever": _text("The lever that it names, or null.", optional=True),
                "outcome": outcome,
                "reason": _text("Why, or what is not known."),
                "lacks": _list("lack", "What is not known."),
            },
        ),
        "pull": _with(
            parts["lever"],
            {},
            {
                "pull": pull,
                "reasons": {
                    "type": "array",
                    "description": "What speaks for it, the strongest first.",
                    "items": _object("One reason.", reason),
                },
                "validated_age_seconds": seconds,
            },
        ),
        "effect": _object(
            "What the state means for something.",
            {"category": _text("For what."), "effect": _text("What it means.")},
        ),
        "alert": _object(
            "An alert as its sender told it.",
            {
                "name": _text("The label alertname, or null.", optional=True),
                "fingerprint": _text("Names the set of its labels."),
                "status": {"type": "string", "enum": ["firing", "resolved"], "description": "Whether it goes on."},
                "starts_at": _instant("When it began."),
                "ends_at": _instant("When it ended, or will unless it is sent again; null where open.", optional=True),
                "labels": _texts("Its labels."),
                "annotations": _texts("What its author says of it."),
                "receiver": _text("To whom the sender routed it, or null.", optional=True),
                "generator_url": _text("Where it came from, or null.", optional=True),
            },
        ),
        "earlier": _object(
            "The look before.",
            {
                "state": _text("The state, or unknown."),
                "last_known": _text("The state that it was in, or was last known to be in."),
                "since": _instant("When that was entered."),
                "at": _instant("The instant of that look."),
            },
        ),
    }


def _object(description: str, properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _with(part: Schema, before: Schema, after: Schema | None = None) -> Schema:
    """A part with more properties."""
    properties = {**before, **copy.deepcopy(part["properties"]), **(after or {})}
    return _object(part["description"], properties)


def _text(description: str, *, optional: bool = False) -> Schema:
    return {"type": ["string", "null"] if optional else "string", "description": description}


def _instant(description: str, *, optional: bool = False) -> Schema:
    if optional:
        return {"description": description, "anyOf": [{"$ref": "#/$defs/instant"}, {"type": "null"}]}
    return {"$ref": "#/$defs/instant", "description": description}


def _optional(part: str, description: str) -> Schema:
    return {"description": description, "anyOf": [{"$ref": f"#/$defs/{part}"}, {"type": "null"}]}


def _list(part: str, description: str) -> Schema:
    return {"type": "array", "description": description, "items": {"$ref": f"#/$defs/{part}"}}


def _names(description: str) -> Schema:
    return {"$ref": "#/$defs/names", "description": description}


def _texts(description: str) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": {"type": "string"}}


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
