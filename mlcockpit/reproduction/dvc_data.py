"""Data that DVC tracks is known by the md5 at the commit, and its bytes are taken from the cache on this machine."""

import hashlib
import json
import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.reproduction.resolve.plain_yaml import read_yaml
from mlcockpit.reproduction.source.program import CodeTree

MD5 = re.compile(r"^[0-9a-f]{32}(\.dir)?$")
LARGEST_LISTING = 64 * 2**20


@dataclass(frozen=True)
class Tracked:
    """What DVC says of one path at a commit."""

    path: str
    """Of the output, below the top."""
    md5: str
    """Ends with .dir for a folder."""
    file: str
    """The .dvc file or dvc.lock that says so."""


def tracked_by_dvc(tree: CodeTree, path: str, script: str = "") -> Tracked | None:
    """Return what a commit says of `path` or the folder that holds it; None where DVC does not track it.

    A dvc.lock is asked only for what the stages that start `script` depend on: their outputs are what the run makes.
    """
    files = tree.files()
    parts = path.split("/")
    for length in range(len(parts), 0, -1):
        name = "/".join(parts[:length])
        if f"{name}.dvc" in files:
            found = _listed(tree, f"{name}.dvc").get(name)
            if found is not None:
                return found
    for length in range(len(parts) - 1, -1, -1):
        lock = posixpath.join("/".join(parts[:length]), "dvc.lock")
        if lock in files:
            outputs = _listed(tree, lock, script)
            fitting = [one for name, one in outputs.items() if path == name or path.startswith(f"{name}/")]
            if fitting:
                return max(fitting, key=lambda one: len(one.path))
    return None


def stage_inputs(tree: CodeTree, script: str) -> tuple[str, ...]:
    """Return what the only stage that starts `script` depends on beside python files, by the dvc.lock of the commit."""
    found: list[str] = []
    for lock in (path for path in tree.files() if posixpath.basename(path) == "dvc.lock"):
        stages = read_yaml(tree.read(lock)).get("stages")
        starting = [one for one in stages.values() if _starts(one, script)] if isinstance(stages, Mapping) else []
        if len(starting) == 1:
            found += _listed(tree, lock, script)
    return tuple(path for path in found if not path.endswith(".py"))


def _starts(stage: object, script: str) -> bool:
    return isinstance(stage, Mapping) and bool(script) and script in str(stage.get("cmd"))


def _listed(tree: CodeTree, file: str, script: str = "") -> dict[str, Tracked]:
    said = read_yaml(tree.read(file))
    folder = posixpath.dirname(file)
    if isinstance(said.get("wdir"), str):
        folder = posixpath.join(folder, str(said["wdir"]))
    stages = said.get("stages")
    lists = [said.get("outs")]
    if isinstance(stages, Mapping):
        for stage in stages.values():
            if isinstance(stage, Mapping) and _starts(stage, script):
                lists.append(stage.get("deps"))
    found = {}
    for one in (one for entries in lists if isinstance(entries, list) for one in entries):
        md5, path = (one.get("md5"), one.get("path")) if isinstance(one, Mapping) else (None, None)
        if isinstance(md5, str) and isinstance(path, str) and MD5.match(md5):
            name = posixpath.normpath(posixpath.join(folder, path))
            found[name] = Tracked(name, md5, file)
    return found


class DvcCache:
    """The caches of one repository on this machine: DVC 3's layout below files/md5, and DVC 2's beside it."""

    def __init__(self, top: Path, tracked: str = "") -> None:
        """Take the nearest folder above `tracked` that DVC was made in, at most `top`."""
        places = [top / parent for parent in Path(tracked).parents] if tracked else [top]
        self._folders = list(_cache_folders(next((one for one in places if (one / ".dvc").is_dir()), top)))

    def find(self, md5: str) -> Path | None:
        """Return the object of that digest; None where no cache holds it."""
        for folder in self._folders:
            for place in (folder / "files" / "md5" / md5[:2] / md5[2:], folder / md5[:2] / md5[2:]):
                if place.is_file():
                    return place
        return None

    def restore(self, md5: str, target: Path) -> bool:
        """Write the file or folder of that digest to `target`; tell whether all of it was there."""
        kept = self.find(md5)
        if kept is None:
            return False
        if not md5.endswith(".dir"):
            return _copy(kept, target, md5)
        members = {name: (digest, self.find(digest)) for name, digest in listing(kept)}
        if any(place is None for _, place in members.values()):
            return False
        return all(_copy(place, target / name, digest) for name, (digest, place) in members.items() if place)


def listing(kept: Path) -> Iterator[tuple[str, str]]:
    """Yield (path below the folder, md5) of a folder's object; nothing where it is broken."""
    try:
        found = json.loads(kept.read_bytes()) if kept.stat().st_size <= LARGEST_LISTING else []
    except (OSError, ValueError):
        return
    for one in found if isinstance(found, list) else []:
        name, md5 = (one.get("relpath"), one.get("md5")) if isinstance(one, dict) else (None, None)
        inside = isinstance(name, str) and not name.startswith("/") and ".." not in name.split("/")
        if inside and isinstance(md5, str) and MD5.match(md5):
            yield str(name), md5


def has_md5(path: Path, md5: str) -> bool:
    """Tell whether a file or folder holds what DVC calls by that digest; DVC 2 reads lines of texts as ending alike."""
    if md5.endswith(".dir"):
        return path.is_dir() and md5_of(path) == md5
    if not path.is_file():
        return False
    if md5_of(path) == md5:
        return True
    data = path.read_bytes() if path.stat().st_size <= LARGEST_LISTING else b""
    return b"\r\n" in data and hashlib.md5(data.replace(b"\r\n", b"\n"), usedforsecurity=False).hexdigest() == md5


def md5_of(path: Path) -> str:
    """Return DVC's digest of a file or folder."""
    if not path.is_dir():
        with path.open("rb") as source:
            return hashlib.file_digest(source, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    files = sorted(one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file())
    entries = [{"md5": md5_of(path / name), "relpath": name} for name in files]
    entries.sort(key=lambda one: one["relpath"])
    return f"{hashlib.md5(json.dumps(entries).encode(), usedforsecurity=False).hexdigest()}.dir"


def _copy(kept: Path, target: Path, md5: str) -> bool:
    if not has_md5(kept, md5):
        return False  # a damaged object of the cache
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copyfile(kept, target)
    return True


def _cache_folders(top: Path) -> Iterator[Path]:
    for name in ("config.local", "config"):
        try:
            text = (top / ".dvc" / name).read_text("utf-8", "replace")
        except OSError:
            continue
        match = re.search(r"^\[cache\][^\[]*?^\s*dir\s*=\s*(.+?)\s*$", text, re.MULTILINE | re.DOTALL)
        if match:
            yield (top / ".dvc" / match[1]).resolve()
    yield top / ".dvc" / "cache"
