"""What people install, tried from the outside: a wheel in an environment of its own, in a folder that is no clone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gatekeeper import __version__
from tests.conftest import ROOT

Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]

FIRST_DAY = "2026-02-24T12:00:00Z"
LAUNCH_DAY = "2026-03-03T09:00:00Z"
PACKED = {".lark", ".json", ".py"}


def _call(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ran:
    return subprocess.run(
        [str(each) for each in arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = _call(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", folder, ROOT),
    )
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has gatekeeper from the wheel, and the packages that it needs from here."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    assert _call(sys.executable, "-m", "venv", "--without-pip", folder).returncode == 0
    found = folder / "bin" / "python"
    installed = _call(
        *(sys.executable, "-m", "pip", "--python", found),
        *("install", "--quiet", "--no-deps", "--no-index", wheel),
    )
    assert installed.returncode == 0, installed.stderr
    (site_packages,) = folder.glob("lib/python*/site-packages")
    # Paths of a .pth file are searched last, and .pth files that lie there are not read: no clone slips in.
    (site_packages / "packages.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return found


@pytest.fixture
def run(python: Path, tmp_path: Path) -> Run:
    """Run the installed command in a copy of the sample, with hardly any environment."""
    for folder in ("policies", "evidence"):
        shutil.copytree(ROOT / folder, tmp_path / "project" / folder)
    (tmp_path / "home").mkdir()
    environment = {
        "HOME": str(tmp_path / "home"),
        "PATH": os.defpath,
        "GATEKEEPER_CACHE_DIR": os.environ["GATEKEEPER_CACHE_DIR"],
    }

    def call(*arguments: str | Path) -> Ran:
        return _call(python.with_name("gatekeeper"), *arguments, cwd=tmp_path / "project", env=environment)

    return call


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"gatekeeper", f"gatekeeper_gates-{__version__}.dist-info"}
    assert "gatekeeper/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    packed = {path.relative_to(ROOT).as_posix() for path in (ROOT / "gatekeeper").rglob("*") if path.suffix in PACKED}
    assert packed
    assert packed <= set(names)


def test_the_command_is_the_one_from_the_wheel(python: Path, run: Run, tmp_path: Path) -> None:
    where = _call(python, "-c", "import gatekeeper; print(gatekeeper.__file__)", cwd=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(python.parent.parent)
    assert run("--version").stdout == f"gatekeeper {__version__}\n"


@pytest.mark.parametrize(
    ("as_of", "code", "verdict"), [(FIRST_DAY, 1, "NO-GO"), (LAUNCH_DAY, 0, "GO")], ids=["first day", "launch day"]
)
def test_a_recorded_day_is_decided_with_no_clone_and_no_network(run: Run, as_of: str, code: int, verdict: str) -> None:
    ran = run("evaluate", "p11-h", "--as-of", as_of, "--format", "json")
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert ran.stderr == ""
    assert json.loads(ran.stdout)["verdict"] == verdict


def test_recorded_evidence_is_too_old_for_today(run: Run) -> None:
    ran = run("evaluate", "p11-h")
    assert ran.returncode in {1, 3}
    assert "stale" in ran.stdout
    assert f"--as-of {LAUNCH_DAY[:10]}" in ran.stdout, "the board names the command that shows a recorded day"


def test_every_format_is_written_in_one_run_and_the_verdict_stays(run: Run, tmp_path: Path) -> None:
    outputs = {"json": "decision.json", "markdown": "packet.md", "text": "board.txt"}
    wanted = [part for name, file in outputs.items() for part in ("--output", f"{name}={tmp_path / file}")]
    ran = run("evaluate", "p11-h", "--as-of", FIRST_DAY, *wanted)
    assert ran.returncode == 1
    for file in outputs.values():
        assert "NO-GO" in (tmp_path / file).read_text(encoding="utf-8")


def test_the_same_day_gives_the_same_bytes_in_another_time_zone_and_with_another_hash_seed(
    python: Path, run: Run, tmp_path: Path
) -> None:
    arguments = ("evaluate", "p11-h", "--as-of", LAUNCH_DAY, "--format", "json")
    elsewhere = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7", "LC_ALL": "C", "HOME": str(tmp_path)}
    other = _call(python.with_name("gatekeeper"), *arguments, cwd=tmp_path / "project", env=elsewhere)
    assert other.stdout == run(*arguments).stdout
    assert other.returncode == 0


def test_the_shipped_policies_have_no_mistake(run: Run) -> None:
    ran = run("lint")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_an_unknown_policy_is_a_wrong_call_and_not_a_verdict(run: Run) -> None:
    ran = run("evaluate", "p11-x")
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "p11-x" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_wheel_brings_the_schema_of_the_store(run: Run, tmp_path: Path) -> None:
    ran = run("event", "ingestion", "pause", "--by", "Kim", "--at", LAUNCH_DAY)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"recorded: pause of ingestion production by Kim at {LAUNCH_DAY}\n"
    assert (tmp_path / "project" / ".gatekeeper" / "gatekeeper.db").is_file()
    assert run("event", "ingestion", "pause", "--by", "Kim", "--at", LAUNCH_DAY).stdout.startswith(
        "was recorded before"
    )
