"""The description of the service in OpenAPI, and whether the service does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lacking import lack
from tests.service.serving import serving, shop

SERVE = """\
  drain: 0s
  requests: 100
  tokens:
    all: {scopes: [hook, decide, read, event], secrets: ["${env:TOKEN}"]}
  github: {secrets: ["${env:TOKEN}"]}
"""
TOKEN = "the-token-for-everything"
EXAMPLES = 10


def test_every_route_is_described_with_what_it_needs_and_how_it_refuses(tmp_path: Path) -> None:
    with serving(shop(tmp_path / "shop", SERVE), {"TOKEN": TOKEN}) as served:
        told = served.get("/openapi.json").json()
        again = served.get("/openapi.json").json()
    assert told == again
    assert told["openapi"].startswith("3.1")
    free = {"/healthz", "/readyz", "/v1/hooks/github"}
    for path, operations in told["paths"].items():
        for operation in operations.values():
            assert operation["summary"]
            assert bool(operation.get("security")) == (path not in free), path
            if path not in {"/healthz", "/readyz"}:
                assert {"401", "403"} <= set(operation["responses"])
    assert {"/v1/decide/{mode}", "/v1/evaluate/{policy}", "/v1/events", "/v1/transitions", "/metrics", "/"} <= set(
        told["paths"]
    )
    listed = (ROOT / "docs" / "serve.md").read_text(encoding="utf-8")
    assert not [path for path in told["paths"] if f"`{path}`" not in listed], "docs/serve.md has every route"


def test_the_service_does_what_its_description_says(tmp_path: Path) -> None:
    """Generated requests, good and bad: no 5xx, and nothing that is not described.

    One check is left out: that whatever the schema allows is accepted. Which evidence a policy reads and which systems
    there are is in the project, and no schema says it.
    """
    pytest.importorskip("schemathesis")
    with serving(shop(tmp_path / "shop", SERVE), {"TOKEN": TOKEN}) as served:
        arguments = ["run", f"{served.url}/openapi.json", "-H", f"Authorization: Bearer {TOKEN}", "--no-color"]
        arguments += ["-n", str(EXAMPLES), "--seed", "7", "--exclude-checks", "positive_data_acceptance"]
        ran = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
        broken = [line for line in served.log if "gatekeeper broke" in line or "look broke" in line]
    if "No module named" in ran.stderr:
        lack("schemathesis has no command line here")
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert "14/14" in ran.stdout
    assert not broken
