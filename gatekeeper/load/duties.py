"""Duties of a ladder or a gate: each with a deadline, and with what discharges it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.duty_document import AT_ONCE, DEADLINES, DutyDocument
from gatekeeper.load.expressions import CONDITION, LENGTH, MOMENT, Compiler
from gatekeeper.load.grounds import entries_of, unique
from gatekeeper.load.ladder_document import LadderDutyDocument, ResponseDocument
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.tree import MapNode, Node, ScalarNode, child
from gatekeeper.model.duty import Deadline, DueAt, DueByWorkingDay, DueEvery, DueWithin, Duty
from gatekeeper.model.rule import Expression

_HOW = "say `due:`, or `from:` with one of `within:`, `less_than:`, `working_days:` and `every:`"


@dataclass(slots=True)
class DutyReader:
    """Reads the duties of one ladder or gate.

    Attributes:
        document: how one is written.
        words: the words of the ladder's levels, the lowest first; none of a gate.
        calendars: every calendar that was named, with its node.
    """

    problems: Problems
    compiler: Compiler
    document: type[DutyDocument] = DutyDocument
    words: Sequence[str] = ()
    calendars: list[tuple[str, ScalarNode]] = field(default_factory=list)

    def read_all(self, policy: MapNode, of_levels: Iterable[Node] = ()) -> tuple[Duty, ...]:
        """The duties of the policy itself; their ids are unique among them and those of its levels."""
        overall = entries_of(policy, "duties", self.problems)
        unique((child(each, "id") for each in (*of_levels, *overall)), "duties", self.problems)
        return tuple(duty for each in overall if (duty := self.read(each, None)) is not None)

    def read(self, node: Node, level: str | None) -> Duty | None:
        """The duty that a node holds, of a level or of the policy, or None where something in it is wrong."""
        shape = read_shape(self.document, node, self.problems)
        if not isinstance(node, MapNode):
            return None
        applies = self.compiler.expression(node, "applies_when", use=CONDITION)
        done = self.compiler.expression(node, "done_when", use=CONDITION)
        self._check_level(node, "or_at_level", self.words)
        deadline = self._deadline(node, shape, level)
        if shape is None or done is None or deadline is None:
            return None
        return Duty(
            id=shape.id,
            title=shape.title,
            who=shape.who,
            level=level,
            applies_when=applies,
            deadline=deadline,
            or_at_level=shape.or_at_level if isinstance(shape, LadderDutyDocument) else None,
            done_when=done,
            recommended=shape.recommended,
            place=node.place,
        )

    def response(self, node: Node | None, level: str, who: Sequence[str]) -> Duty | None:
        """By when a level has to be taken up, as a duty of those who are paged; None where it says nothing."""
        if node is None:
            return None
        shape = read_shape(ResponseDocument, node, self.problems)
        if not isinstance(node, MapNode):
            return None
        done = self.compiler.expression(node, "done_when", use=CONDITION)
        below = self.words[: self.words.index(level) + 1] if level in self.words else self.words
        self._check_level(node, "after", below)
        after = child(node, "after")
        start = after.text if isinstance(after, ScalarNode) else level
        form = self._form(node, "this response", "say `within:` or `less_than:`")
        deadline = self._counted(form, node, shape, start) if form else None
        if shape is None or done is None or deadline is None:
            return None
        people = ", ".join(who)
        return Duty(
            f"{level}/respond", f"{level} is taken up", people, level, None, deadline, None, done, False, node.place
        )

    def _check_level(self, node: MapNode, key: str, words: Sequence[str]) -> None:
        named = node.values.get(key)
        if isinstance(named, ScalarNode) and not self.problems.spoiled(named) and named.text not in words:
            hint = did_you_mean(named.text, words, "the levels are" if key != "after" else "it can be")
            more = " up to this one" if named.text in self.words else ""
            self.problems.node(named, f"there is no level `{shown(named.text)}`{more}", hint, "unknown-level")

    def _form(self, node: MapNode, noun: str, how: str) -> str | None:
        """The one way in which a deadline is said."""
        said = [key for key in DEADLINES if key in node.keys]
        if not said:
            self.problems.beside(node, f"{noun} has no deadline", how, "no-deadline")
            return None
        for extra in said[1:]:
            self.problems.node(node.keys[extra], f"`{said[0]}` is the deadline already", "keep one of the two", "twice")
        return said[0]

    def _deadline(self, node: MapNode, shape: DutyDocument | None, level: str | None) -> Deadline | None:
        form = self._form(node, "this duty", _HOW)
        for key, wanted in (("calendar", "working_days"), ("last", "every")):
            if key in node.keys and form is not None and form != wanted:
                self.problems.node(node.keys[key], f"`{key}` belongs to `{wanted}`", "take it out", "deadline")
            elif form == wanted and key not in node.keys:
                hint = "name a document of kind `Calendar`" if key == "calendar" else "null before the first time"
                self.problems.beside(node, f"`{wanted}` needs `{key}`", hint, "missing-key")
        start: Expression | str | None = self.compiler.expression(node, "from", use=MOMENT)
        if form == "due":
            if "from" in node.keys:
                hint = "`due` is the instant itself: take one of the two out"
                self.problems.node(node.keys["from"], "`from` has no use beside `due`", hint, "deadline")
            at = self.compiler.expression(node, "due", use=MOMENT)
            return DueAt(at) if at is not None else None
        if form is not None and "from" not in node.keys and level is None:
            hint = "say the instant that the deadline counts from"
            self.problems.beside(node, "this duty needs `from`", hint, "missing-key")
        elif "from" not in node.keys:
            start = level
        return self._counted(form, node, shape, start) if form else None

    def _counted(
        self, form: str, node: MapNode, shape: DutyDocument | ResponseDocument | None, start: Expression | str | None
    ) -> Deadline | None:
        """A deadline that counts from an instant, or from the reaching of a level."""
        calendar, last = node.values.get("calendar"), self.compiler.expression(node, "last", use=MOMENT)
        if isinstance(calendar, ScalarNode) and not self.problems.spoiled(calendar):
            self.calendars.append((calendar.text, calendar))
        if form == "working_days":
            if not isinstance(shape, DutyDocument) or shape.working_days is None or shape.calendar is None:
                return None
            return DueByWorkingDay(start, shape.working_days, shape.calendar) if start is not None else None
        said = node.values.get(form)
        at_once = form == "within" and isinstance(said, ScalarNode) and said.text == AT_ONCE
        span = timedelta(0) if at_once else self.compiler.span(node, form, getattr(shape, form, None), LENGTH)
        if span is None or start is None:
            return None
        if form == "every":
            return DueEvery(start, span, last) if last is not None else None
        return DueWithin(start, span, form == "less_than")
