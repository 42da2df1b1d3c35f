"""What tests need of the machine is looked for where tests are run, and on CI nothing may lack."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

BASH = shutil.which("bash") or "bash"
NEEDED = ("git", "ssh-keygen", "gpg", "chromium", "setpriv", "initdb")


def _program(folder: Path, name: str, code: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f'#!/bin/sh\necho {name} "$@"\nexit {code}\n', encoding="utf-8")
    (folder / name).chmod(0o755)


def _services(
    folder: Path, user: str, installs: int | None, *, fetches: bool = True, **env: str
) -> subprocess.CompletedProcess[str]:
    """The script in a clone, on a machine without gpg.

    Args:
        installs: how apt-get ends; None where there is none.
        fetches: whether there is an npm, which fetches what it is asked for.
    """
    for name in NEEDED:
        if name != "gpg":
            _program(folder, name)
    _program(folder, "id")
    (folder / "id").write_text(f"#!/bin/sh\necho {user}\n", encoding="utf-8")
    if installs is not None:
        _program(folder, "apt-get", installs)
    if fetches:
        _program(folder, "npm")
        axe = folder / "clone" / ".services" / "node_modules" / "axe-core"
        (folder / "npm").write_text(f"#!/bin/sh\n/bin/mkdir -p {axe} && : > {axe}/axe.min.js\n", encoding="utf-8")
    (folder / "bash").symlink_to(BASH)
    script = folder / "clone" / "scripts" / "services"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "services", script)
    return subprocess.run([BASH, script], env={"PATH": str(folder), **env}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("user", "installs"), [("0", 1), ("0", None), ("1000", 0)], ids=["failed", "none", "not root"])
def test_what_lacks_is_told_and_on_ci_is_a_failure(tmp_path: Path, user: str, installs: int | None) -> None:
    at_home = _services(tmp_path / "home", user, installs)
    assert (at_home.returncode, "gnupg" in at_home.stdout + at_home.stderr) == (0, True)
    on_ci = _services(tmp_path / "ci", user, installs, CI="true")
    assert on_ci.returncode == 1
    assert "gnupg" in on_ci.stderr


def test_what_could_be_installed_does_not_lack(tmp_path: Path) -> None:
    ran = _services(tmp_path / "ci", "0", 0, CI="true")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_only_npm_can_fetch_lacks_without_it(tmp_path: Path) -> None:
    at_home = _services(tmp_path / "home", "0", 0, fetches=False)
    assert (at_home.returncode, "axe-core" in at_home.stderr) == (0, True)
    assert _services(tmp_path / "ci", "0", 0, fetches=False, CI="true").returncode == 1


def test_only_the_tests_look_for_it(tmp_path: Path) -> None:
    """A project whose environment stands already, so that nothing is installed."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    for name in ("pyproject.toml", "requirements/test.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    environment = tmp_path / ".venv"
    programs = environment / "bin"
    environment.mkdir()
    for name in ("python", "ruff", "mypy", "lint-imports", "pytest"):
        _program(programs, name)
    (programs / "activate").write_text(f"{programs.parent}\n", encoding="utf-8")
    for name, file in {".locked": "requirements/test.txt", ".project": "pyproject.toml"}.items():
        hashed = subprocess.run(["git", "hash-object", tmp_path / file], capture_output=True, text=True, check=True)
        (environment / name).write_text(hashed.stdout, encoding="utf-8")
    (tmp_path / "scripts" / "services").write_text("#!/bin/sh\necho looked\nexit 1\n", encoding="utf-8")
    check = tmp_path / "scripts" / "check"
    for task, code, looked in (("setup", 0, False), ("lint", 0, False), ("tests", 1, True)):
        ran = subprocess.run([check, task], capture_output=True, text=True, check=False)
        assert (ran.returncode, "looked" in ran.stdout) == (code, looked), ran.stdout + ran.stderr
        assert "pytest" not in ran.stdout
