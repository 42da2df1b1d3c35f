"""Every collector of files, whatever stands where its file should be: one clear line, and never an exception."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import COLLECTORS
from gatekeeper.collect.net.settings import NetConfig
from gatekeeper.model.kinds import KINDS
from tests.collect.sources import refusal_of, write

LIVE = {
    word
    for word, each in COLLECTORS.items()
    if issubclass(each.config, NetConfig) or "file" not in each.config.model_fields
}
"""Collectors that read no file; tests/collect/test_faults.py is for those on the network."""

ALL = pytest.mark.parametrize("word", sorted(COLLECTORS))
EVERY = pytest.mark.parametrize("word", sorted(set(COLLECTORS) - LIVE))
JSON_READERS = sorted(set(COLLECTORS) - LIVE - {"coverage", "junit", "markdown", "yaml"})
SUFFIX = {"coverage": ".xml", "junit": ".xml", "markdown": ".md", "yaml": ".yaml"}


def _refusal(base: Path, word: str, file: str) -> str:
    line = refusal_of(base, collector=word, file=file)
    assert "\n" not in line
    assert len(line) < 300
    return line


@ALL
def test_a_collector_is_known_by_the_word_that_it_says(word: str) -> None:
    assert COLLECTORS[word].kind == word
    assert COLLECTORS[word].gives in KINDS


@EVERY
def test_a_missing_file_is_named(word: str, tmp_path: Path) -> None:
    assert _refusal(tmp_path, word, "gone.x") == 'failed: "gone.x" there is no such file or folder'


@EVERY
def test_a_folder_is_refused(word: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert _refusal(tmp_path, word, "folder") == 'failed: "folder" is a folder, not a file'


@EVERY
def test_a_path_through_a_file_is_refused(word: str, tmp_path: Path) -> None:
    write(tmp_path, "file", "{}")
    assert _refusal(tmp_path, word, "file/x") == 'failed: "file/x" a part of the path is no folder'


@EVERY
def test_a_pipe_is_refused_and_holds_nothing_up(word: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert _refusal(tmp_path, word, "pipe") == 'failed: "pipe" is not a regular file'


@EVERY
@pytest.mark.usefixtures("bound_by_permissions")
def test_a_file_without_permission_is_refused(word: str, tmp_path: Path) -> None:
    write(tmp_path, "secret", "{}")
    (tmp_path / "secret").chmod(0)
    assert _refusal(tmp_path, word, "secret") == 'failed: "secret" permission denied'


@EVERY
@pytest.mark.parametrize("file", ["../outside.json", "a/../../outside.json", "a/.."])
def test_a_path_out_of_the_folder_is_refused(word: str, file: str, tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    write(tmp_path, "outside.json", "{}")
    assert "leads out of the sources file's folder" in _refusal(base, word, file)


@EVERY
def test_an_absolute_path_is_refused(word: str, tmp_path: Path) -> None:
    write(tmp_path, "a.json", "{}")
    for file in (str(tmp_path / "a.json"), "C:\\a.json", "file:a.json", "~root\\x"):
        assert "is no relative path" in _refusal(tmp_path, word, file)


@EVERY
def test_a_symbolic_link_is_not_followed(word: str, tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    write(tmp_path, "outside/a.json", "{}")
    (base / "link.json").symlink_to(tmp_path / "outside" / "a.json")
    (base / "folder").symlink_to(tmp_path / "outside")
    for file in ("link.json", "folder/a.json"):
        assert "leads through a symbolic link, which is not followed" in _refusal(base, word, file)


@EVERY
def test_a_file_of_a_hundred_megabytes_is_refused_unread(word: str, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    line = _refusal(tmp_path, word, "large")
    assert line.startswith('failed: "large" is too large: 104,857,600 bytes; at most ')


@EVERY
def test_an_empty_file_is_no_evidence(word: str, tmp_path: Path) -> None:
    write(tmp_path, "empty" + SUFFIX.get(word, ".json"), "")
    assert "is empty" in _refusal(tmp_path, word, "empty" + SUFFIX.get(word, ".json"))


@EVERY
def test_a_file_that_is_not_utf_8_is_refused_with_the_place(word: str, tmp_path: Path) -> None:
    file = write(tmp_path, "latin" + SUFFIX.get(word, ".json"), '"a"\n"é"'.encode("latin-1"))
    assert "is not UTF-8: byte 0xE9 at byte offset 5 (line 2)" in _refusal(tmp_path, word, file)


@pytest.mark.parametrize("word", sorted(set(SUFFIX) - {"markdown"}))
def test_the_place_counts_the_byte_order_mark(word: str, tmp_path: Path) -> None:
    file = write(tmp_path, "marked" + SUFFIX[word], b'\xef\xbb\xbf"a"\n"\xe9"')
    assert "is not UTF-8: byte 0xE9 at byte offset 8 (line 2)" in _refusal(tmp_path, word, file)


@pytest.mark.parametrize("word", JSON_READERS)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[" * 100_000, "is nested deeper than 64 levels"),
        ('{"a": 1, "a": 2}', 'has the key "a" twice in one object'),
        ('{"a": NaN}', "has NaN, which is no JSON number"),
        ('{"a": 1e999}', "has a number that no double can hold: 1e999"),
        ('{"a": ' + "9" * 5000 + "}", "has an integer beyond 64 bits: 9999"),
        ('{"a": "\\ud800"}', "has half of a character (a lone surrogate) in a string at a"),
        ("{} {}", "is no JSON: extra data at line 1, column 4"),
        ("\ufeff{}", "starts with a byte order mark"),
    ],
)
def test_json_is_read_strictly(word: str, content: str, said: str, tmp_path: Path) -> None:
    line = _refusal(tmp_path, word, write(tmp_path, "a.json", content))
    assert line.startswith('mistyped: "a.json" ')
    assert said in line


@pytest.mark.parametrize("word", sorted(set(JSON_READERS) - {"json"}))
@pytest.mark.parametrize("content", ["null", "true", "7", '"text"', "[]", "{}", '[{"a": {}}]', '{"status": 7}'])
def test_json_of_another_shape_is_mistyped(word: str, content: str, tmp_path: Path) -> None:
    assert _refusal(tmp_path, word, write(tmp_path, "a.json", content)).startswith("mistyped: ")


@pytest.mark.parametrize("word", ["json", "yaml"])
def test_a_number_that_canonical_json_cannot_carry_is_mistyped(word: str, tmp_path: Path) -> None:
    file = write(tmp_path, "a." + word, '{"a": [9007199254740993]}')
    assert _refusal(tmp_path, word, file) == "mistyped: a[0]: 9007199254740993 is beyond ±(2^53 - 1)"


@EVERY
def test_the_byte_limit_can_be_lowered(word: str, tmp_path: Path) -> None:
    file: Any = write(tmp_path, "a" + SUFFIX.get(word, ".json"), '"' + "a" * 200 + '"')
    line = refusal_of(tmp_path, collector=word, file=file, max_bytes=100)
    assert line.endswith("is too large: 202 bytes; at most 100 are read (max_bytes)")
