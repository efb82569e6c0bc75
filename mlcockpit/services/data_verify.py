"""`data verify` reads the files again: each still holds the bytes that were published, or it is said which does not."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.names import parts
from mlcockpit.domain.vocabulary import DatasetState, Tone
from mlcockpit.errors import EvidenceMissing, SourceFailed
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_name
from mlcockpit.store.records import read_all
from mlcockpit.views.table import Cell, Table, columns, row


class Found(StrEnum):
    """What a file holds now."""

    EQUAL = "equal"
    SAME_ROWS = "same rows, other bytes"
    CHANGED = "changed"
    GONE = "gone"


_TONES = {Found.EQUAL: Tone.GOOD, Found.SAME_ROWS: Tone.DOUBTFUL, Found.CHANGED: Tone.BAD, Found.GONE: Tone.BAD}


@dataclass(frozen=True)
class Verification:
    """What every published file holds now."""

    found: tuple[tuple[DatasetVersion, Found], ...]

    @property
    def exit_code(self) -> int:
        """Return 1 where bytes changed, else 3 where a file is gone, else 0."""
        words = {found for _, found in self.found}
        if words & {Found.CHANGED, Found.SAME_ROWS}:
            return 1
        return 3 if Found.GONE in words else 0

    def table(self) -> Table:
        """Return the files as rows."""
        rows = []
        for version, found in self.found:
            name = f"data/{version.dataset}@v{version.number}"
            cells = (Cell(name, link=name), version.path, Cell(found.value, tone=_TONES[found]), version.sha256[:12])
            rows.append(row(name, *cells))
        return Table("Data", columns("version", "path", "found", "sha256"), tuple(rows), key="data")


def verify_data(cockpit: Cockpit, dataset: str | None = None) -> Verification:
    """Compare the newest version at each path with its file; raises UnknownName, and EvidenceMissing where none is."""
    name = None if dataset is None else resolve_name(cockpit, dataset, kinds=("data",))
    newest = {}
    for version in read_all(cockpit.store, DatasetVersion):
        if _is_meant(version, name):
            newest[version.dataset, version.path] = version
    meant = [version for version in newest.values() if version.state is not DatasetState.WITHDRAWN]
    if not meant:
        what = "no dataset has a published version" if name is None else f"{name} has no published version"
        raise EvidenceMissing(what, hint="`mlcockpit data publish DATASET`")
    return Verification(tuple((version, _look(cockpit, version)) for version in meant))


def _is_meant(version: DatasetVersion, name: str | None) -> bool:
    if name is None:
        return True
    _, key, number = parts(name)
    return version.dataset == key and number in ("", f"v{version.number}")


def _look(cockpit: Cockpit, version: DatasetVersion) -> Found:
    place = cockpit.root / version.path
    if not place.exists():
        return Found.GONE
    if cockpit.files.digest(Path(version.path), table=False).sha256 == version.sha256:
        return Found.EQUAL
    if version.content_sha256 is None:
        return Found.CHANGED
    try:
        same = cockpit.files.digest(Path(version.path)).content_sha256 == version.content_sha256
    except SourceFailed:
        # a table that can no longer be read as one has certainly changed
        return Found.CHANGED
    return Found.SAME_ROWS if same else Found.CHANGED
