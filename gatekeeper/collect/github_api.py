"""Asks GitHub's REST interface as its rules want it: one question at a time, next pages by ``Link``, limits respected.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gatekeeper.collect.github_kept import NOT_MODIFIED, kept_answers, revived, still_holds, worth_keeping
from gatekeeper.collect.interface import CollectRequest, Refused
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.net.answer import Answer, status_remedy, status_text
from gatekeeper.net.retries import pause
from gatekeeper.secrets import SecretText

if TYPE_CHECKING:
    from gatekeeper.collect.net.client import HttpClient

Record = dict[str, Json]

VERSION = "2022-11-28"
"""The version of the interface whose shapes are read here."""

JSON = "application/vnd.github+json"
SHA = "application/vnd.github.sha"

PER_PAGE = "100"
MOST_PAGES = 1000
NO_HINT = 60
"""Seconds to wait where GitHub says that there is a limit, and not until when."""

_GHOST = 10137
"""The account that GitHub puts in the place of every one that was deleted."""

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)', re.ASCII)
_NEXT = re.compile(r"\brel\b[^,;]*\bnext\b", re.ASCII | re.IGNORECASE)
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]+))', re.ASCII | re.IGNORECASE)


class GitHub:
    """One repository, asked for one source. Close it.

    Attributes:
        path: the path of the repository, put before the paths that are asked for.
        observed_at: when the first answer was made; what came later is not older.
    """

    def __init__(self, client: HttpClient, request: CollectRequest[Any], token: SecretText | None) -> None:
        self._client = client
        self._request = request
        self._headers: dict[str, SecretText | str] = {"X-GitHub-Api-Version": VERSION}
        self._token = token is not None
        if token is not None:
            self._headers["Authorization"] = SecretText(f"Bearer {token}", token.references)
        self._kept = kept_answers(request, token)
        self.path = f"repos/{request.config.repository}"
        self.observed_at: datetime | None = None

    def close(self) -> None:
        """Let go of what was kept for too long."""
        if self._kept is not None:
            self._kept.close()

    def get(
        self, path: str, query: Mapping[str, str] | None = None, accept: str = JSON, but: Container[int] = ()
    ) -> Answer:
        """The answer to one question, asked again after a limit where the deadline allows it.

        Args:
            path: what to ask for, or a whole URL.
            query: what to put behind it.
            accept: the media type to ask for.
            but: statuses that are an answer although they are none of success.

        Raises:
            Refused: its status is none of success, or the limit holds longer than there is time.
        """
        waits = 0
        while True:
            answer = self._ask(self._whole(path), query or {}, accept)
            if not _limited(answer):
                break
            waits += 1
            self._wait(answer, waits)
        if not answer.ok and answer.status not in but:
            raise Refused("failed", self._told(answer), self._remedy(answer.status))
        if self.observed_at is None:
            self.observed_at = answer.dated
        return answer

    def _ask(self, path: str, query: Mapping[str, str], accept: str) -> Answer:
        """The answer to a question: the one that was kept, where GitHub says that it still holds."""
        headers = {**self._headers, "Accept": accept}
        pairs = tuple(query.items())
        if self._kept is None:
            return self._client.get(path, query=pairs, headers=headers, final=_too_many)
        config = self._request.config
        question = (config.url, path, *(f"{name}={value}" for name, value in pairs), accept, VERSION)
        kept = self._kept.find(question, config.max_bytes)
        if kept is not None:
            known = {**headers, "If-None-Match": kept.etag}
            answer = self._client.get(path, query=pairs, headers=known, final=_too_many)
            if answer.status == NOT_MODIFIED and still_holds(kept, answer):
                return revived(kept, answer)
        if kept is None or answer.status == NOT_MODIFIED:
            answer = self._client.get(path, query=pairs, headers=headers, final=_too_many)
        found = worth_keeping(answer, last=_is_last(answer))
        if found is not None:
            self._kept.keep(question, found)
        return answer

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """Every page of a list. Where the next one is, the ``Link`` header says; nothing is worked out here.

        Raises:
            Refused: as ``get``; the pages lead in a circle, or there are too many.
        """
        answer = self.get(path, {"per_page": PER_PAGE, **(query or {})})
        seen: set[str] = set()
        while True:
            yield answer
            following = next_page(answer)
            if following is None:
                return
            if following in seen:
                raise Refused("failed", f"the pages of {answer.asked} lead in a circle")
            seen.add(following)
            if len(seen) >= MOST_PAGES:
                raise Refused("truncated", f"{answer.asked} has a further page; at most {MOST_PAGES} are read")
            answer = self.get(following)

    def steady_list(self, path: str, query: Mapping[str, str], taken: Callable[[Record], Record]) -> list[Record]:
        """Every record of a list that does not say how many there are.

        What leaves the list while its pages are read moves the rest forward, and one record is then on no page. So a
        list of several pages is read twice, and has to be the same.

        Args:
            path: what to ask for.
            query: what to put behind it.
            taken: what to keep of each record.

        Raises:
            Refused: as ``pages``; an answer is no list of objects, or the list changed while it was read.
        """
        pages = [[taken(record) for record in records(answer)] for answer in self.pages(path, query)]
        found = [record for page in pages for record in page]
        if len(pages) > 1:
            again = [taken(record) for answer in self.pages(path, query) for record in records(answer)]
            if found != again:
                raise Refused("failed", "the list changed while its pages were read: collect again")
        return found

    def commit_of(self, ref: str) -> str:
        """The commit that a branch, a tag or the beginning of a commit's digest stands for now.

        Raises:
            Refused: as ``get``.
        """
        return ref if _COMMIT.fullmatch(ref) else self._commit(self.get(_commit_path(ref), accept=SHA))

    def commit_of_tag(self, tag: str) -> str | None:
        """The commit that a tag leads to; None where there is no such tag.

        Raises:
            Refused: as ``get``.
        """
        answer = self.get(_commit_path(f"tags/{tag}"), accept=SHA, but={404, 422})
        return self._commit(answer) if answer.ok else None

    def _commit(self, answer: Answer) -> str:
        try:
            told = answer.body.decode("ascii").strip()
        except UnicodeDecodeError:
            told = ""
        if not _COMMIT.fullmatch(told):
            raise Refused("mistyped", f"{answer.asked} did not answer with a commit's digest")
        return told

    def judged(self) -> str | None:
        """The commit that the collection is about, as its subject has it."""
        return self._request.subject.commit

    def about(self, commit: str) -> Subject:
        """A subject with this commit; written as the collection's own where that is a short form of it."""
        judged = self.judged()
        short = judged is not None and len(judged) >= 7 and commit.startswith(judged)
        return Subject(commit=judged if short else commit)

    def _whole(self, path: str) -> str:
        return path if path.startswith(("http://", "https://")) else f"{self.path}/{path}"

    def _wait(self, answer: Answer, waits: int) -> None:
        """Wait until the limit ends.

        Raises:
            Refused: it ends too late, or there were too many.
        """
        now = answer.dated or self._request.clock()
        reset = answer.headers.get("x-ratelimit-reset", "")
        told = answer.headers.get("retry-after")
        if told is None and answer.headers.get("x-ratelimit-remaining") == "0" and _digits(reset):
            told = str(max(0, int(reset) - int(now.timestamp())) + 1)
        seconds = pause(waits, told or str(NO_HINT * waits), now)
        if waits > self._request.config.retries or seconds >= self._request.deadline.left:
            until = instant_text((now + timedelta(seconds=seconds)).replace(microsecond=0))
            whose = "" if self._token else " (no token was sent)"
            raise Refused("failed", f"{answer.asked}: rate limit until {until}{whose}", status_remedy(429))
        time.sleep(seconds)

    def _remedy(self, status: int) -> str:
        if status in {401, 403, 404} and not self._token:
            return "send a token that may read it, with token: ${env:NAME}; or see that the repository is the right one"
        return status_remedy(status)

    def _told(self, answer: Answer) -> str:
        line = f"{answer.asked} answered {status_text(answer.status)}"
        sent = "the token" if self._token else "nobody without a token"
        match answer.status:
            case 401:
                line += f": {'the token is not accepted' if self._token else 'it needs a token'}"
            case 403:
                line += f": {sent} may {'not ' if self._token else ''}read this"
            case 404:
                line += f": it is not there, or {sent} may {'not ' if self._token else ''}see it"
        said = _message(answer)
        return f"{line}; GitHub says {shown(said, 120)}" if said else line


