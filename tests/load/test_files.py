"""Which policy files there are, and where an id is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import find_policy_files, find_sources_files, scan_ids
from tests.load.conftest import Project


def test_every_policy_file_is_found_in_order_and_tests_of_policies_are_not(project: Project) -> None:
    for name in (
        "b/two.yml",
        "b/one.yaml",
        "a/deep/er.yaml",
        "a/er_test.yaml",
        "a/note.md",
        "a/.hidden.yaml",
        ".git/x.yaml",
    ):
        project.write(f"policies/{name}", "")
    found = [path.relative_to(project.root).as_posix() for path in find_policy_files(project.root)]
    assert found == ["policies/a/deep/er.yaml", "policies/b/one.yaml", "policies/b/two.yml"]


def test_a_link_within_the_project_is_followed(project: Project) -> None:
    project.write("shared/rules.yaml", "")
    project.policy("")
    (project.root / "policies/shop/link.yaml").symlink_to(project.root / "shared/rules.yaml")
    assert [path.name for path in find_policy_files(project.root)] == ["link.yaml", "shop.yaml"]


def test_a_project_without_a_folder_of_policies_is_told_so(project: Project) -> None:
    with pytest.raises(InvalidDocuments, match="policies: there is no such folder"):
        find_policy_files(project.root)
    project.write("policies", "")
    with pytest.raises(InvalidDocuments, match="policies: is no folder"):
        find_policy_files(project.root)


def test_ids_are_found_by_their_lines(project: Project) -> None:
    one = project.policy('kind: Gate\nid: "one" # first\nrules:\n  - id: not-a-policy\n---\nid: two\r\n', "one.yaml")
    again = project.policy("id: one\nid: Not An Id\n", "again.yaml")
    assert scan_ids([one, again], project.root) == {"one": one, "two": one}


def test_a_file_that_cannot_be_read_may_hold_any_id_and_is_told(project: Project) -> None:
    one = project.policy("id: one\n")
    pipe, loop = project.root / "policies/shop/pipe.yaml", project.root / "policies/shop/loop.yaml"
    os.mkfifo(pipe)
    loop.symlink_to(loop.name)
    with pytest.raises(InvalidDocuments) as refused:
        scan_ids([one, pipe, loop, project.root / "none.yaml"], project.root)
    assert [str(each).partition(": ")[0] for each in refused.value.diagnostics] == [
        "none.yaml",
        "policies/shop/loop.yaml",
        "policies/shop/pipe.yaml",
    ]
    assert "policies/shop/pipe.yaml: is not a regular file" in str(refused.value)


def test_a_folder_that_cannot_be_listed_is_told_and_not_passed_over(project: Project) -> None:
    project.policy("")
    project.write("evidence/shop/sources.local.yaml", "")
    assert len(find_sources_files(project.root)) == 1
    # A path longer than the system takes cannot be listed, not even by root.
    above = os.open(project.root / "policies/shop", os.O_RDONLY)
    for _ in range(17):
        os.mkdir("x" * 250, dir_fd=above)
        below = os.open("x" * 250, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    os.close(above)
    with pytest.raises(InvalidDocuments, match="cannot be read: File name too long"):
        find_policy_files(project.root)
    (project.root / "evidence/round").symlink_to("round")
    with pytest.raises(InvalidDocuments, match="evidence/round: cannot be read: "):
        find_sources_files(project.root)


def test_only_sources_files_of_the_system_that_is_asked_for_are_found(project: Project) -> None:
    for name in ("a/sources.x.yaml", "b/sources.x.yaml", "b/sources.y.yaml", "b/sources.yaml", "b/other.yaml", "note"):
        project.write(f"evidence/{name}", "")

    def found(system: str | None = None) -> list[str]:
        files = find_sources_files(project.root, "evidence", system)
        return [each.relative_to(project.root / "evidence").as_posix() for each in files]

    assert found() == ["a/sources.x.yaml", "b/sources.x.yaml", "b/sources.y.yaml"]
    assert found("b") == ["b/sources.x.yaml", "b/sources.y.yaml"]
    assert found("none") == []


def test_importing_the_room_imports_no_library() -> None:
    libraries = "('pydantic', 'ruamel.yaml', 'lark', 'jsonschema')"
    code = f"import sys, gatekeeper.load; print([each for each in {libraries} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_loading_a_policy_without_a_schema_does_not_import_jsonschema(project: Project) -> None:
    project.policy(
        "apiVersion: gatekeeper/v1\nkind: Gate\nid: shop\ntitle: Open?\nowner: team\nrules:\n"
        "  - {id: a, title: A, enforcement: blocking, severity: high, expect: true}\n"
    )
    code = (
        "import sys\nfrom pathlib import Path\nfrom gatekeeper.load import find_policy_files, load_policies\n"
        "root = Path('.')\nload_policies(find_policy_files(root), root)\nprint('jsonschema' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout.strip() == "False"
