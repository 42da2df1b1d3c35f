"""Linting: everything that is wrong in the policies, waivers and sources of a project, without evaluating anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.errors import Diagnostic, InvalidDocuments, InvalidInput, UsageError
from gatekeeper.load import find_policy_files, find_sources_files, load_policies, load_sources

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.model.sources import SourcesDocument


@dataclass(frozen=True, slots=True)
class Linted:
    """What a lint came to: how many files were read, and every diagnostic, sorted by place."""

    files: int
    diagnostics: tuple[Diagnostic, ...]


def lint(configuration: Configuration, files: Sequence[Path] = ()) -> Linted:
    """Check policies, waivers and sources.

    Args:
        files: only what is wrong in these files is told; none means every file of the project.

    Raises:
        UsageError: a file that is neither a policy, a waiver nor a sources file of the project.
    """
    from gatekeeper.collect.run import check_sources
    from gatekeeper.load.bindings import warn_unbound

    root, folder = configuration.root, configuration.policies
    policies = find_policy_files(root, folder)
    sources = find_sources_files(root, configuration.evidence)
    if not policies:
        # Nothing was checked, and that must not look as if all were well.
        raise InvalidInput(f"there is no policy in {root / folder}", "a policy lies in policies/<system>/<id>.yaml")
    diagnostics: list[Diagnostic] = []
    try:
        loaded, warnings = load_policies(policies, root, folder)
        diagnostics += warnings
    except InvalidDocuments as refused:
        diagnostics += refused.diagnostics
        loaded = None
    bound: dict[Path, SourcesDocument] = {}
    for file in sources:
        try:
            bound[file] = load_sources(file, root)
            check_sources(bound[file])
        except InvalidDocuments as refused:
            diagnostics += refused.diagnostics
    if loaded is not None:
        # What a file that cannot be read binds is not known, so nothing is said of its system.
        doubtful = {file.parent.name for file in sources if file not in bound}
        sure = [each for each in bound.values() if each.system not in doubtful]
        diagnostics += warn_unbound(loaded, sure, root)
    there = {_real(file) for file in (*policies, *sources)}
    wanted = {_real(file) for file in files}
    for file in files:
        if _real(file) not in there:
            raise UsageError(f"{file} is no policy and no sources file of {configuration.root}")
    if wanted:
        diagnostics = [each for each in diagnostics if _real(Path(each.file)) in wanted]
    return Linted(len(wanted or there), tuple(sorted(diagnostics, key=lambda each: each.order)))


def _real(file: Path) -> Path:
    """The file behind links; itself where they lead around in a circle, or cannot be followed."""
    try:
        return file.resolve()
    except (OSError, RuntimeError):
        return file.absolute()
