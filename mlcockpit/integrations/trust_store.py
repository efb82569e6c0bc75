"""Approvals and the key that signs captures live with the person, outside every project, readable by nobody else."""

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import time
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import Refused, SourceFailed

TRUST_ID = re.compile(r"^(?:sha256:)?[0-9a-f]{64}$")
_KEY_BYTES = 32


class LocalTrust:
    """The trust store of one person: a key and one line for every approval, in files of mode 0600."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "trust"

    def is_trusted(self, trust_id: str) -> bool:
        """Tell whether exactly this recipe was approved."""
        approved = self.folder / "approved.jsonl"
        if not approved.exists():
            return False
        _refuse_if_open_to_others(self.folder, approved)
        return _plain(trust_id) in _approvals(approved)

    def approve(self, trust_id: str, note: str) -> None:
        """Remember the approval of one recipe, with a note for the reader of the file."""
        if not TRUST_ID.match(trust_id):
            raise Refused(f"{clean(trust_id)} is no trust id", hint="it is sha256: and 64 hexadecimal digits")
        self._make()
        line = {"id": _plain(trust_id), "note": clean(note), "at": int(time.time())}
        _append(self.folder / "approved.jsonl", json.dumps(line).encode() + b"\n")

    def sign(self, data: bytes) -> str:
        """Return the signature that this person's key gives `data`."""
        return hmac.new(self.key(), data, hashlib.sha256).hexdigest()

    def verify(self, data: bytes, signature: str) -> bool:
        """Tell whether `signature` was made for `data` on this machine."""
        if not (self.folder / "key").exists():
            return False
        return hmac.compare_digest(self.sign(data).encode(), signature.strip().encode("utf-8", "replace"))

    def key(self) -> bytes:
        """Return the key, made when it is first asked for."""
        path = self.folder / "key"
        if not path.exists():
            self._make()
            _publish_once(path, secrets.token_bytes(_KEY_BYTES))
        _refuse_if_open_to_others(self.folder, path)
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            hint = f"rm {path}; captures that it signed then need --trust"
            raise SourceFailed(f"{path} is no key of {_KEY_BYTES} bytes", hint=hint)
        return key

    def _make(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            hint = "set MLCOCKPIT_HOME to a folder of yours"
            raise SourceFailed(f"{self.folder} cannot be made: {clean(error)}", hint=hint) from None
        _refuse_if_open_to_others(self.folder)


def _plain(trust_id: str) -> str:
    return trust_id.removeprefix("sha256:")


def _approvals(path: Path) -> set[str]:
    found = set()
    for line in path.read_text("utf-8", "replace").splitlines():
        try:
            found.add(str(json.loads(line)["id"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _append(path: Path, line: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def _publish_once(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; the first of several writers wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, data)
        os.fsync(handle)
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        os.close(handle)
        draft.unlink()


def _refuse_if_open_to_others(*paths: Path) -> None:
    for path in paths:
        state = path.lstat()
        others = stat.S_IWGRP | stat.S_IWOTH if stat.S_ISDIR(state.st_mode) else 0o077
        if state.st_mode & others or state.st_uid != os.getuid() or stat.S_ISLNK(state.st_mode):
            mode = "700" if stat.S_ISDIR(state.st_mode) else "600"
            what = f"{path} can be changed or read by other accounts (mode {stat.S_IMODE(state.st_mode):04o})"
            raise Refused(what, hint=f"chmod {mode} {path}, and think about who may have changed it")
