"""Whether variables of the environment are set, and to something of the right form; never to what."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from gatekeeper.collect.interface import CollectRequest, Refused, SourceConfig, brought
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.values import Json

LONGEST_PATTERN = 1000


def _pattern(text: str) -> str:
    _compiled(text)
    return text


def _compiled(text: str) -> Any:
    import re2  # here: most projects have no such source

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except re2.error:
        raise ValueError("is no pattern of RE2") from None


NameText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]
PatternText = Annotated[str, StringConstraints(max_length=LONGEST_PATTERN), AfterValidator(_pattern)]


class VariableConfig(BaseModel):
    """What to find out of one variable.

    Attributes:
        pattern: what its value should have somewhere in it, unless ``^`` and ``$`` say where.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    pattern: PatternText | None = None


class EnvConfig(SourceConfig):
    """Variables.

    Attributes:
        variables: name → what to find out.
    """

    names_in: ClassVar[frozenset[str]] = frozenset({"variables"})

    variables: dict[NameText, VariableConfig] = Field(min_length=1, max_length=200)

    def source_line(self) -> str:
        """How many variables; their names stand in the value."""
        return f"{len(self.variables)} variable{'s' if len(self.variables) > 1 else ''} of the environment"


class EnvCollector:
    """Looks at variables of the process. Neither a value nor anything that it could be guessed from is kept."""

    kind = "env"
    gives = "environment"
    config = EnvConfig

    def collect(self, request: CollectRequest[EnvConfig]) -> Evidence:
        """What may be said of each variable."""
        config = request.config
        found: dict[str, Json] = {
            name: _told(name, each, request.environ.get(name)) for name, each in config.variables.items()
        }
        return brought(self, request, config.source_line(), {"variables": found})


def _told(name: str, config: VariableConfig, value: str | None) -> Json:
    if value is None:
        return {"present": False, "empty": None, "matches": None}
    return {"present": True, "empty": not value, "matches": _matches(name, config.pattern, value)}


def _matches(name: str, pattern: str | None, value: str) -> bool | None:
    if pattern is None:
        return None
    try:
        return _compiled(pattern).search(value) is not None
    except UnicodeEncodeError:
        raise Refused("mistyped", f"the variable {name} is not UTF-8, so no pattern can be looked for") from None
