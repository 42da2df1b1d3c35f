"""Unknown evidence: what is decided without it stays decided, and nothing else is."""

from __future__ import annotations

import pickle
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.expr import EvaluationError, Unknown, compile_expression
from gatekeeper.model.finding import Lack

STALE = Lack("rls", "stale", "two days old")
GONE = Lack("canary", "missing", "not collected")
RLS, CANARY = Unknown((STALE,)), Unknown((GONE,))


def run(expression: str, **bindings: object) -> object:
    return compile_expression(expression).run(bindings)


@pytest.mark.parametrize(
    ("expression", "decided"),
    [
        ("u.x == 1 && false", False),
        ("false && u", False),
        ("u || true", True),
        ("true || u.a.b > 3", True),
        ("[1, 2].exists(i, i == 2 || u)", True),
        ("[1, 2].exists(i, i == 2 ? true : u)", True),
        ("[1, 2].all(i, i == 2 || u)", None),
        ("[1, 2].all(i, i == 1 && u)", False),
        ("true ? true : u", True),
        ("false && u && 1 / 0 == 1", False),
        ("1 / 0 == 1 && u && false", False),
        ("optional.of(true).orValue(u)", True),
        ("optional.of(true).or(u).value()", True),
        ("cel.bind(x, u, true || x)", True),
        ("cel.bind(x, u, true)", True),
        ("[1, 2].exists(i, v, v == 2 || u)", True),
        ("{'a': 1}.all(k, v, v == 2 && u)", False),
    ],
)
def test_known_parts_decide_where_they_can(expression: str, decided: bool | None) -> None:
    assert run(expression, u=RLS) == (RLS if decided is None else decided)


@pytest.mark.parametrize(
    "expression",
    [
        "u",
        "u.x",
        "u['x']",
        "u[0]",
        "[1][u]",
        "has(u.x)",
        "!u",
        "-u",
        "u == u",
        "u != 1",
        "1 == u",
        "u < 1",
        "1 >= u",
        "u + 1",
        "1 - u",
        "u * 2",
        "u in [1]",
        "1 in u",
        "'a' in u",
        "u in ['a']",
        "[u]",
        "{'a': u}",
        "{u: 1}",
        "size(u)",
        "type(u)",
        "dyn(u)",
        "u.size()",
        "'a'.contains(u)",
        "u.contains('a')",
        "timestamp(u)",
        "age(u)",
        "u ? true : true",
        "u.all(x, true)",
        "u.exists(x, true)",
        "u.exists_one(x, true)",
        "u.map(x, x)",
        "u.filter(x, true)",
        "[1].map(x, u)",
        "[1].map(x, u, x)",
        "[1].filter(x, u)",
        "[1].exists_one(x, u)",
        "true && u",
        "u && true",
        "u || false",
        "1 / 0 == 1 || u",
        "u && 1 / 0 == 1",
        "1 / 0 + u",
        "[1 / 0, u]",
        "u.table('x')",
        "u.?x",
        "u[?'x']",
        "{'a': 1}[?u]",
        "u.?x.hasValue()",
        "u.?x.orValue(1)",
        "u.?x.or(optional.of(1))",
        "u.?x.y.orValue(1)",
        "u.?x.optMap(y, 1)",
        "u.?x.optFlatMap(y, optional.none())",
        "optional.of(u).orValue(1)",
        "optional.of(u).hasValue()",
        "optional.ofNonZeroValue(u).hasValue()",
        "optional.none().or(u)",
        "optional.none().orValue(u)",
        "optional.of({}).?x.orValue(u)",
        "optional.of(1).optMap(y, u)",
        "optional.none()[u]",
        "optional.none()[?u]",
        "has(optional.of(u).x)",
        "[?u]",
        "[?optional.none(), u]",
        "[1 / 0, ?u]",
        "{?'a': u}",
        "{?u: optional.none()}",
        "cel.bind(x, u, x)",
        "cel.bind(x, u, x.?y.orValue(1))",
        "cel.bind(x, 1, u)",
        "u.all(k, v, true)",
        "u.exists_one(k, v, true)",
        "u.transformList(k, v, v)",
        "[1].transformList(k, v, u)",
        "[1].transformMap(k, v, u)",
        "{'a': 1}.transformMapEntry(k, v, u)",
        "u.sortBy(x, x)",
        "[1].sortBy(x, u)",
        "u.sort()",
        "u.first().orValue(1)",
        "u.join()",
        "['a'].join(u)",
        "'%s'.format([u])",
        "'%s'.format(u)",
        "u.format([1])",
        "math.greatest(1, u)",
        "math.greatest(u)",
        "base64.encode(u)",
        "lists.range(u)",
    ],
)
def test_everything_else_of_an_unknown_is_unknown(expression: str) -> None:
    assert run(expression, u=RLS, now=compile_expression("timestamp(0)").run({})) == RLS


