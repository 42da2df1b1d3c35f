"""Golden files that are called as their cases are, and not, as syrupy would like it, as the tests."""

from __future__ import annotations

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex


class TextFile(SingleFileSnapshotExtension):
    """A file that is called as the case is."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return str(index)


class MarkdownFile(TextFile):
    file_extension = "md"


class JsonFile(TextFile):
    file_extension = "json"


FILES: dict[str, type[TextFile]] = {"text": TextFile, "markdown": MarkdownFile, "json": JsonFile}
