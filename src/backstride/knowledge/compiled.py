"""The compiled form: the checked plain tree as JSON, so that loading needs no YAML reader and no checks.

It is named by a digest of all that it was made from (see `compiled_path`), so it can't be stale: after any change of a
knowledge file or of the code it has another name. A machine without a usable cache folder only loads more slowly.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["compiled_path", "read_compiled", "write_compiled"]

_KEPT = 8


def compiled_path(version: str, names: Iterable[str], sources: Iterable[Path]) -> Path | None:
    """Where the compiled form belongs.

    Parameters
    ----------
    version : str
        Digest of the content of all knowledge files.
    names : iterable of str
        What the files are called in messages.
    sources : iterable of Path
        The code that reads and checks them.

    Returns
    -------
    Path or None
        None when this user has no home and no cache folder was named.
    """
    digest = hashlib.blake2b(version.encode(), digest_size=16)
    for name in names:
        digest.update(f"{name}\0".encode(errors="surrogatepass"))
    for source in sources:
        digest.update(source.read_bytes())
    try:
        home = os.environ.get("BACKSTRIDE_CACHE")
        root = Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backstride"
    except RuntimeError:
        return None
    return root / f"knowledge-{digest.hexdigest()}.json"


def read_compiled(path: Path) -> Any:
    """Read the plain tree, or None when it is missing, damaged, or could have been written by someone else."""
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & 0o022):
                return None
            check, _, body = file.read().partition(b"\n")
        return json.loads(body) if check == _check(body) else None
    except (OSError, ValueError):
        return None


def write_compiled(path: Path, tree: object) -> None:
    """Write the tree whole or not at all, readable by its owner only, and remove the oldest compiled forms."""
    import tempfile  # a warm start does without it

    body = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".knowledge-", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(_check(body) + b"\n" + body)
        os.replace(name, path)
        forms = sorted(path.parent.glob("knowledge-*.json"), key=lambda form: form.stat().st_mtime, reverse=True)
        for old in forms[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        if name and os.path.exists(name):
            os.unlink(name)


def _check(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).hexdigest().encode()
