"""A caret points at the very character, whatever the style of the scalar."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import load_policies, load_sources
from gatekeeper.load.guard import read_documents
from gatekeeper.load.problems import Problems
from gatekeeper.load.source import make_source
from gatekeeper.load.tree import MapNode, ScalarNode

WORDS = st.lists(st.text("abcé\"'\\&|().", min_size=1, max_size=6), min_size=1, max_size=8)
BREAKS = st.lists(st.sampled_from([" ", "\n", "\n\n", "  "]), min_size=8, max_size=8)


def _scalar(text: str) -> ScalarNode:
    problems = Problems()
    (root,) = read_documents(make_source(Path("x"), "x", "x", text), problems)
    assert not problems.errors
    assert isinstance(root, MapNode)
    node = root.values["key"]
    assert isinstance(node, ScalarNode)
    return node


def _lay_out(words: list[str], breaks: list[str], style: str) -> str:
    """The words as YAML in a style, with blanks and line breaks between them."""
    if style == '"':
        words = [word.replace("\\", "\\\\").replace('"', '\\"') for word in words]
    if style == "'":
        words = [word.replace("'", "''") for word in words]
    indented = "".join(
        word + blank.replace("\n\n", "\n\n  ").replace("\n", "\n  ", 1 if blank == "\n" else 0)
        for word, blank in zip(words, breaks, strict=False)
    ).rstrip()
    if style in ('"', "'"):
        return f"first: 1\nkey: {style}{indented}{style}\nlast: 2\n"
    if style == "":
        return f"first: 1\nkey: x{indented}\nlast: 2\n"
    return f"first: 1\nkey: {style}  # a comment\n  {indented}\nlast: 2\n"


@pytest.mark.parametrize("style", ["", "'", '"', ">", ">-", "|", "|-"])
@given(words=WORDS, breaks=BREAKS)
def test_every_character_that_is_not_blank_is_found_in_the_file(
    style: str, words: list[str], breaks: list[str]
) -> None:
    text = _lay_out(words, breaks, style)
    node = _scalar(text)
    lines = text.split("\n")
    assert "".join(node.text.split()) == ("x" if style == "" else "") + "".join(words)
    for offset, character in enumerate(node.text):
        if character in " \n":
            continue
        line, column = node.locate(offset)
        there = lines[line - 1][column - 1]
        assert there == character or (there == "\\" and lines[line - 1][column] == character)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("nope\n", (7, 13)),
        ("'nope'\n", (7, 14)),
        ('"\\x6eope"\n', (7, 14)),
        ('"a\\\n      \\tnope"\n', (8, 9)),
        (">-\n      nope\n", (8, 7)),
        ("|2+\n\n\n      nope\n\n", (10, 7)),
        (">\n      true &&\n        nope\n", (9, 9)),
        ("true\n      && nope\n", (8, 10)),
        ("'true\n\n\n      && nope'\n", (10, 10)),
    ],
)
def test_an_unknown_name_is_underlined_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, place: tuple[int, int]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "policies/shop/shop.yaml"
    file.parent.mkdir(parents=True)
    value = value.replace("a\\\n", "true &&\\\n")
    file.write_text(
        "apiVersion: gatekeeper/v1\nkind: Gate\nid: shop\ntitle: Open?\nowner: team\nrules:\n"
        f"  - expect: {value}    id: a\n    title: A\n    enforcement: blocking\n    severity: high\n"
    )
    with pytest.raises(InvalidDocuments) as refused:
        load_policies([file], tmp_path)
    (told,) = refused.value.diagnostics
    assert (told.line, told.column) == place
    assert "no name `nope`" in told.message


YAMLISH = st.text(st.sampled_from("ab:-?[]{}#&*!|>'\"%@`,\n \t\\0.~<=é\u0085"), max_size=80)


@given(
    st.one_of(
        st.binary(max_size=120),
        YAMLISH.map(str.encode),
        st.text(max_size=80).map(lambda t: t.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_are_loaded_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    root = tmp_path_factory.getbasetemp()
    file = root / "policies" / "any" / "any.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    for begin in (b"", b"apiVersion: gatekeeper/v1\nkind: Gate\n", b"kind: Gate\nrules:\n - expect: "):
        file.write_bytes(begin + content)
        with pytest.raises(InvalidDocuments) as refused:
            load_policies([file], root)
        assert all(each.message and "\n" not in each.message for each in refused.value.diagnostics)
        with pytest.raises(InvalidDocuments):
            load_sources(file, root)
