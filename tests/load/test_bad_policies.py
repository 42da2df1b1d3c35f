"""Every file in ``test_bad_policies/`` beside what gatekeeper says about it: ``<name>.yaml`` and ``<name>.txt``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import load_policies, render_diagnostics

BAD = Path(__file__).with_suffix("")
FILES = sorted(BAD.glob("*.yaml"))


class BesideThePolicy(SingleFileSnapshotExtension):
    """Keeps what is expected beside the policy that it is about."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(BAD)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        return str(index)


# The expected text is named after the policy, and not, as syrupy would like it, after the test.
@pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_policy_is_refused_with_place_caret_and_a_way_out(
    file: Path, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(InvalidDocuments) as refused:
        load_policies([file], BAD.parent)
    told = render_diagnostics(refused.value.diagnostics)
    assert told == snapshot(name=file.stem, extension_class=BesideThePolicy)


def test_every_expected_text_belongs_to_a_policy() -> None:
    assert {file.stem for file in BAD.glob("*.txt")} == {file.stem for file in FILES}
