"""Fifty secrets, written in every way that a server, a program or a library may write them: none is told."""

from __future__ import annotations

import html
import importlib
import logging
import re
import time
from dataclasses import replace
from urllib.parse import quote, unquote

import pytest

from gatekeeper.collect.github_kept import worth_keeping
from gatekeeper.net.answer import Answer
from gatekeeper.redaction import MASK, PROCESS, LogFilter, Redactor, TooManyEscapes
from tests.fakes.canaries import SECRETS, USERINFO, runs, told_in, writings

_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)


def test_there_are_fifty_of_them() -> None:
    assert len(SECRETS) == len(set(SECRETS.values())) == 50


def _unescaped(text: str) -> str:
    plain = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)) if found[1] or found[2] else found[3], text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _leaks(secret: str, text: str) -> list[str]:
    """By what the secret can be told from a text, also by somebody who undoes escapes in it."""
    hidden = text.replace(MASK, "\0")
    found = [how for how, parts in told_in(secret) if any(part in hidden for part in parts)]
    for undo in (unquote, _unescaped, html.unescape):
        for shown in (undo(hidden), undo(undo(hidden))):
            found += [undo.__name__ for part in runs(secret) if part in shown][:1]
    return found


@pytest.mark.parametrize("name", SECRETS)
def test_no_writing_of_a_secret_tells_it(name: str) -> None:
    secret = SECRETS[name]
    redactor = Redactor()
    redactor.add(secret)
    for how, text in writings(secret).items():
        assert not _leaks(secret, redactor.text(text)), how
        assert not _leaks(secret, redactor.text(f"before {text} behind")), how


@pytest.mark.parametrize("name", SECRETS)
def test_what_stands_around_a_secret_stays(name: str) -> None:
    redactor = Redactor()
    redactor.add(SECRETS[name])
    for how, text in writings(SECRETS[name]).items():
        if how not in {"reversed pieces", "cut", "tail", "curl", "lines", "mime"}:
            cleaned = redactor.text(f"100% of it \\o/ & «{text}» is here & there\\n 5%")
            assert cleaned.startswith("100% of it \\o/ & «"), (how, cleaned)
            assert cleaned.endswith("» is here & there\\n 5%"), (how, cleaned)


def test_a_text_without_a_secret_stays_as_it_is() -> None:
    redactor = Redactor()
    for secret in SECRETS.values():
        redactor.add(secret)
    for text in ("100%25 of &amp; \\u0041", "C:\\new\\table &lt;b&gt;", "two\n  lines\tand a tab", "%zz &; \\", ""):
        assert redactor.text(text) == text


def test_the_password_inside_of_an_address_is_a_secret_too() -> None:
    redactor = Redactor()
    redactor.add(f"postgresql://{USERINFO}@db.example.com/x")
    assert redactor.text(f"no user with {unquote(USERINFO.partition(':')[2])!r} here") == f"no user with '{MASK}' here"
    redactor.add("postgresql://me:hunt%65r2@db.example.com/x")
    assert redactor.text("for hunter2!") == f"for {MASK}!"


@pytest.mark.parametrize("password", ["s0me-Pa55/words", "p:w", "ünïcode pass"])
def test_the_host_of_an_address_that_is_a_secret_stays_readable(password: str) -> None:
    redactor = Redactor()
    whole = f"postgresql://reader:{quote(password, safe='')}@db.example.com:5432/ingestion?sslmode=require"
    redactor.add(whole)
    told = f"postgresql://db.example.com:5432/ingestion: password authentication failed for user {password}"
    assert redactor.text(whole) == f"postgresql://{MASK}db.example.com:5432/ingestion?sslmode=require"
    assert redactor.text(told).startswith("postgresql://db.example.com:5432/ingestion: password authentication")
    assert len(password) < 4 or password not in redactor.text(told)


@pytest.mark.parametrize(
    "whole",
    [
        "https://hooks.example.com/services/T0000000/B0000000",
        "https://me:hunter2hunter2@git.example.com/of-nobody-else.git",
        "postgresql://me:hunter2hunter2@db.example.com/x?sslpassword=another-secret",
        "postgresql://me:hunter2/hunter2@db.example.com/x",
    ],
)
def test_any_other_address_that_is_a_secret_is_one_as_a_whole(whole: str) -> None:
    redactor = Redactor()
    redactor.add(whole)
    assert redactor.text(f"at {whole}!") == f"at {MASK}!"
    assert redactor.text(f"at {whole[-20:]}!") == f"at {MASK}!"


@pytest.mark.parametrize("number", [1.2345678e20, 1.2345678e-5, 12345678.25])
def test_a_number_is_looked_at_as_it_will_be_written(number: float) -> None:
    redactor = Redactor()
    redactor.add(f"{number:.20f}".rstrip("0").rstrip("."))
    assert redactor.clean({"n": number})[0] == {"n": MASK}


def test_a_traceback_that_a_library_logs_holds_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    PROCESS.add(SECRETS["backslashes"])
    logger = logging.getLogger("tests.canary")
    logger.addFilter(LogFilter())
    nothing: dict[object, None] = {}
    try:
        nothing[SECRETS["backslashes"], SECRETS["backslashes"].encode()]
    except KeyError:
        logger.exception("it broke with %s", SECRETS["backslashes"])
    assert "Traceback" in caplog.text
    assert not _leaks(SECRETS["backslashes"], caplog.text)


def test_log_lines_of_the_driver_of_postgresql_hold_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    importlib.import_module("gatekeeper.collect.database.postgres")
    PROCESS.add(SECRETS["plain"])
    logging.getLogger("psycopg").warning("error ignored: %r", {"user": SECRETS["plain"]})
    assert "error ignored" in caplog.text
    assert not _leaks(SECRETS["plain"], caplog.text)


@pytest.mark.parametrize("where", ["etag", "link", "body"])
def test_an_answer_that_tells_a_secret_is_kept_nowhere(where: str) -> None:
    secret = SECRETS["github"]
    PROCESS.add(secret)
    headers = {"etag": '"abc"', "link": "<https://api.github.com/x>", where: f'"{secret}"'}
    answer = Answer("GET /x", 200, headers, secret.encode() if where == "body" else b"{}", 1.0, None)
    assert worth_keeping(answer, last=True) is None
    assert worth_keeping(replace(answer, headers={"etag": '"abc"'}, body=b"{}"), last=True) is not None


@pytest.mark.parametrize("text", ["%25" * 300_000, "\\\\" * 300_000, "&amp;" * 200_000, "a%25\\n&amp; " * 50_000])
def test_escapes_without_end_hold_nothing_up(text: str) -> None:
    redactor = Redactor()
    redactor.add("a secret of some words")
    started = time.monotonic()
    assert redactor.text(text) == text
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("text", ["%25", "\\\\", "&amp;", "a%25\\n&amp; "])
def test_more_escapes_than_anybody_can_look_behind_are_refused(text: str) -> None:
    redactor = Redactor()
    redactor.add("a secret of some words")
    many = text * (12_000_000 // len(text))
    started = time.monotonic()
    with pytest.raises(TooManyEscapes, match="more than 1,000,000 escapes"):
        redactor.clean({"parts": [many[: len(many) // 2], {many[len(many) // 2 :]: 1}]})
    assert redactor.text(many) == MASK
    assert time.monotonic() - started < 2
