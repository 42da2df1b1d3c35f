"""The status page: HTML without JavaScript, which asks for itself again every few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from gatekeeper import __version__
from gatekeeper.model.mode_decision import ModeDecision, Pull
from gatekeeper.redaction import redacted
from gatekeeper.render.mode_decision.outline import due_words, pressing, reason_of
from gatekeeper.render.wording import age
from gatekeeper.service.answers import change_of, states_of
from gatekeeper.service.bodies import Change, ModeState
from gatekeeper.service.parts import Parts, needs
from gatekeeper.service.problems import documented
from gatekeeper.service.settings import Scope

REFRESH = 15
"""Seconds after which a browser asks for the page again."""

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""What a browser may load for the page: nothing, and its own style sheet, which stands in it."""

_CHANGES = 20
_DECISIONS = 10
_LATE = 3
"""After so many ticks without a look the page says that a mode is not looked at."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A mode on the board.

    Attributes:
        tone: ``good``, ``bad`` or ``unknown``; the word says the same.
        sign: a sign for it, for those who see no colour.
    """

    state: ModeState
    word: str
    tone: str
    sign: str
    since: str
    looked: str
    late: bool
    reason: str
    levers: tuple[_Levers, ...]


@dataclass(frozen=True, slots=True)
class _Levers:
    """Levers that there is as much to say for, each as its title, why, and how it is pulled."""

    head: str
    levers: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Duty:
    policy: str
    title: str
    who: str
    due: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    digest: str
    at: datetime
    about: str
    said: str


def page(parts: Parts) -> APIRouter:
    """The route of the page."""
    router = APIRouter(tags=["page"])
    templates = Environment(
        loader=PackageLoader("gatekeeper.service"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["moment"] = _moment
    template = templates.get_template("status.html")

    def shown_now() -> str:
        now = parts.clock()
        last = dict(parts.looks.last)
        changes = [change_of(each) for each in parts.store.states.transitions(limit=_CHANGES)]
        html = template.render(
            now=now,
            refresh=REFRESH,
            version=__version__,
            rows=[_row(each, last.get(each.mode), now, parts) for each in states_of(parts)],
            duties=[duty for decision in last.values() for duty in _duties(decision, now)],
            changes=list(reversed(changes)),
            words=_words,
            decisions=_decisions(parts),
            stopping=parts.stopping,
        )
        return redacted(html)

    @router.get(
        "/",
        response_class=HTMLResponse,
        responses=documented(401, 403, 503),
        summary="The status page",
        openapi_extra=needs(Scope.READ),
    )
    async def status() -> Response:
        html = await run_in_threadpool(shown_now)
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})

    return router


def _row(state: ModeState, decision: ModeDecision | None, now: datetime, parts: Parts) -> _Row:
    word = state.state or "not looked at yet"
    known = state.state not in {None, "unknown"}
    tone = "unknown" if not known else "good" if state.normal else "bad"
    late = state.looked_at is None or now - state.looked_at > parts.project.loaded.settings.tick * _LATE
    mine = decision if decision is not None and decision.as_of == state.looked_at else None
    return _Row(
        state=state,
        word=word,
        tone=tone,
        sign={"good": "✓", "bad": "✕", "unknown": "?"}[tone],
        since="" if state.since is None else f"{_moment(state.since)}, {_ago(now - state.since)}",
        looked="never" if state.looked_at is None else _ago(now - state.looked_at),
        late=late,
        reason="" if mine is None else mine.reading.reason,
        levers=() if mine is None else tuple(_levers(mine, good=tone == "good")),
    )


_HEADS = {Pull.ADVISED: "pull", Pull.OF_STATE: "at hand", Pull.UNKNOWN: "not known whether to pull"}


def _levers(decision: ModeDecision, *, good: bool) -> Iterator[_Levers]:
    """The levers of a decision; what is to be pulled is told of a mode in its normal state too, as in a full outage."""
    for pull, head in _HEADS.items():
        found = [each for each in decision.levers if each.pull is pull]
        if found and (pull is Pull.ADVISED or not good):
            yield _Levers(head, tuple((each.lever.title, reason_of(each), each.lever.how) for each in found))


def _duties(decision: ModeDecision, now: datetime) -> list[_Duty]:
    found = []
    for each in pressing(decision.duties):
        duty = each.duty
        found.append(_Duty(each.ladder, duty.title, duty.who, due_words(each, now), duty.overdue_by is not None))
    return found


def _decisions(parts: Parts) -> list[_Kept]:
    found = []
    for each in parts.store.states.decisions(limit=_DECISIONS):
        body = each.body if isinstance(each.body, dict) else {}
        about = body.get("mode") or body.get("policy") or body.get("ladder") or ""
        said = body.get("state") or body.get("word") or body.get("level") or ""
        found.append(_Kept(each.digest, each.at, str(about), str(said)))
    return found


def _words(change: Change) -> str:
    nothing = "no level" if change.kind == "ladder" else "nothing"
    return f"{change.source or nothing} → {change.target or nothing}"


def _ago(span: timedelta) -> str:
    return f"{age(max(span, timedelta(0)))} ago"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
