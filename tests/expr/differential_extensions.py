"""Expressions with optional syntax and the extensions over the document of ``differential``, for two engines."""

from __future__ import annotations

from typing import Final

_OPTIONALS: Final = """
e.rls.?latest.hasValue()
e.rls.?nothing.hasValue()
e.?nothing.deeper.hasValue()
e.?nothing.?deeper.hasValue()
e.nothing.?deeper.hasValue()
e.?rls.?latest.?conclusion.orValue("none") == "success"
e.?rls.?latest.?reason.orValue("none") == "none"
e.flags.?owner.hasValue()
e.flags.?owner.orValue("nobody") == null
e.flags.?limit.orValue(3) > 2
e.flags.?`content-type`.value() == "a/b"
e.text.?x.hasValue()
e.flags.?owner.x.hasValue()
e.names.?x.hasValue()
e.names[?0].orValue("x") == "ada"
e.names[?9].orValue("x") == "x"
e.names[?-1].hasValue()
e.names[?"0"].hasValue()
e.names[?1.0].hasValue()
e.metrics.jobs[?0].hasValue()
e.labels[?"team"].value() == "core"
e.labels[?"nothing"].hasValue()
e.labels[?""].value() == "empty"
e.missing[?0].hasValue()
e.rls.runs[?2].?branch.orValue("?") == "?"
e.rls.runs[?1].?branch.value().startsWith("fix")
e.rls.runs.map(r, r.?branch.orValue("main")).all(b, b != "")
e.rls.runs.filter(r, r.?branch.hasValue()).size() == 2
e.rls.runs.exists(r, r.?branch.orValue("") == "main")
has(e.?rls.latest)
has(e.?nothing.latest)
has(e.?rls)
e.?nothing.value() == 1
optional.none().value() == 1
optional.none().hasValue()
optional.of(e.flags.owner).hasValue()
optional.of(e.missing).hasValue()
optional.of(1) == optional.of(1.0)
optional.of(1) == optional.of(2)
optional.of(1) != optional.none()
optional.of(1) == 1
optional.of([1]) == optional.of([1u])
optional.none() == optional.none()
optional.of(1) in [optional.of(1)]
optional.of(1) < optional.of(2)
optional.of(1) + 1 == 2
optional.ofNonZeroValue(0).hasValue()
optional.ofNonZeroValue("").hasValue()
optional.ofNonZeroValue([]).hasValue()
optional.ofNonZeroValue({}).hasValue()
optional.ofNonZeroValue(false).hasValue()
optional.ofNonZeroValue(0.0).hasValue()
optional.ofNonZeroValue(-0.0).hasValue()
optional.ofNonZeroValue(0.0 / 0.0).hasValue()
optional.ofNonZeroValue(null).hasValue()
optional.ofNonZeroValue(duration("0s")).hasValue()
optional.ofNonZeroValue(timestamp(0)).hasValue()
optional.ofNonZeroValue(timestamp(1)).hasValue()
optional.ofNonZeroValue(int).hasValue()
optional.ofNonZeroValue(optional.none()).hasValue()
optional.ofNonZeroValue(e.metrics.pending).orValue(7) == 7
optional.none().or(optional.of(1)).value() == 1
optional.of(2).or(optional.of(1)).value() == 2
optional.none().or(optional.none()).hasValue()
optional.of(2).or(e.missing).value() == 2
optional.none().or(e.missing).hasValue()
optional.none().or(1).hasValue()
optional.of(1).or(2).hasValue()
optional.of(2).orValue(e.missing) == 2
optional.none().orValue(e.missing) == 2
optional.none().orValue(optional.none()).hasValue()
e.?missing.orValue(1 / e.metrics.pending) == 1
e.?text.orValue(1 / e.metrics.pending) == "x"
e.text.hasValue()
e.text.orValue("x") == "x"
e.flags.?limit.optMap(l, l > 3).orValue(true)
e.metrics.?jobs.optMap(j, j + 1).value() == 121
e.metrics.?jobs.optMap(j, j / e.metrics.pending).hasValue()
e.metrics.?nothing.optMap(j, j / e.metrics.pending).hasValue()
e.?rls.optFlatMap(r, r.?latest).optFlatMap(l, l.?attempt).value() == 2
e.?rls.optFlatMap(r, r.?nothing).hasValue()
e.text.optMap(t, t).hasValue()
[?e.?text, ?e.?nothing].size() == 1
[1, ?optional.of(2), ?optional.none(), 3] == [1, 2, 3]
[?e.text] == [1]
[?e.missing] == []
{?"a": e.?text, ?"b": e.?nothing} == {"a": e.text}
{?"a": optional.of(1), "a": 2}.size() == 1
{?"a": optional.none(), "a": 2}.a == 2
{"a": 1, ?"b": 2}.size() == 2
{?1: optional.of(1), ?true: optional.of(2)}.size() == 2
has({?"a": e.?nothing}.a)
has({"a": optional.none()}.a)
type(e.?text) == optional_type
type(e.?text) == type(optional.none())
e.?nothing.hasValue() || true
e.missing.?x.hasValue() || true
e.missing.?x.hasValue() && false
e.flags.ready ? e.?text.hasValue() : false
e.?flags.ready.orValue(false)
e.?flags.?ready.orValue(false) && !e.?flags.?kill_switch.orValue(true)
e.matrix[?1][?1].value() == 4
e.matrix[?2][?0].hasValue()
e.matrix[?1][1].value() == 4
e.rls.runs.map(r, r.?branch).size() == 3
[3, 1].first().value() == 3
[].first().hasValue()
[3, 1].last().value() == 1
[].last().hasValue()
e.names.first().orValue("") == "ada"
"""

