"""Some 370 expressions over one document, to be put to two engines; each one gives a bool or an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from gatekeeper.expr import ExpressionError, compile_expression

NOW: Final = "2026-03-10T12:00:00Z"

DOCUMENT: Final[dict[str, Any]] = {
    "rls": {
        "latest": {"conclusion": "success", "attempt": 2, "updated_at": "2026-03-10T06:30:00.250Z", "url": ""},
        "runs": [
            {"id": 1, "conclusion": "success", "minutes": 12.5, "branch": "main"},
            {"id": 2, "conclusion": "failure", "minutes": 3.0, "branch": "fix/a"},
            {"id": 3, "conclusion": "success", "minutes": 9.25},
        ],
        "none": [],
    },
    "metrics": {"error_rate": 0.042, "p95": 8.0, "pending": 0, "jobs": 120, "delta": -3, "big": 9007199254740993},
    "flags": {"kill_switch": False, "ready": True, "owner": None, "content-type": "a/b"},
    "names": ["ada", "grace", "edsger"],
    "mixed": [1, "1", 1.0, True, None, [1], {"a": 1}],
    "matrix": [[1, 2], [3, 4], []],
    "labels": {"team": "core", "tier": "1", "": "empty"},
    "text": "Launch Ω ready: yes",
    "date": "2026-03-01",
}

BINDINGS: Final[dict[str, Any]] = {"e": DOCUMENT, "now": datetime.fromisoformat(NOW)}


def ours(source: str, bindings: Mapping[str, Any] = BINDINGS) -> str:
    """What gatekeeper's evaluator comes to: ``true``, ``false`` or ``error``."""
    try:
        value = compile_expression(source).run(bindings)
    except ExpressionError:
        return "error"
    return {True: "true", False: "false"}[value] if type(value) is bool else "error"


_NUMBERS: Final = """
e.metrics.p95 == 8
e.metrics.p95 <= 8
e.metrics.p95 < 8.0
e.metrics.p95 >= 7 && e.metrics.p95 < 9
e.metrics.error_rate > 0.05
e.metrics.error_rate < 1
e.metrics.error_rate * 100.0 < 5.0
e.metrics.error_rate * 100 < 5
e.metrics.jobs + 1 == 121
e.metrics.jobs + 1.0 == 121.0
e.metrics.jobs - 200 == -80
e.metrics.jobs / 7 == 17
e.metrics.jobs % 7 == 1
e.metrics.delta / 2 == -1
e.metrics.delta % 2 == -1
e.metrics.jobs / e.metrics.pending > 0
e.metrics.jobs % e.metrics.pending == 0
e.metrics.p95 / 0.0 > 1000.0
e.metrics.p95 % 2.0 == 0.0
-e.metrics.delta == 3
--e.metrics.delta == -3
-e.metrics.p95 < 0
e.metrics.big == 9007199254740992.0
e.metrics.big > 9007199254740992
e.metrics.big > 9007199254740992.0
e.metrics.big * 2000 > 0
9223372036854775807 + e.metrics.jobs > 0
-9223372036854775808 - e.metrics.jobs < 0
e.metrics.jobs == 120u
e.metrics.delta < 0u
e.metrics.pending == 0u && e.metrics.pending == 0.0
double(e.metrics.jobs) / 7.0 > 17.0
int(e.metrics.p95) == 8
int(e.metrics.error_rate) == 0
int(e.metrics.error_rate * 1000.0) == 42
uint(e.metrics.delta) == 3u
uint(e.metrics.jobs) == 120u
string(e.metrics.jobs) == "120"
string(e.metrics.error_rate) == "0.042"
double("1.5") == 1.5
double("x") == 1.5
int("42") == 42
int("-42") == -42
int("4.2") == 4
int("") == 0
int("99999999999999999999") > 0
uint("-1") == 0u
0.1 + 0.2 == 0.3
0.1 + 0.2 > 0.3
1e3 == 1000
0x1F == 31
1.0 == 1u
1u + 1u == 2u
1u - 2u == 0u
1u + 1 == 2u
5u / 2u == 2u
5u % 2u == 1u
e.metrics.error_rate == e.metrics.error_rate
e.metrics.p95 != 8.5
e.metrics.p95 != "8"
"""

