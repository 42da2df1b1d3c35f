"""YAML 1.2 as plain values, straight from ruamel.yaml's events, so that nothing is built before it is bounded.

Anchors, aliases, tags, merge keys, duplicate keys, keys that are no text and several documents are refused: each of
them reads differently than it looks, or grows when it is written out. Dates stay the text that they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from gatekeeper.collect.utf8_text import NotUtf8, utf8_text
from gatekeeper.model.shown import shown
from gatekeeper.model.strict_json import MAX_DEPTH
from gatekeeper.model.values import Json

MAX_BYTES = 1024 * 1024
MAX_NODES = 100_000

_INT64 = range(-(2**63), 2**63)
_CORE = "tag:yaml.org,2002:"


class YamlRefused(ValueError):
    """The text is no YAML that can stand for a plain value; the message is one line."""


def parse_yaml(data: bytes) -> Json:
    """The value that the bytes stand for.

    Raises:
        YamlRefused: not UTF-8, no YAML, too large, too deep, or something that JSON does not have.
    """
    if len(data) > MAX_BYTES:
        raise YamlRefused(f"has {len(data):,} bytes; at most {MAX_BYTES:,} of YAML are read")
    try:
        text = utf8_text(data)
    except NotUtf8 as error:
        raise YamlRefused(str(error)) from None
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    try:
        return _Reader(yaml, text).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        what = " ".join(str(error.problem or error.context or "it cannot be read").split())
        raise YamlRefused(f"is no YAML: {what[:120]}{where}") from None
    except YAMLError as error:
        raise YamlRefused(f"is no YAML: {' '.join(str(error).split())[:120]}") from None
    except RecursionError:
        raise YamlRefused("is nested too deep") from None


class _Reader:
    """Builds a plain value from events, one look ahead at none."""

    def __init__(self, yaml: Any, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text)
        self._resolver = yaml.resolver
        self._constructor = yaml.constructor
        self._nodes = 0

    def document(self) -> Json:
        from ruamel.yaml.events import DocumentEndEvent, DocumentStartEvent, StreamEndEvent, StreamStartEvent

        self._expect(StreamStartEvent)
        event = next(self._events)
        if isinstance(event, StreamEndEvent):
            raise YamlRefused("is empty: a YAML document is expected")
        assert isinstance(event, DocumentStartEvent)  # noqa: S101  the parser promises it
        if event.tags:
            raise YamlRefused(f"has a tag directive {_at(event)}: write plain values only")
        value = self._value(next(self._events), 0)
        self._expect(DocumentEndEvent)
        if not isinstance(following := next(self._events), StreamEndEvent):
            raise YamlRefused(f"has a second document {_at(following)}: one is expected")
        return value

    def _expect(self, kind: type) -> None:
        event = next(self._events)
        assert isinstance(event, kind)  # noqa: S101  the parser promises it

    def _value(self, event: Any, depth: int) -> Json:
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, ScalarEvent

        if isinstance(event, AliasEvent):
            raise YamlRefused(f"has an alias {_at(event)}: write the value out")
        if event.anchor is not None:
            raise YamlRefused(f"has an anchor {_at(event)}: write the value out")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise YamlRefused(f"has more than {MAX_NODES:,} values")
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if event.tag is not None:
            raise YamlRefused(f"has a tag {_at(event)}: write plain values only")
        if depth >= MAX_DEPTH:
            raise YamlRefused(f"is nested deeper than {MAX_DEPTH} levels {_at(event)}")
        return self._mapping(depth) if isinstance(event, MappingStartEvent) else self._sequence(depth)

    def _sequence(self, depth: int) -> Json:
        from ruamel.yaml.events import SequenceEndEvent

        values = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, depth + 1))
        return values

    def _mapping(self, depth: int) -> Json:
        from ruamel.yaml.events import MappingEndEvent, ScalarEvent

        found: dict[str, Json] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._value(event, depth + 1)
            if isinstance(event, ScalarEvent) and event.value == "<<" and event.style is None:
                raise YamlRefused(f"has a merge key {_at(event)}: write the fields out")
            if not isinstance(key, str):
                raise YamlRefused(f"has a key that is no text {_at(event)}: put it in quotes")
            if key in found:
                raise YamlRefused(f"has the key {shown(key)} twice {_at(event)}")
            found[key] = self._value(next(self._events), depth + 1)
        return found

    def _scalar(self, event: Any) -> Json:
        from ruamel.yaml.nodes import ScalarNode

        if event.tag is not None:
            raise YamlRefused(f"has a tag {_at(event)}: write plain values only")
        if any("\ud800" <= character <= "\udfff" for character in event.value):
            raise YamlRefused(f"has half of a character (a lone surrogate) {_at(event)}")
        tag = str(self._resolver.resolve(ScalarNode, event.value, event.implicit)).removeprefix(_CORE)
        if tag not in {"null", "bool", "int", "float"}:
            return str(event.value)
        node = ScalarNode(_CORE + tag, event.value, event.start_mark, event.end_mark)
        return self._plain(tag, node, event)

    def _plain(self, tag: str, node: Any, event: Any) -> Json:
        """What ruamel.yaml makes of a scalar that is no text."""
        if tag == "null":
            return None
        if tag == "bool":
            return bool(self._constructor.construct_yaml_bool(node))
        if len(event.value) > 40:
            raise YamlRefused(f"has a number of {len(event.value)} characters {_at(event)}: put it in quotes")
        if tag == "int":
            integer = int(self._constructor.construct_yaml_int(node))
            if integer not in _INT64:
                raise YamlRefused(f"has an integer beyond 64 bits {_at(event)}")
            return integer
        number = float(self._constructor.construct_yaml_float(node))
        if not isfinite(number):
            raise YamlRefused(f"has a number that is not finite {_at(event)}")
        return number


def _at(event: Any) -> str:
    mark = event.start_mark
    return f"at line {mark.line + 1}, column {mark.column + 1}"
