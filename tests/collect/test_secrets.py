"""Secrets are named, looked up late, and kept out of everything that is written."""

from __future__ import annotations

import base64
import json
import logging
import string
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatekeeper.collect import COLLECTORS, check_sources, collect
from gatekeeper.collect.interface import CollectRequest, Refused, SourceConfig, brought
from gatekeeper.errors import InvalidDocuments
from gatekeeper.model.snapshot import Evidence, Subject
from gatekeeper.redaction import MASK, RUN, Redactor
from gatekeeper.secrets import SecretText
from gatekeeper.snapshot import build_snapshot, snapshot_bytes
from tests.collect.sources import NOW, sources, write
from tests.fakes.servers import LOOPBACK, Call, serving

CANARY = 'zQ7/kX+canary=9vT&w"2\\Lm'


def gathered(base: Path, environ: dict[str, str], **entries: dict[str, Any]) -> tuple[Evidence, ...]:
    return collect(sources(**entries), None, lambda: NOW, base, environ=environ)


def live(url: str, **config: Any) -> dict[str, Any]:
    return {"collector": "http", "url": url, "allow_addresses": LOOPBACK, "timeout": "5s", **config}


def written(evidence: tuple[Evidence, ...]) -> str:
    """All that is kept and shown of evidence."""
    return snapshot_bytes(build_snapshot("demo", Subject(), evidence)).decode() + repr(evidence)


def runs_of(secret: str) -> set[str]:
    return {secret[at : at + RUN] for at in range(len(secret) - RUN + 1)}