_STRINGS: Final = """
e.rls.latest.conclusion == "success"
e.rls.latest.conclusion != 'success'
e.rls.latest.conclusion < "t"
e.rls.latest.conclusion > "t"
e.rls.latest.conclusion >= "succ"
e.rls.latest.conclusion in ["success", "skipped"]
e.rls.latest.conclusion in []
e.rls.latest.conclusion.startsWith("succ")
e.rls.latest.conclusion.endsWith("succ")
e.rls.latest.conclusion.contains("cess")
e.rls.latest.conclusion.contains("")
e.rls.latest.conclusion.matches("^suc{2}ess$")
e.rls.latest.conclusion.matches("fail")
e.rls.latest.conclusion.matches("(")
matches(e.text, "Ω")
e.text.matches("(?i)READY")
e.text.matches("ready: (yes|no)$")
e.text.matches("(?=x)")
size(e.text) == 19
e.text.size() > 100
e.text + "!" == "Launch Ω ready: yes!"
e.text + 1 == "x"
e.text == e.date
e.text.contains(1)
e.rls.latest.url == ""
size(e.rls.latest.url) == 0
"a" + "b" == "ab"
"a" < "b" && "B" < "a"
"é" == "e\\u0301"
"\\x41" == "A"
'\\'' == "'"
r"\\d" == "\\\\d"
\"\"\"a"b\"\"\" == 'a"b'
b"abc" == b"abc"
b"abc" == "abc"
bytes("Ω") == b"\\xce\\xa9"
string(b"\\xce\\xa9") == "Ω"
string(b"\\xff") == "x"
size(b"\\xff\\xfe") == 2
size("Ω") == 1
string(true) == "true"
string(null) == "null"
bool("true")
bool("yes")
bool("False")
!bool("f")
e.text.foo() == 1
e.date.startsWith(2026)
string(e.flags.ready) == "true"
string(e.names) == "x"
"\\u270c" == "✌"
'a' in 'abc'
"abc"[0] == "a"
type(e.text) == string
type(e.metrics.jobs) == int
type(e.metrics.p95) == double
type(e.flags.owner) == null_type
type(e.names) == list
type(e.labels) == map
type(e.flags.ready) == type(true)
type(1u) == uint
type(type(1)) == type
"""

_LOGIC: Final = """
e.flags.ready
!e.flags.ready
!e.flags.kill_switch
e.flags.kill_switch
e.flags.ready && !e.flags.kill_switch
e.flags.ready || e.missing
e.missing || e.flags.ready
e.missing || e.flags.kill_switch
e.missing && e.flags.kill_switch
e.flags.kill_switch && e.missing
e.missing && e.flags.ready
e.flags.ready && e.missing
e.missing || e.missing
e.text || true
true || e.text
false || e.text
e.text && false
e.text && true
e.metrics.jobs && false
1 / e.metrics.pending > 0 || true
1 / e.metrics.pending > 0 && false
1 / e.metrics.pending > 0 || false
e.flags.ready ? true : e.missing
e.flags.kill_switch ? e.missing : true
e.flags.kill_switch ? e.missing : false
e.missing ? true : true
e.text ? true : true
e.metrics.jobs ? true : false
e.flags.ready ? e.flags.kill_switch ? false : true : false
!e.missing
!e.text
!e.metrics.pending
e.flags.ready == true
e.flags.ready == 1
e.flags.ready != 1
e.flags.kill_switch < e.flags.ready
e.flags.owner == null
e.flags.owner != null
e.flags.ready == null
e.flags.ready != null
e.text == null
e.names != null
e.flags.owner == false
e.flags.owner < 1
e.flags.owner && true
null == null
null == 0
null == ""
true == true
true != false
true > false
false >= true
(e.flags.ready || e.missing) && (e.missing || e.flags.ready)
(e.missing && false) || e.flags.ready
!(e.flags.kill_switch && e.missing)
"""

