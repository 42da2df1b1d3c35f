"""Boxes to tick, in every form in which people draw them, and how they hang together.

``☒`` is crossed and not ticked: some mean done by it, others dropped, and a gate may not guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gatekeeper.collect.blanks import before_blank
from gatekeeper.model.evidence_document import LineChange, TaskItem

MAX_BOXES = 20_000

State = Literal["open", "ticked", "crossed"]

_OPEN, _TICKED, _CROSSED = "□☐▢❏❐❑❒⬜", "☑✅✔✓", "☒❌✗✘"
_DRAWN = rf"\[[ \u00a0xX✓✔]\](?=\s|$)|[{_OPEN}☑☒]\ufe0f?"
_SIGN = r"[✅✔✓❌✗✘]\ufe0f?"
_FIRST = re.compile(f"{_DRAWN}|{_SIGN}")
_LABEL = re.compile(rf"(?P<label>[^\W_][^:\[\]\n{_OPEN}☑☒]{{0,80}}):\s{{0,9}}(?={_DRAWN})")
_FURTHER = re.compile(rf"(?<=[\s/|,;])(?:{_DRAWN})")
_BEHIND = re.compile(rf"(?P<text>\S.{{0,200}}?)(?: {{2,}}|\t|\s?\.{{3,}}\s?)(?:{_DRAWN})")
_AROUND = " \t\u00a0/|,;"


OPPOSITES = (
    {"go", "no-go"}, {"go", "no go"}, {"yes", "no"}, {"approved", "rejected"}, {"approved", "deferred"},
    {"approved", "declined"}, {"approve", "reject"}, {"accept", "reject"}, {"accepted", "rejected"},
    {"pass", "fail"}, {"passed", "failed"}, {"enabled", "disabled"}, {"on", "off"},
)  # fmt: skip
"""Texts of boxes, in small letters, of which only one can be ticked."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One box of a line, with the text beside it."""

    mark: str
    state: State
    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """The boxes of a line, and the label before them."""

    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a document.

    Attributes:
        groups: what it stands under, the outermost first.
        parents: the boxes above it, by their places in the document.
        depth: how many list items and boxes it is nested in.
        choice: whether it is one of several in its line.
    """

    text: str
    mark: str
    state: State
    groups: tuple[str, ...]
    parents: tuple[int, ...]
    depth: int
    choice: bool
    path: list[str]
    line: int

    @property
    def checked(self) -> bool:
        """Whether it is ticked."""
        return self.state == "ticked"

    @property
    def group(self) -> str:
        """What it stands under: a box, an item, a label or a heading."""
        return self.groups[-1] if self.groups else self.path[-1] if self.path else ""


def marks_in(line: str) -> Marked | None:
    """The boxes of a line that begins with one, or has a label before the first; None where there are none.

    Signs that are more than boxes, such as ``✅``, count at the very beginning only: behind a label they are a word.
    """
    first, label = _FIRST.match(line), ""
    if first is None:
        labelled = _LABEL.match(line)
        if labelled is None:
            behind = _BEHIND.fullmatch(line)
            if behind is None:
                return None
            mark = line[behind.end("text") :].strip(" \t.\u00a0")
            return Marked("", (Mark(mark, _state(mark), behind["text"].rstrip(" .")),))
        label = labelled["label"].strip()
        first = _FIRST.match(line, labelled.end())
    if first is None:
        return None
    found = [first, *_FURTHER.finditer(line, first.end())]
    ends = [each.start() for each in found[1:]] + [len(line)]
    texts = [line[each.end() : end].strip() for each, end in zip(found, ends, strict=True)]
    texts = [_between(text) for text in texts] if len(texts) > 1 else texts
    marks = [Mark(each[0], _state(each[0]), text) for each, text in zip(found, texts, strict=True)]
    return Marked(label, tuple(marks))


def finished(boxes: Sequence[Box], changes: Mapping[int, LineChange]) -> list[TaskItem]:
    """The boxes with their keys, how many stand below each, and who changed their lines."""
    nested = [0] * len(boxes)
    for box in boxes:
        for parent in box.parents:
            nested[parent] += 1
    seen: dict[str, int] = {}
    tasks = []
    for box, below in zip(boxes, nested, strict=True):
        key = " > ".join([*box.path, *box.groups, before_blank(box.text)])
        seen[key] = seen.get(key, 0) + 1
        tasks.append(
            TaskItem(
                text=box.text,
                checked=box.checked,
                state=box.state,
                mark=box.mark,
                group=box.group,
                key=key if seen[key] == 1 else f"{key} ({seen[key]})",
                depth=box.depth,
                nested=below,
                choice=box.choice,
                path=box.path,
                line=box.line,
                changed=changes.get(box.line),
            )
        )
    return tasks


def _state(mark: str) -> State:
    sign = mark[1] if mark.startswith("[") else mark[0]
    if sign in _CROSSED:
        return "crossed"
    return "ticked" if sign in f"xX{_TICKED}" else "open"


def _between(text: str) -> str:
    """The text of one of several boxes, without what parts it from the next."""
    text = text.strip(_AROUND)
    return text[:-3].rstrip(_AROUND) if text.endswith(" or") else text
