"""What a command may see becomes an ordered list of mounts, outer folders first, so that inner ones win."""

import os
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.integrations.interpreter_places import stands_on
from mlcockpit.ports import Room

MOST_LINKS = 40
"""Symbolic links that are followed before a path counts as going in circles."""
NEVER_HIDDEN = frozenset(map(Path, ("/", "/usr", "/etc", "/opt", "/var", "/bin", "/lib", "/lib64")))


@dataclass(frozen=True)
class Mount:
    """One thing at one place of the room."""

    place: Path
    kind: str
    """hidden, empty (a file), link, read or write."""
    source: str = ""
    """The folder that is seen there, or where a link points to."""


def trail(path: Path) -> tuple[list[tuple[Path, str]], Path]:
    """Return every symbolic link that is passed on the way to a path, with its target, and the real place."""
    links: list[tuple[Path, str]] = []
    here, left = Path("/"), deque(path.parts[1:])
    while left:
        part = left.popleft()
        if part == "..":
            here = here.parent
            continue
        here = here / part
        if here.is_symlink() and len(links) < MOST_LINKS:
            target = os.readlink(here)
            links.append((here, target))
            parts = Path(target).parts
            here = Path("/") if target.startswith("/") else here.parent
            left.extendleft(reversed(parts[1:] if target.startswith("/") else parts))
    return links, here


def mounts(room: Room) -> list[Mount]:
    """Return the mounts of a room over a file system that is read-only, outer ones first."""
    found = _hiding(room)
    hiding = sorted(found)
    for path in (*_readable(room), *room.writable):
        links, real = trail(path)
        for place, target in links:
            if _within(place, hiding):
                found.setdefault(place, Mount(place, "link", target))
        if path in room.writable:
            found[real] = Mount(real, "write", str(real))
        elif real.exists() and _within(real, hiding):
            found.setdefault(real, Mount(real, "read", str(real)))
    for path in room.blank:
        real = path.resolve()
        if real.exists() and (_around(real, found) or Mount(real, "read")).kind == "read":
            found[real] = Mount(real, "hidden" if real.is_dir() else "empty")
    ordered = sorted(found.values(), key=lambda one: (len(one.place.parts), str(one.place)))
    return [one for one in ordered if not _is_there(one, found)]


def _readable(room: Room) -> list[Path]:
    return [*room.readable, *(place for python in room.pythons for place in stands_on(python))]


def _hiding(room: Room) -> dict[Path, Mount]:
    found = {place: Mount(place, "hidden") for place in _real_folders(room.hidden)}
    for place, folder in room.standing:
        for real in _real_folders([place]):
            found[real] = Mount(real, "write", str(folder.resolve()))
    return found


def _around(place: Path, found: dict[Path, Mount]) -> Mount | None:
    return next((found[parent] for parent in place.parents if parent in found), None)


def _is_there(one: Mount, found: dict[Path, Mount]) -> bool:
    """Tell whether what a mount would show is seen anyway, because the folder around it is."""
    if one.kind not in {"link", "read"}:
        return False
    around = _around(one.place, found)
    return around is not None and around.kind == "read"


def _real_folders(paths: Iterable[Path]) -> list[Path]:
    real = {path.resolve() for path in paths if path.is_dir()}
    return sorted(real - NEVER_HIDDEN)


def _within(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def readable_places(room: Room) -> list[Path]:
    """Return what a command may read, for walls that can only allow: everything beside what is hidden, and the room's own."""
    hidden = _hiding(room)
    found = [place for place in hidden if not any(parent in hidden for parent in place.parents)]
    around = {parent for place in found for parent in place.parents}
    blank = {path.resolve() for path in room.blank}
    own = [trail(path)[1] for path in _readable(room) if path.exists()]
    allowed = [one for top in sorted(around) for one in _beside(top, {*found, *around, *blank})]
    return [*allowed, *(one for path in own for one in _without(path, blank))]


def _beside(folder: Path, left_out: set[Path]) -> list[Path]:
    try:
        return [one for one in sorted(folder.iterdir()) if one not in left_out and one.exists()]
    except OSError:
        return []


def _without(path: Path, blank: set[Path]) -> list[Path]:
    """Return a path, or what is in it where a part of it must not be read."""
    inner = {one for one in blank if one.is_relative_to(path)}
    if not inner:
        return [path]
    around = {parent for one in inner for parent in one.parents if parent.is_relative_to(path)}
    return [one for top in sorted(around) for one in _beside(top, inner | around)]
