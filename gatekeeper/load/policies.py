"""Policies from files: every document of every file, and what only shows when they are seen together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load.calendars import CalendarDraft, read_calendar
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.document import KNOWN_KINDS, POLICY_KINDS, GateDocument
from gatekeeper.load.gates import GateDraft, read_gate
from gatekeeper.load.grounds import Draft, Made, unique
from gatekeeper.load.guard import read_documents
from gatekeeper.load.ladder_document import LadderDocument
from gatekeeper.load.ladders import LadderDraft, read_ladder
from gatekeeper.load.mode_document import ModeDocument
from gatekeeper.load.modes import ModeDraft, read_mode
from gatekeeper.load.problems import Problems
from gatekeeper.load.rules import find_cycle
from gatekeeper.load.shared import SharedParts
from gatekeeper.load.source import SourceText, read_source
from gatekeeper.load.tree import MapNode, Node, ScalarNode, child, pairs_of
from gatekeeper.load.waivers import WaiverDraft, check_target, read_waivers
from gatekeeper.model.policy import PolicySet


@dataclass(frozen=True, slots=True)
class _Found:
    """A document of a known kind."""

    kind: str
    node: MapNode
    system: str


@dataclass(slots=True)
class _Drafts:
    gates: list[GateDraft] = field(default_factory=list)
    ladders: list[LadderDraft] = field(default_factory=list)
    modes: list[ModeDraft] = field(default_factory=list)
    shared: list[ScalarNode] = field(default_factory=list)
    read: list[MapNode] = field(default_factory=list)
    calendars: list[CalendarDraft] = field(default_factory=list)
    waivers: list[WaiverDraft] = field(default_factory=list)


def load_policies(
    files: Sequence[Path], root: Path, folder: str = "policies"
) -> tuple[PolicySet, tuple[Diagnostic, ...]]:
    """The policies, waivers and calendars that the files hold, checked, and warnings.

    Args:
        files: the policy files, in any order.
        root: the root of the project; places are told relative to it.
        folder: the folder of policies below the root, whose folders are the systems.

    Raises:
        InvalidDocuments: with every mistake of every file, sorted by file, line and column.
    """
    problems, drafts = Problems(), _Drafts()
    shared = SharedParts(problems)
    documents: list[_Found] = []
    for file in files:
        try:
            source = read_source(file, root)
        except InvalidDocuments as error:
            problems.extend(error.diagnostics)
            shared.doubt(file)
            continue
        documents += _documents(source, folder, problems, shared)
    # Whatever policies import has to be there before the first of them is read.
    drafts.shared += [id_ for each in documents if each.kind == "Shared" and (id_ := shared.add(each.node, root))]
    for each in documents:
        _read(each, root, problems, drafts, shared)
    shared.warn_unused()
    _check_together(drafts, problems)
    problems.raise_any()
    gates = _made(drafts.gates)
    waivers = sorted((d.waiver for d in drafts.waivers if d.waiver is not None), key=lambda each: (each.place, each.id))
    loaded = PolicySet(
        gates=dict(sorted(gates.items())),
        waivers=tuple(waivers),
        modes=_made(drafts.modes),
        ladders=_made(drafts.ladders),
        calendars={draft.calendar.id: draft.calendar for draft in drafts.calendars if draft.calendar is not None},
    )
    return loaded, problems.warnings


def _made(drafts: Iterable[Draft[Made]]) -> dict[str, Made]:
    return {draft.policy.id: draft.policy for draft in drafts if draft.policy is not None}


def read_kind(node: Node, known: Sequence[str], problems: Problems) -> str | None:
    """The kind of a document, if it is one of ``known``; else it is told what is wrong."""
    if not isinstance(node, MapNode):
        empty = isinstance(node, ScalarNode) and node.value is None
        message = "this document is empty" if empty else "a document must be a mapping of keys to values"
        problems.node(node, message, "take the `---` out" if empty else "begin it with `apiVersion:`", "document")
        return None
    kind = node.values.get("kind")
    if kind is None:
        hint = f"it is one of: {', '.join(f'`{each}`' for each in known)}"
        problems.beside(node, "this document needs `kind`", hint, "missing-key")
        return None
    if not isinstance(kind, ScalarNode) or not kind.text:
        problems.node(kind, "`kind` must be a word", did_you_mean("", known, "it is one of"), "kind")
        return None
    word = kind.text
    if word in known:
        return word
    if word in KNOWN_KINDS:
        hint = {
            "Sources": "it belongs in evidence/<system>/sources.<environment>.yaml",
            "Suite": "it belongs in policies/<system>/<name>_test.yaml",
        }.get(word, "it belongs in policies/<system>/, in a file whose name does not end in _test")
        problems.node(kind, f"a document of kind `{word}` does not belong in this file", hint, "kind")
    else:
        hint = did_you_mean(word, known, "it is one of")
        problems.node(kind, f"there is no kind `{shown(word)}`", hint, "kind")
    return None


def _documents(source: SourceText, folder: str, problems: Problems, shared: SharedParts) -> list[_Found]:
    """The documents of a file whose kind is known; what is wrong with the others is told."""
    documents = read_documents(source, problems)
    if not documents and not problems.errors_in(source):
        problems.file(source, "the file is empty", "a policy begins with `apiVersion: gatekeeper/v1`", "document")
    system = _system(source, folder, problems)
    found = []
    for node in documents:
        kind = read_kind(node, POLICY_KINDS, problems)
        if kind is not None and isinstance(node, MapNode):
            found.append(_Found(kind, node, system))
    if problems.errors_in(source):
        shared.doubt(source.path)
    return found


def _read(found: _Found, root: Path, problems: Problems, drafts: _Drafts, shared: SharedParts) -> None:
    node, system = found.node, found.system
    if found.kind == "Gate":
        policy = shared.resolve(node, GateDocument)
        drafts.gates.append(read_gate(policy, system, root, problems))
    elif found.kind == "Ladder":
        policy = shared.resolve(node, LadderDocument)
        drafts.ladders.append(read_ladder(policy, system, root, problems))
    elif found.kind == "Mode":
        policy = shared.resolve(node, ModeDocument)
        drafts.modes.append(read_mode(policy, system, root, problems))
    else:
        if found.kind == "Calendar":
            drafts.calendars.append(read_calendar(node, problems))
        elif found.kind == "Waivers":
            drafts.waivers.extend(read_waivers(node, problems))
        return
    drafts.read.append(policy.node)


def _system(source: SourceText, folder: str, problems: Problems) -> str:
    """The folder below the policies' folder; for a file elsewhere, the folder that it stands in."""
    parts = Path(source.name).parts
    start = Path(folder).parts
    if parts[: len(start)] != start:
        return source.path.absolute().parent.name
    if len(parts) <= len(start) + 1:
        hint = f"move it to {folder}/<system>/"
        problems.file(source, f"a policy does not lie in {folder}/ itself: its folder names the system", hint, "system")
    return parts[len(start)]


