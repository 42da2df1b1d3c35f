"""The content of a YAML file with the place of every key and value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from gatekeeper.load.source import SourceText
from gatekeeper.model.place import Place
from gatekeeper.model.values import Json

_BLANK = " \t\r\n"
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|.)", re.DOTALL)
_BLANK_ESCAPES = frozenset("tnr \t\r\n")


class _Placed:
    """What stands in a file."""

    __slots__ = ()

    source: SourceText
    start: int

    @property
    def position(self) -> tuple[int, int]:
        """Line and column, from 1, of its first sign."""
        return self.source.position(self.start)

    @property
    def place(self) -> Place:
        """The place of its first sign."""
        return self.source.place(*self.position)


@dataclass(slots=True, eq=False)
class ScalarNode(_Placed):
    """A scalar.

    Attributes:
        text: the characters that it stands for.
        value: the same, typed by the core schema of YAML 1.2.
        style: ``""`` for a plain one, else its first character.
        start: where it starts in the file's text, its quote or block sign included.
        end: where it ends.
    """

    source: SourceText
    text: str
    value: Json
    style: str
    start: int
    end: int

    @property
    def place(self) -> Place:
        """The place of its content: for a block scalar that is the line below its sign."""
        blank = len(self.text) - len(self.text.lstrip(_BLANK))
        return self.source.place(*self.locate(blank if blank < len(self.text) else 0))

    @property
    def width(self) -> int:
        """How many characters it takes on its first line."""
        raw = self.source.text[self.start : self.end]
        return max(1, len(raw.split("\n", 1)[0].rstrip(_BLANK)))

    def locate(self, offset: int) -> tuple[int, int]:
        """Line and column in the file, from 1, of the character at ``offset`` of ``text``.

        Folding and indentation only ever change blanks. So the n-th character that is not blank is the n-th one in the
        file too, whatever the style.
        """
        wanted = sum(1 for each in self.text[:offset] if each not in _BLANK)
        last = self.start
        for index, length in self._solid():
            if wanted == 0:
                return self.source.position(index)
            wanted -= 1
            last = index + length
        return self.source.position(min(last, max(self.start, len(self.source.text))))

    def _solid(self) -> Iterator[tuple[int, int]]:
        """Index and length in the file of every character that is not blank."""
        raw = self.source.text
        if self.style in ("|", ">"):
            first = raw.find("\n", self.start, self.end)
            begin, end = (self.end if first < 0 else first), self.end
        elif self.style:
            begin, end = self.start + 1, self.end - 1
        else:
            begin, end = self.start, self.end
        index = begin
        while index < end:
            length = 1
            blank = raw[index] in _BLANK
            if self.style == "'" and raw.startswith("''", index):
                length = 2
            elif self.style == '"' and raw[index] == "\\":
                escape = _ESCAPE.match(raw, index)
                length = len(escape.group()) if escape else 1
                blank = raw[index + 1 : index + 2] in _BLANK_ESCAPES
            if not blank:
                yield index, length
            index += length


@dataclass(slots=True, eq=False)
class ListNode(_Placed):
    """A sequence."""

    source: SourceText
    items: list[Node]
    start: int
    end: int

    @property
    def width(self) -> int:
        """How many characters to underline."""
        return 1


@dataclass(slots=True, eq=False)
class MapNode(_Placed):
    """A mapping; its keys are text as it is written."""

    source: SourceText
    keys: dict[str, ScalarNode]
    values: dict[str, Node]
    start: int
    end: int

    @property
    def width(self) -> int:
        """How many characters to underline: its first key, or one."""
        first = next(iter(self.keys.values()), None)
        return first.width if first is not None and first.start == self.start else 1


Node: TypeAlias = ScalarNode | ListNode | MapNode


def plain(node: Node) -> Json:
    """The content without places: what JSON would carry."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, ListNode):
        return [plain(each) for each in node.items]
    return {key: plain(each) for key, each in node.values.items()}


def child(node: Node | None, step: str | int) -> Node | None:
    """What a mapping holds under a key, or a sequence at an index; None where it holds nothing there."""
    if isinstance(node, MapNode) and isinstance(step, str):
        return node.values.get(step)
    if isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def items_of(node: Node | None) -> list[Node]:
    """The entries of a sequence; none of what is no sequence."""
    return node.items if isinstance(node, ListNode) else []


def pairs_of(node: Node | None) -> Iterator[tuple[ScalarNode, Node]]:
    """The keys of a mapping, each with its value; none of what is no mapping."""
    if isinstance(node, MapNode):
        yield from ((key, node.values[name]) for name, key in node.keys.items())


def sources_of(node: Node) -> list[SourceText]:
    """The files that the nodes from here on stand in; more than one where a policy imports something."""
    return list({id(each.source): each.source for _, each in walk(node)}.values())


def walk(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """Every node from here with its path, in the order of the file."""
    yield path, node
    if isinstance(node, ListNode):
        for index, each in enumerate(node.items):
            yield from walk(each, (*path, index))
    elif isinstance(node, MapNode):
        for key, each in node.values.items():
            yield from walk(each, (*path, key))
