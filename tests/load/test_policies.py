"""A good policy becomes exactly what it says; several files are judged together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gatekeeper.model.place import Place
from gatekeeper.model.rule import CleanWindow, Each, Enforcement, Expect, Quorum, ReadGate
from tests.load.conftest import Project

HEAD = "apiVersion: gatekeeper/v1\nkind: Gate\nid: {id}\ntitle: May the shop open?\nowner: shop-team\n"
DOC = "evidence: {doc: {type: json, max_age: 1h, schema: doc.json}}\n"
RULE = "rules:\n  - {id: a, title: A, enforcement: blocking, severity: high, expect: true}\n"


def gate(name: str = "shop", rest: str = RULE) -> str:
    return HEAD.replace("{id}", name) + rest


def rule(rest: str) -> str:
    return "rules:\n  - id: a\n    title: A\n    enforcement: blocking\n    severity: high\n" + rest


FULL = """\
# A comment.
apiVersion: gatekeeper/v1
kind: Gate
id: shop
title: May the shop open?
owner: shop-team
source: handbook, section 3
description: Everything that has to be so.
severities: {BLOCK: critical, HIGH: high, SOON: high, LOW: low}
verdicts: {GO: OPEN, NO-GO: CLOSED}
roles: {lead: [Robin Vale, Kim Sato], owner: [Ada Moss]}
waivers: {max: 3d, granted_by: [lead]}
params:
  people: {type: int, default: 2, min: 1, max: 5, overridable: true, description: how many}
  lever_max_age: 30d
  not_before: {type: timestamp, default: "2026-02-24T01:00:00+01:00"}
  names: [a, b]
  share: {type: number, default: 1}
evidence:
  runs: {type: workflow_runs, max_age: 1h, required: [runs, latest.conclusion]}
  book: {type: markdown, max_age: none, reason: it is judged by what it says, description: the handbook}
  doc: {type: json, max_age: 2w, schema: schemas/doc.json}
  record: {type: approvals, max_age: 1h30m}
  mode: {type: mode_state, max_age: 15m, of: shop-degraded}
rules:
  - id: ran
    title: The check ran
    enforcement: hard
    severity: BLOCK
    expect: >-
      runs.latest.conclusion == "success" &&
      doc.ready && mode.state != "degraded"
    message: "it ended {runs.latest.conclusion}"
    remedy: "run it as {params.names}, share {params.share}"
    owner: night shift
    due: 2026-03-03
    source: section 3.1
  - id: rows
    title: No row is open
    enforcement: advisory
    severity: LOW
    applies_when: size(book.tables) > 0
    each:
      over: book.tables[0].rows
      as: row
      key: row.number
      empty: pass
      closed_by: {1: ran, b: ran}
      owner: row.owner
      due: row.target_date
    message: "{row.text} is open"
  - id: lower
    title: The lower gate
    enforcement: blocking
    severity: HIGH
    gate: lower
  - id: clean
    title: Seven clean days
    enforcement: hard
    severity: BLOCK
    window:
      over: runs.runs
      as: run
      at: run.created_at
      clean: run.conclusion == "success"
      pending: run.conclusion == null
      void:
        - {when: run.event != "schedule", because: by hand}
      label: "run {run.run_number}"
      length: 7d
      max_gap: days(1)
      not_before: params.not_before
  - id: forever
    title: Clean without end
    enforcement: shadow
    severity: LOW
    window: {over: runs.runs, as: run, at: run.created_at, clean: true, length: params.lever_max_age, max_gap: none}
  - id: signed
    title: Signed
    enforcement: blocking
    severity: HIGH
    quorum: {of: record.approvals, roles: [lead, launch], distinct: params.people, binds: [book]}
---
apiVersion: gatekeeper/v1
kind: Waivers
waivers:
  - id: w-1
    gate: shop
    rule: rows
    key: 7
    subject: {environment: staging}
    owner: shop-team
    granted_by: {person: Robin Vale, role: lead}
    granted_at: 2026-02-24T09:00:00Z
    expires_at: 2026-03-01T09:00:00+01:00
    justification: it is only the sign above the door
    ticket: SHOP-7
    accepts: [unknown]
