"""The import contracts bite: a planted breach of each is caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from gatekeeper.collect import COLLECTORS
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]}

# Contract, the module that breaks it, and the line that is planted there.
BREACHES = [
    ("layers", "gatekeeper/model/policy.py", "import gatekeeper.evaluate"),
    ("layers", "gatekeeper/render/__init__.py", "import gatekeeper.decide"),
    ("layers", "gatekeeper/load/__init__.py", "import gatekeeper.pipeline"),
    ("layers", "gatekeeper/errors.py", "import gatekeeper.model"),
    ("layers", "gatekeeper/wherever/__init__.py", "'''A room without a place.'''"),
    ("pure-core", "gatekeeper/model/policy.py", "import os"),
    ("pure-core", "gatekeeper/evaluate/__init__.py", "from pathlib import Path"),
    ("pure-core", "gatekeeper/evaluate/window.py", "def late():\n    import time"),
    ("pure-core", "gatekeeper/decide/__init__.py", "from gatekeeper.clock import system_clock"),
    ("pure-core", "gatekeeper/render/__init__.py", "import socket"),
    ("pure-core", "gatekeeper/expr/parse.py", "import random"),
    ("pure-core", "gatekeeper/expr/tree.py", "import pathlib"),
    ("language-door", "gatekeeper/load/__init__.py", "import lark"),
    ("language-door", "gatekeeper/evaluate/__init__.py", "import celpy"),
    ("collectors", "gatekeeper/collect/workflow_runs.py", "import gatekeeper.collect.markdown"),
]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    linter = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [linter, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder)}
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "gatekeeper", tmp_path / "gatekeeper", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return tmp_path


def test_the_package_keeps_every_contract(copy: Path) -> None:
    linted = _lint(copy)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize(("contract", "module", "line"), BREACHES)
def test_a_planted_breach_is_caught(copy: Path, contract: str, module: str, line: str) -> None:
    path = copy / module
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    linted = _lint(copy)
    assert linted.returncode != 0
    assert f"{CONTRACTS[contract]} BROKEN" in " ".join(linted.stdout.split())


def test_every_contract_has_its_breach() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)


def test_every_collector_is_in_the_contract_of_collectors() -> None:
    (contract,) = [each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["id"] == "collectors"]
    assert set(contract["modules"]) == {type(collector).__module__ for collector in COLLECTORS.values()}


def test_every_room_is_kept_from_reading_cel_but_the_one_that_does() -> None:
    (contract,) = [each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["id"] == "language-door"]
    places = {path.stem for path in (ROOT / "gatekeeper").glob("*.py")} - {"__init__"}
    places |= {path.parent.name for path in (ROOT / "gatekeeper").glob("*/__init__.py")}
    assert set(contract["source_modules"]) == {f"gatekeeper.{place}" for place in places - {"expr", "schemas"}}
