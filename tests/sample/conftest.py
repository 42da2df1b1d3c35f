"""The policies of the sample, and what was recorded on its three days."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.snapshot import find_newest
from tests.sample.record_days import EVE, FIRST, LAUNCH, SYSTEM, Day, load_sample_policies


@pytest.fixture(scope="session")
def policies(root: Path) -> PolicySet:
    return load_sample_policies(root)


def _recorded(root: Path, day: Day) -> Snapshot:
    """The recorded snapshot that ``evaluate --as-of`` takes by itself."""
    snapshot = find_newest((root / "evidence" / SYSTEM / "recorded",), SYSTEM, day.as_of)
    assert snapshot is not None
    assert snapshot.taken_at == day.collected_at
    return snapshot


@pytest.fixture(scope="session")
def first_day(root: Path) -> Snapshot:
    return _recorded(root, FIRST)


@pytest.fixture(scope="session")
def eve(root: Path) -> Snapshot:
    return _recorded(root, EVE)


@pytest.fixture(scope="session")
def launch_day(root: Path) -> Snapshot:
    return _recorded(root, LAUNCH)
