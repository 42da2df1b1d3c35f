"""Which policy files there are, and which ids they probably hold."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from gatekeeper.errors import Diagnostic, InvalidDocuments, UsageError
from gatekeeper.load.source import display_path, os_reason, read_bytes, refusal

_SUFFIXES = (".yaml", ".yml")
_TESTS = ("_test.yaml", "_test.yml")
_ID = re.compile(rb"""^id:[ \t]+["']?([a-z0-9][a-z0-9._-]{0,63})["']?[ \t]*(?:#.*)?\r?$""", re.MULTILINE)
_MOST_FILES = 10_000


def find_policy_files(root: Path, folder: str = "policies") -> tuple[Path, ...]:
    """Every policy file below the root's folder of policies, sorted; files of policy tests are left out.

    Hidden files and folders are left out too. Links are followed to files only, and only if they stay below the root.

    Raises:
        InvalidDocuments: there is no such folder, one of its folders cannot be listed, or a link in it leads out of the
            root.
    """
    base = root / folder
    _need_folder(base, root)
    found = _below(base, root)
    if len(found) > _MOST_FILES:
        raise refusal(display_path(base, root), f"holds more than {_MOST_FILES:,} policy files")
    return tuple(sorted(each for each in found if not each.name.endswith(_TESTS)))


def find_suite_files(root: Path, folder: str = "policies", paths: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Every file of policy tests (``*_test.yaml``) below the root's folder of policies, sorted.

    Args:
        paths: only these files, whatever their names are, and those below these folders; as in ``from_root``. A folder
            that holds the folder of policies means that one.

    Raises:
        UsageError: a path is not there.
        InvalidDocuments: a path lies outside of the folder of policies, a folder cannot be listed, or a
            link in it leads out of the root.
    """
    base = root / folder
    if not paths:
        _need_folder(base, root)
    found: set[Path] = set()
    refused: list[Diagnostic] = []
    for path in (from_root(each, root) for each in paths or (base,)):
        if not os.path.lexists(path):
            raise UsageError(f"{display_path(path, root)}: there is no such file or folder")
        if not path.exists():  # a link that leads nowhere
            refused += refusal(display_path(path, root), "there is no such file or folder").diagnostics
        elif not (_holds(base, path) or (path.is_dir() and _holds(path, base))):
            message = f"lies outside of the policies in {display_path(base, root)}"
            hint = "--root names the project that it belongs to"
            refused += refusal(display_path(path, root), message, hint, "outside").diagnostics
        elif path.is_dir():
            below = _below(path if _holds(base, path) else base, root)
            found.update(each for each in below if each.name.endswith(_TESTS))
        else:
            found.add(path)
    if refused:
        raise InvalidDocuments(tuple(refused))
    return tuple(sorted(found))


def from_root(path: Path, root: Path) -> Path:
    """A path that somebody names: from the current folder, and where nothing is there, from the root."""
    try:
        return root / path if not path.exists() and (root / path).exists() else path
    except OSError:  # who opens it says why it cannot be read
        return path


def _holds(folder: Path, path: Path) -> bool:
    """Whether a path lies in a folder, or is that folder."""
    return path.resolve().is_relative_to(folder.resolve())


def find_sources_files(root: Path, folder: str = "evidence", system: str | None = None) -> tuple[Path, ...]:
    """Every ``<system>/sources.<environment>.yaml`` below the root's folder of evidence, sorted.

    Args:
        root: the root of the project.
        folder: the folder of evidence below the root; where there is none, there are no sources.
        system: only the sources of this one.

    Raises:
        InvalidDocuments: a folder cannot be listed.
    """
    base = root / folder
    systems = [base / system] if system is not None else _listed(base, root)
    return tuple(
        file
        for each in systems
        for file in _listed(each, root)
        if file.name.startswith("sources.") and file.name.endswith(".yaml") and file.name != "sources.yaml"
    )


def environment_of(file: Path) -> str:
    """The environment that the name of a sources file says, ``sources.<environment>.yaml``; it may have dots in it."""
    return file.name.removeprefix("sources.").removesuffix(".yaml")


def scan_ids(files: Sequence[Path], root: Path) -> Mapping[str, Path]:
    """Id → file, by a quick look at the lines that begin with ``id:``.

    It only helps to find the folder that a policy lies in: of two files with the same id the first counts, and what the
    files really say is for ``load_policies``.

    Raises:
        InvalidDocuments: files that cannot be read; nobody knows which policies they hold.
    """
    found: dict[str, Path] = {}
    refused: list[Diagnostic] = []
    for file in files:
        try:
            text = read_bytes(file, display_path(file, root))
        except InvalidDocuments as error:
            refused += error.diagnostics
            continue
        for each in _ID.findall(text):
            found.setdefault(each.decode("ascii"), file)
    if refused:
        raise InvalidDocuments(tuple(refused))
    return found


def _need_folder(base: Path, root: Path) -> None:
    """Refuses a folder of policies that is not there."""
    try:
        if not base.is_dir():
            what = "is no folder" if base.exists() else "there is no such folder"
            raise refusal(display_path(base, root), what, "policies lie in policies/<system>/*.yaml")
    except OSError as error:
        raise _unlisted(base, root, error) from error


def _below(base: Path, root: Path) -> list[Path]:
    """Every YAML file below a folder that is not hidden; at most one more than the most that are read.

    Raises:
        InvalidDocuments: a folder cannot be listed, or a link leads out of the root.
    """
    inside = root.resolve()
    found: list[Path] = []
    escaped: list[Path] = []

    def refuse(error: OSError) -> None:
        raise _unlisted(Path(error.filename or base), root, error) from error

    for where, folders, names in os.walk(base, onerror=refuse):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in [*names, *folders]:
            path = Path(where) / name
            if _leads_out(path, inside, root):
                escaped.append(path)
            elif name in names and name.endswith(_SUFFIXES) and not name.startswith("."):
                found.append(path)
        if len(found) > _MOST_FILES:
            break
    if escaped:
        message = "is a link that leads out of the project"
        raise InvalidDocuments(
            tuple(Diagnostic(display_path(each, root), 0, 0, message, "copy the file", code="link") for each in escaped)
        )
    return found


def _leads_out(path: Path, inside: Path, root: Path) -> bool:
    try:
        return path.is_symlink() and not path.resolve().is_relative_to(inside)
    except RuntimeError:  # a link in a circle leads nowhere; reading it says so
        return False
    except OSError as error:
        raise _unlisted(path, root, error) from error


def _listed(folder: Path, root: Path) -> list[Path]:
    """What a folder holds, sorted; nothing where it is no folder."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unlisted(folder, root, error) from error


def _unlisted(folder: Path, root: Path, error: OSError) -> InvalidDocuments:
    return refusal(display_path(folder, root), os_reason(error), "nobody knows what it holds")
