"""Reports as they are printed, in files to be read in a review."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from gatekeeper.render.registry import renderer_for
from gatekeeper.render.text import TextRenderer
from tests.render.cases import CASES

# The files are named after the cases, and not, as syrupy would like it, after the tests.
pytestmark = pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")


class TextFile(SingleFileSnapshotExtension):
    """A file that is called as the case is."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return str(index)


class MarkdownFile(TextFile):
    file_extension = "md"


class JsonFile(TextFile):
    file_extension = "json"


FILES: dict[str, type[TextFile]] = {"text": TextFile, "markdown": MarkdownFile, "json": JsonFile}


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
