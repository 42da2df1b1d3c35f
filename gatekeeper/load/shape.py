"""Checks the shape of a part of a document, and says in our own words what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.problems import Problems
from gatekeeper.load.traps import split_entries
from gatekeeper.load.tree import ListNode, MapNode, Node, ScalarNode, child, plain

Shape = TypeVar("Shape", bound=BaseModel)
Step = str | int
_Sentence = tuple[str, str, str]

_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}

_MISSING = {
    "enforcement": "it is one of: `advisory`, `blocking`, `hard`, `shadow`",
    "max_age": "say how old the collection may be, such as `1h`, or `none` with a `reason`",
    "hold_last": "say how long a state is held that the evidence does not carry, such as `15m`",
    "this mode max_gap": "say how long may pass between two looks, such as `3m`",
    "max_gap": "say how long may pass between clean samples, such as `90m`, or `none` where gaps do not matter",
}


def read_shape(
    model: type[Shape],
    node: Node,
    problems: Problems,
    *,
    without: Sequence[str] = (),
    known: type[BaseModel] | None = None,
    nullable: Sequence[str] = (),
    nulls: Sequence[str] = (),
) -> Shape | None:
    """The part of a document that ``node`` holds, or None where its shape is wrong.

    Args:
        without: keys that are read elsewhere.
        known: the model whose keys a misspelt one is compared with, where it is another one.
        nullable: keys below which a value may be empty.
        nulls: keys that may say ``null``, at any depth.
    """
    refuse_empty_values(node, problems, (*without, *nullable), nulls)
    value = plain(node)
    if isinstance(value, dict):
        value = {key: each for key, each in value.items() if key not in without}
    try:
        return model.model_validate(value)
    except ValidationError as error:
        seen: set[tuple[Step, ...]] = set()
        for each in error.errors(include_url=False, include_context=True):
            _tell(known or model, node, each, problems, seen)
        return None


def refuse_empty_values(node: Node, problems: Problems, without: Sequence[str] = (), nulls: Sequence[str] = ()) -> None:
    """Keys without a value, and values that a comma cut in two, are told as what they are.

    Args:
        without: keys of this node below which nothing is looked at.
        nulls: keys that may say ``null``, at any depth.
    """
    if isinstance(node, ListNode):
        for index, each in enumerate(node.items):
            if isinstance(each, ScalarNode) and each.value is None and not problems.spoiled(each):
                problems.node(each, f"entry {index + 1} of the list is empty", "write a value, or take it out", "empty")
            refuse_empty_values(each, problems, (), nulls)
    if not isinstance(node, MapNode):
        return
    for before, rest in split_entries(node):
        hint = "quote the value, or write one key on each line and the value in a block scalar (`>-`)"
        message = f"the comma in front of this cut the value of `{shown(before)}` in two"
        problems.node(node.keys[rest], message, hint, "yaml-trap")
        problems.spoil(node.values[before])
        problems.spoil(node.values[rest])
    for name, each in node.values.items():
        if name in without and not isinstance(each, ScalarNode):
            continue
        if name in nulls and isinstance(each, ScalarNode) and each.value is None and each.text:
            continue
        if isinstance(each, ScalarNode) and each.value is None and not problems.spoiled(each):
            bare = each.start >= each.end and node.source.text[node.start : node.start + 1] == "{"
            hint = "if the braces belong to a text or an expression, quote it" if bare else "write one, or take it out"
            problems.node(node.keys[name], f"`{shown(name)}` has no value", hint, "empty")
            problems.spoil(each)
            if bare:
                problems.spoil(node)
        refuse_empty_values(each, problems, (), nulls)


def _tell(model: type[BaseModel], node: Node, error: Any, problems: Problems, seen: set[tuple[Step, ...]]) -> None:
    """One error of pydantic, located and in our words."""
    path, target, at, shape = _follow(model, node, error["loc"])
    if path in seen or problems.spoiled(target):
        return  # the branches of a union each complain; the first complaint is enough
    if error["type"] == "missing":
        name = str(error["loc"][-1])
        if (*path, name) not in seen:
            seen.add((*path, name))
            noun = getattr(shape, "noun", "this")
            hint = _MISSING.get(f"{noun} {name}", _MISSING.get(name, ""))
            problems.beside(target, f"{noun} needs `{name}`", hint, "missing-key")
        return
    seen.add(path)
    if error["type"] == "extra_forbidden":
        name = str(error["loc"][-1])
        noun = getattr(shape, "noun", "this")
        hint = did_you_mean(name, _keys(shape) if shape else (), "the keys are")
        problems.node(at, f"{noun} has no key `{shown(name)}`", hint, "unknown-key")
        problems.spoil(target)
        return
    message, hint, code = _sentence(error, _name(path) or getattr(shape, "noun", "this"), target)
    problems.node(at, message, hint, code)
    problems.spoil(target)


def _sentence(error: Any, name: str, target: Node) -> _Sentence:
    """Message, hint and code for an error that is about a value."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "own":
        text = context["text"]
        joint = " " if text.startswith("is ") else ": "
        return f"{name}{joint}{text}", context["hint"], "value"
    if kind in _WANTED:
        hint = ""
        if kind == "string_type":
            hint = _text_hint(target)
        elif kind == "bool_type" and isinstance(target, ScalarNode):
            hint = "write true or false, without quotes"
        return f"{name} must be {_WANTED[kind]}, not {_what(target)}", hint, "type"
    if kind in ("too_short", "missing_argument"):
        return f"{name} must not be empty", "", "empty"
    if kind == "greater_than_equal":
        return f"{name} must be at least {context['ge']}", "", "value"
    return f"{name} cannot be {_what(target)}", "", "type"


