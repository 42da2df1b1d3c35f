"""Google's engine, alone and with those of its extensions that gatekeeper's profile has too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any


def says(environment: Any, source: str, bindings: Mapping[str, Any]) -> str:
    """``true``, ``false`` or ``error``; only booleans are fetched, as their nulls lose references on 3.11."""
    try:
        value = environment.compile(source, disable_check=True).eval(environment.Activation(bindings))
    except RuntimeError:
        return "error"
    return ("true" if value.value() else "false") if value.type().name() == "BOOL" else "error"


def accepts(environment: Any, source: str) -> bool:
    """Whether its checker finds nothing wrong."""
    try:
        environment.compile(source)
    except RuntimeError:
        return False
    return True


@lru_cache(maxsize=1)
def plain_environment() -> Any:
    """An environment with ``e`` of any type and ``now``, without extensions."""
    from cel_expr_python import cel

    return cel.NewEnv(variables={"e": cel.Type.DYN, "now": cel.Type.TIMESTAMP})


@lru_cache(maxsize=1)
def extended_environment() -> Any:
    """An environment with ``e`` of any type and ``now``."""
    from cel_expr_python import cel

    variables = {"e": cel.Type.DYN, "now": cel.Type.TIMESTAMP}
    return cel.NewEnv(variables=variables, extensions=extensions())


def extensions() -> list[Any]:
    """The extensions."""
    from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings

    return [
        ext_optional.ExtOptional(),
        ext_strings.ExtStrings(),
        ext_bindings.ExtBindings(),
        ext_math.ExtMath(),
        ext_encoders.ExtEncoders(),
    ]
