"""``gatekeeper fmt``: one layout, and nothing of what a file says is lost."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gatekeeper.authoring.formatting import format_source
from gatekeeper.authoring.layout import laid_out
from gatekeeper.errors import InvalidDocuments
from gatekeeper.load.guard import read_documents
from gatekeeper.load.problems import Problems
from gatekeeper.load.source import make_source, read_source
from tests.cli.conftest import Project
from tests.conftest import ROOT

SHIPPED = sorted([
    *ROOT.glob("policies/*/*.yaml"),
    *ROOT.glob("evidence/*/sources.*.yaml"),
    *ROOT.glob("examples/*/policies/*/*.yaml"),
    *ROOT.glob("examples/*/evidence/*/sources.*.yaml"),
])  # fmt: skip

UNTIDY = """\


# what it is about
apiVersion:   gatekeeper/v1
kind: 'Gate'
id: "demo"
title: "The demo: may it go?"   # quoted for its colon
owner: demo-team


params:
    most: { type: number,default: 0.05 , min: 0.01,max: 0.1, overridable: true }
evidence:
      #how old it may be
      metrics:
          {type: json, schema: metrics.schema.json,
            max_age: 1h, required: [ error_rate ]}
rules:
-   id: error-rate{}
    title: 'Few requests "fail"'
    enforcement: blocking

    severity: high
    expect: >-
          metrics.error_rate <= params.most
            && true

          || false
    # where it is read
    message: "error rate {metrics.error_rate}"
    remedy: |
       roll back

       and    call{}
""".replace("{}", "   ")

TIDY = """\
# what it is about
apiVersion: gatekeeper/v1
kind: Gate
id: demo
title: "The demo: may it go?"   # quoted for its colon
owner: demo-team

params:
  most: {type: number, default: 0.05, min: 0.01, max: 0.1, overridable: true}
evidence:
  # how old it may be
  metrics:
    {type: json, schema: metrics.schema.json,
      max_age: 1h, required: [error_rate]}
rules:
  - id: error-rate
    title: 'Few requests "fail"'
    enforcement: blocking

    severity: high
    expect: >-
      metrics.error_rate <= params.most
        && true

      || false
    # where it is read
    message: "error rate {metrics.error_rate}"
    remedy: |
      roll back

      and    call{}
