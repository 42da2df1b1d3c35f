"""When a story can begin, and whether what a policy says depends on when it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Annotated

from pydantic import AfterValidator

from gatekeeper.expr.overloads import forms
from gatekeeper.expr.program import Program, walk_through
from gatekeeper.expr.tree import Call
from gatekeeper.load.terms import Instant, wrong
from gatekeeper.model.asked import parts_of
from gatekeeper.model.ladder import Ladder, Lasting
from gatekeeper.model.mode import Mode
from gatekeeper.model.policy import Gate, Policy
from gatekeeper.model.rule import CleanWindow, Each
from gatekeeper.model.shown import cut, on_one_line
from gatekeeper.model.waiver import Waiver

FIRST_YEAR = 1970
LAST_YEAR = 9000
"""A story begins within these years, the last one left out, so that what comes before and after is in the calendar."""


def _of_the_calendar(at: datetime) -> datetime:
    """An instant with room around it for spans of time."""
    if not FIRST_YEAR <= at.year < LAST_YEAR:
        raise wrong(f"is outside of the years {FIRST_YEAR} to {LAST_YEAR - 1}", "write it like 2026-03-03T09:00:00Z")
    return at


Beginning = Annotated[Instant, AfterValidator(_of_the_calendar)]
"""An instant at which a story can begin."""


def touches_time(asked: Sequence[Policy], waivers: Iterable[Waiver] = ()) -> str:
    """What in the policies, or in their waivers, depends on when they are asked; empty where nothing does."""
    ids = {policy.id for policy in asked}
    ends = (f"the waiver {each.id} for {each.gate} ends at some time" for each in waivers if each.gate in ids)
    return next(chain((found for policy in asked for found in _reasons(policy)), ends), "")


def _reasons(policy: Policy) -> Iterator[str]:
    for entry in policy.evidence:
        if entry.max_age is not None:
            yield f"the evidence `{entry.name}` of {policy.id} has a `max_age`"
    if isinstance(policy, Mode):
        yield f"the mode {policy.id} counts how long its conditions hold"
    if isinstance(policy, Gate):
        for rule in policy.rules:
            if isinstance(rule.requirement, CleanWindow):
                yield f"the rule {rule.id} of {policy.id} is a window"
            if rule.due is not None or (isinstance(rule.requirement, Each) and rule.requirement.due is not None):
                yield f"the rule {rule.id} of {policy.id} has a `due`"
        if policy.review is not None:
            yield f"the review of {policy.id} is at some time"
    if isinstance(policy, Gate | Ladder) and policy.owed:
        yield f"the duties of {policy.id} are due at some time"
    if isinstance(policy, Ladder) and any(isinstance(each, Lasting) for each in parts_of(policy, Program)):
        yield f"a trigger of {policy.id} has to last"
    for each in parts_of(policy, Program):
        if isinstance(each, Program) and _asks_now(each):
            yield f"an expression of {policy.id} asks what time it is: `{cut(on_one_line(each.source), 60)}`"


def _asks_now(program: Program) -> bool:
    if "now" in program.free_names:
        return True
    return any(form.needs for node in walk_through(program.tree) if isinstance(node, Call) for form in forms(node))
