"""A small runner of GitHub Actions: a composite action's steps in real bash, and what they write read as GitHub does.

What it follows: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands, and for which
lines are commands the runner itself: ``::name properties::data`` begins a line, ``##[name]data`` stands anywhere.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_NEW_COMMAND = re.compile(r"\s*::([A-Za-z-]+|[0-9a-f]{32})(?: ([^:]*))?::(.*)", re.DOTALL)
_OLD_COMMAND = re.compile(r"##\[([A-Za-z-]+)[^\]]*\](.*)", re.DOTALL)


def load_yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


@dataclass
class Ran:
    """How a use of the action ended, and what GitHub would have made of it."""

    code: int
    outputs: dict[str, str]
    summary: str
    log: str
    commands: list[tuple[str, str, str]]
    variables: str

    def annotations(self, level: str) -> list[str]:
        """The titles and messages of the annotations of that level."""
        return [f"{title}: {message}" for name, title, message in self.commands if name == level]


@dataclass
class Runner:
    """A job on a runner: its folders, and the variables that GitHub sets."""

    folder: Path
    action: Path
    variables: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        for name in ("workspace", "runner temp", "home"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    @property
    def temp(self) -> Path:
        return self.folder / "runner temp"

    def use(self, inputs: Mapping[str, str], env: Mapping[str, str] | None = None) -> Ran:
        """Use the action with these inputs, as a step of a job does."""
        metadata = load_yaml(self.action / "action.yml")
        assert metadata["runs"]["using"] == "composite"
        unknown = set(inputs) - set(metadata["inputs"])
        assert not unknown, f"GitHub warns of inputs that there are not: {unknown}"
        given = {name: inputs.get(name, str(each.get("default", ""))) for name, each in metadata["inputs"].items()}
        names = {f"inputs.{name}": self._value(text, {"github.token": self.token}) for name, text in given.items()}
        code, log, summary, variables = 0, "", "", ""
        for step in metadata["runs"]["steps"]:
            assert step["shell"] == "bash"
            files = {name: self._file(name) for name in ("OUTPUT", "STEP_SUMMARY", "ENV", "PATH")}
            environment = {name: self._value(text, names) for name, text in step.get("env", {}).items()}
            ended = self._bash(step["run"], {**(env or {}), **environment}, files)
            code, log = ended.returncode, log + ended.stdout
            summary += files["STEP_SUMMARY"].read_text(encoding="utf-8")
            variables += files["ENV"].read_text() + files["PATH"].read_text()
            for name, value in read_outputs(files["OUTPUT"].read_text(encoding="utf-8")).items():
                names[f"steps.{step['id']}.outputs.{name}"] = value
            if code:
                break
        outputs = {name: self._value(each["value"], names) for name, each in metadata["outputs"].items()}
        return Ran(code, outputs, summary, log, obeyed(log), variables)

    def _bash(
        self, script: str, environment: Mapping[str, str], files: Mapping[str, Path]
    ) -> subprocess.CompletedProcess[str]:
        file = self._file("script.sh")
        file.write_text(script, encoding="utf-8")
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(file)],
            cwd=self.workspace,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder / "home"),
                **{name: value for name, value in os.environ.items() if name.startswith("PIP_")},
                "CI": "true",
                "XDG_CACHE_HOME": os.environ["GATEKEEPER_CACHE_DIR"],  # one for all jobs, so that they are fast
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(self.action),
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self.temp),
                **{f"GITHUB_{name}": str(path) for name, path in files.items()},
                **self.variables,
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # the runner reads both for commands
            encoding="utf-8",
            errors="replace",
            timeout=300,
            check=False,
        )

    def _file(self, name: str) -> Path:
        folder = self.temp / "_runner_file_commands"
        folder.mkdir(exist_ok=True)
        file = folder / f"{name}-{len(list(folder.iterdir()))}"
        file.touch()
        return file

    @staticmethod
    def _value(text: str, names: Mapping[str, str]) -> str:
        """A text with its expressions filled in: names, and ``name || 'text'``."""

        def filled(found: re.Match[str]) -> str:
            name, _or, other = (part.strip() for part in found[1].partition("||"))
            return names.get(name, "") or other.strip("'")

        return EXPRESSION.sub(filled, str(text))


def read_outputs(text: str) -> dict[str, str]:
    """Outputs as the runner reads them; a form that it refuses is an error here too."""
    outputs = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, heredoc, end = line.partition("<<")
        if not heredoc or "=" in name:
            name, equals, value = line.partition("=")
            assert equals, f"the runner refuses the line {line!r}"
            outputs[name] = value
            continue
        taken = []
        for each in lines:
            if each == end:
                break
            taken.append(each)
        else:
            raise AssertionError(f"the runner finds no end of {name}")
        outputs[name] = "\n".join(taken)
    return outputs


def obeyed(log: str) -> list[tuple[str, str, str]]:
    """Every command that the runner would have obeyed: its name, its title, its data."""
    found = []
    stopped: str | None = None
    for line in log.splitlines():
        new, old = _NEW_COMMAND.match(line), _OLD_COMMAND.search(line)
        name, properties, data = new.groups() if new else (old[1], "", old[2]) if old else (None, None, None)
        if name is None:
            continue
        if stopped is not None:
            stopped = None if name == stopped else stopped
        elif name == "stop-commands":
            stopped = data
        else:
            title = _unescaped((properties or "").partition("title=")[2])
            found.append((name, title, _unescaped(data or "")))
    assert stopped is None, "commands stay stopped for the steps that follow"
    return found


def _unescaped(text: str) -> str:
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text
