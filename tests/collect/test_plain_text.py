"""Documents of plain text: what takes the place of markup in them."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.collect.document.document import Document
from gatekeeper.collect.document.markdown_value import markdown_value, read_document
from gatekeeper.model.decode import typed
from gatekeeper.refused import Refused
from tests.collect.sources import NOW, value_of, write

HANDBOOK = """\
handbooks/payments.txt
2026-02-01 09:00

Payments Handbook

1. Severity

Level Meaning Answer
S1 Payments stop All hands; lead within 10 min
S2 Payments slow, refunds stop On-call decides
S3 Cosmetic only Backlog

2. When it burns

2.1 First minutes

Signs: refunds_failed climbing; queue growing.

Steps:

  1. Say it in #pay: severity, lead.
  2. Freeze deploys.
     [x] staging
     [ ] production

2.2 Whom to call

Ledger        Ada Byron      <PHONE>
Gateway       Grace Hopper   +1-XXX-XXX-XXXX
Card scheme   <NAME>         ____

3. Afterwards

Review
------

  • Timeline on 2026-03-01
  • What went well

DB down → DBA
Fraud → Security lead

Lead: ________  Date: ______
"""


def plain(tmp_path: Path, text: str, **config: Any) -> Any:
    return value_of(tmp_path, collector="markdown", file=write(tmp_path, "doc.txt", text), **config)


def test_numbers_underlines_and_lines_between_make_sections(tmp_path: Path) -> None:
    value = plain(tmp_path, HANDBOOK)
    assert (value["syntax"], value["title"]) == ("text", "Payments Handbook")
    assert [(each["path"], each["line"]) for each in value["sections"]] == [
        (["1. Severity"], 6),
        (["2. When it burns"], 13),
        (["2. When it burns", "2.1 First minutes"], 15),
        (["2. When it burns", "2.2 Whom to call"], 26),
        (["3. Afterwards"], 32),
        (["Review"], 34),
    ]
    assert typed("markdown", value) == (value, ())


def test_tables_lists_fields_and_boxes_are_found_in_it(tmp_path: Path) -> None:
    value = plain(tmp_path, HANDBOOK)
    ladder, calls, arrows = value["tables"]
    assert [tuple(row.values()) for row in ladder["rows"]] == [
        ("S1", "Payments stop", "All hands; lead within 10 min", 9),
        ("S2", "Payments slow, refunds stop", "On-call decides", 10),
        ("S3", "Cosmetic only", "Backlog", 11),
    ]
    assert value["tables_by_capitals"] == [8]
    assert calls["columns"] == ["ledger", "ada_byron", "phone"]
    assert [(row["from"], row["to"]) for row in arrows["rows"]] == [("DB down", "DBA"), ("Fraud", "Security lead")]
    fields = value["sections"][2]["fields"]
    assert fields["signs"]["value"] == "refunds_failed climbing; queue growing."
    assert fields["steps"]["value"].startswith("1. Say it in #pay: severity, lead.; 2. Freeze deploys.")
    assert [(each["text"], each["group"], each["checked"]) for each in value["tasks"]] == [
        ("staging", "Freeze deploys.", True),
        ("production", "Freeze deploys.", False),
    ]
    assert [each["text"] for each in value["items"] if each["path"] == ["Review"]] == [
        "Timeline on 2026-03-01",
        "What went well",
    ]
    assert [(each["role"], each["signed"]) for each in value["sign_offs"]] == [("Lead", False)]
    assert [(each["text"], each["inside"]) for each in value["placeholders"] if each["form"] == "slot"] == [
        ("<PHONE>", "value"),
        ("<NAME>", "value"),
    ]
    assert {each["value"] for each in value["dates"]} == {"2026-02-01", "2026-03-01"}


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        (["Level Meaning", "S1 All stops", "S2 Some stop"], [["S1", "All stops"], ["S2", "Some stop"]]),
        (["Name\tRole", "Ada\tlead", "Bob\tscribe"], [["Ada", "lead"], ["Bob", "scribe"]]),
        (["Name | Role", "-----|-----", "Ada | lead"], [["Ada", "lead"]]),
        (["a -> b", "c => d"], [["a", "b"], ["c", "d"]]),
        (["Level Meaning Answer", "S1 All stops", "S2 Some stop Call Ada"], None),
        (["Some prose that goes on", "and on. It has Capitals Too", "in the middle Of it"], None),
        (["One Two", "only one row"], None),
        (["- a  b", "- c  d"], None),
    ],
)
def test_a_paragraph_is_a_table_only_where_every_line_parts_alike(
    lines: list[str], rows: list[list[str]] | None, tmp_path: Path
) -> None:
    tables = plain(tmp_path, "\n".join(["A. First", "", *lines, "", "B. Second", ""]), syntax="text")["tables"]
    found = [[cell for name, cell in row.items() if name != "line"] for table in tables for row in table["rows"]]
    assert found == (rows or [])


@pytest.mark.parametrize(
    "text",
    [
        "1. a\n2. b\n3. c\n",
        "# T\n\n## 1. A\n\ntext\n\n## 2. B\n",
        "1. A\n\n```\ncode\n```\n\n2. B\n",
        "**Owner:** x\n\n1. A\n\ntext\n\n2. B\n\ntext\n",
        "just text\n\nand more\n",
        "6.3 KiB\n\n12.5 ms\n",
    ],
)
def test_what_is_markdown_or_has_no_headings_is_read_as_markdown(text: str, tmp_path: Path) -> None:
    assert plain(tmp_path, text)["syntax"] == "markdown"


def test_a_name_of_markdown_or_a_word_in_the_source_goes_before_the_look_of_it(tmp_path: Path) -> None:
    assert value_of(tmp_path, collector="markdown", file=write(tmp_path, "doc.md", HANDBOOK))["syntax"] == "markdown"
    assert plain(tmp_path, HANDBOOK, syntax="markdown")["syntax"] == "markdown"
    assert plain(tmp_path, "just text\n", syntax="text")["syntax"] == "text"


def test_numbers_of_headings_only_rise(tmp_path: Path) -> None:
    text = "6.3 MiB\n\n1. First\n\ntext\n\n2. Second\n\n1. an item\n\n2. another\n\n2.1 Below\n\n3. Third\n"
    assert [each["title"] for each in plain(tmp_path, text)["sections"]] == [
        "1. First",
        "2. Second",
        "2.1 Below",
        "3. Third",
    ]


@given(st.text(alphabet="aB1. \n\t•-=:□[x]|→_", max_size=400))
def test_any_plain_text_is_read_and_has_the_shape_of_its_kind(text: str) -> None:
    try:
        document = read_document(text.encode(), "doc.txt", "text")
    except Refused as refusal:
        said = refusal.detail
        document = None
    else:
        said = ""
    if document is None:
        assert said.count("\n") == 0
        return
    value = markdown_value(document, "doc.txt", lambda _name, _fragment: None, NOW)
    assert typed("markdown", value)[1] == ()
    lines = text.count("\n") + text.count("\r") + 1
    found: list[Any] = [*document.tasks, *document.items, *document.labelled, *document.sections, *document.tables]
    assert all(1 <= each.line <= lines for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        "□ a\n" * 100_000,
        "- [ ] a\n" * 100_000,
        "1. A\n\n" + "□ a\n" * 19_000,
        "1. A\n\n" + "Label: value - pending (open)\n" * 19_000,
        "- [x] " + "a - " * 200_000,
        "[x] a / " * 100_000,
        "a: " * 300_000,
        "_" * 1_000_000,
        "XXX-" * 250_000,
        "A " * 500_000,
        "Date: " * 160_000,
        "a → " * 200_000,
        "".join(" " * n + "□ a\n" for n in range(1_000)),
        "> " * 1_000 + "- [ ] a",
        "â–¡" * 120_000,
        "é" * 500_000,
        "<" * 900_000,
        ("a" * 480 + "\n===\n\n") + "□ b\n" * 10_000,
    ],
    ids=range(19),
)
@pytest.mark.parametrize("syntax", ["markdown", "text"])
def test_no_document_holds_anything_up(text: str, syntax: Any) -> None:
    """Each is read to its end or refused, whichever, within seconds."""
    begun = process_time()
    read_whole(text.encode(), syntax)
    assert process_time() - begun < 20


def read_whole(data: bytes, syntax: Any) -> Document | None:
    try:
        document = read_document(data, "doc.txt", syntax)
        markdown_value(document, "doc.txt", lambda _name, _fragment: None, NOW)
    except Refused:
        return None
    return document
