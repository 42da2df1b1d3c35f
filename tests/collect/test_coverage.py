"""Reports of coverage in the form of Cobertura: figures that agree, and something that was measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.collect.sources import collected, refusal_of, value_of, write

LINES = "".join(f'<line number="{n}" hits="{int(n > 2)}"/>' for n in range(1, 11))
REPORT = f"""<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://127.0.0.1:1/coverage-04.dtd">
<coverage line-rate="0.8" branch-rate="0.5" lines-covered="8" lines-valid="10" branches-covered="2" branches-valid="4"
    complexity="0" version="1" timestamp="1772528400000">
  <sources><source>shop</source></sources>
  <packages>
    <package name="shop" line-rate="0.8" branch-rate="0.5" complexity="0">
      <classes><class name="cart.py" filename="cart.py" line-rate="0.8" branch-rate="0.5">
        <methods><method name="f" signature="()"><lines><line number="1" hits="0"/></lines></method></methods>
        <lines>{LINES}</lines>
      </class></classes>
    </package>
  </packages>
</coverage>
"""


def read(base: Path, content: str) -> Any:
    return value_of(base, collector="coverage", file=write(base, "coverage.xml", content))


def refused(base: Path, content: str) -> str:
    line = refusal_of(base, collector="coverage", file=write(base, "coverage.xml", content))
    assert "\n" not in line
    assert "broke: " not in line
    return line


def test_a_report_is_read_with_its_packages(tmp_path: Path) -> None:
    assert read(tmp_path, REPORT) == {
        "line_rate": 0.8,
        "lines_valid": 10,
        "lines_covered": 8,
        "branch_rate": 0.5,
        "branches_valid": 4,
        "branches_covered": 2,
        "timestamp": "2026-03-03T09:00:00Z",
        "packages": [{"name": "shop", "line_rate": 0.8, "branch_rate": 0.5}],
    }
    evidence = collected(tmp_path, collector="coverage", file="coverage.xml")
    assert str(evidence.observed_at) == "2026-03-03 09:00:00+00:00"
    seconds = read(tmp_path, REPORT.replace("1772528400000", "1772528400"))
    assert seconds["timestamp"] == "2026-03-03T09:00:00Z"
    assert read(tmp_path, REPORT.replace("1772528400000", "Tue"))["timestamp"] is None


def test_the_rate_is_that_of_the_counts(tmp_path: Path) -> None:
    value = read(
        tmp_path,
        REPORT.replace(
            'line-rate="0.8" branch-rate="0.5" lines-covered="8"', 'line-rate="0.9" branch-rate="0.5" lines-covered="9"'
        ),
    )
    assert value["line_rate"] == 0.9
    rounded = REPORT.replace(
        'line-rate="0.8" branch-rate="0.5" lines-covered="8" lines-valid="10"',
        'line-rate="1.00" branch-rate="0.5" lines-covered="1999" lines-valid="2000"',
    )
    assert read(tmp_path, rounded)["line_rate"] == 0.9995


def test_without_counts_the_lines_are_counted_once(tmp_path: Path) -> None:
    value = read(tmp_path, REPORT.replace('lines-covered="8" lines-valid="10" ', ""))
    assert (value["line_rate"], value["lines_covered"], value["lines_valid"]) == (0.8, 8, 10)


def test_branches_that_were_not_measured_are_no_zero(tmp_path: Path) -> None:
    none = REPORT.replace('branch-rate="0.5"', 'branch-rate="0"').replace(
        'branches-covered="2" branches-valid="4"', 'branches-covered="0" branches-valid="0"'
    )
    for content in (none, REPORT.replace('branches-covered="2" branches-valid="4"', "")):
        value = read(tmp_path, content)
        assert (value["branch_rate"], value["branches_valid"], value["branches_covered"]) == (None, None, None)
    assert read(tmp_path, none)["packages"][0]["branch_rate"] is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('lines-covered="8"', 'lines-covered="3"'), "says line-rate 0.8, and 3 of 10 lines are 0.3"),
        (('lines-covered="8"', 'lines-covered="11"'), "says that 11 of 10 lines are covered"),
        (('branches-covered="2"', 'branches-covered="4"'), "says branch-rate 0.5, and 4 of 4 branches are 1"),
        (
            ('lines-covered="8" lines-valid="10"', 'lines-covered="0" lines-valid="0"'),
            'failed: "coverage.xml" has no line that could be covered, so nothing was measured',
        ),
        (('lines-valid="10"', 'lines-valid="ten"'), 'has lines-valid "ten", which is no count'),
        (('<coverage line-rate="0.8"', '<coverage line-rate="80"'), 'has line-rate "80", which is no rate from 0 to 1'),
        (('<coverage line-rate="0.8"', "<coverage"), "has a coverage without line-rate: it is no report of Cobertura"),
        (('<package name="shop" line-rate="0.8"', '<package name="shop"'), "has a package without line-rate"),
        (("</coverage>", ""), "is no XML: no element found"),
        (
            ('<!DOCTYPE coverage SYSTEM "http://127.0.0.1:1/coverage-04.dtd">', '<!DOCTYPE c [<!ENTITY a "b">]>'),
            "has a DOCTYPE with declarations",
        ),
    ],
)
def test_figures_that_contradict_each_other_are_no_evidence(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    assert change[0] in REPORT
    assert said in refused(tmp_path, REPORT.replace(*change, 1))


def test_what_is_another_document_is_mistyped(tmp_path: Path) -> None:
    assert 'begins with "testsuite", and a report of Cobertura with coverage' in refused(tmp_path, "<testsuite/>")


@pytest.mark.parametrize("branches", [True, False])
def test_what_coverage_py_writes_is_read(branches: bool, tmp_path: Path) -> None:
    write(tmp_path, "shop.py", "def f(a):\n    if a:\n        return 1\n    return 2\n\nf(1)\n")
    measure = [sys.executable, "-m", "coverage"]
    options = ["--branch"] if branches else []
    subprocess.run([*measure, "run", *options, "--source=.", "shop.py"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([*measure, "xml", "-q"], cwd=tmp_path, check=True, capture_output=True)
    value = value_of(tmp_path, collector="coverage", file="coverage.xml")
    assert (value["lines_covered"], value["lines_valid"]) == (4, 5)
    assert value["branch_rate"] == (0.5 if branches else None)
