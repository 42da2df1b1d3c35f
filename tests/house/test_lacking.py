"""What a test lacks is skipped and says so, on CI it fails; what is there and broken is never passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lacking import library


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_here.py").write_text("from json import nothing_of_that_name\n")
    (tmp_path / "lacks_another.py").write_text("import not_there_at_all\n")
    (tmp_path / "a_package").mkdir()
    (tmp_path / "a_package" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize("name", ["not_there_at_all", "not_there_at_all.part", "a_package.part"])
def test_a_library_that_is_not_there_is_lacking(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"{name} is not installed"):
        library(name)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=f"on CI no test is left out: {name} is not installed"):
        library(name)


@pytest.mark.parametrize("name", ["broken_here", "lacks_another"])
def test_a_library_that_is_broken_is_not_lacking(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(ImportError):
        library(name)
