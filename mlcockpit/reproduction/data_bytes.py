"""The bytes of every input are found, compared with what was recorded, and placed where the script expects them."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Ingredient, Json

LARGEST_COPY = 2 * 2**30
"""Bytes of a file that is copied; a larger one is a link to where it lies, which a wall lets nobody write through."""


@dataclass(frozen=True)
class DataFinding:
    """What became of one input."""

    path: str
    state: str
    """same, unchecked, same_rows, changed or gone."""
    recorded: str = ""
    found: str = ""
    detail: str = ""


@dataclass(frozen=True)
class DataPlaces:
    """Where bytes can be had, best first."""

    code: Path
    """The worktree."""
    project: Path
    """The top of the user's repository."""
    blob: Callable[[str], bytes | None]
    """Bytes by sha-256 from a content-addressed store."""
    history: Callable[[str], Iterable[bytes]]
    """Earlier versions of a path in the repository."""
    content_sha256: Callable[[Path], str | None]
    """Digest of the ordered rows of a table; None where a file is no table."""
    digest: Callable[[Path], str] | None = None
    """sha-256 of a file or folder; None: read it."""


def place_data(ingredient: Ingredient, places: DataPlaces) -> tuple[DataFinding, ...]:
    """Bring every input with a path into the worktree; return what was found of each."""
    items = ingredient.value if isinstance(ingredient.value, list | tuple) else ()
    return tuple(_place(item, places) for item in items if isinstance(item, Mapping) and item.get("path"))


def lost_data(ingredient: Ingredient, places: DataPlaces) -> tuple[DataFinding, ...]:
    """Return the inputs whose recorded bytes are nowhere to be had; looks only, and only outside of a worktree."""
    items = ingredient.value if isinstance(ingredient.value, list | tuple) else ()
    wanted = [item for item in items if isinstance(item, Mapping) and item.get("sha256") and item.get("path")]
    return tuple(
        finding for item in wanted if item.get("from") != "git" and (finding := _lost(item, places)) is not None
    )


def _lost(item: Mapping[str, Json], places: DataPlaces) -> DataFinding | None:
    name, wanted, seen = str(item["path"]), str(item["sha256"]), ""
    for source in (places.project / name, Path(str(item.get("absolute") or name))):
        if source.is_absolute() and source.exists():
            seen = (places.digest or sha256_of)(source)
            if seen == wanted or same_rows(item, source, places):
                return None
    if _stored(name, wanted, places) is not None:
        return None
    return DataFinding(name, "changed" if seen else "gone", wanted, seen, _owner(item))


def _stored(name: str, wanted: str, places: DataPlaces) -> bytes | None:
    """Return bytes by their digest from the project's own store, else from the repository's history."""
    kept = places.blob(wanted)
    return kept or next((one for one in places.history(name) if hashlib.sha256(one).hexdigest() == wanted), None)


def sha256_of(path: Path) -> str:
    """Return the sha-256 of a file, or of the sorted (path, sha-256) list of a folder."""
    if path.is_dir():
        lines = [f"{sha256_of(one)}  {one.relative_to(path)}\n" for one in sorted(path.rglob("*")) if one.is_file()]
        return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _place(item: Mapping[str, Json], places: DataPlaces) -> DataFinding:
    name, wanted = str(item["path"]), str(item.get("sha256") or "")
    target = _target(name, places.code)
    if target is None:
        return _outside(name, wanted)
    if not wanted:
        return _unchecked(name, item, target, places)
    seen = ""
    absolute = str(item.get("absolute") or "")
    for source in (target, places.project / name, *([Path(absolute)] if absolute else [])):
        if not source.exists():
            continue
        found = sha256_of(source)
        if found == wanted or same_rows(item, source, places):
            _bring(source, target, places.code)
            same = found == wanted
            return DataFinding(
                name, "same" if same else "same_rows", wanted, found, "" if same else "same rows, other bytes"
            )
        seen = found
    stored = _stored(name, wanted, places)
    if stored is not None:
        own_parents(target, places.code)
        target.unlink(missing_ok=True)
        target.write_bytes(stored)
        return DataFinding(name, "same", wanted, wanted, "from the project's own store or history")
    return DataFinding(name, "changed" if seen else "gone", wanted, seen, _owner(item))


def same_rows(item: Mapping[str, Json], source: Path, places: DataPlaces) -> bool:
    """Tell whether a file holds the recorded rows in other bytes."""
    wanted = str(item.get("content_sha256") or "")
    return bool(wanted) and places.content_sha256(source) == wanted


def _unchecked(name: str, item: Mapping[str, Json], target: Path, places: DataPlaces) -> DataFinding:
    if target.exists():
        return DataFinding(name, "same", detail="in git at the commit")
    source = places.project / name
    if source.exists():
        _bring(source, target, places.code)
        return DataFinding(name, "unchecked", found="", detail="bytes of today: nothing recorded their digest")
    return DataFinding(name, "gone" if item.get("required") else "absent", detail=_owner(item))


def _outside(name: str, wanted: str) -> DataFinding:
    """Return what is known of a file outside of the project, which stays where it is."""
    source = Path(name)
    if not source.exists():
        return DataFinding(name, "gone", wanted)
    if not wanted:
        return DataFinding(name, "unchecked", detail="outside of the project; read where it is")
    found = sha256_of(source)
    return DataFinding(name, "same" if found == wanted else "changed", wanted, found)


def _target(name: str, code: Path) -> Path | None:
    """Return where an input belongs in the worktree; None where it lies outside of it."""
    target = Path(os.path.normpath(code / name))
    return target if target != code and target.is_relative_to(code) else None


def own_parents(target: Path, code: Path) -> None:
    """Make the folders of `target` real folders of the worktree: a link that leads out of it would be written through."""
    top = code.resolve()
    for parent in [one for one in reversed(target.parents) if one != code and one.is_relative_to(code)]:
        if parent.is_symlink() and not parent.resolve().is_relative_to(top):
            parent.unlink()
        parent.mkdir(exist_ok=True)


def _bring(source: Path, target: Path, code: Path) -> None:
    if source == target:
        return
    own_parents(target, code)
    if source.is_dir():
        if target.is_symlink():
            target.unlink()
        shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
        return
    target.unlink(missing_ok=True)
    if source.stat().st_size > LARGEST_COPY:
        target.symlink_to(source.resolve())
        return
    shutil.copy2(source, target)


def _owner(item: Mapping[str, Json]) -> str:
    owner = str(item.get("owner") or "")
    return f"{clean(owner)} owns it" if owner else ""
