"""The CEL specification's conformance suite: what passes, and what the profile gives up by name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.expr.conformance import (
    CORE,
    EXTENSIONS,
    agrees,
    cases,
    core_cases,
    excluded,
    files,
    outcome,
    sections,
    told,
    unrun,
)

MOST_EXCLUDED = 15


def test_every_core_case_passes_that_the_profile_does_not_exclude(corpus: Path) -> None:
    given_up = excluded()
    wrong = {
        name: f"{case['expr']} gives {outcome(case)!r}, not {case['expect']}"
        for name, case in core_cases(corpus).items()
        if name not in given_up and not agrees(case, outcome(case))
    }
    assert wrong == {}


def test_an_excluded_case_exists_and_does_fail(corpus: Path) -> None:
    cases = core_cases(corpus)
    assert set(excluded()) <= set(cases)
    assert [name for name in excluded() if agrees(cases[name], outcome(cases[name]))] == []


def test_the_suite_is_whole_and_few_cases_are_given_up(corpus: Path) -> None:
    assert len(core_cases(corpus)) == 1091
    assert len(excluded()) <= MOST_EXCLUDED


@pytest.mark.parametrize("suite", sorted(EXTENSIONS))
def test_every_case_of_an_extension_passes(corpus: Path, suite: str) -> None:
    """None of them is given up; what needs protobuf is counted in the profile."""
    wrong = {
        name: f"{case['expr']} gives {outcome(case)!r}, not {case['expect']}"
        for name, case in cases(corpus, frozenset({suite})).items()
        if not agrees(case, outcome(case))
    }
    assert wrong == {}


def test_the_profile_says_of_every_suite_how_many_cases_pass(corpus: Path) -> None:
    given_up = excluded()
    counted: dict[str, tuple[int, int, int]] = {}
    for suite in CORE | EXTENSIONS:
        plain, protobuf = (cases(corpus, frozenset({suite}), each) for each in (False, True))
        counted[suite] = (len(plain) + len(protobuf), len(protobuf), len(plain.keys() - given_up.keys()))
    assert told() == counted


def test_the_profile_names_every_suite_that_is_not_run_with_its_cases(corpus: Path) -> None:
    counted: dict[str, tuple[int, int]] = {}
    for suite in files(corpus) - CORE - EXTENSIONS:
        plain, protobuf = (cases(corpus, frozenset({suite}), each) for each in (False, True))
        counted[suite] = (len(plain) + len(protobuf), len(protobuf))
    assert unrun() == counted


def test_the_profile_names_every_section_of_which_cases_are_left_out(corpus: Path) -> None:
    left = cases(corpus, CORE | EXTENSIONS, protobuf=True)
    assert sections() == Counter("/".join(name.split("/")[:2]) for name in left)


def test_the_adapter_sees_a_wrong_result() -> None:
    case = {"expect": {"value": {"int": "1"}}}
    assert agrees(case, 1)
    assert not agrees(case, 2)
    assert not agrees(case, 1.0)
    assert not agrees({"expect": {"error": ["divide by zero"]}}, 1)
