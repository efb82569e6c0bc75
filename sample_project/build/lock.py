"""The lock that the sample commits is what this environment really holds, so its runs can be repeated here as it is."""

from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOTS = ("mlflow", "scikit-learn", "pandas", "pyarrow")
"""What the sample imports; mlflow whole, because its SQLite store needs more than mlflow-skinny brings."""


def lock() -> str:
    """Return `name==version` of the roots and all that they need here, sorted."""
    found: dict[str, str] = {}
    todo = [(name, frozenset[str]()) for name in ROOTS]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        name, extras = item = todo.pop()
        if item in seen:
            continue
        seen.add(item)
        found[canonicalize_name(name)] = metadata.version(name)
        todo += _needs(name, extras)
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def _needs(name: str, extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    wanted = []
    for text in metadata.requires(name) or []:
        need = Requirement(text)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            wanted.append((need.name, frozenset(need.extras)))
    return wanted
