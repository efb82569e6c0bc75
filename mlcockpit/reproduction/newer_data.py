"""Which published bytes are newer than those a run read is decided here, file by file; a series of files moves as a whole."""

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.recipe import Json
from mlcockpit.errors import Refused, UsageError

LABEL = re.compile(
    r"(?<!\d)(?:\d{4}[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?|\d{4}[-_.]?[QqWw]\d{1,2}|\d+)(?!\d)"
)
"""What tells the files of a series apart: a month, a day, a quarter, a week, else a number."""

PUBLISHED = "published"
Item = Mapping[str, Json]


@dataclass(frozen=True)
class Replacement:
    """One input of a run, and the bytes that take its place."""

    old_path: str
    """Below the repository's top."""
    new_path: str
    new_sha256: str
    dataset: str = ""
    """Key of the dataset; empty for a plain file."""
    old_version: str = ""
    """Such as v3; empty where the bytes that were read have no version."""
    new_version: str = ""
    new_place: str = ""
    """The absolute path of the new bytes, where that is not `new_path` in the project."""
    owner: str = ""

    @property
    def old_name(self) -> str:
        """Return flights@v3, or the path."""
        return f"{self.dataset}@{self.old_version}" if self.dataset and self.old_version else self.old_path

    @property
    def new_name(self) -> str:
        """Return flights@v12, or the path."""
        return f"{self.dataset}@{self.new_version}" if self.dataset and self.new_version else self.new_path


@dataclass(frozen=True)
class Shelf:
    """Everything that was published, with paths from the repository's top."""

    known: Sequence[KnownData]
    prefix: str = ""

    def path(self, one: KnownData) -> str:
        """Return where a version lies."""
        return posixpath.normpath(posixpath.join(self.prefix, one.path))

    def newest(self, dataset: str) -> dict[str, KnownData]:
        """Return path → its newest published version; withdrawn and deprecated ones do not count."""
        found: dict[str, KnownData] = {}
        for one in sorted(self.known, key=number):
            if one.name == dataset and one.state == PUBLISHED:
                found[self.path(one)] = one
        return found

    def paths(self, dataset: str) -> set[str]:
        """Return every place that the dataset ever had."""
        return {self.path(one) for one in self.known if one.name == dataset}


def number(one: KnownData) -> int:
    """Return the number of a version."""
    digits = one.version.removeprefix("v")
    return int(digits) if digits.isdigit() else 0


def label_of(path: str) -> str:
    """Return what tells a file from its neighbours; empty where nothing does."""
    found = LABEL.findall(posixpath.basename(path))
    return str(found[-1]) if found else ""


def series_of(path: str) -> tuple[str, str]:
    """Return what a path has in common with the other files of its series."""
    folder, name = posixpath.split(path)
    start, _, end = name.rpartition(label_of(path)) if label_of(path) else (name, "", "")
    return f"{folder}/{start}", end


def order_of(path: str) -> tuple[int, ...]:
    """Return the sort key of a file in its series."""
    return tuple(int(part) for part in re.findall(r"\d+", label_of(path)))


def datasets_read(items: Iterable[Item], shelf: Shelf) -> dict[str, list[Item]]:
    """Return dataset → the inputs of a run that are files of it."""
    owners = {shelf.path(one): one.name for one in shelf.known}
    versions = {(shelf.path(one), one.sha256): f"{one.name}@{one.version}" for one in shelf.known}
    found: dict[str, list[Item]] = {}
    for item in items:
        path = str(item.get("path") or "")
        if path in owners:
            known = str(item.get("version") or versions.get((path, str(item.get("sha256") or "")), ""))
            found.setdefault(owners[path], []).append({**item, "version": known})
    return found


def newest(items: Sequence[Item], shelf: Shelf, *, only: str = "") -> tuple[Replacement, ...]:
    """Return what is newer than what a run read; of one dataset where `only` names it. Empty: nothing is."""
    found: list[Replacement] = []
    for dataset, read in sorted(datasets_read(items, shelf).items()):
        if only in {"", dataset}:
            here = shelf.newest(dataset)
            for group in _series(read):
                last = _last(group, here)
                found += _moved(dataset, group, here, last)
    return tuple(found)


def version(items: Sequence[Item], shelf: Shelf, wanted: KnownData) -> tuple[Replacement, ...]:
    """Return the replacements that make a run read one named version; raises Refused or UsageError."""
    name = f"{wanted.name}@{wanted.version}"
    if wanted.state == "withdrawn":
        raise Refused(f"data/{name} was withdrawn", hint="name another version; `mlcockpit data list` shows them")
    read = datasets_read(items, shelf).get(wanted.name, [])
    if not read:
        shown = ", ".join(sorted(str(item.get("path") or item.get("name")) for item in items)) or "no file"
        raise UsageError(f"the run reads nothing of data/{wanted.name}", hint=f"it reads {shown}")
    place = shelf.path(wanted)
    for item in read:
        if item.get("path") == place:
            return tuple(_one(wanted.name, item, place, wanted))
    here = shelf.newest(wanted.name) | {place: wanted}
    for group in _series(read):
        if series_of(str(group[0]["path"])) == series_of(place) and label_of(place):
            return tuple(_moved(wanted.name, group, here, place))
    if len(read) == 1:
        return tuple(_one(wanted.name, read[0], place, wanted))
    raise UsageError(
        f"it is not clear which of {len(read)} files data/{name} replaces", hint="write --data PATH=NEWPATH for each"
    )


def _series(read: Sequence[Item]) -> list[list[Item]]:
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in read:
        groups.setdefault(series_of(str(item["path"])), []).append(item)
    return [sorted(group, key=lambda item: order_of(str(item["path"]))) for group in groups.values()]


def _last(group: Sequence[Item], here: Mapping[str, KnownData]) -> str:
    """Return the newest file of the series that the group belongs to; what the run read where nothing newer is there."""
    mine = str(group[-1]["path"])
    alike = [path for path in here if series_of(path) == series_of(mine)] if label_of(mine) else []
    return max([mine, *alike], key=order_of)


def _moved(dataset: str, group: Sequence[Item], here: Mapping[str, KnownData], last: str) -> list[Replacement]:
    """Return each file replaced by the one that lies as far ahead as `last` lies ahead of the newest that was read."""
    mine = [str(item["path"]) for item in group]
    line = sorted({*(path for path in here if series_of(path) == series_of(mine[0])), *mine, last}, key=order_of)
    steps = line.index(last) - line.index(mine[-1])
    found: list[Replacement] = []
    for item, path in zip(group, mine, strict=True):
        place = line[min(max(line.index(path) + steps, 0), len(line) - 1)]
        if place in here:
            found += _one(dataset, item, place, here[place])
    return found


def _one(dataset: str, item: Item, place: str, new: KnownData) -> list[Replacement]:
    """Return the replacement of one input; nothing where it read exactly these bytes."""
    old, digest = str(item["path"]), str(item.get("mlflow_digest") or "")
    known = str(item.get("version") or "").partition("@")[2]
    if place == old and (item.get("sha256") == new.sha256 or (not known and digest in new.mlflow_digests and digest)):
        return []
    return [Replacement(old, place, new.sha256, dataset, known, new.version, owner=new.owner)]
