"""Reports as they are printed, in files to be read in a review."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from gatekeeper.render.registry import renderer_for
from gatekeeper.render.text import TextRenderer
from tests.golden_files import FILES, TextFile
from tests.render.cases import CASES

pytestmark = pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("case", CASES)
def test_report(case: str, format_: str, snapshot: SnapshotAssertion) -> None:
    rendered = renderer_for(format_).render(CASES[case]())
    named: Any = snapshot(name=case, extension_class=FILES[format_])
    assert rendered == named


@pytest.mark.parametrize("case", ["no-go-canary-reset", "inconclusive-stale"])
def test_report_on_a_narrow_ascii_terminal(case: str, snapshot: SnapshotAssertion) -> None:
    rendered = TextRenderer(80, unicode=False).render(CASES[case]())
    named: Any = snapshot(name=f"{case}.narrow-ascii", extension_class=TextFile)
    assert rendered == named


def test_report_in_colour(snapshot: SnapshotAssertion) -> None:
    rendered = TextRenderer(100, color=True).render(CASES["no-go-canary-reset"]())
    named: Any = snapshot(name="no-go-canary-reset.colour", extension_class=TextFile)
    assert rendered.replace("\x1b", "␛") == named
