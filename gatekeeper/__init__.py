"""gatekeeper decides "may we go?" from policies and evidence.

load → collect → snapshot → evaluate → decide → render | record | notify

Other programs call ``gatekeeper.decide`` and ``gatekeeper.load_policies``; their types stand in ``__init__.pyi``.
"""

import sys
from types import ModuleType

__version__ = "0.1.0"


class _Package(ModuleType):
    """This package, with what other programs call, which is imported when it is asked for.

    A room of the package is called ``decide`` too. Whoever needs something of it imports from its modules; as a member
    of the package the name is the function, and importing the room does not change that.
    """

    @property
    def decide(self) -> object:
        """As ``gatekeeper.pipeline.calling.decide``."""
        return _calling().decide

    @decide.setter
    def decide(self, room: ModuleType) -> None:
        """Python's import puts the room here, and nobody looks for it here."""

    @property
    def load_policies(self) -> object:
        """As ``gatekeeper.pipeline.calling.load_policies``."""
        return _calling().load_policies


def _calling() -> ModuleType:
    from importlib import import_module

    return import_module("gatekeeper.pipeline.calling")


sys.modules[__name__].__class__ = _Package
