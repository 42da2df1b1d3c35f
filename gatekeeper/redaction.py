"""Keeps secrets out of everything that gatekeeper writes: evidence, failures, messages, tracebacks.

Texts are cut, escaped and encoded on their way, so it is not enough to look for a secret as it was given. Each secret
is known in the forms that it may take, and any run of ``RUN`` characters of one of them is taken out, whatever stands
around it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from threading import Lock

from gatekeeper.model.values import Json

MASK = "[redacted]"

RUN = 8
"""How many characters in a row of a secret are too many to be seen."""

SHORTEST = 4
"""The shortest secret that can be kept out; a shorter one stands in too many words by chance."""

_PIECE = RUN // 2
_STEP = RUN - _PIECE + 1

LONGEST = 64 * 1024
"""The longest secret in characters."""


class Redactor:
    """Knows secrets, and replaces them by ``[redacted]``. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: set[str] = set()
        self._runs: frozenset[str] = frozenset()
        self._pieces: frozenset[str] = frozenset()
        self._short: tuple[str, ...] = ()

    def add(self, secret: str) -> None:
        """Keep this secret out from now on.

        Raises:
            ValueError: it is shorter than ``SHORTEST`` or longer than ``LONGEST`` characters.
        """
        if not SHORTEST <= len(secret) <= LONGEST:
            raise ValueError(f"a secret has {SHORTEST} to {LONGEST:,} characters")
        with self._lock:
            if secret in self._known:
                return
            self._known.add(secret)
            forms = set(_forms(secret))
            runs = {each[at : at + RUN] for each in forms for at in range(len(each) - RUN + 1)}
            short = {each for each in forms if SHORTEST <= len(each) < RUN}
            # Pieces first: another thread that sees the runs must see their pieces.
            self._pieces |= {run[at : at + _PIECE] for run in runs for at in range(_STEP)}
            self._runs |= runs
            self._short = tuple(sorted({*self._short, *short}, key=lambda each: (-len(each), each)))

    def text(self, text: str) -> str:
        """The text without any secret."""
        return self.counted(text)[0]

    def counted(self, text: str) -> tuple[str, int]:
        """The text without any secret, and how many places were taken out."""
        spans = self._spans(text)
        if not spans:
            return text, 0
        parts = []
        end = 0
        for start, stop in spans:
            parts += [text[end:start], MASK]
            end = stop
        return "".join([*parts, text[end:]]), len(spans)

    def clean(self, value: Json) -> tuple[Json, int]:
        """A value without any secret in its texts, keys and numbers, and how many places were taken out.

        A number whose digits are those of a secret becomes a text, which its kind then refuses.
        """
        if not self._known:
            return value, 0
        if isinstance(value, str):
            return self.counted(value)
        if isinstance(value, list):
            cleaned = [self.clean(each) for each in value]
            return [each for each, _count in cleaned], sum(count for _each, count in cleaned)
        if isinstance(value, dict):
            return self._clean_object(value)
        if value is None or isinstance(value, bool):
            return value, 0
        text, count = self.counted(json.dumps(value))
        return (text, count) if count else (value, 0)

    def _clean_object(self, value: Mapping[str, Json]) -> tuple[Json, int]:
        found: dict[str, Json] = {}
        total = 0
        for key, each in value.items():
            name, in_key = self.counted(key)
            while name in found:  # two keys that differed only in what was taken out
                name += MASK
            found[name], in_value = self.clean(each)
            total += in_key + in_value
        return found, total

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand, from left to right; spans that touch are one."""
        # Wherever a run begins, a piece of it stands at a multiple of the step, so most places are never looked at.
        runs, pieces = self._runs, self._pieces
        near = [at for at in range(0, len(text), _STEP) if text[at : at + _PIECE] in pieces] if runs else []
        starts = {start for at in near for start in range(max(0, at - _PIECE), at + 1)}
        found = [(start, start + RUN) for start in starts if text[start : start + RUN] in runs]
        for short in self._short:
            at = text.find(short)
            while at >= 0:
                found.append((at, at + len(short)))
                at = text.find(short, at + 1)
        merged: list[tuple[int, int]] = []
        for start, stop in sorted(found):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
            else:
                merged.append((start, stop))
        return merged


PROCESS = Redactor()
"""Every secret that this process has resolved, so that no message of it can print one."""


def redacted(text: str) -> str:
    """The text without any secret that this process has resolved."""
    return PROCESS.text(text)


class LogFilter(logging.Filter):
    """Takes secrets out of log lines, of libraries as well."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it is always let through."""
        record.msg, record.args = redacted(record.getMessage()), None
        return True


def _forms(secret: str) -> Iterator[str]:
    """The ways in which a secret may be written."""
    from urllib.parse import quote, quote_plus  # here: most commands resolve no secret

    data = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield " ".join(secret.split())
    for quoted in (quote(data), quote(data, safe=""), quote_plus(data)):
        yield quoted
        yield _lowered(quoted)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield repr(data)[2:-1]
    yield data.hex()
    yield data.hex().upper()
    yield from _base64_forms(data)


def _lowered(quoted: str) -> str:
    """With the hexadecimal digits of escapes in small letters."""
    parts = quoted.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


def _base64_forms(data: bytes) -> Iterator[str]:
    """Base64 of the bytes, wherever in a longer text they begin: characters that neighbours have a part in are left."""
    from base64 import b64encode, urlsafe_b64encode

    for before in range(3):
        whole = bytes(before) + data
        start, stop = -(-before * 8 // 6), len(whole) * 8 // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(whole).decode("ascii")[start:stop]
