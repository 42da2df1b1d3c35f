"""Shared documents as they are written: which keys there are, and what each may hold."""

from __future__ import annotations

from pydantic import Field

from gatekeeper.load.document import (
    Document,
    ImportDocument,
    LeverDocument,
    Needs,
    Params,
    Roles,
    Severities,
    Variables,
)
from gatekeeper.load.ladder_document import Paging
from gatekeeper.load.terms import Id, Text, one_of

PARTS = tuple(ImportDocument.model_fields)
"""What a shared document may hold, and a policy import: keys that stand in policies as well."""


class SharedHead(Document):
    """What a shared document says beside what others import."""

    noun = "this shared document"
    kind: one_of("Shared") = Field(description="What kind of document this is.")  # type: ignore[valid-type]
    id: Id = Field(description="Unique among policies and shared documents; imports name it.")
    title: Text = Field(description="What is shared, in a few words.")
    owner: Text = Field(description="Who answers for it.")
    source: Text | None = Field(None, description="Where the figures come from.")
    description: Text | None = Field(None, description="What there is to know beside.")
    severities: Severities | None = Field(None, min_length=1, description="Words of severity, worst first.")
    roles: Roles = Field(default_factory=dict, description="Role: the people who hold it.")


class SharedDocument(SharedHead):
    """What several policies of a system say alike, for them to import by name."""

    params: Params
    evidence: Needs
    variables: Variables
    levers: dict[Id, LeverDocument] = Field(default_factory=dict, description="What people can pull, by id.")
    paging: Paging
