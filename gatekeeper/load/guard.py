"""From text to a tree, within limits: what could harm or deceive never becomes a value.

The limits hold while the parser runs, not afterwards: it is stopped at the first bracket, level or node too many.
Anchors, aliases, merge keys, tags, duplicate keys and directives are refused; gatekeeper has no use for them, and each
has been used to make a document say two things.
"""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.scanner import Scanner

from gatekeeper.load.diagnostics import shown
from gatekeeper.load.problems import Problems
from gatekeeper.load.scalars import OutOfRange, typed
from gatekeeper.load.source import SourceText
from gatekeeper.load.traps import BLOCK_SCALAR, Refused, syntax_trap
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode
from gatekeeper.model.values import Json

MAX_DEPTH = 24
"""How deep mappings and lists may lie in each other."""
MAX_NODES = 10_000
"""How many values one file may hold, mappings and lists among them."""
MAX_SCALAR = 16 * 1024
"""How many characters one value may have."""
MAX_KEY = 256
"""How many characters one key may have."""

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_TOO_DEEP = f"brackets or levels lie more than {MAX_DEPTH} deep"


class _Scanner(Scanner):
    """Stops at what is refused before the parser goes on to make sense of it."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:  # noqa: N803  # ruamel's own name
        if self.flow_level >= MAX_DEPTH:
            raise Refused(self.reader.index, _TOO_DEEP, "", "too-deep")
        super().fetch_flow_collection_start(TokenClass, to_push)

    def fetch_tag(self) -> None:
        raise Refused(
            self.reader.index,
            "an unquoted `!` starts a YAML tag, and tags are not allowed",
            f"to begin an expression with `!`, {BLOCK_SCALAR}",
            "tag",
        )

    def fetch_anchor(self) -> None:
        raise Refused(
            self.reader.index,
            "an unquoted `&` starts a YAML anchor, and anchors are not allowed",
            f"write the value where it is needed; in an expression, {BLOCK_SCALAR}",
            "anchor",
        )

    def fetch_alias(self) -> None:
        raise Refused(
            self.reader.index,
            "an unquoted `*` starts a YAML alias, and aliases are not allowed",
            f"write the value where it is needed; in an expression, {BLOCK_SCALAR}",
            "alias",
        )

    def fetch_directive(self) -> None:
        line = self.reader.prefix(200).splitlines()[0]
        if not re.fullmatch(r"%YAML[ \t]+1\.2[ \t]*(?:#.*)?\x00?", line):
            raise Refused(
                self.reader.index,
                "the only directive that is allowed is `%YAML 1.2`",
                "take the line out",
                "directive",
            )
        super().fetch_directive()


def read_documents(source: SourceText, problems: Problems) -> list[Node]:
    """The documents of a file; what is wrong goes to ``problems``.

    A file that is no YAML, or that is refused, gives no document at all.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _Scanner
    builder = _Builder(source, problems)
    try:
        for event in yaml.parse(source.text):
            builder.take(event)
    except Refused as refused:
        _tell(source, refused, problems)
    except MarkedYAMLError as error:
        _tell(source, syntax_trap(source, error), problems)
    except Exception as error:  # noqa: BLE001  # whatever a parser trips over is a file that cannot be read
        line, column = source.position(min(yaml.reader.index, max(0, len(source.text) - 1)))
        message = f"this is not valid YAML: {shown(error)}"
        problems.position(source, line, column, message, "", "yaml")
    else:
        return builder.documents
    return []


def _tell(source: SourceText, refused: Refused, problems: Problems) -> None:
    line, column = source.position(refused.index)
    problems.position(source, line, column, refused.message, refused.hint, refused.code, refused.width)


class _Builder:
    """Makes the tree out of events, with a stack of its own."""

    def __init__(self, source: SourceText, problems: Problems) -> None:
        self.documents: list[Node] = []
        self._source = source
        self._problems = problems
        self._open: list[ListNode | MapNode] = []
        self._keys: list[ScalarNode | None] = []
        self._nodes = 0

    def take(self, event: Any) -> None:
        """Adds one event.

        Raises:
            Refused: a limit is passed, or something that is refused stands there.
        """
        if isinstance(event, ScalarEvent):
            self._count(event)
            self._scalar(event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._count(event)
            self._enter(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._keys.pop()
            self._open.pop().end = event.end_mark.index
        elif isinstance(event, AliasEvent):
            raise Refused(event.start_mark.index, "aliases are not allowed", "", "alias")
        elif isinstance(event, DocumentStartEvent):
            self._count(event)

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} values in one file"
            raise Refused(event.start_mark.index, message, "split it into several files", "too-many")

    def _enter(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if len(self._open) >= MAX_DEPTH:
            raise Refused(start, _TOO_DEEP, "", "too-deep")
        node: ListNode | MapNode = (
            MapNode(self._source, {}, {}, start, end)
            if isinstance(event, MappingStartEvent)
            else ListNode(self._source, [], start, end)
        )
        self._attach(node)
        self._open.append(node)
        self._keys.append(None)

    def _scalar(self, event: Any) -> None:
        start, end, text = event.start_mark.index, event.end_mark.index, event.value
        style = event.style or ""
        if len(text) > MAX_SCALAR:
            message = f"one value has {len(text):,} characters; at most {MAX_SCALAR:,} are allowed"
            raise Refused(start, message, "", "too-long")
        node = ScalarNode(self._source, text, text, style, start, end)
        unseen = _UNSEEN.search(text) if style == '"' else None
        if unseen:
            self._refuse_escape(node, unseen.start())
        if not style:
            node.value = self._typed(node)
        self._attach(node)

    def _typed(self, node: ScalarNode) -> Json:
        try:
            return typed(node.text)
        except OutOfRange as error:
            self._problems.node(node, f"{error} cannot be carried exactly", "quote it if it is text", "number")
            return node.text

    def _refuse_escape(self, node: ScalarNode, offset: int) -> None:
        character = ord(node.text[offset])
        if 0xD800 <= character <= 0xDFFF:
            message = f"half a character: U+{character:04X} is a lone surrogate"
            hint = "write the character itself, or its whole code as \\U and eight digits"
        else:
            message = f"the escape stands for the invisible character U+{character:04X}"
            hint = "take it out"
        self._problems.inside(node, offset, 6, message, hint, "control-character")

    def _attach(self, node: Node) -> None:
        if not self._open:
            self.documents.append(node)
            return
        parent = self._open[-1]
        if isinstance(parent, ListNode):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = self._key(node)
            return
        self._keys[-1] = None
        if key.text in parent.keys:
            first = self._source.position(parent.keys[key.text].start)[0]
            message = f"the key `{shown(key.text)}` stands here twice"
            self._problems.node(key, message, f"the first one is on line {first}", "duplicate-key")
            return
        parent.keys[key.text] = key
        parent.values[key.text] = node

    def _key(self, node: Node) -> ScalarNode:
        if not isinstance(node, ScalarNode):
            message = "a key must be a word, not a list or a mapping"
            hint = f"braces or brackets that belong to a text or an expression: {BLOCK_SCALAR}"
            raise Refused(node.start, message, hint, "key")
        if node.style == "" and node.text == "<<":
            hint = "write the keys where they are needed"
            raise Refused(node.start, "merge keys (`<<`) are not allowed", hint, "merge-key")
        if len(node.text) > MAX_KEY:
            message = f"a key has {len(node.text):,} characters; at most {MAX_KEY} are allowed"
            raise Refused(node.start, message, "", "too-long")
        if node.text == "":
            raise Refused(node.start, "a key is missing here", "", "key")
        return node
