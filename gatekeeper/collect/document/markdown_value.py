"""A Markdown document in the shape of its kind, wherever it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote

from gatekeeper.collect.document.boxes import finished
from gatekeeper.collect.document.contradictions import contradictions_of
from gatekeeper.collect.document.document import Document
from gatekeeper.collect.document.line_history import NOT_ASKED, LineHistory
from gatekeeper.collect.document.markdown_inline import Target
from gatekeeper.collect.document.markdown_source import Text, parse_text, read_text, refuse_length
from gatekeeper.collect.document.markdown_tree import take_apart
from gatekeeper.collect.document.plain_text import is_plain, take_apart_text
from gatekeeper.model.evidence_document import Link, Markdown
from gatekeeper.model.shown import shown
from gatekeeper.model.values import Json
from gatekeeper.redaction import PROCESS, TooManyEscapes
from gatekeeper.refused import Refused

MARKDOWN_NAMES = (".md", ".markdown")

Leads = Callable[[str, str], bool | None]
"""Whether a link to another file leads somewhere: its path and its fragment; None where that is not tried."""


Syntax = Literal["markdown", "text"]


def read_document(data: bytes, name: str, syntax: Syntax | None = None) -> Document:
    """The document in the bytes of a file.

    Args:
        data: the bytes.
        name: the path of the file.
        syntax: how it is written; None to tell by its name and its text. A name of Markdown makes it Markdown.

    Raises:
        Refused: it is empty, or cannot be read within bounds.
    """
    told = shown(name, 120)
    if not data.strip():
        raise Refused("mistyped", f"{told} is empty")
    text, places = _without_secrets(read_text(data, told), told)
    lines = text.text.split("\n")
    if syntax is None and not name.lower().endswith(MARKDOWN_NAMES) and is_plain(text.text, lines):
        syntax = "text"
    if syntax != "text":
        document = take_apart(parse_text(text, told), told)
    else:
        refuse_length(lines, told)
        document = take_apart_text(lines, told)
        document.repairs = text.repairs
    document.redacted = places
    return document


def _without_secrets(text: Text, told: str) -> tuple[Text, int]:
    """The text without secrets, before it is taken apart: in pieces nobody would know them again."""
    try:
        plain, places = PROCESS.clean(text.text)
    except TooManyEscapes as error:
        raise Refused("failed", f"{told}: {error}") from None
    return replace(text, text=str(plain)), places


def markdown_value(
    document: Document, name: str, leads: Leads, read_at: datetime, history: LineHistory = NOT_ASKED
) -> Json:
    """The document as evidence. External links are not tried.

    Args:
        document: what was found in it.
        name: the path of the file.
        leads: whether links to other files lead somewhere.
        read_at: when it was read.
        history: who last changed its lines.
    """
    texts = ("\n".join(filter(None, parts)) for parts in document.texts)
    value: Any = asdict(
        Markdown(
            file=name,
            syntax=document.syntax,
            title=document.title,
            fields=document.fields,
            sections=[replace(each, text=text) for each, text in zip(document.sections, texts, strict=True)],
            tables=document.tables,
            tables_by_capitals=document.tables_by_capitals,
            tasks=finished(document.tasks, history.changes),
            items=document.items,
            labelled=sorted(document.labelled, key=lambda each: each.line),
            sign_offs=document.sign_offs,
            links=[_link(document, leads, target, path) for target, path in document.targets],
            placeholders=sorted(document.placeholders, key=lambda each: each.line),
            dates=sorted(document.dates, key=lambda each: each.line),
            contradictions=contradictions_of(document, read_at),
            repairs=list(document.repairs),
            history=history.history,
        )
    )
    plain: Json = value
    return plain


def _link(document: Document, leads: Leads, target: Target, path: list[str]) -> Link:
    kind, resolves = _tried(document, leads, target.href)
    return Link(target.text, target.href, kind, resolves, path, target.line)


def _tried(document: Document, leads: Leads, href: str) -> tuple[Literal["anchor", "file", "external"], bool | None]:
    if href.startswith("#"):
        return "anchor", document.has_anchor(unquote(href[1:]))
    if href.startswith("//") or ":" in href.split("/", 1)[0]:
        return "external", None
    name, _, fragment = href.partition("#")
    return "file", leads(unquote(name.partition("?")[0]), unquote(fragment))
