# What other programs call: docs/python.md.
from gatekeeper.pipeline.calling import decide as decide
from gatekeeper.pipeline.calling import load_policies as load_policies

__version__: str