""".replace("{}", "   ")


def _formatted(text: str) -> str:
    return format_source(make_source(Path("a.yaml"), "a.yaml", "a.yaml", text)).after


def test_an_untidy_policy_is_laid_out_and_keeps_its_comments_and_texts() -> None:
    assert _formatted(UNTIDY) == TIDY
    assert _formatted(TIDY) == TIDY
    assert _formatted(UNTIDY.replace("\n", "\r\n")) == TIDY


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_file_is_laid_out_by_it(path: Path) -> None:
    found = format_source(read_source(path, ROOT))
    assert not found.changed, f"gatekeeper fmt {found.shown}\n{found.diff}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 'yes'\n", 'a: "yes"\n'),  # other readers would take it for a boolean
        ("a: '12'\n", 'a: "12"\n'),
        ("a: 'null'\n", 'a: "null"\n'),
        ("a: '1e3'\n", 'a: "1e3"\n'),
        ("a: 'x: y'\n", 'a: "x: y"\n'),
        ("a: 'x #y'\n", 'a: "x #y"\n'),
        ("a: '{x}'\n", 'a: "{x}"\n'),
        ("a: 'a\\b'\n", "a: 'a\\b'\n"),
        ('a: "a\\tb"\n', 'a: "a\\tb"\n'),
        ('a: "word"\n', "a: word\n"),
        ('a: ["x, y", "z"]\n', 'a: ["x, y", z]\n'),
        ('"a": b\n', "a: b\n"),
        ("a: !!str b\n", None),
        ("a:\n- b\n-   - c\n    - d\n", "a:\n  - b\n  - - c\n    - d\n"),
        ("-\n  a: b\n  c: d\n", "-\n  a: b\n  c: d\n"),
        ("a: |2\n    two more\n", "a: |2\n    two more\n"),
        ("a: |\n\n  x\n\n\n  y\nb: c\n", "a: |\n\n  x\n\n\n  y\nb: c\n"),
        ("a: |+\n  x\n\n\nb: c\n", "a: |+\n  x\n\n\nb: c\n"),
        ("a: b\n   c\n   d\n", "a: b\n   c\n   d\n"),
        ("a: 1\n---\n\n\nb: 2\n", "a: 1\n---\n\nb: 2\n"),
        ("a:\n    b:\n        c: d\n    # of b\n    e: f\n", "a:\n  b:\n    c: d\n  # of b\n  e: f\n"),
        ("a: {b: c, # why\n    d: e}\n", "a: {b: c, # why\n    d: e}\n"),
        ("a: # why\n    - b\n", "a: # why\n  - b\n"),
    ],
)
def test_quotes_blanks_and_blocks(before: str, after: str | None) -> None:
    if after is None:
        with pytest.raises(InvalidDocuments):
            _formatted(before)
    else:
        assert _formatted(before) == after


_TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Cs", "Cf"]), max_size=20
)
_KEYS = st.from_regex(r"[a-z][a-z_ -]{0,8}[a-z]", fullmatch=True)
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9999, 9999), _TEXTS, st.just("a\nb\n"), st.just("yes")),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    value=st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=4),
    indents=st.sampled_from([(2, 2, 0), (2, 4, 2), (4, 6, 3), (3, 5, 3)]),
    flow=st.sampled_from([None, False]),
    width=st.sampled_from([30, 1000]),
    comment=st.sampled_from(["", "# first\n", "\n\n#x\n\n\n"]),
)
def test_what_is_laid_out_says_the_same_and_stays_so(
    value: dict[str, Any], indents: tuple[int, int, int], flow: bool | None, width: int, comment: str
) -> None:
    """``format_source`` reads the text before and after, and refuses where the two differ or a second time changes."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = flow
    yaml.width = width
    yaml.indent(mapping=indents[0], sequence=indents[1], offset=indents[2])
    out = io.StringIO()
    yaml.dump(value, out)
    text = comment + out.getvalue()
    source = make_source(Path("a.yaml"), "a.yaml", "a.yaml", text)
    problems = Problems()
    read_documents(source, problems)
    assume(not problems.errors_in(source))  # what the loader itself refuses
    once = format_source(source).after
    assert laid_out(once) == once


# ---------------------------------------------------------------- the command


def test_the_command_lists_shows_and_writes(project: Project) -> None:
    before = project.policy.read_text()
    untidy = before.replace("owner: demo-team", "owner:    'demo-team'  ")
    project.policy.write_text(untidy)
    checked = project.run("fmt", "--check")
    assert (checked.code, checked.out) == (4, "policies/demo/demo.yaml\n")
    shown = project.run("fmt", "--diff")
    assert shown.code == 0
    assert "+owner: demo-team" in shown.out
    assert project.policy.read_text() == untidy
    digest = project.run("lint").err
    written = project.run("fmt", "policies")
    assert (written.code, project.policy.read_text()) == (0, before)
    assert project.run("fmt", "--check").code == 0
    assert project.run("lint").err == digest


def test_a_file_with_errors_is_told_and_not_touched(project: Project) -> None:
    text = project.policy.read_text().replace("metrics.error_rate <=", "metrcs.error_rate  <=")
    project.policy.write_text(text)
    refused = project.run("fmt")
    assert refused.code == 4
    assert "did you mean" in refused.err
    assert project.policy.read_text() == text


def test_a_file_that_is_none_of_the_project_is_a_wrong_use(project: Project) -> None:
    (project.root / "other.yaml").write_text("a:   b\n")
    refused = project.run("fmt", "other.yaml")
    assert refused.code == 2
    assert (project.root / "other.yaml").read_text() == "a:   b\n"


def test_the_digest_of_a_policy_stays(project: Project) -> None:
    project.policy.write_text(project.policy.read_text().replace("rules:\n", "rules:\n\n\n"))
    project.run("collect", "demo")
    before = json.loads(project.run("evaluate", "demo", "--format", "json").out)["policies"]
    assert project.run("fmt").out == "policies/demo/demo.yaml\n"
    after = json.loads(project.run("evaluate", "demo", "--format", "json").out)["policies"]
    assert "sha256" in str(before)
    assert after == before
