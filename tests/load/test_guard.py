"""What could harm or deceive is refused, fast and in one line."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.load.conftest import Project

SECONDS = 5.0
"""Far more than any of these takes (the slowest needs half a second); a superlinear parser would need minutes."""

BOMBS = {
    "brackets": "[" * 100_000,
    "braces": "{" * 100_000,
    "brackets-closed": "a: " + "[" * 20_000 + "]" * 20_000,
    "nested-flow": "{a: " * 60_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "colons": ": " * 100_000,
    "levels": "\n".join(" " * level + "a:" for level in range(600)),
    "one-long-scalar": "a: " + "x" * 200_000,
    "one-long-quote": 'a: "' + "\\n" * 100_000 + '"',
    "one-long-block": "a: >\n" + " x\n" * 60_000,
    "one-long-key": "a" * 200_000 + ": 1",
    "many-entries": "a: [" + "1," * 100_000 + "]",
    "many-keys": "\n".join(f"k{number}: 1" for number in range(20_000)),
    "many-documents": "---\n" * 60_000,
    "many-lines": "a\n" * 100_000,
    "laughs": "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "merges": "a: &a {x: 1}\nb: &b\n  <<: [*a, *a]\n",
    "open-quote": '["' + "a\n" * 100_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_refused_in_one_clear_line_and_soon(project: Project, bomb: str) -> None:
    file = project.policy(bomb)
    begun = time.process_time()
    told = project.refusal(file)
    assert time.process_time() - begun < SECONDS
    assert told.startswith("policies/shop/shop.yaml")
    assert told.count("policies/shop/shop.yaml") == 1
    assert "Traceback" not in told
    assert max(len(line) for line in told.splitlines()) < 250


def test_a_hundred_megabytes_are_refused_before_they_are_read(project: Project) -> None:
    file = project.policy("")
    with file.open("r+b") as opened:
        opened.truncate(100 * 1024 * 1024)
    begun = time.process_time()
    told = project.refusal(file)
    assert time.process_time() - begun < 1
    assert told.splitlines()[0] == (
        "policies/shop/shop.yaml: is too large: 104,857,600 bytes; at most 262,144 are read"
    )


def test_a_file_that_is_not_there_a_folder_and_a_pipe_are_each_said_to_be_so(project: Project) -> None:
    folder = project.root / "policies/shop/folder.yaml"
    folder.mkdir(parents=True)
    pipe = project.root / "policies/shop/pipe.yaml"
    os.mkfifo(pipe)
    told = project.refusal(project.root / "policies/shop/none.yaml", folder, pipe, project.root / "a\0b.yaml")
    assert told.splitlines() == [
        "aU+0000b.yaml: cannot be read: embedded null byte",
        "policies/shop/folder.yaml: is a folder, not a file",
        "policies/shop/none.yaml: there is no such file",
        "policies/shop/pipe.yaml: is not a regular file",
    ]


@pytest.mark.usefixtures("bound_by_permissions")
def test_a_file_that_may_not_be_read_is_said_to_be_so(project: Project) -> None:
    file = project.policy("kind: Gate\n")
    file.chmod(0)
    assert "cannot be read: permission denied" in project.refusal(file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"title: caf\xe9\n", "is not UTF-8: byte 0xE9 at byte offset 10 (line 1)"),
        (b"a: 1\nb: \xff\n", "is not UTF-8: byte 0xFF at byte offset 8 (line 2)"),
        ("a: 1\n".encode("utf-16"), "it looks like UTF-16: save it as UTF-8"),
        (b"a: \x00\n", "1:4: control character U+0000 in the file"),
        (b"a: 1\nb: \x1b[31m\n", "2:4: control character U+001B in the file"),
        ("a: \u202egnp.exe\n".encode(), "1:4: invisible direction mark U+202E in the file"),
        ("a: x\u2028b: y\n".encode(), "1:5: control character U+2028 in the file"),
    ],
)
def test_bytes_that_a_reader_would_not_see_are_refused_with_their_place(
    project: Project, content: bytes, told: str
) -> None:
    text = project.refusal(project.policy(content))
    assert told in text
    assert not set(text) & set("\x00\x1b\u202e\u2028")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(project: Project) -> None:
    text = (
        "apiVersion: gatekeeper/v1\nkind: Gate\nid: shop\ntitle: Open?\nowner: team\nrules:\n"
        "  - {id: a, title: A, enforcement: blocking, severity: high, expect: true}\n"
    )
    plain, _ = project.load(project.policy(text))
    windows, _ = project.load(project.policy(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()))
    assert windows == plain or windows.gates["shop"].digest == plain.gates["shop"].digest
    assert windows.gates["shop"].rules[0].place == plain.gates["shop"].rules[0].place


def test_words_and_numbers_are_those_of_yaml_1_2(project: Project) -> None:
    file = project.policy(
        "apiVersion: gatekeeper/v1\nkind: Gate\nid: shop\ntitle: Open?\nowner: no\n"
        "params: {octal: 012, hex: 0x1F, real: 1e3, yes: on, off: False, day: 2026-02-24, sexagesimal: 190:20:30}\n"
        "rules:\n  - {id: a, title: A, enforcement: blocking, severity: high, expect: true}\n"
    )
    gate = project.load(file)[0].gates["shop"]
    assert gate.owner == "no"
    assert {each.name: (each.type, each.default) for each in gate.params} == {
        "octal": ("int", 12),
        "hex": ("int", 31),
        "real": ("number", 1000.0),
        "yes": ("string", "on"),
        "off": ("bool", False),
        "day": ("string", "2026-02-24"),
        "sexagesimal": ("string", "190:20:30"),
    }


def test_a_file_with_very_many_mistakes_tells_the_first_fifty(project: Project) -> None:
    told = project.refusal(project.policy("kind: Gate\n" + "\n".join(f"key{number}: 1" for number in range(300))))
    assert len([line for line in told.splitlines() if line.startswith("policies/")]) == 51
    assert told.count("there are more mistakes from here on; they are not listed") == 1


def test_a_link_out_of_the_project_is_refused(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    from gatekeeper.errors import InvalidDocuments
    from gatekeeper.load import find_policy_files

    outside: Path = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text("kind: Gate\n")
    project.policy("")
    (project.root / "policies/shop/link.yaml").symlink_to(outside)
    with pytest.raises(InvalidDocuments, match=r"policies/shop/link.yaml: is a link that leads out of the project"):
        find_policy_files(project.root)
