"""Format ``slack``: a message in Block Kit that says what to do, whom to page and what is owed."""

from __future__ import annotations

from gatekeeper.model.duty import DutyState
from gatekeeper.model.mode_decision import LeverToPull, ModeDecision, Pull
from gatekeeper.model.values import Json
from gatekeeper.render.duties import duty_figures
from gatekeeper.render.json_parts import laid_out
from gatekeeper.render.ladder_outline import called_for, reached_levels
from gatekeeper.render.mode_decision.document import mode_decision_digest
from gatekeeper.render.mode_decision.outline import (
    acts,
    advised_levers,
    alert_words,
    by_words,
    doubtful,
    due_words,
    ladder_words,
    other_acts,
    pressing,
    reached,
    reason_lines,
    reason_of,
    since_words,
    state_words,
    validated_words,
)
from gatekeeper.render.slack_blocks import Message, code, escaped
from gatekeeper.render.wording import argument, listing, moment, short_digest

MOST = 8
"""So many levers, people, duties or alerts are told each; the board has all of them."""

_LINE = 300
"""The longest text within a line, in characters; a message is read on a telephone."""

_SIGNS = {True: "✅", False: "🔴", None: "❔"}
_WATCH = "⚠️"
"""The mode is the normal one, and a ladder has come to a level: a full outage is an incident and no degradation."""


def mode_decision_message(decision: ModeDecision) -> dict[str, Json]:
    """The message: ``blocks``, and ``text`` for where no blocks are shown. The channel is the sender's to add."""
    sign = _WATCH if decision.normal and reached(decision) else _SIGNS[decision.normal]
    headline = f"{sign} {state_words(decision)}: {decision.mode}"
    message = Message(code(f"gatekeeper decide {argument(decision.mode)}"))
    message.header(headline)
    message.section(
        f"*{_short(decision.title)}* {_short(since_words(decision))}",
        *(_short(line) for line in reason_lines(decision)[:MOST]),
        *(f"_{_short(finding.message)}_" for finding in decision.reading.findings),
        f"*To do:* {_short(acts(decision))}",
    )
    for each in advised_levers(decision)[:MOST]:
        message.section(*_lever(each))
    others = [f"→ *{_short(each.id)}*: {_short(each.reason)}" for each in other_acts(decision)]
    levels = [level for each in decision.ladders for level in reached_levels(each.standing) if level.action]
    others += [f"→ *{_short(level.word)}*: {_short(level.action)}" for level in levels]
    others += [f"• {_short(action)}" for action in decision.reading.actions]
    message.section(*others[: 2 * MOST])
    if doubtful(decision):
        message.section(f"❔ *Not known whether to:* {_short(listing(doubtful(decision), MOST))}")
    _people(message, decision)
    if decision.reading.effects:
        effects = [f"• *{_short(name)}*: {_short(told)}" for name, told in decision.reading.effects.items()]
        message.section("*What it means*", *effects)
    if decision.reading.notice:
        message.section("*What to tell customers*", f"> {escaped(decision.reading.notice, 2500)}")
    message.fields((_short(each.standing.ladder), _short(ladder_words(each.standing))) for each in decision.ladders)
    if decision.alerts:
        told = [f"• *{_short(each.name or each.fingerprint)}*: {_short(alert_words(each))}" for each in decision.alerts]
        message.section("*Called by*", *_some(told))
    message.context(_footer(decision))
    return {"text": escaped(f"{headline}: {acts(decision)}", 3000), "blocks": message.blocks}


def render_mode_decision_slack(decision: ModeDecision) -> str:
    """The message as JSON."""
    return laid_out(mode_decision_message(decision))


def _lever(each: LeverToPull) -> list[str]:
    lever = each.lever
    words = "Pull" if each.pull is Pull.ADVISED else "At hand:"
    undo = [f"undo: {code(lever.undo)}"] if lever.undo else []
    facts = f"helps in {lever.time_to_effect} · touches {lever.blast_radius} · validated {validated_words(each)}"
    return [
        f"*{words} {_short(lever.id)}*: {_short(lever.title)}",
        f"because {_short(reason_of(each))}",
        code(lever.how),
        *undo,
        _short(facts),
    ]


def _people(message: Message, decision: ModeDecision) -> None:
    """Whom to page and what is owed."""
    pages = [
        f"• *{_short(each.page.who)}*, {_short(by_words(each, decision.as_of))}"
        f" ({_short(called_for(each.page))} of {_short(each.ladder)})"
        for each in decision.pages
    ]
    if pages:
        message.section("*Whom to page*", *_some(pages))
    duties = [
        f"{'❗' if each.duty.state is DutyState.OVERDUE else '•'} *{_short(each.duty.id)}*: {_short(each.duty.title)}"
        f"{f' ({_short(each.duty.who)})' if each.duty.who else ''}, {_short(due_words(each, decision.as_of))}"
        for each in pressing(decision.duties)
    ]
    if decision.duties:
        figures = duty_figures(each.duty for each in decision.duties)
        message.section(f"*Duties* ({_short(figures)})", *_some(duties))


def _some(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST else [*lines[:MOST], f"… and {len(lines) - MOST} more"]


def _short(text: str) -> str:
    return escaped(text, _LINE)


def _footer(decision: ModeDecision) -> str:
    terms = decision.terms
    subject = " · ".join(part for part in (terms.subject.service, terms.subject.environment) if part)
    replay = " (replay)" if terms.replay else ""
    taken = f"snapshot of {moment(terms.snapshot_at)}" if terms.snapshot_at is not None else "no snapshot"
    parts = (subject, f"as of {moment(decision.as_of)}{replay}", taken, short_digest(mode_decision_digest(decision)))
    return " · ".join(_short(part) for part in parts if part)
