"""The only room that knows the order: load → collect → snapshot → evaluate → decide → render | record | notify."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.clock import Clock, system_clock
from gatekeeper.decide.earliest import earliest_go
from gatekeeper.decide.verdict import reason_of, stopped_by_hard, verdict_of
from gatekeeper.decide.waivers import apply_waivers
from gatekeeper.errors import Diagnostic, InvalidDocuments, InvalidInput, UsageError
from gatekeeper.evaluate.admission import admit
from gatekeeper.evaluate.gate import evaluate_gate
from gatekeeper.evaluate.inputs import Inputs
from gatekeeper.evaluate.parameters import parameter_json, resolve_parameters
from gatekeeper.load import find_policy_files, find_sources_files, load_policies, load_sources, scan_ids
from gatekeeper.model.decision import SEMANTICS, Decision, EvidenceNote, GateDecision
from gatekeeper.model.finding import Finding
from gatekeeper.model.policy import Policy, PolicySet
from gatekeeper.model.report import RecordedDay, Report
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.times import instant_text
from gatekeeper.snapshot import build_snapshot, find_newest, list_recorded, read_snapshot, write_snapshot

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration

AHEAD = timedelta(seconds=60)
"""How far ``as_of`` may lie ahead, for clocks that disagree; a waiver that starts later must not open a gate now."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one run of ``evaluate`` is asked for.

    Attributes:
        policies: ids of gates; each gets a decision of its own.
        as_of: the instant for which to decide; None for now.
        snapshot: the file to decide on; None for the newest that is not after ``as_of``.
        collect: whether to collect first, and to decide on the new snapshot.
        environment: whose evidence to judge, and which sources to collect from; None for the configured or only one.
        parameters: gate id (None for the policy that is asked) → name → value as text.
        explain: whether the report shows what passing rules saw as well.
    """

    policies: tuple[str, ...]
    as_of: datetime | None = None
    snapshot: Path | None = None
    collect: bool = False
    environment: str | None = None
    parameters: Mapping[str | None, Mapping[str, str]] = field(default_factory=dict)
    explain: bool = False


def evaluate(configuration: Configuration, request: Request, progress: Progress, clock: Clock = system_clock) -> Report:
    """Load, find or collect the evidence, and decide on each policy that is asked for.

    The clock is read once, after the evidence was collected.

    Raises:
        UsageError: an unknown policy or parameter, or an instant that is still to come.
        InvalidInput: a policy, a source or a snapshot cannot be used.
    """
    if request.collect and (request.snapshot is not None or request.as_of is not None):
        raise UsageError("--collect reads the sources now", "leave out --snapshot and --as-of")
    policies = load_policies_of(configuration, request.policies)
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
    decisions = []
    for policy in dict.fromkeys(request.policies):
        system = policies.gates[policy].system
        snapshot = collected.get(system) or _find_snapshot(configuration, system, request, as_of)
        given = {gate or policy: values for gate, values in request.parameters.items()}
        decisions.append(decide(policies, policy, snapshot, as_of=as_of, now=now, parameters=given))
    recorded = tuple(
        RecordedDay(found.taken_at, str(found.path))
        for system in _systems(policies, request.policies)
        for found in list_recorded(_folders(configuration, system), system)
    )
    return Report(tuple(decisions), recorded, request.explain)


def decide(
    policies: PolicySet,
    policy: str,
    snapshot: Snapshot | None,
    *,
    as_of: datetime,
    now: datetime | None = None,
    parameters: Mapping[str, Mapping[str, str]] | None = None,
) -> Decision:
    """The decision of one gate, with every gate that it reads.

    A pure function of its arguments: the same ones give the same canonical JSON anywhere.

    Args:
        policies: the checked policies and waivers.
        policy: id of the gate that is asked.
        snapshot: the evidence; None where there is none, so that everything is unknown.
        as_of: the instant for which to decide.
        now: the present instant; where ``as_of`` lies before it, the decision is a replay. None means ``as_of``.
        parameters: gate id → parameter name → value as text.

    Raises:
        UsageError: an unknown policy, an unknown parameter, or a value that a parameter does not take.
    """
    if policy not in policies.gates:
        raise UsageError(f"there is no policy {policy}")
    given = parameters or {}
    order = closure(policies, policy)
    for gate_id in given:
        if gate_id not in order:
            raise UsageError(f"a parameter names the gate {gate_id}, which {policy} does not read")
    decided: dict[str, GateDecision] = {}
    evidence: list[EvidenceNote] = []
    subject = snapshot.subject if snapshot is not None else Subject()
    for gate_id in order:
        inputs, notes = _inputs(policies, gate_id, snapshot, subject, as_of, decided, given.get(gate_id, {}))
        decided[gate_id] = _decide_gate(policies, inputs, given.get(gate_id, {}))
        evidence += notes
    root = decided[policy]
    return Decision(
        policy=policy,
        verdict=root.verdict,
        word=root.word,
        as_of=as_of,
        replay=now is not None and as_of < now,
        subject=subject,
        gates=(root, *(decided[gate_id] for gate_id in sorted(decided) if gate_id != policy)),
        evidence=tuple(sorted(evidence, key=lambda note: (note.name, note.gate))),
        snapshot=snapshot.digest if snapshot is not None else None,
        snapshot_at=snapshot.taken_at if snapshot is not None else None,
        semantics=SEMANTICS,
        earliest_go=earliest_go(root, decided),
    )


def closure(policies: PolicySet, policy: str) -> tuple[str, ...]:
    """The gates that a decision needs, each after those that it reads. The loader has refused cycles."""
    order: dict[str, None] = {}

    def visit(gate_id: str) -> None:
        if gate_id not in order:
            for lower in policies.gates[gate_id].reads:
                visit(lower)
            order[gate_id] = None

    visit(policy)
    return tuple(order)


def _inputs(
    policies: PolicySet,
    gate_id: str,
    snapshot: Snapshot | None,
    subject: Subject,
    as_of: datetime,
    decided: Mapping[str, GateDecision],
    given: Mapping[str, str],
) -> tuple[Inputs, tuple[EvidenceNote, ...]]:
    gate = policies.gates[gate_id]
    admitted = admit(gate, snapshot, as_of)
    inputs = Inputs(
        gate=gate,
        admitted=admitted,
        parameters=resolve_parameters(gate, given),
        subject=subject,
        as_of=as_of,
        lower={lower: decided[lower] for lower in gate.reads},
        digests={each: policies.gates[each].digest for each in closure(policies, gate_id)},
    )
    return inputs, admitted.notes


def _decide_gate(policies: PolicySet, inputs: Inputs, given: Mapping[str, str]) -> GateDecision:
    gate = inputs.gate
    found = evaluate_gate(inputs)
    unwaived = verdict_of(_without_waivers(inputs, found), advisory=gate.advisory)
    findings, notes = apply_waivers(gate, found, policies.waivers, inputs.subject, inputs.as_of)
    verdict = verdict_of(findings, advisory=gate.advisory)
    return GateDecision(
        gate=gate.id,
        title=gate.title,
        owner=gate.owner,
        source=gate.source,
        system=gate.system,
        policy_digest=gate.digest,
        verdict=verdict,
        word=gate.words.get(verdict, str(verdict)),
        unwaived=unwaived,
        stopped_by_hard=stopped_by_hard(findings),
        advisory=gate.advisory,
        reason=reason_of(verdict, findings),
        severities=dict(gate.severities),
        parameters={name: parameter_json(value) for name, value in inputs.parameters.items()},
        overridden=tuple(sorted(given)),
        findings=findings,
        waivers=notes,
        reads=gate.reads,
    )


def _without_waivers(inputs: Inputs, found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings as they would be without any waiver, here or below."""
    if all(lower.verdict is lower.unwaived for lower in inputs.lower.values()):
        return found
    return evaluate_gate(_unwaived(inputs))


