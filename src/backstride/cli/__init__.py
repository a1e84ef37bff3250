"""The command line: a door. It reads arguments, calls verbs, prints; it judges nothing."""

from backstride.cli import change_commands as change_commands
from backstride.cli import diary_commands as diary_commands
from backstride.cli import interview_commands as interview_commands
from backstride.cli import record_commands as record_commands
from backstride.cli import serve_command as serve_command
from backstride.cli import trial_commands as trial_commands
from backstride.cli.commands import main

__all__ = ["main"]
