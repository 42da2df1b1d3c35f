"""Records that people or programs keep as a file, in JSON or YAML, in the shape of their kind."""

from __future__ import annotations

from typing import ClassVar

from gatekeeper.collect.data_file import read_document, with_nulls
from gatekeeper.collect.interface import CollectRequest, FileConfig, brought
from gatekeeper.model.snapshot import Evidence


class RecordCollector:
    """Reads a file that holds a record; what is left out of it and may be null is null.

    Attributes:
        shape: the dataclass of its kind.
    """

    kind: str
    gives: str
    shape: ClassVar[type]
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The record in the shape of its kind."""
        config = request.config
        value = read_document(request.base, config.file, config.max_bytes)
        return brought(self, request, config.file, with_nulls(self.shape, value))