def next_page(answer: Answer) -> str | None:
    """The URL of the next page; None on the last one.

    Raises:
        Refused: the ``Link`` header names a next page that is no whole URL, or in a way that cannot be read.
    """
    link = answer.headers.get("link", "")
    for url, parameters in _LINK.findall(link):
        rel = _REL.search(parameters)
        if rel is not None and "next" in (rel[1] or rel[2] or "").lower().split():
            if not url.startswith(("http://", "https://")):
                raise Refused("failed", f"the next page of {answer.asked} is no whole URL")
            return str(url)
    if _NEXT.search(link):  # else a part of a list would be taken for all of it
        raise Refused("failed", f"the next page of {answer.asked} cannot be read from its Link header")
    return None


def _is_last(answer: Answer) -> bool:
    try:
        return next_page(answer) is None
    except Refused:  # whoever asks for the next page is told
        return True


def records(answer: Answer) -> list[Record]:
    """The objects of an answer that is a list of them.

    Raises:
        Refused: it is something else.
    """
    return objects(answer.json(), f"the answer of {answer.asked}")


def objects(listed: Json, where: str) -> list[Record]:
    """A list of objects.

    Raises:
        Refused: it is something else; ``where`` says what should be one.
    """
    if not isinstance(listed, list):
        raise Refused("mistyped", f"{where} should be a list, not {shown(listed)}")
    for index, each in enumerate(listed):
        if not isinstance(each, dict):
            raise Refused("mistyped", f"{where}[{index}] is {shown(each)}, not an object")
    return listed  # type: ignore[return-value]  # each was looked at


