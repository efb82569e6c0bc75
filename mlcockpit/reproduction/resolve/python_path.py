"""A project that was installed into its environment, or lay on the path, is found again from its folders alone."""

import posixpath
import sys
from collections.abc import Sequence

from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading


def python_path(
    reading: Reading | None, tree: CodeTree | None, cwd: str, *, module: bool, own: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the folders below the top that must be on the path so that the script finds the project's own modules."""
    if reading is None or tree is None:
        return ()
    found = _importable(tree.files())
    first = posixpath.normpath(cwd or ".") if module else posixpath.dirname(reading.script) or "."
    needed: dict[str, None] = {}
    for one in reading.program.modules:
        for name in (
            name
            for name in one.imported
            if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(".")
        ):
            place = _root_of(name.split(".")[0], found, (first, *own, ".", "src", cwd or "."))
            if place is not None and place != first:
                needed[place] = None
    return tuple(needed)


def _root_of(package: str, found: frozenset[str], roots: Sequence[str]) -> str | None:
    """Return the first folder that holds a module or package of this name; None where none does."""
    for root in roots:
        for inner in (root, posixpath.join(root, "src")):
            if posixpath.normpath(posixpath.join(inner, package)) in found:
                return posixpath.normpath(inner)
    return None


def _importable(files: Sequence[str]) -> frozenset[str]:
    """Return every module without its ending, and every folder that holds one."""
    found = set()
    for path in files:
        if path.endswith(".py"):
            stem = path.removesuffix(".py")
            while stem and stem not in found:
                found.add(stem)
                stem = posixpath.dirname(stem)
    return frozenset(found)
