"""JSON and YAML files as plain values, and records whose fields may be left out."""

from __future__ import annotations

from dataclasses import is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

from gatekeeper.collect.files import read_file
from gatekeeper.collect.interface import Refused
from gatekeeper.collect.yaml_text import YamlRefused, parse_yaml
from gatekeeper.model.decode import field_types, present
from gatekeeper.model.shown import shown
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.values import Json


def read_json(base: Path, name: str, most: int) -> Json:
    """The value of a JSON file, read strictly.

    Raises:
        Refused: the file cannot be read or is no strict JSON.
    """
    try:
        return parse_json(read_file(base, name, most), max_bytes=most)
    except JsonRefused as error:
        raise Refused("mistyped", f"{shown(name, 120)} {error}") from None


def read_yaml(base: Path, name: str, most: int) -> Json:
    """The value of a YAML file, as plain as JSON.

    Raises:
        Refused: the file cannot be read, is no YAML or holds what JSON cannot.
    """
    try:
        return parse_yaml(read_file(base, name, most))
    except YamlRefused as error:
        raise Refused("mistyped", f"{shown(name, 120)} {error}") from None


def read_document(base: Path, name: str, most: int) -> Json:
    """The value of a YAML file where the name ends so, else of a JSON file.

    Raises:
        Refused: as ``read_yaml`` and ``read_json``.
    """
    yaml = name.lower().endswith((".yaml", ".yml"))
    return read_yaml(base, name, most) if yaml else read_json(base, name, most)


def with_nulls(hint: Any, value: Json) -> Json:
    """The value with null in the fields that may be null and that were left out.

    A blank signature or an incident that is not resolved is usually written by leaving the field out.
    """
    if get_origin(hint) is list and isinstance(value, list):
        return [with_nulls(get_args(hint)[0], each) for each in value]
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, dict):
        types = field_types(hint)
        filled = {name: with_nulls(types.get(name), each) for name, each in value.items()}
        lacking = (name for name, part in types.items() if name not in value and NoneType in get_args(part))
        return {**filled, **dict.fromkeys(lacking)}
    if NoneType in get_args(hint) and value is not None:
        return with_nulls(present(hint), value)
    return value
