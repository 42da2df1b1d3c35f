"""The evidence of a suite: what it gives, and how edits and series change it, tried out so that no typo passes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.problems import Problems
from gatekeeper.load.series import NoSeries, Token, parse_series
from gatekeeper.load.shape import read_shape
from gatekeeper.load.suite.document import HistoryDocument
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, pairs_of, plain, walk
from gatekeeper.model.asked import Needs, kind_of
from gatekeeper.model.decode import typed
from gatekeeper.model.evidence import RunConclusion
from gatekeeper.model.evidence_path import EvidencePath, PathRefused
from gatekeeper.model.run_history import PENDING
from gatekeeper.model.story import RUNS, Values, comes_last, edited, given_value, path_of
from gatekeeper.model.suite import Edit, Given, History, Series
from gatekeeper.model.values import Json

Written = tuple[Edit, ScalarNode, Node]
"""An edit, with its key and its value."""
Sampled = tuple[Series, ScalarNode, ScalarNode]
"""A series, with its key and its samples."""

LONGEST_HISTORY = timedelta(days=500 * 365)
"""How long a history may be; it ends within the calendar."""
CONCLUSIONS = (*get_args(RunConclusion), PENDING)
FIELDS = ("event", "head_branch", "head_sha", "html_url", "run_attempt")
"""What a history may say of each of its runs; the rest follows from its schedule."""
_WORD = re.compile(r"(\w+)|\[(\d+)\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
_EXTRA = re.compile(r"has (?:a field|fields that its schema does not have:) \"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the evidence of one suite."""

    needs: Needs
    problems: Problems

    def name(self, node: ScalarNode, name: str, width: int | None = None) -> bool:
        """Whether an asked policy declares evidence of that name; else it is told."""
        if name in self.needs:
            return True
        hint = did_you_mean(name, self.needs, "they declare") or "they declare none"
        message = f"no policy that is asked declares evidence called `{shown(name)}`"
        self.problems.inside(node, 0, width or len(name), message, hint, "unknown-evidence")
        self.problems.spoil(node)
        return False

    def kind(self, name: str) -> str:
        """The kind of evidence that the policies take under a name."""
        return kind_of(self.needs, name)

    def given(self, node: Node | None) -> tuple[Given, ...]:
        """The evidence that a suite or a case writes."""
        if node is None:
            return ()
        if not isinstance(node, MapNode):
            self.problems.node(node, "`evidence` must be a mapping of names to their content", "", "type")
            return ()
        found = (self._given(name, node.keys[name], each) for name, each in node.values.items())
        return tuple(each for each in found if each is not None)

    def _given(self, name: str, key: ScalarNode, node: Node) -> Given | None:
        if not self.name(key, name):
            return None
        history = child(node, "history")
        if history is None or self.kind(name) != RUNS:
            value = plain(node)
            if history is not None and self.kind(name) not in ("json", "yaml"):
                hint = "write its content in the shape of its kind"
                message = f"`{name}` is evidence of kind {self.kind(name)}, which has no history"
                self.problems.node(node.keys["history"], message, hint, "kind")  # type: ignore[union-attr]
                return None
            given = Given(name, value, key.place)
            return given if self.well_typed(name, given_value(given, self.kind(name)), node, key) else None
        for other, _ in pairs_of(node):
            if other.text != "history":
                hint = "the history says it all; change it with `set`, `add` and `remove`"
                self.problems.node(other, f"`{shown(other.text)}` cannot stand beside `history`", hint, "unknown-key")
        read = self._history(name, history)
        return Given(name, read, key.place) if read is not None else None

    def _history(self, name: str, node: Node) -> History | None:
        shape = read_shape(HistoryDocument, node, self.problems, nullable=("fields",), nulls=FIELDS)
        fields = child(node, "fields")
        for key, _ in pairs_of(fields):
            if key.text not in FIELDS:
                hint = did_you_mean(key.text, FIELDS, "it is one of")
                self.problems.node(key, f"a history says no `{shown(key.text)}` of its runs", hint, "unknown-key")
                shape = None
        written = child(node, "conclusions")
        tokens = self.tokens(written) if isinstance(written, ScalarNode) else None
        if shape is None or tokens is None or not isinstance(written, ScalarNode):
            return None
        if sum(len(each.samples) for each in tokens) * shape.every > LONGEST_HISTORY:
            message = f"this history is longer than {LONGEST_HISTORY.days // 365:,} years"
            self.problems.node(written, message, "write fewer conclusions, or a shorter `every`", "history")
            return None
        conclusions = tuple(self._conclusion(written, token, each) for token in tokens for each in token.samples)
        history = History(
            name, shape.workflow, shape.first, shape.every, conclusions, dict(shape.fields), written.place
        )
        value = given_value(Given(name, history, written.place), RUNS)
        return history if self.well_typed(name, value, fields or node, written) else None

    def _conclusion(self, node: ScalarNode, token: Token, sample: tuple[Json] | None) -> str | None:
        if sample is None or (isinstance(sample[0], str) and sample[0] in CONCLUSIONS):
            return str(sample[0]) if sample is not None else None
        word = sample[0] if isinstance(sample[0], str) else node.text[token.offset : token.offset + token.width]
        message = f"no run ends with `{shown(word)}`"
        hint = did_you_mean(word, CONCLUSIONS, "it is one of")
        self.problems.inside(node, token.offset, token.width, message, hint, "conclusion")
        return None

    def tokens(self, node: ScalarNode) -> tuple[Token, ...] | None:
        """The parts of a series; None where it is none."""
        if self.problems.spoiled(node):
            return None
        try:
            return parse_series(node.text)
        except NoSeries as wrong:
            self.problems.inside(node, wrong.offset, wrong.width, wrong.message, wrong.hint, "series")
            self.problems.spoil(node)
            return None

    def path(self, node: ScalarNode, text: str) -> EvidencePath | None:
        """A way into the evidence that a policy declares; None where it is none."""
        try:
            path = path_of(text)
        except PathRefused as wrong:
            self.refuse(node, wrong)
            return None
        return path if self.name(node, path.name) else None

    def refuse(self, node: ScalarNode, wrong: PathRefused) -> None:
        """Tells that a way leads nowhere."""
        hint = did_you_mean(wrong.word, wrong.known, "there are") if wrong.known else wrong.hint
        self.problems.inside(node, wrong.offset, wrong.width, wrong.message, hint, "path")
        self.problems.spoil(node)

    def edits(self, node: Node) -> tuple[Written, ...]:
        """The edits of a case or an event, in the order in which they are made: what is set, added and removed."""
        parts = ((action, child(node, action)) for action in ("set", "add", "remove"))
        found = [each for action, listed in parts if listed is not None for each in self._edits(action, listed)]
        return tuple(sorted(found, key=lambda each: comes_last(each[0], self.needs)))

    def _edits(self, action: str, node: Node) -> Iterator[Written]:
        if action == "remove":
            if not isinstance(node, ListNode):
                self.problems.node(
                    node, "`remove` must be a list of ways into the evidence", "begin each with `- `", "type"
                )
                return
            for each in node.items:
                if not isinstance(each, ScalarNode):
                    self.problems.node(
                        each, "this is no way into the evidence", "it is like metrics.error_rate", "type"
                    )
                elif self.path(each, each.text) is not None:
                    yield Edit(each.text, action, None, each.place), each, each
            return
        if not isinstance(node, MapNode):
            self.problems.node(node, f"`{action}` must be a mapping of ways into the evidence to values", "", "type")
            return
        for text, value in node.values.items():
            if action == "add" and not isinstance(value, ListNode):
                hint = "write a list, also for one entry: `[{…}]`"
                self.problems.node(value, "what is added must be a list of entries", hint, "type")
            elif self.path(node.keys[text], text) is not None:
                yield Edit(text, action, plain(value), node.keys[text].place), node.keys[text], value

    def series(self, node: Node | None) -> tuple[Sampled, ...]:
        """The series of a case, each with its key and its value."""
        if node is None:
            return ()
        if not isinstance(node, MapNode):
            self.problems.node(node, "`series` must be a mapping of ways into the evidence to samples", "", "type")
            return ()
        found = []
        for text, value in node.values.items():
            key = node.keys[text]
            if not isinstance(value, ScalarNode):
                hint = "write the samples in one line, like `0.06x9 0.001x12`"
                self.problems.node(value, "a series is written as text", hint, "type")
                continue
            path, tokens = self.path(key, text), self.tokens(value)
            if path is None or tokens is None:
                continue
            if not path.steps:
                message = f"`{shown(text)}` is a whole piece of evidence, and a series is of one figure in it"
                self.problems.node(key, message, f"write `{shown(text)}.<field>`", "series")
                continue
            samples = tuple(sample for token in tokens for sample in token.samples)
            found.append((Series(text, samples, key.place), key, value))
        return tuple(found)

    def try_edits(self, values: Values, edits: Sequence[Written], mistyped: frozenset[str]) -> Values:
        """The evidence after edits; those that lead nowhere or leave it mistyped are told, and left out.

        Args:
            mistyped: names of evidence that is to be mistyped.
        """
        for edit, key, node in edits:
            name = path_of(edit.path).name
            try:
                after = edited(values, edit, self.needs)
            except PathRefused as wrong:
                self.refuse(key, wrong)
                continue
            told = self._mistyped(name, after[name])
            last = path_of(edit.path).steps[-1:]
            if told is None or name in mistyped:
                values = after
                continue
            if last and last[0].to == told.extra:
                self.problems.inside(key, last[0].offset, last[0].width, told.message, told.hint, "mistyped")
            else:
                self.problems.node(_named(node, told.extra) or node, told.message, told.hint, "mistyped")
        return values

    def try_series(self, values: Values, series: Sequence[Sampled], mistyped: frozenset[str]) -> None:
        """Tells of series that lead nowhere, or whose samples leave the evidence mistyped."""
        for each, key, node in series:
            for token in parse_series(node.text):
                if not self._try_token(values, each, (key, node), token, mistyped):
                    break

    def _try_token(
        self,
        values: Values,
        series: Series,
        nodes: tuple[ScalarNode, ScalarNode],
        token: Token,
        mistyped: frozenset[str],
    ) -> bool:
        """Whether one part of a series can stand in its place; its first two samples and its last tell of all."""
        (key, node), name = nodes, path_of(series.path).name
        for sample in {repr(each): each for each in (*token.samples[:2], token.samples[-1])}.values():
            if sample is None:
                continue
            try:
                after = edited(values, series.edit(sample[0]), self.needs)
            except PathRefused as wrong:
                self.refuse(key, wrong)
                return False
            told = self._mistyped(name, after[name])
            if told is not None and name not in mistyped:
                self.problems.inside(node, token.offset, token.width, told.message, told.hint, "mistyped")
                return False
        return True

    def well_typed(self, name: str, value: Json, node: Node, fallback: Node) -> bool:
        """Whether a value is of the shape that every asked policy needs; else it is told, where it stands."""
        told = self._mistyped(name, value)
        if told is not None:
            at = _locate(node, told.defect)
            self.problems.node(
                _named(at, told.extra) or (fallback if at is node else at), told.message, told.hint, "mistyped"
            )
        return told is None

    def _mistyped(self, name: str, value: Json) -> _Mistyped | None:
        """What is wrong with a value of some evidence, if anything is; a misspelt field before all else."""
        for entry in self.needs[name]:
            _, defects = typed(entry.kind, value, entry.schema)
            if not defects:
                continue
            defect = next((each for each in defects if _EXTRA.search(each)), defects[0])
            found = _EXTRA.search(defect)
            extra = found[1] if found is not None else ""
            known = tuple(_fields(entry.schema)) if extra and entry.schema is not None else ()
            more = f" (and {len(defects) - 1} more)" if len(defects) > 1 else ""
            message = f"`{name}` is mistyped: {defect.removeprefix('the value: ')}{more}"
            return _Mistyped(defect, message, did_you_mean(extra, known, "it has") if known else "", extra)
        return None


@dataclass(frozen=True, slots=True)
class _Mistyped:
    """Why a value is not of its kind.

    Attributes:
        extra: the field that it has and should not have; empty where that is not it.
    """

    defect: str
    message: str
    hint: str
    extra: str


def _locate(node: Node, defect: str) -> Node:
    """The node that a defect of an evidence's value is about, as far as the document has it."""
    path, _, _ = defect.partition(": ")
    for found in _WORD.finditer(path if path != "the value" else ""):
        below = child(node, int(found[2]) if found[2] is not None else found[1] or found[3])
        if below is None:
            break
        node = below
    return node


def _named(node: Node, field: str) -> ScalarNode | None:
    """The first key of that name in a node."""
    found = (each.keys.get(field) for _, each in walk(node) if isinstance(each, MapNode))
    return next((each for each in found if each is not None), None) if field else None


def _fields(schema: object) -> Iterator[str]:
    """Every field that a JSON Schema names."""
    if isinstance(schema, Mapping):
        named = schema.get("properties")
        yield from named if isinstance(named, Mapping) else ()
        for below in schema.values():
            yield from _fields(below)
    elif isinstance(schema, list):
        for below in schema:
            yield from _fields(below)
