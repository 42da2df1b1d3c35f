"""Questions: decide about a mode, judge a policy, record what a person did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.values import Json
from gatekeeper.pipeline.calling import given_snapshot
from gatekeeper.pipeline.deciding import closure, decide
from gatekeeper.pipeline.evidence import gather
from gatekeeper.pipeline.keeping import keep_snapshot
from gatekeeper.pipeline.recording import record_event
from gatekeeper.pipeline.standing import stand_on
from gatekeeper.render.decision_json import decision_document
from gatekeeper.render.ladder_json import standing_document
from gatekeeper.render.mode_decision.document import mode_decision_document
from gatekeeper.service.bodies import EventBody, Question, Recorded
from gatekeeper.service.looking import Asked
from gatekeeper.service.parts import Parts, StrictRoute, needs
from gatekeeper.service.problems import Refusal, documented
from gatekeeper.service.project import Loaded
from gatekeeper.service.settings import Scope

_REFUSED = documented(400, 401, 403, 404, 408, 413, 415, 422, 503)


def questions(parts: Parts) -> APIRouter:
    """The routes that ask for a decision, and the one that records an event."""
    router = APIRouter(prefix="/v1", tags=["decisions"], route_class=StrictRoute)

    @router.post(
        "/decide/{mode}",
        response_class=Response,
        responses={**_REFUSED, 200: _document("ModeDecision", "What is decided")},
        summary="Look at a mode, and keep its next state",
        openapi_extra=needs(Scope.DECIDE),
    )
    async def decide_about(mode: str, question: Question | None = None) -> Response:
        asked = question or Question()
        its = parts.project.loaded.policies.modes.get(mode)
        if its is None:
            raise Refusal(404, f"there is no mode {mode[:100]!r}")
        decision = await parts.looks.look(
            mode,
            Asked(
                environment=asked.environment,
                parameters={mode: asked.parameters},
                evidence=_given(parts, mode, asked),
                keep=not asked.dry_run,
            ),
        )
        document = mode_decision_document(decision)
        if not asked.dry_run:
            keep = partial(parts.store.states.keep_decision, document, decision.as_of, snapshot=decision.terms.snapshot)
            await run_in_threadpool(keep)
        return Response(_told(document, replay=decision.terms.replay), media_type="application/json")

    @router.post(
        "/evaluate/{policy}",
        response_class=Response,
        responses={**_REFUSED, 200: _document("Answer", "The decision of a gate, or the standing of a ladder")},
        summary="Judge a gate or a ladder now",
        openapi_extra=needs(Scope.DECIDE),
    )
    async def evaluate(policy: str, question: Question | None = None) -> Response:
        its = parts.project.loaded.policies.every.get(policy)
        if its is None:
            raise Refusal(404, f"there is no policy {policy[:100]!r}")
        if policy in parts.project.loaded.policies.modes:
            raise Refusal(422, f"{policy} is a mode", f"POST /v1/decide/{policy} looks at it")
        told = await parts.looks.run(partial(_judged, parts, policy, question or Question()))
        return Response(told, media_type="application/json")

    @router.post(
        "/events",
        response_model=Recorded,
        responses=_REFUSED,
        summary="Record what a person did",
        openapi_extra=needs(Scope.EVENT),
    )
    async def events(event: EventBody) -> Recorded:
        recorded = await run_in_threadpool(
            partial(
                record_event,
                parts.project.loaded.configuration,
                event.system,
                event.event,
                event.by,
                note=event.note,
                at=event.at,
                service=event.service,
                environment=event.environment,
                key=event.key,
                clock=parts.clock,
            )
        )
        modes = parts.modes_of([event.system]) if recorded.new else []
        parts.look_soon(modes)
        return Recorded(new=recorded.new, looks=modes, warnings=list(recorded.warnings))

    return router


def _given(parts: Parts, policy: str, question: Question) -> Callable[[Loaded], Snapshot | None] | None:
    """What gives the evidence of a question; None where it is collected."""
    if question.evidence is None:
        if question.service is not None:
            raise Refusal(422, "service names what given evidence is about", "the sources say what theirs is about")
        return None
    evidence = question.evidence

    def give(loaded: Loaded) -> Snapshot | None:
        its = loaded.policies.every[policy]
        others = [each for each in _asking(loaded.policies, policy).every.values() if each.id != policy]
        return given_snapshot((its, *others), evidence, _subject(loaded, its.system, question), parts.clock())

    return give


def _subject(loaded: Loaded, system: str, question: Question) -> Subject:
    """What given evidence is about: what the question says, and else what the sources of the system are about."""
    found = [each for each in loaded.sources if each.system == system]
    wanted = question.environment or loaded.configuration.environment
    named = [each for each in found if each.environment == wanted] or found
    about = named[0].about(Subject()) if len(named) == 1 else Subject()
    return Subject(question.service or about.service, question.environment or about.environment, None)


def _asking(policies: PolicySet, policy: str) -> PolicySet:
    """A policy with those that it reads or names."""
    if policy in policies.modes:
        its = policies.modes[policy]
        ladders = {name: policies.ladders[name] for name in its.ladders}
        return PolicySet({}, (), {policy: its}, ladders, policies.calendars)
    if policy in policies.ladders:
        return PolicySet({}, (), {}, {policy: policies.ladders[policy]}, policies.calendars)
    gates = {name: policies.gates[name] for name in closure(policies, policy)}
    return PolicySet(gates, policies.waivers, {}, {}, policies.calendars)


def _judged(parts: Parts, policy: str, question: Question) -> bytes:
    """The decision of a gate or the standing of a ladder, as JSON; it is kept."""
    loaded = parts.project.loaded
    policies, system = loaded.policies, loaded.policies.every[policy].system
    give = _given(parts, policy, question)
    if give is not None:
        snapshot = give(loaded)
    else:
        snapshot = gather(
            loaded.configuration,
            _asking(policies, policy),
            system,
            question.environment,
            lambda _name, _done, _all: None,
            parts.clock,
            store=parts.store,
        )
    if snapshot is not None and not question.dry_run:
        keep_snapshot(parts.store, snapshot)
    now = parts.clock()
    given: Mapping[str, Mapping[str, str]] = {policy: question.parameters} if question.parameters else {}
    document: dict[str, Json]
    if policy in policies.gates:
        document = decision_document(decide(policies, policy, snapshot, as_of=now, now=now, parameters=given))
    else:
        document = standing_document(stand_on(policies, policy, snapshot, as_of=now, now=now, parameters=given))
    if not question.dry_run:
        digest = None if snapshot is None else snapshot.digest
        parts.store.states.keep_decision(document, now, snapshot=digest)
    return _told(document, replay=False)


def _told(document: dict[str, Json], *, replay: bool) -> bytes:
    """A decision or standing in its canonical form, with ``run`` added as in files; nobody reads it indented here."""
    data = canonical_bytes(document)
    run = canonical_bytes({"digest": digest_of(data), "replay": replay})
    return data[:-1] + b',"run":' + run + b"}"


def _document(name: str, told: str) -> dict[str, Any]:
    return {"description": told, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}
