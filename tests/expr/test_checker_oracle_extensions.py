"""Beside the checker of Google's engine: optional values, ``cel.bind`` and the functions of the extensions."""

from __future__ import annotations

from itertools import product

from tests.expr.google import accepts, extensions
from tests.expr.test_checker_oracle import FIELDS, NUMBER, OPERANDS, cel, ours

THEIRS = cel.NewEnv(
    variables={f"e.{name}": each[1] for name, each in FIELDS.items()} | {"now": cel.Type.TIMESTAMP},
    extensions=extensions(),
)
METHODS = (
    *("charAt(0)", "indexOf('a')", "lastIndexOf('a', 1)", "substring(1)", "replace('a', 'b')", "split(',')"),
    *("join(',')", "join()", "trim()", "lowerAscii()", "reverse()", "format([1])"),
    *("orValue(1)", "hasValue()", "value()", "first()", "last()"),
)
FUNCTIONS = (
    *("math.ceil", "math.abs", "math.sign", "math.sqrt", "math.isNaN", "math.bitNot", "math.greatest", "math.least"),
    *("base64.encode", "base64.decode", "strings.quote", "optional.of", "optional.ofNonZeroValue"),
)
PAIRS = (
    "optional.of({0}).orValue({1})",
    "optional.ofNonZeroValue({0}).or(optional.of({1}))",
    "optional.of({0}) == optional.of({1})",
    "optional.of({0}).optMap(x, x + {1})",
    "cel.bind(x, {0}, x + {1})",
    "math.greatest({0}, {1})",
    "math.bitAnd({0}, {1})",
    "{0}[?{1}]",
)
SINGLE = (
    "{0}.?name",
    "optional.of({0}).name",
    "optional.of({0}).optFlatMap(x, x)",
    "[?{0}]",
    "{{?'a': {0}}}",
    "'%s'.format([{0}])",
)
EXPRESSIONS = [
    *(f"{one}.{method}" for method, one in product(METHODS, OPERANDS)),
    *(f"{function}({one})" for function, one in product(FUNCTIONS, OPERANDS)),
    *(shape.format(one) for shape, one in product(SINGLE, OPERANDS)),
    *(shape.format(one, other) for shape, one, other in product(PAIRS, OPERANDS, OPERANDS)),
]

LISTS = ("names", "counts", "rows")
MILDER = {
    **{f"e.{one}.reverse()": "their lists have no reverse here" for one in LISTS},
    **{f"e.{one}[?e.u]": "a uint is a whole number" for one in LISTS},
    **{shape.format("e.any"): "what may be anything may be an optional" for shape in ("[?{0}]", "{{?'a': {0}}}")},
    **{
        f"optional.of(e.{one}) == optional.of(e.{other})": "numbers of any kind compare"
        for one, other in product(NUMBER, NUMBER)
        if one != other
    },
    **{
        f"math.greatest({', '.join(pair)})": "a list with something in it that may be anything is a list of anything"
        for name in FIELDS.keys() - NUMBER - {"any"}
        for pair in ((f"e.{name}", "e.any"), ("e.any", f"e.{name}"))
    },
}
"""What we accept where Google's checker refuses; there is nothing that we refuse where it accepts."""


def test_both_checkers_agree_on_the_extensions_but_where_it_is_listed() -> None:
    accepted = {source: (ours(source), accepts(THEIRS, source)) for source in EXPRESSIONS}
    assert {source for source, pair in accepted.items() if pair == (True, False)} == set(MILDER)
    assert {source for source, pair in accepted.items() if pair == (False, True)} == set()


def test_the_oracle_is_asked_much_about_the_extensions_and_answers_both_ways() -> None:
    answers = [accepts(THEIRS, source) for source in EXPRESSIONS]
    assert len(EXPRESSIONS) > 1700
    assert min(answers.count(True), answers.count(False)) > 300
