"""Turns what a YAML parser says into what the author did.

Expressions meet YAML's own signs: ``!``, ``: ``, `` #``, commas, braces and quotes. Each of these traps is named, with
the way out of it, a block scalar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from gatekeeper.load.diagnostics import shown
from gatekeeper.load.source import SourceText
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode

BLOCK_SCALAR = "put it in a block scalar: `>-` behind the key, the text indented on the next line"
"""The way out of every trap."""

_ENTRY = re.compile(r"^(?P<lead>\s*(?:- +)*)(?P<key>[\w.-]+):\s+(?P<value>\S.*)$")
_TEXT_KEYS = frozenset(
    {"title", "description", "message", "remedy", "label", "because", "reason", "justification", "source"}
)


class Refused(Exception):
    """A file that is not read further. The index is where, in its text."""

    def __init__(self, index: int, message: str, hint: str, code: str, width: int = 1) -> None:
        super().__init__(message)
        self.index = index
        self.message = message
        self.hint = hint
        self.code = code
        self.width = width


def syntax_trap(source: SourceText, error: Any) -> Refused:
    """What a ``MarkedYAMLError`` of ruamel.yaml means in this file."""
    problem = str(error.problem or "")
    mark = error.problem_mark or error.context_mark
    index = min(mark.index, max(0, len(source.text) - 1)) if mark else 0
    line, column = source.position(index)
    if mark and mark.index >= len(source.text) and error.context_mark:
        index = error.context_mark.index
    for pattern, explain in _EXPLAINED:
        if re.search(pattern, problem):
            return explain(source, error, index, line, column)
    message = f"this is not valid YAML: {shown(problem or error.context or 'it cannot be parsed', 120)}"
    return Refused(index, message, "", "yaml")


def _value_of(source: SourceText, line: int) -> tuple[str, int]:
    """The text behind ``key: `` on a line, and the column that it starts at; empty where there is none."""
    entry = _ENTRY.match(source.line(line))
    return (entry["value"], entry.start("value") + 1) if entry else ("", 0)


def _no_token(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    character = source.text[index]
    if character == "\t":
        return Refused(index, "a tab cannot indent YAML", "indent with spaces", "tab")
    message = f"an unquoted value cannot begin with `{shown(character)}`"
    return Refused(index, message, f"if it is an expression, {BLOCK_SCALAR}", "yaml-trap")


def _colon(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    value, start = _value_of(source, line)
    if value and column > start:
        before = source.line(line)[start - 1 : column - 1]
        what = "`a ? b : c` cannot stand unquoted" if " ? " in before else "`: ` cannot stand in an unquoted value"
        message = f"{what}: YAML reads the colon as the end of a key"
        return Refused(index, message, BLOCK_SCALAR, "yaml-trap")
    hint = "check the indentation: the line above already has a value"
    text = source.line(line)
    begin = len(text) - len(text.lstrip())
    start = source.starts[line - 1] + begin
    return Refused(start, "a key cannot stand here", hint, "indentation", max(1, column - 1 - begin))


def _dash(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    hint = f"if it is an expression, {BLOCK_SCALAR}; if it is a list, begin it on its own line"
    return Refused(index, "an unquoted value cannot begin with `- `", hint, "yaml-trap")


def _question(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    message = "`? ` cannot begin an unquoted value"
    return Refused(index, message, f"if it is an expression, {BLOCK_SCALAR}", "yaml-trap")


def _leftover(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    value, start = _value_of(source, line)
    if value and column > start and value[0] in "\"'":
        message = "text goes on behind the closing quote, where YAML ends the value"
        return Refused(index, message, f"if it is an expression, {BLOCK_SCALAR}", "yaml-trap")
    if value and column > start and value[0] in "[{":
        what = "list" if value[0] == "[" else "mapping"
        message = f"text goes on behind a YAML {what}: a value that begins with `{value[0]}` is one"
        return Refused(index, message, f"if it is an expression or a text, {BLOCK_SCALAR}", "yaml-trap")
    hint = "check the indentation of this line and of the one above"
    return Refused(index, "this line does not fit the ones above it", hint, "indentation")


def _flow(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    opening = error.context_mark
    if error.problem_mark is not None and error.problem_mark.index >= len(source.text) - 1 and opening:
        sign = source.text[opening.index]
        return Refused(opening.index, f"this `{sign}` is never closed", "", "yaml")
    found = shown(source.text[index : index + 1])
    message = f"`{found}` breaks the {'{…}' if '}' in str(error.problem) else '[…]'} that it stands in"
    hint = "quote the value, or write one key on each line and an expression in a block scalar (`>-`)"
    return Refused(index, message, hint, "yaml-trap")


def _nothing_there(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    if not source.text[index:].strip():
        last = max(0, len(source.text.rstrip()) - 1)
        return Refused(last, "the file ends in the middle of a value: a bracket or a brace is not closed", "", "yaml")
    found = shown(source.text[index : index + 1])
    hint = f"a value or a key is missing; if it belongs to an expression, {BLOCK_SCALAR}"
    return Refused(index, f"`{found}` cannot stand here", hint, "yaml-trap")


def _never_closed(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    start = error.context_mark.index if error.context_mark else index
    return Refused(start, "this quote is never closed", f"if it is an expression, {BLOCK_SCALAR}", "yaml-trap")


def _no_colon(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    start = error.context_mark.index if error.context_mark else index
    number, _ = source.position(start)
    width = max(1, len(source.line(number).strip()))
    hint = "write `key: value`, or indent the line if it goes on with the value above"
    return Refused(start, "this line is no key with a value", hint, "indentation", width)


def _block_sign(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    value, _ = _value_of(source, line)
    sign = value[:1] or ">"
    message = f"`{sign}` begins a block scalar, whose text starts on the next line"
    return Refused(index, message, f"if it belongs to an expression, {BLOCK_SCALAR}", "yaml-trap")


def _escape(source: SourceText, error: Any, index: int, line: int, column: int) -> Refused:
    message = "this is no escape that YAML knows in double quotes"
    return Refused(max(0, index - 1), message, f"write `\\\\`, use single quotes, or {BLOCK_SCALAR}", "yaml-trap", 2)


_EXPLAINED = (
    ("cannot start any token", _no_token),
    ("mapping values are not allowed", _colon),
    ("sequence entries are not allowed", _dash),
    ("mapping keys are not allowed", _question),
    ("expected ',' or", _flow),
    ("expected the node content", _nothing_there),
    ("expected <block end>|expected '<document start>'", _leftover),
    ("unexpected end of stream|unexpected document separator", _never_closed),
    ("could not find expected ':'", _no_colon),
    ("chomping or indentation|comment or a line break|indentation indicator", _block_sign),
    ("unknown escape|hexdecimal numbers", _escape),
)


def split_entries(node: MapNode) -> Iterator[tuple[str, str]]:
    """Pairs of keys of a flow mapping: the second is the rest of the first one's value, which a comma cut in two."""
    if node.source.text[node.start : node.start + 1] != "{":
        return
    keys = list(node.keys.items())
    for (_, before), (text, _) in pairwise(keys):
        value, last = node.values[before.text], node.values[text]
        empty = isinstance(last, ScalarNode) and last.value is None and last.start >= last.end
        if empty and isinstance(value, ScalarNode) and not value.style and _unbalanced(value.text):
            yield before.text, text


def cut_comment(node: ScalarNode) -> int | None:
    """Index in the file of the ``#`` that ended a plain scalar on its line, or None."""
    if node.style:
        return None
    rest = re.compile(r"[ \t]+#").match(node.source.text, node.end)
    return rest.end() - 1 if rest else None


def cut_text(node: Node) -> Iterator[tuple[str, ScalarNode, int]]:
    """Unquoted texts that a `` #word`` cut: key, value and the index of the ``#``."""
    if isinstance(node, ListNode):
        for each in node.items:
            yield from cut_text(each)
    elif isinstance(node, MapNode):
        for key, value in node.values.items():
            if key in _TEXT_KEYS and isinstance(value, ScalarNode):
                index = cut_comment(value)
                if index is not None and node.source.text[index + 1 : index + 2].isalnum():
                    yield key, value, index
            else:
                yield from cut_text(value)


def _unbalanced(text: str) -> bool:
    return any(text.count(a) != text.count(b) for a, b in ("()", "[]", "{}")) or any(text.count(q) % 2 for q in "\"'")
