"""What other programs call: decide about a mode in their own process, with their own evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.errors import InvalidInput, UsageError
from gatekeeper.load import find_policy_files
from gatekeeper.load import load_policies as load_files
from gatekeeper.model.canonical import NotCanonical, content_digest
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.mode import Mode, ModeState
from gatekeeper.model.mode_decision import ModeDecision
from gatekeeper.model.mode_json import state_from_json
from gatekeeper.model.policy import Policy, PolicySet
from gatekeeper.model.shown import meant, shown
from gatekeeper.model.snapshot import Evidence, Snapshot, Subject
from gatekeeper.model.values import Json
from gatekeeper.pipeline.deciding_modes import decide_mode
from gatekeeper.snapshot import build_snapshot


def load_policies(root: str | Path, folder: str = "policies") -> PolicySet:
    """Every policy of a project, checked. Load once and decide often: nothing here looks at the files again.

    Args:
        root: the root of the project.
        folder: the folder of policies below it, whose folders are the systems.

    Raises:
        InvalidDocuments: a file cannot be used; every mistake of every file is told.
    """
    base = Path(root)
    return load_files(find_policy_files(base, folder), base, folder)[0]


def decide(
    mode: str | Mode,
    evidence: Mapping[str, Json] | Snapshot | None,
    state: ModeState | Mapping[str, Json] | None,
    now: datetime,
    *,
    policies: PolicySet | str | Path | None = None,
    subject: Subject | None = None,
    alerts: Iterable[ReceivedAlert] = (),
    parameters: Mapping[str, str] | None = None,
) -> ModeDecision:
    """Decide about a mode by one look: its state, why, what to pull, whom to page, what is owed, what to tell.

    Nothing is read but what is given (and the policies, where they are named by a path), and nothing is kept: hand
    ``ModeDecision.state`` of one look to the next. The same arguments give the same decision anywhere.

    Args:
        mode: the mode, or its id in ``policies``.
        evidence: name → plain value in the shape of its kind, read at ``now``, or a snapshot. What is left out is not
            known; None means that nothing is.
        state: of the look before: ``ModeDecision.state``, or ``next`` of the decision's JSON; None for the first look.
        now: the instant of the look, with its offset.
        policies: what ``load_policies`` gave, or the root of a project. Needed for an id, and for a mode that names
            ladders.
        subject: what is judged, where ``evidence`` is no snapshot, which says it itself.
        alerts: those that called for it; they are told, and decide nothing.
        parameters: name → value as text, where the mode lets callers give another one.

    Raises:
        UsageError: an unknown mode, evidence or parameter, a value that is no JSON, an instant without offset or before
            that of the state.
        InvalidInput: the state is none of this mode, or policies cannot be used.
    """
    if now.tzinfo is None:
        raise UsageError("now has no offset", "give an aware datetime, such as datetime.now(UTC)")
    its, known = _found(mode, policies)
    if isinstance(evidence, Snapshot | None):
        snapshot = evidence
    else:
        asking = (its, *(known.ladders[each] for each in its.ladders if each in known.ladders))
        snapshot = given_snapshot(asking, evidence, subject or Subject(), now)
    return decide_mode(
        known,
        its.id,
        snapshot,
        earlier=_state(its, state),
        as_of=now.astimezone(UTC),
        alerts=alerts,
        parameters={its.id: parameters or {}},
    )


def _found(mode: str | Mode, policies: PolicySet | str | Path | None) -> tuple[Mode, PolicySet]:
    """The mode, and policies in which its ladders are."""
    known = load_policies(policies) if isinstance(policies, str | Path) else policies
    if isinstance(mode, Mode):
        if known is None and mode.ladders:
            raise UsageError(
                f"{mode.id} names ladders, and policies does not give them", "give what load_policies gave"
            )
        known = known if known is not None else PolicySet({}, (), {mode.id: mode})
        return mode, PolicySet(
            known.gates, known.waivers, {**known.modes, mode.id: mode}, known.ladders, known.calendars
        )
    if known is None:
        raise UsageError(f"where is the mode {shown(mode)}?", "give policies: what load_policies gave, or a path")
    if mode not in known.modes:
        near = meant(mode, known.modes).removeprefix("; ")
        raise UsageError(f"there is no mode {shown(mode)}", near or f"there are: {', '.join(known.modes) or 'none'}")
    return known.modes[mode], known


def _state(mode: Mode, state: ModeState | Mapping[str, Json] | None) -> ModeState | None:
    if state is None or isinstance(state, ModeState):
        if state is not None and state.mode != mode.id:
            raise InvalidInput(f"this is a state of mode {state.mode}, not of {mode.id}")
        return state
    try:
        return state_from_json(mode, dict(state))
    except ValueError as wrong:
        raise InvalidInput(str(wrong), "give `next` of the decision before, as it was") from None


def given_snapshot(
    asking: Sequence[Policy], evidence: Mapping[str, Json], subject: Subject, now: datetime
) -> Snapshot | None:
    """The values that a caller gives as evidence that was read now; None where there are none.

    Args:
        asking: the policy that is asked first, and then those that it reads or names.

    Raises:
        UsageError: none of them reads evidence of a name, or a value is no JSON.
    """
    kinds = {entry.name: entry.kind for policy in reversed(asking) for entry in policy.evidence}
    items = []
    for name, value in sorted(evidence.items()):
        if name not in kinds:
            near = meant(name, kinds).removeprefix("; ")
            raise UsageError(
                f"{asking[0].id} reads no evidence called {shown(name)}",
                near or f"it reads: {', '.join(sorted(kinds))}",
            )
        try:
            digest = content_digest(kinds[name], value)
        except NotCanonical as wrong:
            raise UsageError(f"the evidence {name} is no JSON: {wrong}") from None
        at = now.astimezone(UTC)
        items.append(Evidence(name, kinds[name], "given by the caller", "caller", None, at, value, None, None, digest))
    return build_snapshot(asking[0].system, subject, items) if items else None
