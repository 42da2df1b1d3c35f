"""The collector ``command``: real programs, what they get, how they end, and that nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import Project, check_sources, collect
from gatekeeper.errors import InvalidDocuments
from gatekeeper.model.snapshot import Evidence
from tests.collect.sources import NOW, sources, write
from tests.conftest import ROOT

PATH = os.environ["PATH"]


def run(root: Path, *command: str, allowed: bool = True, environ: Any = None, **config: Any) -> Evidence:
    started = time.monotonic()
    settings = {"collector": "command", "command": list(command), "timeout": "5s", **config}
    given = {"PATH": PATH, "HOME": "/root", "SECRET": "canary-0123456789", **(environ or {})}
    (found,) = collect(
        sources(it=settings), None, lambda: NOW, root, environ=given, project=Project(root, allow_commands=allowed)
    )
    assert time.monotonic() - started < 7
    return found


def value(root: Path, *command: str, **config: Any) -> Any:
    found = run(root, *command, **config)
    assert found.failure is None, found.failure
    return found.value


def refusal(root: Path, *command: str, **config: Any) -> str:
    found = run(root, *command, **config)
    assert found.value is None
    assert found.failure is not None
    assert "\n" not in found.failure.detail
    return f"{found.failure.cause}: {found.failure.detail}"


def test_nothing_runs_unless_the_operator_allows_it(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    found = run(tmp_path, "touch", str(mark), allowed=False)
    assert found.failure is not None
    assert "allow_commands: true" in found.failure.detail
    assert found.attempts == 0
    assert not mark.exists()
    (without,) = collect(
        sources(it={"collector": "command", "command": ["touch", str(mark)]}), None, lambda: NOW, tmp_path
    )
    assert without.failure is not None
    assert not mark.exists()
    assert run(tmp_path, "touch", str(mark)).failure is None
    assert mark.exists()


def test_what_a_program_writes_is_text(tmp_path: Path) -> None:
    found = run(tmp_path, "printf", "%s|", "a b", "$HOME", "`id`", "*")
    assert found.value == {
        "command": ["printf", "%s|", "a b", "$HOME", "`id`", "*"],
        "exit_code": 0,
        "json": None,
        "text": "a b|$HOME|`id`|*|",
    }
    assert found.source == "printf '%s|' 'a b' '$HOME' '`id`' '*'"
    assert found.request is not None
    assert found.request.startswith("command sha256:")


def test_what_a_program_writes_can_be_json(tmp_path: Path) -> None:
    assert value(tmp_path, "echo", '{"n": 1.0}', stdout="json")["json"] == {"n": 1.0}
    as_json: Any = {"as": "json"}
    found = run(tmp_path, "echo", '{"n": 1}', **as_json)
    assert (found.kind, found.value) == ("json", {"n": 1})


@pytest.mark.parametrize("written", ['{"n": 1', '{"n": 1} {"n": 2}', '{"n": NaN}', "", '{"n": 1, "n": 2}'])
@pytest.mark.parametrize("config", [{"stdout": "json"}, {"as": "json"}])
def test_json_is_read_strictly(written: str, config: dict[str, Any], tmp_path: Path) -> None:
    assert refusal(tmp_path, "printf", "%s", written, **config).startswith('mistyped: what "printf" wrote ')


def test_text_that_is_not_utf_8_is_mistyped(tmp_path: Path) -> None:
    assert refusal(tmp_path, "printf", r"\351") == 'mistyped: what "printf" wrote is not UTF-8'


def test_an_exit_code_is_a_failure_unless_the_source_takes_it_for_an_answer(tmp_path: Path) -> None:
    assert refusal(tmp_path, "sh", "-c", "echo half; exit 3") == (
        'failed: "sh" ended with exit code 3, which is no answer (exit_codes)'
    )
    found = value(tmp_path, "sh", "-c", "echo none; exit 3", exit_codes=[0, 3])
    assert (found["exit_code"], found["text"]) == (3, "none\n")
    assert "exit code 0, which is no answer" in refusal(tmp_path, "true", exit_codes=[1])


def test_a_program_that_a_signal_ended_has_failed(tmp_path: Path) -> None:
    assert refusal(tmp_path, "sh", "-c", "kill -SEGV $$") == 'failed: "sh" was ended by signal 11'


def test_what_it_writes_to_standard_error_is_not_kept(tmp_path: Path) -> None:
    found = run(tmp_path, "sh", "-c", "echo its own $((6 * 7))secret >&2; exit 1")
    assert found.failure is not None
    assert "42secret" not in repr(found)


def test_it_gets_no_variable_that_is_not_named(tmp_path: Path) -> None:
    text = value(tmp_path, "env", environment={"MODE": "check"})["text"]
    assert set(text.split("\n")) == {f"PATH={PATH}", "LANG=C.UTF-8", "MODE=check", ""}


def test_a_secret_reaches_the_program_and_not_the_evidence(tmp_path: Path) -> None:
    script = 'test ${#TOKEN} = 17 && echo "is $TOKEN"'
    found = run(tmp_path, "sh", "-c", script, environment={"TOKEN": "${env:SECRET}"})
    assert found.failure is None
    assert found.redacted == 1
    assert "canary-0" not in repr(found)
    assert "${env:ABSENT} cannot be had" in refusal(tmp_path, "env", environment={"TOKEN": "${env:ABSENT}"})


def test_folders_of_the_path_that_depend_on_where_one_stands_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "measure", "#!/bin/sh\necho planted\n")
    (tmp_path / "measure").chmod(0o755)
    assert refusal(tmp_path, "measure", environ={"PATH": f".::{PATH}"}) == (
        'failed: there is no program "measure" on PATH'
    )
    assert value(tmp_path, "./measure")["text"] == "planted\n"


def test_it_runs_in_a_folder_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "link").symlink_to("/")
    write(tmp_path, "file", "")
    assert value(tmp_path, "pwd", "-P", folder="tools")["text"] == f"{(tmp_path / 'tools').resolve()}\n"
    for folder in ("..", "/", "tools/../.."):
        assert refusal(tmp_path, "pwd", folder=folder).startswith("failed: ")
    assert "symbolic link" in refusal(tmp_path, "pwd", folder="link")
    for folder in ("gone", "file"):
        assert refusal(tmp_path, "pwd", folder=folder) == 'failed: there is no folder in which "pwd" could run'


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (None, 0, "there is no such file"),
        ("#!/bin/sh\n", 0o644, "permission denied"),
        ("no program", 0o755, "exec format error"),
        ("#!/no/such/interpreter\n", 0o755, "there is no such file"),
    ],
)
def test_what_cannot_be_started_is_told(content: str | None, mode: int, said: str, tmp_path: Path) -> None:
    if content is not None:
        write(tmp_path, "it", content)
        (tmp_path / "it").chmod(mode)
    assert refusal(tmp_path, "./it") == f'failed: "./it" cannot be started: {said}'


def test_it_has_nothing_to_read_and_no_terminal(tmp_path: Path) -> None:
    assert value(tmp_path, "sh", "-c", "cat; tty || true")["text"] == "not a tty\n"


def test_too_much_is_refused_and_the_program_ended(tmp_path: Path) -> None:
    assert refusal(tmp_path, "yes", max_bytes=1000) == 'failed: "yes" wrote more than 1,000 bytes (max_bytes)'
    assert value(tmp_path, "printf", "%01000d", "0", max_bytes=1000)["exit_code"] == 0


def test_much_on_standard_error_holds_nothing_up(tmp_path: Path) -> None:
    assert value(tmp_path, "sh", "-c", "head -c 5000000 /dev/zero >&2; echo done")["text"] == "done\n"


def _alive(tmp_path: Path) -> bool:
    """Whether the process that wrote its number down still runs; one that was just ended may take a moment."""
    number = int((tmp_path / "pid").read_text())
    for _ in range(50):
        try:
            os.kill(number, 0)
            if Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].startswith(" Z"):  # nobody waited for it
                return False
        except (ProcessLookupError, FileNotFoundError):
            return False
        time.sleep(0.02)
    return True


SLEEPER = "sleep 300 & echo $! > pid; "


@pytest.mark.parametrize(
    "script",
    ["sleep 300", "trap '' TERM INT; sleep 300", f"{SLEEPER} wait", f"{SLEEPER} exit 0", "exec >&- 2>&-; sleep 300"],
    ids=["sleeps", "deaf", "child", "child behind", "silent"],
)
def test_what_does_not_end_in_time_is_ended_with_all_its_children(script: str, tmp_path: Path) -> None:
    line = refusal(tmp_path, "sh", "-c", script, timeout="1s")
    assert line == 'failed: "sh" did not end in time and was ended (timeout)'
    if (tmp_path / "pid").exists():
        assert not _alive(tmp_path)


def test_what_is_left_running_behind_an_answer_is_ended(tmp_path: Path) -> None:
    found = value(tmp_path, "sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $! > pid; echo answered")
    assert found["text"] == "answered\n"
    assert not _alive(tmp_path)


HANGING = """
import os
from pathlib import Path
from gatekeeper.clock import system_clock
from gatekeeper.collect import Project, collect
from tests.collect.sources import sources

