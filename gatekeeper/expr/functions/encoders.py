"""The encoders extension: base64 of RFC 4648 (section 4); the padding may be left away.

https://pkg.go.dev/github.com/google/cel-go/ext#Encoders
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Final

from gatekeeper.expr.functions.form import Form

_ENCODED: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?")


def _decode(text: str) -> bytes:
    if _ENCODED.fullmatch(text) is None:
        raise ValueError("the string is no base64")
    return b64decode(text + "=" * (-len(text) % 4))


ENCODERS: Final[dict[str, tuple[Form, ...]]] = {
    "base64.encode": (Form(("bytes",), "string", lambda value: b64encode(value).decode(), cost=lambda v: len(v) >> 5),),
    "base64.decode": (Form(("string",), "bytes", _decode, cost=lambda text: len(text) >> 5),),
}
