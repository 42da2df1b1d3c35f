"""A Markdown document in the shape of its kind, wherever it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, Literal
from urllib.parse import unquote

from gatekeeper.collect.markdown_inline import Target
from gatekeeper.collect.markdown_source import parse_source
from gatekeeper.collect.markdown_tree import Document, take_apart
from gatekeeper.collect.refused import Refused
from gatekeeper.model.evidence import Link, Markdown
from gatekeeper.model.shown import shown
from gatekeeper.model.values import Json

Leads = Callable[[str, str], bool | None]
"""Whether a link to another file leads somewhere: its path and its fragment; None where that is not tried."""


def read_document(data: bytes, name: str) -> Document:
    """The document in the bytes of a file.

    Raises:
        Refused: it is empty, or cannot be read as Markdown within bounds.
    """
    if not data.strip():
        raise Refused("mistyped", f"{shown(name, 120)} is empty")
    return take_apart(parse_source(data, shown(name, 120)), shown(name, 120))


def markdown_value(document: Document, name: str, leads: Leads) -> Json:
    """The document as evidence. External links are not tried."""
    texts = ("\n".join(filter(None, parts)) for parts in document.texts)
    value: Any = asdict(
        Markdown(
            file=name,
            title=document.title,
            fields=document.fields,
            sections=[replace(each, text=text) for each, text in zip(document.sections, texts, strict=True)],
            tables=document.tables,
            tasks=document.tasks,
            links=[_link(document, leads, target, path) for target, path in document.targets],
            placeholders=sorted(document.placeholders, key=lambda each: each.line),
            dates=sorted(document.dates, key=lambda each: each.line),
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