def test_an_unknown_now_makes_an_age_unknown() -> None:
    assert run("age('2026-01-01')", now=RLS) == RLS


def test_lacks_merge_in_the_order_of_the_expression_and_once_each() -> None:
    assert run("b.x == a.x && a.y == b.y", a=RLS, b=CANARY) == Unknown((GONE, STALE))
    assert run("a + b", a=RLS, b=RLS) == RLS
    assert run("[a, b, a]", a=RLS, b=Unknown((STALE, GONE))) == Unknown((STALE, GONE))


def test_an_error_stays_an_error_where_nothing_is_unknown() -> None:
    assert isinstance(run("1 / 0 == 1 || false"), EvaluationError)


def test_an_unknown_is_a_plain_value() -> None:
    assert pickle.loads(pickle.dumps(RLS)) == RLS


# ------------------------------------------------------------------ the property

LEAVES = st.sampled_from(
    ["a", "b", "c", "true", "false", "a.x", "b.x", "c == 1", "1 / 0 == 1", "has(a.x)", "'k'", "c > 0", "b.y.z"]
)


FORMS = (
    "({0} && {1})",
    "({0} || {1})",
    "({0} == {1})",
    "({0} != {1})",
    "({0} in [{1}, true])",
    "!({0})",
    "({0} ? {1} : {2})",
    ("[1, 2].all(i, {0})", "[1, 2].exists(i, {0})", "[1, 2].exists_one(i, {0})"),
    "l.exists(i, i == 2 || {0})",
    "l.all(i, i != 1 && {0})",
    "(size(l.filter(i, {0})) == 1)",
    "(size([1, 2].map(i, {0}, i)) == 2)",
    "(l.map(i, {0}) == [true, true])",
    "cel.bind(i, {0}, i || {1})",
    "a.?x.orValue({0}) == {1}",
    "b[?'y'].optMap(i, {0}).orValue({1})",
    "optional.ofNonZeroValue({0}).or(b.?y).or(optional.of({1})).value()",
    "([?a.?x, {0}, ?optional.of({1})].size() == 2)",
    "has({{?'x': a.?y, 'z': {0}}}.x)",
    ("l.all(k, i, {0})", "l.exists(k, i, {0})", "l.existsOne(k, i, {0})"),
    "(l.transformList(k, i, k > 0, {0}) == [true])",
    "(l.transformMap(k, i, {0}) == {{0: true}})",
    "(l.transformMapEntry(k, i, {0}, {{k: i}}).size() == 1)",
    "(l.sortBy(i, {0}) == [1, 2])",
    "('%s'.format([{0}]) == 'true')",
    "([{0}, b].distinct().size() == 1)",
)
"""What is made of smaller expressions; each is as likely as the others, and those in brackets share the luck of one."""


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(*(_filled((form,) if isinstance(form, str) else form, inner) for form in FORMS))


def _filled(forms: tuple[str, ...], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Forms of one number of places, filled in."""
    places = {name for _, name, _, _ in Formatter().parse(forms[0]) if name}
    return st.tuples(st.sampled_from(forms), *[inner] * len(places)).map(lambda drawn: drawn[0].format(*drawn[1:]))


EXPRESSIONS = st.recursive(LEAVES, _grown, max_leaves=8)
VALUES = st.one_of(
    st.booleans(),
    st.integers(-1, 2),
    st.none(),
    st.sampled_from(["k", 1.0, [], [1, 2], [True], {"x": True}, {"x": False}, {"x": 1, "y": {"z": True}}]),
)


@given(EXPRESSIONS, st.fixed_dictionaries(dict.fromkeys("abcl", VALUES)), st.sets(st.sampled_from("abcl"), min_size=1))
def test_what_is_decided_without_evidence_is_so_with_any(source: str, known: dict[str, Any], hidden: set[str]) -> None:
    program = compile_expression(source)
    blind = {name: Unknown((Lack(name, "missing", ""),)) if name in hidden else known[name] for name in known}
    without = program.run(blind)
    if without is True or without is False:
        assert program.run(known) is without


@given(EXPRESSIONS, st.fixed_dictionaries(dict.fromkeys("abcl", VALUES)))
def test_an_unknown_result_names_only_evidence_that_is_unknown(source: str, known: dict[str, Any]) -> None:
    result = compile_expression(source).run({**known, "a": RLS})
    if isinstance(result, Unknown):
        assert result.lacks == (STALE,)
