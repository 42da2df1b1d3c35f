"""Boxes to tick, as people draw them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.collect.document.document import Document
from gatekeeper.collect.document.markdown_value import read_document
from gatekeeper.refused import Refused
from tests.collect.sources import refusal_of, value_of, write


def boxes(tmp_path: Path, text: str) -> list[Any]:
    tasks: list[Any] = value_of(tmp_path, collector="markdown", file=write(tmp_path, "doc.md", text))["tasks"]
    return tasks


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("- [ ] a", "open"),
        ("- [\u00a0] a", "open"),
        ("* [x] a", "ticked"),
        ("1. [X] a", "ticked"),
        ("- [✓] a", "ticked"),
        ("□ a", "open"),
        ("- □ a", "open"),
        ("☐ a", "open"),
        ("❏ a", "open"),
        ("⬜ a", "open"),
        ("☑ a", "ticked"),
        ("☑️ a", "ticked"),
        ("✅ a", "ticked"),
        ("✔️ a", "ticked"),
        ("☒ a", "crossed"),
        ("- ❌ a", "crossed"),
        ("[ ] a", "open"),
        ("> - [x] a", "ticked"),
        ("```\n[x] a\n```", "ticked"),
        ("```\n  □ a\n```", "open"),
        ("```text\n- [x] a\n```", "ticked"),
        ("```yaml\n- [x] a\n```", "ticked"),
        ("|t|\n|-|\n|[x] a|", "ticked"),
        ("|t|\n|-|\n|☐ a|", "open"),
        ("|t|done|\n|-|-|\n|a|[x]|", "ticked"),
        ("|done|t|\n|-|-|\n|✅|a|", "ticked"),
        ("|done|t|\n|-|-|\n|❌|a|", "crossed"),
    ],
)
def test_every_form_of_a_box_is_read(line: str, state: str, tmp_path: Path) -> None:
    (box,) = boxes(tmp_path, f"# T\n\n{line}\n")
    assert (box["text"], box["state"], box["checked"]) == ("a", state, state == "ticked")


@pytest.mark.parametrize(
    "text",
    [
        "Status: ✅ complete",
        "**Status**: ✅ complete",
        "ships on □ and ☑ alike",
        "- x [ ] no",
        "- [x]no",
        "- []",
        "```bash\n[ x = y ] && run\n# ✅ resumed\n```",
        "|t|\n|-|\n|yes ✅|",
        "see [x](#y)",
    ],
)
def test_a_sign_that_is_talked_about_is_no_box(text: str, tmp_path: Path) -> None:
    assert boxes(tmp_path, f"# T\n\n{text}\n") == []


@pytest.mark.parametrize(
    ("line", "group", "expected"),
    [
        ("[ ] GO / [x] NO-GO", "S", [("GO", False), ("NO-GO", True)]),
        ("Decision: [x] GO / [x] NO-GO", "Decision", [("GO", True), ("NO-GO", True)]),
        ("**Decision:** ☐ go  ☑ no-go", "Decision", [("go", False), ("no-go", True)]),
        ("- Backup: [x] yes [ ] no", "Backup", [("yes", True), ("no", False)]),
        ("```\nDecision: □ APPROVED  □ DEFERRED\n```", "Decision", [("APPROVED", False), ("DEFERRED", False)]),
        ("|who|vote|\n|-|-|\n|Ada|[x] GO / [ ] NO-GO|", "Ada", [("GO", True), ("NO-GO", False)]),
    ],
)
def test_several_boxes_of_a_line_are_a_choice(
    line: str, group: str, expected: list[tuple[str, bool]], tmp_path: Path
) -> None:
    found = boxes(tmp_path, f"## S\n\n{line}\n")
    assert [(each["text"], each["checked"]) for each in found] == expected
    assert all(each["choice"] and each["group"] == group for each in found)


def test_one_box_behind_its_text_belongs_to_it(tmp_path: Path) -> None:
    found = boxes(tmp_path, "## S\n\n```\nRestore rehearsed ....... [x]\nDry run: [ ]\n```\n")
    assert [(each["text"], each["checked"], each["group"]) for each in found] == [
        ("Restore rehearsed", True, "S"),
        ("Dry run", False, "S"),
    ]


NESTED = """\
## Before launch

### Storage

Checks by the platform team:

- [ ] Database
  - [x] pool below 80 %
  - [ ] policies on every table
    - [x] tenants
- Backups
  - [ ] restored this week

