"""The packet is well-formed GitHub Flavored Markdown, whatever the texts in it say."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gatekeeper.model.report import Report
from gatekeeper.render.markdown import MarkdownRenderer
from gatekeeper.render.markup import code, said
from gatekeeper.render.visible import visible
from tests.render.cases import CASES
from tests.render.strategies import HOSTILE, altered, reports

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HARMLESS = {"text", "code_inline", "strong_open", "strong_close", "text_special"}
INVISIBLE = re.compile("\u2060")


def blocks(tokens: list[Token]) -> list[tuple[str, int]]:
    return [(token.type, token.level) for token in tokens]


def inline(tokens: list[Token]) -> set[str]:
    return {child.type for token in tokens for child in token.children or ()}


def shown(text: str) -> str:
    """What a reader sees of one paragraph."""
    tokens = PARSER.parse(text)
    return INVISIBLE.sub("", "".join(child.content for token in tokens for child in token.children or ()))


@pytest.mark.parametrize("poison", HOSTILE)
@pytest.mark.parametrize("case", CASES)
def test_a_hostile_text_changes_no_heading_row_list_or_fence_of_the_packet(case: str, poison: str) -> None:
    report = CASES[case]()

    def page(ending: str) -> list[Token]:
        return PARSER.parse(MarkdownRenderer().render(altered(report, lambda text: text + ending)))

    assert blocks(page(poison)) == blocks(page("x"))
    assert inline(page(poison)) <= HARMLESS


@given(report=reports())
@settings(max_examples=25)
def test_no_report_makes_a_link_an_image_or_html(report: Report) -> None:
    tokens = PARSER.parse(MarkdownRenderer().render(report))
    assert inline(tokens) <= HARMLESS
    assert {token.type for token in tokens} <= {
        *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "fence"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
        *("table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close"),
        *("tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close"),
    }


@given(text=st.one_of(st.sampled_from(HOSTILE), st.text(alphabet="`*_[]()<>!#|\\-+=~&;:@$1.ab \n", max_size=25)))
def test_a_text_said_in_a_paragraph_or_a_cell_reads_as_it_was_written(text: str) -> None:
    expected = " ".join(visible(text).split())
    prose = PARSER.parse(said(text))
    assert inline(prose) <= {"text", "text_special"}
    assert " ".join(shown(said(text)).split()) == expected
    cell = PARSER.parse(f"| head |\n| --- |\n| {said(text)} |")
    assert sum(token.type == "tr_open" for token in cell) == 2
    assert sum(token.type == "td_open" for token in cell) == 1
    assert " ".join(shown(f"| h |\n| --- |\n| {said(text)} |").removeprefix("h").split()) == expected


@given(text=st.text(alphabet="`|\\ab <*_[", min_size=1, max_size=20))
def test_a_value_in_a_code_span_reads_as_it_was_written(text: str) -> None:
    for page in (code(text), f"| h |\n| --- |\n| {code(text)} |"):
        assert " ".join(shown(page).removeprefix("h" if "| h" in page else "").split()) == " ".join(text.split())


def test_what_github_would_link_after_reading_is_parted_by_a_word_joiner() -> None:
    for text in ("@everyone", "see #12", "https://example.test", "www.example.test", "a@example.test", "GH-7"):
        assert "\u2060" in said(text)
        assert text not in said(text)


@pytest.mark.parametrize("case", CASES)
def test_the_packet_has_one_title_for_each_decision_and_only_sections_below(case: str) -> None:
    report = CASES[case]()
    tokens = PARSER.parse(MarkdownRenderer().render(report))
    levels = [token.tag for token in tokens if token.type == "heading_open"]
    assert levels.count("h1") == len(report.decisions)


def test_passing_rules_name_what_they_saw_and_the_evidence_that_they_rest_on() -> None:
    page = MarkdownRenderer().render(CASES["go"]())
    row = next(line for line in page.splitlines() if line.startswith("| `p11-h/tenant-isolation-verified`"))
    assert 'rls.latest.conclusion = "success"' in row
    assert "`rls` (5 min old)" in row


def test_the_packet_says_how_to_decide_again_with_the_same_parameters() -> None:
    page = MarkdownRenderer().render(CASES["go-with-waiver"]())
    command = "gatekeeper evaluate p11-h --as-of 2026-03-03T09:00:00Z --param distinct_approvers=3 --format json"
    assert f"```console\n{command}\n```" in page
    assert "| `p11-h` | `distinct_approvers` | `3` | **overridden** |" in page


def test_what_is_not_known_for_lack_of_evidence_is_one_row_a_piece_and_told_nowhere_else() -> None:
    page = MarkdownRenderer().render(CASES["inconclusive-stale"]())
    part = page.split("## Not known for lack of evidence", 1)[1].split("\n## ", 1)[0]
    assert "## What blocks" not in page
    row = next(line for line in part.splitlines() if line.startswith("| `runbook`"))
    assert "`p11-g`: lever-validated\\[6 rows\\]" in row
    assert "p11-g/placeholder-filled" in row
    assert "- **To do:** `gatekeeper collect p11-h`" in part
    assert page.replace(part, "").count("lever-validated") == 0


def test_a_verdict_by_parameter_is_announced_in_the_title() -> None:
    lines = MarkdownRenderer().render(CASES["go-with-waiver"]()).splitlines()
    assert lines[0].startswith("# GO with 1 waiver and 1 parameter overridden: ")
    assert "Parameter `p11-h.distinct_approvers = 3` was given by the caller." in lines


def test_the_packet_names_the_file_of_the_snapshot_and_the_semantics() -> None:
    page = MarkdownRenderer().render(CASES["go"]())
    part = page.split("## How to check this report", 1)[1]
    assert f"`{'c' * 64}.json`" in part
    assert "`--snapshot <file>`" in part
    assert "the semantics, version 1" in part
