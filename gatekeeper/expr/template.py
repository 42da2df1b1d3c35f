"""Messages with expressions in them: ``FORCE RLS ended {rls.latest.conclusion}``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from gatekeeper.expr.errors import ExpressionError
from gatekeeper.expr.functions.conversions import text_of_double
from gatekeeper.expr.limits import DEFAULT_BUDGET, place
from gatekeeper.expr.outcome import EvaluationError, Unknown
from gatekeeper.expr.program import Name, Program, compile_expression
from gatekeeper.expr.temporal import Duration
from gatekeeper.expr.values import MapValue, OptionalValue
from gatekeeper.model.shown import cut

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIECE: Final = re.compile(
    r"""
      [rR]?\"\"\".*?(?:\"\"\"|\Z) | [rR]?'''.*?(?:'''|\Z)
    | [rR]"[^"\n]*"? | [rR]'[^'\n]*'?
    | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'?
    | (?P<open>{) | (?P<close>}) | .
    """,
    re.VERBOSE | re.DOTALL,
)
_INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_MOST_PARTS: Final = 10
_LONGEST_PART: Final = 200


class _Part(NamedTuple):
    """An expression within the text, and where its own line 1, column 1 stands."""

    program: Program
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Template:
    """A message, compiled: immutable, picklable, safe to share between threads.

    Attributes:
        text: what it was compiled from.
        pieces: literal text and expressions in turn.
        names: the names that it holds, each once, with their place in ``text``.
    """

    text: str
    pieces: tuple[str | _Part, ...]
    names: tuple[Name, ...]

    @property
    def free_names(self) -> tuple[str, ...]:
        """The names that bindings have to hold, each once."""
        parts = (piece.program for piece in self.pieces if not isinstance(piece, str))
        return tuple(dict.fromkeys(name for part in parts for name in part.free_names))

    def render(self, bindings: Mapping[str, object], *, absent: str = "", budget: int = DEFAULT_BUDGET) -> str:
        """The message. It never fails: what has no value is told in ``‹…›``.

        Args:
            absent: stands for each part without a value, also where that is null; empty to tell why it has none.
            budget: for each part.
        """
        return "".join(
            piece if isinstance(piece, str) else _shown(piece.program.run(bindings, budget=budget), absent)
            for piece in self.pieces
        )


def compile_template(text: str, variables: Mapping[str, Program | None] | None = None) -> Template:
    """Read a message: ``{…}`` holds an expression, ``{{`` and ``}}`` stand for braces.

    Args:
        variables: as for ``compile_expression``.

    Raises:
        ExpressionError: a brace is not closed or not opened, or an expression is none; line and
            column are those within ``text``.
    """
    pieces: list[str | _Part] = []
    at = 0
    while at < len(text):
        start = re.compile(r"[{}]").search(text, at)
        if start is None:
            pieces.append(text[at:])
            break
        found = start.start()
        pieces.append(text[at:found])
        if text[found : found + 2] in ("{{", "}}"):
            pieces.append(text[found])
            at = found + 2
        elif text[found] == "}":
            raise ExpressionError('a "}" closes nothing', *place(text, found), hint='write "}}" for a brace')
        else:
            end = _closing(text, found)
            pieces.append(_part(text, found + 1, end, variables))
            at = end + 1
    return Template(text, _joined(pieces), _names(pieces))


def _closing(text: str, opening: int) -> int:
    """The offset of the brace that closes the one at ``opening``."""
    depth = 0
    for piece in _PIECE.finditer(text, opening):
        depth += bool(piece["open"]) - bool(piece["close"])
        if depth == 0:
            return piece.start()
    raise ExpressionError('a "{" is not closed', *place(text, opening), hint='write "{{" for a brace')


def _part(text: str, start: int, end: int, variables: Mapping[str, Program | None] | None) -> _Part:
    line, column = place(text, start)
    try:
        return _Part(compile_expression(text[start:end], variables=variables), line, column)
    except ExpressionError as error:
        moved = _moved(error.line, error.column, line, column)
        raise ExpressionError(error.message, *moved, error.width, error.hint) from None


def _moved(line: int, column: int, by_line: int, by_column: int) -> tuple[int, int]:
    return by_line + line - 1, column + (by_column - 1 if line == 1 else 0)


def _joined(pieces: list[str | _Part]) -> tuple[str | _Part, ...]:
    joined: list[str | _Part] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece:
            joined.append(piece)
    return tuple(joined)


def _names(pieces: list[str | _Part]) -> tuple[Name, ...]:
    first: dict[str, Name] = {}
    for piece in pieces:
        if isinstance(piece, _Part):
            for name in piece.program.names:
                moved = _moved(name.line, name.column, piece.line, piece.column)
                first.setdefault(name.text, Name(name.text, *moved))
    return tuple(first.values())


def _shown(value: object, absent: str = "") -> str:
    """A value for a person, on one line, with nothing invisible in it."""
    if absent and (value is None or isinstance(value, Unknown | EvaluationError)):
        return absent
    if isinstance(value, Unknown):
        return f"‹unknown: {_visible(', '.join(_lacking(value)))}›"
    if isinstance(value, EvaluationError):
        return f"‹{_visible(value.message)}›"
    return cut(_visible(_text(value)), _LONGEST_PART)


def _lacking(value: Unknown) -> list[str]:
    return list(dict.fromkeys(lack.evidence or lack.cause for lack in value.lacks))


def _text(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return text_of_double(value)
        case Duration():
            return value.readable()
        case bytes():
            return f"{len(value)} bytes"
        case OptionalValue():
            return _text(value.inside[0]) if value.inside else "none"
        case list():
            return _listed([_text(each) if _small(each) else "…" for each in value[:_MOST_PARTS]], len(value))
        case dict() | MapValue():
            return f"{len(value)} entries"
        case _:
            return str(value)


def _small(value: object) -> bool:
    return not isinstance(value, (list, dict, MapValue, OptionalValue))


def _listed(parts: list[str], count: int) -> str:
    more = [f"and {count - len(parts)} more"] if count > len(parts) else []
    return ", ".join(parts + more) if count else "none"


def _visible(text: str) -> str:
    return _INVISIBLE.sub(lambda found: " " if found[0] in "\t\n\r" else "�", text)
