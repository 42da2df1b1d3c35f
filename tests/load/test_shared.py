"""What a policy imports stands in it as if it were written there; what is wrong with it is told once, at its place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gatekeeper.errors import Diagnostic
from gatekeeper.load import find_policy_files, load_policies, render_diagnostics
from gatekeeper.model.place import Place
from gatekeeper.model.policy import PolicySet
from tests.load.conftest import Project

SHARED = """\
apiVersion: gatekeeper/v1
kind: Shared
id: shop-shared
title: What the shop's policies say alike
owner: shop-team
severities: {BLOCK: critical, LOW: low}
roles: {lead: [Robin Vale]}
params:
  limit: {type: number, default: 0.05, min: 0.01, max: 0.1, overridable: true, description: more errors are too many}
  patience: 30m
evidence:
  figures: {type: json, max_age: 10m, schema: figures.schema.json, description: what the shop measures}
levers:
  back: {title: Go back, how: press, time_to_effect: 2 min, blast_radius: all}
"""

GATE_IMPORTS = """\
imports:
  shop-shared: {severities: [BLOCK, LOW], roles: [lead], params: [limit], evidence: [figures]}
"""

GATE = """\
apiVersion: gatekeeper/v1
kind: Gate
id: launch
title: May the shop open?
owner: shop-team
IMPORTS
params: {fewest: 3}
waivers: {granted_by: [lead]}
rules:
  - id: few
    title: Few
    enforcement: hard
    severity: BLOCK
    expect: figures.error_rate != null && figures.error_rate <= params.limit
  - {id: orders, title: Orders, enforcement: advisory, severity: LOW, expect: figures.orders >= params.fewest}
"""

LADDER = """\
apiVersion: gatekeeper/v1
kind: Ladder
id: calls
title: Who is called?
owner: shop-team
imports:
  shop-shared: {params: [limit, patience], evidence: [figures], levers: [back]}
levels_lowest_first:
  - level: L1
    title: Somebody looks
    triggers:
      - id: errors
        title: Many errors
        when: figures.error_rate > params.limit
        since: now
        for: params.patience
        remedies: [{lever: back}]
