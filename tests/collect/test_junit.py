"""Reports of JUnit: counted by test case, whole or no evidence, and XML that cannot grow."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.collect.junit import MOST_FAILED
from gatekeeper.collect.xml_text import XmlRefused, walk
from tests.collect.sources import collected, refusal_of, value_of, write

REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="6" failures="2" errors="1">
  <testsuite name="shop" tests="4" failures="2" errors="0" skipped="1" time="1,234.5"
    timestamp="2026-03-03T09:00:00+01:00">
    <testcase classname="shop.Cart" name="adds" time="0.1"/>
    <testcase classname="shop.Cart" name="removes" time="0.1"><failure
      message="expected 1&#10;got 2" type="x">stack</failure></testcase>
    <testcase classname="shop.Cart" name="later"><skipped/></testcase>
    <testcase name="pays"><failure>no <![CDATA[<message> here]]></failure><system-out>much</system-out></testcase>
    <testsuite name="inner" tests="2" failures="0" errors="1" time="1" timestamp="2026-03-03T08:30:00Z">
      <testcase classname="shop.Inner" name="breaks"><error message="boom"/><failure message="also"/></testcase>
      <testcase classname="shop.Inner" name="shaky"><flakyFailure message="once"/></testcase>
    </testsuite>
  </testsuite>
</testsuites>
"""


def report(base: Path, content: str, **config: Any) -> Any:
    return value_of(base, collector="junit", file=write(base, "report.xml", content), **config)


def refused(base: Path, content: str, **config: Any) -> str:
    line = refusal_of(base, collector="junit", file=write(base, "report.xml", content), **config)
    assert "\n" not in line
    assert "broke: " not in line
    return line


def test_a_report_is_counted_by_its_test_cases(tmp_path: Path) -> None:
    value = report(tmp_path, REPORT.replace('failures="2" errors="1"', 'failures="3" errors="1"'))
    counts = {word: value[word] for word in ("tests", "passed", "failures", "errors", "skipped", "flaky", "time")}
    assert counts == {"tests": 6, "passed": 2, "failures": 2, "errors": 1, "skipped": 1, "flaky": 1, "time": 1235.5}
    assert [(suite["name"], suite["tests"]) for suite in value["suites"]] == [
        ("all > shop", 4),
        ("all > shop > inner", 2),
    ]
    assert [suite["timestamp"] for suite in value["suites"]] == ["2026-03-03T08:00:00Z", "2026-03-03T08:30:00Z"]
    assert value["failed"] == [
        {
            "suite": "all > shop",
            "classname": "shop.Cart",
            "name": "removes",
            "outcome": "failure",
            "message": "expected 1 got 2",
        },
        {
            "suite": "all > shop",
            "classname": None,
            "name": "pays",
            "outcome": "failure",
            "message": "no <message> here",
        },
        {
            "suite": "all > shop > inner",
            "classname": "shop.Inner",
            "name": "breaks",
            "outcome": "error",
            "message": "boom",
        },
    ]


def test_it_was_true_when_its_first_suite_ran(tmp_path: Path) -> None:
    evidence = collected(tmp_path, collector="junit", file=write(tmp_path, "r.xml", REPORT))
    assert str(evidence.observed_at) == "2026-03-03 08:00:00+00:00"
    for without in (REPORT.replace("+01:00", ""), REPORT.replace(' timestamp="2026-03-03T08:30:00Z"', "")):
        assert collected(tmp_path, collector="junit", file=write(tmp_path, "r.xml", without)).observed_at is None


def test_reports_of_several_files_are_one(tmp_path: Path) -> None:
    one = '<testsuite name="one" tests="1" time="1"><testcase name="a"/></testsuite>'
    two = '<testsuite name="two" tests="1"><testcase name="a"><error/></testcase></testsuite>'
    files = [write(tmp_path, "1.xml", one), write(tmp_path, "2.xml", two)]
    value = value_of(tmp_path, collector="junit", files=files)
    assert (value["tests"], value["errors"], value["time"]) == (2, 1, None)
    assert "gone.xml" in refusal_of(tmp_path, collector="junit", files=[*files, "gone.xml"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            '<testsuite name="a" tests="2"><testcase name="x"/></testsuite>',
            'truncated: "report.xml": the suite "a" says 2 tests, and 1 are here',
        ),
        (
            '<testsuites tests="3"><testsuite name="a" tests="1"><testcase name="x"/></testsuite></testsuites>',
            'truncated: "report.xml": the report says 3 tests, and 1 are here',
        ),
        (
            '<testsuite name="a" tests="1" failures="1"><testcase name="x"/></testsuite>',
            "says 1 failures, and 0 are here",
        ),
        ('<testsuite name="a" tests="1" errors="1"><testcase name="x"/></testsuite>', "says 1 errors, and 0 are here"),
        ('<testsuite name="a" tests="0"/>', 'failed: "report.xml" holds no test case, so nothing was tested'),
        ("<testsuites/>", 'failed: "report.xml" holds no test case'),
        ('<coverage line-rate="1"/>', 'begins with "coverage", and a report of JUnit with testsuites or testsuite'),
        (
            '<testsuite tests="many"><testcase name="x"/></testsuite>',
            'has a suite with tests "many", which is no count (line 1)',
        ),
        ('<testsuite tests="-1"><testcase name="x"/></testsuite>', "which is no count"),
        (
            '<testsuite time="1:30"><testcase name="x"/></testsuite>',
            'has a suite with the time "1:30", which is no number of seconds',
        ),
        ('<testsuite name="a"><testcase name="x"/>', "is no XML: no element found at line 1"),
        ("", "is empty: an XML document is expected"),
        ("{}", "is no XML: not well-formed (invalid token) at line 1, column 1"),
        ("<a/><b/>", 'begins with "a"'),
    ],
)
def test_what_is_no_whole_report_is_refused(content: str, said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path, content)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_report_that_was_cut_off_is_none(share: float, tmp_path: Path) -> None:
    assert "is no XML" in refused(tmp_path, REPORT[: int(len(REPORT) * share)])