def assert_kept_out(secret: str, text: str) -> None:
    """No run of 8 characters of the secret stands in the text, as it is or in another writing."""
    data = secret.encode()
    forms = [secret, quote(secret), quote_plus(secret), json.dumps(secret)[1:-1], data.hex()]
    for before in range(3):  # its neighbours have a part in the characters at either end
        whole = base64.b64encode(b"x" * before + data).decode()
        forms.append(whole[4 if before else 0 : (before + len(data)) * 8 // 6])
    for form in forms:
        assert not [run for run in runs_of(form) if run in text], form


def test_a_secret_arrives_at_the_source_and_nowhere_else(tmp_path: Path) -> None:
    secret = "s3cr3t-canary-0123456789"
    (tmp_path / "token").write_text(secret[::-1] + "\n")
    with serving(lambda call: call.answer(b"{}")) as server:
        found = gathered(
            tmp_path,
            {"TOKEN": secret},
            it=live(
                server.url,
                headers={"Authorization": "Bearer ${env:TOKEN}", "X-Key": f"${{file:{tmp_path}/token}}"},
                query={"t": "${env:TOKEN}"},
            ),
        )
        (call,) = server.calls
    assert call.headers["authorization"] == f"Bearer {secret}"
    assert call.headers["x-key"] == secret[::-1]
    assert call.target == f"/?t={secret}"
    assert found[0].request == f"GET {server.url}?t=${{env:TOKEN}}"
    assert_kept_out(secret, written(found))


def test_a_secret_that_an_earlier_collection_looked_up_is_kept_out_too(tmp_path: Path) -> None:
    secret = "s3cr3t-canary-0123456789"
    with serving(lambda call: call.answer(json.dumps({"told": secret}).encode())) as server:
        gathered(tmp_path, {"TOKEN": secret}, it=live(server.url, headers={"Authorization": "Bearer ${env:TOKEN}"}))
        found = gathered(tmp_path, {"OTHER": "another-secret"}, it=live(server.url, headers={"X": "${env:OTHER}"}))
    assert_kept_out(secret, written(found))


def test_an_answer_of_nothing_but_escapes_is_no_evidence(tmp_path: Path) -> None:
    body = b'"' + b"%25" * 4_000_000 + b'"'
    started = time.monotonic()
    with serving(lambda call: call.answer(body)) as server:
        (found,) = gathered(tmp_path, {"TOKEN": "s3cr3t-canary"}, it=live(server.url, query={"t": "${env:TOKEN}"}))
    assert found.failure is not None
    assert found.failure.detail.startswith("it has more than 1,000,000 escapes")
    assert found.failure.remedy == "ask for less of it"
    assert time.monotonic() - started < 5


def _echo(call: Call) -> None:
    """Says what it was told, in every writing, whole and cut, in texts, keys and numbers."""
    told = call.headers["x-key"]
    data = told.encode()
    body = {
        "plain": f"before {told} after",
        told: [told, {"deep": told}],
        "cut": told[:-1],
        "url": [quote(told), quote(told, safe=""), quote_plus(told), quote(told).lower()],
        "base64": [base64.b64encode(b"x" * before + data + b"yz").decode() for before in range(4)],
        "urlsafe": base64.urlsafe_b64encode(data).decode(),
        "json": json.dumps({"inner": told}),
        "hex": [data.hex(), data.hex().upper()],
        "repr": [repr(told), repr(data)],
        "unquoted": unquote(quote(told)),
    }
    call.answer(json.dumps(body).encode())


PRINTABLE = "".join(sorted(set(string.printable) - set(string.whitespace)))


@given(st.text(PRINTABLE, min_size=8, max_size=60))
def test_no_run_of_a_secret_is_in_what_the_redactor_gives(secret: str) -> None:
    assume(not runs_of(secret) & runs_of(MASK))
    redactor = Redactor()
    redactor.add(secret)
    data = secret.encode()
    for text in (
        secret,
        f"a{secret}b{secret}",
        quote(secret),
        json.dumps(secret),
        base64.b64encode(b"u:" + data).decode(),
    ):
        assert_kept_out(secret, redactor.text(text))
    for start in range(0, len(secret) - RUN + 1, 5):
        assert_kept_out(secret, redactor.text(f"x{secret[start : start + RUN]}x"))


@pytest.mark.parametrize(
    "secret", [CANARY, "0123456789012", "ordinary-words-in-a-row", 'ends-with-a-quote"""', "%41%42%43%44%45"]
)
def test_a_source_that_says_what_it_was_told_gives_nothing_away(secret: str, tmp_path: Path) -> None:
    with serving(_echo) as server:
        found = gathered(tmp_path, {"KEY": secret}, it=live(server.url, headers={"X-Key": "${env:KEY}"}))
    assert found[0].failure is None
    assert found[0].redacted > 10
    assert_kept_out(secret, written(found))


def test_one_source_cannot_give_away_the_secret_of_another(tmp_path: Path) -> None:
    write(tmp_path, "a.json", {"note": f"somebody pasted {CANARY} here", "n": 1})
    with serving(lambda call: call.answer(b"{}")) as server:
        found = gathered(
            tmp_path,
            {"KEY": CANARY},
            file={"collector": "json", "file": "a.json"},
            it=live(server.url, headers={"X-Key": "${env:KEY}"}),
        )
    assert found[0].value == {"note": f"somebody pasted {MASK} here", "n": 1}
    assert found[0].redacted == 1
    assert_kept_out(CANARY, written(found))


def test_a_number_that_is_a_secret_is_none(tmp_path: Path) -> None:
    write(tmp_path, "a.json", '{"pin": 4815162342, "other": 48}')
    with serving(lambda call: call.answer(b"{}")) as server:
        file, _ = gathered(
            tmp_path,
            {"KEY": "4815162342"},
            file={"collector": "json", "file": "a.json"},
            it=live(server.url, headers={"X-Key": "${env:KEY}"}),
        )
    assert file.value == {"pin": MASK, "other": 48}


class Talkative:
    """A collector of the tests that tells its secret in every way that it has."""

    kind = "json"
    gives = "json"

    class Config(SourceConfig):
        key: SecretText
        way: str

    config = Config

    def collect(self, request: CollectRequest[Config]) -> Evidence:
        secret = request.secrets.reveal(request.config.key)
        request.trace.asking(f"ask {secret}")
        match request.config.way:
            case "refuses":
                raise Refused("failed", f"could not use {secret} at all" + " " * 5 + secret[3:])
            case "breaks":
                raise RuntimeError(secret)
            case "leaves":
                raise SystemExit(secret)
            case "subject":
                return brought(self, request, f"at {secret}", {}, subject=Subject(commit=secret))
            case _:
                return brought(self, request, secret, {"a": {secret: 2**60}})


@pytest.mark.parametrize("way", ["refuses", "breaks", "leaves", "subject", "mistyped"])
@pytest.mark.parametrize(
    "secret", [CANARY, "two words\nand a line", "-----BEGIN KEY-----\nMIIEvQ\nAAAA\n-----END KEY-----"]
)
def test_a_collector_that_tells_its_secret_is_not_heard(
    way: str, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COLLECTORS, "json", Talkative())
    found = gathered(tmp_path, {"KEY": secret}, it={"collector": "json", "key": "${env:KEY}", "way": way})
    text = written(found)
    assert_kept_out(secret, text)
    assert_kept_out(" ".join(secret.split()), text)


@pytest.mark.parametrize(
    ("reference", "environ", "said"),
    [
        ("${env:GONE}", {}, "the secret ${env:GONE} cannot be had: the variable is not set"),
        ("${env:SHORT}", {"SHORT": "abc"}, "a secret has 4 to 65,536 characters"),
        ("${env:EMPTY}", {"EMPTY": ""}, "a secret has 4 to 65,536 characters"),
        ("${env:LINES}", {"LINES": "two\nlines"}, "the header X-Key has characters that a header cannot carry"),
        ("${file:/nowhere/at/all}", {}, "the file there is no such file or folder"),
        ("${file:/tmp}", {}, "the file is a folder, not a file"),
    ],
)
def test_a_secret_that_cannot_be_had_is_a_failure_of_its_source(
    reference: str, environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    write(tmp_path, "a.json", {})
    with serving(lambda call: call.answer(b"{}")) as server:
        bad, good = gathered(
            tmp_path,
            environ,
            it=live(server.url, headers={"X-Key": reference}),
            fine={"collector": "json", "file": "a.json"},
        )
        assert not server.calls
    assert bad.failure is not None
    assert said in bad.failure.detail
    assert good.failure is None


def test_a_link_to_a_secret_is_followed(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mounted-secret-value")
    (tmp_path / "link").symlink_to("data")
    with serving(lambda call: call.answer(b"{}")) as server:
        gathered(tmp_path, {}, it=live(server.url, headers={"X-Key": f"${{file:{tmp_path}/link}}"}))
        assert server.calls[0].headers["x-key"] == "mounted-secret-value"


def _refusal(**config: Any) -> str:
    with pytest.raises(InvalidDocuments) as refused:
        check_sources(sources(it={"collector": "http", "url": "https://example.com/", **config}))
    (told,) = refused.value.diagnostics
    return f"{told.message}; {told.hint}"


@pytest.mark.parametrize(
    "config",
    [
        {"headers": {"Authorization": "Bearer abcdefgh12345678"}},
        {"headers": {"Authorization": "abcdefgh12345678"}},
        {"headers": {"PRIVATE-TOKEN": "abcdefgh12345678"}},
        {"headers": {"X-Api-Key": "abcdefgh12345678"}},
        {"headers": {"Cookie": "session=abcdefgh12345678"}},
        {"headers": {"X-Other": "ghp_abcdefgh12345678abcdefgh12345678"}},
        {"headers": {"X-Other": "Basic abcdefgh12345678"}},
        {"query": {"access_token": "abcdefgh12345678"}},
        {"query": {"q": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0abcdefgh12345678"}},
    ],
)
def test_a_credential_that_is_written_out_is_refused_and_not_repeated(config: dict[str, Any]) -> None:
    told = _refusal(**config)
    assert "a credential seems to be written here; write where it is" in told
    assert "abcdefgh" not in told


@pytest.mark.parametrize("url", ["https://user:hunter2hunter2@example.com/", "https://hunter2hunter2@example.com/"])
def test_a_user_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidDocuments) as refused:
        check_sources(sources(it={"collector": "http", "url": url}))
    assert "names a user" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"headers": {"X-Key": "${vault:a}"}}, "a reference cannot be read: it is of no known kind"),
        ({"headers": {"X-Key": "${env:}"}}, "a reference cannot be read: its name is not one"),
        ({"headers": {"X-Key": "${env:A-B}"}}, "a reference cannot be read: its name is not one"),
        ({"headers": {"X-Key": "${file:run/x}"}}, "a reference cannot be read: its name is not one"),
        ({"headers": {"X-Key": "${env:A"}}, "a reference is not closed"),
        ({"headers": {"Host": "a"}}, "the header Host is set by gatekeeper itself"),
        ({"headers": {"a b": "a"}}, "a header's name has letters, digits and hyphens"),
        ({"url": "https://example.com/${env:A}"}, "this setting takes no reference to a secret"),
        ({"ca_file": "${file:/run/secrets/ca}"}, "this setting takes no reference to a secret"),
    ],
)
def test_a_reference_that_is_none_is_told_by_lint(config: dict[str, Any], said: str) -> None:
    assert said in _refusal(**config)


def test_lint_looks_no_secret_up(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Authorization": "Bearer ${env:NOT_SET_ANYWHERE}", "X-Key": "${file:/nowhere}"}
    check_sources(sources(it={"collector": "http", "url": "https://example.com/", "headers": headers}))


def test_log_lines_of_libraries_hold_no_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = "canary-in-the-log-0123456789"
    with caplog.at_level(logging.DEBUG), serving(lambda call: call.answer(b"{}")) as server:
        gathered(
            tmp_path,
            {"KEY": secret},
            it=live(server.url, headers={"X-Key": "${env:KEY}"}, query={"k": "${env:KEY}"}),
        )
    assert "HTTP Request" in caplog.text, "the libraries do log"
    assert_kept_out(secret, caplog.text)
