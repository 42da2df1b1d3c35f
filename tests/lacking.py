"""What a test needs of the machine: without it the test is skipped and says so, but on CI it fails."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, NoReturn

import pytest


def lack(why: str) -> NoReturn:
    """End the test that cannot be run here.

    Args:
        why: what is lacking, and how to get it.
    """
    if os.environ.get("CI"):
        pytest.fail(f"on CI no test is left out: {why}")
    pytest.skip(why, allow_module_level=True)


def needs(there: object, why: str) -> pytest.MarkDecorator:
    """Marks tests that can only be run where something is there; ``tests/conftest.py`` looks at the mark."""
    return pytest.mark.needs(bool(there), why)


def library(name: str) -> Any:
    """A module of a library without which a whole file of tests has nothing to compare with.

    Raises:
        ImportError: the library is there and broken, or lacks something itself: that is for no test to pass over.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        lack(f"{name} is not installed")
