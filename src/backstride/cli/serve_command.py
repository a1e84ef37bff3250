"""The command that opens the web app."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from backstride.cli.commands import Overlay, app

__all__ = ["serve_command"]

_PORT = 8642


@app.command("serve")
def serve_command(
    port: Annotated[int, typer.Option("--port", help="On which port; 0 for any that is free.", min=0, max=65535)] = _PORT,
    lan: Annotated[bool, typer.Option("--lan", help="Also for a phone in your network at home; it signs in with a code.")] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    overlays: Overlay = None,
) -> None:
    """Open backstride in the browser. Nothing leaves this machine."""
    from backstride.web.serve import serve

    try:
        serve(port, lan=lan, open_browser=browser, overlays=tuple(overlays or ()), say=lambda words: print(words, flush=True))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