```
☐ Bucket
  ☑ readable

  ☐ writable
☐ Key rotated: ______
```
"""


def test_boxes_know_what_they_stand_under(tmp_path: Path) -> None:
    found = boxes(tmp_path, NESTED)
    assert [(each["text"], each["group"], each["depth"], each["nested"]) for each in found] == [
        ("Database", "Checks by the platform team", 0, 3),
        ("pool below 80 %", "Database", 1, 0),
        ("policies on every table", "Database", 1, 1),
        ("tenants", "policies on every table", 2, 0),
        ("restored this week", "Backups", 1, 0),
        ("Bucket", "Storage", 0, 2),
        ("readable", "Bucket", 1, 0),
        ("writable", "Bucket", 1, 0),
        ("Key rotated: ______", "Storage", 0, 0),
    ]
    assert {tuple(each["path"]) for each in found} == {("Before launch", "Storage")}


def test_a_key_is_headings_groups_and_text_and_no_two_are_alike(tmp_path: Path) -> None:
    keys = [each["key"] for each in boxes(tmp_path, NESTED)]
    assert keys[7:] == ["Before launch > Storage > Bucket > writable", "Before launch > Storage > Key rotated"]
    again = boxes(tmp_path, "## S\n- [ ] a\n- [x] a\n- [ ] b\n")
    assert [each["key"] for each in again] == ["S > a", "S > a (2)", "S > b"]


def test_a_key_stays_when_its_box_is_ticked(tmp_path: Path) -> None:
    before = [each["key"] for each in boxes(tmp_path, NESTED)]
    ticked = boxes(tmp_path, NESTED.replace("[ ]", "[x]").replace("☐", "☑"))
    assert [each["key"] for each in ticked] == before
    assert all(each["checked"] for each in ticked)


def test_a_heading_can_have_a_box_and_keeps_its_name_when_it_is_ticked(tmp_path: Path) -> None:
    found = [boxes(tmp_path, f"## Steps\n\n### {mark} Freeze\n\n- [ ] staging\n") for mark in ("[ ]", "☑")]
    assert [[(each["key"], each["checked"]) for each in each_time] for each_time in found] == [
        [("Steps > Freeze", False), ("Steps > Freeze > staging", False)],
        [("Steps > Freeze", True), ("Steps > Freeze > staging", False)],
    ]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("□☑☒"), st.sampled_from("abc")), max_size=30))
def test_every_box_of_a_block_is_counted_at_whatever_depth(drawn: list[tuple[int, str, str]]) -> None:
    lines, depth = ["```"], -1
    for wanted, mark, text in drawn:
        depth = min(wanted, depth + 1)
        lines.append(f"{'  ' * depth}{mark} {text}")
    document = read_document("\n".join([*lines, "```"]).encode(), "doc.md")
    assert Counter((each.mark, each.text) for each in document.tasks) == Counter((m, t) for _, m, t in drawn)


def test_more_boxes_than_are_read_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "doc.md", "□ □a \n" * 10_001)
    assert refusal_of(tmp_path, collector="markdown", file=file).endswith("has more than 20,000 boxes")


def test_a_block_that_is_nested_too_deep_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "doc.md", "```\n" + "".join(" " * n + "□ a\n" for n in range(60)) + "```\n")
    assert "is nested deeper than 38 levels" in refusal_of(tmp_path, collector="markdown", file=file)


# ---------------------------------------------------------------- labels, blanks, signatures, lists


def document(tmp_path: Path, text: str) -> Any:
    return value_of(tmp_path, collector="markdown", file=write(tmp_path, "doc.md", text))


@pytest.mark.parametrize(
    ("line", "label", "value", "blank"),
    [
        ("**Launch date:** TBD", "Launch date", "TBD", True),
        ("Launch date: 2026-05-01", "Launch date", "2026-05-01", False),
        ("- Launch date: to be decided", "Launch date", "to be decided", True),
        ("- [ ] Launch time: ______", "Launch time", "______", True),
        ("```\nError rate < 1 %: ____ %\n```", "Error rate < 1 %", "____ %", True),
        ("```\nContact:\n```", "Contact", "", True),
        ("Phone: +1-XXX-XXX-XXXX", "Phone", "+1-XXX-XXX-XXXX", True),
        ("Phone: +1-555-010-0199", "Phone", "+1-555-010-0199", False),
        ("Backup: <NAME>", "Backup", "<NAME>", True),
        ("Reviewer: N/A", "Reviewer", "N/A", True),
    ],
)
def test_labelled_lines_say_whether_they_are_filled_in(
    line: str, label: str, value: str, blank: bool, tmp_path: Path
) -> None:
    (found,) = document(tmp_path, f"## S\n\n{line}\n")["labelled"]
    assert (found["label"], found["value"], found["blank"], found["path"]) == (label, value, blank, ["S"])


@pytest.mark.parametrize("text", ["at 12:30 we met", "see https://example.org", "One. Two: three", "`a:b`", "T+0:05"])
def test_a_colon_alone_makes_no_label(text: str, tmp_path: Path) -> None:
    assert document(tmp_path, f"## S\n\n{text}\n")["labelled"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Owner: ____", [("____", "rule", "value")]),
        ("|a|\n|-|\n|TBD|", [("TBD", "word", "value")]),
        ("|a|\n|-|\n|+44 XXX XXXX|", [("+44 XXX XXXX", "number", "value")]),
        ("The window is to be announced", [("to be announced", "word", "prose")]),
        ("```\nName: ____\nnothing ____\n```", [("____", "rule", "value"), ("____", "rule", "template")]),
        ("```python\nx = ___\n```", []),
        ("Signed (____) and (____)", [("____", "rule", "prose")] * 2),
        ("____ and [a](b____c) and **____**", [("____", "rule", "prose")] * 2),
        ("a\n\n________\n\n- ____\n", []),
        ("see docs/TODO.md and __init__ and 5xx", []),
    ],
)
def test_blanks_have_a_form_and_say_where_they_stand(
    text: str, expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    found = document(tmp_path, f"## S\n\n{text}\n")["placeholders"]
    assert [(each["text"], each["form"], each["inside"]) for each in found] == expected


SIGNED = """\
## Sign-off

