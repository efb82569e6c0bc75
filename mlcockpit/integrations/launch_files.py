"""Launches are files of a project that appear whole or not at all, signed by the person who captured them."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.launch import Launch, canonical_json
from mlcockpit.errors import CockpitError, SourceFailed, UnknownName
from mlcockpit.ports import TrustStore

_ID = re.compile(r"^[0-9A-Za-z][0-9A-Za-z-]{0,63}$")


class LaunchFiles:
    """The launches of one project: `<launch_id>.json` with `<launch_id>.sig` beside it."""

    def __init__(self, folder: Path, trust: TrustStore) -> None:
        self.folder = folder
        self._trust = trust

    def save(self, launch: Launch) -> Path:
        """Write the launch and its signature; a crash leaves the one before or the new one."""
        data = canonical_json(launch.to_json()) + b"\n"
        path = self._path(launch.launch_id)
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(path.with_suffix(".sig"), self._trust.sign(data).encode() + b"\n")
            write_whole(path, data)
        except OSError as error:
            what = f"launch {launch.launch_id} cannot be written to {self.folder} ({error.strerror})"
            raise SourceFailed(what, hint="is the disk full, or the folder not yours?") from None
        return path

    def load(self, launch_id: str) -> Launch:
        """Return one launch; raises UnknownName where there is none, SourceFailed where its file does not hold."""
        path = self._path(launch_id)
        if not path.is_file():
            raise UnknownName(f"there is no launch {clean(launch_id)}", hint=f"launches are in {self.folder}")
        try:
            return Launch.from_json(json.loads(path.read_bytes()))
        except (ValueError, OSError) as error:
            raise SourceFailed(f"{path} is no launch: {clean(error)}", hint="capture the command again") from None

    def is_ours(self, launch_id: str) -> bool:
        """Tell whether this person captured exactly this launch on this machine."""
        path = self._path(launch_id)
        try:
            return self._trust.verify(path.read_bytes(), path.with_suffix(".sig").read_text("utf-8", "replace"))
        except OSError:
            return False

    def ids(self) -> Iterator[str]:
        """Yield every launch, newest first."""
        if self.folder.is_dir():
            yield from sorted((path.stem for path in self.folder.glob("*.json") if _ID.match(path.stem)), reverse=True)

    def like(self, launch: Launch, *, most: int) -> Iterator[Launch]:
        """Yield the launches of the same argument list among the `most` newest; files of others are not parsed."""
        needle = canonical_json({"argv": list(launch.argv)})[1:-1]
        for launch_id in islice(self.ids(), most):
            with suppress(OSError, CockpitError):
                if needle in self._path(launch_id).read_bytes():
                    yield self.load(launch_id)

    def _path(self, launch_id: str) -> Path:
        if not _ID.match(launch_id):
            raise UnknownName(f"{clean(launch_id)} is no launch", hint=f"launches are in {self.folder}")
        return self.folder / f"{launch_id}.json"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 by a draft beside it, fsync and rename."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
