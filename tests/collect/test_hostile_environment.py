"""What the environment and somebody's home say to other programs changes nothing of what is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.collect.sources import value_of
from tests.conftest import ROOT
from tests.fakes.certificates import certify
from tests.fakes.servers import LOOPBACK, Call, answering, serving


def _says_who_asked(call: Call) -> None:
    call.answer(f'{{"authorization": "{call.headers.get("authorization", "")}", "target": "{call.target}"}}'.encode())


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"])
def test_no_proxy_of_the_environment_is_used(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(_says_who_asked) as server, serving(_says_who_asked) as proxy:
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        value = value_of(tmp_path, collector="http", url=f"{server.url}/x", allow_addresses=LOOPBACK)
        assert not proxy.calls
    assert value["json"] == {"authorization": "", "target": "/x"}


def test_no_password_of_somebodys_home_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("default login me password of-my-netrc\n", encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with serving(_says_who_asked) as server:
        value = value_of(tmp_path, collector="http", url=f"{server.url}/x", allow_addresses=LOOPBACK)
    assert value["json"]["authorization"] == ""


ASK = """
import sys
from pathlib import Path
from tests.collect.sources import collected
trusted = {"ca_file": sys.argv[2]} if len(sys.argv) > 2 else {}
found = collected(Path.cwd(), collector="http", url=sys.argv[1], allow_addresses=["127.0.0.0/8"], retries=0, **trusted)
print(found.failure.detail if found.failure else "collected")
"""


def _asked(folder: Path, variables: dict[str, str], *words: str) -> str:
    """What comes of a question that a new process asks, since what is trusted is read once."""
    ran = subprocess.run(
        [sys.executable, "-c", ASK, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stderr == ""
    return str(ran.stdout)


def test_the_environment_names_nobody_to_trust(tmp_path: Path) -> None:
    made = certify(tmp_path)
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    variables = {
        name: str(tmp_path / "trusted.pem") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    }
    with serving(answering({}), tls=made.server) as server:
        assert "certificate is not accepted" in _asked(tmp_path, variables, server.url)
        assert _asked(tmp_path, {}, server.url, "trusted.pem") == "collected\n"


def test_the_keys_of_connections_are_written_nowhere(tmp_path: Path) -> None:
    made = certify(tmp_path)
    (tmp_path / "trusted.pem").write_bytes(made.pem)
    for where in ("keys", "no/such/folder/keys"):
        variables = {"SSLKEYLOGFILE": str(tmp_path / where)}
        with serving(answering({}), tls=made.server) as server:
            assert _asked(tmp_path, variables, server.url, "trusted.pem") == "collected\n"
            assert "certificate is not accepted" in _asked(tmp_path, variables, server.url)
        assert not (tmp_path / where).exists()
