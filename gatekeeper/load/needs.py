"""Evidence entries: what a policy needs of each piece of evidence, and the JSON Schemas that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from gatekeeper.expr.declared import kind_value_type
from gatekeeper.expr.types import DYN, NEVER, MapPart, Part, Record, Type, join
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.document import EvidenceDocument
from gatekeeper.load.problems import Problems
from gatekeeper.load.shape import read_shape
from gatekeeper.load.source import MAX_BYTES
from gatekeeper.load.terms import NAME_HINT, name_problem
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode
from gatekeeper.model.kinds import OPEN_KINDS
from gatekeeper.model.open_schema import pattern_problem
from gatekeeper.model.policy import EvidenceEntry
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.model.values import Json


def read_evidence(node: Node | None, root: Path, problems: Problems) -> tuple[EvidenceEntry, ...]:
    """The evidence entries of a policy; those that are wrong are left out and told."""
    if node is None:
        return ()
    if not isinstance(node, MapNode):
        problems.node(node, "`evidence` must be a mapping of names to what is needed", code="type")
        return ()
    read = (_read(name, node.keys[name], each, root, problems) for name, each in node.values.items())
    return tuple(each for each in read if each is not None)


def _read(name: str, key: ScalarNode, node: Node, root: Path, problems: Problems) -> EvidenceEntry | None:
    problem = name_problem(name)
    if problem:
        problems.node(key, problem, NAME_HINT, "name")
    shape = read_shape(EvidenceDocument, node, problems)
    if shape is None or not isinstance(node, MapNode):
        return None
    _check_age(shape, node, problems)
    _check_kind_keys(shape, node, problems)
    schema = _schema(node.values.get("schema"), root, problems) if shape.type in OPEN_KINDS else None
    _check_required(shape, node, schema, problems)
    return EvidenceEntry(
        name=name,
        kind=shape.type,
        max_age=shape.max_age,
        max_age_reason=shape.reason,
        required=tuple(shape.required),
        schema=schema,
        of=shape.of,
        description=shape.description or "",
        place=key.place,
    )


def _check_age(shape: EvidenceDocument, node: MapNode, problems: Problems) -> None:
    if shape.max_age is None and shape.reason is None:
        hint = "add `reason:` and say why evidence of any age will do"
        problems.node(node.values["max_age"], "`max_age: none` needs a `reason`", hint, "max-age")
    if shape.max_age is not None and shape.reason is not None:
        hint = "take it out, or make it a `description`"
        problems.node(node.keys["reason"], "`reason` belongs to `max_age: none` only", hint, "max-age")


def _check_kind_keys(shape: EvidenceDocument, node: MapNode, problems: Problems) -> None:
    """`schema` and `of` are obligatory for some kinds and mean nothing for the others."""
    for key, value, kinds in (("schema", shape.schema_file, OPEN_KINDS), ("of", shape.of, frozenset({"mode_state"}))):
        if value is None and shape.type in kinds:
            what = "a JSON Schema file that types the document" if key == "schema" else "the id of the mode"
            problems.node(node, f"evidence of type {shape.type} needs `{key}`", f"name {what}", "missing-key")
        if value is not None and shape.type not in kinds:
            listed = " and ".join(sorted(kinds))
            message = f"evidence of type {shape.type} takes no `{key}`"
            problems.node(node.keys[key], message, f"it is for {listed}", "unknown-key")


def _schema(node: Node | None, root: Path, problems: Problems) -> Mapping[str, Json] | None:
    """The JSON Schema that an entry names, or None where it cannot be used."""
    if not isinstance(node, ScalarNode):
        return None
    named = PurePosixPath(node.text)
    if named.is_absolute() or ".." in named.parts or "\\" in node.text or ":" in node.text:
        hint = "write it relative to the policy's folder, without `..`"
        problems.node(node, "the schema must lie below the policy's folder", hint, "schema")
        return None
    path = node.source.path.parent / named
    try:
        if _through_link(node.source.path.parent, named):
            hint = "put the file itself there"
            problems.node(node, "the schema lies behind a symbolic link, which is not followed", hint, "schema")
            return None
        if not path.is_file():
            there = sorted(each.name for each in path.parent.glob("*.json")) if path.parent.is_dir() else []
            problems.node(node, f"there is no file `{shown(node.text)}`", did_you_mean(path.name, there), "schema")
            return None
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        value = parse_json(raw, max_bytes=MAX_BYTES)
    except OSError as error:
        problems.node(node, f"the schema cannot be read: {shown(error.strerror or error)}", code="schema")
        return None
    except JsonRefused as error:
        problems.node(node, f"the schema {error}", code="schema")
        return None
    wrong = _schema_problem(value)
    if wrong or not isinstance(value, dict):
        problems.node(node, f"the schema {wrong}", code="schema")
        return None
    return value


def _through_link(folder: Path, named: PurePosixPath) -> bool:
    """Whether a part of the path below the folder is a link: what is kept of policies is not looked for behind one."""
    path = folder
    for part in named.parts:
        path /= part
        if path.is_symlink():
            return True
    return False


def _schema_problem(value: Json) -> str:
    """Why a value is no JSON Schema that can be used; an empty string where it can."""
    if not isinstance(value, dict):
        return "is no JSON Schema: it must be an object"
    for reference in _references(value):
        if not reference.startswith("#"):
            return f"refers to `{shown(reference)}`: only places in the same file (`#/…`) can be referred to"
    # jsonschema takes a while to import and is only needed by policies that name a schema.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    if value.get("$schema", Draft202012Validator.META_SCHEMA["$id"]) != Draft202012Validator.META_SCHEMA["$id"]:
        return "must be of draft 2020-12"
    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        where = "/".join(str(step) for step in error.absolute_path) or "its top"
        return f"is no valid JSON Schema: {shown(error.message, 100)} (at {shown(where)})"
    except RecursionError:
        return "is nested too deeply"
    return pattern_problem(value)


def _references(value: Json) -> Iterator[str]:
    waiting: list[Json] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            for key, below in each.items():
                if key in ("$ref", "$dynamicRef") and isinstance(below, str):
                    yield below
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _check_required(
    shape: EvidenceDocument, node: MapNode, schema: Mapping[str, Json] | None, problems: Problems
) -> None:
    """Every required path must lead somewhere in the kind."""
    listed = node.values.get("required")
    if not isinstance(listed, ListNode):
        return
    for each in listed.items:
        if not isinstance(each, ScalarNode):
            continue
        missing = _missing(each.text, kind_value_type(shape.type, schema), shape.type in OPEN_KINDS)
        if missing:
            problems.node(each, missing[0], missing[1], "unknown-field")


def _missing(path: str, typed: Type, by_schema: bool) -> tuple[str, str] | None:
    """What is wrong with a path, and a hint; None where it may lead somewhere."""
    walked = ""
    for step in path.split("."):
        parts = [part for part in typed.parts or () if part.word != "null"]
        maps = [part for part in parts if part.word == "map"]
        if parts and not maps:
            return f"`{shown(path)}` leads into `{shown(walked)}`, which has no fields", ""
        known = [name for part in maps if isinstance(part, Record) for name in part.fields]
        typed = join(each for part in maps if (each := _step(part, step)) is not None) if maps else DYN
        if maps and typed == NEVER:
            where = "the schema" if by_schema else f"`{walked}`" if walked else "this evidence"
            return f"{where} has no field `{shown(step)}`", did_you_mean(step, known, "it has")
        walked = f"{walked}.{step}" if walked else step
    return None


def _step(part: Part, field: str) -> Type | None:
    """What a field of a map is; None where there is none."""
    if isinstance(part, MapPart):
        return part.value
    if not isinstance(part, Record) or field not in part.fields:
        return part.rest if isinstance(part, Record) else None
    return part.fields[field].type
