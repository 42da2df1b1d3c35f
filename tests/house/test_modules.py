"""The package keeps the shape that the house asks of it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.house.repository import PACKAGE, modules, named

LONGEST_MODULE = 400
CORE = ("model", "expr", "evaluate", "decide")
WHOLE_CORE = 8_800  # what has to be held in the head to know what a decision means
WHOLE_LIBRARY = 1_000  # the functions that expressions may call: each is understood by itself
OF_SUITES = {"asked", "edits", "evidence_path", "mutation", "run_history", "story", "suite", "suite_run"}
BESIDE = OF_SUITES | {"announcement", "channel", "examination", "kept", "progress", "replay", "report", "sources"}
"""Modules of ``model`` that no decision rests on: of policy tests, doctor, pages, sources, the store, messages."""
ROOMS = {  # lines of code; a room that outgrows its bound is asked what could leave it, before the bound is moved
    "authoring": 1_300,
    "cli": 1_350,
    "collect": 4_600,
    "collect/document": 1_700,
    "load": 5_150,
    "load/suite": 1_500,
    "net": 550,
    "notify": 300,
    "pipeline": 1_400,
    "render": 4_950,
    "render/announcement": 200,
    "render/mode_decision": 650,
    "service": 2_000,
    "snapshot": 500,
    "state": 1_200,
    "state/migrations": 300,
    "suites": 1_100,
    "suites/mutation": 1_100,
}
MEANINGLESS = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
PURE_ROOMS = ("model", "expr", "evaluate", "decide", "render")
GRAMMAR_CACHE = PACKAGE / "expr" / "grammar_cache.py"


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def _lines_of_code(text: str) -> int:
    """Lines that hold more than a comment or a docstring."""
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def _defined(tree: ast.Module) -> list[str]:
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [node.name for node in ast.walk(tree) if isinstance(node, kinds)]


def _called(tree: ast.Module) -> set[str]:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {func.id for func in calls if isinstance(func, ast.Name)}


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_module_says_what_it_is_and_fits_in_the_head(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    assert lines < LONGEST_MODULE, f"{named(path)} has {lines} lines: look for a second room in it"
    assert ast.get_docstring(ast.parse(text)), f"{named(path)} does not say what it holds"


def _size(room: str, without: Collection[str] = ()) -> int:
    """The lines of a room, without the rooms in it that have a bound of their own."""
    inner = [PACKAGE / each for each in ROOMS if each.startswith(f"{room}/")]
    there = [
        path
        for path in modules()
        if PACKAGE / room in path.parents
        and path.stem not in without
        and not any(each in path.parents for each in inner)
    ]
    return sum(_lines_of_code(path.read_text(encoding="utf-8")) for path in there)


def test_what_decides_fits_in_the_head() -> None:
    library = _size("expr/functions")
    assert sum(_size(room, BESIDE) for room in CORE) - library < WHOLE_CORE
    assert library < WHOLE_LIBRARY


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_does_not_grow_unnoticed(room: str) -> None:
    assert _size(room) < ROOMS[room]


def test_every_room_has_a_bound() -> None:
    rooms = {path.relative_to(PACKAGE).parts[0] for path in modules() if path.parent != PACKAGE}
    assert rooms - {"schemas"} == {*CORE, *(room for room in ROOMS if "/" not in room)}


@pytest.mark.parametrize("path", modules(), ids=named)
def test_no_name_is_meaningless(path: Path) -> None:
    names = [path.stem, path.parent.name, *_defined(ast.parse(path.read_text(encoding="utf-8")))]
    assert not [name for name in names if _words(name) & MEANINGLESS]


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_what_decides_opens_no_file_and_asks_nobody(room: str) -> None:
    """The import contracts cannot see built-in functions."""
    for path in (PACKAGE / room).rglob("*.py"):
        if path != GRAMMAR_CACHE:
            called = _called(ast.parse(path.read_text(encoding="utf-8")))
            assert not called & {"open", "input", "print", "eval", "exec", "__import__"}, named(path)


def test_the_test_of_open_files_would_see_one() -> None:
    assert _called(ast.parse("def read():\n    return open('x').read()\n")) == {"open"}


def test_lines_of_code_are_those_that_do_something() -> None:
    assert _lines_of_code('"""What it is."""\n\n# why\nx = (\n    1\n)\n"""What x is."""\n') == 3


def test_the_test_of_names_would_see_a_bad_one() -> None:
    assert _words("EvidenceManager") & MEANINGLESS
    assert _words("string_utils") & MEANINGLESS
    assert not _words("commonmark") & MEANINGLESS
