"""The kinds of values that documents are made of, each with its check, its sentence and its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.model.times import parse_deadline, parse_instant, parse_span

ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
"""How ids of policies, rules, modes and waivers look."""

ID_HINT = "an id has up to 64 of a-z, 0-9, `.`, `_` and `-`, and begins with a letter or a digit"
"""How an id is mended that does not look so."""

STATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
"""How states of a mode are called: by the word of the runbook, in its own case."""

STATE_HINT = "a state has up to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`, and begins with a letter or a digit"

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
"""How names that expressions use look."""

RESERVED = frozenset({"now", "params", "subject", "variables"})
"""Names that every expression sees."""

CEL_RESERVED = frozenset(
    {
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    }
)
"""Words that an expression cannot have for the name of anything, not even of a field."""

CEL_WORDS = CEL_RESERVED | frozenset(
    {
        "bool",
        "bytes",
        "double",
        "duration",
        "dyn",
        "int",
        "list",
        "map",
        "null_type",
        "string",
        "timestamp",
        "type",
        "uint",
    }
)
"""Words that the expression language keeps for itself."""

SPAN_PATTERN = r"^(?=[0-9])([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"
_INSTANT_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
_NO_OFFSET = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?)?", re.ASCII)


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """A refusal in our own words; the message goes behind the key's name."""
    return PydanticCustomError("own", "{text}", {"text": message, "hint": hint})


def as_span(text: str) -> timedelta:
    """A span longer than nothing.

    Raises:
        ValueError: in our words.
    """
    span = parse_span(text.strip())
    if span <= timedelta(0):
        raise ValueError("a span of time must be longer than nothing")
    return span


def as_instant(text: str) -> datetime:
    """An instant with its offset.

    Raises:
        ValueError: in our words; a missing offset is named.
    """
    if _NO_OFFSET.fullmatch(text):
        raise ValueError(f"`{shown(text)}` has no offset: write it as 2026-03-03T09:00:00Z or …+01:00")
    return parse_instant(text)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise wrong("is empty", "write something, or take the line out")
    return text


def _id(text: str) -> str:
    if not ID.fullmatch(text):
        raise wrong(f"`{shown(text)}` is no id", ID_HINT)
    return text


def _state(text: str) -> str:
    if not STATE.fullmatch(text):
        raise wrong(f"`{shown(text)}` is no name of a state", STATE_HINT)
    return text


def _variable(text: str) -> str:
    problem = name_problem(text)
    if problem:
        raise wrong(problem, NAME_HINT)
    return text


NAME_HINT = "a name has up to 64 of a-z, 0-9 and `_`, and begins with a letter"


def name_problem(text: str) -> str:
    """Why a text cannot be a name in expressions; an empty string where it can."""
    if text in RESERVED:
        return f"`{text}` is a name that every expression already has"
    if text in CEL_WORDS:
        return f"`{text}` is a word of the expression language"
    return "" if NAME.fullmatch(text) else f"`{shown(text)}` is no name that an expression can use"


def _cel(value: object) -> object:
    # YAML makes a boolean of an unquoted `true`, which is an expression as well.
    return str(value).lower() if isinstance(value, bool) else value


def _span(value: object) -> object:
    if not isinstance(value, str):
        raise wrong("is no span of time", "write it like 90s, 15m, 1h30m, 7d or 2w")
    try:
        return as_span(value)
    except ValueError as error:
        raise wrong(f"is wrong: {error}") from None


def _max_age(value: object) -> object:
    return None if value == "none" else _span(value)


def _span_or_cel(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise wrong(f"`{value}` has no unit", "write a span like 90m or 7d, or an expression")
    if isinstance(value, str) and value[:1].isdigit():
        return _span(value)
    return value


def _gap(value: object) -> object:
    return None if value == "none" else _span_or_cel(value)


def _instant(value: object) -> object:
    if not isinstance(value, str):
        raise wrong("is no date and time", "write it like 2026-03-03T09:00:00Z")
    try:
        return as_instant(value)
    except ValueError as error:
        raise wrong(f"is wrong: {error}") from None


def _due(text: str) -> str:
    if parse_deadline(text) is None:
        raise wrong(
            f"`{shown(text)}` is neither a date nor a date and time with an offset",
            "write it like 2026-03-03 or 2026-03-03T09:00:00Z",
        )
    return text


def _text_key(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def one_of(*words: str) -> Any:
    """A type for one of a few words; anything else is answered with the likely one."""

    def check(value: object) -> object:
        if isinstance(value, list | dict):
            return value
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text not in words:
            raise wrong(f"`{shown(text)}` is not known", did_you_mean(text, words, "it is one of"))
        return text

    return Annotated[str, BeforeValidator(check), WithJsonSchema({"type": "string", "enum": list(words)})]


def _more_or_word(value: object) -> str:
    return "more" if isinstance(value, dict) else "word"


def word_or(word: Any, more: Any) -> Any:
    """A type for either a word alone, or a mapping that says more."""
    return Annotated[Annotated[word, Tag("word")] | Annotated[more, Tag("more")], Discriminator(_more_or_word)]


def _schema(pattern: str, *examples: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples), **more})


_CEL_SCHEMA: dict[str, Any] = {"type": ["string", "boolean"], "minLength": 1, "description": "A CEL expression."}
_SPAN_SCHEMA: dict[str, Any] = {"type": "string", "pattern": SPAN_PATTERN, "examples": ["90m", "7d"]}
_NONE_SCHEMA: dict[str, Any] = {"type": "string", "const": "none"}

Check = Callable[[Any], Any]

Text = Annotated[str, AfterValidator(_not_blank)]
Id = Annotated[str, AfterValidator(_id), _schema(rf"^{ID.pattern}$", "p11-h")]
State = Annotated[str, AfterValidator(_state), _schema(rf"^{STATE.pattern}$", "RUNNING")]
Name = Annotated[str, AfterValidator(_variable), _schema(rf"^{NAME.pattern}$", "row")]
Cel = Annotated[str, BeforeValidator(_cel), AfterValidator(_not_blank), WithJsonSchema(_CEL_SCHEMA)]
Span = Annotated[timedelta, BeforeValidator(_span), WithJsonSchema(_SPAN_SCHEMA)]
MaxAge = Annotated[timedelta | None, BeforeValidator(_max_age), WithJsonSchema({"anyOf": [_SPAN_SCHEMA, _NONE_SCHEMA]})]
SpanOrCel = Annotated[
    timedelta | str,
    BeforeValidator(_span_or_cel),
    WithJsonSchema({"anyOf": [_SPAN_SCHEMA, _CEL_SCHEMA]}),
]
Gap = Annotated[
    timedelta | str | None,
    BeforeValidator(_gap),
    WithJsonSchema({"anyOf": [_SPAN_SCHEMA, _CEL_SCHEMA, _NONE_SCHEMA]}),
]
Instant = Annotated[datetime, BeforeValidator(_instant), _schema(_INSTANT_PATTERN, "2026-03-03T09:00:00Z")]
Due = Annotated[
    str,
    AfterValidator(_due),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt].*)?$", "examples": ["2026-03-03"]}),
]
Key = Annotated[
    str, BeforeValidator(_text_key), AfterValidator(_not_blank), WithJsonSchema({"type": ["string", "integer"]})
]
