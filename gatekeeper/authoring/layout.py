"""The layout of a YAML file: indentation, blanks, quotes; every line, comment and block of text stays the author's.

The file is read with the scanner and the composer of ruamel.yaml, and changed in the places that these name. Writing it
anew from its values would lose what people chose: where a flow mapping is broken, ``null`` spelt out, how a long
expression is folded. As with gofmt, keys stay in their order and lines end where the author ended them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tokens import (
    FlowEntryToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    KeyToken,
    ScalarToken,
    ValueToken,
)

from gatekeeper.authoring.proposal import is_word

STEP = 2
"""How many blanks a level is indented by."""

_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_./%+-]*(?: [A-Za-z0-9_./%+-]+)*")
_DASHES = re.compile(r"^(?:-[ ]+)+")
_OTHER_READERS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that some readers of YAML take for no text; their quotes stay."""
_OPENS = (FlowMappingStartToken, FlowSequenceStartToken)
_CLOSES = (FlowMappingEndToken, FlowSequenceEndToken)


def laid_out(text: str) -> str:
    """The text in the one layout; laying it out again changes nothing.

    Args:
        text: of a file that the loader accepts.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _edited(text, _within_lines(text))
    return _blank_lines(_indented(text))


def _edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, new in sorted(edits):
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


# ---------------------------------------------------------------- within lines


def _within_lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Changes of quotes, and of the blanks between two tokens of one line: start, end and what stands there instead."""
    before: Any = None
    for token in YAML(typ="safe", pure=True).scan(text):
        start, end = token.start_mark.index, token.end_mark.index
        if isinstance(token, ScalarToken) and token.style in ("'", '"'):
            new = _requoted(text[start:end], token.value)
            if new != text[start:end]:
                yield start, end, new
        if end == start:  # the end of a block, or a key without a sign: nothing stands there
            continue
        if before is not None:
            gap = text[before.end_mark.index : start]
            wanted = _gap(before, token)
            if wanted is not None and gap != wanted and not gap.strip(" \t"):
                yield before.end_mark.index, start, wanted
        before = token


def _gap(before: Any, after: Any) -> str | None:
    """What stands between two tokens of one line; None for what is there."""
    if isinstance(after, (*_CLOSES, FlowEntryToken)) or isinstance(before, _OPENS):
        return ""
    if isinstance(after, ValueToken):
        return "" if not isinstance(before, (*_CLOSES, KeyToken)) else None
    if isinstance(before, FlowEntryToken | ValueToken):
        return " "
    return None


def _requoted(raw: str, value: str) -> str:
    """A quoted text as it is best written on its one line: plain where that means the same, else in double quotes."""
    if "\n" in raw or (raw[0] == '"' and raw[1:-1] != value):
        return raw  # broken by the author, or with escapes, which have their reason
    if _SIMPLE.fullmatch(value) and value.lower() not in _OTHER_READERS and is_word(value):
        return value
    return f'"{value}"' if not set(value) & set('"\\') and value.isprintable() else raw


# ---------------------------------------------------------------- indentation


