"""The only room that knows the order: load → collect → snapshot → evaluate → decide.

It gives values of ``model``: whoever asked has them rendered, and ``suites`` plays with the same steps.
"""

from __future__ import annotations

from gatekeeper.pipeline.asking import Request, evaluate, load_policies_of
from gatekeeper.pipeline.deciding import closure, decide
from gatekeeper.pipeline.evidence import collect, find_snapshot
from gatekeeper.pipeline.linting import Linted, lint
from gatekeeper.pipeline.standing import look_at, stand_on
from gatekeeper.pipeline.suites import load_suites_of

__all__ = [
    "Linted",
    "Request",
    "closure",
    "collect",
    "decide",
    "evaluate",
    "find_snapshot",
    "lint",
    "load_policies_of",
    "load_suites_of",
    "look_at",
    "stand_on",
]
