"""The documents name only what exists, and name all that a user needs."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from gatekeeper.cli.exit_codes import PRECEDENCE, ExitCode
from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.rule import Enforcement
from tests.conftest import ROOT
from tests.house.repository import commands, documents, named, options

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"[.\w<>*-]+(/[.\w<>*-]+)+/?|[.\w-]+\.(?:md|toml|yaml|txt)")
NO_PATH = {"gatekeeper/v1", "gatekeeper/transition/v1"}  # names of formats
WRITTEN = {
    "gatekeeper",
    "docs",
    "policies",
    "evidence",
    "tests",
    "scripts",
    "requirements",
    "benchmarks",
    ".ci",
    "examples",
}


def _code(text: str) -> list[str]:
    """Every line of code of a document: of its fences and its spans."""
    fenced = [line for _, block in FENCE.findall(text) for line in block.splitlines()]
    return fenced + SPAN.findall(FENCE.sub("", text))


def _calls(text: str) -> list[list[str]]:
    """Every call of gatekeeper with a command that a document shows, as words."""
    joined = text.replace("\\\n", " ")
    found = []
    for line in _code(joined):
        for part in re.split(r"&&|\||;|#", line):
            words = part.replace("`", " ").split()
            starts = [index for index, word in enumerate(words[:4]) if word.rsplit("/", 1)[-1] == "gatekeeper"]
            prompt_or_path = starts and (starts[0] == 0 or words[0] in {"$", "git", "uses:"})
            if prompt_or_path and len(words) > starts[0] + 1:
                found.append(words[starts[0] + 1 :])
    return found


def _slug(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower())
    return kept.replace(" ", "-")


def _anchors(path: Path) -> set[str]:
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    return {_slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_command_and_option_that_a_document_shows_exists(path: Path) -> None:
    for words in _calls(path.read_text(encoding="utf-8")):
        command = words[0]
        if command.startswith("-"):
            assert command in {"--version", "--help"}, f"{named(path)}: gatekeeper {command}"
            continue
        assert command in commands(), f"{named(path)}: there is no command gatekeeper {command}"
        given = {word.split("=")[0].strip("[],.") for word in words[1:] if re.match(r"\[?--?[a-z]", word)}
        assert given <= options(commands()[command]), f"{named(path)}: gatekeeper {' '.join(words)}"


def test_the_tests_of_documents_would_see_a_bad_one() -> None:
    """What is looked for is found in a document that names what is not there."""
    console = "```console\n$ .venv/bin/gatekeeper evaluat p11-x --nope=1 | cat\n```\n"
    text = f"# One\n\n{console}See `docs/no.md` and [it](no.md#two).\n"
    assert _calls(text) == [["evaluat", "p11-x", "--nope=1"]]
    assert [span for span in SPAN.findall(FENCE.sub("", text)) if PATH.fullmatch(span)] == ["docs/no.md"]
    assert LINK.findall(FENCE.sub("", text)) == ["no.md#two"]
    assert _slug("What `a gate` is, [once](more.md)") == "what-a-gate-is-once"
    shown = [words for path in documents() for words in _calls(path.read_text(encoding="utf-8"))]
    assert {words[0] for words in shown} >= {"evaluate", "collect", "lint", "test"}


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_option_that_a_document_names_belongs_to_a_command(path: Path) -> None:
    known = {"--version"}.union(*(options(command) for command in commands().values()))
    spans = SPAN.findall(FENCE.sub("", path.read_text(encoding="utf-8")))
    named_options = {re.split(r"[ =]", span)[0] for span in spans if re.match(r"--[a-z]", span)}
    assert named_options <= known


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_path_that_a_document_names_exists(path: Path) -> None:
    missing = []
    text = path.read_text(encoding="utf-8")
    made = set(re.findall(r"^`([\w./]+)`:$", text, re.MULTILINE))  # files whose content the document itself gives
    for span in SPAN.findall(FENCE.sub("", text)):
        if span not in made | NO_PATH and "*" not in span and PATH.fullmatch(span) and span.split("/")[0] in WRITTEN:
            pattern = re.sub(r"<[^>]*>", "*", span.rstrip("/"))
            if not any(ROOT.glob(pattern)):
                missing.append(span)
    assert not missing, f"{named(path)} names what is not there"


@pytest.mark.parametrize("path", documents(), ids=named)
def test_every_link_within_the_repository_leads_somewhere(path: Path) -> None:
    dead = []
    for target in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        goal = (path.parent / file).resolve() if file else path
        if not goal.exists() or (anchor and anchor not in _anchors(goal)):
            dead.append(target)
    assert not dead, f"{named(path)} has links that lead nowhere"


@pytest.mark.parametrize("name", ["README.md", "docs/exit-codes.md"])
def test_a_table_of_exit_codes_has_every_code_of_the_program(name: str) -> None:
    rows = re.findall(r"^\| (\d[\d, ]*) \|", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    written = [int(code) for row in rows for code in row.split(",")]
    assert sorted(written) == sorted(ExitCode)


@pytest.mark.parametrize("name", ["docs/exit-codes.md", "docs/adr/0005-exit-codes.md"])
def test_the_order_of_exit_codes_is_the_one_of_the_program(name: str) -> None:
    text = " ".join((ROOT / name).read_text(encoding="utf-8").split())
    (order,) = re.findall(r"130(?: or |/)143,[ then\d,]+", text)
    assert [int(code) for code in re.findall(r"\d+", order)] == list(PRECEDENCE)


def test_the_readme_has_a_row_for_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `gatekeeper ([a-z]+)", readme, re.MULTILINE))
    assert rows == set(commands())


def test_the_glossary_has_every_word_that_a_report_says() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").lower()
    words = [*Verdict, *Outcome, *Enforcement]
    assert not [word for word in words if f"`{word.value.lower()}`" not in glossary]


def test_the_glossary_is_in_use() -> None:
    """Each term of the glossary is said somewhere else, in a document or in the code."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = [term.strip("`") for term in re.findall(r"^\| \*\*(.+?)\*\* \|", text, re.MULTILINE)]
    assert len(terms) > 20
    others = [path for path in documents() if path.name != "glossary.md"] + list((ROOT / "gatekeeper").rglob("*.py"))
    said = "\n".join(path.read_text(encoding="utf-8") for path in others).lower()
    assert not [term for term in terms if term not in said]


def test_the_changelog_says_what_is_to_come_and_lists_versions_from_new_to_old() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert headings[0] == "Unreleased"
    versions = [tuple(int(part) for part in heading.split(".")) for heading in headings[1:]]
    assert all(newer > older for newer, older in pairwise(versions))


def test_adrs_are_numbered_once_and_titled() -> None:
    paths = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in paths]
    assert numbers == list(range(1, len(paths) + 1))
    for number, path in zip(numbers, paths, strict=True):
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), named(path)
