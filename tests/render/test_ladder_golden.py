"""Ladders and modes as they are printed, in files to be read in a review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from gatekeeper.model.report import Report
from gatekeeper.render.explanation import ExplanationRenderer
from gatekeeper.render.registry import renderer_for
from gatekeeper.render.text import TextRenderer
from tests.golden_files import FILES, TextFile
from tests.render.ladder_cases import FAILING, LADDERS, ladder, mode

pytestmark = pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")


def report(folder: Path, case: str, *, explain: bool = False) -> Report:
    without, changes = LADDERS[case]
    return Report((), explain=explain, ladders=(ladder(folder, *without, **changes),))


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("case", LADDERS)
def test_ladder(case: str, format_: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    rendered = renderer_for(format_).render(report(tmp_path, case))
    named: Any = snapshot(name=case, extension_class=FILES[format_])
    assert rendered == named


def test_ladder_on_a_narrow_ascii_terminal(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    rendered = TextRenderer(60, unicode=False).render(report(tmp_path, "ladder-paged"))
    assert rendered.isascii()
    named: Any = snapshot(name="ladder-paged.narrow-ascii", extension_class=TextFile)
    assert rendered == named


def test_ladder_explained(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    rendered = ExplanationRenderer(width=90).render(report(tmp_path, "ladder-paged", explain=True))
    named: Any = snapshot(name="ladder-paged.explained", extension_class=TextFile)
    assert rendered == named


def test_mode_explained(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    looked = Report((), modes=(mode(tmp_path, **FAILING, reported=True),))
    rendered = ExplanationRenderer(width=90).render(looked)
    named: Any = snapshot(name="mode.explained", extension_class=TextFile)
    assert rendered == named
