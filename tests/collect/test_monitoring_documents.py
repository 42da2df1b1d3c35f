"""The examples in the documents of the collectors of monitoring are sources and policies that lint accepts."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.conftest import ROOT

GATE = "apiVersion: gatekeeper/v1\nkind: Gate\nid: g{0}\ntitle: Gate\nowner: platform-oncall\n"
SOURCES = """\
apiVersion: gatekeeper/v1
kind: Sources
system: demo
environment: staging
subject: {service: demo, environment: staging}
sources:
"""


@pytest.mark.parametrize("page", ["alertmanager", "prometheus"])
def test_the_examples_of_a_page_are_accepted(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "collectors" / f"{page}.md").read_text(encoding="utf-8")
    sources, *gates = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert gates
    policies, evidence = tmp_path / "policies" / "demo", tmp_path / "evidence" / "demo"
    policies.mkdir(parents=True)
    evidence.mkdir(parents=True)
    (evidence / "sources.staging.yaml").write_text(SOURCES + textwrap.indent(sources, "  "), encoding="utf-8")
    for number, each in enumerate(gates):
        (policies / f"g{number}.yaml").write_text(GATE.format(number) + each, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "gatekeeper", "lint"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout
    assert ran.stderr == f"{len(gates) + 1} files: 0 errors, 0 warnings\n"
