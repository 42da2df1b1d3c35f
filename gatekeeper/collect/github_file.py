"""A file of a repository at a commit, compared with the digest that git gives it.

https://docs.github.com/en/rest/repos/contents, https://docs.github.com/en/rest/git/blobs
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from gatekeeper.collect.document.markdown_source import MAX_BYTES
from gatekeeper.collect.document.markdown_value import markdown_value, read_document
from gatekeeper.collect.github_about import refuse_other
from gatekeeper.collect.github_api import GitHub, Record, an_object
from gatekeeper.collect.yaml_text import YamlRefused, parse_yaml
from gatekeeper.model.shown import shown
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.values import Json
from gatekeeper.net.answer import Answer
from gatekeeper.refused import FEWER_BYTES, Refused

_DIGEST = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)


def collect_file(github: GitHub, path: str, ref: str, kind: str, most: int, read_at: datetime) -> tuple[Json, str, str]:
    """A file in the shape of a kind, the commit that it was read at, and the digest of its blob.

    Args:
        github: asks the repository.
        path: the path in the repository.
        ref: a branch, a tag or a commit.
        kind: ``markdown``, ``json`` or ``yaml``.
        most: the largest file in bytes.
        read_at: when it is read.

    Raises:
        Refused: it cannot be had, is no file, is too large, is not what its digest says or not of its kind.
    """
    commit = github.commit_of(ref)
    answer = github.get(f"contents/{quote(path, safe='/')}", {"ref": commit})
    told = answer.json()
    if not isinstance(told, dict) or told.get("type") != "file":
        what = "a folder" if isinstance(told, list) else shown(told.get("type") if isinstance(told, dict) else told)
        raise Refused("mistyped", f"{shown(path, 120)} is {what}, not a file")
    refuse_other(github, told)
    size, blob = told.get("size"), told.get("sha")
    if type(size) is not int or not isinstance(blob, str) or not _DIGEST.fullmatch(blob):
        raise Refused("mistyped", f"the answer of {answer.asked} does not say the size and the digest of the file")
    if size > most:
        told_size = f"{size:,} bytes; at most {most:,} are read (max_bytes)"
        raise Refused("failed", f"{shown(path, 120)} is too large: {told_size}", FEWER_BYTES)
    if told.get("encoding") == "none":  # files over 1 MB are not in that answer
        answer = github.get(f"git/blobs/{blob}")
        told = an_object(answer)
    data = _decoded(told, answer)
    if len(data) != size or _digest(data, blob) != blob:
        raise Refused("failed", f"{shown(path, 120)} is not what its digest says: it was changed on the way")
    value = _markdown(data, path, read_at) if kind == "markdown" else _READ[kind](data, path)
    return value, commit, blob


def _decoded(told: Record, answer: Answer) -> bytes:
    content = told.get("content")
    if told.get("encoding") != "base64" or not isinstance(content, str):
        raise Refused("mistyped", f"the answer of {answer.asked} has no content in base64")
    try:
        return b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("mistyped", f"the answer of {answer.asked} has content that is no base64") from None


def _digest(data: bytes, like: str) -> str:
    """The digest that git gives a file; with SHA-256 in repositories that use it."""
    made = hashlib.sha1(usedforsecurity=False) if len(like) == 40 else hashlib.sha256()
    made.update(b"blob %d\0" % len(data))
    made.update(data)
    return made.hexdigest()


def _markdown(data: bytes, path: str, read_at: datetime) -> Json:
    if len(data) > MAX_BYTES:
        raise Refused("failed", f"{shown(path, 120)} is too large: {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    return markdown_value(read_document(data, path), path, lambda _name, _fragment: None, read_at)


def _json(data: bytes, path: str) -> Json:
    try:
        return parse_json(data, max_bytes=max(1, len(data)))
    except JsonRefused as error:
        raise Refused("mistyped", f"{shown(path, 120)} {error}") from None


def _yaml(data: bytes, path: str) -> Json:
    try:
        return parse_yaml(data)
    except YamlRefused as error:
        raise Refused("mistyped", f"{shown(path, 120)} {error}") from None


_READ: dict[str, Callable[[bytes, str], Json]] = {"json": _json, "yaml": _yaml}
