"""What decided an expression: enough of it, no more of it, and told so that a tired person can act on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, product
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from gatekeeper.expr import Duration, EvaluationError, ExpressionError, Unknown, compile_expression, deciding
from gatekeeper.expr.decisive import MOST_PARTS
from gatekeeper.expr.trace import traced
from gatekeeper.model.finding import Lack
from tests.expr.generated import EVIDENCE, expressions

NOW = datetime.fromisoformat("2026-03-03T00:00:00Z")
RLS = Unknown((Lack("rls", "stale", "two days old"),))
SEEN: dict[str, object] = {
    "now": NOW,
    "u": RLS,
    "metrics": {"error_rate": 0.063, "pending": 0, "healthy": False},
    "params": {
        "error_rate": 0.05,
        "people": ["Dan", "Marta"],
        "max_age": Duration.of(timedelta(days=1)),
        "odd": "(?i)^(none|n/a|tbd|to be said|to be decided|later|soon|unknown)$",
    },
    "row": {"owner": "Priya", "state": "Open", "at": "2026-03-01T00:00:00Z", "text": "x" * 5000},
    "runs": [{"run_number": 400 + n, "conclusion": "failure" if n % 3 == 2 else "success"} for n in range(14)],
    "roles": ["approver", "window"],
    "record": [{"role": "approver", "final": False, "person": None}, {"role": "window", "final": True, "person": "D"}],
    "empty": [],
    "n": float("nan"),
}


def told(source: str, **more: object) -> list[str]:
    """The lines, each behind two blanks for each level of its depth."""
    found = deciding(compile_expression(source), {**SEEN, **more})
    return ["  " * each.depth + each.told for each in found]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        # comparisons: what was seen stands first, with what it needs or what it is
        ("metrics.error_rate <= params.error_rate", ["metrics.error_rate = 0.063, needs <= 0.05 (params.error_rate)"]),
        ("params.error_rate >= metrics.error_rate", ["metrics.error_rate = 0.063, needs <= 0.05 (params.error_rate)"]),
        ("metrics.error_rate > params.error_rate", ["metrics.error_rate = 0.063, is > 0.05 (params.error_rate)"]),
        ("!(metrics.error_rate > 0.05)", ["metrics.error_rate = 0.063, needs <= 0.05"]),
        ("!(n > 1.0)", ["n = nan, is not > 1.0"]),
        ("!(metrics.error_rate <= n)", ["metrics.error_rate = 0.063, is not <= nan (n)"]),
        ("n > 1.0", ["n = nan, needs > 1.0"]),
        ("metrics.pending > 0", ["metrics.pending = 0, needs > 0"]),
        ("row.state == 'Open'", ['row.state = "Open"']),
        ("row.owner == params.people[0]", ['row.owner = "Priya", needs == "Dan" (params.people[0])']),
        ("row.owner in params.people", ['row.owner = "Priya", needs in ["Dan", "Marta"] (params.people)']),
        ("!(row.state in ['Open'])", ["row.state = \"Open\", needs not in ['Open']"]),
        ("'Dan' in params.people", ['params.people = ["Dan", "Marta"], has \'Dan\'']),
        ("age(row.at) <= params.max_age", ["age(row.at) = 2d, needs <= 1d (params.max_age)"]),
        (
            "timestamp(row.at) > now",
            ["timestamp(row.at) = 2026-03-01T00:00:00Z, needs > 2026-03-03T00:00:00Z (now)"],
        ),
        # other truths
        ("metrics.healthy", ["metrics.healthy = false, needs true"]),
        ("!metrics.healthy", ["metrics.healthy = false"]),
        ("has(row.due)", ["row.due is not there, needs to be"]),
        ("!has(row.due)", ["row.due is not there"]),
        ("row.state.startsWith('Closed')", ["row.state = \"Open\", needs startsWith('Closed')"]),
        ("!row.state.matches(params.odd)", ['row.state = "Open", not matches(params.odd)']),
        ("row.text.contains('b')", ["row.text.contains('b') = false, needs true"]),
        ("false", ["false, as it is written"]),
        # logic
        ("metrics.pending == 0 && metrics.healthy", ["metrics.healthy = false, needs true"]),
        ("metrics.pending == 1 || metrics.error_rate > 0.05", ["metrics.error_rate = 0.063, is > 0.05"]),
        (
            "metrics.pending > 0 || row.state != 'Open'",
            ["metrics.pending = 0, needs > 0", "or row.state = \"Open\", needs != 'Open'"],
        ),
        (
            "metrics.pending > 0 && metrics.healthy || row.state != 'Open'",
            [
                "metrics.pending = 0, needs > 0",
                "and metrics.healthy = false, needs true",
                "or row.state = \"Open\", needs != 'Open'",
            ],
        ),
        (
            "row.state == 'Open' ? metrics.pending > 0 : metrics.healthy",
            ['row.state = "Open"', "metrics.pending = 0, needs > 0"],
        ),
        # what may be absent, and names for values
        ("metrics.?pending.orValue(1) > 0", ["metrics.?pending.orValue(1) = 0, needs > 0"]),
        ("metrics.?nothing.orValue(1) > 1", ["metrics.?nothing.orValue(1) = 1, needs > 1"]),
        ("metrics.?healthy.orValue(false)", ["metrics.?healthy.orValue(false) = false, needs true"]),
        ("metrics.?nothing.hasValue()", ["metrics.?nothing is not there, needs to be"]),
        ("!metrics[?'nothing'].hasValue()", ["metrics[?'nothing'] is not there"]),
        ("metrics.?pending == optional.none()", ["metrics.?pending = optional.of(0), needs == optional.none()"]),
        ("u.?healthy.orValue(true)", ["u.?healthy.orValue(true) is not known for lack of rls (stale)"]),
        (
            "cel.bind(x, metrics.pending, x > 0 && metrics.healthy)",
            ["metrics.pending = 0, needs > 0", "metrics.healthy = false, needs true"],
        ),
        (
            "cel.bind(run, runs[2], run.conclusion == 'success')",
            ["runs[2].conclusion = \"failure\", needs == 'success'"],
        ),
        ("cel.bind(x, u.a, x > 0)", ["u.a > 0 is not known for lack of rls (stale)"]),
        (
            "cel.bind(x, 0.1 + metrics.error_rate, x < 0.1) || cel.bind(x, runs.size(), x > 20)",
            ["0.1 + metrics.error_rate = 0.163, needs < 0.1", "or runs.size() = 14, needs > 20"],
        ),
        (
            "cel.bind(x, 0.1 + metrics.error_rate, x * 2.0 < 0.1)",
            ["(0.1 + metrics.error_rate) * 2.0 = 0.326, needs < 0.1"],
        ),
        (
            "cel.bind(n, metrics.pending, cel.bind(m, n + 1, m == 0)) || roles.all(role, role == 'window')",
            [
                "metrics.pending + 1 = 1, needs == 0",
                "or 1 of 2 entries of roles, needs all: role == 'window'",
                "  role = \"approver\", needs == 'window'",
            ],
        ),
        (
            "record.all(it, cel.bind(who, it.person, who == 'D'))",
            [
                "1 of 2 entries of record, needs all: cel.bind(who, it.person, who == 'D')",
                "  it 1 of 2 (role \"approver\"): it.person = null, needs == 'D'",
            ],
        ),
        (
            "cel.bind(clean, runs.filter(run, run.conclusion == 'success' && run.run_number > 400), clean.size() > 20)",
            ["runs.filter(run, run.conclusion == 'success' && run.run_num….size() = 9, needs > 20"],
        ),
        # lists
        (
            "runs.all(run, run.conclusion == 'success')",
            [
                "10 of 14 entries of runs, needs all: run.conclusion == 'success'",
                "  run 3 of 14 (run_number 402): run.conclusion = \"failure\", needs == 'success'",
                "  run 6 of 14 (run_number 405): run.conclusion = \"failure\", needs == 'success'",
                "  run 9 of 14 (run_number 408): run.conclusion = \"failure\", needs == 'success'",
            ],
        ),
        ("runs.all(run, run.run_number > 1)", ["all 14 entries of runs: run.run_number > 1"]),
        ("runs.exists(run, run.run_number < 1)", ["none of 14 entries of runs, needs one: run.run_number < 1"]),
        (
            "runs.exists(run, run.conclusion == 'failure' && run.run_number > 403)",
            ['run 6 of 14 (run_number 405): run.conclusion = "failure"; run.run_number = 405, is > 403'],
        ),
        (
            "!runs.exists(run, run.run_number > 412)",
            [
                "1 of 14 entries of runs, needs none: run.run_number > 412",
                "  run 14 of 14 (run_number 413): run.run_number = 413, is > 412",
            ],
        ),
        (
            "runs.all(i, run, i < 12 && run.conclusion == 'success')",
            [
                "8 of 14 entries of runs, needs all: i < 12 && run.conclusion == 'success'",
                "  run 3 of 14 (run_number 402): run.conclusion = \"failure\", needs == 'success'",
                "  run 6 of 14 (run_number 405): run.conclusion = \"failure\", needs == 'success'",
                "  run 9 of 14 (run_number 408): run.conclusion = \"failure\", needs == 'success'",
            ],
        ),
        (
            "metrics.all(name, v, v == 0.063)",
            [
                "1 of 3 entries of metrics, needs all: v == 0.063",
                '  name "pending": v = 0, needs == 0.063',
                '  name "healthy": v = false, needs == 0.063',
            ],
        ),
        ("metrics.exists(name, v, v == 3)", ["none of 3 entries of metrics, needs one: v == 3"]),
        (
            "!runs.existsOne(i, run, i < 1)",
            [
                "1 of 14 entries of runs, needs none or several: i < 1; namely run 1 of 14 (run_number 400)",
            ],
        ),
        (
            "runs.exists_one(run, run.run_number > 411)",
            [
                (
                    "2 of 14 entries of runs, needs exactly 1: run.run_number > 411; "
                    "namely run 13 of 14 (run_number 412), run 14 of 14 (run_number 413)"
                )
            ],
        ),
        (
            "roles.all(role, record.exists(it, it.role == role && it.final && it.person != null))",
            [
                "1 of 2 entries of roles, needs all",
                (
                    '  role "approver": none of 2 entries of record, needs one; '
                    'nearest is it 1 of 2 (role "approver"): '
                    "it.final = false, needs true; it.person = null, needs != null"
                ),
            ],
        ),
        ("roles.all(role, role == 'window')", None),
        # of a single entry nobody says "all" or "none"
        (
            "record.slice(0, 1).all(it, it.role == 'approver')",
            ["the only entry of record.slice(0, 1) fits: it.role == 'approver'"],
        ),
        (
            "!record.slice(0, 1).all(it, it.role == 'approver')",
            ["the only entry of record.slice(0, 1) fits, needs one that does not: it.role == 'approver'"],
        ),
        (
            "record.slice(0, 1).exists(it, it.role == 'window')",
            ["the only entry of record.slice(0, 1) does not fit, needs one that does: it.role == 'window'"],
        ),
        (
            "!record.slice(0, 1).exists(it, it.role == 'window')",
            ["the only entry of record.slice(0, 1) does not fit: it.role == 'window'"],
        ),
        (
            "record.slice(0, 1).exists(it, it.role == 'approver' && it.final)",
            [
                (
                    "the only entry of record.slice(0, 1) does not fit, needs one that does: "
                    'it 1 of 1 (role "approver"): it.final = false, needs true'
                )
            ],
        ),
        ("empty.all(x, x)", ["empty is empty"]),
        ("empty.exists(x, x == 1)", ["empty is empty, needs an entry with x == 1"]),
        # what is not known, and what has no value
        ("u.x == 1 && metrics.pending == 0", ["u.x == 1 is not known for lack of rls (stale)"]),
        ("!runs.exists(run, run.conclusion == u.x)", None),
        ("row.nope == 1 || metrics.healthy", ["row.nope == 1 has no value"]),
        ("metrics.pending + 1", []),
    ],
)
def test_what_is_told(source: str, lines: list[str] | None) -> None:
    if lines is None:
        lines = {
            "roles.all(role, role == 'window')": [
                "1 of 2 entries of roles, needs all: role == 'window'",
                "  role = \"approver\", needs == 'window'",
            ],
            "!runs.exists(run, run.conclusion == u.x)": [
                "!runs.exists(run, run.conclusion == u.x) is not known for lack of rls (stale)"
            ],
        }[source]
    assert told(source) == lines


def test_a_part_holds_its_text_its_truth_and_what_it_read() -> None:
    (part,) = deciding(compile_expression("metrics.error_rate\n  <= params.error_rate"), SEEN)
    assert (part.part, part.value) == ("metrics.error_rate <= params.error_rate", False)
    assert [(seen.path, seen.value) for seen in part.observed] == [
        ("metrics.error_rate", 0.063),
        ("params.error_rate", 0.05),
    ]
    (unknown,) = deciding(compile_expression("u.x == metrics.pending"), SEEN)
    assert (unknown.value, [seen.path for seen in unknown.observed]) == (None, ["metrics.pending"])


def test_an_entry_is_told_with_what_was_read_of_it() -> None:
    head, entry = deciding(compile_expression("roles.all(role, record.exists(it, it.person == role))"), SEEN)[:2]
    assert [(seen.path, seen.value) for seen in head.observed] == [("roles", ["approver", "window"])]
    assert [(seen.path, seen.value) for seen in entry.observed] == [("record", "2 entries")]


def test_no_more_parts_than_a_person_reads_and_how_many_are_left_out() -> None:
    names = [f"v{n}" for n in range(20)]
    found = deciding(compile_expression(" && ".join(names)), dict.fromkeys(names, False))
    assert len(found) == MOST_PARTS + 1
    assert (found[-1].told, found[-1].value) == (f"and {20 - MOST_PARTS} more", False)


@pytest.mark.parametrize("source", ["wide == params", "params == wide", "!(wide == wide)", "wide.size() == 0"])
def test_a_line_stays_a_line_whatever_the_keys_are(source: str) -> None:
    wide = {f"{number}{'k' * 100_000}": number for number in range(20)}
    assert all(len(line) < 700 for line in told(source, wide=wide))
    few = {letter * 50: 1 for letter in "abcdef"}
    (line,) = told("few == {}", few=few)
    assert line.startswith(f"few = {{{'a' * 50}, {'b' * 50}, {'c' * 50}, …}}")


def test_it_gives_up_in_time() -> None:
    wide = compile_expression("big.all(x, big.exists(y, y == x && y != 7))")
    big = list(range(60))
    assert deciding(wide, {"big": big}, budget=50) == ()
    assert wide.run_counted({"big": big}, budget=100_000)[0] is False
    assert deciding(wide, {"big": big})[0].value is False
    steps = wide.run_counted({"big": big})[1]
    (only,) = deciding(wide, {"big": big}, budget=steps)
    assert (only.value, only.told) == (False, f"{wide.source} is false; what decided it takes too many steps to find")


def test_nothing_of_it_is_told_to_who_listens_to_a_program() -> None:
    heard: list[object] = []
    program = traced(compile_expression("metrics.pending > 0"), lambda _, value: heard.append(value))
    assert deciding(program, SEEN)
    assert heard == []


# ---------------------------------------------------------------- properties of boolean expressions


@dataclass(frozen=True)
class Term:
    """A boolean expression over variables, each of which stands once: our own oracle's form of it."""

    operator: str
    below: tuple[Term, ...] = ()
    name: str = ""

    @property
    def text(self) -> str:
        inner = [each.text for each in self.below]
        match self.operator:
            case "var":
                return self.name
            case "!":
                return f"!{inner[0]}"
            case "?":
                return f"({inner[0]} ? {inner[1]} : {inner[2]})"
            case _:
                return f"({f' {self.operator} '.join(inner)})"