"""

SCHEMA = (Path(__file__).parent / "shop/figures.schema.json").read_text(encoding="utf-8")


@pytest.fixture
def shop(project: Project) -> Project:
    project.policy(SCHEMA, "figures.schema.json")
    project.policy(SHARED, "shared.yaml")
    project.policy(GATE.replace("IMPORTS\n", GATE_IMPORTS), "launch.yaml")
    project.policy(LADDER, "calls.yaml")
    return project


def load(project: Project) -> tuple[PolicySet, tuple[Diagnostic, ...]]:
    return load_policies(find_policy_files(project.root), project.root)


def refusal(project: Project) -> str:
    return project.refusal(*find_policy_files(project.root))


def warnings(project: Project) -> list[str]:
    return [f"{each.file.split('/')[-1]}:{each.line}:{each.column} {each.message}" for each in load(project)[1]]


def test_what_is_imported_arrives_with_the_place_where_it_stands(shop: Project) -> None:
    loaded, odd = load(shop)
    assert render_diagnostics(odd) == ""
    gate, ladder = loaded.gates["launch"], loaded.ladders["calls"]
    assert gate.severities == {"BLOCK": "critical", "LOW": "low"}
    assert gate.roles == {"lead": ("Robin Vale",)}
    limit = next(each for each in gate.params if each.name == "limit")
    assert (limit.default, limit.maximum, limit.overridable) == (0.05, 0.1, True)
    assert limit.place == Place("policies/shop/shared.yaml", 9, 3)
    assert [each.name for each in gate.params] == ["limit", "fewest"]
    assert gate.evidence == ladder.evidence
    assert gate.evidence[0].max_age == timedelta(minutes=10)
    assert gate.evidence[0].place == Place("policies/shop/shared.yaml", 12, 3)
    assert ladder.levers["back"].place == Place("policies/shop/shared.yaml", 14, 3)


def test_a_policy_has_the_same_digest_with_its_parts_in_place(shop: Project) -> None:
    imported = load(shop)[0].gates["launch"].digest
    parts = [line for line in SHARED.splitlines() if line.startswith(("severities:", "roles:"))]
    parts += ["evidence:", *(line for line in SHARED.splitlines() if line.startswith("  figures:"))]
    own = GATE.replace("IMPORTS", "\n".join(parts))
    limit = next(line for line in SHARED.splitlines() if line.startswith("  limit:"))
    shop.policy(own.replace("params: {fewest: 3}", f"params:\n{limit}\n  fewest: 3"), "launch.yaml")
    assert load(shop)[0].gates["launch"].digest == imported


def test_a_shared_figure_changes_the_digest_of_every_policy_that_imports_it_and_of_no_other(shop: Project) -> None:
    before = load(shop)[0]
    shop.policy(SHARED.replace("patience: 30m", "patience: 31m"), "shared.yaml")
    after = load(shop)[0]
    assert after.gates["launch"].digest == before.gates["launch"].digest
    assert after.ladders["calls"].digest != before.ladders["calls"].digest
    shop.policy(SHARED.replace("default: 0.05", "default: 0.06"), "shared.yaml")
    assert load(shop)[0].gates["launch"].digest != before.gates["launch"].digest


def test_a_changed_schema_of_shared_evidence_changes_the_digest(shop: Project) -> None:
    before = load(shop)[0].gates["launch"].digest
    shop.policy(SCHEMA.replace('"type": "object",', '"type": "object", "title": "figures",', 1), "figures.schema.json")
    assert load(shop)[0].gates["launch"].digest != before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  shop-shared:", "  shop-sharde:", "launch.yaml:7:3: there is no shared document `shop-sharde`"),
        ("params: [limit]", "params: [limt]", "launch.yaml:7:67: `shop-shared` has no `limt` under `params`"),
        ("params: [limit]", "params: [limit, limit]", "launch.yaml:7:74: `limit` is imported twice"),
        ("params: [limit]", "parms: [limit]", "launch.yaml:7:58: this import has no key `parms`"),
        ("roles: [lead]", "levers: [back]", "launch.yaml:7:43: this gate has no `levers` that could be imported"),
        (
            "params: {fewest: 3}",
            "params: {fewest: 3, limit: 4}",
            "launch.yaml:8:21: `limit` stands here, and is imported",
        ),
        ("imports:\n  shop-shared: ", "imports:\n  - ", "launch.yaml:7:3: `imports` must be a mapping"),
    ],
)
def test_a_wrong_import_is_told_at_its_place_with_a_way_out(shop: Project, old: str, new: str, told: str) -> None:
    text = GATE.replace("IMPORTS\n", GATE_IMPORTS)
    assert old in text
    shop.policy(text.replace(old, new), "launch.yaml")
    said = refusal(shop)
    assert f"policies/shop/{told}" in said
    assert "      = " in said


def test_a_misspelt_import_is_not_told_again_where_its_name_is_used(shop: Project) -> None:
    shop.policy(GATE.replace("IMPORTS\n", GATE_IMPORTS.replace("[figures]", "[figurs]")), "launch.yaml")
    said = refusal(shop)
    assert "did you mean `figures`?" in said
    assert said.count("launch.yaml") == 1


def test_a_collision_names_both_places(shop: Project) -> None:
    shop.policy(GATE.replace("IMPORTS\n", GATE_IMPORTS).replace("fewest: 3", "fewest: 3, limit: 4"), "launch.yaml")
    said = refusal(shop)
    assert "launch.yaml:8:21: `limit` stands here, and is imported on line 7" in said
    assert "the imported one is at policies/shop/shared.yaml:9:3" in said


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("default: 0.05", "default: 0.5", "shared.yaml:9:34: `default` lies above `max`"),
        ("max_age: 10m", "max_age: soon", "shared.yaml:12:34: `max_age` is wrong"),
        ("figures.schema.json", "figurs.schema.json", "shared.yaml:12:47: there is no file `figurs.schema.json`"),
        ("how: press, ", "", "shared.yaml:14:9: this lever needs `how`"),
        ("LOW: low}", "LOW: lo}", "shared.yaml:6:36: `LOW`: `lo` is not known"),
        ("owner: shop-team\n", "", "shared.yaml:1:1: this shared document needs `owner`"),
        ("params:\n", "parms:\n", "shared.yaml:8:1: this shared document has no key `parms`"),
    ],
)
def test_a_mistake_in_a_shared_document_is_told_once_at_its_place(shop: Project, old: str, new: str, told: str) -> None:
    assert old in SHARED
    shop.policy(SHARED.replace(old, new), "shared.yaml")
    said = refusal(shop)
    assert f"policies/shop/{told}" in said
    assert said.count("shared.yaml:") == 1


def test_a_shared_file_that_cannot_be_read_is_told_alone(shop: Project) -> None:
    shop.policy(SHARED + "  back: {}\n", "shared.yaml")
    said = refusal(shop)
    assert "shared.yaml:15:3" in said
    assert "there is no shared document" not in said


def test_what_is_shared_is_of_its_own_folder(shop: Project) -> None:
    shop.write("policies/shop/shared.yaml", LADDER.replace("id: calls", "id: other"))
    shop.write("policies/bakery/figures.schema.json", SCHEMA)
    shop.write("policies/bakery/shared.yaml", SHARED)
    said = refusal(shop)
    assert "launch.yaml:7:3: there is no shared document `shop-shared`" in said
    assert "the one in bakery/ is of another system" in said


def test_a_shared_document_imports_nothing(shop: Project) -> None:
    shop.policy(f"{SHARED}imports: {{other: {{params: [a]}}}}\n", "shared.yaml")
    assert "this shared document has no key `imports`" in refusal(shop)


def test_a_topic_of_the_paging_table_is_imported_with_its_people(shop: Project) -> None:
    shop.policy(
        f"{SHARED}paging:\n  tills: [shop-team, Kim Sato]\n  doors: [{{who: guard, when: params.limit > 0.0}}]\n",
        "shared.yaml",
    )
    ladder = LADDER.replace("levers: [back]", "levers: [back], paging: [tills, doors]")
    ladder = ladder.replace("remedies:", "page: [{topic: tills}, {topic: doors}]\n        remedies:")
    shop.policy(ladder, "calls.yaml")
    loaded, odd = load(shop)
    assert render_diagnostics(odd) == ""
    (trigger,) = loaded.ladders["calls"].levels[0].triggers
    assert [(each.who, each.topic) for each in trigger.contacts] == [
        ("shop-team", "tills"),
        ("Kim Sato", "tills"),
        ("guard", "doors"),
    ]
    when = trigger.contacts[2].when
    assert when is not None
    assert when.place == Place("policies/shop/shared.yaml", 17, 30)
    unused = ladder.replace("{topic: doors}", "guard")
    shop.policy(unused, "calls.yaml")
    assert warnings(shop) == ["calls.yaml:7:97 nothing in the ladder uses `doors`, which is imported from `paging`"]
    shop.policy(unused.replace("remedies:", "message: 'ask {paging.doors}'\n        remedies:"), "calls.yaml")
    assert warnings(shop) == []


VARIABLES = """\
variables:
  bad: figures.error_rate != null && figures.error_rate > params.limit
  worse: {value: variables.bad && figures.orders < 3, description: and nobody buys}