def _check_together(drafts: _Drafts, problems: Problems) -> None:
    ids = [
        *(each.id for each in drafts.gates),
        *(each.id for each in drafts.ladders),
        *(each.id for each in drafts.modes),
    ]
    taken = unique(ids, "policies", problems)
    unique(drafts.shared, "shared documents", problems, taken)
    gates: dict[str, GateDraft] = {}
    for draft in drafts.gates:
        if draft.id is not None and not problems.spoiled(draft.id):
            gates.setdefault(draft.id.text, draft)
    _check_reads(gates, problems)
    unique([waiver.id for waiver in drafts.waivers], "waivers", problems)
    for waiver in drafts.waivers:
        check_target(waiver, {name: draft.rule_ids for name, draft in gates.items()}, problems)
    _check_modes(drafts, problems)
    _check_ladders_of_modes(drafts, problems)
    calendars = unique([draft.id for draft in drafts.calendars], "calendars", problems)
    for name, node in (each for ladder in drafts.ladders for each in (*ladder.calendars, *ladder.hours)):
        if name not in calendars:
            hint = did_you_mean(name, calendars, "the calendars are") or "write a document of kind `Calendar`"
            problems.node(node, f"there is no calendar `{shown(name)}`", hint, "unknown-calendar")
    with_hours = {each.calendar.id for each in drafts.calendars if each.calendar is not None and each.calendar.hours}
    for name, node in (each for ladder in drafts.ladders for each in ladder.hours if each[0] in calendars):
        if name not in with_hours and not problems.errors_in(calendars[name].source):
            hint = 'say in it from when until when people work: `hours: {from: "09:00", to: "17:00"}`'
            problems.node(node, f"the calendar `{shown(name)}` has no hours", hint, "no-hours")


