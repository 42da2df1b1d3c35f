"""Calendars: which days count as working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gatekeeper.expr.functions.zones import zone
from gatekeeper.expr.outcome import Refusal
from gatekeeper.load.diagnostics import shown
from gatekeeper.load.ladder_document import CalendarDocument
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.tree import MapNode, ScalarNode, child, plain
from gatekeeper.model.calendar import Calendar
from gatekeeper.model.canonical import canonical_bytes, digest_of


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """A calendar as far as it could be read, with the node of its id."""

    id: ScalarNode | None
    calendar: Calendar | None


def read_calendar(node: MapNode, problems: Problems) -> CalendarDraft:
    """The calendar of a document; what is wrong goes to ``problems``."""
    shape = read_shape(CalendarDocument, node, problems)
    own = child(node, "id")
    draft = CalendarDraft(own if isinstance(own, ScalarNode) else None, None)
    named = child(node, "zone")
    if isinstance(named, ScalarNode) and not problems.spoiled(named) and not _is_zone(named.text):
        hint = "write a name of the IANA database such as `Asia/Riyadh`, or an offset such as `+03:00`"
        problems.node(named, f"there is no time zone `{shown(named.text)}`", hint, "zone")
    if shape is not None and shape.hours is not None and shape.hours.begin >= shape.hours.end:
        hint = "hours lie within one day; for a night shift, take a calendar for each of its parts"
        problems.node(node.values["hours"], "these hours end before they begin", hint, "hours")
    if shape is None or problems.errors_in(node.source):
        return draft
    return CalendarDraft(
        draft.id,
        Calendar(
            id=shape.id,
            title=shape.title,
            working_days=frozenset(shape.working_days),
            holidays=frozenset(date.fromisoformat(day) for day in shape.holidays),
            zone=shape.zone,
            digest=digest_of(canonical_bytes(plain(node))),
            place=node.place,
            hours=(shape.hours.begin, shape.hours.end) if shape.hours is not None else None,
        ),
    )


def _is_zone(name: str) -> bool:
    try:
        zone(name)
    except Refusal:
        return False
    return True
