"""Looking at a mode again and again: each look goes on from the state that the store keeps, and keeps the next one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.clock import Clock, system_clock
from gatekeeper.errors import StoreError, UsageError
from gatekeeper.model.kept import KeptState, NewDelivery, NewTransition, ReceivedAlert, StateKey
from gatekeeper.model.mode import Mode, ModeState
from gatekeeper.model.mode_decision import ModeDecision
from gatekeeper.model.mode_json import state_from_json, state_json
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.progress import Progress
from gatekeeper.model.report import LadderReport
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.standing import Reach
from gatekeeper.model.times import instant_text
from gatekeeper.pipeline.asking import AHEAD, load_policies_of
from gatekeeper.pipeline.deciding_modes import decide_mode
from gatekeeper.pipeline.evidence import find_snapshot, gather
from gatekeeper.pipeline.keeping import FILE, keep_snapshot, open_project_store, tidy
from gatekeeper.render.mode_decision.document import mode_decision_document

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.state.store import Store

MOST_RACES = 20
"""So often another instance may be first before a look gives up."""

DISAGREE = timedelta(seconds=60)
"""How far the clocks of two instances may disagree."""


@dataclass(frozen=True, slots=True)
class LookRequest:
    """What one run of ``decide`` is asked for.

    Attributes:
        mode: its id.
        as_of: the instant of the look; None for now.
        snapshot: the file to decide on; None to collect, or where ``as_of`` is given, for the newest not after it.
        environment: whose evidence to judge, and which sources to collect from; None for the configured or only one.
        parameters: policy id (None for the mode) → name → value as text.
        alerts: those that called for it.
        keep: whether anything is written: alerts, evidence, the next state.
    """

    mode: str
    as_of: datetime | None = None
    snapshot: Path | None = None
    environment: str | None = None
    parameters: Mapping[str | None, Mapping[str, str]] = field(default_factory=dict)
    alerts: tuple[ReceivedAlert, ...] = ()
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a mode's state or of a ladder's level that a look brought, for whoever words messages about it."""

    key: StateKey
    transition: NewTransition


Messages = Callable[[ModeDecision, Change], Sequence[NewDelivery]]
"""Words the messages about a change; they are kept in the transaction that keeps the change."""


def look_now(
    configuration: Configuration, request: LookRequest, progress: Progress, clock: Clock = system_clock
) -> ModeDecision:
    """Collect or find the evidence, decide from the state that the store keeps, and keep the next one.

    Alerts are kept first, so that evidence sees them. The clock is read once more, after the evidence was collected.

    Raises:
        UsageError: no mode, an unknown parameter, or an instant that is still to come, or before the kept state's.
        InvalidInput: a policy, a source or a snapshot cannot be used.
        StoreError: the store cannot be used.
    """
    policies = load_policies_of(configuration, (request.mode,))
    if request.mode not in policies.modes:
        raise UsageError(f"{request.mode} is no mode", f"gatekeeper evaluate {request.mode} decides gates and ladders")
    its = policies.modes[request.mode]
    given = {whose or its.id: values for whose, values in request.parameters.items()}
    with _opened(configuration, keep=request.keep) as store:
        if store is not None and request.alerts and request.keep:
            store.alerts.receive(request.alerts, clock())
        snapshot = _evidence(configuration, policies, its, request, progress, clock, store)
        now = clock()
        as_of = request.as_of or now
        if as_of - now > AHEAD:
            told = f"--as-of {instant_text(as_of)} is still to come: now is {instant_text(now)}"
            raise UsageError(told, "a decision is about now, or about an instant that has passed")
        look = partial(look_and_keep, store) if store is not None and request.keep else partial(look_only, store)
        decision = look(
            policies,
            its.id,
            snapshot,
            as_of=as_of,
            now=now,
            named=request.as_of is not None,
            alerts=request.alerts,
            parameters=given,
        )
        if store is not None and request.keep:
            with suppress(StoreError):  # what is too old can go tomorrow; who was woken gets the answer
                tidy(store, f"decide-{os.getpid()}", now)
        return decision


