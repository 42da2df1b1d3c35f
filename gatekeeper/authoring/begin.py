"""Beginning a project: what is written where, and what is collected so that its suite has something to begin with."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatekeeper.authoring.first_gate import first_gate
from gatekeeper.authoring.layout import laid_out
from gatekeeper.authoring.project import (
    ENVIRONMENT,
    editor_schemas,
    refuse_what_is_there,
    system_name,
    write_files,
)
from gatekeeper.authoring.proposal import Draft, policy_text, sources_text, suite_text
from gatekeeper.authoring.runbook import runbook_draft
from gatekeeper.authoring.sample import sample_draft
from gatekeeper.clock import Clock, system_clock
from gatekeeper.errors import InvalidInput, UsageError
from gatekeeper.files import Unreadable, read_bounded
from gatekeeper.load import load_configuration
from gatekeeper.pipeline import collect, load_policies_of
from gatekeeper.pipeline.evidence import recorded_folder
from gatekeeper.snapshot import write_snapshot

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration

MAX_BYTES = 1024 * 1024
"""The largest file that rules are proposed from."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What was written.

    Attributes:
        gate: the id of the gate.
        files: paths below the folder, sorted.
        rules: how many rules were proposed, by enforcement; empty for the gate that is not made from a file.
        left: what could not be turned into a rule, each with its place.
    """

    gate: str
    files: tuple[str, ...]
    rules: dict[str, int]
    left: tuple[str, ...]


def begin(folder: Path, system: str | None, origin: Path | None, clock: Clock = system_clock) -> Begun:
    """Write a gate with its evidence and its suite into a folder, which is made where it is missing.

    Args:
        system: what the gate is about; None for the folder's name.
        origin: a file of JSON or a document that the rules are made from; None for the gate that teaches.

    Raises:
        UsageError: something is in the way, or the name or the file cannot be used. Nothing was written then.
        InvalidInput: the file holds nothing that a rule could be made from. Nothing was written then.
        OutputError: a file cannot be written.
    """
    name = system_name(system, folder)
    configuration = _configuration(folder)
    environment = configuration.environment or ENVIRONMENT
    places = (f"{configuration.policies}/{name}", f"{configuration.evidence}/{name}")
    shared = editor_schemas()
    if configuration.file is None:
        shared["gatekeeper.yaml"] = f"environment: {environment} # whose evidence is judged\n".encode()
    draft: Draft | None = None
    if origin is None:
        gate = f"{name}-release"
        own = dict(first_gate(name, gate, environment))
    else:
        gate, draft, own = _from_file(name, environment, origin, clock)
    own = {_placed(path, configuration): content for path, content in own.items()}
    refuse_what_is_there(folder, shared, places)
    write_files(folder, {**shared, **own})
    files = [*shared, *own]
    rules: dict[str, int] = {}
    if draft is not None:
        files += _record(folder, name, draft)
        for rule in draft.rules:
            rules[rule.enforcement] = rules.get(rule.enforcement, 0) + 1
    return Begun(gate, tuple(sorted(files)), rules, draft.left if draft is not None else ())


def _configuration(folder: Path) -> Configuration:
    """What the folder itself is configured to; what is above it does not count, since this is a project of its own."""
    found = load_configuration(folder, {})
    if found.root == folder.absolute() and found.file is not None:
        return found
    return replace(found, root=folder.absolute(), policies="policies", evidence="evidence", environment=None, file=None)


def _placed(path: str, configuration: Configuration) -> str:
    """A path in the folders that the project calls otherwise."""
    head, _, rest = path.partition("/")
    folder = configuration.policies if head == "policies" else configuration.evidence
    return f"{folder}/{rest}"


def _from_file(system: str, environment: str, origin: Path, clock: Clock) -> tuple[str, Draft, dict[str, bytes]]:
    """The gate's id, its draft, and its files but for the suite, which has to know when evidence was collected."""
    try:
        data = read_bounded(origin, MAX_BYTES)
    except Unreadable as refused:
        raise UsageError(f"{origin} {refused}", "name a JSON file or a document") from refused
    if origin.suffix.lower() == ".json":
        gate = f"{system}-report"
        draft, schema = sample_draft(gate, origin.name, _json_of(data, origin))
        files = {
            f"policies/{system}/report.schema.json": schema,
        }
        sources = ["report: {collector: json, file: report.json}"]
        raw = {f"evidence/{system}/report.json": data}
    else:
        gate = f"{system}-runbook"
        document, lines = _document_of(data, origin, clock)
        draft, schema = runbook_draft(gate, origin.name, document, lines)
        kept = re.sub(r"[^A-Za-z0-9._-]+", "-", origin.name).lstrip(".-") or "runbook.md"
        sources = [f"runbook: {{collector: markdown, file: documents/{kept}}}"]
        raw = {f"evidence/{system}/documents/{kept}": data}
        files = {}
        if draft.given:
            files[f"policies/{system}/figures.schema.json"] = schema
            sources += ["# empty until somebody measures: write the figures, or bind a collector that reads them"]
            sources += ["figures: {collector: json, file: figures.json}"]
            raw[f"evidence/{system}/figures.json"] = b"{}\n"
    texts = {
        f"policies/{system}/{gate}.yaml": laid_out(policy_text(draft)),
        f"evidence/{system}/sources.{environment}.yaml": sources_text(system, environment, sources),
        **{name: json.dumps(each, indent=2, ensure_ascii=False) + "\n" for name, each in files.items()},
    }
    return gate, draft, {**raw, **{name: text.encode("utf-8") for name, text in texts.items()}}


def _json_of(data: bytes, origin: Path) -> Any:
    from gatekeeper.model.strict_json import JsonRefused, parse_json

    try:
        return parse_json(data)
    except JsonRefused as refused:
        raise InvalidInput(f"{origin} {refused}", "name a JSON file") from refused


def _document_of(data: bytes, origin: Path, clock: Clock) -> tuple[Any, list[str]]:
    from gatekeeper.collect.document.markdown_source import read_text
    from gatekeeper.collect.document.markdown_value import markdown_value, read_document
    from gatekeeper.refused import Refused

    try:
        document = read_document(data, origin.name)
        return markdown_value(document, origin.name, lambda _file, _part: None, clock()), read_text(
            data, origin.name
        ).text.split("\n")
    except Refused as refused:
        raise InvalidInput(f"no rule can be proposed: {refused.detail}", refused.remedy) from refused


def _record(folder: Path, system: str, draft: Draft) -> list[str]:
    """Collects the evidence, keeps it as a recorded snapshot, and writes the suite that begins with it."""
    configuration = load_configuration(folder, {})
    loaded = load_policies_of(configuration, [draft.id])
    snapshot, _ = collect(configuration, loaded, system, None, lambda _what, _done, _all: None)
    kept = write_snapshot(snapshot, recorded_folder(configuration, system))
    suite = f"{configuration.policies}/{system}/{draft.id}_test.yaml"
    write_files(folder, {suite: laid_out(suite_text(draft, snapshot.taken_at)).encode("utf-8")})
    return [suite, Path(os.path.relpath(kept, configuration.root)).as_posix()]