def _unwaived(inputs: Inputs) -> Inputs:
    return Inputs(
        gate=inputs.gate,
        admitted=inputs.admitted,
        parameters=inputs.parameters,
        subject=inputs.subject,
        as_of=inputs.as_of,
        lower=inputs.lower,
        digests=inputs.digests,
        unwaived=True,
    )


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
            close = difflib.get_close_matches(policy, ids, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(ids)) or 'none'}"
            raise UsageError(f"there is no policy {policy!r} in {root / folder}", hint)
        folders.add(ids[policy].parent)
    policies, _warnings = load_policies([file for file in files if file.parent in folders], root, folder)
    for policy in wanted:
        if policy not in policies.gates:
            raise UsageError(f"{policy!r} is no gate", "only gates can be evaluated")
    return policies


@dataclass(frozen=True, slots=True)
class Linted:
    """What a lint came to: how many files were read, and every diagnostic, sorted by place."""

    files: int
    diagnostics: tuple[Diagnostic, ...]


def lint(configuration: Configuration, files: Sequence[Path] = ()) -> Linted:
    """Check policies, waivers and sources.

    Args:
        files: only what is wrong in these files is told; none means every file of the project.

    Raises:
        UsageError: a file that is neither a policy, a waiver nor a sources file of the project.
    """
    from gatekeeper.collect.run import check_sources

    root, folder = configuration.root, configuration.policies
    policies = find_policy_files(root, folder)
    sources = find_sources_files(root, configuration.evidence)
    if not policies:
        # Nothing was checked, and that must not look as if all were well.
        raise InvalidInput(f"there is no policy in {root / folder}", "a policy lies in policies/<system>/<id>.yaml")
    diagnostics: list[Diagnostic] = []
    try:
        diagnostics += load_policies(policies, root, folder)[1]
    except InvalidDocuments as refused:
        diagnostics += refused.diagnostics
    for file in sources:
        try:
            check_sources(load_sources(file, configuration.root))
        except InvalidDocuments as refused:
            diagnostics += refused.diagnostics
    there = {_real(file) for file in (*policies, *sources)}
    wanted = {_real(file) for file in files}
    for file in files:
        if _real(file) not in there:
            raise UsageError(f"{file} is no policy and no sources file of {configuration.root}")
    if wanted:
        diagnostics = [each for each in diagnostics if _real(Path(each.file)) in wanted]
    return Linted(len(wanted or there), tuple(sorted(diagnostics, key=lambda each: each.order)))


