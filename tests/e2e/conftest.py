"""What the tests of the GitHub Action share."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.gated import BASE, Gate
from tests.e2e.hosted import Hosted


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter that has this gatekeeper and its packages, and nothing of the interpreter's environment."""
    folder = tmp_path_factory.mktemp("python with gatekeeper") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # An editable install elsewhere does not count: .pth files of a folder that is named here are not read.
    (packages / "here.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n", encoding="utf-8")
    return str(folder / "bin" / "python")


@pytest.fixture
def hosted(tmp_path: Path) -> Hosted:
    made = Hosted(tmp_path / "server")
    made.on_main(BASE)
    return made


@pytest.fixture
def gate(hosted: Hosted, tmp_path: Path, python: str) -> Gate:
    return Gate(hosted, tmp_path, python)
