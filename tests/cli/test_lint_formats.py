"""What lint found, in the forms that tools show beside the code."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.cli.lint import _FORMS
from gatekeeper.errors import Diagnostic
from gatekeeper.load.lint_forms import LINT_FORMS
from tests.cli.conftest import POLICY, Project

NASTY = [
    Diagnostic("policies/a b/ü,c:d%.yaml", 3, 5, "50 % are\nwrong\r", "mend it: now, 100%", "  x: y", 4, "value"),
    Diagnostic("policies/whole.yaml", 0, 0, "the file is empty", code="document"),
    Diagnostic("policies/line.yaml", 7, 0, "the line is odd", code="value", level="warning"),
]


def test_the_command_line_offers_every_form() -> None:
    assert set(_FORMS) == set(LINT_FORMS)


@pytest.mark.parametrize("found", [[], NASTY], ids=["nothing", "nasty"])
def test_sarif_fits_the_schema_of_2_1_0(found: list[Diagnostic], corpus: Path) -> None:
    schema = json.loads((corpus / "schemas/sarif-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(json.loads(LINT_FORMS["sarif"](found)))


def test_sarif_names_place_rule_and_level() -> None:
    (run,) = json.loads(LINT_FORMS["sarif"](NASTY))["runs"]
    first, whole, line = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "policies/a%20b/%C3%BC%2Cc%3Ad%25.yaml"
    assert place["region"] == {"startLine": 3, "startColumn": 5, "endColumn": 9, "snippet": {"text": "  x: y"}}
    assert "region" not in whole["locations"][0]["physicalLocation"]
    assert (first["level"], line["level"]) == ("error", "warning")
    rules = run["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == ["value", "document", "value"]


def test_workflow_commands_escape_what_would_end_them() -> None:
    first, whole, line = LINT_FORMS["github"](NASTY).splitlines()
    assert first == (
        "::error file=policies/a b/ü%2Cc%3Ad%25.yaml,line=3,col=5,endColumn=8,title=gatekeeper%3A value"
        "::50 %25 are%0Awrong%0D%0Amend it: now, 100%25"
    )
    assert whole == "::error file=policies/whole.yaml,title=gatekeeper%3A document::the file is empty"
    assert line == "::warning file=policies/line.yaml,line=7,title=gatekeeper%3A value::the line is odd"


def unescaped(text: str) -> str:
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


@given(st.text(), st.text())
def test_no_text_breaks_out_of_its_workflow_command(file: str, message: str) -> None:
    told = LINT_FORMS["github"]([Diagnostic(file, 1, 1, message)])
    assert told.endswith("\n")
    properties, _, data = told[len("::error ") : -1].partition("::")
    assert "\n" not in told[:-1]
    assert "\r" not in told
    assert unescaped(data) == message
    assert unescaped(properties.split(",")[0].removeprefix("file=")) == file


@pytest.mark.parametrize("form", _FORMS)
def test_lint_tells_in_every_form_and_exits_the_same(project: Project, form: str) -> None:
    good = project.run("lint", "--format", form)
    assert good.code == 0
    project.policy.write_text(POLICY.replace("metrics.error_rate <= params.most", "metrics.error_rate <= '1'"))
    bad = project.run("lint", "--format", form)
    assert bad.code == 4
    for word in ("policies/demo/demo.yaml", "15", "metrics.error_rate"):
        assert word in bad.out
        assert word not in good.out


def test_what_a_field_of_the_schema_is_not_is_shown_with_a_caret(project: Project) -> None:
    project.policy.write_text(POLICY.replace("metrics.error_rate <= params.most", "metrics.eror_rate <= params.most"))
    assert project.run("lint").out == (
        "policies/demo/demo.yaml:15:21: `metrics` has no field `eror_rate`\n"
        "   15 |     expect: metrics.eror_rate <= params.most\n"
        "      |                     ^^^^^^^^^\n"
        "      = did you mean `error_rate`?\n"
    )
