"""The only door to cel-python's grammar: from the text of an expression to its syntax tree.

``cel.lark`` is read as a data file of the installed cel-python; the package itself is never imported
(that alone would cost a quarter of a second). ``profile.lark`` extends it through Lark's own
``%extend`` and ``%override``. One parser, immutable once made, serves the whole process.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from gatekeeper.expr.convert import TreeBuilder
from gatekeeper.expr.errors import ExpressionError
from gatekeeper.expr.grammar_cache import cache_folder, read_tables, write_tables
from gatekeeper.expr.limits import MAX_DEPTH, place, refuse_oversize, too_deep
from gatekeeper.expr.tree import Node, first_deeper_than

if TYPE_CHECKING:
    from lark import Lark, UnexpectedInput

GRAMMAR_SHA256: Final = "80b735504fcdf8e98d7e8d16ed4f90b74d29064e6aca668bc2de5a297a50b00f"
"""Digest of the ``cel.lark`` that the profile was proven with (cel-python 0.5.0)."""

_PROFILE: Final = Path(__file__).with_name("profile.lark")


def parse(source: str) -> Node:
    """The unresolved tree of an expression.

    Raises:
        ExpressionError: it is no CEL, too long, or nested too deeply.
    """
    from lark import UnexpectedInput

    refuse_oversize(source)
    try:
        root = cast("Node", _parser().parse(source))
    except UnexpectedInput as found:
        raise _explain(source, found) from None
    if (deep := first_deeper_than(root, MAX_DEPTH)) is not None:
        raise too_deep(deep.span.line, deep.span.column, deep.span.end - deep.span.start)
    return root


def grammar_path() -> Path:
    """Where the installed cel-python keeps its grammar.

    Raises:
        ModuleNotFoundError: cel-python is not installed.
    """
    found = find_spec("celpy")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("cel-python is not installed: its grammar reads the expressions")
    return Path(found.submodule_search_locations[0]) / "cel.lark"


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return load_parser(cache_folder())


def load_parser(folder: Path) -> Lark:
    """The parser, from the tables cached in ``folder``, or built and then cached there."""
    from lark import Lark

    grammar = grammar_path()
    key = _cache_key(grammar)
    if (tables := read_tables(folder, key)) is not None:
        try:
            restored = _restore(tables)
            restored.parse("a")
        except Exception:  # noqa: BLE001, S110 - tables of any wrong shape are built again
            pass
        else:
            return restored
    parser = Lark(
        _PROFILE.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start="expr",
        import_paths=[str(grammar.parent)],
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=TreeBuilder(),
    )
    write_tables(folder, key, _tables(parser))
    return parser


def _cache_key(grammar: Path) -> str:
    """Changes with whatever the tables depend on.

    The name of its ``dist-info`` folder tells cel-python's version; asking ``importlib.metadata``
    would cost more than reading the tables.
    """
    import lark

    installed = sorted(each.name for each in grammar.parents[1].glob("cel_python-*.dist-info"))
    parts = (
        b"tables 1",
        lark.__version__.encode(),
        repr(installed).encode(),
        sys.version.encode(),
        grammar.read_bytes(),
        _PROFILE.read_bytes(),
    )
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()[:32]


def _tables(parser: Lark) -> dict[str, Any]:
    """The parser as JSON values, without what belongs to this process."""
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = parser.memo_serialize([TerminalDef, Rule])
    data["options"] = {
        name: value
        for name, value in data["options"].items()
        if name not in ("transformer", "import_paths", "source_path")
    }
    return {"data": data, "memo": memo}


def _restore(tables: Any) -> Lark:
    """The parser from :func:`_tables` as JSON gives them back: keys that were numbers are text."""
    from lark import Lark

    data = tables["data"]
    inner = data["parser"]["parser"]
    inner["tokens"] = {int(key): name for key, name in inner["tokens"].items()}
    inner["states"] = {
        int(state): {int(token): tuple(action) for token, action in actions.items()}
        for state, actions in inner["states"].items()
    }
    memo = {int(key): each for key, each in tables["memo"].items()}
    load: Any = Lark._load_from_dict  # noqa: SLF001 - the way in of Lark's own stand-alone parsers
    return cast("Lark", load(data, memo, transformer=TreeBuilder()))


_WORDS: Final = {
    "=": 'equality is written "=="',
    "&": 'a conjunction is written "&&"',
    "|": 'a disjunction is written "||"',
    "and": 'a conjunction is written "&&"',
    "or": 'a disjunction is written "||"',
    "not": 'a negation is written "!"',
    "is": 'equality is written "=="',
    "`": "a quoted field follows a dot and holds letters, digits and _ . - / or blanks",
    "?": 'an optional field is written "a.?b", an optional entry "a[?b]"',
}
_UNIT_CALLS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def _explain(source: str, found: UnexpectedInput) -> ExpressionError:
    """What the parser stumbled over, in the words of someone who writes policies."""
    token = getattr(found, "token", None)
    offset = found.pos_in_stream if token is None else token.start_pos
    if (token is not None and token.type == "$END") or offset is None or offset >= len(source):
        line, column = place(source, len(source.rstrip()))
        return ExpressionError("the expression ends too early", line, column, hint=_unclosed(source))
    text = str(token) if token is not None else source[offset]
    line, column = place(source, offset)
    if text in "\"'":
        hint = "the string is not closed"
    elif text in _UNIT_CALLS and source[offset - 1 : offset].isdigit():
        hint = f"a duration is written {_UNIT_CALLS[text]}(…)"
    else:
        hint = _WORDS.get(text, "")
    return ExpressionError(f'"{text[:40]}" is not expected here', line, column, len(text), hint)


def _unclosed(source: str) -> str:
    for opening, closing in ("()", "[]", "{}"):
        if source.count(opening) > source.count(closing):
            return f'a "{opening}" is not closed'
    return ""