def an_object(answer: Answer) -> Record:
    """The object of an answer that is one.

    Raises:
        Refused: it is something else.
    """
    body = answer.json()
    if not isinstance(body, dict):
        raise Refused("mistyped", f"the answer of {answer.asked} should be an object, not {shown(body)}")
    return body


def _commit_path(ref: str) -> str:
    return f"commits/{quote(ref, safe='/')}"


def account(told: Json, where: str) -> Json:
    """Who did something; None where the account is no longer there.

    Raises:
        Refused: it is no account; ``where`` says what should be one.
    """
    if told is None:
        return None
    if not isinstance(told, dict) or type(told.get("id")) is not int:
        raise Refused("mistyped", f"{where} is {shown(told)}, not an account with an id")
    return None if told["id"] == _GHOST else {"id": told["id"], "login": told.get("login"), "type": told.get("type")}


def label_names(told: Json) -> Json:
    """The names of labels, which GitHub writes as objects or as texts."""
    if not isinstance(told, list):
        return told
    return [each.get("name") if isinstance(each, dict) else each for each in told]


def _too_many(answer: Answer) -> bool:
    """429 is looked at here, since GitHub says in headers of its own how long to wait."""
    return answer.status == 429


def _limited(answer: Answer) -> bool:
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    told = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    return told or "rate limit" in _message(answer).lower()


def _message(answer: Answer) -> str:
    """What GitHub says of a failure; empty where it says nothing."""
    try:
        body = parse_json(answer.body) if answer.is_json else None
    except JsonRefused:
        return ""
    said = body.get("message") if isinstance(body, dict) else None
    return said if isinstance(said, str) else ""


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def utc_second(at: datetime) -> str:
    """An instant as GitHub's searches take it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
