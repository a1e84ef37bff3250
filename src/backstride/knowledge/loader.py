"""Loads the knowledge files, with a therapist's own files laid over them.

Reading and checking some five hundred YAML files takes a second or two; their compiled form takes a few hundredths.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backstride.errors import KnowledgeError
from backstride.knowledge.build import build_knowledge
from backstride.knowledge.compiled import compiled_path, read_compiled, write_compiled
from backstride.knowledge.concepts import Knowledge
from backstride.knowledge.files import SHIPPED, content_version, read_files

__all__ = ["load"]

_SHOWN_PROBLEMS = 20


def load(overlays: Sequence[Path] = ()) -> Knowledge:
    """Load the shipped knowledge with overlays on top.

    Parameters
    ----------
    overlays : sequence of Path
        Folders of the same layout. A file with a shipped id replaces that concept whole; new ids are added;
        references, limits and wording are merged entry by entry. Later folders win.

    Returns
    -------
    Knowledge

    Raises
    ------
    KnowledgeError
        Naming the first problems with file, line, field and remedy.
    """
    files = read_files(overlays)
    version = content_version(files)
    # Messages and concepts name their files, so another overlay folder with the same content is compiled anew.
    path = compiled_path(version, (file.shown for file in files), (*sorted(SHIPPED.glob("*.py")), SHIPPED.parent / "marked_yaml.py"))
    tree = read_compiled(path) if path else None
    if tree is None:
        # Imported here: with a compiled form at hand no YAML reader is needed at all.
        from backstride.knowledge.consistency import problems_in
        from backstride.knowledge.reading import read_tree

        reading = read_tree(files)
        if problems := problems_in(reading):
            shown = "\n".join(str(problem) for problem in problems[:_SHOWN_PROBLEMS])
            more = f"\n... and {len(problems) - _SHOWN_PROBLEMS} more" if len(problems) > _SHOWN_PROBLEMS else ""
            remedy = "" if len(problems) == 1 else "\n'backstride knowledge check' lists them all."
            raise KnowledgeError(f"the knowledge files have {len(problems)} problem(s):\n{shown}{more}", remedy=remedy)
        tree = reading.tree
        if path:
            write_compiled(path, tree)
    return build_knowledge(tree, f"0.1-{version[:12]}")
