"""``size`` and the tests of strings. Patterns are RE2's, which match in linear time.

https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.outcome import Refusal

_LONGEST_PATTERN: Final = 1000


def _matches(text: str, pattern: str) -> bool:
    try:
        return _compiled(pattern).search(text) is not None
    except UnicodeEncodeError:
        raise ValueError("the string holds a lone surrogate") from None


@lru_cache(maxsize=128)
def _compiled(pattern: str) -> Any:
    """A pure memo: the same pattern always gives an equal automaton. RE2 loads on the first use."""
    import re2

    if len(pattern) > _LONGEST_PATTERN:
        raise Refusal(f"the pattern {{argument}} is longer than {_LONGEST_PATTERN} characters", 1)
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise Refusal("{argument} is no RE2 pattern", 1) from None


def _sizes(receiver: bool) -> tuple[Form, ...]:
    return tuple(Form((each,), "int", len, receiver) for each in ("string", "bytes", "list", "map"))


_PAIR: Final = ("string", "string")

STRINGS: Final[dict[str, tuple[Form, ...]]] = {
    "size": (*_sizes(False), *_sizes(True)),
    "contains": (Form(_PAIR, "bool", lambda text, part: part in text, receiver=True),),
    "startsWith": (Form(_PAIR, "bool", str.startswith, receiver=True),),
    "endsWith": (Form(_PAIR, "bool", str.endswith, receiver=True),),
    "matches": (Form(_PAIR, "bool", _matches), Form(_PAIR, "bool", _matches, receiver=True)),
}
