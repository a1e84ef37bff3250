"""What can go wrong, as one tree.

    BackstrideError                 message, place, remedy
    ├── KnowledgeError              a knowledge file cannot be used as it is
    ├── CaseError                   a case file or an answer cannot be used as it is
    ├── RunFileError                a run file holds no run that can be read
    │   └── DamagedRunFileError     it is broken; what came before the damage was kept
    └── StoreError                  the runner's data cannot be read or kept

Every error says what is wrong, where, and what to do about it.
The doors turn it into one readable sentence and exit code 2; nothing else is shown to a person.
"""

from __future__ import annotations

__all__ = ["BackstrideError", "CaseError", "DamagedRunFileError", "KnowledgeError", "RunFileError", "StoreError"]


class BackstrideError(Exception):
    """An error that a person can act on.

    Parameters
    ----------
    message : str
        What is wrong, in words its reader knows.
    place : str, optional
        Where: a file, ``file:line``, or a field. Empty when there is no such place.
    remedy : str, optional
        What to do about it. Empty when nothing can be done.
    """

    def __init__(self, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        what_next = f" {self.remedy}" if self.remedy else ""
        return f"{where}{self.message}{what_next}"


class KnowledgeError(BackstrideError):
    """A knowledge file cannot be used as it is."""


class CaseError(BackstrideError):
    """A case file, or an answer in it, cannot be used as it is."""


class RunFileError(BackstrideError):
    """A run file holds no run that can be read."""


class DamagedRunFileError(RunFileError):
    """A run file is broken; what came before the damage was kept."""


class StoreError(BackstrideError):
    """The runner's data cannot be read or kept; what was kept before is as it was."""
