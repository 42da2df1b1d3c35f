"""``gatekeeper serve``: the same decisions over HTTP."""

from __future__ import annotations

import os
from pathlib import Path

import click

from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.options import configuration_of, root_option
from gatekeeper.cli.streams import tell
from gatekeeper.errors import UsageError


@click.command("serve")
@click.option("--host", metavar="ADDRESS", help="Address to listen on; by default as configured, or 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; by default as configured, or 8470.")
@root_option
def command(host: str | None, port: int | None, root: Path | None) -> int:
    """Take alerts, look at every mode on its period, and answer over HTTP, until told to stop (SIGTERM).

    SIGHUP loads policies and tokens anew; where they cannot be used, the old ones hold.
    """
    try:
        from gatekeeper.service.run import serve
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in {"fastapi", "starlette", "uvicorn", "jinja2", "prometheus_client"}:
            raise UsageError(
                f"serve needs {missing.name}, which is not here", "install gatekeeper-gates[serve]"
            ) from None
        raise
    serve(configuration_of(root), dict(os.environ), host, port, listening=lambda url: tell(f"listening on {url}"))
    return ExitCode.GO
