"""The bytes of every input are found, compared with what was recorded, and placed where the script expects them."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.reproduction.dvc_data import DvcCache, has_md5, md5_of

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


def _no_copies(path: str) -> Iterable[Path]:
    return ()


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
    copies: Callable[[str], Iterable[Path]] = _no_copies
    """Other files on this machine that may hold a path's bytes, such as the run's artifacts."""


def place_data(ingredient: Ingredient, places: DataPlaces) -> tuple[DataFinding, ...]:
    """Bring every input with a path into the worktree; return what was found of each."""
    items = ingredient.value if isinstance(ingredient.value, list | tuple) else ()
    return tuple(_place(item, places) for item in items if isinstance(item, Mapping) and item.get("path"))


def lost_data(ingredient: Ingredient, places: DataPlaces) -> tuple[DataFinding, ...]:
    """Return the inputs whose recorded bytes are nowhere to be had; looks only, and only outside of a worktree."""
    items = ingredient.value if isinstance(ingredient.value, list | tuple) else ()
    wanted = [item for item in items if isinstance(item, Mapping) and item.get("path") and not _is_weak(item)]
    found = [_lost(item, places) for item in wanted if item.get("sha256") and item.get("from") != "git"]
    found += [lost_of_dvc(item, places) for item in wanted if not item.get("sha256") and item.get("md5")]
    return tuple(finding for finding in found if finding is not None)


def _lost(item: Mapping[str, Json], places: DataPlaces) -> DataFinding | None:
    name, wanted, seen = str(item["path"]), str(item["sha256"]), ""
    for source in (places.project / name, Path(str(item.get("absolute") or name))):
        if source.is_absolute() and source.exists():
            seen = (places.digest or sha256_of)(source)
            if seen == wanted or same_rows(item, source, places):
                return None
    if _stored(name, wanted, places) is not None or _copy_of(name, wanted, places) is not None:
        return None
    return DataFinding(name, "changed" if seen else "gone", wanted, seen, owner_words(item))


def _copy_of(name: str, wanted: str, places: DataPlaces) -> Path | None:
    return next((one for one in places.copies(name) if sha256_of(one) == wanted), None)


def _is_weak(item: Mapping[str, Json]) -> bool:
    """Tell whether nobody knows that the run itself read a file."""
    return item.get("known_by") == "opened by some process while it ran"


def _stored(name: str, wanted: str, places: DataPlaces) -> bytes | None:
    """Return bytes by their digest from the project's own store, else from the repository's history."""
    kept = places.blob(wanted)
    return (
        kept
        if kept is not None
        else next((one for one in places.history(name) if hashlib.sha256(one).hexdigest() == wanted), None)
    )


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
    if not wanted and item.get("md5"):
        return placed_by_dvc(item, places)
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
    copy = _copy_of(name, wanted, places)
    if copy is not None:
        _bring(copy, target, places.code)
        return DataFinding(name, "same", wanted, wanted, "from the artifacts of the run")
    if _is_weak(item):
        what = "other bytes than when some process opened it while the run went on; nobody knows whether the run did"
        return DataFinding(name, "unchecked" if seen else "absent", wanted, seen, what)
    return DataFinding(name, "changed" if seen else "gone", wanted, seen, owner_words(item))


def lost_of_dvc(item: Mapping[str, Json], places: DataPlaces) -> DataFinding | None:
    """Return a tracked input whose bytes are neither in the project nor in a cache; None where they are."""
    tracked, md5 = str(item["dvc"]), str(item["md5"])
    if _is_here(item, places) or DvcCache(places.project, tracked).find(md5) is not None:
        return None
    return _not_tracked_any_more(item, places)


def placed_by_dvc(item: Mapping[str, Json], places: DataPlaces) -> DataFinding:
    """Bring an input that DVC tracks, or the folder that holds it: the project's own where it is the same, else the cache's."""
    name, tracked, md5 = str(item["path"]), str(item["dvc"]), str(item["md5"])
    top, here = _target(tracked, places.code), places.project / tracked
    if top is None:
        return DataFinding(name, "gone", md5, "", owner_words(item))
    if _is_here(item, places):
        same = has_md5(here, md5)
        _bring(here, top, places.code)
        what = "" if same else "not what DVC tracks at the commit, but untouched since the run"
        return DataFinding(name, "same" if same else "unchecked", md5, md5 if same else "", what)
    own_parents(top, places.code)
    if DvcCache(places.project, tracked).restore(md5, top):
        return DataFinding(name, "same", md5, md5, "from DVC's cache")
    return _not_tracked_any_more(item, places)


def _is_here(item: Mapping[str, Json], places: DataPlaces) -> bool:
    """Tell whether the project holds what the run read: the tracked bytes, or others that nobody touched since."""
    here = places.project / str(item["dvc"])
    return here.exists() and (not item.get("modified_after_run") or has_md5(here, str(item["md5"])))


def _not_tracked_any_more(item: Mapping[str, Json], places: DataPlaces) -> DataFinding:
    here = places.project / str(item["dvc"])
    seen = md5_of(here) if here.exists() else ""
    return DataFinding(str(item["path"]), "changed" if seen else "gone", str(item["md5"]), seen, owner_words(item))


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
    return DataFinding(name, "gone" if item.get("required") else "absent", detail=owner_words(item))


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


def owner_words(item: Mapping[str, Json]) -> str:
    owner = str(item.get("owner") or "")
    return f"{clean(owner)} owns it" if owner else ""
