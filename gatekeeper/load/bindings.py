"""Whether the policies of a system ask for what its sources bind, and the other way round."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from gatekeeper.errors import Diagnostic
from gatekeeper.load.diagnostics import shown, suggestion
from gatekeeper.load.problems import Problems
from gatekeeper.load.source import SourceText, read_source
from gatekeeper.model.place import Place
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.sources import SourcesDocument
from gatekeeper.redaction import discreet


def warn_unbound(policies: PolicySet, sources: Sequence[SourcesDocument], root: Path) -> tuple[Diagnostic, ...]:
    """Evidence that no file of sources binds, and sources that no policy asks for, as warnings.

    Both can stand: what is not bound is missing and so leaves its rules unknown, and a source that nobody asks for is
    not read. A system without any file of sources is left out: nothing has been set up for it yet.

    Args:
        policies: every policy of each system.
        sources: every file of sources of each system.
        root: the folder that places are relative to.

    Raises:
        InvalidDocuments: a file has gone since it was read.
    """
    told = _Warnings(root)
    for system in dict.fromkeys(document.system for document in sources):
        asking = [policy for policy in policies.every.values() if policy.system == system]
        files = [document for document in sources if document.system == system]
        asked = {entry.name for policy in asking for entry in policy.evidence}
        bound = {name for document in files for name in document.sources}
        for entry in (each for policy in asking for each in policy.evidence if each.name not in bound):
            what = f"no file of sources of {system} binds the evidence"
            otherwise = f"bind it under `sources` in evidence/{system}/"
            told.warn(entry.place, entry.name, what, bound, otherwise, "unbound-evidence")
        for document in files:
            for name in document.sources.keys() - asked:
                what = f"no policy of {system} asks for the evidence"
                otherwise = "take the source out, or write what needs it"
                told.warn(document.sources[name].place, name, what, asked, otherwise, "unused-source")
    return tuple(discreet(each) if each.code == "unused-source" else each for each in told.problems.warnings)


class _Warnings:
    """Warnings at names of evidence, each with its line."""

    def __init__(self, root: Path) -> None:
        self.problems = Problems()
        self._root = root
        self._texts: dict[str, SourceText] = {}

    def warn(self, at: Place, name: str, what: str, near: Collection[str], otherwise: str, code: str) -> None:
        """Tells a name, with the one that it was probably meant to be."""
        text = self._texts.get(at.file)
        if text is None:
            text = self._texts[at.file] = read_source(self._root / at.file, self._root)
        likely = suggestion(name, near)
        hint = f"did you mean `{shown(likely)}`?" if likely is not None else otherwise
        message = f"{what} `{shown(name)}`"
        self.problems.position(text, at.line, at.column, message, hint, code, len(name), "warning")
