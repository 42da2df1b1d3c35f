"""Signatures that other people's libraries verify."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from gatekeeper.notify.signing import signature_headers

AT = datetime.fromtimestamp(1614265330, UTC)


def test_the_signature_is_that_of_the_published_example() -> None:
    key, id_ = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert signature_headers(key, id_, AT, b'{"test": 2432232314}') == {
        "webhook-id": id_,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_key_of_any_other_form_is_taken_as_it_is() -> None:
    digest = hmac.new(b"plain key", b"one.1614265330.{}", sha256).digest()
    assert signature_headers("plain key", "one", AT, b"{}")["webhook-signature"] == f"v1,{b64encode(digest).decode()}"


def test_a_key_that_is_no_base64_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="no base64 follows") as refused:
        signature_headers("whsec_not base 64!", "one", AT, b"{}")
    assert "not base" not in str(refused.value)
