"""How big an expression may be, decided before anything reads it as a language.

The limits make every later stage safe: the parser sees at most :data:`MAX_LENGTH` characters, and
no tree is deeper than :data:`MAX_DEPTH`, so that code which follows the tree may simply recurse.
"""

from __future__ import annotations

import re
from typing import Final

from gatekeeper.expr.errors import ExpressionError

MAX_LENGTH: Final = 4096
"""Longest expression, in characters."""

MAX_DEPTH: Final = 100
"""Deepest nesting: of brackets in the text, and of nodes in the tree."""

MAX_PARTS: Final = 20_000
"""Largest expression, in nodes of its tree, with the variables of its policy written in place."""

DEFAULT_BUDGET: Final = 1_000_000
"""Steps that one evaluation may take, each about a ten-millionth of a second. A step is an operator, call or field
inside the body of a macro, an element that a macro, a function, ``in`` or ``==`` visits, or 64 characters that are
searched or made; to read a text as an instant takes :data:`READING_TIME` more."""

READING_TIME: Final = 8
"""Steps of reading a text as an instant, beside the call itself."""

_INTERESTING: Final = re.compile(
    r"""
      //[^\n]*
    | [rR]?\"\"\".*?(?:\"\"\"|\Z) | [rR]?'''.*?(?:'''|\Z)
    | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'?
    | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<unary>(?:[!-]\s*)+)
    """,
    re.VERBOSE | re.DOTALL,
)


def refuse_oversize(source: str) -> None:
    """Refuse what is too long or too deeply nested, by one scan of the text.

    Raises:
        ExpressionError: naming the limit and, for nesting, the bracket that goes too deep.
    """
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            f"the expression has {len(source)} characters, more than {MAX_LENGTH}",
            1,
            1,
            hint="split it into several rules",
        )
    depth = 0
    for found in _INTERESTING.finditer(source):
        if found["open"]:
            depth += 1
        elif found["close"]:
            depth -= 1
        elif found["unary"] and len(found["unary"].replace(" ", "")) > MAX_DEPTH:
            depth = MAX_DEPTH + 1
        if depth > MAX_DEPTH:
            raise too_deep(*place(source, found.start()))


def too_deep(line: int, column: int, width: int = 1) -> ExpressionError:
    """The refusal of nesting beyond :data:`MAX_DEPTH`."""
    return ExpressionError(
        f"nested more than {MAX_DEPTH} levels deep", line, column, width, "split it into several rules"
    )


def place(source: str, offset: int) -> tuple[int, int]:
    """The 1-based line and column of an offset in a text."""
    return source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)
