"""The suites of a project: read and checked against its policies, with the snapshots that they begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.load import load_suites
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.suite import Suite
from gatekeeper.pipeline.evidence import find_recorded
from gatekeeper.snapshot import read_snapshot

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration


def load_suites_of(
    configuration: Configuration, files: Sequence[Path], policies: PolicySet, environment: str | None = None
) -> tuple[Suite, ...]:
    """The suites that files hold.

    Args:
        policies: all policies that a suite may ask, with every gate that one of them reads.
        environment: whose recorded snapshots they begin with; None for the configured or only one.

    Raises:
        InvalidDocuments: with every mistake of every file, sorted by file, line and column.
    """

    @cache
    def recorded(system: str, at: datetime) -> Snapshot | None:
        return find_recorded(configuration, system, at, environment)

    return load_suites(files, configuration.root, policies, recorded, cache(read_snapshot))
