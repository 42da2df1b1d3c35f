"""The configuration: ``gatekeeper.yaml`` or ``[tool.gatekeeper]`` of ``pyproject.toml``, then ``GATEKEEPER_*``.

Both files are looked for from a folder upwards, up to the root of the repository. The root of the project is where the
configuration lies; without one it is the nearest folder with policies, then the repository's root, then the folder
itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gatekeeper.errors import Diagnostic, InvalidDocuments, InvalidInput
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.source import SourceText, display_path, os_reason, read_bytes, read_source, refusal
from gatekeeper.model.place import Place
from gatekeeper.model.values import Json
from gatekeeper.redaction import LOOKS_SECRET, discreet

FILE = "gatekeeper.yaml"
COLORS = ("auto", "always", "never")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the file that belongs to one command, which checks it.

    Attributes:
        values: what it says.
        place: where it begins.
        places: the place of each value in it; of a project file nothing is known.
    """

    values: Mapping[str, Json]
    place: Place
    places: Mapping[tuple[str | int, ...], Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What holds for every command unless an option says otherwise.

    Attributes:
        root: the root of the project; every path of it is relative to this.
        policies: the folder of policies.
        evidence: the folder of sources and recorded snapshots.
        state: the folder that gatekeeper itself writes to.
        environment: which sources are read where a system has several; None where nobody said.
        color: auto, always or never.
        format: the format of results on stdout.
        allow_commands: whether sources may run programs.
        store: where states, events and alerts are kept: a path or an address; None for a file in ``state``.
        file: the configuration file that was read, or None.
        serve: what is said for ``gatekeeper serve``; None where nothing is.
        notify: the channels that hear of changes, by name; None where there are none.
    """

    root: Path
    policies: str = "policies"
    evidence: str = "evidence"
    state: str = ".gatekeeper"
    environment: str | None = None
    color: str = "auto"
    format: str = "text"
    allow_commands: bool = False
    store: str | None = None
    file: Path | None = None
    serve: Section | None = None
    notify: Section | None = None


KEYS = ("allow_commands", "color", "environment", "evidence", "format", "policies", "state", "store")
"""What a file or a variable may set."""

SECTIONS = ("notify", "serve")
"""What only a file may say: mappings of several settings."""

_MOST_BYTES = 4 * 1024 * 1024
"""The largest project file that is read."""

_FOLDERS = frozenset({"policies", "evidence", "state"})
_SWITCHES = frozenset({"allow_commands"})
_SECRET = frozenset({"store"})
"""What may hold a password in a variable, and in no file."""
_SWITCH = {"true": True, "false": False}
"""What a variable may say to a switch."""


def load_configuration(start: Path, environ: Mapping[str, str]) -> Configuration:
    """The configuration that holds for a folder.

    Args:
        start: the folder where the search begins.
        environ: the environment; ``GATEKEEPER_COLOR`` and the like override what a file says.

    Raises:
        InvalidDocuments: a configuration file is wrong.
        InvalidInput: a variable is wrong.
    """
    start = start.absolute()
    try:
        found = _find(start)
        configuration = found if found is not None else Configuration(_bare_root(start))
    except InvalidDocuments as refused:
        raise InvalidDocuments(tuple(map(discreet, refused.diagnostics))) from None
    except OSError as error:  # a folder on the way up that may not be entered
        raise refusal(display_path(Path(error.filename or start), start), os_reason(error)) from error
    values: dict[str, Any] = {}
    for key in KEYS:
        name = f"GATEKEEPER_{key.upper()}"
        if text := environ.get(name):
            value = _SWITCH.get(text, text) if key in _SWITCHES else text
            wrong = None if key in _SECRET else _wrong(key, value)
            if wrong:
                raise InvalidInput(f"{name}: {wrong[0]}", wrong[1])
            values[key] = value
    return replace(configuration, **values)


def _upwards(start: Path) -> Iterator[Path]:
    """The folder and those above it, up to the root of the repository."""
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return


def _find(start: Path) -> Configuration | None:
    for folder in _upwards(start):
        own, project = folder / FILE, folder / "pyproject.toml"
        table = _table(project, folder) if project.is_file() else None
        if own.exists():
            if table is not None:
                source, line, _ = table
                message = f"there is a {FILE} in the same folder"
                _refuse(source, line, 1, message, "keep one of the two", "twice")
            return _from_yaml(own, folder)
        if table is not None:
            return _from_toml(*table, folder)
    return None


def _bare_root(start: Path) -> Path:
    folders = list(_upwards(start))
    with_policies = next((folder for folder in folders if (folder / "policies").is_dir()), None)
    if with_policies is not None:
        return with_policies
    return folders[-1] if (folders[-1] / ".git").exists() else start


def _from_yaml(file: Path, folder: Path) -> Configuration:
    from gatekeeper.load.guard import read_documents
    from gatekeeper.load.problems import Problems
    from gatekeeper.load.tree import MapNode, plain, walk

    problems = Problems()
    source = read_source(file, folder)
    documents = read_documents(source, problems)
    problems.raise_any()
    if not documents:
        return Configuration(folder, file=file)
    node = documents[0]
    values: dict[str, Any] = {}
    if not isinstance(node, MapNode) or len(documents) > 1:
        problems.node(documents[-1], "a configuration is one mapping of keys to values", "", "type")
    else:
        for key, value in node.values.items():
            if key not in (*KEYS, *SECTIONS):
                message = f"there is no setting `{shown(key)}`"
                problems.node(node.keys[key], message, did_you_mean(key, (*KEYS, *SECTIONS)), "unknown-key")
                continue
            said = values[key] = plain(value)
            wrong = _wrong(key, said)
            if wrong:
                problems.node(value, f"`{key}`: {wrong[0]}", wrong[1], "value")
            elif key in SECTIONS and isinstance(said, dict):
                values[key] = Section(said, node.keys[key].place, {path: each.place for path, each in walk(value)})
    problems.raise_any()
    return Configuration(folder, file=file, **values)


def _table(project: Path, folder: Path) -> tuple[SourceText, int, dict[str, Any]] | None:
    """The ``[tool.gatekeeper]`` table of a project file with its line, or None where there is none."""
    if b"gatekeeper" not in read_bytes(project, display_path(project, folder), _MOST_BYTES):
        return None  # most project files; whether they can be read otherwise is not ours to say
    import tomllib

    source = read_source(project, folder, _MOST_BYTES)
    try:
        tools = tomllib.loads(source.text).get("tool", {})
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise refusal(source.shown, f"is no TOML: {shown(error, 120)}", code="toml") from error
    table = tools.get("gatekeeper") if isinstance(tools, dict) else None
    if table is None:
        return None
    heading = re.search(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*gatekeeper[ \t]*\]", source.text, re.MULTILINE)
    line = source.position(heading.start())[0] if heading else 0
    if not isinstance(table, dict):
        _refuse(source, line, 1, "`tool.gatekeeper` must be a table", "write [tool.gatekeeper]", "type")
    return source, line, table


def _from_toml(source: SourceText, line: int, table: dict[str, Any], folder: Path) -> Configuration:
    wrong: list[Diagnostic] = []
    values = dict(table)
    for key, value in table.items():
        at, column = _key_place(source, line, key)
        if key not in (*KEYS, *SECTIONS):
            told = f"there is no setting `{shown(key)}`"
            hint, code = did_you_mean(key, (*KEYS, *SECTIONS)), "unknown-key"
        else:
            found = _wrong(key, value)
            if not found:
                if key in SECTIONS:
                    values[key] = Section(value, source.place(max(at, 1), max(column, 1)))
                continue
            told, hint, code = f"`{key}`: {found[0]}", found[1], "value"
        wrong.append(Diagnostic(source.shown, at, column, told, hint, source.line(at), len(key), code))
    if wrong:
        raise InvalidDocuments(tuple(wrong))
    return Configuration(folder, file=source.path, **values)


def _key_place(source: SourceText, line: int, key: str) -> tuple[int, int]:
    """Where a key of the table stands: the first line below the heading that begins with it."""
    for number in range(line + 1, len(source.lines) + 1):
        text = source.line(number)
        found = re.match(rf"[ \t]*(?P<key>[\"']?{re.escape(key)}[\"']?)[ \t]*=", text)
        if found:
            return number, found.start("key") + 1
        if text.lstrip().startswith("["):
            break
    return line, 1 if line else 0


def _wrong(key: str, value: object) -> tuple[str, str] | None:
    """What is wrong with a setting, and how to mend it; None where it can be used."""
    if key in _SWITCHES:
        return None if isinstance(value, bool) else ("must be true or false", "write it in small letters, unquoted")
    if key in SECTIONS:
        return None if isinstance(value, dict) else ("must be a mapping", "write its settings below it, indented")
    if not isinstance(value, str) or not value.strip():
        return "must be text", "quote it"
    if key == "color" and value not in COLORS:
        return f"`{shown(value)}` is not known", did_you_mean(value, COLORS, "it is one of")
    if key in _SECRET and LOOKS_SECRET.search(value):
        return "a password seems to be written here", "write where it is: ${env:NAME} or ${file:/run/secrets/name}"
    if key in _FOLDERS and (Path(value).is_absolute() or ".." in Path(value).parts):
        return f"`{shown(value)}` leads out of the project", "name a folder below its root"
    return None


def _refuse(source: SourceText, line: int, column: int, message: str, hint: str, code: str) -> None:
    told = Diagnostic(source.shown, line, column if line else 0, message, hint, source.line(line), 1, code)
    raise InvalidDocuments((told,))
