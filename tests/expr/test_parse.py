"""Reading expressions: mistakes and their places, the grammar that is read, and the cache of its tables."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest

from gatekeeper.expr import ExpressionError, Name, compile_expression
from gatekeeper.expr.grammar_cache import cache_folder
from gatekeeper.expr.parse import GRAMMAR_SHA256, grammar_path, load_parser

OPTIONAL_SYNTAX = 'an optional field is written "a.?b", an optional entry "a[?b]"'


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("a = 1", '"=" is not expected here (line 1, column 3); equality is written "=="'),
        ("a & b", '"&" is not expected here (line 1, column 3); a conjunction is written "&&"'),
        ("a and b", '"and" is not expected here (line 1, column 3); a conjunction is written "&&"'),
        ("not a", '"a" is not expected here (line 1, column 5)'),
        ("f(", 'the expression ends too early (line 1, column 3); a "(" is not closed'),
        ("a &&", "the expression ends too early (line 1, column 5)"),
        ("", "the expression ends too early (line 1, column 1)"),
        ("  // nothing", "the expression ends too early (line 1, column 13)"),
        ("'abc", '"\'" is not expected here (line 1, column 1); the string is not closed'),
        ("a < 7d", '"d" is not expected here (line 1, column 6); a duration is written days(…)'),
        ("a.??b", f'"?" is not expected here (line 1, column 4); {OPTIONAL_SYNTAX}'),
        ("has(a.?b)", 'has takes a field without "?" (line 1, column 5); has(a.b), or a.?b.hasValue()'),
        ("a.?in == 1", '"in" is a reserved word, no field (line 1, column 4); write ["in"]'),
        (
            "a.`x",
            (
                '"`" is not expected here (line 1, column 3); a quoted field follows a dot'
                " and holds letters, digits and _ . - / or blanks"
            ),
        ),
        ("a ==\n\n  #", '"#" is not expected here (line 3, column 3)'),
        ("sise(a)", 'there is no function "sise" (line 1, column 1); did you mean "size"?'),
        ("1 == zzzz()", 'there is no function "zzzz" (line 1, column 6)'),
        ("a.startWith('x')", 'there is no function "startWith" (line 1, column 3); did you mean "startsWith"?'),
        ("a.startsWith()", '"startsWith" takes 1 argument, not 0 (line 1, column 1)'),
        ("a.getHours('UTC', 1)", '"getHours" takes 0 or 1 arguments, not 2 (line 1, column 1)'),
        ("startsWith(a, 'b')", '"startsWith" is not called in this style (line 1, column 1); write x.startsWith(…)'),
        ("a.days()", '"days" is not called in this style (line 1, column 3); write days(x)'),
        ("all(a, x)", 'there is no function "all" (line 1, column 1); write list.all(x, …)'),
        ("a.all(x)", 'there is no function "all" (line 1, column 3); write list.all(x, …)'),
        ("a.all(1, true)", "the first argument of all names the element (line 1, column 7); all(x, …)"),
        ("a.all(.x, true)", "the first argument of all names the element (line 1, column 7); all(x, …)"),
        ("has(a)", "has takes one field (line 1, column 1); has(a.b)"),
        ("a.has(b)", 'there is no function "has" (line 1, column 3); write has(a.b)'),
        ("a.?b.orVal(1)", 'there is no function "orVal" (line 1, column 6); did you mean "orValue"?'),
        ("a.?b.orValue()", '"orValue" takes 1 argument, not 0 (line 1, column 1)'),
        ("optional.off(1)", 'there is no function "off" (line 1, column 10); did you mean "offset"?'),
        ("a.all(1, x, true)", "the first argument of all names the key (line 1, column 7); all(key, x, …)"),
        ("a.all(k, 1, true)", "the second argument of all names the element (line 1, column 10); all(key, x, …)"),
        ("a.all(x, x, true)", "both names of all are the same (line 1, column 10)"),
        (
            "a.transformMap(k, v)",
            'there is no function "transformMap" (line 1, column 3); write list.transformMap(x, …)',
        ),
        ("cel.bind(1, 2, 3)", "the first argument of cel.bind names the element (line 1, column 10); cel.bind(x, …)"),
        ("cel.bind(x, 2)", 'there is no function "bind" (line 1, column 5); write cel.bind(x, value, …)'),
        ("math.greatest()", '"math.greatest" takes 1 argument, not 0 (line 1, column 1)'),
        ("f(?a)", f'"?" is not expected here (line 1, column 3); {OPTIONAL_SYNTAX}'),
        ("A{b: 1}", "messages are not part of this profile (line 1, column 1); write a map: {'key': value}"),
        ("a.in == 1", '"in" is a reserved word, no field (line 1, column 3); write ["in"]'),
        ("while == 1", '"while" is a reserved word, no name (line 1, column 1)'),
        ("1 + 9223372036854775808", "the number does not fit into 64 bits (line 1, column 5)"),
        ("18446744073709551616u", "the number does not fit into 64 unsigned bits (line 1, column 1)"),
        ("-1u", "the number does not fit into 64 unsigned bits (line 1, column 1)"),
        ("1e999", "the number is beyond the range of a double (line 1, column 1)"),
        (r"'\q'", r"there is no escape \q in CEL (line 1, column 1)"),
        (r"'\ud800'", r"\ud800 is no Unicode character (line 1, column 1)"),
        (r"b'\u0041'", r"\u0041 is an escape of strings, not of bytes (line 1, column 1)"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_a_way_out(source: str, told: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression(source)
    assert str(refused.value) == told


def test_a_mistake_has_a_caret_line_and_travels_between_processes() -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression("true &&\n  sise(a)")
    error = refused.value
    assert (error.line, error.column, error.width) == (2, 3, 4)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_names_are_the_variables_in_order_of_their_place() -> None:
    program = compile_expression("b.x &&\n a.all(i, i > b.y && c) || has(d.e) && int(1) == int")
    assert program.names == (Name("b", 1, 1), Name("a", 2, 2), Name("c", 2, 22), Name("d", 2, 32))
    assert program.free_names == ("b", "a", "c", "d")


def test_a_macro_variable_hides_a_name_only_within_its_macro() -> None:
    assert compile_expression("[1].all(a, a > 0) && a").names == (Name("a", 1, 22),)
    assert compile_expression("[1].all(a, .a == a)").names == (Name("a", 1, 12),)


def test_a_program_cannot_be_changed_and_travels_between_processes() -> None:
    program = compile_expression("a.b + 1 == 3")
    assert program.run({"a": {"b": 2}}) is True
    again = pickle.loads(pickle.dumps(program))
    assert again.run({"a": {"b": 2}}) is True
    assert (again.source, again.tree, repr(again)) == (program.source, program.tree, "Program('a.b + 1 == 3')")
    with pytest.raises(AttributeError):
        program.source = "true"


def test_functions_of_a_declared_namespace_and_late_functions() -> None:
    assert compile_expression("y", container="a.b", declared=["a.y"]).run({"a.y": 1, "y": 2}) == 1
    late = compile_expression("nope(1)", late=True).run({})
    assert str(late) == 'nope(1): there is no function "nope" that fits'


# ------------------------------------------------------------------ the grammar


def test_the_grammar_is_the_one_that_the_profile_was_proven_with() -> None:
    assert version("cel-python") == "0.5.0"
    assert sha256(grammar_path().read_bytes()).hexdigest() == GRAMMAR_SHA256


def test_a_missing_grammar_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatekeeper.expr.parse.find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match="cel-python is not installed"):
        grammar_path()


def test_neither_cel_python_nor_re2_is_imported_for_a_simple_expression() -> None:
    script = (
        "import sys; from gatekeeper.expr import compile_expression as c;"
        "assert c('a.b == 1 && [1].all(x, x > 0)').run({'a': {'b': 1}}) is True;"
        "print([m for m in ('celpy', 're2', 'pendulum', 'zoneinfo', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout == "[]\n"


# ------------------------------------------------------------------ the cache


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_the_tables_are_cached_for_their_owner_alone_and_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    load_parser(folder)
    file = only_file(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o077 == 0
    before = file.stat().st_mtime_ns
    assert load_parser(folder).parse("a == 1").left.name == "a"  # type: ignore[attr-defined]
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"data": {}}', "[" * 100_000, "null"])
def test_a_corrupt_cache_is_built_again(tmp_path: Path, content: str) -> None:
    load_parser(tmp_path)
    file = only_file(tmp_path)
    good = json.loads(file.read_text())
    file.write_text(content)
    assert load_parser(tmp_path).parse("a") is not None
    assert json.loads(file.read_text()).keys() == good.keys()


def poisoned(folder: Path) -> Path:
    """Tables that read ``<`` as ``<=``."""
    load_parser(folder)
    file = only_file(folder)
    file.write_text(file.read_text().replace('"value":"<="', '"value":"@@"'))
    file.chmod(0o600)
    return file


def test_a_file_that_others_may_write_to_is_not_believed(tmp_path: Path) -> None:
    file = poisoned(tmp_path)
    with pytest.raises(Exception, match=r"No terminal|Unexpected"):
        load_parser(tmp_path).parse("a <= 1")
    file.chmod(0o666)
    assert load_parser(tmp_path).parse("a <= 1") is not None


def test_a_folder_that_others_may_write_to_is_neither_read_nor_written(tmp_path: Path) -> None:
    file = poisoned(tmp_path)
    before = file.read_bytes()
    tmp_path.chmod(0o777)
    assert load_parser(tmp_path).parse("a <= 1") is not None
    assert file.read_bytes() == before


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    file = poisoned(folder)
    elsewhere = file.rename(tmp_path / "elsewhere.json")
    file.symlink_to(elsewhere)
    assert load_parser(folder).parse("a <= 1") is not None


def test_without_a_place_for_the_cache_the_parser_is_built(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert load_parser(in_the_way / "cache").parse("a") is not None


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gatekeeper.expr.grammar_cache.json.dump", full)
    assert load_parser(tmp_path).parse("a") is not None
    assert list(tmp_path.iterdir()) == []


def test_a_system_without_users_trusts_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "getuid")
    load_parser(tmp_path)
    assert load_parser(tmp_path).parse("a") is not None


def test_the_cache_is_where_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("GATEKEEPER_CACHE_DIR")
    assert cache_folder().name == "gatekeeper"
