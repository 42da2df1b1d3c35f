"""What a program answers: its exit code, and what it writes to standard output. The operator has to allow it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from gatekeeper.collect.files import locate
from gatekeeper.collect.interface import CollectRequest, FileText, Project, Refused, SourceConfig, brought
from gatekeeper.model.canonical import content_digest
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.values import Json
from gatekeeper.secrets import SecretText


def _argument(text: str) -> str:
    if "\0" in text or not _is_utf_8(text):
        raise ValueError("has a character that no argument can have")
    return text


def _is_utf_8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


ArgumentText = Annotated[str, StringConstraints(max_length=8192), AfterValidator(_argument)]
NameText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]


class CommandConfig(SourceConfig):
    """A program.

    Attributes:
        command: the program and its arguments; there is no shell, so nothing in them means more than it says.
        folder: where it runs, from the root of the project.
        environment: the variables that it gets besides ``PATH`` and ``LANG``; references to secrets may stand in them.
        exit_codes: those with which it answers; with any other it has failed.
        stdout: what it writes.
        kind: which evidence kind the answer is to be.
    """

    command: list[ArgumentText] = Field(min_length=1, max_length=200)
    folder: FileText = "."
    environment: dict[NameText, SecretText] = Field(default_factory=dict, max_length=100)
    exit_codes: list[Annotated[int, Field(ge=0, le=255)]] = Field(default=[0], min_length=1, max_length=256)
    stdout: Literal["text", "json"] | None = None
    kind: Literal["command", "json"] = Field(default="command", alias="as")

    @field_validator("command")
    @classmethod
    def _names_a_program(cls, command: list[str]) -> list[str]:
        if not command[0].strip():
            raise ValueError("names no program")
        return command

    @field_validator("kind")
    @classmethod
    def _is_written(cls, kind: str, info: ValidationInfo) -> str:
        if kind == "json" and info.data.get("stdout") == "text":
            raise ValueError("json cannot be made of text; leave out stdout")
        return kind

    def kind_given(self) -> str:
        """The kind that ``as`` names."""
        return self.kind

    def source_line(self) -> str:
        """The program and its arguments."""
        import shlex

        line = shlex.join(self.command)
        return line if len(line) <= 300 else f"{line[:299]}…"


class CommandCollector:
    """Runs a program that the sources file spells out, where the operator allows programs."""

    kind = "command"
    gives = "command"
    config = CommandConfig

    def collect(self, request: CollectRequest[CommandConfig]) -> Evidence:
        """How it ended, and what it wrote."""
        config = request.config
        request.trace.asking(f"command {content_digest('command', list(config.command))}")
        project = _allowing(request.project)
        folder = locate(project.root, config.folder, "the project's root")
        from gatekeeper.collect.child import run_program, search_path  # here: most projects run nothing

        environ = {"PATH": search_path(request.environ), "LANG": "C.UTF-8"}
        environ |= {name: request.secrets.reveal(text) for name, text in config.environment.items()}
        request.trace.tried()
        ran = run_program(config.command, folder, environ, request.deadline, config.max_bytes)
        _answered(config, ran.exit_code)
        value = _value(config, ran.exit_code, ran.out)
        return brought(self, request, config.source_line(), value)


def _allowing(project: Project | None) -> Project:
    """The project, where its operator lets sources run programs."""
    if project is None or not project.allow_commands:
        hint = "allow_commands: true in the configuration, or GATEKEEPER_ALLOW_COMMANDS=true"
        raise Refused("failed", f"sources may run no program here; where they should: {hint}")
    return project


def _answered(config: CommandConfig, code: int) -> None:
    name = shown(config.command[0], 80)
    if code < 0:
        raise Refused("failed", f"{name} was ended by signal {-code}")
    if code not in config.exit_codes:
        raise Refused("failed", f"{name} ended with exit code {code}, which is no answer (exit_codes)")


def _value(config: CommandConfig, code: int, out: bytes) -> Json:
    name = shown(config.command[0], 80)
    written: Json = None
    if config.kind == "json" or config.stdout == "json":
        try:
            written = parse_json(out, max_bytes=config.max_bytes)
        except JsonRefused as error:
            raise Refused("mistyped", f"what {name} wrote {error}") from None
        if config.kind == "json":
            return written
        return {"command": list(config.command), "exit_code": code, "json": written, "text": None}
    try:
        text = out.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("mistyped", f"what {name} wrote is not UTF-8") from None
    return {"command": list(config.command), "exit_code": code, "json": None, "text": text}