"""


def with_variables(shop: Project, imported: str, params: str = "[limit, patience]") -> None:
    shop.policy(SHARED + VARIABLES, "shared.yaml")
    ladder = LADDER.replace("levers: [back]", f"levers: [back], variables: {imported}")
    ladder = ladder.replace("params: [limit, patience]", f"params: {params}")
    shop.policy(ladder.replace("when: figures.error_rate > params.limit", "when: variables.worse"), "calls.yaml")


def test_a_variable_is_imported_and_reads_what_the_policy_has(shop: Project) -> None:
    with_variables(shop, "[worse, bad]")
    loaded, odd = load(shop)
    assert render_diagnostics(odd) == ""
    ladder = loaded.ladders["calls"]
    assert [each.name for each in ladder.variables] == ["bad", "worse"]
    assert ladder.variables[1].place == Place("policies/shop/shared.yaml", 17, 3)
    assert ladder.variables[0].expression.place == Place("policies/shop/shared.yaml", 16, 8)


def test_a_policy_has_the_same_digest_with_its_variables_in_place(shop: Project) -> None:
    with_variables(shop, "[worse, bad]")
    imported = load(shop)[0].ladders["calls"].digest
    text = (shop.root / "policies/shop/calls.yaml").read_text(encoding="utf-8")
    shop.policy(text.replace(", variables: [worse, bad]", "") + VARIABLES, "calls.yaml")
    shop.policy(SHARED, "shared.yaml")
    assert load(shop)[0].ladders["calls"].digest == imported


@pytest.mark.parametrize(
    ("imported", "params", "told"),
    [
        ("[worse]", "[limit, patience]", ["calls.yaml:7:93: `worse` reads the variable `bad`"]),
        ("[worse, bad]", "[patience]", ["calls.yaml:7:93: `bad` reads the parameter `limit`"]),
        (
            "[worse]",
            "[patience]",
            ["calls.yaml:7:86: `worse` reads the variable `bad`", "calls.yaml:7:86: `bad` reads the parameter `limit`"],
        ),
    ],
)
def test_what_a_variable_reads_has_to_be_there_and_is_told_where_it_is_imported(
    shop: Project, imported: str, params: str, told: list[str]
) -> None:
    with_variables(shop, imported, params)
    said = refusal(shop)
    assert all(f"policies/shop/{each}, which this policy does not have" in said for each in told)
    assert said.count("policies/shop/") == len(told)
    assert "= import it as well: `" in said


def test_a_mistake_in_a_shared_variable_is_told_once_for_all_that_import_it(shop: Project) -> None:
    with_variables(shop, "[worse, bad]")
    gate = GATE.replace("IMPORTS\n", GATE_IMPORTS.replace("params:", "variables: [bad], params:"))
    shop.policy(gate.replace("figures.orders >=", "variables.bad || figures.orders >="), "launch.yaml")
    assert load(shop)[1] == ()
    shop.policy(SHARED + VARIABLES.replace("error_rate >", "eror_rate >"), "shared.yaml")
    said = refusal(shop)
    assert "shared.yaml:16:46: `figures` has no field `eror_rate`" in said
    assert said.count("policies/shop/") == 1


def test_what_a_broken_variable_would_have_read_is_not_told_as_unused(shop: Project) -> None:
    with_variables(shop, "[worse, bad]")
    shop.policy(SHARED + VARIABLES.replace("> params.limit", "> > params.limit"), "shared.yaml")
    said = refusal(shop)
    assert "shared.yaml:16:59" in said
    assert said.count("policies/shop/") == 1


def test_what_nobody_imports_is_a_warning_where_it_stands(shop: Project) -> None:
    shop.policy(
        LADDER.replace("params: [limit, patience]", "params: [limit]").replace("params.patience", "30m"), "calls.yaml"
    )
    assert warnings(shop) == ["shared.yaml:10:3 no policy imports `patience` of `params`"]
    (shop.root / "policies/shop/calls.yaml").unlink()
    shop.policy(
        GATE.replace("IMPORTS\n", "evidence: {figures: {type: json, max_age: 1h, schema: figures.schema.json}}\n")
        .replace("BLOCK", "high")
        .replace("LOW", "low")
        .replace("params.limit", "0.1")
        .replace("waivers: {granted_by: [lead]}\n", ""),
        "launch.yaml",
    )
    assert warnings(shop) == ["shared.yaml:3:5 no policy imports anything of `shop-shared`"]


def test_an_import_that_nothing_uses_is_a_warning_where_it_is_imported(shop: Project) -> None:
    shop.policy(
        GATE.replace("IMPORTS\n", GATE_IMPORTS.replace("[limit]", "[limit, patience]")).replace(
            "waivers: {granted_by: [lead]}\n", ""
        ),
        "launch.yaml",
    )
    shop.policy(LADDER.replace("remedies: [{lever: back}]", "remedies: [{action: press}]"), "calls.yaml")
    assert warnings(shop) == [
        "calls.yaml:7:74 nothing in the ladder uses `back`, which is imported from `levers`",
        "launch.yaml:7:51 no rule uses `lead`, which is imported from `roles`",
        "launch.yaml:7:74 no rule uses `patience`, which is imported from `params`",
    ]


def test_an_id_is_no_policy_and_no_shared_document_at_once(shop: Project) -> None:
    shop.policy(SHARED + "---\n" + SHARED.replace("shop-shared", "launch"), "shared.yaml")
    said = refusal(shop)
    assert "`launch` is taken" in said


def test_a_changed_shared_file_is_another_entry_of_the_cache(
    shop: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(tmp_path / "cache"))
    before = load(shop)[0].gates["launch"]
    assert load(shop)[0].gates["launch"].digest == before.digest
    shop.policy(SHARED.replace("default: 0.05", "default: 0.06"), "shared.yaml")
    after = load(shop)[0].gates["launch"]
    assert after.digest != before.digest
    assert [each.default for each in after.params if each.name == "limit"] == [0.06]
