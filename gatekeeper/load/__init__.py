"""Loading: from files to checked policies, with every mistake of every file told at once.

YAML is read within limits and with positions (``guard``, ``tree``), its shape is checked (``document``, ``shape``), and
its meaning is checked and turned into the values of ``gatekeeper.model``: by ``policies`` and what it calls (``gates``,
``ladders``, ``modes``, ``waivers``, …), by ``sources``, and by ``suites``.

The functions here import what they need when they are called, so that commands which load nothing start fast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatekeeper.load.diagnostics import render_diagnostics

if TYPE_CHECKING:
    from datetime import datetime

    from gatekeeper.errors import Diagnostic
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.model.policy import PolicySet
    from gatekeeper.model.snapshot import Snapshot
    from gatekeeper.model.sources import SourcesDocument
    from gatekeeper.model.suite import Suite

__all__ = [
    "find_policy_files",
    "find_sources_files",
    "find_suite_files",
    "json_schemas",
    "load_configuration",
    "load_policies",
    "load_sources",
    "load_suites",
    "render_diagnostics",
    "scan_ids",
]


def find_policy_files(root: Path, folder: str = "policies") -> tuple[Path, ...]:
    """Every policy file below the root's folder of policies, sorted; files of policy tests are left out.

    Raises:
        InvalidDocuments: there is no such folder, one cannot be listed, or a link in it leads out of the root.
    """
    from gatekeeper.load.files import find_policy_files as find

    return find(root, folder)


def find_sources_files(root: Path, folder: str = "evidence", system: str | None = None) -> tuple[Path, ...]:
    """Every sources file below the root's folder of evidence, or those of one system, sorted.

    Raises:
        InvalidDocuments: a folder cannot be listed.
    """
    from gatekeeper.load.files import find_sources_files as find

    return find(root, folder, system)


def find_suite_files(root: Path, folder: str = "policies", paths: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Every file of policy tests (``*_test.yaml``) below the root's folder of policies, sorted.

    Args:
        paths: only these files, whatever their names are, and those below these folders: from the current folder, and
            where they are not there, from the root. A folder that holds the folder of policies means that one.

    Raises:
        UsageError: a path is not there.
        InvalidDocuments: a path lies outside of the folder of policies, a folder cannot be listed, or a link in it
            leads out of the root.
    """
    from gatekeeper.load.files import find_suite_files as find

    return find(root, folder, paths)


def scan_ids(files: Sequence[Path], root: Path) -> Mapping[str, Path]:
    """Id → file, by a quick look at the lines; what the files really say is for ``load_policies``.

    Raises:
        InvalidDocuments: a file cannot be read.
    """
    from gatekeeper.load.files import scan_ids as scan

    return scan(files, root)


def load_policies(
    files: Sequence[Path], root: Path, folder: str = "policies"
) -> tuple[PolicySet, tuple[Diagnostic, ...]]:
    """The policies, waivers and calendars that the files hold, checked, and warnings.

    Args:
        files: the policy files, in any order. Every gate that one of them reads must be among them.
        root: the root of the project; places are told relative to it.
        folder: the folder of policies below the root, whose folders are the systems.

    Raises:
        InvalidDocuments: with every mistake of every file, sorted by file, line and column.
    """
    from gatekeeper.load.cache import entry_of, read_entry, write_entry

    entry = entry_of(files, root, folder)
    if entry is not None and (kept := read_entry(entry)) is not None:
        return kept
    from gatekeeper.load.policies import load_policies as load

    loaded = load(files, root, folder)
    # What was read in between may be what somebody just wrote: kept is only what the entry's name says.
    if entry is not None and entry == entry_of(files, root, folder):
        write_entry(entry, loaded)
    return loaded


def load_sources(file: Path, root: Path) -> SourcesDocument:
    """The sources of a system in one environment.

    Raises:
        InvalidDocuments: with every mistake of the file, sorted by line and column.
    """
    from gatekeeper.load.sources import load_sources as load

    return load(file, root)


def load_suites(
    files: Sequence[Path],
    root: Path,
    policies: PolicySet,
    recorded: Callable[[str, datetime], Snapshot | None],
    read: Callable[[Path], Snapshot],
) -> tuple[Suite, ...]:
    """The suites that the files hold, checked against the policies.

    Args:
        files: in the order in which the suites are wanted.
        root: the root of the project; places are told relative to it.
        policies: all policies that a suite may ask, with every gate that one of them reads.
        recorded: gives the newest recorded snapshot of a system that is not after an instant, or None; it refuses with
            a ``GatekeeperError``. It is asked again for every case.
        read: reads a snapshot from a file; it refuses with a ``GatekeeperError``. It is asked again for every case.

    Raises:
        InvalidDocuments: with every mistake of every file, sorted by file, line and column.
    """
    from gatekeeper.load.suite.suites import load_suites as load

    return load(files, root, policies, recorded, read)


def load_configuration(start: Path, environ: Mapping[str, str]) -> Configuration:
    """The configuration that holds for a folder: its files up to the repository's root, then ``GATEKEEPER_*``.

    Raises:
        InvalidDocuments: a configuration file is wrong.
        InvalidInput: a variable is wrong.
    """
    from gatekeeper.load.configuration import load_configuration as load

    return load(start, environ)


def json_schemas() -> Mapping[str, dict[str, Any]]:
    """The JSON Schemas of the documents, for editors: ``policy``, ``waivers``, ``sources`` and ``suite``."""
    from gatekeeper.load.schemas import json_schemas as make

    return make()
