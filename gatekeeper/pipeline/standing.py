"""Standing: how a ladder stands on a snapshot, and what a mode's conditions say on one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gatekeeper.errors import UsageError
from gatekeeper.evaluate.admission import admit
from gatekeeper.evaluate.ladder import stand
from gatekeeper.evaluate.mode import look
from gatekeeper.evaluate.parameters import parameter_json, resolve_parameters
from gatekeeper.model.mode import ModeState
from gatekeeper.model.policy import Policy, PolicySet
from gatekeeper.model.report import LadderReport, ModeReport, Terms
from gatekeeper.model.snapshot import Snapshot, Subject


def stand_on(
    policies: PolicySet,
    ladder: str,
    snapshot: Snapshot | None,
    *,
    as_of: datetime,
    now: datetime | None = None,
    parameters: Mapping[str, Mapping[str, str]] | None = None,
) -> LadderReport:
    """How a ladder stands, with what it rests on.

    Args:
        ladder: its id.
        snapshot: the evidence; None where there is none, so that everything is unknown.
        as_of: the instant for which to say it.
        now: the present instant; where ``as_of`` lies before it, it is a replay. None means ``as_of``.
        parameters: policy id → parameter name → value as text.

    Raises:
        UsageError: an unknown parameter, or a value that a parameter does not take.
    """
    its = policies.ladders[ladder]
    given = _given(ladder, parameters)
    standing = stand(policies, ladder, snapshot, as_of, given)
    return LadderReport(its, standing, terms_of(its, snapshot, as_of, now, given))


def look_at(
    policies: PolicySet,
    mode: str,
    snapshot: Snapshot | None,
    *,
    as_of: datetime,
    now: datetime | None = None,
    parameters: Mapping[str, Mapping[str, str]] | None = None,
) -> ModeReport:
    """What a mode's conditions say on one snapshot, from each state that it can be in.

    It does not tell the state: that hangs on the looks before, which a snapshot does not hold.

    Args:
        mode: its id.
        snapshot: as for ``stand_on``, and so are the others.

    Raises:
        UsageError: an unknown parameter, or a value that a parameter does not take.
    """
    its = policies.modes[mode]
    given = _given(mode, parameters)
    readings = {
        state.name: look(its, ModeState(its.id, state.name, as_of, as_of, None), snapshot, as_of, given)[1]
        for state in its.states
    }
    notes = admit(its, snapshot, as_of).notes
    return ModeReport(its, readings, notes, as_of, terms_of(its, snapshot, as_of, now, given))


def _given(policy: str, parameters: Mapping[str, Mapping[str, str]] | None) -> Mapping[str, str]:
    """The parameters that the caller gives to a policy that reads no other."""
    given = parameters or {}
    for name in given:
        if name != policy:
            raise UsageError(f"a parameter names the policy {name}, which {policy} does not read")
    return given.get(policy, {})


def terms_of(
    policy: Policy, snapshot: Snapshot | None, as_of: datetime, now: datetime | None, given: Mapping[str, str]
) -> Terms:
    """On what a ladder or a mode is asked.

    Raises:
        UsageError: an unknown parameter, or a value that it does not take.
    """
    parameters = resolve_parameters(policy, given)
    return Terms(
        subject=snapshot.subject if snapshot is not None else Subject(),
        snapshot=snapshot.digest if snapshot is not None else None,
        snapshot_at=snapshot.taken_at if snapshot is not None else None,
        replay=now is not None and as_of < now,
        parameters={name: parameter_json(value) for name, value in parameters.items()},
        overridden=tuple(sorted(given)),
    )
