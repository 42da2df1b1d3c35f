"""Linting: everything that is wrong in the policies, waivers, sources and suites of a project.

Nothing is evaluated, and no case of a suite is played.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.errors import Diagnostic, InvalidDocuments, InvalidInput, UsageError
from gatekeeper.load import find_policy_files, find_sources_files, find_suite_files, load_policies, load_sources
from gatekeeper.load.channels import read_channels
from gatekeeper.load.files import from_root
from gatekeeper.load.source import display_path
from gatekeeper.pipeline.suites import load_suites_of

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.model.policy import PolicySet
    from gatekeeper.model.sources import SourcesDocument


@dataclass(frozen=True, slots=True)
class Linted:
    """What a lint came to.

    Attributes:
        files: how many were read.
        diagnostics: sorted by place.
        left_out: how many suites were not read, since the policies that they ask have errors.
    """

    files: int
    diagnostics: tuple[Diagnostic, ...]
    left_out: int = 0


def lint(configuration: Configuration, files: Sequence[Path] = ()) -> Linted:
    """Check policies, waivers, sources and suites, and the channels of the configuration.

    Args:
        files: only what is wrong in these files is told; none means every file of the project. They are found as
            ``from_root`` says.

    Raises:
        UsageError: a file that is no policy, waiver, sources file or suite of the project.
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
    diagnostics += _of_channels(configuration, loaded)
    suites = find_suite_files(root, folder)
    there = {_real(file) for file in (*policies, *sources, *suites)}
    wanted = {_real(from_root(file, root)): file for file in files}
    for real, file in wanted.items():
        if real not in there:
            raise UsageError(f"{file} is no policy, no suite and no sources file of {configuration.root}")
    asked = [each for each in suites if not wanted or _real(each) in wanted]
    if loaded is not None:
        diagnostics += _of_suites(configuration, asked, loaded)
    if wanted:
        diagnostics = [each for each in diagnostics if _real(Path(each.file)) in wanted]
    left_out = asked if loaded is None else []
    if not any(each.level == "error" for each in diagnostics):
        # What is wrong with the policies was not asked for, and yet nothing is known of these files.
        diagnostics += [_unread(each, root) for each in left_out]
    read = len(wanted or there) - len(left_out)
    return Linted(read, tuple(sorted(diagnostics, key=lambda each: each.order)), len(left_out))


def _of_channels(configuration: Configuration, policies: PolicySet | None) -> tuple[Diagnostic, ...]:
    try:
        read_channels(configuration.notify, policies)
    except InvalidDocuments as refused:
        return refused.diagnostics
    return ()


def _of_suites(configuration: Configuration, files: Sequence[Path], policies: PolicySet) -> tuple[Diagnostic, ...]:
    try:
        load_suites_of(configuration, files, policies)
    except InvalidDocuments as refused:
        return refused.diagnostics
    return ()


def _unread(file: Path, root: Path) -> Diagnostic:
    message = "was not checked: the policies that it could ask have errors"
    return Diagnostic(
        display_path(file, root), 0, 0, message, "mend those first; `gatekeeper lint` tells them", code="unchecked"
    )


def _real(file: Path) -> Path:
    """The file behind links; itself where they lead around in a circle, or cannot be followed."""
    try:
        return file.resolve()
    except (OSError, RuntimeError):
        return file.absolute()