_MAPS: Final = """
has(e.rls.latest)
has(e.rls.latest.conclusion)
has(e.rls.latest.nothing)
has(e.rls.nothing.deep)
has(e.flags.owner)
has(e.text.x)
!has(e.flags.nothing)
has(e.rls.runs[0].branch)
has(e.rls.runs[2].branch)
has(e.rls.runs[9].branch)
!has(e.flags.limit) || e.flags.limit > 3
has(e.flags.limit) && e.flags.limit > 3
e["rls"]["latest"]["attempt"] == 2
e["rls"].latest["conclusion"] == "success"
e["nothing"] == 1
e.labels["team"] == "core"
e.labels[""] == "empty"
e.labels[1] == "x"
e.labels.tier == "1"
e.labels.tier == 1
"team" in e.labels
"nothing" in e.labels
1 in e.labels
"" in e.labels
"rls" in e && "latest" in e.rls
e.flags.`content-type` == "a/b"
e.flags["content-type"] == "a/b"
size(e.labels) == 3
e.labels.size() == 3
size(e.rls.latest) == 4
e.labels == {"team": "core", "tier": "1", "": "empty"}
e.labels == {"": "empty", "tier": "1", "team": "core"}
e.labels == {"team": "core"}
e.labels != {"team": "core"}
{"a": 1} == {"a": 1.0}
{"a": [1, 2u]} == {"a": [1u, 2]}
{1: "a"}[1] == "a"
{1: "a"}[1u] == "a"
{1: "a"}[1.0] == "a"
{1: "a"}[2] == "a"
{true: 1}[true] == 1
{true: 1, 1: 2}[1] == 2
{"a": 1, "a": 2}.a == 1
{"a": 1}.a == 1
{}.a == 1
has({"a": 1}.a)
has({}.a)
{"a": e.missing}.a == 1
{"a": {"b": {"c": 5}}}.a.b.c == 5
e.labels.all(k, k != "x")
e.labels.exists(k, e.labels[k] == "core")
e.labels.exists_one(k, k == "team")
e.labels.map(k, e.labels[k]).size() == 3
e.labels.filter(k, k == "tier") == ["tier"]
e.metrics.jobs.x == 1
e.names.x == 1
e.flags.owner.x == 1
e.rls.latest < e.rls.latest
e.rls == e.rls
e == e
"""

_LISTS: Final = """
size(e.names) == 3
e.names.size() > 3
e.names[0] == "ada"
e.names[2] == "edsger"
e.names[3] == "x"
e.names[-1] == "edsger"
e.names[1.0] == "grace"
e.names[1.5] == "grace"
e.names["0"] == "ada"
e.names[1u] == "grace"
"ada" in e.names
"bob" in e.names
!("bob" in e.names)
1 in e.mixed
"1" in e.mixed
true in e.mixed
false in e.mixed
null in e.mixed
[1] in e.mixed
{"a": 1} in e.mixed
{"a": 1.0} in e.mixed
2 in e.mixed
1u in e.mixed
e.missing in e.names
1 in e.metrics.jobs
e.names == ["ada", "grace", "edsger"]
e.names == ["ada", "edsger", "grace"]
e.names != ["ada"]
e.matrix == [[1, 2], [3, 4], []]
e.matrix[1][0] == 3
e.matrix[2][0] == 3
[1, 2] + [3] == [1, 2, 3]
e.names + ["x"] == e.names
size(e.names + e.names) == 6
[] == []
[1] == [1.0]
[1] == ["1"]
[1, 2,] == [1, 2]
e.names.all(n, n.size() > 2)
e.names.all(n, n.startsWith("a"))
e.names.exists(n, n.startsWith("g"))
e.names.exists(n, n == "x")
e.names.exists_one(n, n.contains("a"))
e.names.exists_one(n, n == "ada")
e.rls.none.all(r, r.bad)
e.rls.none.exists(r, true)
e.rls.none.exists_one(r, true)
e.rls.none.map(r, r.bad) == []
e.rls.runs.all(r, r.minutes < 20)
e.rls.runs.all(r, r.conclusion == "success")
e.rls.runs.all(r, r.branch == "main")
e.rls.runs.all(r, r.branch != "x")
e.rls.runs.exists(r, r.branch == "main")
e.rls.runs.exists(r, r.branch == "x")
e.rls.runs.exists_one(r, r.branch == "main")
e.rls.runs.filter(r, r.conclusion == "success").size() == 2
e.rls.runs.filter(r, r.branch == "main").size() == 1
e.rls.runs.filter(r, has(r.branch) && r.branch == "main").size() == 1
e.rls.runs.map(r, r.id) == [1, 2, 3]
e.rls.runs.map(r, r.id > 1, r.minutes) == [3.0, 9.25]
e.rls.runs.map(r, r.branch).size() == 3
e.rls.runs.map(r, r.branch).size() == 3 || true
e.rls.runs.filter(r, r.id).size() == 3
e.rls.runs.all(r, r.id)
e.rls.runs.exists(r, r.id)
e.matrix.all(row, row.all(cell, cell > 0))
e.matrix.exists(row, row.exists(cell, cell == 4))
e.matrix.map(row, row.map(cell, cell * 2)) == [[2, 4], [6, 8], []]
e.matrix.filter(row, size(row) == 0) == [[]]
e.names.map(n, size(n)).exists(s, s == 6)
e.names.exists(e, e == "ada")
[1, 2, 3].exists(x, [2].exists(x, x == 2) && x == 1)
e.mixed.exists(x, x == "1")
e.mixed.all(x, x != "2")
e.mixed.exists(x, x > 5)
e.mixed.exists(x, x < 5)
e.mixed.all(x, x < 5)
e.text.all(c, true)
e.metrics.jobs.exists(c, true)
e.missing.all(x, true)
[1, 0, 2].all(x, 4 / x > 1)
[1, 0, 2].exists(x, 4 / x == 2)
[1, 0, 2].map(x, 4 / x).size() == 3
[3, 2, 1].filter(x, x > 1) == [3, 2]
"""