def look_only(
    store: Store | None,
    policies: PolicySet,
    mode: str,
    snapshot: Snapshot | None,
    *,
    as_of: datetime,
    now: datetime | None = None,
    named: bool = False,
    alerts: Iterable[ReceivedAlert] = (),
    parameters: Mapping[str, Mapping[str, str]] | None = None,
) -> ModeDecision:
    """As ``look_and_keep``, and keeps nothing; without a store no earlier state is known."""
    its = policies.modes[mode]
    kept = store.states.get(_key(its, snapshot)) if store is not None else None
    return _decided(policies, its, snapshot, kept, as_of, now, named, alerts, parameters)[0]


def look_and_keep(
    store: Store,
    policies: PolicySet,
    mode: str,
    snapshot: Snapshot | None,
    *,
    as_of: datetime,
    now: datetime | None = None,
    named: bool = False,
    alerts: Iterable[ReceivedAlert] = (),
    parameters: Mapping[str, Mapping[str, str]] | None = None,
    messages: Messages | None = None,
) -> ModeDecision:
    """Decide about a mode from the state that is kept, and keep the next one, with what changed.

    Of several instances that look at once each goes on from what the one before it kept, so that a change is made once.

    Args:
        policies: with the mode and the ladders that it names.
        snapshot: the evidence; without any it is not known whose state it would be, and nothing is kept.
        as_of: the instant of the look.
        now: the present instant; None means ``as_of``.
        named: whether the caller asked for that very instant. Else another instance may have looked a moment later,
            and the look is then for its instant.
        messages: words what is to be sent about each change; None for nothing.

    Raises:
        UsageError: as ``decide_mode``.
        StoreError: the store cannot be used, or holds what is no state of this mode.
    """
    its, alerts = policies.modes[mode], tuple(alerts)
    if snapshot is None:
        return look_only(
            store, policies, mode, None, as_of=as_of, now=now, named=named, alerts=alerts, parameters=parameters
        )
    key = _key(its, snapshot)
    for _ in range(MOST_RACES):
        kept = store.states.get(key)
        decision, earlier = _decided(policies, its, snapshot, kept, as_of, now, named, alerts, parameters)
        keep_snapshot(store, snapshot)
        changes = _mode_changes(its, earlier, decision)
        document = mode_decision_document(decision) if changes or kept is None else None
        there = store.states.advance(
            key,
            kept.version if kept is not None else 0,
            state_json(decision.state),
            decision.as_of,
            transitions=changes,
            deliveries=_worded(messages, decision, key, changes),
            decision=document,
            snapshot=snapshot.digest,
        )
        if there:
            for ladder in decision.ladders:
                _keep_level(store, decision, ladder, snapshot, messages)
            return decision
    raise StoreError(f"{mode} is looked at by so many at once that none of {MOST_RACES} looks was kept", passing=True)


@contextmanager
def _opened(configuration: Configuration, *, keep: bool) -> Iterator[Store | None]:
    """The project's store; None where nothing is to be kept and none was made yet."""
    if not keep and configuration.store is None and not (configuration.root / configuration.state / FILE).exists():
        yield None
        return
    with open_project_store(configuration, create=keep) as store:
        yield store


def _decided(
    policies: PolicySet,
    mode: Mode,
    snapshot: Snapshot | None,
    kept: KeptState | None,
    as_of: datetime,
    now: datetime | None,
    named: bool,
    alerts: Iterable[ReceivedAlert],
    parameters: Mapping[str, Mapping[str, str]] | None,
) -> tuple[ModeDecision, ModeState | None]:
    """The decision from the kept state, and that state."""
    earlier = _read(mode, kept) if kept is not None else None
    if earlier is not None and as_of < earlier.at:
        if named:
            raise UsageError(
                f"{mode.id} was looked at for {instant_text(earlier.at)}, and --as-of is before that",
                "a mode goes on from its last look: leave --as-of out, or name another store to play a history",
            )
        if earlier.at - as_of > DISAGREE:
            raise StoreError(
                f"{mode.id} was looked at for {instant_text(earlier.at)}, and now is {instant_text(as_of)}",
                "see whose clock is wrong",
            )
        as_of = earlier.at
    decision = decide_mode(
        policies,
        mode.id,
        snapshot,
        earlier=earlier,
        as_of=as_of,
        now=None if now is None else max(now, as_of) if not named else now,
        alerts=alerts,
        parameters=parameters,
    )
    return decision, earlier