def _shapes() -> st.SearchStrategy[Term]:
    def around(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return (
            st.builds(Term, st.sampled_from(["&&", "||"]), several)
            | st.builds(Term, st.just("!"), st.tuples(inner))
            | st.builds(Term, st.just("?"), st.tuples(inner, inner, inner))
        )

    return st.recursive(st.just(Term("var")), around, max_leaves=MOST_PARTS)


def _named(tree: Term, numbers: Iterator[int]) -> Term:
    if tree.operator == "var":
        return Term("var", name=f"v{next(numbers)}")
    return Term(tree.operator, tuple(_named(each, numbers) for each in tree.below))


def trees() -> st.SearchStrategy[Term]:
    """Expressions in which each variable stands once, with no more of them than are told."""
    named = _shapes().map(lambda tree: _named(tree, count()))
    return named.filter(lambda tree: len(names(tree)) <= MOST_PARTS)


def names(tree: Term) -> list[str]:
    return [tree.name] if tree.operator == "var" else [name for each in tree.below for name in names(each)]


def reference(tree: Term, known: dict[str, bool]) -> tuple[bool, set[str]]:
    """The value of a tree, and the names that decided it, after the definition."""
    if tree.operator == "var":
        return known[tree.name], {tree.name}
    found = [reference(each, known) for each in tree.below]
    if tree.operator == "!":
        return not found[0][0], found[0][1]
    if tree.operator == "?":
        side = found[1] if found[0][0] else found[2]
        return side[0], found[0][1] | side[1]
    value = (all if tree.operator == "&&" else any)(each[0] for each in found)
    return value, {name for each in found if each[0] is value for name in each[1]}


KNOWN = st.booleans()
ANY = st.booleans() | st.just(RLS) | st.just(7)


@given(trees(), st.data())
def test_the_deciding_parts_are_those_of_the_definition(tree: Term, data: st.DataObject) -> None:
    known = {name: data.draw(KNOWN) for name in names(tree)}
    value, expected = reference(tree, known)
    program = compile_expression(tree.text)
    assert program.run(known) is value
    found = deciding(program, known)
    assert {part.part for part in found} == expected
    assert {part.part: part.value for part in found} == {name: known[name] for name in expected}
    assert all(", needs " in part.told or value or tree.operator == "?" or "?" in tree.text for part in found)


@given(trees(), st.data())
def test_the_deciding_parts_suffice(tree: Term, data: st.DataObject) -> None:
    """Whatever else the other terms are, even unknown or no booleans at all, the value stays."""
    known = {name: data.draw(KNOWN) for name in names(tree)}
    program = compile_expression(tree.text)
    value = program.run(known)
    kept = {part.part for part in deciding(program, known)}
    event(f"{len(known) - len(kept)} of {len(known)} do not decide")
    others = {name: known[name] if name in kept else data.draw(ANY) for name in known}
    assert program.run(others) is value


@given(st.sampled_from(["&&", "||"]), st.lists(KNOWN, min_size=2, max_size=MOST_PARTS), st.data())
def test_each_part_suffices_alone_or_each_is_needed(operator: str, values: list[bool], data: st.DataObject) -> None:
    """Minimal: of the terms that decide by themselves all are told, else not one of the terms can be spared."""
    known = {f"v{n}": value for n, value in enumerate(values)}
    program = compile_expression(f" {operator} ".join(known))
    value = program.run(known)
    found = [part.part for part in deciding(program, known)]
    if value is (operator == "||"):
        for name in found:
            assert program.run({each: known[each] if each == name else data.draw(ANY) for each in known}) is value
        assert len(found) == values.count(value)
    else:
        for name in found:
            assert program.run({**known, name: not known[name]}) is not value
        assert len(found) == len(values)


@given(trees(), st.data())
def test_of_what_is_not_known_only_what_keeps_it_so_is_told(tree: Term, data: st.DataObject) -> None:
    known: dict[str, Any] = {name: data.draw(KNOWN | st.just(RLS)) for name in names(tree)}
    program = compile_expression(tree.text)
    assume(isinstance(program.run(known), Unknown))
    found = deciding(program, known)
    assert found
    assert all(part.value is None for part in found)
    kept = {name for part in found for name in compile_expression(part.part).free_names if known[name] is RLS}
    others = {name: known[name] if name in kept or known[name] is not RLS else data.draw(KNOWN) for name in known}
    assert isinstance(program.run(others), Unknown)
    choices = (dict(zip(kept, chosen, strict=True)) for chosen in product((True, False), repeat=len(kept)))
    assert any(isinstance(program.run({**others, **choice}), bool) for choice in choices)


@given(expressions(own=True), EVIDENCE)
def test_it_never_fails_and_never_prints_a_document(source: str, evidence: dict[str, Any]) -> None:
    try:
        program = compile_expression(source)
    except ExpressionError:
        return
    for bindings in ({"e": evidence, "now": NOW}, {"e": {**evidence, "x": RLS}, "now": NOW}):
        value = program.run(bindings)
        found = deciding(program, bindings)
        event(f"{len(found)} parts")
        assert bool(found) is isinstance(value, (bool, Unknown, EvaluationError))
        assert len(found) <= MOST_PARTS + 1
        for part in found:
            assert "\n" not in part.told
            assert len(part.told) < 2_000
            assert len(part.part) <= 200
            assert isinstance(value, bool) or part.value is None or part.depth > 0 or " ? " in source