_TIMES: Final = """
timestamp(e.rls.latest.updated_at) < now
now - timestamp(e.rls.latest.updated_at) < duration("24h")
now - timestamp(e.rls.latest.updated_at) < duration("1h")
now - timestamp(e.rls.latest.updated_at) == duration("5h29m59.75s")
timestamp(e.rls.latest.updated_at) + duration("24h") > now
now - duration("168h") < timestamp("2026-03-04T00:00:00Z")
timestamp(e.date) < now
timestamp(e.text) < now
e.rls.latest.updated_at < now
now == timestamp("2026-03-10T12:00:00Z")
now == timestamp("2026-03-10T13:00:00+01:00")
now != timestamp("2026-03-10T12:00:00.000000001Z")
now >= now
now + now == now
now - now == duration("0s")
now.getFullYear() == 2026
now.getMonth() == 2
now.getDate() == 10
now.getDayOfMonth() == 9
now.getDayOfWeek() == 2
now.getDayOfYear() == 68
now.getHours() == 12
now.getHours("America/New_York") == 8
now.getHours("+05:30") == 17
now.getMinutes("Asia/Kathmandu") == 45
now.getHours("Nowhere/Land") == 1
timestamp(e.rls.latest.updated_at).getMilliseconds() == 250
timestamp(0) == timestamp("1970-01-01T00:00:00Z")
int(timestamp("1970-01-02T00:00:00Z")) == 86400
string(now) == "2026-03-10T12:00:00Z"
string(duration("90m")) == "5400s"
string(duration("1500ms")) == "1.500s"
duration("90m") == duration("1h30m")
duration("1h") > duration("59m")
duration("1h") + duration("1m") == duration("61m")
duration("1h") - duration("2h") < duration("0s")
duration("1h").getMinutes() == 60
duration("3730s").getHours() == 1
duration("1d") == duration("24h")
duration("") == duration("0s")
duration("1") == duration("1s")
duration("-1.5h") == duration("-90m")
duration(e.text) == duration("1s")
now - 5 == now
now < 5
timestamp("2026-03-10T12:00:00") == now
timestamp("2026-02-30T12:00:00Z") < now
timestamp("2026-03-10T24:00:00Z") > now
timestamp("2026-03-10 12:00:00Z") == now
timestamp("") == now
type(now) == google.protobuf.Timestamp
"""


def _lines(block: str) -> list[str]:
    return [line for line in block.strip().splitlines() if line]


EXPRESSIONS: Final = tuple(
    line for block in (_NUMBERS, _STRINGS, _LOGIC, _MAPS, _LISTS, _TIMES) for line in _lines(block)
)

STRICTER: Final[dict[str, str]] = {
    'int(" 5") == 5': "blanks around a number are a mistake",
    'double(" 1") == 1.0': "blanks around a number are a mistake",
    'double("0x10") == 16.0': "decimal only",
    'double("1e999") > 1.0': "a number that becomes infinite is a mistake",
    'now.getHours("") == 12': "an empty zone name is no zone",
    'duration("3000000h") > duration("1h")': "durations end at 292 years",
    "true || e.text.foo() == 1": "a function that does not exist is refused when compiled",
    "true || -3u == 1u": "an unsigned literal has no sign: refused when compiled",
    "true || size(1, 2) == 1": "a wrong number of arguments is refused when compiled",
}
"""What Google's engine calls true and we refuse, with the reason."""
