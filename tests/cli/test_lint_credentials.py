"""What ``lint`` says of a credential that is written out in a sources file does not repeat it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
    ran = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "lint", "--format", form],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    told = ran.stdout + ran.stderr
    assert ran.returncode == 4
    assert "a credential seems to be written here" in told
    assert "no policy of demo asks for the evidence" in told
    assert "Zq8Kx72m" not in told
