"""Sources: where the evidence of a system comes from in one environment."""

from __future__ import annotations

import re
from pathlib import Path

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load.document import SourcesDocumentShape
from gatekeeper.load.guard import read_documents
from gatekeeper.load.policies import read_kind
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape, refuse_empty_values
from gatekeeper.load.source import read_source
from gatekeeper.load.tree import MapNode, Node, ScalarNode, child, plain, walk
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.sources import SourceEntry, SourcesDocument
from gatekeeper.model.values import Json
from gatekeeper.redaction import discreet

_FILE = re.compile(r"sources\.(?P<environment>.+)\.ya?ml")


def load_sources(file: Path, root: Path) -> SourcesDocument:
    """The sources that a file names; the collectors validate their own part of each.

    Raises:
        InvalidDocuments: with every mistake of the file, sorted by line and column.
    """
    try:
        return _load(file, root)
    except InvalidDocuments as refused:
        raise InvalidDocuments(tuple(map(discreet, refused.diagnostics))) from None


def _load(file: Path, root: Path) -> SourcesDocument:
    problems = Problems()
    source = read_source(file, root)
    documents = read_documents(source, problems)
    problems.raise_any()
    if not documents:
        problems.file(source, "the file is empty", "it begins with `apiVersion: gatekeeper/v1`", "document")
    for extra in documents[1:]:
        problems.node(extra, "a file of sources holds one document", "make another file of it", "document")
    problems.raise_any()
    node = documents[0]
    found = _read(node, problems) if read_kind(node, ("Sources",), problems) and isinstance(node, MapNode) else None
    problems.raise_any()
    if found is None:  # cannot be: whatever is missing has been told
        raise AssertionError("a file of sources was neither read nor refused")
    return found


def _read(node: MapNode, problems: Problems) -> SourcesDocument | None:
    listed = node.values.get("sources")
    if isinstance(listed, MapNode):
        refuse_empty_values(listed, problems, tuple(listed.values))
    head = read_shape(SourcesDocumentShape, node, problems, nullable=("sources",))
    if head is None or not isinstance(listed, MapNode):
        return None
    entries: dict[str, SourceEntry] = {}
    for name, each in listed.values.items():
        entry = _entry(listed.keys[name], each)
        if entry is not None:
            entries[name] = entry
    _check_file(node, head, problems)
    subject = Subject(head.subject.service, head.subject.environment, head.subject.commit)
    return SourcesDocument(head.system, head.environment, subject, entries, node.place, head.concurrency, head.deadline)


def _entry(key: ScalarNode, node: Node) -> SourceEntry | None:
    if not isinstance(node, MapNode):
        return None
    value = plain(node)
    if not isinstance(value, dict) or not isinstance(value.get("collector"), str):
        return None
    config: dict[str, Json] = {word: each for word, each in value.items() if word != "collector"}
    places = {path: each.place for path, each in walk(node) if path and path[0] != "collector"}
    return SourceEntry(str(value["collector"]), config, key.place, places)


def _check_file(node: MapNode, head: SourcesDocumentShape, problems: Problems) -> None:
    """The path says the same as the document: whoever opens the file sees what it is about."""
    path = node.source.path
    named = _FILE.fullmatch(path.name)
    environment, system = child(node, "environment"), child(node, "system")
    if named and named["environment"] != head.environment and environment is not None:
        hint = f"rename the file to sources.{head.environment}.yaml, or mend this"
        problems.node(environment, f"the file's name says environment `{named['environment']}`", hint, "file-name")
    folder = path.absolute().parent.name
    if named and folder != head.system and system is not None:
        problems.node(
            system, f"the file lies in the folder `{folder}`", "the folder has the system's name", "file-name"
        )
    subject = child(node, "subject")
    told = child(subject, "environment")
    if head.subject.environment is not None and head.subject.environment != head.environment and told is not None:
        message = f"the subject's environment is not `{head.environment}`"
        problems.node(told, message, "both name the same environment", "subject")
