"""What ``lint`` says of a credential that is written out in a sources file does not repeat it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.warm import gatekeeper

GATE = """\
apiVersion: gatekeeper/v1
kind: Gate
id: demo
title: Demo
owner: team
evidence:
  run: {type: http, max_age: 1h}
rules:
  - {id: r, title: T, enforcement: blocking, severity: high, expect: run.http_status == 200, message: m, remedy: r}
"""
SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: local
subject: {service: demo, environment: local}
sources:
  pg: {collector: sql, database: "postgresql://u:Zq8Kx72mPlainToken@h/db", query: "SELECT 1"}
  gh: {collector: github, repository: a/b, read: issues, token: Zq8Kx72mPlainToken}
  web: {collector: http, url: "https://b:Zq8Kx72mPlainToken@example.com", headers: {Cookie: "Zq8Kx72mPlainToken"}}
"""


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_credential_in_a_sources_file_is_not_repeated(form: str, tmp_path: Path) -> None:
    for path, text in (("policies/demo/demo.yaml", GATE), ("evidence/demo/sources.local.yaml", SOURCES)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    ran = gatekeeper("lint", "--format", form, cwd=tmp_path)
    told = ran.stdout + ran.stderr
    assert ran.returncode == 4
    assert "a credential seems to be written here" in told
    assert "no policy of demo asks for the evidence" in told
    assert "Zq8Kx72m" not in told


TOKEN = "ghp_Zq8Kx72mPlainToken0123456789"
WRITTEN_OUT = {
    "a text that is not closed": f'  gh: {{collector: github, repository: a/b, read: issues, token: "{TOKEN}}}\n',
    "YAML that cannot be read": f"  gh: {{collector: github, token: {TOKEN}]\n",
    "an unknown collector": f"  gh: {{collector: {TOKEN}}}\n",
    "an unknown setting": f"  gh: {{collector: github, repository: a/b, read: issues, {TOKEN}: 1}}\n",
    "a name of a source": f'  {TOKEN}: {{collector: http, url: "https://example.com"}}\n',
    "no mapping": f"  gh: {TOKEN}\n",
    "a mistake beside it": f"  gh: {{token: {TOKEN}, token: twice}}\n",
    "no known form": "  gh: {collector: Zq8Kx72mPlainToken}\n",
    "an anchor": f"  gh: &{TOKEN} {{collector: github}}\n",
    "a tag": f"  gh: !{TOKEN} {{collector: github}}\n",
}


@pytest.mark.parametrize("how", WRITTEN_OUT)
def test_no_mistake_of_a_sources_file_repeats_a_credential(how: str, tmp_path: Path) -> None:
    text = SOURCES[: SOURCES.index("  pg:")] + WRITTEN_OUT[how]
    for path, content in (("policies/demo/demo.yaml", GATE), ("evidence/demo/sources.local.yaml", text)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    for words in (["lint"], ["doctor"]):
        ran = gatekeeper(*words, cwd=tmp_path)
        told = ran.stdout + ran.stderr
        assert "sources.local.yaml" in told
        assert "Zq8Kx72m" not in told, told


def test_a_line_without_a_credential_is_shown(tmp_path: Path) -> None:
    text = SOURCES[: SOURCES.index("  pg:")] + "  gh: {collector: github, repository: a/b, read: issues\n"
    for path, content in (("policies/demo/demo.yaml", GATE), ("evidence/demo/sources.local.yaml", text)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    ran = gatekeeper("lint", cwd=tmp_path)
    assert "repository: a/b" in ran.stdout + ran.stderr
