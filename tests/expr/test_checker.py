"""What the checker tells of an expression: code, level, the part that is underlined, and how to mend it."""

from __future__ import annotations

import pytest

from gatekeeper.expr import compile_expression
from gatekeeper.expr.checker import check
from gatekeeper.expr.declared import hint_type, schema_type
from gatekeeper.expr.types import DURATION, DYN, INT, TIMESTAMP, Member, Record, Type, join, list_of, simple
from gatekeeper.model.evidence import Approvals, Health, WorkflowRuns
from gatekeeper.model.evidence_document import Markdown
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.values import Json

SCHEMA: dict[str, Json] = {
    "type": "object",
    "required": ["rate", "count", "state", "parts"],
    "properties": {
        "rate": {"type": "number"},
        "count": {"type": "integer"},
        "p95": {"type": ["number", "null"]},
        "state": {"enum": ["open", "closed"]},
        "at": {"type": "string", "format": "date-time"},
        "mixed": {"type": ["integer", "string"]},
        "nothing": {"type": "array", "maxItems": 0},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "either": {"oneOf": [{"$ref": "#/$defs/part"}, {"type": "null"}]},
        "closed": {"type": "object", "properties": {"a": {"type": "boolean"}}, "additionalProperties": False},
        "open": {"type": "object", "properties": {"a": {}}, "additionalProperties": True},
        "both": {"allOf": [{"$ref": "#/$defs/part"}, {"properties": {"b": {"type": "string"}}, "type": "object"}]},
    },
    "$defs": {
        "part": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "below": {"$ref": "#/$defs/part"}},
            "additionalProperties": False,
        }
    },
}
TYPES = {
    "rls": hint_type(WorkflowRuns),
    "record": hint_type(Approvals),
    "book": hint_type(Markdown),
    "health": hint_type(Health),
    "subject": hint_type(Subject),
    "m": schema_type(SCHEMA),
    "now": TIMESTAMP,
    "params": Type((Record("params", {"age": Member(DURATION), "names": Member(list_of(simple("string")))}, DYN),)),
}

FINE = """
book.tasks_under("1.1").all(box, box.checked && box.state == "ticked")
book.tasks_in("Checklist").filter(box, box.changed != null && age(box.changed.at) < days(7)).size() == 7
book.sign_offs_under("Sign-off").all(line, line.signed && line.person != null)
!book.labelled_line("Launch date").blank && book.items_under("Hygiene").size() == 6
book.contradictions.size() == 0 && book.repairs.all(each, each.text != null)
!book.placeholders.exists(each, each.inside == "value" && each.form == "rule")
rls.runs.all(run, run.conclusion == "success")
rls.runs.exists(run, run.conclusion != null && run.conclusion.startsWith("s"))
rls.runs.exists(run, run.conclusion.startsWith("s") && run.conclusion != null)
rls.runs.all(run, run.conclusion == null || run.conclusion.startsWith("s"))
rls.runs.all(run, !(run.conclusion != null) || run.conclusion.startsWith("s"))
rls.runs.filter(run, run.conclusion != null).all(run, run.conclusion.startsWith("s"))
rls.runs.map(run, run.conclusion != null, run.conclusion.size()).exists(n, n > 1)
rls.latest != null ? rls.latest.run_number > 1 : false
rls.latest == null ? false : rls.latest["run_number"] > 1
rls.latest != null && rls.latest.conclusion in ["success", "neutral"] && rls.latest.conclusion.size() > 2
record.approvals.exists(entry, entry.decision == "approved" && entry.decision.size() > 2)
age(rls.runs[0].created_at) <= params.age
now - timestamp(rls.runs[0].created_at) <= days(1)
m.rate > 1 && m.count >= 2.5 && m.count == 3u
double(m.count) / 3.0 > m.rate
m.count % 2 == 0
m.p95 == null || m.p95 > 9.0
m.p95 != 3.5
type(m.mixed) == int && m.mixed > 3
type(m.mixed) != string || m.mixed.startsWith("a")
type(m.p95) == null_type || m.p95 > 2.0
has(m.at) && timestamp(m.at) < now
m.labels.team == "core" && m.labels["tier"] != "x" && "team" in m.labels
m.labels.all(name, m.labels[name] != "")
m.parts.exists(part, has(part.below) && part.below.name == "a")
m.parts.map(part, part.name) == ["a", "b"]
m.open.whatever > 3
m.both.b == "x" && m.both.name.size() > 1
m.either != null && m.either.name == "a"
book.tables[0].rows.exists(row, row.anything == 1 && row.other.startsWith("x"))
book.table("A").rows.all(row, row.status == "done")
book.sections_under("A").exists(part, has(part.fields.action) && part.fields.action.value != "")
book.sections.exists(part, "A" in part.path)
subject.commit == "abc"
params.undeclared > 3
unknown.name > "3" && unknown == 3
dyn(m.count) == "3"
double(m.open.errors) / double(m.open.all) > 0.05
m.open.errors / 2.0 > 0.5
[1, "a"].exists(x, x == m.count)
{"a": m.count}.a == 3
{1: "a", m.count: "b"}[m.count] == "a"
-m.rate < 0.0 && -m.count < 0
(m.rate > 1.0 ? m.rate : m.p95) == 3.0
string(m.count) + "x" == "3x"
[m.rate] + [m.rate] == []
true && m.count > 1
m.parts.exists(part, true)
"""

