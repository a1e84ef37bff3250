"""Which files are knowledge, and what is in them, byte for byte. Every file is read once, so all later steps see the same content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backstride.errors import KnowledgeError
from backstride.regular_file import read_regular

__all__ = ["FOLDERS", "OPEN_TABLES", "SHIPPED", "TABLES", "KnowledgeFile", "content_version", "read_files"]

SHIPPED = Path(__file__).parent
FOLDERS = ("conditions", "factors", "findings", "red_flags", "advice", "beliefs", "regions", "outcome_measures", "trials", "exposures")
TABLES = ("references", "limits", "wording", "interview", "emergency_numbers", "watch_card")
OPEN_TABLES = ("references", "interview", "emergency_numbers", "watch_card")
"""Tables to which an overlay may add entries; of the others the program reads the shipped ids only."""
_LARGEST = 4_000_000
_ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class KnowledgeFile:
    """A file of the layout, or one that lies where none belongs.

    Attributes
    ----------
    kind : str
        The folder or table it belongs to; empty for a file that lies in the wrong place.
    id : str
        Its name without ending.
    shown : str
        Its name in messages: below the shipped folder, or as the overlay was given.
    inside : str
        Its place in the layout, with ``/`` on every system.
    data : bytes
    """

    kind: str
    id: str
    shown: str
    inside: str
    data: bytes


def read_files(overlays: Sequence[Path] = ()) -> tuple[KnowledgeFile, ...]:
    """Read every knowledge file: the shipped ones, then each overlay's, each in the order of their names.

    Raises
    ------
    KnowledgeError
        When an overlay is not a folder, holds no knowledge file, or cannot be read.
    """
    files: list[KnowledgeFile] = []
    for folder in (SHIPPED, *overlays):
        if not _is_folder(folder):
            raise KnowledgeError(
                "there is no such folder of knowledge files.", place=str(folder), remedy="Check the name after --knowledge."
            )
        try:
            found = list(_files_in(folder))
        except OSError as problem:
            place = str(problem.filename or folder)
            raise KnowledgeError(f"cannot be read: {problem.strerror}.", place=place, remedy="Check who may read it.") from None
        if not found:
            remedy = f"Expected folders such as {', '.join(FOLDERS[:3])} with .yaml files in them."
            raise KnowledgeError("holds no knowledge files.", place=str(folder), remedy=remedy)
        files += found
    return tuple(files)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a folder above it may not be entered
        return False


def _files_in(folder: Path) -> Iterator[KnowledgeFile]:
    for entry in _sorted(folder):
        if entry.is_dir():
            for inner in _sorted(Path(entry.path)):
                right_place = entry.name in FOLDERS and inner.name.endswith(".yaml")
                if inner.name.endswith(_ENDINGS):
                    yield _read(folder, inner, entry.name if right_place else "", f"{entry.name}/{inner.name}")
        elif entry.name.endswith(_ENDINGS) and not entry.name.endswith(".schema.json"):
            stem, _, ending = entry.name.rpartition(".")
            yield _read(folder, entry, stem if stem in TABLES and ending == "yaml" else "", entry.name)


def _sorted(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not entry.name.startswith((".", "_"))), key=lambda entry: entry.name)


def _read(folder: Path, entry: os.DirEntry[str], kind: str, inside: str) -> KnowledgeFile:
    data = read_regular(entry.path, _LARGEST)
    shown = inside if folder == SHIPPED else os.path.join(folder, *inside.split("/"))
    return KnowledgeFile(kind, entry.name.rpartition(".")[0], shown, inside, data)


def content_version(files: Iterable[KnowledgeFile]) -> str:
    """Digest of the places and contents of the files, in 32 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=16)
    for file in files:
        digest.update(f"{file.inside}\0{len(file.data)}\0".encode())
        digest.update(file.data)
    return digest.hexdigest()
