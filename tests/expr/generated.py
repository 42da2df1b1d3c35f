"""Expressions and JSON evidence for differential tests, drawn by hypothesis: mostly well typed, now and then not."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

WHOLE = st.integers(-5, 9) | st.sampled_from([2**31, -(2**53) + 1, 2**53 - 1, 2**63 - 1])
REAL = st.sampled_from([0.0, 1.0, -2.5, 0.1, 1e10, 3.0])
TEXT = st.sampled_from(["", "a", "ab", "B", "ü", "1", "true", "2026-03-01T00:00:00Z", "1h30m", "x y"])
JSON = st.recursive(
    st.none() | st.booleans() | WHOLE | REAL | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k", "s", "a"]), inner, max_size=2),
    max_leaves=5,
)
EVIDENCE = st.fixed_dictionaries(
    {
        "i": WHOLE,
        "d": REAL,
        "s": TEXT,
        "b": st.booleans(),
        "n": st.none(),
        "l": st.lists(WHOLE, max_size=3),
        "t": st.lists(TEXT, max_size=3),
        "r": st.lists(st.fixed_dictionaries({"k": WHOLE, "s": TEXT}, optional={"a": st.booleans()}), max_size=3),
        "m": st.dictionaries(st.sampled_from(["k", "s", "a"]), TEXT, max_size=3),
        "x": JSON,
    }
)

ATOMS: Final[dict[str, tuple[str, ...]]] = {
    "bool": ("true", "false", "e.b", "e.x", "has(e.m.k)", "has(e.zz)", "has(e.r[0].a)"),
    "num": (
        "0",
        "1",
        "-2",
        "2.5",
        "(3u)",
        "e.i",
        "e.d",
        "e.l[0]",
        "e.r[0].k",
        "size(e.l)",
        "e.x",
        "9223372036854775807",
    ),
    "str": ('"a"', '""', "e.s", "e.t[1]", "e.m.k", 'e.m["s"]', "e.r[0].s", "e.x", "string(e.i)"),
    "list": ("[]", "[1, 2]", '["a"]', "e.l", "e.t", "e.r", "e.x", "[e.i, e.d]", "[null]"),
    "map": ("{}", '{"k": 1}', "e.m", "e.r[0]", "e.x", "e", "{1: true, 2u: false}"),
    "any": ("null", "e.n", "e.x", "e.i", "e.s", "e.b", "e.l", "e.m", "e.missing", "b'a'", "int", "type(e.x)"),
    "time": ("now", 'timestamp("2026-03-01T00:00:00Z")', "timestamp(e.s)", "timestamp(e.i)", "now - duration('5m')"),
    "span": ('duration("90m")', "duration('5m')", "now - now", "duration(e.s)", "now - timestamp(e.s)"),
    "opt": (
        *("optional.none()", "optional.of(e.i)", "optional.of(e.x)", "e.?i", "e.?zz", "e.m.?k", "e.m[?'s']"),
        *("e.x.?k", "e.l[?0]", "e.?r[?0].a", "e.r[0].?a", "optional.ofNonZeroValue(e.s)"),
    ),
}
SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "bool": (
        *("(<bool> && <bool>)", "(<bool> || <bool>)", "!<bool>", "(<bool> ? <bool> : <bool>)"),
        *("(<bool> || <bool> || <bool>)", "(<any> == <any>)", "(<any> != <any>)", "(<num> == <num>)"),
        *("(<num> < <num>)", "(<num> >= <num>)", "(<str> <= <str>)", "(<str> > <str>)", "(<any> < <any>)"),
        *("(<any> in <list>)", "(<num> in <list>)", "(<str> in <map>)", "(<any> in <map>)", "(<list> == <list>)"),
        *("(<map> == <map>)", "<str>.startsWith(<str>)", "<str>.contains(<str>)", "<str>.endsWith(<str>)"),
        *('<str>.matches("^a.?")', "<list>.all(v, <bool>)", "<list>.exists(v, <bool>)", "<list>.exists_one(v, <bool>)"),
        *("<list>.all(v, v == <any>)", "<list>.exists(v, v > <num>)", "<list>.exists(v, v.k == <num>)"),
        *("<map>.all(v, v != <str>)", "<map>.exists(v, v in <list>)", "(<time> < <time>)", "(<span> <= <span>)"),
        *("(<time> == <time>)", "(type(<any>) == type(<any>))", "<opt>.hasValue()", "(<opt> == <opt>)"),
        *("<opt>.orValue(<bool>)", "cel.bind(v, <any>, <bool>)", "cel.bind(v, <num>, v > <num>)"),
    ),
    "num": (
        *("(<num> + <num>)", "(<num> - <num>)", "(<num> * <num>)", "(<num> / <num>)", "(<num> % <num>)", "-<num>"),
        *("size(<list>)", "size(<str>)", "<map>.size()", "(<bool> ? <num> : <num>)", "double(<num>)", "int(<num>)"),
        *("<opt>.orValue(<num>)", "<opt>.value()", "math.greatest(dyn(<num>), dyn(<num>))", "math.abs(<num>)"),
        *("<str>.indexOf(<str>)", "<str>.lastIndexOf(<str>)", "math.bitAnd(<num>, <num>)", "math.round(<num>)"),
        *("<list>[<num>]", "<map>[<any>]", "<time>.getHours()", "<span>.getMinutes()", "int(<str>)"),
    ),
    "str": (
        "(<str> + <str>)",
        "(<bool> ? <str> : <str>)",
        "<list>[<num>]",
        "<map>[<str>]",
        "string(<num>)",
        "string(<bool>)",
        *("<str>.replace(<str>, <str>)", "<str>.substring(<num>)", "<str>.charAt(<num>)", "<list>.join(<str>)"),
        *("<opt>.orValue(<str>)", "<str>.trim()", "<str>.upperAscii()", "<str>.reverse()", "strings.quote(<str>)"),
        *("'%d|%d'.format([int(<num>), e.i])", "'%s'.format([<str>])", "'%x %b'.format([int(<num>), int(<num>)])"),
    ),
    "list": (
        *("(<list> + <list>)", "[<any>, <any>]", "<list>.filter(v, <bool>)", "<list>.filter(v, v != <any>)"),
        *("<list>.map(v, v)", "<list>.map(v, <bool>, v)", "<list>.map(v, [v])", "<map>.map(v, v)"),
        *("[?<opt>, <any>]", "[?<opt>]", "<str>.split(<str>)", "<str>.split(<str>, <num>)"),
    ),
    "map": (
        '{"k": <any>}',
        "(<bool> ? <map> : <map>)",
        "<list>[0]",
        '{?"k": <opt>, "s": <any>}',
        "<opt>.orValue(<map>)",
    ),
    "any": ("<bool>", "<num>", "<str>", "<list>", "<map>", "<time>", "<span>"),
    "time": ("(<time> + <span>)", "(<time> - <span>)"),
    "opt": (
        *(
            "<map>.?k",
            "<map>[?string(<num>)]",
            "<list>[?int(<num>)]",
            "<opt>.?k",
            "<opt>.or(<opt>)",
            "optional.of(<any>)",
        ),
        *(
            "optional.ofNonZeroValue(<any>)",
            "<opt>.optMap(v, <any>)",
            "<opt>.optMap(v, v)",
            "<opt>.optFlatMap(v, <opt>)",
        ),
        *("<opt>[?int(<num>)]", "(<bool> ? <opt> : <opt>)", "<list>.first()", "<list>.last()"),
    ),
    "span": ("(<span> + <span>)", "(<span> - <span>)", "(<time> - <time>)"),
}

OWN: Final[dict[str, tuple[str, ...]]] = {
    "bool": (
        *("<list>.all(i, v, <bool>)", "<list>.exists(i, v, v > i)", "<map>.all(i, v, v != <any>)"),
        *("<map>.exists(i, v, <bool>)", "<list>.existsOne(i, v, i == <num>)", "<list>.exists(i, v, <bool>)"),
    ),
    "list": (
        *("<list>.transformList(i, v, [i, v])", "<list>.transformList(i, v, <bool>, v)", "<list>.sortBy(v, <num>)"),
        *("<list>.sort()", "<list>.distinct()", "<list>.flatten()", "<list>.slice(0, <num>)", "<list>.reverse()"),
    ),
    "map": ("<map>.transformMap(i, v, <any>)", "<list>.transformMapEntry(i, v, <bool>, {string(i): v})"),
}
"""Shapes that no other engine within reach has."""


@st.composite
def expressions(draw: st.DrawFn, wanted: str = "bool", depth: int = 4, own: bool = False) -> str:
    """An expression that is meant to give a value of that kind, with ``own`` also of those that only we have."""
    if draw(st.integers(0, 24)) == 0:
        wanted = draw(st.sampled_from(sorted(ATOMS)))
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(ATOMS[wanted]))
    made = draw(st.sampled_from(SHAPES[wanted] + (OWN.get(wanted, ()) if own else ())))
    while "<" in made and (start := _slot(made)) is not None:
        end = made.index(">", start)
        inner = draw(expressions(made[start + 1 : end], depth - 1, own))
        made = made[:start] + inner.replace("<", "\0") + made[end + 1 :]
    return made.replace("\0", "<")


def _slot(text: str) -> int | None:
    """Where the next ``<kind>`` begins."""
    return next((at for at, each in enumerate(text) if each == "<" and text[at + 1 : at + 2].isalpha()), None)
