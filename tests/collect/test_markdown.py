"""A Markdown document as evidence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from gatekeeper.collect.document.markdown_source import parse_source
from gatekeeper.collect.document.markdown_tree import take_apart
from gatekeeper.collect.interface import Refused
from gatekeeper.model.decode import typed
from tests.collect.sources import collected, refusal_of, value_of, write

DOCUMENTS = Path(__file__).parent / "documents"


def read(tmp_path: Path, text: str | bytes) -> Any:
    return value_of(tmp_path, collector="markdown", file=write(tmp_path, "doc.md", text))


def refused(tmp_path: Path, text: str | bytes) -> str:
    return refusal_of(tmp_path, collector="markdown", file=write(tmp_path, "doc.md", text))


def fields(tmp_path: Path, text: str) -> dict[str, str]:
    return {slug: field["value"] for slug, field in read(tmp_path, text)["fields"].items()}


def placeholders(tmp_path: Path, text: str) -> list[tuple[str, str, int]]:
    return [(each["text"], each["inside"], each["line"]) for each in read(tmp_path, text)["placeholders"]]


def test_a_document_is_taken_apart_as_recorded(snapshot: SnapshotAssertion) -> None:
    value = value_of(DOCUMENTS, collector="markdown", file="launch.md")
    assert value == snapshot(extension_class=JSONSnapshotExtension)


def test_what_is_read_has_the_shape_of_its_kind() -> None:
    value = value_of(DOCUMENTS, collector="markdown", file="launch.md")
    assert typed("markdown", value) == (value, ())


# ---------------------------------------------------------------- sections


def test_sections_know_the_headings_above_them_and_not_the_title(tmp_path: Path) -> None:
    value = read(tmp_path, "# T\n## A\n### B\n## C\n#### D\n# E\n## F\n")
    assert value["title"] == "T"
    assert [each["path"] for each in value["sections"]] == [
        ["A"],
        ["A", "B"],
        ["C"],
        ["C", "D"],
        ["E"],
        ["E", "F"],
    ]
    assert [each["level"] for each in value["sections"]] == [2, 3, 2, 4, 1, 2]
    assert [each["line"] for each in value["sections"]] == [2, 3, 4, 5, 6, 7]


def test_a_section_holds_its_own_text_and_not_that_of_those_below(tmp_path: Path) -> None:
    value = read(tmp_path, "## A\none *two* `three`\nfour\n\n- five\n- six\n### B\nseven\n")
    assert [each["text"] for each in value["sections"]] == ["one two three four\nfive\nsix", "seven"]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Lever 6: Queue Admission Cap", "lever-6-queue-admission-cap"),
        ("B1. High Error Rate (5xx spike)", "b1-high-error-rate-5xx-spike"),
        ("T+0:00 — Detection", "t000--detection"),
        ("`CANARY_STATUS=FAIL_AUTH`", "canary_statusfail_auth"),
        ("Größe & Maß", "größe--maß"),
        ("A [link](x) and **bold**", "a-link-and-bold"),
        ("🔴 Critical", "-critical"),
    ],
)
def test_anchors_are_those_of_github(heading: str, anchor: str, tmp_path: Path) -> None:
    (section,) = read(tmp_path, f"## {heading}\n")["sections"]
    assert section["anchor"] == anchor


def test_anchors_of_equal_headings_are_counted(tmp_path: Path) -> None:
    value = read(tmp_path, "# A\n## A\n## A-1\n## A\n")
    assert [each["anchor"] for each in value["sections"]] == ["a-1", "a-1-1", "a-2"]


def test_a_heading_in_a_quote_divides_nothing_but_can_be_linked_to(tmp_path: Path) -> None:
    value = read(tmp_path, "## A\n> ## Quoted\n\n[x](#quoted)\n")
    assert [each["title"] for each in value["sections"]] == ["A"]
    assert value["links"][0]["resolves"] is True


# ---------------------------------------------------------------- fields


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Owner:** team", {"owner": "team"}),
        ("**Owner**: team", {"owner": "team"}),
        ("**Owner** : team", {}),
        ("__Owner:__ team", {"owner": "team"}),
        ("**Owner:** `code` and *more*", {"owner": "code and more"}),
        ("**A:** 1\n**B:** 2", {"a": "1", "b": "2"}),
        ("**A:** 1\\\n**B:** 2  \n**C**: 3", {"a": "1", "b": "2", "c": "3"}),
        ("**A:** 1\nand on\n**B:** 2", {"a": "1 and on", "b": "2"}),
        ("Text **A:** 1", {}),
        ("**Only bold**", {}),
        ("**Bold** and text: more", {}),
        ("*A:* 1", {}),
        ("**Last-validated (UTC):** x", {"last_validated_utc": "x"}),
        ("**#:** 7", {"number": "7"}),
        ("**!:** x", {"field": "x"}),
        ("**A:** 1\n\n**A:** 2\n\n**A:** 3", {"a": "1", "a_2": "2", "a_3": "3"}),
        ("**Größe:** 1", {"größe": "1"}),
        ("**A:** the **B:** x", {"a": "the B: x"}),
        ("**`a` b:** 1", {"a_b": "1"}),
        ("- **A:** 1\n- **B:** 2", {"a": "1", "b": "2"}),
        ("**A:** [x](y)", {"a": "x"}),
        ("**A:** a <!-- b --> c", {"a": "a c"}),
    ],
)
def test_a_bold_label_with_a_colon_makes_a_field(text: str, expected: dict[str, str], tmp_path: Path) -> None:
    assert fields(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("after", "value"),
    [
        ("- one\n- two `x`\n", "one; two x"),
        ("1. one\n   - deep\n   - er\n2. two\n", "one deep; er; two"),
        ("```sh\nrun a\nrun b\n```\n", "run a\nrun b"),
        ("\n    run c\n", "run c"),
        ("\nA paragraph\nof two lines\n", "A paragraph of two lines"),
        ("\n> quoted\n", "quoted"),
        ("\n|a|b|\n|---|---|\n|1|2|\n|3|4|\n", "1 | 2; 3 | 4"),
        ("\n## Next\n\ntext\n", ""),
        ("\n---\n\ntext\n", ""),
        ("\n**B:** 2\n", ""),
        ("", ""),
    ],
)
def test_a_field_without_a_value_has_the_block_after_it(after: str, value: str, tmp_path: Path) -> None:
    assert fields(tmp_path, f"**A:**\n{after}")["a"] == value


def test_only_the_last_label_of_a_paragraph_takes_the_block_after_it(tmp_path: Path) -> None:
    assert fields(tmp_path, "**A:**\n**B:**\n- x\n") == {"a": "", "b": "x"}


def test_fields_belong_to_their_section_and_know_their_line(tmp_path: Path) -> None:
    value = read(tmp_path, "# T\n\n**A:** 0\n\n## S\n\n**A:** 1\ny\n**B:** 2\n\n## R\n")
    assert value["fields"] == {"a": {"label": "A", "value": "0", "line": 3}}
    assert [list(each["fields"]) for each in value["sections"]] == [["a", "b"], []]
    assert [each["line"] for each in value["sections"][0]["fields"].values()] == [7, 9]


def test_what_stands_in_a_comment_is_nobodys_field(tmp_path: Path) -> None:
    text = "<!--\n**A:** 1\n-->\n\n**B:** 2 <!-- **C:** 3 -->\n\n<div>\n<!-- **D:** 4 --> <!-- 2026-01-01 -->\n</div>\n"
    value = read(tmp_path, text)
    assert list(value["fields"]) == ["b"]
    assert value["fields"]["b"] == {"label": "B", "value": "2", "line": 5}
    assert value["dates"] == []


def test_a_comment_shown_as_code_is_text(tmp_path: Path) -> None:
    assert fields(tmp_path, "```\n<!--\n```\n\n**A:** `<!--`\n\n**B:** x\n") == {"a": "<!--", "b": "x"}


def test_a_comment_that_never_ends_is_refused(tmp_path: Path) -> None:
    line = refused(tmp_path, "# T\n\n<!-- hidden\n\n**A:** 1\n")
    assert line == 'mistyped: "doc.md" has a comment that is never closed (in the block of line 3)'


# ---------------------------------------------------------------- tables


def test_rows_are_typed_by_their_columns_and_know_their_line(tmp_path: Path) -> None:
    text = "## S\n\n|#|Name|Line||Name|\n|-|-|-|-|-|\n|1|a \\| b|x|y|z|\n|-2|`c`||||\n"
    (table,) = read(tmp_path, text)["tables"]
    assert table == {
        "path": ["S"],
        "line": 3,
        "columns": ["number", "name", "line_", "column_4", "name_2"],
        "rows": [
            {"number": 1, "name": "a | b", "line_": "x", "column_4": "y", "name_2": "z", "line": 5},
            {"number": -2, "name": "c", "line_": "", "column_4": "", "name_2": "", "line": 6},
        ],
    }


@pytest.mark.parametrize("cells", [["1", "x"], ["1", ""], ["1", "02"], ["1", "1.0"], ["1", "1 234"], ["1", "9" * 16]])
def test_a_column_that_is_not_all_integers_is_text(cells: list[str], tmp_path: Path) -> None:
    rows = "".join(f"| {cell} | a |\n" for cell in cells)
    (table,) = read(tmp_path, f"|n|m|\n|-|-|\n{rows}")["tables"]
    assert [row["n"] for row in table["rows"]] == cells


def test_a_table_without_rows_is_there(tmp_path: Path) -> None:
    (table,) = read(tmp_path, "|n|\n|-|\n")["tables"]
    assert (table["columns"], table["rows"]) == (["n"], [])


def test_a_row_with_too_many_cells_is_refused_and_not_cut(tmp_path: Path) -> None:
    line = refused(tmp_path, "|a|b|\n|-|-|\n|1|2|\n|1|x | Open|\n")
    assert line.startswith('mistyped: "doc.md": the row in line 4 has 3 cells, its table 2 columns')
    assert "\\|" in line


def test_a_row_with_too_few_cells_is_filled_up(tmp_path: Path) -> None:
    (table,) = read(tmp_path, "|a|b|\n|-|-|\n|1|\n")["tables"]
    assert table["rows"] == [{"a": 1, "b": "", "line": 3}]


def test_a_row_that_a_blank_line_cuts_off_is_refused_and_not_lost(tmp_path: Path) -> None:
    line = refused(tmp_path, "|a|b|\n|-|-|\n|1|2|\n\n|3|4|\n")
    assert line == 'mistyped: "doc.md": a blank line parts line 5, which looks like a row, from its table'


# ---------------------------------------------------------------- tasks, links


def test_boxes_are_found_in_every_list(tmp_path: Path) -> None:
    text = "## S\n- [ ] a\n  - [x] b **c**\n1. [X] d\n   1. [ ] e\n\n> - [ ] f\n\n- [y] no\n- []\n- [x]no\n- x [ ] no\n"
    found = read(tmp_path, text)["tasks"]
    assert [(each["text"], each["checked"], each["line"]) for each in found] == [
        ("a", False, 2),
        ("b c", True, 3),
        ("d", True, 4),
        ("e", False, 5),
        ("f", False, 7),
    ]
    assert {tuple(each["path"]) for each in found} == {("S",)}


@pytest.mark.parametrize(
    ("target", "kind", "resolves"),
    [
        ("#here", "anchor", True),
        ("#Here", "anchor", False),
        ("#here-1", "anchor", False),
        ("#", "anchor", True),
        ("#gr%C3%B6%C3%9Fe", "anchor", True),
        ("#named", "anchor", True),
        ("doc.md", "file", True),
        ("./doc.md#here", "file", True),
        ("doc.md#gone", "file", False),
        ("sub/other.md#part", "file", True),
        ("sub/other.md#gone", "file", False),
        ("sub/../doc.md", "file", True),
        ("sub", "file", True),
        ("sub/run%20me.sh#L3", "file", True),
        ("sub/latin.md#part", "file", False),
        ("sub/other.md?plain=1", "file", True),
        ("gone.md", "file", False),
        ("../doc.md", "file", False),
        ("/doc.md", "file", False),
        ("link.md", "file", False),
        ("https://example.org/#x", "external", None),
        ("//example.org", "external", None),
        ("mailto:a@example.org", "external", None),
    ],
)
def test_links_are_tried_within_the_folder(target: str, kind: str, resolves: bool | None, tmp_path: Path) -> None:
    write(tmp_path, "sub/other.md", "# Other\n## Part\n")
    write(tmp_path, "sub/run me.sh", "")
    write(tmp_path, "sub/latin.md", "## Part é\n".encode("latin-1"))
    (tmp_path / "link.md").symlink_to(tmp_path / "doc.md")
    (link,) = read(tmp_path, f'## Here\n## Größe\n<a id="named"></a>\n\n[to *x*]({target})\n')["links"]
    assert link == {
        "text": "to x",
        "target": link["target"],
        "kind": kind,
        "resolves": resolves,
        "path": ["Größe"],
        "line": 5,
    }


def test_links_are_resolved_from_the_folder_of_their_document(tmp_path: Path) -> None:
    write(tmp_path, "a/b/doc.md", "[x](../c.md) [y](d.md) [z](#t)\n\n# T\n")
    write(tmp_path, "a/c.md", "x")
    links = value_of(tmp_path, collector="markdown", file="a/b/doc.md")["links"]
    assert [each["resolves"] for each in links] == [True, False, True]


def test_links_and_their_lines_are_found_in_every_place(tmp_path: Path) -> None:
    text = "# [a](#x)\n\n|t|\n|-|\n|[b](#x)|\n\n- c\n  [d\n  e](#x) `f\n  g` [h](#x)\n\n![i](j.png) <https://k>\n"
    found = [(each["text"], each["line"]) for each in read(tmp_path, text)["links"]]
    assert found == [("a", 1), ("b", 5), ("d e", 8), ("h", 10), ("https://k", 12)]


# ---------------------------------------------------------------- placeholders, dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|a|\n|-|\n|<X>|", [("<X>", "value", 3)]),
        ("|a|\n|-|\n|call `<PHONE NO>` at `<X>`|", [("<PHONE NO>", "value", 3), ("<X>", "value", 3)]),
        ("|<AREA>|\n|-|\n|b|", [("<AREA>", "prose", 1)]),
        ("**A:** <X>", [("<X>", "value", 1)]),
        ("**A:**\n- <X>", [("<X>", "value", 2)]),
        ("**A:**\n```\n<X>\n```", [("<X>", "template", 3)]),
        ("**A**: <X>", [("<X>", "value", 1)]),
        ("**A**: 1\n<X>", [("<X>", "value", 2)]),
        ("**A:** 1\n\n<X>", [("<X>", "prose", 3)]),
        ("Fill `<X>` in", [("<X>", "prose", 1)]),
        ("- **<STATUS>** — a word", [("<STATUS>", "prose", 1)]),
        ("**<NAME>:** x", [("<NAME>", "prose", 1)]),
        ("## About <X>", [("<X>", "prose", 1)]),
        ("a\n<X>\nb <Y>", [("<X>", "prose", 2), ("<Y>", "prose", 3)]),
        ("```\na\n<X> <jwt>\n```", [("<X>", "template", 3), ("<jwt>", "template", 3)]),
        ("    <X>", [("<X>", "template", 1)]),
        ("|a|\n|-|\n|use `get <pod>`|", [("<pod>", "template", 3)]),
        ("lower <case> and <br> and <BR> and <b>x</b>", []),
        ("<X_1/Y:Z-2+3.4>", [("<X_1/Y:Z-2+3.4>", "prose", 1)]),
        ("`a\nb` <X>", [("<X>", "prose", 2)]),
        ("a < B > c", []),
        ("<https://EXAMPLE.ORG>", []),
    ],
)
def test_placeholders_say_where_they_stand(text: str, expected: list[tuple[str, str, int]], tmp_path: Path) -> None:
    assert placeholders(tmp_path, text) == expected


def test_dates_of_the_calendar_are_found_with_their_lines(tmp_path: Path) -> None:
    text = "# 2026-01-01\n\na 2026-02-30\n2026-02-28T00:00Z x-2024-02-29.md 12026-01-01\n"
    text += "\n```\n2026-03-03\n```\n|2026-04-04|\n|-|\n"
    found = [(each["value"], each["line"]) for each in read(tmp_path, text)["dates"]]
    assert found == [("2026-01-01", 1), ("2026-02-28", 4), ("2024-02-29", 4), ("2026-03-03", 7), ("2026-04-04", 9)]


# ---------------------------------------------------------------- files as people have them


def test_line_ends_byte_order_marks_and_tabs_change_nothing(tmp_path: Path) -> None:
    text = (DOCUMENTS / "launch.md").read_text(encoding="utf-8")
    plain = read(tmp_path, text)
    assert read(tmp_path, "\ufeff" + text.replace("\n", "\r\n")) == plain
    assert read(tmp_path, text.replace("\n", "\r")) == plain
    assert read(tmp_path, "-\t[ ] a\n\n\t<X>\n")["tasks"][0]["text"] == "a"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n" * 20_001, "has 20,002 lines; at most 20,000 of Markdown are read"),
        ("[" * 20_001, "has 20,001 opening brackets; at most 20,000 are read"),
        ("*" * 50_001, "has 50,001 marks of formatting; at most 50,000 are read"),
        ("|a" * 200 + "\n" + "|-" * 200 + "\n" + "|x\n" * 200, "table cells; at most 30,000 are read"),
        ("`" * 50_001, "has 50,001 marks of formatting; at most 50,000 are read"),
        (">" * 50 + " a", "is nested deeper than 38 levels (line 1)"),
        ("".join("  " * depth + "- a\n" for depth in range(30)), "is nested deeper than 38 levels (line "),
        ("[" * 60 + "a" + "](b)" * 60 + "**a *b " * 60, None),
    ],
)
def test_floods_are_refused_before_they_hold_anything_up(text: str, said: str | None, tmp_path: Path) -> None:
    if said is None:
        read(tmp_path, text)
    else:
        assert said in refused(tmp_path, text if text.strip() else text + "a")


def _spans(first: str, each: str, count: int) -> str:
    return first + "".join(each.format(n) + (" " if n % 20 else "\n") for n in range(count))


@pytest.mark.parametrize(
    "text",
    [
        _spans("", "`c{}`", 24_000),
        _spans("\\` ", "`c{}`", 24_000),
        _spans("", "\\```x{}``", 9_900),
        _spans("", "[a](<b`c{0}>) `d{0}`", 12_000),
        "\n".join("`" * n for n in range(1, 310)),
        "a\n" + "` " * 49_000,
        "[" * 20_000,
        "*a " * 49_000,
        "|a|b|\n|-|-|\n" + "|a|b|\n" * 7_000,
        "- [ ] a\n" * 19_000,
        "\\" * 1_000_000,
        "a <!-- x --> " * 40_000,
    ],
    ids=[
        "spans",
        "escaped",
        "escaped runs",
        "links",
        "runs",
        "ticks",
        "[",
        "*",
        "cells",
        "boxes",
        "backslashes",
        "<!--",
    ],
)
def test_a_document_at_its_bounds_is_read_in_seconds(text: str) -> None:
    """It took minutes as long as every code span was looked for from the start of its paragraph."""
    begun = process_time()
    take_apart(parse_source(text.encode(), "doc.md"), "doc.md")
    assert process_time() - begun < 20


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("`a\nb` `c` [x](#y)", 2),
        ("`c` `c`\n`c\nc` ``c`\n`c`` [x](#y)", 4),
        ("\\` `a\nb` [x](#y)", 2),
        ("\\\\`a\nb` [x](#y)", 2),
        ("\\```x\n`` `y` [x](#y)", 2),
        ("`a\\` b\n`c` [x](#y)", 2),
        ("`` ` `` `\n`\n[x](#y)", 3),
    ],
)
def test_places_stay_true_behind_code_that_crosses_lines(text: str, line: int, tmp_path: Path) -> None:
    assert [link["line"] for link in read(tmp_path, text)["links"]] == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# a\n\n<table>\n<tr><td>1</td></tr>\n</table>\n", 3),
        ("# a\n\n<div>\n<TABLE border=1>\n</div>\n", 4),
        ("a\nb <table><tr><td>1\n", 2),
        ("- a\n\n  > <table>\n", 3),
    ],
)
def test_a_table_in_raw_html_is_refused_and_not_passed_over(text: str, line: int, tmp_path: Path) -> None:
    said = f"the raw HTML table in line {line} is not read (write it with pipes)"
    assert said in refused(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "`<table>`",
        "```\n<table>\n```\n",
        "    <table>\n",
        "<!-- <table> -->\na",
        "\\<table>",
        "<TABLE_NAME>",
        "a < table",
    ],
)
def test_a_table_element_that_is_only_talked_about_is_text(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, text)["tables"] == []


def test_more_than_a_megabyte_is_refused(tmp_path: Path) -> None:
    assert "at most 1,048,576 are read" in refused(tmp_path, "a" * (1024 * 1024 + 1))


def test_what_is_nested_less_deep_is_read_to_the_end(tmp_path: Path) -> None:
    text = "".join("  " * depth + f"- [ ] a{depth}\n" for depth in range(18))
    assert len(read(tmp_path, text)["tasks"]) == 18


@given(st.text(alphabet="ab #*-_`[]()<>|!:\n\t1.\\~&X2026", max_size=300))
@settings(max_examples=300)
def test_any_text_is_taken_apart_or_refused_in_one_line(text: str) -> None:
    try:
        document = take_apart(parse_source(text.encode(), "doc.md"), "doc.md")
    except Refused as refusal:
        if "\n" in refusal.detail:
            pytest.fail(refusal.detail)
        return
    last = text.count("\n") + text.count("\r") + 1
    found: list[Any] = [*document.placeholders, *document.dates, *document.tables, *document.sections, *document.tasks]
    assert all(1 <= each.line <= last for each in found)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from("abc")), max_size=20))
def test_every_box_is_counted_at_whatever_depth(boxes: list[tuple[int, bool, str]]) -> None:
    lines, depth = [], -1
    for wanted, ticked, text in boxes:
        depth = min(wanted, depth + 1)
        lines.append(f"{'  ' * depth}- [{'x' if ticked else ' '}] {text}")
    document = take_apart(parse_source("\n".join(lines).encode(), "doc.md"), "doc.md")
    assert Counter((each.checked, each.text) for each in document.tasks) == Counter((t, x) for _, t, x in boxes)


def test_the_evidence_names_the_file_as_the_source_does(tmp_path: Path) -> None:
    write(tmp_path, "in/doc.md", "# T\n")
    evidence = collected(tmp_path, collector="markdown", file="in/doc.md")
    assert evidence.source == "in/doc.md"
    value: Any = evidence.value
    assert value["file"] == "in/doc.md"
