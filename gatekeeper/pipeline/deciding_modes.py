"""Deciding about a mode: from checked policies, evidence and an earlier state to its state, and all that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from gatekeeper.decide.mode import is_normal, levers_to_pull, owed
from gatekeeper.errors import UsageError
from gatekeeper.evaluate.admission import admit
from gatekeeper.evaluate.mode import look
from gatekeeper.model.alert import in_order
from gatekeeper.model.decision import SEMANTICS
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.mode import ModeState
from gatekeeper.model.mode_decision import ModeDecision, Paged, Unpaged
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import instant_text
from gatekeeper.pipeline.standing import stand_on, terms_of


def decide_mode(
    policies: PolicySet,
    mode: str,
    snapshot: Snapshot | None,
    *,
    earlier: ModeState | None,
    as_of: datetime,
    now: datetime | None = None,
    alerts: Iterable[ReceivedAlert] = (),
    parameters: Mapping[str, Mapping[str, str]] | None = None,
) -> ModeDecision:
    """What is decided about a mode by one look, with the ladders that it names.

    A pure function of its arguments: the same ones give the same canonical JSON anywhere. It keeps nothing: the caller
    hands ``ModeDecision.state`` to the next look.

    Args:
        policies: the checked policies.
        mode: id of the mode.
        snapshot: the evidence; None where there is none, so that everything is unknown.
        earlier: the state after the look before; None where this is the first.
        as_of: the instant for which to decide.
        now: the present instant; where ``as_of`` lies before it, it is a replay. None means ``as_of``.
        alerts: those that called for it. They are told, and decide nothing: what decides is evidence.
        parameters: id of the mode or of one of its ladders → parameter name → value as text.

    Raises:
        UsageError: an unknown mode or parameter, a value that a parameter does not take, or an instant before that of
            the earlier state.
        ValueError: the earlier state is of another mode.
    """
    if mode not in policies.modes:
        raise UsageError(f"there is no mode {mode}")
    its, given = policies.modes[mode], parameters or {}
    for policy in given:
        if policy not in (mode, *its.ladders):
            raise UsageError(f"a parameter names the policy {policy}, which {mode} does not read")
    if earlier is not None and earlier.mode == mode and as_of < earlier.at:
        raise UsageError(
            f"{mode} was looked at for {instant_text(earlier.at)}, which is after {instant_text(as_of)}",
            "a mode goes on from its last look: leave out --as-of",
        )
    state, reading = look(its, earlier, snapshot, as_of, given.get(mode, {}))
    ladders = tuple(
        stand_on(policies, name, snapshot, as_of=as_of, now=now, parameters={name: given.get(name, {})})
        for name in its.ladders
    )
    return ModeDecision(
        mode=its.id,
        title=its.title,
        owner=its.owner,
        source=its.source,
        system=its.system,
        policy_digest=its.digest,
        variables={each.name: each.expression.one_line for each in its.variables},
        normal_state=its.normal,
        normal=is_normal(its, reading),
        reading=reading,
        state=state,
        earlier=earlier,
        levers=levers_to_pull(its, reading, ladders, as_of),
        ladders=ladders,
        pages=tuple(Paged(each.ladder.id, page) for each in ladders for page in each.standing.pages),
        not_paged=tuple(Unpaged(each.ladder.id, other) for each in ladders for other in each.standing.not_paged),
        duties=owed(ladders),
        alerts=in_order(alerts),
        evidence=admit(its, snapshot, as_of).notes,
        terms=terms_of(its, snapshot, as_of, now, given.get(mode, {})),
        semantics=SEMANTICS,
    )
