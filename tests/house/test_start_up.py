"""Starting is fast because nothing is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

HEAVY = {
    "celpy",
    "fastapi",
    "hypothesis",
    "httpx",
    "jsonschema",
    "lark",
    "markdown_it",
    "pydantic",
    "re2",
    "rich",
    "ruamel",
    "alembic",
    "sqlalchemy",
}

PROBE = """
import sys
sys.argv = ["gatekeeper", *sys.argv[1:]]
try:
    from gatekeeper.__main__ import main
    code = main()
except SystemExit as exit:
    code = exit.code
print()
print(sorted({name.partition(".")[0] for name in sys.modules}))
sys.exit(code)
"""


def _imported_by(*arguments: str) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode in {0, 1, 3}, ran.stderr
    found = ran.stdout.strip().splitlines()[-1]
    return {name.strip(" '") for name in found.strip("[]").split(",")}


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_asking_for_no_decision_imports_no_heavy_package(argument: str) -> None:
    imported = _imported_by(argument)
    assert "gatekeeper" in imported, "the probe sees what is imported"
    assert not imported & HEAVY


@pytest.mark.parametrize(
    "arguments", [("evaluate", "p11-f", "--as-of", "2026-03-03T09:00:00Z"), ("lint",)], ids=lambda each: each[0]
)
def test_what_asks_no_server_imports_no_client(arguments: tuple[str, ...]) -> None:
    imported = _imported_by(*arguments)
    assert "pydantic" in imported, "the probe sees what is imported"
    assert not imported & {"httpx", "httpcore", "certifi", "cryptography", "psycopg", "pyexpat", "sqlite3"}
    assert not imported & {"alembic", "sqlalchemy"}


def test_the_model_needs_the_standard_library_alone() -> None:
    code = (
        "import pkgutil, sys, importlib, gatekeeper.model as model\n"
        "for each in pkgutil.iter_modules(model.__path__): importlib.import_module('gatekeeper.model.' + each.name)\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "'gatekeeper'" in ran.stdout
    assert not {name for name in HEAVY | {"click", "rfc8785"} if f"'{name}'" in ran.stdout}