class _Lines:
    """For each line of a text how far it is moved, as far as the structure says so."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.target: dict[int, int] = {}
        self.follows: dict[int, int] = {}
        self.block: set[int] = set()
        self.dashes: set[int] = set()

    def old(self, line: int) -> int:
        """The indentation of a line as it is."""
        return len(self.lines[line]) - len(self.lines[line].lstrip(" "))

    def begins(self, line: int, column: int) -> bool:
        """Whether nothing but blanks and dashes of lists stands before a column."""
        return not self.lines[line][:column].strip(" -")

    def put(self, node: Node, indent: int) -> None:
        """Places a node that begins a line."""
        line = node.start_mark.line
        if not self.lines[line][: node.start_mark.column].strip():
            self.target.setdefault(line, indent)

    def rest(self, node: Node, parent: int, was: int) -> None:
        """The lines below the first one of a scalar or a flow collection; what held it goes from ``was`` to it."""
        first, last = node.start_mark.line, node.end_mark.line
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            self._block(node, parent, was)
            return
        for line in range(first + 1, last + 1):
            if line == last and not self.lines[line][: node.end_mark.column].strip():
                break
            self.follows[line] = first

    def _block(self, node: ScalarNode, parent: int, was: int) -> None:
        first, last = node.start_mark.line, node.end_mark.line
        end = last if not self.lines[last][: node.end_mark.column].strip() else last + 1
        solid = [line for line in range(first + 1, end) if self.lines[line].strip()]
        if not solid:
            return
        header = re.match(r"[|>](?:[-+]?\d)", self.lines[first][node.start_mark.column :])
        inner = self.old(solid[0])
        shift = parent - was if header else parent + STEP - inner
        for line in range(first + 1, end):
            if self.lines[line].strip():
                if not header and self.old(line) < inner:
                    break  # comments behind the block, which belong to what follows
                self.target[line] = self.old(line) + shift
            self.block.add(line)


def _indented(text: str) -> str:
    lines = _Lines(text)
    for root in YAML(typ="safe", pure=True).compose_all(text):
        if root is not None:
            _place(root, 0, -STEP, -STEP, lines)
    return "\n".join(_moved(lines))


def _place(node: Node, indent: int, parent: int, was: int, lines: _Lines) -> None:
    """Places a node and what is in it.

    Args:
        indent: the column of a block's keys or dashes.
        parent: the column of the mapping or list that holds it.
        was: that column as it was.
    """
    if isinstance(node, SequenceNode) and not node.flow_style:
        _place_sequence(node, indent, lines)
    elif isinstance(node, MappingNode) and not node.flow_style:
        for key, value in node.value:
            lines.put(key, indent)
            _place(value, indent + STEP, indent, key.start_mark.column, lines)
    else:
        lines.put(node, indent)
        lines.rest(node, parent, was)


def _place_sequence(node: SequenceNode, indent: int, lines: _Lines) -> None:
    for item in node.value:
        line, column = item.start_mark.line, item.start_mark.column
        while line >= node.start_mark.line and not lines.lines[line][:column].rstrip().endswith("-"):
            line -= 1
            column = len(lines.lines[line])
        dash = lines.lines[line][:column].rfind("-")
        if not lines.lines[line][:dash].strip():
            lines.target.setdefault(line, indent)
            lines.dashes.add(line)
        _place(item, indent + STEP, indent, dash, lines)


def _moved(lines: _Lines) -> Iterator[str]:
    """Every line with its new indentation; a comment goes with what stands below it at its depth, or above."""
    shift = {line: target - lines.old(line) for line, target in lines.target.items()}
    for line, text in enumerate(lines.lines):
        bare = text.strip(" \t")
        if line in lines.block and not bare:
            yield text  # blanks can be a part of it
        elif not bare:
            yield ""
        elif line in lines.target:
            solid = text.lstrip(" ") if line in lines.block else bare
            if line in lines.dashes:
                solid = _DASHES.sub(lambda found: "- " * found[0].count("-"), solid)
            yield " " * lines.target[line] + solid
        elif line in lines.follows:
            moved = max(0, lines.old(line) + shift.get(lines.follows[line], 0))
            yield " " * moved + bare
        elif bare.startswith("#"):
            yield " " * _comment_indent(line, lines) + _comment(bare)
        else:
            yield text.rstrip(" \t")


def _comment_indent(line: int, lines: _Lines) -> int:
    own = lines.old(line)
    below = next((each for each in range(line + 1, len(lines.lines)) if each in lines.target), None)
    placed = (each for each in range(line - 1, -1, -1) if each in lines.target and each not in lines.block)
    above = next((each for each in placed if lines.old(each) == own), None)
    if below is not None and (lines.old(below) == own or above is None):
        return lines.target[below]
    return lines.target[above] if above is not None else own


def _comment(bare: str) -> str:
    return f"# {bare[1:]}" if re.match(r"#[A-Za-z0-9]", bare) else bare


def _blank_lines(text: str) -> str:
    """At most one empty line between two, none at the ends; those of block scalars stay."""
    kept = _Lines(text)
    for root in YAML(typ="safe", pure=True).compose_all(text):
        if root is not None:
            _place(root, 0, -STEP, -STEP, kept)
    found: list[str] = []
    for line, each in enumerate(kept.lines):
        if each or (found and found[-1]) or line in kept.block or line in kept.follows:
            found.append(each)
    while found and not found[0]:
        found.pop(0)
    return "\n".join(found).rstrip("\n") + "\n"
