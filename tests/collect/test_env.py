"""The collector ``env``: what it says of variables, and that it says nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import check_sources, collect
from gatekeeper.errors import InvalidDocuments
from gatekeeper.model.snapshot import Evidence
from tests.collect.sources import NOW, sources

SECRET = "postgres://ada:hunter2hunter2@db.internal/shop"


def look(variables: dict[str, Any], **environ: str) -> Evidence:
    config = {"collector": "env", "variables": variables}
    (found,) = collect(sources(it=config), None, lambda: NOW, Path(), environ=environ)
    return found


def told(variables: dict[str, Any], **environ: str) -> Any:
    found = look(variables, **environ)
    assert found.failure is None, found.failure
    assert isinstance(found.value, dict)
    return found.value["variables"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, {"present": False, "empty": None, "matches": None}),
        ({"DATABASE_URL": ""}, {"present": True, "empty": True, "matches": False}),
        ({"DATABASE_URL": SECRET}, {"present": True, "empty": False, "matches": True}),
        ({"DATABASE_URL": "sqlite:///x"}, {"present": True, "empty": False, "matches": False}),
        ({"database_url": SECRET}, {"present": False, "empty": None, "matches": None}),
    ],
)
def test_what_is_said_of_a_variable(environ: dict[str, str], expected: dict[str, Any]) -> None:
    assert told({"DATABASE_URL": {"pattern": "^postgres"}}, **environ) == {"DATABASE_URL": expected}


def test_without_a_pattern_nothing_is_said_of_the_content() -> None:
    assert told({"A": {}}, A="x") == {"A": {"present": True, "empty": False, "matches": None}}


def test_a_pattern_is_found_anywhere_unless_it_says_where() -> None:
    assert told({"A": {"pattern": "b"}}, A="abc")["A"]["matches"]
    assert not told({"A": {"pattern": "^b$"}}, A="abc")["A"]["matches"]


def test_neither_the_value_nor_its_length_nor_its_digest_is_in_the_evidence() -> None:
    long = look({"A": {"pattern": "^p"}}, A=SECRET)
    short = look({"A": {"pattern": "^p"}}, A="p")
    assert long.digest == short.digest
    assert long == short
    assert "hunter2" not in json.dumps(long.value) + long.source + str(long.request)


def test_a_value_that_is_no_text_is_mistyped_where_a_pattern_is_looked_for() -> None:
    found = look({"A": {"pattern": "x"}}, A="\udce9")
    assert found.failure is not None
    assert found.failure.cause == "mistyped"
    assert found.failure.detail == "the variable A is not UTF-8, so no pattern can be looked for"
    assert told({"A": {}}, A="\udce9")["A"]["present"]


def test_a_pattern_that_others_would_never_end_with_is_no_trouble() -> None:
    assert not told({"A": {"pattern": "^(a+)+$"}}, A="a" * 100_000 + "!")["A"]["matches"]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "variables"),
        ({"A B": {}}, "variables"),
        ({"A=": {}}, "variables"),
        ({"A": {"pattern": "("}}, "is no pattern of RE2"),
        ({"A": {"pattern": "(?=x)"}}, "is no pattern of RE2"),
        ({"A": {"patern": "x"}}, 'has no setting "patern"'),
        ({"A": {"pattern": "${env:A}"}}, "takes no reference to a secret"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_read(variables: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDocuments) as refused:
        check_sources(sources(it={"collector": "env", "variables": variables}))
    assert said in str(refused.value)


def test_a_variable_that_is_called_like_a_credential_is_no_credential() -> None:
    assert told({"GITHUB_TOKEN": {"pattern": "^gh[pos]_"}}, GITHUB_TOKEN="ghp_x")["GITHUB_TOKEN"]["matches"]
    with pytest.raises(InvalidDocuments, match="a credential seems to be written here"):
        check_sources(sources(it={"collector": "env", "variables": {"A": {"pattern": "ghp_" + "a" * 30}}}))
