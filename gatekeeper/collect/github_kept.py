"""Which answers of GitHub are kept, and what they are worth after it said that nothing changed (304).

A question with ``If-None-Match`` that is answered so costs nothing of the limit, where a token was sent
(https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api). So nothing is kept of
answers to nobody, for which there would be nothing to seal them with either.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gatekeeper.collect.interface import CollectRequest, Refused
from gatekeeper.collect.net.kept import Kept, KeptAnswers
from gatekeeper.net.answer import Answer
from gatekeeper.redaction import PROCESS
from gatekeeper.secrets import SecretText

FOLDER = "answers"
NOT_MODIFIED = 304

SHORTEST_TOKEN = 20
"""Whoever gets hold of the entries could guess a shorter one from their names; GitHub's have 40 characters or more."""

_NEEDED = ("content-type", "link")
_ETAG = re.compile(r'(?:W/)?"[!#-~]{1,200}"', re.ASCII)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\/", re.ASCII)


def kept_answers(request: CollectRequest[Any], token: SecretText | None) -> KeptAnswers | None:
    """The answers that were kept for this token; None where none are kept.

    None are where the project has no folder for them, where no token is sent, and where the source sends headers of its
    own, which may say anything about what is asked.
    """
    if request.project is None or request.project.state is None or token is None or request.config.headers:
        return None
    try:
        secret = request.secrets.reveal(token)
    except Refused:  # asking says so
        return None
    return KeptAnswers(request.project.state / FOLDER, secret) if len(secret) >= SHORTEST_TOKEN else None


def still_holds(kept: Kept, unchanged: Answer) -> bool:
    """Whether the server means what was kept.

    It may leave ``ETag`` away. ``Link`` says where the next page is and is no part of what an ETag names: if there was
    one and there is none now, nobody can tell whether it was left away or has gone.
    """
    told = unchanged.headers.get("etag", kept.etag)
    return _plain(told) == _plain(kept.etag) and ("link" in unchanged.headers or "link" not in kept.headers)


def revived(kept: Kept, unchanged: Answer) -> Answer:
    """The answer that the server would have given: what was kept, with the headers that came now."""
    now = {name: value for name, value in unchanged.headers.items() if not name.startswith("content-")}
    return replace(unchanged, status=200, headers={**kept.headers, **now}, body=kept.body)


def worth_keeping(answer: Answer, *, last: bool) -> Kept | None:
    """What to keep of an answer; None where it has no ETag, may not be kept or holds a secret.

    Args:
        answer: as it came.
        last: whether it names no next page.
    """
    etag = answer.headers.get("etag", "")
    private = "no-store" not in answer.headers.get("cache-control", "").lower()
    if answer.status != 200 or not _ETAG.fullmatch(etag) or not private or (last and _full(answer)):
        return None
    headers = {name: answer.headers[name] for name in _NEEDED if name in answer.headers}
    told = "\n".join([etag, answer.body.decode("utf-8", "replace"), *headers.values()])
    return None if _holds_a_secret(told) else Kept(etag, headers, answer.body)


def _plain(etag: str) -> str:
    """Without the sign of a weak one: both are compared weakly."""
    return etag.removeprefix("W/")


def _full(answer: Answer) -> bool:
    """Whether one more record would come on a page that is not there yet, and change nothing of this one."""
    size = parse_qs(urlsplit(answer.asked).query).get("per_page")
    if size is None or not answer.body.lstrip().startswith(b"["):
        return False
    return not size[0].isdecimal() or len(answer.json()) >= int(size[0][:9])


def _holds_a_secret(text: str) -> bool:
    """Also where it is escaped as JSON allows for any character."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "/", text)
    return PROCESS.counted(text)[1] > 0