WRONG = [
    ('rls.runs[0].conclusio == "success"', "unknown-field", "conclusio"),
    ("has(rls.runs[0].conclusio)", "unknown-field", "conclusio"),
    ('rls["runz"] == []', "unknown-field", "runz"),
    ('book.section("A").titel == "x"', "unknown-field", "titel"),
    ('book.tasks_under("A").all(box, box.ticked)', "unknown-field", "ticked"),
    ('book.tasks.exists(box, box.state == "tikced")', "never-equal", '"tikced"'),
    ('book.contradictions.exists(each, each.kind == "sum")', "never-equal", '"sum"'),
    ('book.task("A").changed.author == "Ada"', "nullable", 'book.task("A").changed'),
    ('book.sign_offs.all(line, line.person.startsWith("A"))', "nullable", "line.person"),
    ("m.closed.b", "unknown-field", "b"),
    ("m.parts[0].nam == 'x'", "unknown-field", "nam"),
    ("m.stat == 'open'", "undeclared-field", "stat"),
    ("m.count > '3'", "type", "m.count > '3'"),
    ("m.state < 3", "type", "m.state < 3"),
    ("m.at < now", "type", "m.at < now"),
    ("now - m.at < days(1)", "type", "now - m.at"),
    ("age(rls.runs[0].created_at) < 3", "type", "age(rls.runs[0].created_at) < 3"),
    ("m.rate + m.count > 1.0", "type", "m.rate + m.count"),
    ("m.mixed > 3", "type", "m.mixed > 3"),
    ("m.count && m.rate > 1", "type", "m.count"),
    ("!m.state", "type", "m.state"),
    ("-m.state == 1", "type", "m.state"),
    ("m.state ? true : false", "type", "m.state"),
    ("m.count > 1 ? m.count : m.state == 'open'", "type", "m.count > 1 ? m.count : m.state == 'open'"),
    ("m.parts.all(part, part.name)", "type", "part.name"),
    ("m.parts.filter(part, part.name).size() > 1", "type", "part.name"),
    ("m.count.all(x, x)", "type", "m.count"),
    ("m.state.name == 'x'", "type", "m.state"),
    ("m.parts['a'].name == 'x'", "type", "m.parts['a']"),
    ("m.parts[1.0].name == 'x'", "type", "m.parts[1.0]"),
    ("m.labels[1] == 'x'", "type", "m.labels[1]"),
    ("m.closed[1] == 'x'", "type", "m.closed[1]"),
    ("m.count[0] == 1", "type", "m.count[0]"),
    ("size(m.count) > 1", "type", "size(m.count)"),
    ("m.state.startsWith(1)", "type", "m.state.startsWith(1)"),
    ('rls.section("A").line > 1', "type", 'rls.section("A")'),
    ("days(m.state) > params.age", "type", "days(m.state)"),
    ("{m.rate: 1}.size() == 1", "type", "m.rate"),
    ("m.count in m.rate", "type", "m.rate"),
    ("m.count", "type", "m.count"),
    ('m.count == "3"', "never-equal", '"3"'),
    ("m.state == m.count", "never-equal", "m.state == m.count"),
    ('m.state == "opne"', "never-equal", '"opne"'),
    ('"opne" != m.state', "never-equal", '"opne"'),
    ('m.state in ["open", "clsd"]', "never-equal", '"clsd"'),
    ("m.count in ['a']", "never-equal", "'a'"),
    ("m.count in params.names", "never-equal", "m.count in params.names"),
    ("m.count in m.labels", "never-equal", "m.count in m.labels"),
    ("type(m.count) == string", "never-equal", "type(m.count) == string"),
    ("params.names == [1]", "never-equal", "params.names == [1]"),
    ("m.count / 2 > 1", "integer-division", "m.count / 2"),
    ("7 / 2 > 1", "integer-division", "7 / 2"),
    ("m.open.errors / m.open.all > 1", "maybe-integer-division", "m.open.errors / m.open.all"),
    ("m.open.errors / 2 > 1", "maybe-integer-division", "m.open.errors / 2"),
    ("m.count / m.open.all > 1", "maybe-integer-division", "m.count / m.open.all"),
    ("m.rate > 1 && dyn(m.count) / 7 > 1", "maybe-integer-division", "dyn(m.count) / 7"),
    ('timestamp("2026") < now', "no-value", 'timestamp("2026")'),
    ("1 % 0 == 1 || m.rate > 1", "no-value", "1 % 0 == 1"),
    ('{"a": 1}.b == 1', "unknown-field", "b"),
    ("[].all(x, x == 1)", "empty-list", "[]"),
    ("m.nothing.exists(x, x == 1)", "empty-list", "m.nothing"),
    ("m.parts.filter(part, 1 > 2).all(part, part.name == '')", "constant", "1 > 2"),
    ("rls.latest.run_number > 1", "nullable", "rls.latest"),
    ("rls.runs.all(run, run.conclusion.startsWith('s'))", "nullable", "run.conclusion"),
    ("m.p95 > 3.0", "nullable", "m.p95"),
    ("m.p95 > 3.0 && m.p95 < 9.0", "nullable", "m.p95"),
    ("m.either.name == 'x' || m.either != null", "type", "m.either"),
    ("(m.p95 == null && m.count > 1) || m.p95 > 2.0", "nullable", "m.p95"),
    ("!(m.p95 == null || m.count > 1) ? m.count > 2 : m.p95 > 2.0", "nullable", "m.p95"),
    ("m.count == null", "null-test", "m.count == null"),
    ("null != rls.runs", "null-test", "null != rls.runs"),
    ("has(m.rate)", "has-always", "has(m.rate)"),
    ("has(health.checks.db) ? true : false", "has-always", "has(health.checks.db)"),
    ("1 == 1", "constant", "1 == 1"),
    ("m.count > 1 || size('abc') > 2", "constant", "size('abc') > 2"),
    ("m.count > 1 || true", "constant", "m.count > 1 || true"),
    ("false && m.count > 1", "constant", "false && m.count > 1"),
    ("!false", "constant", "!false"),
    ("2 > 1 ? m.count > 1 : m.count > 2", "constant", "2 > 1"),
]
ERRORS = {"unknown-field", "type", "never-equal", "integer-division", "no-value", "empty-list"}