def _real(file: Path) -> Path:
    """The file behind links; itself where they lead around in a circle, or cannot be followed."""
    try:
        return file.resolve()
    except (OSError, RuntimeError):
        return file.absolute()


def collect(
    configuration: Configuration,
    policies: PolicySet,
    system: str,
    environment: str | None,
    progress: Progress,
    clock: Clock = system_clock,
    subject: Subject | None = None,
) -> tuple[Snapshot, Path]:
    """Read the sources of a system and write a snapshot.

    Args:
        subject: what is judged, in place of what the sources say; a part that is None is theirs.

    Returns:
        The snapshot, as it is read back, and the file that holds it.

    Raises:
        UsageError: the environment is not known, or there are several and none is named, or the subject is of another.
        InvalidDocuments: the sources file cannot be used.
        OutputError: the snapshot cannot be written.
    """
    # Here, since a decision on a recorded snapshot needs no collector and should not pay for importing them.
    from gatekeeper import collect as collectors

    sources = load_sources(_sources_file(configuration, system, environment), configuration.root)
    about = sources.about(subject or Subject())
    asking: tuple[Policy, ...] = (*policies.gates.values(), *policies.ladders.values(), *policies.modes.values())
    names = {entry.name for policy in asking if policy.system == system for entry in policy.evidence}
    base = configuration.root / configuration.evidence / system
    project = collectors.Project(configuration.root, configuration.allow_commands)
    evidence = collectors.collect(sources, names, clock, base, progress, subject=about, project=project)
    snapshot = build_snapshot(system, about, evidence)
    return snapshot, write_snapshot(snapshot, configuration.root / configuration.state / "snapshots" / system)


def _sources_file(configuration: Configuration, system: str, environment: str | None) -> Path:
    folder = configuration.root / configuration.evidence / system
    files = find_sources_files(configuration.root, configuration.evidence, system)
    found = {file.name.split(".")[1]: file for file in files}
    wanted = environment or configuration.environment
    if wanted is None and len(found) == 1:
        return next(iter(found.values()))
    if wanted is None:
        there = f"there are: {', '.join(found)}" if found else f"write {folder / 'sources.<environment>.yaml'}"
        raise UsageError(f"which environment of {system}?", f"name one with --environment; {there}")
    if wanted not in found:
        raise UsageError(
            f"{system} has no environment {wanted!r}", f"there are: {', '.join(found) or 'none'} (in {folder})"
        )
    return found[wanted]


def _find_snapshot(configuration: Configuration, system: str, request: Request, as_of: datetime) -> Snapshot | None:
    """The snapshot that is named, or the newest of the environment that is not after ``as_of``.

    Evidence of another environment says nothing about this one, so where there are several one has to be named.
    """
    wanted = request.environment
    if request.snapshot is None:
        several = len(find_sources_files(configuration.root, configuration.evidence, system)) > 1
        wanted = wanted or configuration.environment
        if wanted is not None or several:
            _sources_file(configuration, system, wanted)
        return find_newest(_folders(configuration, system), system, as_of, wanted)
    snapshot = read_snapshot(request.snapshot)
    if snapshot.system != system:
        raise UsageError(f"{request.snapshot} is a snapshot of {snapshot.system}, the policy is about {system}")
    if wanted is not None and snapshot.subject.environment != wanted:
        found = snapshot.subject.environment or "no environment"
        raise UsageError(f"{request.snapshot} is a snapshot of {found}, and --environment says {wanted}")
    return snapshot


def _folders(configuration: Configuration, system: str) -> tuple[Path, ...]:
    """Where snapshots of a system are: those that the project ships, and those that were collected here."""
    return (
        configuration.root / configuration.evidence / system / "recorded",
        configuration.root / configuration.state / "snapshots" / system,
    )


def _systems(policies: PolicySet, wanted: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(policies.gates[policy].system for policy in wanted))
