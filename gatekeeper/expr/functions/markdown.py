"""Finding sections and tables in the value of a markdown document.

A heading is asked for by its text, or by a part of it: ``Levers`` finds ``C. Rollback Levers``. Exactly one heading may
hold that text; several are an error that names their lines, also where one of them is that text and nothing more:
else a new heading with the very words of a policy would be read instead of the one that was meant. ``"A > B"`` asks
for B below A.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.outcome import Refusal
from gatekeeper.model.evidence import Markdown, Table
from gatekeeper.model.evidence import Section as SectionRecord

if TYPE_CHECKING:
    from collections.abc import Callable

Section: TypeAlias = dict[str, Any]


def _section(document: Section, text: str) -> Section:
    found = _headings(document, text)
    if not found:
        raise Refusal("no heading {argument}", 1)
    if len(found) > 1:
        raise Refusal(f"{len(found)} headings match {{argument}} ({_lines(found)})", 1)
    return found[0]


def _table(document: Section, text: str) -> Section:
    found = _tables(document, _section(document, text))
    if not found:
        raise Refusal("no table under the heading {argument}", 1)
    if len(found) > 1:
        raise Refusal(f"{len(found)} tables under the heading {{argument}} ({_lines(found)})", 1)
    return found[0]


def _has_section(document: Section, text: str) -> bool:
    """Several are an error also here: whoever asks means one of them."""
    return bool(_headings(document, text)) and bool(_section(document, text))


def _has_table(document: Section, text: str) -> bool:
    return _has_section(document, text) and bool(_tables(document, _section(document, text)) and _table(document, text))


def _sections_under(document: Section, text: str) -> list[Section]:
    path = _section(document, text)["path"]
    every = _every(document, "sections")
    return [each for each in every if each["path"][:-1] == path and each["path"] != path]


def _every(document: Section, part: str) -> list[Section]:
    """The sections or tables of the document, where it has the shape of one."""
    every = document.get(part) if type(document) is dict else None
    if type(every) is not list or not all(_has_shape(each) for each in every):
        raise Refusal("{argument} is no markdown document")
    return every


def _has_shape(each: object) -> bool:
    return (
        type(each) is dict
        and type(each.get("path")) is list
        and type(each.get("line")) is int
        and ("level" not in each or type(each["level"]) is int)
    )


def _size(document: Section, _: str) -> int:
    """What a search through the document costs: a step for each section and table."""
    if type(document) is not dict:
        return 0
    parts = (document.get("sections"), document.get("tables"))
    return sum(len(part) for part in parts if type(part) is list)


def _headings(document: Section, text: str) -> list[Section]:
    """The sections that a heading text may mean, in the order of the document."""
    every = _every(document, "sections")
    parts = [part.strip() for part in text.split(" > ")]
    if not all(parts):
        return []
    found = {id(each) for each in _named(every, text)}
    within = every
    for part in parts[:-1]:
        within = _below(within, _named(within, part), document)
    found |= {id(each) for each in _named(within, parts[-1])}
    return [each for each in every if id(each) in found]


def _below(within: list[Section], ancestors: list[Section], document: Section) -> list[Section]:
    """The sections of ``within`` that stand somewhere below one of ``ancestors``."""
    chosen: list[Section] = []
    inside, starts = {id(each) for each in within}, {id(each) for each in ancestors}
    level = 0
    for each in _every(document, "sections"):
        here = each.get("level", len(each["path"]))
        if here <= level:
            level = 0
        if level and id(each) in inside:
            chosen.append(each)
        if not level and id(each) in starts:
            level = here
    return chosen


def _named(sections: list[Section], text: str) -> list[Section]:
    """The sections whose title holds a text."""
    return [each for each in sections if text.strip() in str(each.get("title", ""))]


def _tables(document: Section, section: Section) -> list[Section]:
    return [each for each in _every(document, "tables") if each["path"] == section["path"]]


def _lines(found: list[Section]) -> str:
    return "lines " + ", ".join(str(each["line"]) for each in found)


_ASKED: Final = ("map", "string")


def _form(result: str, call: Callable[..., Any], gives: Any = None) -> tuple[Form, ...]:
    return (Form(_ASKED, result, call, receiver=True, cost=_size, of=Markdown, gives=gives),)


MARKDOWN: Final[dict[str, tuple[Form, ...]]] = {
    "section": _form("map", _section, SectionRecord),
    "table": _form("map", _table, Table),
    "has_section": _form("bool", _has_section),
    "has_table": _form("bool", _has_table),
    "sections_under": _form("list", _sections_under, list[SectionRecord]),
}