def _text_hint(target: Node) -> str:
    if isinstance(target, ScalarNode) and not target.style:
        return f'quote it: "{shown(target.text, 30)}"'
    if isinstance(target, MapNode | ListNode):
        first = target.source.text[target.start : target.start + 1]
        if first in "{[" and first:
            return f"a value that begins with `{first}` is no text in YAML: quote it, or use a block scalar (`>-`)"
    return ""


def _what(node: Node) -> str:
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node.value, bool):
        return "true or false"
    if node.value is None:
        return "nothing"
    return "a number" if isinstance(node.value, int | float) else "text"


def _name(path: tuple[Step, ...]) -> str:
    """The key that a value stands under, with the number of the entry where it is one of a list."""
    if not path:
        return ""
    if isinstance(path[-1], int):
        key = next((step for step in reversed(path) if isinstance(step, str)), "the list")
        return f"entry {path[-1] + 1} of `{shown(key)}`"
    return f"`{shown(path[-1])}`"


def _follow(
    model: type[BaseModel], node: Node, loc: tuple[Step, ...]
) -> tuple[tuple[Step, ...], Node, Node, type[BaseModel] | None]:
    """The path of an error as far as the document goes, its value, the node to point at, and the model that it is in.

    Steps that only name a branch of a union, or a key that is not there, are not in the document and are left out.
    """
    path: tuple[Step, ...] = ()
    at: Node = node
    annotation: Any = model
    shape: type[BaseModel] | None = model
    for step in loc:
        below = child(node, step)
        if below is None:
            continue
        key = node.keys[step] if isinstance(node, MapNode) and isinstance(step, str) else None
        annotation = _inner(annotation, step)
        about_key = key is not None and (annotation is None or loc[-1] == "[key]")
        path, node, at = (*path, step), below, key if about_key and key is not None else below
        shape = _model_in(annotation) or shape
    return path, node, at, shape


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _inner(annotation: Any, step: Step) -> Any:
    """The type that a step leads to."""
    model = _model_in(annotation)
    if model is not None:
        for name, field in model.model_fields.items():
            if (field.alias or name) == step:
                return field.annotation
        return None
    return next(iter(_container_arguments(annotation)), None)


def _container_arguments(annotation: Any) -> Sequence[Any]:
    """What a list or a mapping holds, through unions and annotations."""
    return _search(annotation, lambda origin, args: args[-1:] if origin in (list, dict) else None) or ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    origin = get_origin(annotation)
    if origin in (list, dict) or origin is None:
        return None
    parts = get_args(annotation)[:1] if origin is Annotated else get_args(annotation)
    return next((found for found in map(_model_in, parts) if found is not None), None)


def _search(annotation: Any, test: Callable[[Any, Any], Any]) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    found = test(origin, arguments)
    if found:
        return found
    if origin is None or origin in (list, dict):
        return None
    parts = arguments[:1] if origin is Annotated else arguments
    return next((hit for each in parts if (hit := _search(each, test))), None)
