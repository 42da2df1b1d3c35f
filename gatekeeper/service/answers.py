"""What is kept, to be read: states of modes, changes, decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.concurrency import run_in_threadpool

from gatekeeper.model.kept import KeptState, KeptTransition
from gatekeeper.model.mode import Mode
from gatekeeper.model.mode_json import state_from_json
from gatekeeper.service.bodies import Change, Changes, Instant, KeptDecision, ModeState, ModeStates, ModeStory
from gatekeeper.service.parts import Parts, StrictRoute, needs
from gatekeeper.service.problems import Refusal, documented
from gatekeeper.service.settings import Scope

_REFUSED = documented(400, 401, 403, 404, 422, 503)
_MOST = 1000


def answers(parts: Parts) -> APIRouter:
    """The routes that only read."""
    router = APIRouter(prefix="/v1", tags=["states"], route_class=StrictRoute)
    extra = needs(Scope.READ)

    @router.get("/modes", responses=_REFUSED, summary="Every mode with its state", openapi_extra=extra)
    async def modes() -> ModeStates:
        return ModeStates(modes=await run_in_threadpool(partial(states_of, parts)))

    @router.get("/modes/{mode}", responses=_REFUSED, summary="A mode and its changes", openapi_extra=extra)
    async def mode(mode: str) -> ModeStory:
        if mode not in parts.project.loaded.policies.modes:
            raise Refusal(404, f"there is no mode {mode[:100]!r}")
        found = await run_in_threadpool(partial(states_of, parts, mode))
        changes = await run_in_threadpool(partial(_changes, parts, None, _MOST))
        return ModeStory(states=found, changes=[each for each in changes if each.policy == mode])

    @router.get("/decisions/{digest}", responses=_REFUSED, summary="A decision that was kept", openapi_extra=extra)
    async def decision(digest: Annotated[str, Path(pattern="^sha256:[0-9a-f]{64}$")]) -> KeptDecision:
        kept = await run_in_threadpool(partial(parts.store.states.decision, digest))
        if kept is None:
            raise Refusal(404, "there is no such decision, or it is kept no longer")
        body: Any = kept.body
        return KeptDecision(digest=kept.digest, at=kept.at, snapshot=kept.snapshot, decision=body)

    @router.get("/transitions", responses=_REFUSED, summary="The last changes", openapi_extra=extra)
    async def transitions(since: Instant | None = None, limit: Annotated[int, Query(ge=1, le=_MOST)] = 100) -> Changes:
        return Changes(changes=await run_in_threadpool(partial(_changes, parts, since, limit)))

    return router


def states_of(parts: Parts, mode: str | None = None) -> list[ModeState]:
    """The states of one mode, or of all; one that nobody looked at yet is among them."""
    policies = parts.project.loaded.policies
    kept: dict[str, list[KeptState]] = {}
    for each in parts.store.states.all():
        if each.key.kind == "mode":
            kept.setdefault(each.key.policy, []).append(each)
    wanted: Iterable[Mode] = [policies.modes[mode]] if mode is not None else policies.modes.values()
    found = []
    for its in sorted(wanted, key=lambda each: (each.system, each.id)):
        mine = [each for each in kept.get(its.id, ()) if each.key.system == its.system]
        found += [_state(parts, its, each) for each in mine] or [_unseen(its)]
    return found


def _state(parts: Parts, mode: Mode, kept: KeptState) -> ModeState:
    try:
        state = state_from_json(mode, kept.state)
    except ValueError:  # of a policy that was changed since; the next look says what to do
        return _unseen(mode)
    decisions = parts.store.states.decisions(key=kept.key, limit=1)
    return ModeState(
        mode=mode.id,
        title=mode.title,
        system=mode.system,
        service=kept.key.service,
        environment=kept.key.environment,
        state=state.word,
        last_known=state.state,
        normal=None if state.unknown else state.state == mode.normal,
        since=state.since,
        looked_at=state.at,
        version=kept.version,
        decision=decisions[0].digest if decisions else None,
    )


def _unseen(mode: Mode) -> ModeState:
    return ModeState(
        mode=mode.id,
        title=mode.title,
        system=mode.system,
        service=None,
        environment=None,
        state=None,
        last_known=None,
        normal=None,
        since=None,
        looked_at=None,
        version=0,
        decision=None,
    )


def _changes(parts: Parts, since: datetime | None, limit: int) -> list[Change]:
    return [change_of(each) for each in parts.store.states.transitions(since=since, limit=limit)]


def change_of(kept: KeptTransition) -> Change:
    """A change as it is told."""
    key = kept.key
    return Change(
        seq=kept.seq,
        kind=key.kind,
        system=key.system,
        policy=key.policy,
        service=key.service,
        environment=key.environment,
        source=kept.source,
        target=kept.target,
        at=kept.at,
        reasons=list(kept.reasons),
        decision=kept.decision,
    )
