"""Files of sources: what arrives, and what is refused."""

from __future__ import annotations

import pytest

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import load_sources, render_diagnostics
from gatekeeper.model.place import Place
from gatekeeper.model.snapshot import Subject
from tests.load.conftest import Project

GOOD = """\
apiVersion: gatekeeper/v1
kind: Sources
system: shop
environment: staging
subject: {service: shop-api, environment: staging, commit: "1234567"}
sources:
  book: {collector: markdown, file: documents/book.md}
  runs:
    collector: workflow_runs
    files: [one.json, two.json]
    limit: null
    nested: {depth: 1.0}
"""


def refusal(project: Project, content: str, name: str = "evidence/shop/sources.staging.yaml") -> str:
    with pytest.raises(InvalidDocuments) as refused:
        load_sources(project.write(name, content), project.root)
    return render_diagnostics(refused.value.diagnostics)


def test_sources_arrive_with_the_place_of_every_value(project: Project) -> None:
    file = project.write("evidence/shop/sources.staging.yaml", GOOD)
    read = load_sources(file, project.root)
    name = "evidence/shop/sources.staging.yaml"
    assert (read.system, read.environment) == ("shop", "staging")
    assert read.subject == Subject("shop-api", "staging", "1234567")
    assert list(read.sources) == ["book", "runs"]
    runs = read.sources["runs"]
    assert (runs.collector, runs.place) == ("workflow_runs", Place(name, 8, 3))
    assert runs.config == {"files": ["one.json", "two.json"], "limit": None, "nested": {"depth": 1.0}}
    assert runs.places["files", 1] == Place(name, 10, 23)
    assert runs.places["nested", "depth"] == Place(name, 12, 21)


def test_mistakes_are_told_with_their_places(project: Project) -> None:
    told = refusal(
        project,
        "apiVersion: gatekeeper/v1\nkind: Sources\nsystem: shops\nenvironment: production\n"
        "subject: {commit: 1234567, environment: staging}\n"
        "sources:\n  now: {collector: markdown}\n  book: {colector: markdown}\n  runs:\n",
    )
    assert [line for line in told.splitlines() if line.startswith("evidence/")] == [
        "evidence/shop/sources.staging.yaml:5:19: `commit` must be text, not a number",
        "evidence/shop/sources.staging.yaml:7:3: `now`: `now` is a name that every expression already has",
        "evidence/shop/sources.staging.yaml:8:9: this source needs `collector`",
        "evidence/shop/sources.staging.yaml:9:3: `runs` has no value",
    ]


def test_the_path_and_the_document_say_the_same(project: Project) -> None:
    text = GOOD.replace("system: shop", "system: store").replace("environment: staging\n", "environment: production\n")
    told = refusal(project, text)
    assert [line for line in told.splitlines() if line.startswith("evidence/")] == [
        "evidence/shop/sources.staging.yaml:3:9: the file lies in the folder `shop`",
        "evidence/shop/sources.staging.yaml:4:14: the file's name says environment `staging`",
        "evidence/shop/sources.staging.yaml:5:43: the subject's environment is not `production`",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the file is empty"),
        (GOOD + "---\n" + GOOD, "a file of sources holds one document"),
        (GOOD.replace("kind: Sources", "kind: Gate"), "a document of kind `Gate` does not belong in this file"),
        (GOOD.replace("kind: Sources", "kind: Source"), "there is no kind `Source`"),
        (GOOD.replace("runs:\n", "runs: &a\n"), "anchors are not allowed"),
    ],
)
def test_what_is_no_file_of_sources_is_refused(project: Project, content: str, told: str) -> None:
    assert told in refusal(project, content)
