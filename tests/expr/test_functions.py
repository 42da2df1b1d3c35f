"""The functions that gatekeeper adds, and the edges of the standard ones."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.expr import EvaluationError, Timestamp, compile_expression

NOW = Timestamp.parse("2026-03-10T12:00:00Z")


def section(line: int, *path: str) -> dict[str, Any]:
    return {"title": path[-1], "path": list(path), "level": len(path) + 1, "line": line, "text": f"line {line}"}


def table(line: int, *path: str) -> dict[str, Any]:
    return {"path": list(path), "line": line, "columns": ["n"], "rows": [{"n": "1", "line": line + 2}]}


DOC: dict[str, Any] = {
    "title": "Runbook",
    "sections": [
        section(3, "A. Launch blockers"),
        section(5, "A. Launch blockers", "Known"),
        section(20, "A. Launch blockers", "Known", "Deep"),
        section(30, "B1. Owners"),
        section(35, "B1. Owners", "Known"),
        section(40, "1.2 Levers"),
        section(45, "1.2 Levers", "Known Levers > 4"),
        section(50, "Owners of record"),
    ],
    "tables": [table(7, "A. Launch blockers", "Known"), table(32, "B1. Owners"), table(34, "B1. Owners")],
}


def task(line: int, group: str, text: str, *path: str) -> dict[str, Any]:
    return {"text": text, "group": group, "path": list(path), "line": line, "checked": line % 2 == 0}


CHECKLIST: dict[str, Any] = {
    "sections": [section(1, "1. Before"), section(2, "1. Before", "1.1 Storage"), section(20, "2. After")],
    "tables": [],
    "tasks": [
        task(3, "1.1 Storage", "Database", "1. Before", "1.1 Storage"),
        task(4, "Database", "pool < 80 %", "1. Before", "1.1 Storage"),
        task(6, "Database", "Error rate > 5 %: pause", "1. Before", "1.1 Storage"),
        task(8, "Decision", "GO", "1. Before"),
        task(21, "Decision", "GO", "2. After"),
    ],
    "items": [{"text": "a", "group": "", "path": ["2. After"], "line": 22}],
    "sign_offs": [],
    "labelled": [{"label": "Launch date", "value": "TBD", "path": ["2. After"], "line": 23}],
}


def asked(expression: str) -> Any:
    return compile_expression(expression).run({"doc": CHECKLIST, "now": NOW})


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("doc.tasks_under('1. Before').map(t, t.line)", [3, 4, 6, 8]),
        ("doc.tasks_under('1.1').map(t, t.line)", [3, 4, 6]),
        ("doc.tasks_in('Database').map(t, t.line)", [4, 6]),
        ("doc.tasks_in('1.1 Storage').map(t, t.line)", [3]),
        ("doc.tasks_in('2. After > Decision').map(t, t.line)", [21]),
        ("doc.task('pool').line", 4),
        ("doc.task('Error rate > 5 %').line", 6),
        ("doc.task('2. After > GO').line", 21),
        ("doc.items_under('After').size()", 1),
        ("doc.labelled_line('Launch date').value", "TBD"),
        ("doc.labelled_line('2. After > date').value", "TBD"),
    ],
)
def test_boxes_and_lines_are_found_by_heading_group_and_text(expression: str, value: object) -> None:
    assert asked(expression) == value


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("doc.tasks_under('Nowhere').all(t, t.checked)", "no heading 'Nowhere'"),
        ("doc.items_under('1.1').all(t, true)", "no list items under the heading '1.1'"),
        ("doc.sign_offs_under('1. Before').all(t, t.signed)", "no lines to sign under the heading '1. Before'"),
        ("doc.tasks_in('database').all(t, t.checked)", "no boxes in a group 'database'"),
        ("doc.tasks_in('Decision').all(t, t.checked)", "several groups 'Decision' (lines 8, 21)"),
        ("doc.task('GO').checked", "2 match 'GO' (lines 8, 21)"),
        ("doc.task(' ').checked", "no box ' '"),
        ("doc.task('1.1 > GO').checked", "no box '1.1 > GO'"),
        ("doc.labelled_line('Owner').value == 'x'", "no labelled line 'Owner'"),
    ],
)
def test_what_is_not_there_is_an_error_and_no_empty_list_that_passes(expression: str, told: str) -> None:
    error = asked(expression)
    assert isinstance(error, EvaluationError)
    assert error.message == told


def run(expression: str, **bindings: object) -> Any:
    return compile_expression(expression).run({"doc": DOC, "now": NOW, **bindings})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A. Launch blockers", 3),
        ("Launch blockers", 3),
        ("blockers", 3),
        ("1.2 Levers", 40),
        ("B1. Owners", 30),
        ("Levers", None),
        ("Owners", None),
        ("Owners of record", 50),
        ("Deep", 20),
        ("Launch blockers > Known", 5),
        ("Launch blockers > Deep", 20),
        ("A. Launch blockers > Known > Deep", 20),
        ("Owners > Known", 35),
        ("Known Levers > 4", 45),
        ("Levers > Known Levers > 4", None),
    ],
)
def test_a_heading_is_found_by_its_title_or_by_a_part_that_no_other_has(text: str, line: int | None) -> None:
    found = run(f'doc.section("{text}")')
    assert isinstance(found, EvaluationError) if line is None else found["line"] == line


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("doc.section('Nowhere')", "no heading 'Nowhere'"),
        ("doc.section('Known')", "3 headings match 'Known' (lines 5, 35, 45)"),
        ("doc.table('Known')", "3 headings match 'Known' (lines 5, 35, 45)"),
        ("doc.section('Owners')", "2 headings match 'Owners' (lines 30, 50)"),
        ("doc.table('1.2 Levers')", "no table under the heading '1.2 Levers'"),
        ("doc.table('B1. Owners')", "2 tables under the heading 'B1. Owners' (lines 32, 34)"),
        ("doc.has_section('Known')", "3 headings match 'Known' (lines 5, 35, 45)"),
        ("doc.has_table('B1. Owners')", "2 tables under the heading 'B1. Owners' (lines 32, 34)"),
        ("doc.section(what)", "no heading what"),
        ("{'a': 1}.section('x')", "{'a': 1} is no markdown document"),
        ("{1: 1}.section('x')", "{1: 1} is no markdown document"),
        ("bent.section('x')", "bent is no markdown document"),
        ("doc.section(' > ')", "no heading ' > '"),
    ],
)
def test_a_heading_that_is_not_exactly_one_is_an_error(expression: str, told: str) -> None:
    bent = {"sections": [{"title": "x", "path": ["x"], "line": "secret"}]}
    error = run(expression, what="secret", bent=bent)
    assert isinstance(error, EvaluationError)
    assert error.message == told


@pytest.mark.parametrize("decoy", ["Launch blockers", "Z. Launch blockers", "Launch blockers (old)"])
def test_a_second_heading_with_the_words_of_a_policy_is_not_read_instead(decoy: str) -> None:
    doc = {**DOC, "sections": [section(2, decoy), *DOC["sections"]]}
    error = compile_expression("doc.section('Launch blockers')").run({"doc": doc})
    assert isinstance(error, EvaluationError)
    assert error.message == "2 headings match 'Launch blockers' (lines 2, 3)"


def test_a_heading_that_spells_out_a_path_is_not_read_instead_of_that_path() -> None:
    doc = {**DOC, "sections": [section(2, "Launch blockers > Known"), *DOC["sections"]]}
    error = compile_expression("doc.section('Launch blockers > Known')").run({"doc": doc})
    assert isinstance(error, EvaluationError)
    assert error.message == "2 headings match 'Launch blockers > Known' (lines 2, 5)"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("doc.table('Launch blockers > Known').rows[0].n", "1"),
        ("doc.has_section('1.2 Levers')", True),
        ("doc.has_section('Nowhere')", False),
        ("doc.has_table('Launch blockers > Known')", True),
        ("doc.has_table('1.2 Levers')", False),
        ("doc.has_table('Nowhere')", False),
        ("doc.sections_under('Launch blockers').map(s, s.title)", ["Known"]),
        ("doc.sections_under('Deep')", []),
    ],
)
def test_tables_and_sections_under_a_heading(expression: str, value: object) -> None:
    assert run(expression) == value


def test_searching_a_document_costs_steps() -> None:
    program = compile_expression("doc.has_section('1.2 Levers')")
    _, steps = program.run_counted({"doc": DOC})
    assert steps == 1 + len(DOC["sections"]) + len(DOC["tables"])
    assert program.run({"doc": {1: 2}}) == program.run({"doc": {1: 2}})


@pytest.mark.parametrize(
    "expression",
    [
        "age(timestamp('2026-03-09T12:00:00Z')) == days(1)",
        "age('2026-03-10T11:30:00Z') == minutes(30)",
        "age('2026-03-10') == hours(12)",
        "age('2026-03-11') == hours(-12)",
        "days(7) == duration('168h') && hours(1) == minutes(60) && seconds(90) == duration('1m30s')",
        "days(0.5) == hours(12) && seconds(0.25) == duration('250ms')",
        "day_start('2026-03-10') == timestamp('2026-03-10T00:00:00Z')",
        "day_end('2026-03-10') == timestamp('2026-03-10T23:59:59.999999999Z')",
        "day_start('2026-03-10T08:00:00+01:00') == timestamp('2026-03-10T07:00:00Z')",
        "day_end('2026-03-10T08:00:00Z') == timestamp('2026-03-10T08:00:00Z')",
        "offset('T+0:10 — Rollback') == minutes(10) && offset('at T+1:05, then T+2:00') == minutes(65)",
        "trailing([true, false, true, true]) == 2 && trailing([]) == 0 && trailing([true, false]) == 0",
        "is_date('2026-03-10') && is_date('2026-03-10T08:00:00Z')",
        "!is_date('2026-02-30') && !is_date('soon') && !is_date('') && !is_date('2026-03-10T08:00:00')",
        "now.getMilliseconds('Europe/Rome') == 0 && now.getHours('Europe/Rome') == 13",
        "now.getHours('02:00') == 14 && now.getDayOfWeek() == 2",
        "duration('-90m').getHours() == -1 && duration('-1500ms').getMilliseconds() == -500",
        "duration('3661.5s').getMilliseconds() == 500 && duration('61s').getMinutes() == 1",
        "duration('61s').getSeconds() == 61",
        "string(1.5) == '1.5' && string(1e7) == '1e+07' && string(0.0) == '0' && string(1.0 / 0.0) == 'Infinity'",
        "string(-1.0 / 0.0) == '-Infinity' && string(0.0 / 0.0) == 'NaN'",
        "string(true) + string(false) == 'truefalse'",
        "double('1.') == 1.0 && double('.5e1') == 5.0 && double('-Infinity') < 0.0",
        "int(timestamp('1969-12-31T23:59:59.5Z')) == -1 && timestamp(-1) < timestamp(0)",
        "uint('7') == 7u && uint(7) == uint(7.9) && bytes(b'x') == b'x'",
    ],
)
def test_times_and_conversions(expression: str) -> None:
    assert run(expression) is True


@pytest.mark.parametrize(
    "expression",
    [
        "age('soon')",
        "age('2026-03-10T08:00:00')",
        "age('1500-01-01')",
        "age(1)",
        "days(1e300)",
        "days(0.0 / 0.0)",
        "days(1000000)",
        "day_end('9999-13-01')",
        "timestamp('0001-01-01T00:00:00Z').getHours('-01:00')",
        "timestamp('9999-12-31T23:59:59Z').getMilliseconds('+01:00')",
        "now.getHours('+24:00')",
        "now.getHours('../etc/passwd')",
        "now.getHours('Local')",
        "uint(-0.5)",
        "int(0.0 / 0.0)",
        "uint(1e30)",
        "duration('1h ')",
        "duration('9999999999999999999h')",
        "duration('999999999999999999999999999999s')",
        "duration('.h')",
        "timestamp('2026-01-01t00:00:00z')",
        "timestamp('2026-01-01T00:00:60Z')",
        "timestamp('2026-01-01T00:00:00+24:00')",
        "timestamp('0001-01-01T00:00:00+01:00')",
        "timestamp('２０２６-01-01T00:00:00Z')",
        "timestamp(9223372036854775807)",
        "lone.matches('a')",
        "bytes(lone)",
        "'a'.matches(long)",
        "string(b'\\xff')",
    ],
)
def test_what_cannot_be_computed_is_an_error(expression: str) -> None:
    assert isinstance(run(expression, lone="\ud800", long="a" * 1001), EvaluationError)


def test_an_age_needs_now() -> None:
    assert str(compile_expression("age('2026-03-10')").run({})) == 'age: there is no "now" here'


def test_a_slow_pattern_is_none_for_re2() -> None:
    assert run("s.matches('(a+)+$')", s="a" * 5000 + "b") is False


def test_zones_come_from_the_package_and_not_from_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONTZPATH", "/nowhere")
    assert run("now.getHours('Asia/Kolkata')") == 17
