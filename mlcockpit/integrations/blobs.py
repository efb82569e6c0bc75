"""Bytes are kept under their own SHA-256: what is read back is what was put in, or nothing."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import SourceFailed

_NAME = re.compile(r"[0-9a-f]{64}")


class BlobFolder:
    """ports.BlobStore in one folder: ab/cdef…, each file written aside, synced and renamed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep `data`; return its sha-256; raises SourceFailed where the disk refuses."""
        sha256 = hashlib.sha256(data).hexdigest()
        if self.get(sha256) is None:
            try:
                _write(self._place(sha256), data)
            except OSError as error:
                where = clean(self._folder, 4096)
                raise SourceFailed(f"{where} cannot keep {len(data)} bytes", hint=clean(error.strerror)) from error
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """Return the bytes; None where they are not here or no longer match their name."""
        if not _NAME.fullmatch(sha256):
            return None
        try:
            data = self._place(sha256).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:]


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, aside = tempfile.mkstemp(dir=place.parent, prefix=".aside-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(place)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    _sync(place.parent)


def _sync(folder: Path) -> None:
    """Make the rename itself last: a folder is synced like a file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
