"""A project in a folder of its own, with policies that a test writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load import load_policies, render_diagnostics
from gatekeeper.model.policy import PolicySet

Write = Callable[..., Path]


class Project:
    """A project whose policies are written by a test; the current directory is its root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def policy(self, content: str | bytes, name: str = "shop.yaml") -> Path:
        return self.write(f"policies/shop/{name}", content)

    def load(self, *files: Path) -> tuple[PolicySet, tuple[Diagnostic, ...]]:
        return load_policies(files, self.root)

    def refusal(self, *files: Path) -> str:
        with pytest.raises(InvalidDocuments) as refused:
            load_policies(files, self.root)
        return render_diagnostics(refused.value.diagnostics)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)