@pytest.mark.parametrize("source", FINE.strip().splitlines())
def test_what_is_right_is_accepted_without_a_word(source: str) -> None:
    typed, faults = check(compile_expression(source), TYPES, {"bool"})
    assert faults == ()
    assert typed.words <= {"bool"}


@pytest.mark.parametrize(("source", "code", "part"), WRONG, ids=[each[0] for each in WRONG])
def test_what_is_wrong_is_told_once_and_at_its_part(source: str, code: str, part: str) -> None:
    _, faults = check(compile_expression(source), TYPES, {"bool"})
    told = {(fault.code, source[fault.start : fault.end]) for fault in faults}
    assert (code, part) in told
    assert {fault.level for fault in faults if fault.code == code} == {"error" if code in ERRORS else "warning"}
    assert all(fault.message and "\n" not in fault.message + fault.hint for fault in faults)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("m.at < now", "timestamp(…)"),
        ("m.count > '3'", "take the quotes away"),
        ("m.rate + m.count > 1.0", "double(…)"),
        ("age(m.at) < 3", "days(7)"),
        ("m.count / 2 > 1", "double(m.count) / double(2)"),
        ("m.open.errors / m.open.all > 1", "double(m.open.errors) / double(m.open.all)"),
        ("m.p95 > 3.0", "m.p95 != null"),
        ("size(m.count) > 1", "there is: size(bytes), size(list), size(map), size(string)"),
        ("has(health.checks.db)", "compare it with null"),
    ],
)
def test_a_hint_says_how_to_mend_it(source: str, hint: str) -> None:
    _, faults = check(compile_expression(source), TYPES, {"bool"})
    assert hint in " ".join(fault.hint for fault in faults)


