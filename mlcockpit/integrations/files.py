"""Data files are known by what is in them: bytes by SHA-256, tables also by their rows, folders by all of their files."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.digest_cache import SETTLED_S, DigestCache, Known, Stamp
from mlcockpit.ports import FileDigest

_TABLES = (".parquet", ".pq", ".csv", ".tsv", ".csv.gz", ".tsv.gz")
_BUFFER = 1 << 18
_OURS = ".mlcockpit"


class LocalFiles:
    """ports.DataFiles on this machine; a relative path starts at the project file's folder."""

    def __init__(self, root: Path, cache: Path, *, settled_s: float = SETTLED_S) -> None:
        self._root = root.absolute()
        self._cache = DigestCache(cache, settled_s=settled_s)

    def digest(self, path: Path, *, table: bool = True) -> FileDigest:
        """Return the digest of a file or folder; raises SourceFailed where it is gone or cannot be read."""
        place = self._root / path
        try:
            if place.is_dir():
                return self._folder(place)
            return self._file(place, table=table and place.name.lower().endswith(_TABLES))
        except FileNotFoundError as error:
            gone = self._shown(Path(error.filename or place))
            raise SourceFailed(f"{gone} is gone", hint="restore it, or correct its path in mlcockpit.toml") from error
        except OSError as error:
            raise SourceFailed(f"{self._shown(place)} cannot be read", hint=clean(error.strerror or error)) from error

    def _file(self, place: Path, *, table: bool) -> FileDigest:
        stamp = self._stamp(place)
        known = self._cache.get(str(place), stamp)
        if known is None or (table and not known.rest):
            sha256 = known.sha256 if known else self._sha256(place, stamp)
            known = Known(str(stamp), sha256, self._rows(place) if table else None)
            self._refuse_change(place, stamp)
            self._cache.keep([(str(place), stamp, sha256, known.rest)])
        found = FileDigest(self._shown(place), known.sha256, stamp.size)
        return replace(found, **json.loads(known.rest)) if table and known.rest else found

    def _rows(self, place: Path) -> str:
        """Return the fields of a FileDigest that only a table has, as JSON."""
        # pandas and pyarrow cost half a second to import; a sync that finds nothing new never needs them
        from mlcockpit.integrations.table_batches import PARQUET, NotATable
        from mlcockpit.integrations.table_digest import digest_table

        try:
            return json.dumps(asdict(digest_table(place)))
        except NotATable as trouble:
            if place.name.lower().endswith(PARQUET):
                raise SourceFailed(f"{self._shown(place)} {trouble}", hint="restore it from where it came") from trouble
            return json.dumps({"trouble": str(trouble)})

    def _folder(self, place: Path) -> FileDigest:
        known = self._cache.below(str(place))
        files: list[tuple[str, str]] = []
        new: list[tuple[str, Stamp, str, str | None]] = []
        size = 0
        for entry in _files_below(str(place)):
            name = os.path.relpath(entry.path, place) if os.sep != "/" else entry.path[len(str(place)) + 1 :]
            if entry.is_symlink() and not entry.is_file():
                files.append((name, hashlib.sha256(os.fsencode(os.readlink(entry.path))).hexdigest()))
                continue
            stamp = Stamp.of(entry.stat())
            sha256 = self._known_or_read(entry, stamp, known.get(entry.path), new)
            files.append((name, sha256))
            size += stamp.size
        self._cache.keep(new)
        return FileDigest(self._shown(place), hashlib.sha256(json.dumps(sorted(files)).encode()).hexdigest(), size)

    def _known_or_read(
        self,
        entry: "os.DirEntry[str]",
        stamp: Stamp,
        known: Known | None,
        new: list[tuple[str, Stamp, str, str | None]],
    ) -> str:
        if known is not None and known.stamp == str(stamp):
            return known.sha256
        place = Path(entry.path)
        sha256 = self._sha256(place, self._stamp(place))
        self._refuse_change(place, stamp)
        new.append((entry.path, stamp, sha256, None))
        return sha256

    def _stamp(self, place: Path) -> Stamp:
        found = place.stat()
        if not stat.S_ISREG(found.st_mode):
            raise SourceFailed(f"{self._shown(place)} is not a file", hint="name a regular file or a folder")
        return Stamp.of(found)

    def _sha256(self, place: Path, stamp: Stamp) -> str:
        digest, seen, buffer = hashlib.sha256(), 0, bytearray(_BUFFER)
        with place.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                digest.update(memoryview(buffer)[:count])
                seen += count
        if seen != stamp.size:
            raise self._changing(place)
        return digest.hexdigest()

    def _refuse_change(self, place: Path, stamp: Stamp) -> None:
        if Stamp.of(place.stat()) != stamp:
            raise self._changing(place)

    def _changing(self, place: Path) -> SourceFailed:
        return SourceFailed(f"{self._shown(place)} changed while it was read", hint="try again when its writer is done")

    def _shown(self, place: Path) -> str:
        return clean(place.relative_to(self._root).as_posix() if place.is_relative_to(self._root) else place, 4096)


def _files_below(folder: str) -> Iterator["os.DirEntry[str]"]:
    """Yield every file and link under `folder`, links to folders unfollowed, and nothing of ours."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield entry
            elif entry.name != _OURS:
                yield from _files_below(entry.path)
