"""Which policy files there are, and where an id is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import find_policy_files, scan_ids
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


def test_ids_are_found_by_their_lines_and_what_cannot_be_read_is_left_out(project: Project) -> None:
    one = project.policy('kind: Gate\nid: "one" # first\nrules:\n  - id: not-a-policy\n---\nid: two\r\n', "one.yaml")
    again = project.policy("id: one\nid: Not An Id\n", "again.yaml")
    assert scan_ids([one, again, project.root / "none.yaml", project.root]) == {"one": one, "two": one}


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