here = Path(os.environ["HERE"])
script = "echo $$ > pid; sleep 300"
config = {"collector": "command", "command": ["sh", "-c", script], "timeout": "60s"}
collect(sources(it=config), None, system_clock, here, project=Project(here, allow_commands=True))
"""


def test_an_interrupted_collection_leaves_no_program_behind(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HERE": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", HANGING], env=environ, stderr=subprocess.DEVNULL) as collecting:
        for _ in range(500):
            if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip():
                break
            time.sleep(0.02)
        collecting.send_signal(signal.SIGINT)
        collecting.wait(timeout=10)
    assert not _alive(tmp_path)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"command": []}, "command"),
        ({"command": ["  "]}, "names no program"),
        ({"command": "ls -l"}, "command"),
        ({"command": ["a\0b"]}, "has a character that no argument can have"),
        ({"command": ["x", "${env:TOKEN}"]}, "takes no reference to a secret"),
        ({"command": ["x"], "environment": {"A=B": "1"}}, "environment"),
        ({"command": ["x"], "environment": {"API_TOKEN": "written-out"}}, "a credential seems to be written here"),
        ({"command": ["x"], "exit_codes": [256]}, "exit_codes"),
        ({"command": ["x"], "exit_codes": []}, "exit_codes"),
        ({"command": ["x"], "stdout": "text", "as": "json"}, "json cannot be made of text"),
        ({"command": ["x"], "shell": True}, 'has no setting "shell"'),
    ],
)
def test_what_is_wrong_is_refused_before_anything_runs(config: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDocuments) as refused:
        check_sources(sources(it={"collector": "command", **config}))
    assert said in str(refused.value)
