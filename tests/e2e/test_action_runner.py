"""What the machine and earlier steps of the job leave behind has no say in where the files come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.gated import BASE, FAILS, POLICY, Gate
from tests.e2e.hosted import Hosted


@pytest.fixture
def elsewhere(hosted: Hosted, tmp_path: Path) -> str:
    """Where a repository of the same name has a gate that anything passes."""
    hosted.on_main({"evidence/demo/metrics.json": FAILS})
    other = Hosted(tmp_path / "elsewhere")
    other.on_main({**BASE, "evidence/demo/metrics.json": FAILS, "policies/demo/demo.yaml": POLICY.replace("0.05", "1")})
    return f"file://{other.server}"


class TestWhereFilesComeFrom:
    def _judged(self, gate: Gate, hosted: Hosted, env: Mapping[str, str] | None = None) -> None:
        ran = gate.judge(hosted.pull_request({"app.py": ""}), env)
        assert ran.outputs["verdict"] == "NO-GO", ran.log

    def test_settings_of_git_in_variables_lead_nowhere_else(self, gate: Gate, hosted: Hosted, elsewhere: str) -> None:
        setting = {"KEY_0": f"url.{elsewhere}/.insteadOf", "VALUE_0": f"file://{hosted.server}/", "COUNT": "1"}
        self._judged(gate, hosted, {f"GIT_CONFIG_{name}": value for name, value in setting.items()})
        parameters = f"'url.{elsewhere}/.insteadOf'='file://{hosted.server}/'"
        self._judged(gate, hosted, {"GIT_CONFIG_PARAMETERS": parameters})

    def test_settings_of_the_user_lead_nowhere_else(self, gate: Gate, hosted: Hosted, elsewhere: str) -> None:
        settings = f'[url "{elsewhere}/"]\n\tinsteadOf = file://{hosted.server}/\n'
        (gate.runner.folder / "home" / ".gitconfig").write_text(settings)
        self._judged(gate, hosted)

    @pytest.mark.parametrize("name", ["GIT_TRACE", "GIT_OBJECT_DIRECTORY"])
    def test_no_variable_of_git_makes_it_write_or_read_elsewhere(
        self, gate: Gate, hosted: Hosted, elsewhere: str, tmp_path: Path, name: str
    ) -> None:
        self._judged(gate, hosted, {name: str(tmp_path / "written")})
        assert not (tmp_path / "written").exists()