def test_a_list_of_failures_is_never_cut(tmp_path: Path) -> None:
    case = '<testcase name="x"><failure/></testcase>'
    assert report(tmp_path, f"<testsuite>{case * MOST_FAILED}</testsuite>")["failures"] == MOST_FAILED
    assert refused(tmp_path, f"<testsuite>{case * (MOST_FAILED + 1)}</testsuite>").startswith(
        "truncated: more than 5,000"
    )


CASE = '<testcase name="x"/>'
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
BOMBS = {
    "laughs": f'<!DOCTYPE t [<!ENTITY a0 "ha">{LAUGHS}]><testsuite name="&a8;">{CASE}</testsuite>',
    "quadratic": f'<!DOCTYPE t [<!ENTITY a "{"a" * 50_000}">]><testsuite>{CASE.replace("x", "&a;") * 1000}</testsuite>',
    "a file": f'<!DOCTYPE t [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite name="a">{CASE}&a;</testsuite>',
    "a parameter": f'<!DOCTYPE t [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;]><testsuite>{CASE}</testsuite>',
    "defaults": '<!DOCTYPE t [<!ATTLIST testcase name CDATA "made up">]><testsuite><testcase/></testsuite>',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_document_that_declares_something_is_refused_before_it_grows(bomb: str, tmp_path: Path) -> None:
    started = time.monotonic()
    assert "has a DOCTYPE with declarations of its own, which are not read (line 1)" in refused(tmp_path, BOMBS[bomb])
    assert time.monotonic() - started < 2


def test_an_entity_of_a_dtd_that_is_not_read_is_refused(tmp_path: Path) -> None:
    named = '<!DOCTYPE testsuite SYSTEM "http://127.0.0.1:1/x.dtd">'
    assert report(tmp_path, f'{named}<testsuite><testcase name="&lt;x&#62;"/></testsuite>')["tests"] == 1
    for content in ('<testcase name="x">&evil;</testcase>', '<testcase name="&evil;"/>'):
        line = refused(tmp_path, f"{named}<testsuite>{content}</testsuite>")
        assert "has an entity that XML itself does not have" in line or "undefined entity" in line


def test_depth_encoding_and_size_are_bounded(tmp_path: Path) -> None:
    assert "is nested deeper than 64 levels" in refused(tmp_path, "<testsuite>" * 70)
    assert 'says that it is "ISO-8859-1": save it as UTF-8' in refused(
        tmp_path, '<?xml version="1.0" encoding="ISO-8859-1"?><testsuite/>'
    )
    utf16 = '<?xml version="1.0" encoding="UTF-16"?><testsuite><testcase/></testsuite>'.encode("utf-16")
    (tmp_path / "wide.xml").write_bytes(utf16)
    assert "is not UTF-8" in refusal_of(tmp_path, collector="junit", file="wide.xml")
    many = "<testsuite>" + '<testcase classname="a" name="b"/>' * 400_000 + "</testsuite>"
    started = time.monotonic()
    assert report(tmp_path, many)["tests"] == 400_000
    assert time.monotonic() - started < 15


@given(st.text(alphabet="<>/tescaui \"='&;![]-x", max_size=60))
def test_any_text_is_read_or_refused_in_a_line(text: str) -> None:
    class Quiet:
        def start(self, name: str, attributes: object) -> None: ...
        def text(self, text: str) -> None: ...
        def end(self, name: str) -> None: ...

    try:
        walk(f"<testsuite>{text}</testsuite>".encode(), Quiet())
    except XmlRefused as error:
        assert "\n" not in str(error)  # noqa: PT017  what is not refused is fine


def test_what_pytest_writes_is_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        "test_it.py",
        "import pytest\n\n@pytest.fixture\ndef broken():\n    yield\n    raise OSError('late')\n\n"
        "def test_good(): pass\n\ndef test_bad(): assert 1 == 2\n\n@pytest.mark.skip\ndef test_left(): pass\n\n"
        "def test_both(broken): assert 3 == 4\n",
    )
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=r.xml", "test_it.py"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    value = value_of(tmp_path, collector="junit", file="r.xml")
    # What fails and then breaks when it is put away is two test cases in the report.
    assert (value["tests"], value["failures"], value["errors"], value["skipped"]) == (5, 2, 1, 1)
    assert value["failed"][0]["message"] == "assert 1 == 2"
