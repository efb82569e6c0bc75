"""Which data a repository learns from is read from its folders and .dvc files."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from mlcockpit.services.init.people import slug

MOST = 20
"""Datasets written down; the others are counted."""

_TABLES = (".parquet", ".pq", ".csv", ".tsv", ".csv.gz", ".tsv.gz")
_FOLDERS = {"data", "dataset", "datasets", "input", "inputs", "raw", "processed", "training_data"}
_SKIPPED = {"mlruns", "mlartifacts", "node_modules", "venv", "env", "site-packages", "__pycache__", "tests", "test"}
_DEPTH = 5
_MOST_ENTRIES = 20_000
_LARGEST_DVC = 1 << 16
_PERIOD = re.compile(r"(?:19|20)\d{2}(?:[-_]?\d{2}){0,2}|(?<=[-_])\d+(?=\.)|(?<![0-9])\d+(?=\.)")


@dataclass(frozen=True)
class FoundData:
    """One dataset as the files show it."""

    key: str
    path: str
    """From the project file's folder, perhaps with a star."""
    many: bool
    """Every file that matches is a version of its own."""
    why: str


def datasets_of(root: Path) -> list[FoundData]:
    """Return the datasets below `root`: tables in data folders and at the top, and whatever DVC tracks."""
    tables, tracked = [], []
    for path in _files(root):
        if path.endswith(".dvc"):
            tracked += _outs(root, path)
        elif path.lower().endswith(_TABLES) and _is_data(path):
            tables.append(path)
    found = [FoundData("", path, False, "tracked by DVC") for path in dict.fromkeys(tracked)]
    covered = set(tracked)
    loose = [path for path in tables if path not in covered and not any(path.startswith(f"{out}/") for out in covered)]
    return _named([*found, *_grouped(loose)])


def _grouped(paths: Sequence[str]) -> list[FoundData]:
    groups: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition("/")
        starred = re.sub(r"\*[-_*]*\*", "*", _PERIOD.sub("*", name))
        groups[f"{folder}/{starred}" if folder else starred].append(path)
    found = []
    for pattern, members in sorted(groups.items()):
        if len(members) > 1 and "*" in pattern:
            found.append(FoundData("", pattern, True, f"{len(members)} files that differ by a number or a date"))
        else:
            found += [FoundData("", path, False, "a file") for path in members]
    return found


def _named(found: Sequence[FoundData]) -> list[FoundData]:
    taken: set[str] = set()
    named = []
    for each in found:
        stem = PurePosixPath(each.path).name.split(".")[0].replace("*", "")
        parents = list(PurePosixPath(each.path).parent.parts)
        base = slug(stem, slug(parents[-1] if parents else "", "data"))
        choices = [base, *(slug("-".join([*parents[-count:], base]), base) for count in range(1, len(parents) + 1))]
        choices += [f"{base}-{number}" for number in range(2, len(found) + 2)]
        key = next(choice for choice in choices if choice not in taken)
        taken.add(key)
        named.append(FoundData(key, each.path, each.many, each.why))
    return named


def _is_data(path: str) -> bool:
    folders = path.split("/")[:-1]
    return not folders or any(folder.lower() in _FOLDERS for folder in folders)


def _files(root: Path) -> Iterator[str]:
    """Yield files below `root` as relative paths, folders that hold no data of the product left out."""
    seen = 0
    for folder, folders, files in os.walk(root):
        depth = len(Path(folder).relative_to(root).parts)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name.lower() not in _SKIPPED and depth < _DEPTH
        )
        for name in sorted(files):
            seen += 1
            if seen > _MOST_ENTRIES:
                return
            yield (Path(folder) / name).relative_to(root).as_posix()


def _outs(root: Path, path: str) -> list[str]:
    """Return what a .dvc file tracks; nothing where it is none."""
    try:
        raw = (root / path).read_bytes()[:_LARGEST_DVC]
        parsed = yaml.safe_load(raw)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return []
    outs = parsed.get("outs") if isinstance(parsed, dict) else None
    folder = PurePosixPath(path).parent
    names = [out.get("path") for out in outs if isinstance(out, dict)] if isinstance(outs, list) else []
    return [str(folder / name) for name in names if isinstance(name, str) and _stays_below(name)]


def _stays_below(name: str) -> bool:
    return bool(name) and not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts
