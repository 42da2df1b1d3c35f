"""Small parts of published JSON documents: texts, instants, lengths of time, values, places, and how they are laid out.

Instants are RFC 3339 in UTC with ``Z``, with milliseconds only where they are not zero; lengths of time are whole
seconds. What is not there is ``null``, never absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import isfinite

from gatekeeper.model.decision import EvidenceNote
from gatekeeper.model.duty import DutyStanding
from gatekeeper.model.finding import Deciding, Lack, Observation
from gatekeeper.model.place import Place
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json

_LARGEST_EXACT = 2**53 - 1


def text(written: str) -> str:
    """The text as UTF-8 can carry it: a lone surrogate is spelt out."""
    if written.isascii():
        return written
    return written.encode("utf-8", "backslashreplace").decode("utf-8")


def optional(written: str | None) -> str | None:
    """The text, or null."""
    return None if written is None else text(written)


def texts(written: Iterable[str]) -> list[Json]:
    """The texts in a list."""
    return [text(each) for each in written]


def instant(at: datetime | None) -> str | None:
    """The instant, or null."""
    return None if at is None else instant_text(at)


def seconds(length: timedelta | None) -> int | None:
    """Whole seconds, cut towards zero as clocks are read."""
    return None if length is None else int(length.total_seconds())


def place(where: Place) -> Json:
    """A place in a file."""
    return {"file": text(where.file), "line": where.line, "column": where.column}


def lacks(lacking: Iterable[Lack]) -> list[Json]:
    """What is not known, and why."""
    return [
        {"evidence": text(lack.evidence), "cause": text(lack.cause), "detail": text(lack.detail)} for lack in lacking
    ]


def observations(observed: Iterable[Observation]) -> list[Json]:
    """The values that were seen."""
    return [
        {"path": text(seen.path), "value": plain(seen.value), "line": seen.line, "summary": seen.summary}
        for seen in observed
    ]


def deciding(because: Iterable[Deciding]) -> list[Json]:
    """The parts of an expression that decided what it came to."""
    return [
        {
            "part": text(each.part),
            "value": each.value,
            "told": text(each.told),
            "observed": observations(each.observed),
            "depth": each.depth,
        }
        for each in because
    ]


def evidence_note(note: EvidenceNote, owner: str) -> Json:
    """How one piece of evidence stood; ``owner`` is the key under which the policy stands that read it."""
    return {
        owner: text(note.gate),
        "name": text(note.name),
        "kind": text(note.kind),
        "source": text(note.source),
        "digest": optional(note.digest),
        "observed_at": instant(note.observed_at),
        "collected_at": instant(note.collected_at),
        "state": text(note.state),
        "detail": text(note.detail),
        "age_seconds": seconds(note.age),
        "max_age_seconds": seconds(note.max_age),
        "stale_since": instant(note.stale_since),
    }


def parameters(values: Mapping[str, Json], overridden: Iterable[str]) -> list[Json]:
    """Every parameter with the value that was used."""
    given = set(overridden)
    return [
        {"name": text(name), "value": plain(value), "overridden": name in given}
        for name, value in sorted(values.items())
    ]


def variables(texts: Mapping[str, str]) -> list[Json]:
    """Every named expression of a policy with its text, by name."""
    return [{"name": text(name), "expression": text(written)} for name, written in sorted(texts.items())]


def duty(owed: DutyStanding) -> dict[str, Json]:
    """How one duty stands."""
    return {
        "duty": text(owed.id),
        "title": text(owed.title),
        "who": text(owed.who),
        "state": owed.state.value,
        "recommended": owed.recommended,
        "told": text(owed.told),
        "due": instant(owed.due),
        "overdue_by_seconds": seconds(owed.overdue_by),
        "lacks": lacks(owed.lacks),
        "evidence": texts(owed.evidence),
        "place": place(owed.place),
    }


def plain(value: Json) -> Json:
    """The value as canonical JSON can carry it.

    A rule can see a computed number that JSON cannot carry exactly: an integer beyond ±(2^53 - 1) becomes its decimal
    text and a double that is not finite its name, as in the JSON mapping of Protocol Buffers
    (https://protobuf.dev/programming-guides/json/).
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST_EXACT else str(value)
    if isinstance(value, float):
        return value if isfinite(value) else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    if isinstance(value, dict):
        return {text(name): plain(each) for name, each in value.items()}
    return [plain(each) for each in value]


def laid_out(document: Json, *, by_key: bool = True) -> str:
    """The document as text for people too: indented, its keys sorted or as they are, ending in a newline.

    Characters that a terminal would obey or hide become JSON escapes; outside of strings there are none.
    """
    whole = json.dumps(document, indent=2, sort_keys=by_key, ensure_ascii=False, allow_nan=False)
    return "".join(each if each.isprintable() or each == "\n" else _escape(ord(each)) for each in whole) + "\n"


def _escape(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
