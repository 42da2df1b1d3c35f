"""What machines read of a run of suites: JSON that can be compared, JUnit that every reader takes."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.model.suite_run import CaseRun, PolicyCoverage, SuitesReport
from gatekeeper.render.suite_json import SuiteJson
from gatekeeper.render.suite_junit import SuiteJunit
from gatekeeper.render.suite_text import SuiteText
from tests.render.suite_cases import HOSTILE, RUNS, all_hold, case, coverage, hostile, run, some_fail, verified


def _junit(report: SuitesReport) -> ET.Element:
    text = SuiteJunit().render(report)
    return ET.fromstring(text.encode("utf-8"))


def test_junit_counts_what_fails_and_what_could_not_be_played() -> None:
    root = _junit(some_fail())
    assert root.tag == "testsuites"
    counts = {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "2", "errors": "1", "skipped": "0"}  # with what was not covered
    assert [each.get("name") for each in root] == [
        "policies/shop/launch_test.yaml",
        "policies/shop/odd_test.yaml",
        "coverage",
    ]
    for suite in root:
        cases = suite.findall("testcase")
        assert len(cases) == int(suite.get("tests", ""))
        assert len(suite.findall("testcase/failure")) == int(suite.get("failures", ""))
        assert len(suite.findall("testcase/error")) == int(suite.get("errors", ""))


def test_junit_tells_place_expected_found_and_why() -> None:
    failure = _junit(some_fail()).find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "state: expected slow, found normal (and 1 more)"
    told = failure.text or ""
    assert "policies/shop/launch_test.yaml:41:9" in told
    assert "expected: slow" in told
    assert "found:    normal" in told
    assert "why:      slow/errors holds since" in told


def test_junit_has_a_name_a_class_and_a_line_for_each_case() -> None:
    (one, _) = _junit(all_hold()).iter("testcase")
    assert one.attrib == {
        "classname": "policies/shop/launch_test.yaml",
        "name": "nine-minutes: Nine minutes of 6 % never enter",
        "file": "policies/shop/launch_test.yaml",
        "line": "12",
    }
    assert len(one) == 0


@given(st.text(st.characters(), max_size=30))
def test_junit_is_well_formed_whatever_the_texts_hold(text: str) -> None:
    told = verified(expected=text, found=text, why=text, title=text)
    report = SuitesReport((run(CaseRun(case("odd", text, 1), 1, (told,), text), file=text),), (coverage(),))
    root = _junit(report)
    assert len(list(root.iter("testcase"))) == 1


def test_junit_tells_what_xml_cannot_carry_and_no_text_makes_a_line_of_its_own() -> None:
    failure = _junit(hostile()).find("testsuite/testcase/failure")
    assert failure is not None
    told = failure.text or ""
    assert "a < b & c ]]>" in told
    assert "bell \\x07, escape \\x1b[31m" in told
    assert not [line for line in told.splitlines() if line.startswith("break")]


@pytest.mark.parametrize("name", RUNS)
def test_json_says_the_same_as_the_model(name: str) -> None:
    report = RUNS[name]()
    document = json.loads(SuiteJson().render(report))
    assert document["format"] == "gatekeeper/test/v1"
    assert document["holds"] is report.holds
    assert document["summary"]["failing"] == sum(not each.holds for each in report.cases)
    assert [each["id"] for suite in document["suites"] for each in suite["cases"]] == [c.case.id for c in report.cases]


def test_json_is_the_same_for_the_same_run_and_sorted() -> None:
    text = SuiteJson().render(some_fail())
    assert text == SuiteJson().render(some_fail())
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_no_text_of_evidence_reaches_the_terminal_as_it_is() -> None:
    shown = SuiteText(100).render(hostile())
    assert not {each for each in shown if not each.isprintable()} - {"\n"}
    assert "\\x1b[31m" in shown
    plain = SuiteJson().render(hostile())
    assert "\x1b" not in plain
    assert json.loads(plain)["suites"][0]["cases"][0]["verified"][0]["found"] == HOSTILE.replace("\ud800", "\\ud800")


def test_too_little_that_was_seen_fails_where_every_case_holds() -> None:
    enough = replace(all_hold(), fail_under=66.0)
    assert enough.outcomes.percent == pytest.approx(100 * 4 / 6)
    assert enough.holds
    less = replace(all_hold(), fail_under=67.0)
    assert not less.holds
    assert "67 % of the outcomes have to be seen, 66.7 % were" in SuiteText().render(less)
    assert _junit(less).get("failures") == "1"


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert "99 %" in SuiteText().render(replace(all_hold(), coverage=(_nearly_all(),)))


def _nearly_all() -> PolicyCoverage:
    one = coverage()
    parts = tuple(replace(one.parts[0], id=f"r{number}") for number in range(300))
    return replace(one, parts=(*parts, replace(one.parts[1])))
