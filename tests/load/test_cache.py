"""Policies that are kept between runs: faster, and never different."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import find_policy_files, load_policies
from gatekeeper.load.source import read_source
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Expect
from tests.conftest import ROOT


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of its own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the shipped policies of one system."""
    shutil.copytree(ROOT / "policies/rgl8r", tmp_path / "project/policies/rgl8r")
    return tmp_path / "project"


def load(project: Path) -> PolicySet:
    return load_policies(find_policy_files(project), project)[0]


def entries(cache: Path) -> list[Path]:
    return sorted(cache.glob("policies-*.pickle"))


def told(policies: PolicySet) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What two sets of policies have in common where they are the same."""
    return [
        (gate.id, gate.digest, [(rule.id, source(rule.requirement)) for rule in gate.rules])
        for gate in policies.gates.values()
    ]


def source(requirement: object) -> str:
    return requirement.when.source if isinstance(requirement, Expect) else type(requirement).__name__


def test_policies_are_the_same_from_the_cache(tmp_path: Path, cache: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(ROOT / "policies", project / "policies")
    first = load(project)
    assert len(entries(cache)) == 1
    second = load(project)
    assert second is not first
    assert told(second) == told(first)


def test_a_cached_expression_gives_the_same_values(project: Path, cache: Path) -> None:
    bindings = {"mode": {"mode": "rgl8r-degraded", "state": "normal", "since": None}}

    def value() -> object:
        (rule,) = [each for each in load(project).gates["p11-h"].rules if each.id == "no-degraded-mode"]
        assert isinstance(rule.requirement, Expect)
        return rule.requirement.when.program.run(bindings)

    assert value() is True
    assert value() is True
    assert entries(cache)


def test_a_changed_policy_is_read_anew(project: Path, cache: Path) -> None:
    before = load(project)
    file = project / "policies/rgl8r/p11-f.yaml"
    file.write_text(file.read_text().replace("default: 7d", "default: 6d"))
    assert load(project).gates["p11-f"].digest != before.gates["p11-f"].digest
    assert len(entries(cache)) == 2


def test_what_was_refused_is_refused_again(project: Path, cache: Path) -> None:
    file = project / "policies/rgl8r/p11-f.yaml"
    file.write_text(file.read_text().replace("kind: Gate", "kind: Gat"))
    for _ in range(2):
        with pytest.raises(InvalidDocuments):
            load(project)
    assert entries(cache) == []


def test_a_damaged_entry_is_not_believed(project: Path, cache: Path) -> None:
    first = load(project)
    entries(cache)[0].write_bytes(b"\x80\x05garbage")
    assert told(load(project)) == told(first)


class Planted:
    """Leaves a mark when a pickle of it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("mode", ["file", "folder", "link"])
def test_an_entry_that_others_could_have_written_is_never_read(
    project: Path, cache: Path, tmp_path: Path, mode: str
) -> None:
    import pickle

    load(project)
    entry = entries(cache)[0]
    mark = tmp_path / "mark"
    entry.write_bytes(pickle.dumps(Planted(mark)))
    if mode == "file":
        entry.chmod(0o666)
    elif mode == "folder":
        cache.chmod(0o777)
    else:
        entry.rename(tmp_path / "elsewhere")
        entry.symlink_to(tmp_path / "elsewhere")
    assert "p11-h" in load(project).gates
    assert not mark.exists()


def test_without_a_folder_to_write_to_policies_load_all_the_same(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GATEKEEPER_CACHE_DIR", str(tmp_path / "file/cache"))
    assert "p11-h" in load(project).gates


GATE = """\
apiVersion: gatekeeper/v1
kind: Gate
id: demo
title: Open?
owner: team
evidence:
  doc: {type: json, max_age: 1h, schema: SCHEMA}
rules:
  - {id: a, title: A, enforcement: blocking, severity: high, expect: doc.ready}
"""


def test_old_entries_do_not_pile_up(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "project/policies/demo"
    folder.mkdir(parents=True)
    (folder / "doc.json").write_text('{"properties": {"ready": {"type": "boolean"}}}')
    for days in range(1, 14):
        (folder / "gate.yaml").write_text(f"{GATE.replace('SCHEMA', 'doc.json')}# {days}\n")
        load(tmp_path / "project")
    assert 1 < len(entries(cache)) <= 8


@pytest.mark.parametrize("linked", ["folder", "file"])
def test_a_schema_behind_a_link_is_refused_since_its_change_would_not_be_noticed(
    tmp_path: Path, cache: Path, linked: str
) -> None:
    folder = tmp_path / "project/policies/demo"
    folder.mkdir(parents=True)
    shared = tmp_path / "project/shared"
    shared.mkdir()
    (shared / "doc.json").write_text('{"properties": {"ready": {"type": "boolean"}}}')
    name = "schemas/doc.json" if linked == "folder" else "doc.json"
    (folder / name.partition("/")[0]).symlink_to(shared if linked == "folder" else shared / "doc.json")
    (folder / "gate.yaml").write_text(GATE.replace("SCHEMA", name))
    with pytest.raises(InvalidDocuments, match="the schema lies behind a symbolic link"):
        load(tmp_path / "project")
    assert entries(cache) == []


def test_a_changed_schema_is_read_anew(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "project/policies/demo"
    (folder / "schemas").mkdir(parents=True)
    (folder / "gate.yaml").write_text(GATE.replace("SCHEMA", "schemas/doc.json"))
    seen = set()
    for types in ("boolean", "string"):
        (folder / "schemas/doc.json").write_text(json.dumps({"properties": {"ready": {"type": types}}}))
        seen.add(load(tmp_path / "project").gates["demo"].digest)
    assert len(seen) == 2


def test_another_version_of_a_library_is_another_entry(
    project: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    monkeypatch.syspath_prepend(str(packages))
    for version in ("1.2.2", "1.3.0"):
        shutil.rmtree(packages, ignore_errors=True)
        (packages / f"lark-{version}.dist-info").mkdir(parents=True)
        load(project)
        load(project)
    assert len(entries(cache)) == 2


def test_what_changes_while_it_is_read_is_not_kept(project: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = project / "policies/rgl8r/p11-f.yaml"

    def change_after_reading(path: Path, root: Path) -> object:
        found = read_source(path, root)
        file.write_text(file.read_text() + "#")
        return found

    monkeypatch.setattr("gatekeeper.load.policies.read_source", change_after_reading)
    load(project)
    assert entries(cache) == []
