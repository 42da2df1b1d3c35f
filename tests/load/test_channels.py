"""What is wrong with a channel is told where it stands, and no secret with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import load_configuration
from gatekeeper.load.channels import PAGERDUTY, read_channels
from gatekeeper.model.channel import Channel
from tests.render.announcement_cases import policies

GOOD = """\
environment: staging
notify:
  on-call:
    kind: pagerduty
    routing_key: ${env:PAGERDUTY_KEY}
    for: [rgl8r-degraded, rgl8r-severity]
    on: [degraded, HIGH]
    severities: {degraded: error}
  room:
    kind: slack
    url: https://hooks.slack.com/services/${env:SLACK_PATH}
  audit:
    kind: webhook
    url: https://hooks.example.com/gatekeeper
    headers: {Authorization: "Bearer ${file:/run/secrets/audit}"}
    sign_with: ${env:AUDIT_KEY}
    allow_addresses: [10.20.0.0/16]
    timeout: 30s
    attempts: 3
"""


def channels(tmp_path: Path, text: str) -> tuple[Channel, ...]:
    (tmp_path / "gatekeeper.yaml").write_text(text, encoding="utf-8")
    return read_channels(load_configuration(tmp_path, {}).notify, policies())


def wrong(tmp_path: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidDocuments) as refused:
        channels(tmp_path, text)
    return [(str(each), each.hint) for each in refused.value.diagnostics]


def test_channels_are_read_in_their_order(tmp_path: Path) -> None:
    pager, room, audit = channels(tmp_path, GOOD)
    assert (pager.name, pager.kind, pager.url) == ("on-call", "pagerduty", PAGERDUTY)
    assert pager.policies == ("rgl8r-degraded", "rgl8r-severity")
    assert (pager.states, pager.severities) == (("degraded", "HIGH"), {"degraded": "error"})
    assert (room.url, room.policies, room.states) == ("https://hooks.slack.com/services/${env:SLACK_PATH}", (), ())
    assert (room.timeout, room.attempts) == (timedelta(seconds=10), 20)
    assert audit.headers == {"Authorization": "Bearer ${file:/run/secrets/audit}"}
    assert (audit.sign_with, audit.allow_addresses) == ("${env:AUDIT_KEY}", ("10.20.0.0/16",))
    assert (audit.timeout, audit.attempts) == (timedelta(seconds=30), 3)


def test_without_channels_nobody_is_told(tmp_path: Path) -> None:
    assert channels(tmp_path, "environment: staging\n") == ()


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("{kind: slack}", ("3:9", "needs `url`")),
        ("{url: 'https://a.example'}", ("3:9", "needs `kind`")),
        ("{kind: slak, url: '${env:A}'}", ("3:16", "there is no kind `slak`")),
        ("{kind: slack, url: '${env:A}', fro: [a]}", ("3:", "has no setting `fro`")),
        ("{kind: slack, url: 'https://hooks.slack.com/x'}", ("3:29", "can write there")),
        ("{kind: pagerduty, routing_key: abcdefghijklmnop}", ("3:40", "can page everybody")),
        ("{kind: webhook, url: 'https://a.example', sign_with: abcdefgh}", ("3:", "can sign as gatekeeper")),
        ("{kind: webhook, url: 'ftp://a.example'}", ("3:31", "starts with http:// or https://")),
        ("{kind: webhook, url: 'https://u:secretsecret@a.example'}", ("3:31", "names a user")),
        ("{kind: webhook, url: 'https://a.example/${env:A'}", ("3:31", "a reference is not closed")),
        ("{kind: webhook, url: 'https://a.example', headers: {Idempotency-Key: x}}", ("3:", "is set by gatekeeper")),
        ("{kind: webhook, url: 'https://a.example', allow_addresses: [everything]}", ("3:69", "is no network")),
        ("{kind: webhook, url: 'https://a.example', timeout: 5}", ("3:60", "is no span of time")),
        ("{kind: webhook, url: 'https://a.example', timeout: 5m}", ("3:60", "less than or equal to 1 minute")),
        ("{kind: webhook, url: 'https://a.example', attempts: 0}", ("3:61", "greater than or equal to 1")),
        ("{kind: webhook, url: 'https://a.example', for: [rgl8r-degrade]}", ("3:57", "no mode and no ladder")),
        ("{kind: webhook, url: 'https://a.example', on: [degradd]}", ("3:56", "no state and no level")),
        ("{kind: webhook, url: 'https://a.example', for: [rgl8r-degraded], on: [L1]}", ("3:79", "no state")),
        ("{kind: webhook, url: 'https://a.example', for: []}", ("3:56", "at least 1 item")),
        ("[kind, slack]", ("3:9", "needs `kind`")),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, channel: str, told: tuple[str, str]) -> None:
    where, words = told
    found = wrong(tmp_path, f"environment: staging\nnotify:\n  hook: {channel}\n")
    assert [line for line, _ in found if line.startswith(f"gatekeeper.yaml:{where}") and words in line], found
    assert "secretsecret" not in str(found)


def test_a_misspelt_name_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    text = GOOD.replace("rgl8r-severity", "rgl8r-severty").replace("on: [degraded, HIGH]", "on: [degraded, HIHG]")
    found = wrong(tmp_path, text)
    assert (
        "gatekeeper.yaml:6:27: there is no mode and no ladder `rgl8r-severty`",
        "did you mean `rgl8r-severity`?",
    ) in found
    assert "gatekeeper.yaml:7:20" in found[1][0]


def test_a_credential_that_is_written_out_is_refused_and_not_repeated(tmp_path: Path) -> None:
    channel = "{kind: webhook, url: 'https://a.example', headers: {Authorization: Bearer abcdefgh12345678}}"
    text = f"notify:\n  hook: {channel}\n"
    found = wrong(tmp_path, text)
    assert [line for line, _ in found if "a credential seems to be written here" in line]
    assert "abcdefgh12345678" not in str(found)


def test_channels_are_no_variable_and_no_list(tmp_path: Path) -> None:
    assert "must be a mapping" in wrong(tmp_path, "notify: [a]\n")[0][0]
    (tmp_path / "gatekeeper.yaml").write_text(GOOD, encoding="utf-8")
    assert load_configuration(tmp_path, {"GATEKEEPER_NOTIFY": "x"}).notify is not None
