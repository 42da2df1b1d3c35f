"""Secrets: a sources file names where one is, and never what it is.

``${env:NAME}`` is a variable of the environment, ``${file:/run/secrets/name}`` the content of a file without the line
end behind it. Both are looked up when evidence is collected and at no other time. What was looked up is taken out of
everything that is written afterwards (``gatekeeper.redaction``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from gatekeeper.files import Unreadable, read_bounded
from gatekeeper.model.values import Json
from gatekeeper.redaction import LONGEST, LOOKS_SECRET, NAMES_SECRET, PROCESS
from gatekeeper.refused import Refused

_BRACES = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_HINT = "a reference is ${env:NAME} or ${file:/run/secrets/name}"


@dataclass(frozen=True, slots=True)
class Reference:
    """Where one secret is."""

    scheme: Literal["env", "file"]
    name: str

    def __str__(self) -> str:
        return f"${{{self.scheme}:{self.name}}}"


@dataclass(frozen=True, slots=True)
class SecretText:
    """A text of a source in which references to secrets may stand, such as ``Bearer ${env:TOKEN}``.

    Only ``Secrets.reveal`` puts the secrets in. To print it is safe: it shows the references.

    Attributes:
        text: as the sources file has it.
        references: the references in it.
    """

    text: str
    references: tuple[Reference, ...] = ()

    @classmethod
    def parse(cls, text: str) -> SecretText:
        """The text with its references.

        Raises:
            ValueError: something in it looks like a reference and is none.
        """
        references = tuple(_reference(found[1]) for found in _BRACES.finditer(text))
        if "${" in _BRACES.sub("", text):
            raise ValueError(f"a reference is not closed: {_HINT}")
        return cls(text, references)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema(strict=True))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one collection.

    Attributes:
        lacking: why a reference could not be looked up.
    """

    _found: Mapping[Reference, str] = field(default_factory=dict, repr=False)
    lacking: Mapping[Reference, str] = field(default_factory=dict)

    def reveal(self, text: SecretText) -> str:
        """The text with the secrets in it. Hand it to nobody but the source.

        Raises:
            Refused: a secret is not there.
        """
        for reference in text.references:
            if reference not in self._found:
                why = self.lacking.get(reference, "it was not looked up")
                raise Refused("failed", f"the secret {reference} cannot be had: {why}")
        known = {str(reference): self._found[reference] for reference in text.references}
        return _BRACES.sub(lambda found: known[found[0]], text.text)


def look_up(configs: Iterable[BaseModel], environ: Mapping[str, str]) -> Secrets:
    """Every secret that the configurations refer to; the process keeps them out of everything from then on.

    All are looked up before the first source is read, since one source may give away the secret of another.
    """
    return look_up_references((each for config in configs for each in references_of(config)), environ)


def look_up_references(references: Iterable[Reference], environ: Mapping[str, str]) -> Secrets:
    """As ``look_up``, of references that stand anywhere."""
    found: dict[Reference, str] = {}
    lacking: dict[Reference, str] = {}
    for reference in dict.fromkeys(references):
        try:
            secret = _read(reference, environ)
            PROCESS.add(secret)
        except ValueError as error:
            lacking[reference] = str(error)
        else:
            found[reference] = secret
    return Secrets(found, lacking)


Problem = tuple[tuple[str | int, ...], str, str]
"""The path into a source's configuration, what is wrong there, and how to mend it. No value is in it."""


def plain_credentials(config: Mapping[str, Json], names_in: Collection[str] = ()) -> Iterator[Problem]:
    """Where a credential seems to be written out.

    Args:
        config: a source's configuration as the file has it.
        names_in: settings whose keys are names that others gave, which say nothing of what stands under them.
    """
    for path, text in _texts(config, ()):
        telling = (path[0], *path[2:]) if path[0] in names_in else path
        named = any(isinstance(part, str) and NAMES_SECRET.search(part) for part in telling)
        blank = _BRACES.sub("", text)
        if (named and text.strip() and blank == text) or LOOKS_SECRET.search(blank):
            yield path, "a credential seems to be written here", f"write where it is, not what it is: {_HINT}"


def misplaced_references(config: BaseModel) -> Iterator[Problem]:
    """Where a reference stands in a setting that takes none."""
    for path, value in _leaves(config, ()):
        if isinstance(value, str) and re.search(r"\$\{(env|file):", value):
            yield path, "this setting takes no reference to a secret", "write its value"


def _reference(inside: str) -> Reference:
    scheme, colon, name = inside.partition(":")
    if scheme == "env" and _VARIABLE.fullmatch(name):
        return Reference("env", name)
    if scheme == "file" and name.startswith("/") and name.isprintable() and len(name) < 1024:
        return Reference("file", name)
    what = "its name is not one" if colon and scheme in ("env", "file") else "it is of no known kind"
    raise ValueError(f"a reference cannot be read: {what}; {_HINT}")


def _read(reference: Reference, environ: Mapping[str, str]) -> str:
    if reference.scheme == "env":
        if reference.name not in environ:
            raise ValueError("the variable is not set")
        return environ[reference.name]
    try:
        # Secrets that an orchestrator mounts are links, so they are followed here.
        data = read_bounded(Path(reference.name).resolve(), LONGEST)
        text = data.decode("utf-8")
    except Unreadable as error:
        raise ValueError(f"the file {error}") from None
    except (OSError, RuntimeError):
        raise ValueError("the file cannot be found") from None
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


def references_of(config: BaseModel) -> Iterator[Reference]:
    """Every reference to a secret in a configuration, as often as it stands there."""
    for _path, value in _leaves(config, ()):
        if isinstance(value, SecretText):
            yield from value.references


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value of a configuration that holds no other."""
    if isinstance(value, BaseModel):
        for name, about in type(value).model_fields.items():
            yield from _leaves(getattr(value, name), (*path, about.alias or name))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _leaves(each, (*path, index))
    else:
        yield path, value


def _texts(
    value: Json | Mapping[str, Json], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for where, leaf in _leaves(value, path):
        if isinstance(leaf, str):
            yield where, leaf
