"""Google's engine with those of its extensions that gatekeeper's profile has too."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


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
