"""The command line: a door. It reads arguments, calls verbs, prints; it judges nothing."""

from backstride.cli.commands import main

__all__ = ["main"]
