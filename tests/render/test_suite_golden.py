"""Runs of suites as they are printed, in files to be read in a review."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from gatekeeper.cli.test import render
from gatekeeper.render.suite_text import SuiteText
from tests.golden_files import JsonFile, TextFile
from tests.render.suite_cases import RUNS

pytestmark = pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")


class XmlFile(TextFile):
    file_extension = "xml"


FILES = {"text": TextFile, "json": JsonFile, "junit": XmlFile}


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("case", RUNS)
def test_run(case: str, format_: str, snapshot: SnapshotAssertion) -> None:
    named: Any = snapshot(name=case, extension_class=FILES[format_])
    assert render(RUNS[case](), format_) == named


def test_run_on_a_narrow_ascii_terminal(snapshot: SnapshotAssertion) -> None:
    named: Any = snapshot(name="some-fail.narrow-ascii", extension_class=TextFile)
    assert SuiteText(60, unicode=False).render(RUNS["some-fail"]()) == named


def test_run_in_colour(snapshot: SnapshotAssertion) -> None:
    named: Any = snapshot(name="some-fail.colour", extension_class=TextFile)
    assert SuiteText(100, color=True).render(RUNS["some-fail"]()).replace("\x1b", "␛") == named