_TEXTS: Final = """
e.text.charAt(0) == "L"
e.text.charAt(19) == ""
e.text.charAt(20) == ""
e.text.charAt(-1) == ""
e.text.charAt(7) == "Ω"
e.text.indexOf("ready") == 9
e.text.indexOf("nothing") == -1
e.text.indexOf("a", 2) == 11
e.text.indexOf("", 19) == 19
e.text.indexOf("", 20) == 20
e.text.indexOf("L", -1) == 0
e.text.lastIndexOf("y") == 16
e.text.lastIndexOf("a", 10) == 1
e.text.lastIndexOf("") == 19
e.text.lastIndexOf("a", 20) == 11
e.text.lastIndexOf("zzz", 18) == -1
e.text.substring(7) == "Ω ready: yes"
e.text.substring(7, 8) == "Ω"
e.text.substring(19) == ""
e.text.substring(20) == ""
e.text.substring(3, 2) == ""
e.text.substring(-1) == ""
e.text.replace("e", "3") == "Launch Ω r3ady: y3s"
e.text.replace("e", "3", 1) == "Launch Ω r3ady: yes"
e.text.replace("e", "3", 0) == e.text
e.text.replace("e", "3", -2) == "Launch Ω r3ady: y3s"
"ab".replace("", "-") == "-a-b-"
"ab".replace("", "-", 2) == "-a-b"
"".replace("", "x") == "x"
"aaa".replace("aa", "b") == "ba"
e.text.split(" ") == ["Launch", "Ω", "ready:", "yes"]
e.text.split(" ", 2) == ["Launch", "Ω ready: yes"]
e.text.split(" ", 1) == [e.text]
e.text.split(" ", 0) == []
e.text.split(" ", -1).size() == 4
e.text.split(" ", 9).size() == 4
"abc".split("") == ["a", "b", "c"]
"abc".split("", 2) == ["a", "bc"]
"".split(",") == [""]
"".split("") == [""]
",a,".split(",") == ["", "a", ""]
e.names.join() == "adagraceedsger"
e.names.join(", ") == "ada, grace, edsger"
[].join(",") == ""
e.mixed.join(",") == ""
[""].join(",") == ""
["", ""].join(",") == ","
" \\t a b \\n".trim() == "a b"
"\\u00a0a\\u3000".trim() == "a"
"\\u001fa".trim() == "a"
"\\u200ba".trim() == "a"
"Straße Ä".lowerAscii() == "straße Ä"
"straße ä".upperAscii() == "STRAßE ä"
"abΩ".reverse() == "Ωba"
"".reverse() == ""
strings.quote("a\\"b\\\\c\\n") == "\\"a\\\\\\"b\\\\\\\\c\\\\n\\""
strings.quote("it's") == "\\"it's\\""
strings.quote(1) == "1"
e.text.charAt("0") == "L"
e.text.split(1) == []
e.metrics.jobs.trim() == ""
"%d of %s".format([3, "main"]) == "3 of main"
"%s".format([e.metrics.error_rate]) == "0.042"
"%s %s %s".format([true, null, e.names]) == "true null [ada, grace, edsger]"
"%s".format([{"b": 1, "a": [2]}]) == "{a: [2], b: 1}"
"%s".format([{2: "b", 10: "c", 1: "a"}]) == "{1: a, 10: c, 2: b}"
"%s".format([now]) == "2026-03-10T12:00:00Z"
"%s".format([duration("90m")]) == "5400s"
"%s".format([type(1)]) == "int"
"%s".format([b"xyz"]) == "xyz"
"%s".format([1e20]) == "1e+20"
"%s".format([-0.0]) == "-0"
"%.2f".format([e.metrics.error_rate * 100.0]) == "4.20"
"%.0f %.0f".format([2.5, 3.5]) == "2 4"
"%f".format([1]) == "1.000000"
"%e".format([1234.5]) == "1.234500e+03"
"%.1e".format([0.0]) == "0.0e+00"
"%e".format([1e-100]) == "1.000000e-100"
"%b %b %b".format([5, -5, true]) == "101 -101 1"
"%o %o".format([8, -8]) == "10 -10"
"%x %X".format([255, 255]) == "ff FF"
"%x".format([-255]) == "-ff"
"%x".format(["Ω"]) == "cea9"
"%d".format([0.0 / 0.0]) == "NaN"
"%f".format([-1.0 / 0.0]) == "-Infinity"
"%%".format([]) == "%"
"%".format([]) == "%"
"%q".format([1]) == ""
"%5d".format([1]) == "    1"
"%d".format([]) == ""
"%d".format([1, 2]) == "1"
"%d".format(["1"]) == "1"
"%x".format([1.5]) == ""
"%b".format(["1"]) == ""
"%s".format([optional.of(1)]) == "1"
"%.1001f".format([1.0]) == ""
"%d".format(1) == "1"
"%.3s".format(["abcdef"]) == "abcdef"
"""

