"""Suites from files: tests of policies, checked against the policies that they ask."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.grounds import unique
from gatekeeper.load.guard import read_documents
from gatekeeper.load.policies import read_kind
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.source import SourceText, read_source
from gatekeeper.load.suite.cases import CaseReader
from gatekeeper.load.suite.document import RECORDED, SuiteDocument, SuiteHead
from gatekeeper.load.suite.evidence import Reader
from gatekeeper.load.suite.mutants import read_equivalent
from gatekeeper.load.suite.time import touches_time
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, items_of
from gatekeeper.model.asked import Needs, asked_policies, needs_of
from gatekeeper.model.policy import Policy, PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.suite import Case, Suite

Recorded = Callable[[str, datetime], Snapshot | None]
"""Gives the newest recorded snapshot of a system that is not after an instant."""
Read = Callable[[Path], Snapshot]
"""Reads a snapshot from a file."""


def load_suites(
    files: Sequence[Path], root: Path, policies: PolicySet, recorded: Recorded, read: Read
) -> tuple[Suite, ...]:
    """The suites that the files hold, checked against the policies.

    Args:
        files: in the order in which the suites are wanted.
        root: the root of the project; places are told relative to it.
        policies: all policies that a suite may ask, with every gate that one of them reads.
        recorded: gives recorded snapshots; it refuses with a ``GatekeeperError``.
        read: reads a snapshot; it refuses with a ``GatekeeperError``.

    Raises:
        InvalidDocuments: with every mistake of every file, sorted by file, line and column.
    """
    problems = Problems()
    loader = _Loader(root, policies, Snapshots(root, recorded, read), problems)
    suites: list[Suite] = []
    for file in files:
        try:
            source = read_source(file, root)
        except InvalidDocuments as error:
            problems.extend(error.diagnostics)
            continue
        found = loader.file(source)
        if found is not None:
            suites.append(found)
    problems.raise_any()
    return tuple(suites)


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Finds the snapshots that suites begin with."""

    root: Path
    recorded: Recorded
    read: Read

    def snapshot(self, word: str, system: str, now: datetime, beside: Path) -> Snapshot | None:
        """The snapshot that a suite names; None where none is recorded.

        Args:
            word: ``recorded``, or a path relative to the suite's folder or to the root.
            beside: the suite's file.

        Raises:
            GatekeeperError: it cannot be read.
        """
        return self.recorded(system, now) if word == RECORDED else self.read(self.path(word, beside))

    def path(self, word: str, beside: Path) -> Path:
        """The file that a suite means: beside it, and where nothing is there, from the root."""
        near = beside.absolute().parent / word
        # os.path, since a path can be too long to be looked for: who opens it says so
        return near if os.path.exists(near) else self.root / word  # noqa: PTH110


@dataclass(frozen=True, slots=True)
class _Loader:
    root: Path
    policies: PolicySet
    snapshots: Snapshots
    problems: Problems

    def file(self, source: SourceText) -> Suite | None:
        """The suite of a file."""
        documents = read_documents(source, self.problems)
        if not documents and not self.problems.errors_in(source):
            self.problems.file(
                source, "the file is empty", "a suite begins with `apiVersion: gatekeeper/v1`", "document"
            )
        for extra in documents[1:]:
            self.problems.node(extra, "a file of tests holds one suite", "make another file of it", "document")
        node = documents[0] if documents else None
        if node is None or read_kind(node, ("Suite",), self.problems) is None or not isinstance(node, MapNode):
            return None
        return self._suite(node)

    def _suite(self, node: MapNode) -> Suite | None:
        problems = self.problems
        head = read_shape(SuiteHead, node, problems, without=("evidence", "cases"), known=SuiteDocument)
        asked = self._asked(child(node, "policies"))
        written = child(node, "policies")
        if any(problems.spoiled(each) for each in items_of(written)):
            return None  # without its policies everything in it would look unknown
        reached = asked_policies(self.policies, (each.id for each in asked))
        needs = needs_of(reached)
        system = self._system(written, asked)
        reader = Reader(needs, problems)
        self._one_kind(needs, written)
        before = len(problems.errors)
        given = reader.given(child(node, "evidence"))
        listed = child(node, "cases")
        if not isinstance(listed, ListNode) or not listed.items:
            hint = "begin each case with `- id:`"
            if listed is None:
                problems.beside(node, "this suite needs `cases`", hint, "missing-key")
            else:
                problems.node(listed, "this suite has no cases", hint, "empty")
            return None
        cases = CaseReader(
            policies=self.policies,
            asked=tuple(each.id for each in asked),
            system=system,
            head=head,
            given=given,
            whole=len(problems.errors) == before,
            reader=reader,
            timely=touches_time(reached, self.policies.waivers),
            snapshots=self.snapshots.snapshot,
            own=node,
            problems=problems,
        )
        made = [cases.case(each) for each in listed.items]
        unique((child(each, "id") for each in listed.items), "cases", problems)
        shapes = head.equivalent if head is not None else ()
        equivalent = tuple(read_equivalent(child(node, "equivalent"), shapes, [each.id for each in asked], problems))
        if head is None or problems.errors_in(node.source):
            return None
        return Suite(
            file=node.source.name,
            title=head.title,
            system=system,
            policies=tuple(head.policies),
            cases=tuple(each for each in made if isinstance(each, Case)),
            place=node.place,
            description=head.description or "",
            rests_on=(str(node.source.path), *self._named_snapshots(node)),
            equivalent=equivalent,
        )

    def _named_snapshots(self, node: MapNode) -> Iterator[str]:
        """Paths of the snapshots that a suite and its cases name."""
        for each in (node, *items_of(child(node, "cases"))):
            word = child(each, "snapshot")
            if isinstance(word, ScalarNode) and word.text != RECORDED:
                yield str(self.snapshots.path(word.text, node.source.path))

    def _asked(self, node: Node | None) -> tuple[Policy, ...]:
        """The policies that a suite asks; one that there is not is told."""
        known = self.policies.every
        found: dict[str, Policy] = {}
        for each in items_of(node):
            if not isinstance(each, ScalarNode) or self.problems.spoiled(each):
                continue
            policy = known.get(each.text)
            if policy is None:
                hint = did_you_mean(each.text, known, "the policies are")
                self.problems.node(each, f"there is no policy `{shown(each.text)}`", hint, "unknown-policy")
            elif each.text in found:
                self.problems.node(each, f"`{shown(each.text)}` stands here twice", "take one out", "twice")
            else:
                found[each.text] = policy
        return tuple(found.values())

    def _system(self, node: Node | None, asked: tuple[Policy, ...]) -> str:
        systems = {each.system: each for each in asked}
        for each in items_of(node) if len(systems) > 1 else ():
            policy = next((one for one in asked if isinstance(each, ScalarNode) and one.id == each.text), None)
            if policy is not None and policy.system != asked[0].system:
                message = f"{policy.id} is of the system {policy.system}, {asked[0].id} of {asked[0].system}"
                self.problems.node(each, message, "evidence is of one system: make two suites of it", "system")
        return asked[0].system if asked else ""

    def _one_kind(self, needs: Needs, node: Node | None) -> None:
        """Two policies can only be asked together if they mean the same by a name."""
        for name, entries in needs.items():
            kinds = sorted({entry.kind for entry in entries})
            if len(kinds) > 1 and node is not None:
                message = f"the policies need `{name}` as different kinds of evidence: {', '.join(kinds)}"
                self.problems.node(node, message, "make two suites of it", "kind")
