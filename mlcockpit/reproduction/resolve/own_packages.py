"""What was installed from the project itself is installed again from the commit, never from the user's folder."""

import posixpath
import tomllib
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from mlcockpit.domain.launch import Launch
from mlcockpit.reproduction.resolve.requirement_lines import Requirements
from mlcockpit.reproduction.source.program import CodeTree

DECLARES = ("pyproject.toml", "setup.py", "setup.cfg")
"""Files that make their folder installable and say what it needs."""


def own_packages(
    tree: CodeTree, plain: Sequence[Requirements], lock: Requirements | None, tool_lock: str, folders: Sequence[str]
) -> tuple[str, ...]:
    """Return the folders below the top that requirement files, a lock or the packaging itself install."""
    files = frozenset(tree.files())
    named = [one for group in (*plain, *((lock,) if lock else ())) for one in group.own]
    if tool_lock:
        named += _locked(tree.read(tool_lock) or b"", posixpath.dirname(tool_lock))
        named += _poetry(tree, posixpath.dirname(tool_lock))
    declared = [group.path for group in plain if posixpath.basename(group.path) in DECLARES]
    named += [f"-e {posixpath.dirname(path) or '.'}" for path in declared if _installable(tree, path)]
    kept = [one for one in dict.fromkeys(named) if _is_there(one.removeprefix("-e "), files)]
    return tuple(one for one in kept if one.startswith("-e ") or f"-e {one}" not in kept)


def captured_own(launch: Launch | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (inside, outside): what a captured launch had installed from the repository's folder, and from others."""
    if launch is None or not launch.code.root:
        return (), ()
    root = launch.code.root.rstrip("/")
    own: list[str] = []
    foreign: list[str] = []
    for one in launch.code.editable:
        inside = one.path == root or one.path.startswith(root + "/")
        (own if inside else foreign).append(f"-e {posixpath.relpath(one.path, root)}" if inside else one.path)
    for url in launch.environment.sources.values():
        path = unquote(url.removeprefix("file://")) if url.startswith("file://") else ""
        if path and (path == root or path.startswith(root + "/")):
            own.append(posixpath.relpath(path, root))
    return tuple(own), tuple(foreign)


def _is_there(path: str, files: frozenset[str]) -> bool:
    return path in files or any(posixpath.normpath(posixpath.join(path, name)) in files for name in DECLARES)


def _installable(tree: CodeTree, path: str) -> bool:
    """Tell whether a packaging file names a package and how to build it."""
    if not path.endswith("pyproject.toml"):
        return True
    found = _toml(tree.read(path) or b"")
    return "build-system" in found and ("project" in found or "poetry" in _mapping(found.get("tool")))


def _locked(data: bytes, folder: str) -> list[str]:
    """Return the local packages of a uv.lock."""
    found = _toml(data).get("package")
    named = []
    for one in found if isinstance(found, list) else ():
        source = _mapping(_mapping(one).get("source"))
        for kind, sign in (("editable", "-e "), ("directory", ""), ("path", "")):
            if isinstance(source.get(kind), str):
                named.append(sign + posixpath.normpath(posixpath.join(folder, str(source[kind]))))
    return named


def _poetry(tree: CodeTree, folder: str) -> list[str]:
    """Return what a poetry project takes from folders of its own."""
    found = _toml(tree.read(posixpath.join(folder, "pyproject.toml")) or b"")
    wanted = _mapping(_mapping(_mapping(found.get("tool")).get("poetry")).get("dependencies"))
    paths = [_mapping(value).get("path") for value in wanted.values()]
    return [f"-e {posixpath.normpath(posixpath.join(folder, path))}" for path in paths if isinstance(path, str)]


def _toml(data: bytes) -> Mapping[str, object]:
    try:
        return tomllib.loads(data.decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return {}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