_NUMBERS: Final = """
math.greatest(e.metrics.jobs, e.metrics.p95) == 120
math.greatest(1, 2.5, 3u) == 3
math.least(1, 2.5, 3u) == 1
math.greatest([1, 5, 3]) == 5
math.greatest(e.matrix[0]) == 2
math.greatest(e.rls.none) == 1
math.least(e.mixed) == 1
math.greatest("a") == "a"
math.greatest(e.text) == 1
math.greatest(e.metrics.jobs, e.missing) == 1
type(math.greatest(1, 1.0)) == int
type(math.greatest(1.0, 1)) == double
math.greatest(1.0, 0.0 / 0.0) == 1.0
math.isNaN(math.greatest(0.0 / 0.0, 1.0))
math.greatest(9007199254740993, 9007199254740992.0) == 9007199254740993
math.ceil(e.metrics.error_rate) == 1.0
math.floor(e.metrics.error_rate) == 0.0
math.ceil(1) == 1.0
math.round(2.5) == 3.0
math.round(-2.5) == -3.0
math.round(0.49999999999999994) == 0.0
math.round(4503599627370497.5) == 4503599627370498.0
math.round(1.0 / 0.0) > 1.0
math.trunc(-1.9) == -1.0
math.trunc(1e300) == 1e300
math.abs(e.metrics.delta) == 3
math.abs(-2.5) == 2.5
math.abs(-9223372036854775808) > 0
math.abs("1") == 1
math.sign(e.metrics.delta) == -1
math.sign(0.0) == 0.0
math.sign(5u) == 1u
math.sqrt(81) == 9.0
math.isNaN(math.sqrt(-1.0))
math.isInf(1.0 / 0.0) && !math.isInf(1.0)
math.isFinite(1.0) && !math.isFinite(0.0 / 0.0)
math.isNaN(1)
math.bitAnd(12, 10) == 8
math.bitOr(12, 10) == 14
math.bitXor(12, 10) == 6
math.bitNot(0) == -1
math.bitNot(0u) == 18446744073709551615u
math.bitAnd(1, 1u) == 1
math.bitShiftLeft(1, 63) == -9223372036854775808
math.bitShiftLeft(1, 64) == 0
math.bitShiftLeft(1u, 63) == 9223372036854775808u
math.bitShiftRight(-1, 1) == 9223372036854775807
math.bitShiftRight(-1, 0) == -1
math.bitShiftRight(1, -1) == 0
base64.encode(bytes(e.text)) == "TGF1bmNoIM6pIHJlYWR5OiB5ZXM="
string(base64.decode("TGF1bmNo")) == "Launch"
base64.decode("YQ") == b"a"
base64.decode("Y") == b""
base64.decode("_-==") == b""
base64.decode("") == b""
base64.decode(1) == b""
cel.bind(r, e.rls.runs, r.size() == 3 && r[0].id == 1)
cel.bind(x, e.missing, true)
cel.bind(x, e.missing, x == 1)
cel.bind(x, e.missing, x == 1 || true)
cel.bind(e, 1, e == 1)
cel.bind(a, 1, cel.bind(b, a + 1, a + b)) == 3
cel.bind(a, 1, cel.bind(a, a + 1, a)) == 2
cel.bind(x, 2, [1, 2].exists(y, y == x))
[1, 2].exists(y, cel.bind(x, y, x == 2))
cel.bind(x, e.text, x) && true
"""


def _lines(block: str) -> list[str]:
    return [line for line in block.strip().splitlines() if line]


EXTENDED: Final = tuple(line for block in (_OPTIONALS, _TEXTS, _NUMBERS) for line in _lines(block))

OTHERWISE: Final[dict[str, tuple[str, str, str]]] = {
    'e.names[?1u].value() == "grace"': ("true", "error", "an unsigned index is one, as without the ?"),
    "e[?null].hasValue()": ("error", "false", "null is no key of a map, as for `in`"),
    "e[?[1]].hasValue()": ("error", "false", "a list is no key of a map, as for `in`"),
    "optional.of([1])[5].hasValue()": (
        "false",
        "true",
        "an index outside of the list leads to nothing, as cel-go says",
    ),
    '"%d".format([1.5]) == "1.500000"': ("error", "true", "%d writes whole numbers, as cel-go says"),
    '"%s".format([123456789.125]) == "1.23457e+08"': (
        "false",
        "true",
        "%s loses no digits: it writes what string does",
    ),
    '"%f".format(["NaN"]) == "NaN"': ("error", "true", "%f writes numbers"),
    'base64.decode("Y Q==") == b"a"': ("error", "true", "blanks are no base64"),
}
"""What Google's engine says otherwise: ours, theirs, and why."""
