"""The last step of ``action.yml``: judge, and end with the exit code of the verdict.

It is started with Python's ``-I``, so that neither the folder it is started in nor a variable can put modules in
front of ours. Nothing but a NO-GO ends with 1: what nobody foresaw ends with 70, as gatekeeper itself does.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path


def main() -> int:
    """Run the gate for the event that the environment tells of.

    Returns:
        The exit code of docs/exit-codes.md.
    """
    try:
        _load_own_folder()
        from action.gate import run_gate

        return run_gate(os.environ)
    except KeyboardInterrupt:
        return 130
    except BaseException as error:  # noqa: BLE001  a broken installation, or a fault in the handling of a fault
        sys.stderr.write(f"the launch gate broke: {type(error).__name__}; this is not a verdict\n")
        return 70


def _load_own_folder() -> None:
    """Make ``action`` this file's folder, whatever else has that name; gatekeeper stays the one that is installed."""
    folder = Path(__file__).resolve().parent
    places = [str(folder)]
    spec = importlib.util.spec_from_file_location("action", folder / "__init__.py", submodule_search_locations=places)
    if spec is None or spec.loader is None:  # cannot be: the file is Python
        raise ImportError(folder)
    package = importlib.util.module_from_spec(spec)
    sys.modules["action"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    sys.exit(main())
