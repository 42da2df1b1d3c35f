"""Finding sections, tables, boxes and labelled lines in the value of a markdown document.

A heading is asked for by its text, or by a part of it: ``Levers`` finds ``C. Rollback Levers``. Exactly one heading may
hold that text; several are an error that names their lines, also where one of them is that text and nothing more:
else a new heading with the very words of a policy would be read instead of the one that was meant. ``"A > B"`` asks
for B below A. What is not there is an error and never an empty list, of which everything would be true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gatekeeper.expr.functions.form import Form
from gatekeeper.expr.outcome import Refusal
from gatekeeper.model.evidence_document import LabelledLine, ListItem, Markdown, SignOff, Table, TaskItem
from gatekeeper.model.evidence_document import Section as SectionRecord

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


def _under(part: str, called: str) -> Callable[[Section, str], list[Section]]:
    """Finds what stands below a heading at any depth; nothing at all is an error."""

    def find(document: Section, text: str) -> list[Section]:
        path = _section(document, text)["path"]
        found = [each for each in _every(document, part) if each["path"][: len(path)] == path]
        if not found:
            raise Refusal(f"no {called} under the heading {{argument}}", 1)
        return found

    return find


def _in_group(document: Section, text: str) -> list[Section]:
    """The boxes directly below a box, a label or a heading with exactly that text; all of one section."""
    found = _sought(document, "tasks", text, lambda each, name: each.get("group") == name)
    if not found:
        raise Refusal("no boxes in a group {argument}", 1)
    if any(each["path"] != found[0]["path"] for each in found):
        raise Refusal(f"several groups {{argument}} ({_lines(found)})", 1)
    return found


def _one(part: str, called: str, name: str) -> Callable[[Section, str], Section]:
    """Finds the one box or line whose text or label holds a text."""

    def find(document: Section, text: str) -> Section:
        found = _sought(document, part, text, lambda each, sought: sought in str(each.get(name, "")))
        if not found:
            raise Refusal(f"no {called} {{argument}}", 1)
        if len(found) > 1:
            raise Refusal(f"{len(found)} match {{argument}} ({_lines(found)})", 1)
        return found[0]

    return find


def _sought(document: Section, part: str, text: str, fits: Callable[[Section, str], bool]) -> list[Section]:
    """What a text may mean: as it stands, which may hold ``>``, or below the heading A where it is ``A > B``."""
    every = _every(document, part)
    whole, (above, _, last) = text.strip(), text.rpartition(" > ")
    path = _section(document, above)["path"] if _headings(document, above) else None
    return [
        each
        for each in every
        if (whole and fits(each, whole))
        or (path is not None and last.strip() and each["path"][: len(path)] == path and fits(each, last.strip()))
    ]


def _every(document: Section, part: str) -> list[Section]:
    """The sections, tables or lines of the document, where it has the shape of one."""
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
    """What a search through the document costs: a step for each thing that can be looked for."""
    if type(document) is not dict:
        return 0
    return sum(len(part) for name in _PARTS if type(part := document.get(name)) is list)


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


_PARTS: Final = ("sections", "tables", "tasks", "items", "sign_offs", "labelled")
_ASKED: Final = ("map", "string")


def _form(result: str, call: Callable[..., Any], gives: Any = None) -> tuple[Form, ...]:
    return (Form(_ASKED, result, call, receiver=True, cost=_size, of=Markdown, gives=gives),)


MARKDOWN: Final[dict[str, tuple[Form, ...]]] = {
    "section": _form("map", _section, SectionRecord),
    "table": _form("map", _table, Table),
    "has_section": _form("bool", _has_section),
    "has_table": _form("bool", _has_table),
    "sections_under": _form("list", _sections_under, list[SectionRecord]),
    "tasks_under": _form("list", _under("tasks", "boxes"), list[TaskItem]),
    "items_under": _form("list", _under("items", "list items"), list[ListItem]),
    "sign_offs_under": _form("list", _under("sign_offs", "lines to sign"), list[SignOff]),
    "tasks_in": _form("list", _in_group, list[TaskItem]),
    "task": _form("map", _one("tasks", "box", "text"), TaskItem),
    "labelled_line": _form("map", _one("labelled", "labelled line", "label"), LabelledLine),
}
