"""Nothing in the repository leads outside of it."""

from __future__ import annotations

import re
import tomllib

from tests.conftest import ROOT
from tests.house.repository import files, named

# Put together from parts, so that this file does not name what it looks for.
INDEX_HOSTS = (
    "pypi" + ".org",
    "pypi" + ".python.org",
    "python" + "hosted",
    "npm" + "js",
    "debian" + ".org",
    "anaconda" + ".org",
    "crates" + ".io",
    "ruby" + "gems",
    "proxy." + "golang",
)
INDEX_OPTIONS = ("--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "index" + "-url =")
FOREIGN_LOCKS = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "package-lock.json", "yarn.lock"}
BESIDE_THE_CLONE = ".." + "/shared"
ABSOLUTE_HOMES = re.compile(r"(?<![\w.])/(?:work|home|Users|root)/")


def _texts() -> dict[str, str]:
    texts = {}
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content:
            texts[named(path)] = content.decode("utf-8", errors="replace")
    return texts


def test_no_file_names_a_package_index() -> None:
    found = {(name, host) for name, text in _texts().items() for host in INDEX_HOSTS if host in text.lower()}
    assert not found


def test_no_file_but_the_lock_writer_sets_an_index() -> None:
    texts = _texts()
    texts.pop("scripts/lock")  # says that none is to be written
    assert not {(name, option) for name, text in texts.items() for option in INDEX_OPTIONS if option in text}


def test_there_is_no_lock_that_names_an_index() -> None:
    assert not {named(path) for path in files() if path.name in FOREIGN_LOCKS}


def test_only_ci_knows_what_lies_beside_the_clone() -> None:
    assert {name for name, text in _texts().items() if BESIDE_THE_CLONE in text} == {".ci/run"}


def test_no_file_knows_where_somebody_keeps_the_clone() -> None:
    assert not {name for name, text in _texts().items() if ABSOLUTE_HOMES.search(text)}


def test_every_package_of_the_lock_is_pinned_with_a_hash() -> None:
    lock = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in lock.splitlines() if line and not line.startswith("#")]
    assert len(entries) > 30
    assert not [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]


def test_the_lock_has_every_package_that_the_metadata_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(each for extra in extras for each in extra)]
    lock = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    names = {re.split(r"[\[<>=~! ]", each)[0].lower().replace(".", "-").replace("_", "-") for each in wanted}
    assert names <= locked


def test_every_shell_script_stops_at_the_first_error() -> None:
    scripts = [path for path in files() if path.read_bytes().startswith(b"#!/usr/bin/env bash")]
    assert {"scripts/check", "scripts/lock", ".ci/run"} <= {named(path) for path in scripts}
    assert not [named(path) for path in scripts if "set -euo pipefail" not in path.read_text(encoding="utf-8")]
