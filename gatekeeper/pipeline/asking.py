"""Asking: one run of ``evaluate`` or ``explain``, from the files of a project to a report."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.clock import Clock, system_clock
from gatekeeper.errors import UsageError
from gatekeeper.load import find_policy_files, load_policies, scan_ids
from gatekeeper.model.decision import Decision
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.progress import Progress
from gatekeeper.model.report import LadderReport, ModeReport, RecordedDay, Report
from gatekeeper.model.times import instant_text
from gatekeeper.pipeline.deciding import closure, decide
from gatekeeper.pipeline.evidence import collect, find_snapshot, snapshot_folders
from gatekeeper.pipeline.standing import look_at, stand_on
from gatekeeper.snapshot import list_recorded

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration

AHEAD = timedelta(seconds=60)
"""How far ``as_of`` may lie ahead, for clocks that disagree; a waiver that starts later must not open a gate now."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one run of ``evaluate`` is asked for.

    Attributes:
        policies: ids of gates and ladders, and of modes where ``looks``; each gets an answer of its own.
        as_of: the instant for which to decide; None for now.
        snapshot: the file to decide on; None for the newest that is not after ``as_of``.
        collect: whether to collect first, and to decide on the new snapshot.
        environment: whose evidence to judge, and which sources to collect from; None for the configured or only one.
        parameters: policy id (None for the policy that is asked) → name → value as text.
        explain: whether the report shows what passing rules saw as well.
        looks: whether a mode may be asked too: one look tells how its conditions stand, and not its state.
    """

    policies: tuple[str, ...]
    as_of: datetime | None = None
    snapshot: Path | None = None
    collect: bool = False
    environment: str | None = None
    parameters: Mapping[str | None, Mapping[str, str]] = field(default_factory=dict)
    explain: bool = False
    looks: bool = False


def evaluate(configuration: Configuration, request: Request, progress: Progress, clock: Clock = system_clock) -> Report:
    """Load, find or collect the evidence, and answer for each policy that is asked for.

    The clock is read once, after the evidence was collected.

    Raises:
        UsageError: an unknown policy or parameter, a mode where none may be asked, or an instant that is still to come.
        InvalidInput: a policy, a source or a snapshot cannot be used.
    """
    if request.collect and (request.snapshot is not None or request.as_of is not None):
        raise UsageError("--collect reads the sources now", "leave out --snapshot and --as-of")
    policies = load_policies_of(configuration, request.policies)
    if not request.looks:
        _refuse_modes(policies, request.policies)
    collected = {
        system: collect(configuration, policies, system, request.environment, progress, clock)[0]
        for system in _systems(policies, request.policies)
        if request.collect
    }
    now = clock()
    as_of = request.as_of or now
    if as_of - now > AHEAD:  # a difference, since the sum could lie after the last day of the calendar
        told = f"--as-of {instant_text(as_of)} is still to come: now is {instant_text(now)}"
        raise UsageError(told, "a decision is about now, or about an instant that has passed")
    decisions: list[Decision] = []
    ladders: list[LadderReport] = []
    modes: list[ModeReport] = []
    judged: dict[str, str | None] = {}
    for policy in dict.fromkeys(request.policies):
        system = policies.every[policy].system
        snapshot = collected.get(system) or find_snapshot(
            configuration, system, request.snapshot, request.environment, as_of
        )
        named = request.environment or configuration.environment
        judged[system] = named if snapshot is None else snapshot.subject.environment
        given = _given(policies, policy, request)
        if policy in policies.ladders:
            ladders.append(stand_on(policies, policy, snapshot, as_of=as_of, now=now, parameters=given))
        elif policy in policies.modes:
            modes.append(look_at(policies, policy, snapshot, as_of=as_of, now=now, parameters=given))
        else:
            decisions.append(decide(policies, policy, snapshot, as_of=as_of, now=now, parameters=given))
    recorded = tuple(
        RecordedDay(found.taken_at, str(found.path))
        for system, environment in judged.items()
        for found in list_recorded(snapshot_folders(configuration, system), system, environment)
    )
    return Report(tuple(decisions), recorded, request.explain, tuple(ladders), tuple(modes))


def load_policies_of(configuration: Configuration, wanted: Sequence[str]) -> PolicySet:
    """Every policy of the systems that the wanted policies belong to.

    Raises:
        UsageError: a policy that does not exist, with a suggestion.
        InvalidDocuments: a file of those systems cannot be used.
    """
    root, folder = configuration.root, configuration.policies
    files = find_policy_files(root, folder)
    ids = scan_ids(files, root)
    folders = set()
    for policy in wanted:
        if policy not in ids:
            close = difflib.get_close_matches(Path(policy).name.removesuffix(".yaml"), ids, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(ids)) or 'none'}"
            raise UsageError(f"there is no policy {policy!r} in {root / folder}", hint)
        folders.add(ids[policy].parent)
    policies, _warnings = load_policies([file for file in files if file.parent in folders], root, folder)
    for policy in wanted:
        if policy not in policies.every:
            raise UsageError(f"{policy!r} is no policy that can be asked", "gates, ladders and modes can")
    return policies


def _refuse_modes(policies: PolicySet, wanted: Sequence[str]) -> None:
    for policy in wanted:
        if policy in policies.modes:
            raise UsageError(
                f"{policy} is a mode: its state hangs on what was seen before, and one snapshot cannot tell it",
                f"gatekeeper decide {policy} goes on from the look before, gatekeeper replay plays it over time, "
                f"gatekeeper explain {policy} says how its conditions stand now",
            )


def _given(policies: PolicySet, policy: str, request: Request) -> dict[str, Mapping[str, str]]:
    """The parameters for one of the policies that are asked, without those that are meant for another one of them."""
    reach = closure(policies, policy) if policy in policies.gates else (policy,)
    return {
        whose or policy: values
        for whose, values in request.parameters.items()
        if whose is None or whose in reach or whose not in request.policies
    }


def _systems(policies: PolicySet, wanted: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(policies.every[policy].system for policy in wanted))