**Approved by**:
- [ ] Technical lead: ____________ Date: ________
- [x] Product owner: Ada Byron Date: 2026-03-01
- [x] Security: ____________ Date: ________
- [ ] Operations: Grace Hopper Date: 2026-03-01

```
Approvals:

SRE lead:   ________  Date: ____
Data lead:  Alan Turing  Date: 2026-03-02
Decided by: Alan Turing
```

| Role | Approval | Date |
|------|----------|------|
| Finance | | |
| Legal | Mary Jackson | 2026-03-02 |
| Support | pending | |
| Sales | [x] | 2026-03-02 |
| Press | Ada Byron (not yet) | |
"""


def test_lines_and_rows_that_are_there_to_be_signed(tmp_path: Path) -> None:
    found = document(tmp_path, SIGNED)["sign_offs"]
    assert [(each["role"], each["person"], each["date"], each["signed"]) for each in found] == [
        ("Technical lead", None, None, False),
        ("Product owner", "Ada Byron", "2026-03-01", True),
        ("Security", None, None, False),
        ("Operations", "Grace Hopper", "2026-03-01", False),
        ("SRE lead", None, None, False),
        ("Data lead", "Alan Turing", "2026-03-02", True),
        ("Decided by", "Alan Turing", None, True),
        ("Finance", None, None, False),
        ("Legal", "Mary Jackson", "2026-03-02", True),
        ("Support", None, None, False),
        ("Sales", None, "2026-03-02", True),
        ("Press", "Ada Byron (not yet)", None, False),
    ]


def test_items_of_lists_without_a_box_know_their_label(tmp_path: Path) -> None:
    found = document(tmp_path, "## S\n\nWatch:\n\n- a\n- b\n  1. c\n- [ ] d\n")["items"]
    assert [(each["text"], each["group"], each["depth"]) for each in found] == [
        ("a", "Watch", 0),
        ("b", "Watch", 0),
        ("c", "b", 1),
    ]


def said_of(data: bytes, syntax: Literal["markdown", "text"] | None) -> str | Document:
    try:
        return read_document(data, "doc.txt", syntax)
    except Refused as refusal:
        return refusal.detail


@given(st.binary(max_size=400) | st.text(alphabet="ab □☑✅[x] :-*#|_.\n\tâ–¡Ã1A", max_size=400).map(str.encode))
@pytest.mark.parametrize("syntax", ["markdown", "text", None])
def test_any_bytes_are_read_or_refused_in_one_line(syntax: Literal["markdown", "text"] | None, data: bytes) -> None:
    said = said_of(data, syntax)
    assert isinstance(said, Document) or "\n" not in said