"""


def test_every_field_of_a_policy_arrives(project: Project) -> None:
    project.write("policies/shop/schemas/doc.json", '{"type": "object", "properties": {"ready": {"type": "boolean"}}}')
    files = (project.policy(FULL), project.policy(gate("lower"), "lower.yaml"))
    loaded, warnings = project.load(*files)
    shop = loaded.gates["shop"]
    assert warnings == ()
    assert list(loaded.gates) == ["lower", "shop"]
    assert (shop.title, shop.system, shop.owner) == ("May the shop open?", "shop", "shop-team")
    assert (shop.source, shop.description) == ("handbook, section 3", "Everything that has to be so.")
    assert list(shop.severities.items()) == [("BLOCK", "critical"), ("HIGH", "high"), ("SOON", "high"), ("LOW", "low")]
    assert shop.words == {"GO": "OPEN", "NO-GO": "CLOSED", "INCONCLUSIVE": "INCONCLUSIVE"}
    assert shop.advisory is False
    assert shop.roles == {"lead": ("Robin Vale", "Kim Sato"), "owner": ("Ada Moss",)}
    assert (shop.waivers.longest, shop.waivers.granted_by) == (timedelta(days=3), ("lead",))
    assert shop.reads == ("lower",)
    assert shop.place == Place("policies/shop/shop.yaml", 2, 1)


def test_every_parameter_has_its_type_and_bounds(project: Project) -> None:
    project.write("policies/shop/schemas/doc.json", "{}")
    loaded, _ = project.load(project.policy(FULL), project.policy(gate("lower"), "lower.yaml"))
    params = {each.name: each for each in loaded.gates["shop"].params}
    people = params["people"]
    assert (people.type, people.default, people.minimum, people.maximum) == ("int", 2, 1, 5)
    assert (people.overridable, people.description) == (True, "how many")
    assert people.place == Place("policies/shop/shop.yaml", 14, 3)
    age = params["lever_max_age"]
    assert (age.type, age.default, age.overridable) == ("duration", timedelta(days=30), False)
    assert params["not_before"].default == datetime(2026, 2, 24, tzinfo=UTC)
    assert (params["names"].type, params["names"].default) == ("strings", ("a", "b"))
    assert (params["share"].type, params["share"].default) == ("number", 1.0)
    assert type(params["share"].default) is float


def test_every_evidence_entry_says_what_it_needs(project: Project) -> None:
    project.write("policies/shop/schemas/doc.json", '{"type": "object"}')
    loaded, _ = project.load(project.policy(FULL), project.policy(gate("lower"), "lower.yaml"))
    entries = {each.name: each for each in loaded.gates["shop"].evidence}
    assert (entries["runs"].kind, entries["runs"].max_age) == ("workflow_runs", timedelta(hours=1))
    assert entries["runs"].required == ("runs", "latest.conclusion")
    assert (entries["book"].max_age, entries["book"].max_age_reason) == (None, "it is judged by what it says")
    assert entries["doc"].schema == {"type": "object"}
    assert (entries["doc"].max_age, entries["record"].max_age) == (timedelta(days=14), timedelta(minutes=90))
    assert entries["mode"].of == "shop-degraded"


def test_every_kind_of_requirement_arrives(project: Project) -> None:
    project.write("policies/shop/schemas/doc.json", "{}")
    loaded, _ = project.load(project.policy(FULL), project.policy(gate("lower"), "lower.yaml"))
    ran, rows, lower, clean, forever, signed = loaded.gates["shop"].rules
    assert (ran.enforcement, ran.severity, ran.owner) == (Enforcement.HARD, "BLOCK", "night shift")
    assert (ran.due, ran.source) == ("2026-03-03", "section 3.1")
    assert isinstance(ran.requirement, Expect)
    assert ran.requirement.when.place == Place("policies/shop/shop.yaml", 31, 7)
    assert ran.requirement.when.program.free_names == ("runs", "doc", "mode")
    assert ran.message is not None
    assert ran.message.free_names == ("runs",)
    each = rows.requirement
    assert isinstance(each, Each)
    assert (each.row, each.empty_passes, each.closed_by) == ("row", True, {"1": "ran", "b": "ran"})
    assert each.expect is None
    assert each.owner is not None
    assert each.due is not None
    assert rows.applies_when is not None
    assert lower.requirement == ReadGate("lower")
    window = clean.requirement
    assert isinstance(window, CleanWindow)
    assert (window.sample, window.length) == ("run", timedelta(days=7))
    assert not isinstance(window.max_gap, timedelta | None)
    assert window.max_gap.source == "days(1)"
    assert [(void.when.source, void.because) for void in window.void] == [('run.event != "schedule"', "by hand")]
    endless = forever.requirement
    assert isinstance(endless, CleanWindow)
    assert endless.max_gap is None
    assert not isinstance(endless.length, timedelta)
    assert endless.length.source == "params.lever_max_age"
    quorum = signed.requirement
    assert isinstance(quorum, Quorum)
    assert (quorum.roles, quorum.binds) == (("lead", "launch"), ("book",))
    assert quorum.holders == {"lead": ("Robin Vale", "Kim Sato")}
    assert not isinstance(quorum.distinct, int)


def test_a_waiver_arrives_whether_the_gate_would_accept_it_or_not(project: Project) -> None:
    project.write("policies/shop/schemas/doc.json", "{}")
    text = FULL.replace("rule: rows", "rule: ran").replace("role: lead", "role: passer-by")
    loaded, _ = project.load(project.policy(text), project.policy(gate("lower"), "lower.yaml"))
    (waiver,) = loaded.waivers
    assert (waiver.id, waiver.gate, waiver.rule, waiver.key) == ("w-1", "shop", "ran", "7")
    assert (waiver.person, waiver.role, waiver.subject) == ("Robin Vale", "passer-by", {"environment": "staging"})
    assert waiver.accepts_unknown
    assert waiver.expires_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert waiver.digest.startswith("sha256:")


def test_without_a_word_the_standard_severities_and_no_waivers_hold(project: Project) -> None:
    shop = project.load(project.policy(gate()))[0].gates["shop"]
    assert list(shop.severities) == ["critical", "high", "medium", "low", "info"]
    assert (shop.waivers.longest, shop.waivers.granted_by) == (timedelta(days=14), ())
    assert shop.words == {"GO": "GO", "NO-GO": "NO-GO", "INCONCLUSIVE": "INCONCLUSIVE"}


def test_layout_comments_and_the_order_of_keys_do_not_change_the_digest(project: Project) -> None:
    one = project.load(project.policy(gate()))[0].gates["shop"].digest
    other = (
        "# told at length\nrules:\n- expect: true # always\n  enforcement: 'blocking'\n  severity: \"high\"\n"
        "  title: A\n  id: a\nowner: shop-team\ntitle: >-\n  May the\n  shop open?\nid: shop\nkind: Gate\n"
        "apiVersion: gatekeeper/v1\n"
    )
    assert project.load(project.policy(other))[0].gates["shop"].digest == one
    changed = gate().replace("expect: true", "expect: 1 == 1")
    assert project.load(project.policy(changed))[0].gates["shop"].digest != one


def test_the_content_of_a_schema_file_is_part_of_the_digest(project: Project) -> None:
    text = gate(rest=DOC + rule("    expect: doc.ready\n"))
    digests = set()
    for schema in ('{"type": "object"}', '{"type": ["object"]}', '{ "type":"object" }'):
        project.write("policies/shop/doc.json", schema)
        digests.add(project.load(project.policy(text))[0].gates["shop"].digest)
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ("{", "the schema is no JSON"),
        ("[]", "the schema is no JSON Schema: it must be an object"),
        ('{"type": "objekt"}', "the schema is no valid JSON Schema"),
        (
            '{"$ref": "https://example.com/x.json"}',
            "refers to `https://example.com/x.json`: only places in the same file",
        ),
        ('{"$schema": "http://json-schema.org/draft-07/schema#"}', "the schema must be of draft 2020-12"),
        ('{"a": 1, "a": 2}', "twice in one object"),
        ('{"properties": {"a": {"pattern": "(?=a)"}}}', "is no RE2 pattern"),
    ],
)
def test_a_schema_that_cannot_be_used_is_told_where_it_is_named(project: Project, schema: str, told: str) -> None:
    project.write("policies/shop/doc.json", schema)
    text = gate(rest=DOC + rule("    expect: doc.ready\n"))
    refusal = project.refusal(project.policy(text))
    assert refusal.startswith("policies/shop/shop.yaml:6:51: the schema ")
    assert told in refusal


def test_mistakes_of_several_files_are_told_at_once_and_in_order(project: Project) -> None:
    told = project.refusal(
        project.policy(gate("c").replace("expect: true", "expect: nwo"), "c.yaml"),
        project.policy("a: &a 1\n", "b.yaml"),
        project.policy(gate("a", rule("    gate: cc\n")).replace("title: A", "titel: A"), "a.yaml"),
    )
    assert [line.split(": ")[0] for line in told.splitlines() if line.startswith("policies")] == [
        "policies/shop/a.yaml:7:5",
        "policies/shop/a.yaml:8:5",
        "policies/shop/a.yaml:11:11",
        "policies/shop/b.yaml:1:4",
        "policies/shop/c.yaml:7:70",
    ]


def test_a_policy_that_lies_beside_the_folders_of_systems_is_sent_into_one(project: Project) -> None:
    file = project.write("policies/shop.yaml", gate())
    assert project.refusal(file).startswith("policies/shop.yaml: a policy does not lie in policies/ itself")


def test_places_are_the_same_wherever_one_stands_and_mistakes_are_told_from_there(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, bad = project.policy(gate()), project.policy("", "bad.yaml")
    monkeypatch.chdir(project.root / "policies")
    assert project.load(file)[0].gates["shop"].place.file == "policies/shop/shop.yaml"
    assert project.refusal(bad).startswith("shop/bad.yaml: the file is empty")


def test_evidence_that_no_rule_uses_and_a_text_that_a_comment_cuts_are_warnings(project: Project) -> None:
    text = gate(
        rest="evidence: {book: {type: markdown, max_age: 1h}}\n" + rule("    expect: true\n    remedy: see #7\n")
    )
    _, warnings = project.load(project.policy(text))
    assert [(each.level, each.line, each.code) for each in warnings] == [
        ("warning", 6, "unused-evidence"),
        ("warning", 13, "cut-text"),
    ]


def test_gates_that_read_each_other_along_many_ways_are_checked_soon(project: Project) -> None:
    layers = 40
    documents = []
    for layer in range(layers):
        reads = [
            f"  - {{id: r{n}, title: R, enforcement: blocking, severity: high, gate: g{layer + 1}-{n}}}\n"
            for n in range(2)
        ]
        rest = "rules:\n" + "".join(reads) if layer < layers - 1 else RULE
        documents += [gate(f"g{layer}-{n}", rest) for n in range(2)]
    loaded, _ = project.load(project.policy("---\n".join(documents)))
    assert len(loaded.gates) == 2 * layers
