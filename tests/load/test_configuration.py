"""The configuration: where it is found, what overrides what, and what is refused."""

from __future__ import annotations

import pytest

from gatekeeper.errors import InvalidDocuments, InvalidInput
from gatekeeper.load import load_configuration
from gatekeeper.load.configuration import Configuration
from tests.load.conftest import Project


def refusal(project: Project, **environ: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        load_configuration(project.root, environ)
    return str(refused.value)


def test_without_any_configuration_the_nearest_folder_with_policies_is_the_root(project: Project) -> None:
    project.write(".git/HEAD", "")
    project.write("service/policies/shop/shop.yaml", "")
    project.write("service/src/deep/x.py", "")
    assert load_configuration(project.root / "service/src/deep", {}) == Configuration(project.root / "service")
    project.write("policies/shop/shop.yaml", "")
    assert load_configuration(project.root, {}).root == project.root


def test_without_policies_the_repository_is_the_root(project: Project) -> None:
    project.write(".git/HEAD", "")
    project.write("src/deep/x.py", "")
    assert load_configuration(project.root / "src/deep", {}).root == project.root


def test_a_file_is_found_upwards_and_variables_override_it(project: Project) -> None:
    file = project.write("gatekeeper.yaml", "environment: staging\ncolor: never\nevidence: proof\n")
    project.write("src/x.py", "")
    read = load_configuration(project.root / "src", {"GATEKEEPER_COLOR": "always", "GATEKEEPER_CORPUS": "/elsewhere"})
    assert read == Configuration(project.root, evidence="proof", environment="staging", color="always", file=file)
    assert read.policies == "policies"
    assert (read.state, read.format) == (".gatekeeper", "text")


def test_the_search_ends_at_the_root_of_the_repository(project: Project) -> None:
    project.write("gatekeeper.yaml", "environment: outer\n")
    project.write("inner/.git/HEAD", "")
    assert load_configuration(project.root / "inner", {}).environment is None


def test_a_table_of_the_project_file_does_as_well(project: Project) -> None:
    file = project.write("pyproject.toml", '[project]\nname = "x"\n[tool.gatekeeper]\nformat = "json"\n')
    assert load_configuration(project.root, {}) == Configuration(project.root, format="json", file=file)


def test_a_project_file_that_is_about_other_things_is_not_looked_at(project: Project) -> None:
    project.write("pyproject.toml", "this is = = no TOML")
    assert load_configuration(project.root, {}).file is None


def test_an_unknown_setting_is_refused_with_a_suggestion(project: Project) -> None:
    project.write("gatekeeper.yaml", "enviroment: staging\ncolor: blue\nstate: ../elsewhere\nformat: 3\n")
    assert refusal(project).splitlines() == [
        "gatekeeper.yaml:1:1: there is no setting `enviroment`",
        "gatekeeper.yaml:2:8: `color`: `blue` is not known",
        "gatekeeper.yaml:3:8: `state`: `../elsewhere` leads out of the project",
        "gatekeeper.yaml:4:9: `format`: must be text",
    ]


def test_the_same_mistakes_in_a_project_file_are_told_with_their_lines(project: Project) -> None:
    project.write("pyproject.toml", '[tool.gatekeeper]\nformat = "json"\nenviroment = "x"\n  color = "blue"\n')
    assert refusal(project).splitlines() == [
        "pyproject.toml:3:1: there is no setting `enviroment`",
        "pyproject.toml:4:3: `color`: `blue` is not known",
    ]


def test_two_configurations_in_one_folder_are_refused(project: Project) -> None:
    project.write("gatekeeper.yaml", "color: never\n")
    project.write("pyproject.toml", '[tool.gatekeeper]\ncolor = "always"\n')
    assert refusal(project) == "pyproject.toml:1:1: there is a gatekeeper.yaml in the same folder"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("- color\n", "gatekeeper.yaml:1:1: a configuration is one mapping of keys to values"),
        ("color: never\n---\ncolor: auto\n", "gatekeeper.yaml:3:1: a configuration is one mapping of keys to values"),
        (
            "color: [\n",
            "gatekeeper.yaml:1:8: the file ends in the middle of a value: a bracket or a brace is not closed",
        ),
    ],
)
def test_a_file_of_another_shape_is_refused(project: Project, content: str, told: str) -> None:
    project.write("gatekeeper.yaml", content)
    assert refusal(project) == told


def test_a_variable_with_a_wrong_value_is_refused_by_its_name(project: Project) -> None:
    told = refusal(project, GATEKEEPER_COLOR="alway")
    assert told == "GATEKEEPER_COLOR: `alway` is not known; did you mean `always`?"


def test_a_store_is_any_path_or_address_whose_password_stands_elsewhere(project: Project) -> None:
    for given in ("kept.db", "/var/lib/kept.db", "postgresql://u:${env:PASS}@h/db", "${file:/run/secrets/store}"):
        project.write("gatekeeper.yaml", f"store: {given}\n")
        assert load_configuration(project.root, {}).store == given
    assert Configuration(project.root).store is None
    assert (
        load_configuration(project.root, {"GATEKEEPER_STORE": "postgresql://u:p@h/db"}).store == "postgresql://u:p@h/db"
    )


@pytest.mark.parametrize("name", ["gatekeeper.yaml", "pyproject.toml"])
@pytest.mark.parametrize("key", ["store", "stroe", "color"])
def test_a_password_that_is_written_into_a_file_is_not_repeated(project: Project, name: str, key: str) -> None:
    address = "postgresql://u:correct-horse-battery@h/db"
    yaml = name.endswith("yaml")
    project.write(name, f"{key}: {address}\n" if yaml else f'[tool.gatekeeper]\n{key} = "{address}"\n')
    with pytest.raises(InvalidDocuments) as refused:
        load_configuration(project.root, {})
    (told,) = refused.value.diagnostics
    assert "correct-horse" not in repr(told)
    if key == "store":
        assert told.message == "`store`: a password seems to be written here"
        assert told.hint == "write where it is: ${env:NAME} or ${file:/run/secrets/name}"


def test_an_empty_file_and_an_empty_variable_change_nothing(project: Project) -> None:
    file = project.write("gatekeeper.yaml", "# nothing yet\n")
    assert load_configuration(project.root, {"GATEKEEPER_FORMAT": ""}) == Configuration(project.root, file=file)


def test_commands_are_allowed_only_by_a_plain_true_and_a_variable_goes_before_the_file(project: Project) -> None:
    assert not load_configuration(project.root, {}).allow_commands
    project.write("gatekeeper.yaml", "allow_commands: true\n")
    assert load_configuration(project.root, {}).allow_commands
    assert not load_configuration(project.root, {"GATEKEEPER_ALLOW_COMMANDS": "false"}).allow_commands
    project.write("gatekeeper.yaml", "allow_commands: false\n")
    assert load_configuration(project.root, {"GATEKEEPER_ALLOW_COMMANDS": "true"}).allow_commands


@pytest.mark.parametrize("text", ['"true"', "1", "yes", "[]"])
def test_what_is_neither_true_nor_false_switches_nothing(text: str, project: Project) -> None:
    project.write("gatekeeper.yaml", f"allow_commands: {text}\n")
    assert "`allow_commands`: must be true or false" in refusal(project)


@pytest.mark.parametrize("text", ["True", "1", "yes", " true"])
def test_a_variable_that_is_neither_true_nor_false_is_refused(text: str, project: Project) -> None:
    assert "GATEKEEPER_ALLOW_COMMANDS: must be true or false" in refusal(project, GATEKEEPER_ALLOW_COMMANDS=text)
