"""Fifty secrets of many shapes, and the ways in which a text could give one away."""

from __future__ import annotations

import base64
import html
import json
import random
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote

RUN = 8


def _noise(seed: int, length: int, letters: str) -> str:
    return "".join(random.Random(seed).choices(letters, k=length))


_WORD = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_MARKS = "!#%&'()*+,/:;<=>?@[]^`{|}~$\"\\"
_HEX = "0123456789abcdef"


def _b64(seed: int, length: int) -> str:
    return base64.b64encode(random.Random(seed).randbytes(length)).decode()


HEADER_SAFE: dict[str, str] = {
    "plain": _noise(1, 24, _WORD),
    "github": "ghp_" + _noise(2, 36, _WORD),
    "github_fine": "github_pat_" + _noise(3, 60, _WORD + "_"),
    "exactly_eight": _noise(4, 8, _WORD),
    "nine": _noise(5, 9, _WORD),
    "prefix": "Pfx" + _noise(6, 9, _WORD),
    "prefix_longer": "Pfx" + _noise(6, 9, _WORD) + _noise(7, 12, _WORD),
    "prefix_longest": "Pfx" + _noise(6, 9, _WORD) + _noise(7, 12, _WORD) + _noise(8, 20, _WORD),
    "base64_one_pad": _b64(9, 20),
    "base64_two_pads": _b64(10, 25),
    "base64_no_pad": _b64(11, 24),
    "base64_of_basic": base64.b64encode(f"robot:{_noise(12, 20, _WORD)}".encode()).decode(),
    "base64_url": base64.urlsafe_b64encode(random.Random(13).randbytes(33)).decode(),
    "url_marks": "k?" + _noise(14, 30, _WORD + "&=+#/%;:@"),
    "all_marks": _noise(15, 40, _MARKS),
    "double_quotes": 'q"' + _noise(16, 6, _WORD) + '"""' + _noise(17, 8, _WORD) + '"',
    "single_quotes": "it's" + _noise(18, 5, _WORD) + "''" + _noise(19, 7, _WORD) + "'",
    "backslashes": "C:\\" + _noise(20, 5, _WORD) + "\\\\" + _noise(21, 7, _WORD) + "\\n\\t\\u0041",
    "percent_look": "%41%42%2F%" + _noise(22, 8, _WORD) + "%25%zz",
    "percent_encoded": quote("Zz/ü+" + _noise(23, 9, _WORD) + "=&" + _noise(24, 9, _WORD), safe=""),
    "json_look": '{"key": "' + _noise(25, 12, _WORD) + '", "n": 12}',
    "markup_look": f"<b>{_noise(26, 7, _WORD)}&amp;{_noise(27, 7, _WORD)}</b>&lt;",
    "hex_64": _noise(28, 64, _HEX),
    "hex_upper": _noise(29, 40, _HEX.upper()),
    "uuid": "-".join(_noise(30 + n, size, _HEX) for n, size in enumerate((8, 4, 4, 4, 12))),
    "digits": "4815162342108",
    "digits_zeros": "9071992540",
    "words": "correct horse battery staple of mine",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJ" + _noise(36, 40, _WORD) + "." + _noise(37, 43, _WORD + "-_"),
    "slack": "xoxb-" + _noise(37, 12, "0123456789") + "-" + _noise(38, 24, _WORD),
    "aws": "AKIA" + _noise(39, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "very_long": _noise(40, 700, _WORD + "+/="),
    "repeated": "abcabcabcabcabcabc",
    "one_letter": "zzzzzzzzzzzz",
    "like_markdown": f"**{_noise(41, 6, _WORD)}** [x]({_noise(42, 6, _WORD)}) | `{_noise(43, 6, _WORD)}`",
    "like_template": "{{" + _noise(44, 9, _WORD) + "}} ${env:NOPE} {x}",
    "like_yaml": f"- &a !!{_noise(45, 7, _WORD)}: [{_noise(46, 7, _WORD)}] # x",
    "like_terminal": "::error::" + _noise(47, 9, _WORD) + "%0A##[x]",
    "like_a_path": f"../{_noise(48, 7, _WORD)}/./{_noise(49, 7, _WORD)}//x",
}
"""Secrets that a header can carry."""

OTHERS: dict[str, str] = {
    "unicode": "pässwörd-ключ-密码密码密码密码-" + _noise(60, 6, _WORD),
    "emoji": "🔑🔒🗝🔐🔏🔓🛡🧿" + _noise(61, 9, _WORD),
    "combining": "e\u0301a\u0300" * 6 + _noise(62, 5, _WORD),
    "two_lines": _noise(63, 14, _WORD) + "\n" + _noise(64, 14, _WORD),
    "short_lines": "\n".join(_noise(70 + n, 6, _WORD) for n in range(6)),
    "tabs": "\t".join(_noise(80 + n, 5, _WORD) for n in range(5)),
    "pem": "-----BEGIN PRIVATE KEY-----\n"
    + "\n".join(_noise(90 + n, 64, _WORD + "+/") for n in range(4))
    + "\n-----END PRIVATE KEY-----",
    "controls": "a\x01b\x02c\x1b[31m" + _noise(65, 9, _WORD) + "\x7f",
    "spaces_around": "  " + _noise(66, 7, _WORD) + "  " + _noise(67, 7, _WORD) + "  ",
}
"""Secrets that no header can carry."""

DSN_PASSWORD = "p@ss/w:rd?#[%25]&" + "Ωmega'\"" + _noise(68, 6, _WORD)
USERINFO = "robot:" + quote("s:e/c r@t+" + _noise(69, 9, _WORD), safe="")

SECRETS: dict[str, str] = {**HEADER_SAFE, **OTHERS, "dsn_password": DSN_PASSWORD, "userinfo": USERINFO}


def writings(secret: str) -> dict[str, str]:
    """A secret as others may write it, by how."""
    data = secret.encode()
    return {
        "plain": secret,
        "reversed pieces": secret[len(secret) // 2 :] + " … " + secret[: len(secret) // 2],
        "cut": secret[: max(RUN, len(secret) - 1)],
        "tail": secret[-RUN:],
        "between": f"x{secret}y{secret}z",
        "bearer": f"Bearer {secret}",
        "url": quote(secret, safe=""),
        "url with slashes": quote(secret),
        "url small": quote(secret, safe="").lower(),
        "form": quote_plus(secret),
        "component": quote(secret, safe="!~*'()"),
        "uri": quote(secret, safe=";,/?:@&=+$-_.!~*'()#"),
        "url twice": quote(quote(secret, safe=""), safe=""),
        "basic": base64.b64encode(f"x-access-token:{secret}".encode()).decode(),
        "basic behind two": base64.b64encode(f"ab:{secret}".encode()).decode(),
        "basic user": base64.b64encode(f"{secret}:".encode()).decode(),
        "base64": base64.b64encode(data).decode(),
        "base64 in a url": quote(base64.b64encode(data).decode(), safe=""),
        "base64url": base64.urlsafe_b64encode(data).decode().rstrip("="),
        "mime": base64.encodebytes(data).decode(),
        "json": json.dumps(secret),
        "json of utf-8": json.dumps(secret, ensure_ascii=False),
        "json with slashes": json.dumps(secret).replace("/", "\\/"),
        "json in capitals": json.dumps(secret).replace("\\ud", "\\uD"),
        "json twice": json.dumps(json.dumps(secret)),
        "json in json": json.dumps({"headers": json.dumps({"authorization": f"Bearer {secret}"})}),
        "every letter escaped": "".join(f"\\u{ord(each):04x}" for each in secret if ord(each) < 0x10000),
        "html": html.escape(secret),
        "html without quotes": html.escape(secret, quote=False),
        "html numbers": "".join(f"&#{ord(each)};" for each in secret),
        "html hex": "".join(each if each.isalnum() else f"&#x{ord(each):x};" for each in secret),
        "hex": data.hex(),
        "HEX": data.hex().upper(),
        "hex pairs": data.hex(":"),
        "repr": repr(secret),
        "repr of bytes": repr(data),
        "ascii": ascii(secret),
        "curl": "curl -H 'Authorization: Bearer " + secret.replace("'", "'\\''") + "'",
        "lines": "\n  ".join(secret[at : at + 60] for at in range(0, len(secret), 60)),
        "decoded": unquote(secret),
        "decoded twice": unquote(unquote(secret)),
        **_decoded_base64(secret),
    }


def _decoded_base64(secret: str) -> dict[str, str]:
    try:
        return {"of base64": base64.b64decode(secret, validate=True).decode("utf-8")}
    except ValueError:
        return {}


def runs(text: str) -> set[str]:
    return {text[at : at + RUN] for at in range(len(text) - RUN + 1)}


def told_in(secret: str) -> Iterator[tuple[str, set[str]]]:
    """For each way of writing, the runs of eight characters by which the secret is told; most matters the first."""
    yield "plain", runs(secret)
    data = secret.encode()
    for how in ("url", "url with slashes", "form", "json", "json of utf-8", "html", "hex", "HEX", "repr", "decoded"):
        yield how, runs(writings(secret)[how].strip("\"'"))
    for before in range(3):
        whole = base64.b64encode(b"x" * before + data).decode()
        yield f"base64 behind {before}", runs(whole[4 if before else 0 : (before + len(data)) * 8 // 6])
    for how, text in _decoded_base64(secret).items():
        yield how, runs(text)
