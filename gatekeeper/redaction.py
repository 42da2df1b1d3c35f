"""Keeps secrets out of everything that gatekeeper writes: evidence, failures, messages, tracebacks.

Texts are cut, escaped and encoded on their way, so it is not enough to look for a secret as it was given. Each secret
is known in the forms that it may take, and any run of ``RUN`` characters of one of them is taken out, whatever stands
around it. As nobody can tell which characters a writer escapes, a text is also read with its escapes undone, and what
stands for such a run is taken out of the text as it was. Small and capital letters of ASCII are one.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from threading import Lock

from gatekeeper.errors import Diagnostic
from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.values import Json

MASK = "[redacted]"

RUN = 8
"""How many characters in a row of a secret are too many to be seen."""

SHORTEST = 4
"""The shortest secret that can be kept out; a shorter one stands in too many words by chance."""

MOST_ESCAPES = 1_000_000
"""How many signs of escapes a value may hold; to read more of them takes longer than anybody waits."""

_PIECE = RUN // 2
_STEP = RUN - _PIECE + 1

LONGEST = 64 * 1024
"""The longest secret in characters."""


class TooManyEscapes(ValueError):
    """A value that holds more than ``MOST_ESCAPES``, so that nobody knows which secrets it tells."""


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
            forms = {form for each in _known_by(secret) for form in _forms(each)}
            short = {each for each in forms if SHORTEST <= len(each) < RUN}
            folded = {_folded(each) for each in forms}
            runs = {each[at : at + RUN] for each in folded for at in range(len(each) - RUN + 1)}
            # Pieces first: another thread that sees the runs must see their pieces.
            self._pieces |= {run[at : at + _PIECE] for run in runs for at in range(_STEP)}
            self._runs |= runs
            self._short = tuple(sorted({*self._short, *short}, key=lambda each: (-len(each), each)))

    def text(self, text: str) -> str:
        """The text without any secret."""
        return self.counted(text)[0]

    def counted(self, text: str) -> tuple[str, int]:
        """The text without any secret, and how many places were taken out; nothing of one with too many escapes."""
        if self._known and _signs(text) > MOST_ESCAPES:
            return MASK, 1
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

        Raises:
            TooManyEscapes: nobody knows which secrets it tells.
        """
        if not self._known:
            return value, 0
        if _signs(value) > MOST_ESCAPES:
            raise TooManyEscapes(
                f"it has more than {MOST_ESCAPES:,} escapes, too many to look behind each for a secret"
            )
        return self._cleaned(value)

    def _cleaned(self, value: Json) -> tuple[Json, int]:
        if isinstance(value, str):
            return self.counted(value)
        if isinstance(value, list):
            cleaned = [self._cleaned(each) for each in value]
            return [each for each, _count in cleaned], sum(count for _each, count in cleaned)
        if isinstance(value, dict):
            return self._clean_object(value)
        if value is None or isinstance(value, bool):
            return value, 0
        digits = json.dumps(value)
        text, count = self.counted(digits)
        if not count and "e" in digits:  # which canonical JSON may write out
            text, count = self.counted(canonical_bytes(value).decode())
        return (text, count) if count else (value, 0)

    def _clean_object(self, value: Mapping[str, Json]) -> tuple[Json, int]:
        found: dict[str, Json] = {}
        total = 0
        for key, each in value.items():
            name, in_key = self.counted(key)
            while name in found:  # two keys that differed only in what was taken out
                name += MASK
            found[name], in_value = self._cleaned(each)
            total += in_key + in_value
        return found, total

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where secrets stand, from left to right; spans that touch are one."""
        if not self._known:
            return []
        found = [*self._plain_spans(text)]
        for read, places in _readings(text):
            if inside := self._plain_spans(read):
                at = places()
                found += [(at[start], at[stop]) for start, stop in inside]
        merged: list[tuple[int, int]] = []
        for start, stop in sorted(found):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
            else:
                merged.append((start, stop))
        return merged

    def _plain_spans(self, text: str) -> list[tuple[int, int]]:
        """Where forms of secrets stand in a text as it is."""
        # Wherever a run begins, a piece of it stands at a multiple of the step, so most places are never looked at.
        runs, pieces, folded = self._runs, self._pieces, _folded(text)
        near = [at for at in range(0, len(text), _STEP) if folded[at : at + _PIECE] in pieces] if runs else []
        starts = {start for at in near for start in range(max(0, at - _PIECE), at + 1)}
        found = [(start, start + RUN) for start in starts if folded[start : start + RUN] in runs]
        for short in self._short:
            at = text.find(short)
            while at >= 0:
                found.append((at, at + len(short)))
                at = text.find(short, at + 1)
        return found


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
        if record.exc_info:
            record.exc_text = redacted(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


NAMES_SECRET = re.compile(
    r"token|passw|secret|authorization|api[-_]?key|credential|cookie|private[-_]?key|access[-_]?key|signature|bearer",
    re.IGNORECASE | re.ASCII,
)
"""Names of settings under which a credential stands."""

LOOKS_SECRET = re.compile(
    r"gh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-\S{16,}|xox[abeprs]-\S{8,}|A[KS]IA[A-Z0-9]{12,}|eyJ[\w-]{8,}\.[\w-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|(?:Bearer|Basic)\s+[^\s$]{6,}|://[^/\s:@$]*:[^/\s@$]+@",
    re.ASCII,
)
"""Texts that are credentials by their form."""

_LONG_WORD = re.compile(r"[A-Za-z0-9_+/=-]{16,}", re.ASCII)
_MIXED = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"))


def discreet(found: Diagnostic) -> Diagnostic:
    """What is wrong in a file that may hold a credential written out, without repeating it.

    The line is left out where it names a credential or holds a word that looks like one; such words of the message go.
    """
    line = "" if NAMES_SECRET.search(found.source) or _guessed(found.source) != found.source else found.source
    return replace(found, message=_guessed(found.message), hint=_guessed(found.hint), source=line)


def _guessed(text: str) -> str:
    """Without the words that look like credentials: known forms, and long ones of mixed letters and digits."""
    return _LONG_WORD.sub(
        lambda word: MASK if all(each.search(word[0]) for each in _MIXED) else word[0], LOOKS_SECRET.sub(MASK, text)
    )


def _folded(text: str) -> str:
    """With the capital letters of ASCII small; every character stays where it is."""
    if text.isascii():
        return text.lower()
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")  # bytes have no other letters


_ADDRESS = re.compile(
    r"(?:(?P<database>postgres(?:ql)?://)|[a-zA-Z][a-zA-Z0-9+.-]*://)(?P<user>[^/?#@:]*:(?P<password>[^/?#]*))@"
    r"(?(database)[^/?#@]+/[^/?#]*(?:\?sslmode=[a-z-]*)?|.*)",
    re.ASCII | re.DOTALL,
)


def _known_by(secret: str) -> Iterator[str]:
    """The secret, and what can be read out of it: a password in an address, the name and password of Basic.

    Of the address of a database only user and password are secret, for its host has to be told when it does not answer.
    """
    from base64 import urlsafe_b64decode
    from urllib.parse import unquote  # here: most commands resolve no secret

    address = _ADDRESS.fullmatch(secret)
    if address is not None and address["database"]:
        secret = f"{address['user']}@"
    yield secret
    yield unquote(secret)
    if address is not None:
        yield unquote(address["password"])
    coded = secret.rstrip("=").translate(str.maketrans("+/", "-_"))
    try:
        told = urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-8")
    except ValueError:
        return
    if told.isprintable() and len(told) >= RUN:  # noise is a text only by chance, and then a short one
        yield told


def _forms(secret: str) -> Iterator[str]:
    """The ways in which a secret may be written; small and capital letters are one."""
    from unicodedata import normalize
    from urllib.parse import quote, quote_plus

    data = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield " ".join(secret.split())
    yield from (quote(data), quote(data, safe=""), quote_plus(data), secret.replace(" ", "+"))
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield repr(data)[2:-1]
    for between in ("", ":", " "):
        yield data.hex(between) if between else data.hex()
    if not secret.isascii():
        yield data.decode("latin-1")
        yield from (normalize("NFC", secret), normalize("NFD", secret), normalize("NFKC", secret))
    yield from _base64_forms(data)


def _base64_forms(data: bytes) -> Iterator[str]:
    """Base64 of the bytes, wherever in a longer text they begin: characters that neighbours have a part in are left."""
    from base64 import b64encode, urlsafe_b64encode

    for before in range(3):
        whole = bytes(before) + data
        start, stop = -(-before * 8 // 6), len(whole) * 8 // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(whole).decode("ascii")[start:stop]


def _signs(value: Json) -> int:
    """How many signs of escapes there are in the texts of a value."""
    if isinstance(value, str):
        return value.count("%") + value.count("\\") + value.count("&")
    if isinstance(value, dict):
        return sum(_signs(key) + _signs(each) for key, each in value.items())
    return sum(map(_signs, value)) if isinstance(value, list) else 0


_LAYERS = 2
"""How many writers, each of which escaped what the one before it wrote, are undone."""

_ESCAPES: Mapping[str, re.Pattern[str]] = {
    "%": re.compile(r"(?:%[0-9a-fA-F]{2})+", re.ASCII),
    "\\": re.compile(
        r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
        r"|U00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^uUx])",
        re.ASCII | re.DOTALL,
    ),
    "&": re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});", re.ASCII),
    "": re.compile(r"\s{2,}|[^\S ]"),
}
"""How characters are escaped in URLs, in JSON and programs, and in markup, by their sign; and how lines are broken."""

_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v", "0": "\0"}

_Places = Callable[[], list[int]]
"""Where each character of a reading begins in the text, and behind them where the text ends."""


def _readings(text: str) -> Iterator[tuple[str, _Places]]:
    """The text with escapes undone, by one writer or several, and where its characters stand in the text itself."""
    seen = {text}
    layer: list[tuple[str, _Places]] = [(text, lambda: list(range(len(text) + 1)))]
    for _ in range(_LAYERS):
        above, layer = layer, []
        for written, places in above:
            for sign, escape in _ESCAPES.items():
                read = escape.sub(_undone if sign else " ", written) if sign in written else written
                if read not in seen:
                    seen.add(read)
                    layer.append((read, partial(_through, escape, written, places)))
        yield from layer


def _undone(escaped: re.Match[str]) -> str:
    return _short(escaped[0]) if len(escaped[0]) <= 12 else _characters(escaped[0])


def _characters(escaped: str) -> str:
    return "".join(character for character, _length in _units(escaped))


_short = lru_cache(1024)(_characters)  # a text of nothing but escapes has the same ones again and again


def _through(escape: re.Pattern[str], written: str, places: _Places) -> list[int]:
    """The places of a reading of what was written, which has places in the text itself."""
    found: list[int] = []
    end = 0
    for escaped in escape.finditer(written):
        found += range(end, escaped.start())
        at = escaped.start()
        for _character, length in _units(escaped[0]):
            found.append(at)
            at += length
        end = escaped.end()
    found += range(end, len(written) + 1)
    above = places()
    return [above[at] for at in found]


def _units(escaped: str) -> list[tuple[str, int]]:
    """The characters that escapes stand for, and how many characters each of them takes."""
    match escaped[0]:
        case "%":
            text = bytes.fromhex(escaped.replace("%", "")).decode("utf-8", "surrogateescape")
            return [(each, 3 * len(each.encode("utf-8", "surrogateescape"))) for each in text]
        case "&":
            from html import unescape  # here: it brings every name that there is

            text = unescape(escaped)
            return [(each, 0 if at else len(escaped)) for at, each in enumerate(text)]
        case "\\" if len(escaped) == 12:
            units = bytes.fromhex(escaped[2:6] + escaped[8:])
            return [(units.decode("utf-16-be"), len(escaped))]
        case "\\" if len(escaped) > 2:
            digits = escaped[2:]
            return [(chr(int(digits, 16)), len(escaped))]
        case "\\":
            return [(_LETTERS.get(escaped[1], escaped[1]), len(escaped))]
    return [(" ", len(escaped))]