def _evidence(
    configuration: Configuration,
    policies: PolicySet,
    mode: Mode,
    request: LookRequest,
    progress: Progress,
    clock: Clock,
    store: Store | None,
) -> Snapshot | None:
    """What the mode and its ladders read: collected now, or found where a file or an instant is named."""
    if request.snapshot is not None or request.as_of is not None:
        at = request.as_of or clock()
        return find_snapshot(configuration, mode.system, request.snapshot, request.environment, at)
    ladders = {name: policies.ladders[name] for name in mode.ladders}
    asking = PolicySet({}, (), {mode.id: mode}, ladders, policies.calendars)
    return gather(configuration, asking, mode.system, request.environment, progress, clock, store=store)


def _key(mode: Mode, snapshot: Snapshot | None) -> StateKey:
    """Whose state it is: the commit is no part of it, so that a deployment resets no clock."""
    subject = snapshot.subject if snapshot is not None else Subject()
    return StateKey("mode", mode.system, mode.id, subject.service, subject.environment)


def _read(mode: Mode, kept: KeptState) -> ModeState:
    try:
        return state_from_json(mode, kept.state)
    except ValueError as wrong:
        hint = "a policy whose states were renamed begins anew under another id, or with another store"
        raise StoreError(f"the store keeps a state of {mode.id} that cannot be used: {wrong}", hint) from None


def _mode_changes(mode: Mode, earlier: ModeState | None, decision: ModeDecision) -> tuple[NewTransition, ...]:
    """What a look changed: the state, or whether it is known."""
    before = earlier.word if earlier is not None else mode.initial
    reading = decision.reading
    if reading.transition is not None:
        return (NewTransition(before, reading.state, decision.as_of, reading.transition.because),)
    if reading.state == before:
        return ()
    lacking = tuple(dict.fromkeys(each.evidence or each.cause for each in reading.lacks))
    return (NewTransition(before, reading.state, decision.as_of, lacking),)


def _keep_level(
    store: Store, decision: ModeDecision, ladder: LadderReport, snapshot: Snapshot, messages: Messages | None
) -> None:
    """Keep the level of a ladder where it is another one.

    Where it is not known whether a level is still reached, it is not told to be over: the level only rises then.
    """
    standing, terms = ladder.standing, ladder.terms
    words = [None, *(each.word for each in standing.levels)]
    key = StateKey("ladder", ladder.ladder.system, ladder.ladder.id, terms.subject.service, terms.subject.environment)
    for _ in range(MOST_RACES):
        kept = store.states.get(key)
        before = kept.state.get("level") if kept is not None and isinstance(kept.state, dict) else None
        before = before if before in words else None
        if kept is not None and (kept.at > decision.as_of or standing.level == before):
            return
        if standing.unknown and words.index(standing.level) < words.index(before):
            return
        changes = _level_changes(before if isinstance(before, str) else None, ladder, decision.as_of)
        if store.states.advance(
            key,
            kept.version if kept is not None else 0,
            {"ladder": ladder.ladder.id, "level": standing.level},
            decision.as_of,
            transitions=changes,
            deliveries=_worded(messages, decision, key, changes),
            decision=mode_decision_document(decision) if changes else None,
            snapshot=snapshot.digest,
        ):
            return


def _level_changes(before: str | None, ladder: LadderReport, at: datetime) -> tuple[NewTransition, ...]:
    level = ladder.standing.level
    if level == before:
        return ()
    holding = [
        trigger.id
        for each in ladder.standing.levels
        if each.word == level
        for trigger in each.triggers
        if trigger.state is Reach.REACHED
    ]
    return (NewTransition(before, level, at, tuple(holding)),)


def _worded(
    messages: Messages | None, decision: ModeDecision, key: StateKey, changes: Iterable[NewTransition]
) -> tuple[NewDelivery, ...]:
    if messages is None:
        return ()
    return tuple(each for change in changes for each in messages(decision, Change(key, change)))