def test_every_mistake_of_an_expression_is_told_in_order() -> None:
    source = "m.count > '3' && m.stat == 1 && rls.latest.nope && m.state == 'x'"
    _, faults = check(compile_expression(source), TYPES, {"bool"})
    assert [fault.code for fault in faults] == ["type", "undeclared-field", "nullable", "unknown-field", "never-equal"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("m.p95", "double or null"),
        ("m.parts.map(part, part.name)", "list of string"),
        ("rls.runs", "list of workflow run"),
        ("m.either", "object or null"),
        ("m.labels", "map"),
        ("rls.runs[0].created_at", "string"),
        ("now - now", "duration"),
        ("now + days(1)", "timestamp"),
        ("unknown + 'a'", "string"),
        ("unknown - now", "duration"),
        ("unknown + unknown", "anything"),
        ("type(m.mixed)", "type"),
        ("[]", "list"),
        ("m.closed['a' + m.state]", "bool"),
    ],
)
def test_types_are_told_in_words(source: str, told: str) -> None:
    assert str(check(compile_expression(source), TYPES)[0]) == told


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "object", "properties": {"below": {"$ref": "#"}}}, "object"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}, "anything"),
        ({"anyOf": [{"type": "string"}, {"$ref": "#"}]}, "anything"),
        ({"type": ["string", "integer", "null"]}, "string or int or null"),
        ({"type": "array", "items": {"type": "number"}}, "list of double"),
        ({"type": "array", "prefixItems": [{"type": "number"}]}, "list"),
        ({"anyOf": [{"type": "number"}, {"const": 1}]}, "double or int"),
        ({"anyOf": [{"type": "number"}, {"type": "string"}]}, "double or string"),
        ({"type": "object", "patternProperties": {"x": {}}, "additionalProperties": False}, "map"),
        ({"enum": ["a", "b", None]}, "string or null"),
        ({"enum": [{"a": 1}]}, "anything"),
        ({"allOf": [{"type": "string"}]}, "anything"),
        ({"not": {"type": "string"}}, "anything"),
        ({}, "anything"),
    ],
)
def test_a_schema_is_read_as_far_as_it_is_certain(schema: dict[str, Json], told: str) -> None:
    shown = str(schema_type(schema))
    assert sorted(shown.split(" or ")) == sorted(told.split(" or "))


def test_a_schema_of_many_layers_is_read_soon() -> None:
    layers: dict[str, Json] = {
        f"d{n}": {"type": "object", "properties": {side: {"$ref": f"#/$defs/d{n + 1}"} for side in "ab"}}
        for n in range(60)
    }
    schema: dict[str, Json] = {"$ref": "#/$defs/d0", "$defs": {**layers, "d60": {"type": "string"}}}
    source = "doc" + ".a" * 60 + " > 3"
    _, faults = check(compile_expression(source), {"doc": schema_type(schema)}, {"bool"})
    assert [fault.code for fault in faults] == ["type"]


def test_a_list_has_an_element_for_certain_only_where_each_choice_has() -> None:
    filled, empty, either = list_of(INT, filled=True), list_of(INT, empty=True), list_of(INT)
    assert join((filled, filled)) == filled
    assert join((filled, either)) == join((filled, empty)) == join((empty, either)) == either
