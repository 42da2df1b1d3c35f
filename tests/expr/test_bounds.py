"""Limits: what is too big is refused at once, what runs long is stopped, and always alike."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.expr import (
    DEFAULT_BUDGET,
    MAX_LENGTH,
    EvaluationError,
    ExpressionError,
    Timestamp,
    compile_expression,
    compile_template,
)

BOMBS = {
    "parentheses": "(" * 100_000,
    "closed parentheses": "(" * 1500 + "1" + ")" * 1500,
    "terms beyond the length": " && ".join(["true"] * 10_000),
    "negations": "!" * 4000 + "true",
    "spread negations": "! " * 2000 + "true",
    "minuses": "- " * 2000 + "1",
    "lists": "[" * 1500 + "]" * 1500,
    "maps": "{1:" * 700 + "1" + "}" * 700,
    "ternaries": "true?1:" * 500 + "1",
    "sums": "+".join(["1"] * 1500),
    "fields": "a" + ".b" * 1500,
    "indexes": "a" + "[0]" * 1200,
    "calls": "size(" * 700 + "1" + ")" * 700,
    "receivers": "a" + ".size()" * 500,
    "comparisons": "<".join(["1"] * 1500),
    "macros": "[1].map(x," * 300 + "x" + ")" * 300,
    "a huge number": "9" * 4000,
    "a huge hexadecimal number": "0x" + "f" * 4000,
    "a huge double": "9" * 4000 + ".0",
    "an infinite double": "1e999",
    "a string that does not end": "'" + "\\'" * 2000,
    "optional fields": "a" + ".?b" * 1300,
    "optional indexes": "a" + "[?0]" * 1000,
    "optional entries": "[?" * 1200 + "]" * 1200,
    "names for values": "cel.bind(x,1," * 300 + "x" + ")" * 300,
    "macros with two variables": "[1].all(i,x," * 300 + "true" + ")" * 300,
    "macros into optionals": "a.?b.optMap(x," * 300 + "x" + ")" * 300,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_within_moments(bomb: str) -> None:
    compile_expression("true")  # the parser is there
    start = time.process_time()  # of this process: other work on the machine does not count
    with pytest.raises(ExpressionError) as refused:
        compile_expression(bomb)
    assert len(str(refused.value)) < 400
    assert time.process_time() - start < 1


@pytest.mark.parametrize("operator", ["&&", "||"])
def test_long_flat_chains_work(operator: str) -> None:
    last = "false" if operator == "&&" else "true"
    chain = f" {operator} ".join(["a"] * 550 + [last])
    assert len(chain) <= MAX_LENGTH
    assert compile_expression(chain).run({"a": operator == "&&"}) is (operator == "||")


def test_nesting_up_to_the_limit_works_from_a_deep_stack() -> None:
    program = compile_expression("(" * 99 + "a" + ")" * 99)
    nested = compile_expression("[1].exists(x," * 45 + "x == a" + ")" * 45)

    def deep(levels: int) -> Any:
        return deep(levels - 1) if levels else (program.run({"a": 1}), nested.run({"a": 1}))

    assert deep(300) == (1, True)


def test_too_little_stack_is_an_error_and_no_exception() -> None:
    program = compile_expression("!" * 90 + "a")
    program.run({"a": True})
    limit = sys.getrecursionlimit()

    def deep(levels: int) -> Any:
        return deep(levels - 1) if levels else program.run({"a": True})

    frame, used = sys._getframe(), 0
    while frame.f_back is not None:
        frame, used = frame.f_back, used + 1
    result = deep(limit - used - 40)
    assert isinstance(result, EvaluationError)
    assert "stack" in result.message


def test_the_message_of_a_bomb_tells_the_place_and_the_way_out() -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression("1 +\n" + "(" * 101)
    assert (refused.value.line, refused.value.column) == (2, 101)
    assert str(refused.value) == ("nested more than 100 levels deep (line 2, column 101); split it into several rules")


# ------------------------------------------------------------------ the budget


def spent(expression: str, budget: int = DEFAULT_BUDGET, **bindings: object) -> tuple[object, int]:
    return compile_expression(expression).run_counted(bindings, budget=budget)


@pytest.mark.parametrize(
    "expression",
    [
        "l.all(a, l.all(b, l.all(c, true)))",
        "l.map(a, l).map(b, b.map(c, l)).size() > 0",
        "l.exists(a, a < 0) || l.all(a, l.filter(b, b in l).size() >= 0)",
        "[s].map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a).map(a, a + a) == []",
        "l + l + l + l + l + l + l + l + l + l + l + l + l + l + l + l == l",
        "ll == ll",
        "l.all(a, s.contains('b') || true)",
        "l.all(a, s.matches('b') || true)",
        "l.exists_one(a, l.all(b, true))",
        "l.map(a, true).map(b, trailing(l.map(c, true))) == []",
        "l.all(a, l.all(b, timestamp('2026-03-03T09:00:00Z') < timestamp('2026-03-04T09:00:00Z')))",
        "l.all(i, a, l.exists(j, b, true))",
        "l.transformList(i, a, l.transformMap(j, b, b)) == []",
        "l.transformMapEntry(i, a, {i: l}).transformMapEntry(i, a, a.transformMap(j, b, l)).size() > 0",
        "l.all(a, l.sortBy(b, -b).size() > 0)",
        "l.all(a, l.sort().size() > 0)",
        "[s, s].map(a, lists.range(300)).map(b, b.map(c, s + string(c)).sort()) == []",
        "l.all(a, l.reverse().size() > 0)",
        "l.all(a, s.reverse().size() > 0)",
        "l.all(a, l.distinct().size() > 0)",
        "l.map(a, [a]).distinct().size() > 0",
        "l.all(a, l.slice(0, 9999).size() > 0)",
        "l.all(a, ll.flatten().size() > 0)",
        "lists.range(9223372036854775807).size() > 0",
        "lists.range(2000000).size() > 0",
        "l.all(a, lists.range(1000).size() > 0)",
        "l.map(a, s).join().size() > 0",
        "lists.range(9000).map(a, '').join(s).size() > 0",
        "s.replace('a', s).size() > 0",
        "s.replace('', s).size() > 0",
        "l.all(a, s.replace('a', 'b').size() > 0)",
        "l.all(a, s.split('a').size() > 0)",
        "l.all(a, s.split('').size() > 0)",
        "l.all(a, s.substring(1).size() > 0)",
        "l.all(a, s.trim().size() > 0)",
        "l.all(a, s.lowerAscii().size() > 0)",
        "l.all(a, s.upperAscii().size() > 0)",
        "l.all(a, s.indexOf('b') < 0)",
        "l.all(a, s.lastIndexOf('b') < 0)",
        "l.all(a, strings.quote(s).size() > 0)",
        "l.all(a, '%s'.format([s]).size() > 0)",
        "l.all(a, '%x'.format([s]).size() > 0)",
        "l.all(a, '%s'.format([l]).size() > 0)",
        "l.all(a, '%.1000f%.1000f%.1000f%.1000f%.1000f%.1000f'.format([a, a, a, a, a, a]).size() > 0)",
        "l.all(a, base64.encode(bytes(s)).size() > 0)",
        "l.all(a, base64.decode(s).size() > 0)",
        "l.all(a, math.greatest(l) > 0)",
        "l.all(a, cel.bind(x, l.all(b, true), x))",
        "l.all(a, optional.of(l).optMap(x, x.all(b, true)).value())",
        "l.all(a, l.map(b, ?b).size() > 0)".replace("?b", "[?optional.of(b)]"),
    ],
)
def test_a_spent_budget_is_an_error_that_nothing_absorbs(expression: str) -> None:
    bindings = {"l": list(range(10_000)), "s": "a" * 800_000, "ll": [[1] * 1200 for _ in range(1200)]}
    for whole in (expression, f"({expression}) || true", f"({expression}) && false", f"false && true || {expression}"):
        result, steps = compile_expression(whole).run_counted(bindings)
        assert isinstance(result, EvaluationError)
        assert result.cause == "budget"
        assert result.message == "the evaluation takes more than 1000000 steps"
        assert steps == DEFAULT_BUDGET


def test_an_exponential_value_is_stopped_when_it_is_compared() -> None:
    doubled = "[1]" + ".map(a, [a, a])" * 60
    result, _ = spent(f"{doubled} == {doubled}")
    assert isinstance(result, EvaluationError)
    assert result.cause == "budget"


def test_the_budget_is_exact() -> None:
    expression = "l.all(x, x > 0)"
    result, steps = spent(expression, l=[1, 2, 3])
    assert result is True
    assert spent(expression, steps, l=[1, 2, 3]) == (True, steps)
    short, _ = spent(expression, steps - 1, l=[1, 2, 3])
    assert isinstance(short, EvaluationError)
    assert spent("1 + 1 == 2", 0)[0] != True  # noqa: E712 - an error is no truth


def test_a_thousand_records_through_three_macros_fit_the_default_budget() -> None:
    records = [{"id": n, "severity": "high", "open": True} for n in range(1000)]
    source = 'r.filter(x, x.severity == "high" && x.open).map(x, x.id).exists(i, i == 999)'
    assert spent(source, r=records)[0] is True


def test_a_year_of_runs_every_half_an_hour_fits_the_default_budget() -> None:
    run = {"status": "completed", "conclusion": "success", "head_branch": "main", "created_at": "2026-03-03T09:00:00Z"}
    source = """trailing(runs.filter(run, run.status == "completed"
        && !(run.conclusion in ["skipped", "neutral", "stale"])
        && (run.head_branch == branch || run.head_branch == "refs/heads/" + branch
            || (run.head_branch == null && run.conclusion != "success"))
        && timestamp(run.created_at) < timestamp(until)).map(run, run.conclusion == "success"))"""
    number = 366 * 48
    assert spent(source, runs=[run] * number, branch="main", until="2026-03-04T09:00:00Z")[0] == number


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("l.reverse()", 3),
        ("l.sort()", 3 + 3 * 2),
        ("l.distinct()", 3 + 2 * (2 + 1)),
        ("l.transformMap(i, x, x)", 3 + 3 * 1 + 3 * 4),
        ("l.slice(1, 3)", 2),
        ("l.flatten()", 3),
        ("lists.range(70)", 70),
        ("b.replace('a', 'bb')", 2 + 128 + (128 * 3 >> 6)),
        ("b.split('a')", 2 + 129),
        ("b.split('a', 3)", 2 + 4),
        ("[b, b].join(b)", 1 + 2 + 2 + (3 * 128 >> 6)),
        ("b.reverse()", 4),
        ("'%s%s'.format([b, 1])", 1 + 2 + (3 + 2) + 3 + (129 >> 6)),
        ("'%.200f'.format([1.5])", 1 + 1 + 3 + (202 >> 6)),
    ],
)
def test_what_an_extension_makes_counts(source: str, more: int) -> None:
    assert spent(source, l=[True] * 3, b="a" * 128)[1] == 1 + more


@pytest.mark.parametrize("name", ["sort()", "distinct()", "flatten()", "reverse()", "join()", "slice(0, 1)"])
def test_a_function_that_spends_takes_the_same_steps_each_time(name: str) -> None:
    for values in (["b", "a"], [[1], [1]], [1, 2.0, 1]):
        assert spent(f"l.{name}", l=values) == spent(f"l.{name}", l=list(values))


@pytest.mark.parametrize(
    ("source", "more"),
    [("trailing(l)", 3), ("timestamp(s)", 8), ("age(s)", 8), ("day_start(s)", 8), ("day_end(s)", 8), ("is_date(s)", 8)],
)
def test_what_a_function_reads_counts(source: str, more: int) -> None:
    now = Timestamp.parse("2026-03-03T09:00:00Z")
    assert spent(source, l=[True] * 3, s="2026-03-03T08:00:00Z", now=now)[1] == 1 + more


@given(st.lists(st.integers(-5, 5), max_size=30), st.integers(0, 400))
def test_the_same_data_always_take_the_same_steps(numbers: list[int], budget: int) -> None:
    source = "l.filter(x, x > 0).map(x, x * x).exists(y, y in l) || l == [1] || size(string(l.size())) > 1"
    assert spent(source, budget, l=numbers) == spent(source, budget, l=list(numbers))


# ------------------------------------------------------------------ garbage and threads


@given(st.text(max_size=60))
def test_garbage_is_refused_politely_or_is_an_expression(text: str) -> None:
    _refused_or_run(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "b",
                ".c",
                "[0]",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                ":",
                ",",
                "?",
                "!",
                "-",
                "+",
                "*",
                "/",
                "%",
                "<",
                "<=",
                "==",
                "!=",
                ">",
                ">=",
                "in",
                "&&",
                "||",
                "'x'",
                '"y"',
                "1",
                "2u",
                "1.5",
                "b'z'",
                "true",
                "null",
                "has(",
                ".all(",
                ".map(",
                ".size()",
                ".matches(",
                "timestamp(",
                "`",
                ".",
                "r'\\\\'",
                "\\\\",
                "//",
                "x.",
                ".`q`",
                "age(",
                ".?c",
                "[?0]",
                "?",
                ".all(i,",
                ".orValue(",
                "optional.of(",
                "cel.bind(",
                ".format([",
                "math.least(",
                ".sortBy(",
            ]
        ),
        max_size=14,
    )
)
def test_scrambled_tokens_never_break_anything(tokens: list[str]) -> None:
    _refused_or_run(" ".join(tokens))
    _refused_or_run("".join(tokens))


def attempt(compiled: Callable[[str], Any], text: str) -> tuple[ExpressionError | None, Any]:
    try:
        return None, compiled(text)
    except ExpressionError as refused:
        return refused, None


def _refused_or_run(text: str) -> None:
    for compiled in (compile_expression, compile_template):
        refused, program = attempt(compiled, text)
        if refused is not None:
            assert refused.message
            assert refused.line >= 1
            assert refused.column >= 1
        else:
            bindings = {"a": {"c": 1}, "b": [1, "x"]}
            program.run(bindings) if compiled is compile_expression else program.render(bindings)


def test_eight_threads_share_one_program() -> None:
    program = compile_expression("l.map(x, x + n).filter(y, l.exists(z, z == y)).size()")

    def work(n: int) -> list[object]:
        return [program.run({"l": list(range(50)), "n": n}) for _ in range(60)]

    with ThreadPoolExecutor(8) as pool:
        for n, results in enumerate(pool.map(work, range(8))):
            assert results == [50 - n] * 60