def _check_reads(gates: dict[str, GateDraft], problems: Problems) -> None:
    edges: dict[str, list[str]] = {}
    for name, draft in gates.items():
        for read, node in draft.reads:
            if read in gates:
                edges.setdefault(name, []).append(read)
            else:
                hint = did_you_mean(read, gates, "the policies are")
                problems.node(node, f"there is no policy `{shown(read)}`", hint, "unknown-policy")
    cycle = find_cycle(edges)
    if cycle:
        node = next(each for read, each in gates[cycle[0]].reads if read == cycle[1])
        message = f"gates read each other in a circle: {' → '.join(cycle)}"
        problems.node(node, message, "none of them could ever be decided: take one of them out", "cycle")


def _check_modes(drafts: _Drafts, problems: Problems) -> None:
    """Evidence of kind `mode_state` is of a mode that there is, as soon as there are any."""
    modes = {draft.id.text for draft in drafts.modes if draft.id is not None}
    for node in drafts.read if modes else []:
        for _, entry in pairs_of(node.values.get("evidence")):
            of = child(entry, "of")
            if isinstance(of, ScalarNode) and not problems.spoiled(of) and of.text not in modes:
                hint = did_you_mean(of.text, modes, "the modes are")
                problems.node(of, f"there is no mode `{shown(of.text)}`", hint, "unknown-mode")


def _check_ladders_of_modes(drafts: _Drafts, problems: Problems) -> None:
    """A mode names ladders of its own system, and none that would have to know the mode's state first."""
    ladders = {draft.id.text: draft for draft in drafts.ladders if draft.id is not None}
    doubtful = len(ladders) < len(drafts.ladders)  # one has no id, or that of another one: it may be the one meant
    for mode in drafts.modes:
        own = {name: ladder for name, ladder in ladders.items() if ladder.system == mode.system}
        for node in mode.ladders:
            if problems.spoiled(node):
                continue
            ladder = ladders.get(node.text)
            if ladder is None:
                hint = did_you_mean(node.text, own, "the ladders of this system are") or "write it, or take it out"
                if not doubtful:
                    problems.node(node, f"there is no ladder `{shown(node.text)}`", hint, "unknown-ladder")
            elif ladder.system != mode.system:
                hint = "a mode is told with the ladders of its own system: take it out"
                message = f"`{shown(node.text)}` is a ladder of {ladder.system}, and this mode is of {mode.system}"
                problems.node(node, message, hint, "other-system")
            elif mode.id is not None and _reads_mode(ladder, mode.id.text):
                hint = "neither could be told before the other: take one of the two out"
                message = f"`{shown(node.text)}` reads the state of this mode, which names it"
                problems.node(node, message, hint, "cycle")


def _reads_mode(ladder: LadderDraft, mode: str) -> bool:
    return ladder.policy is not None and any(entry.of == mode for entry in ladder.policy.evidence)
