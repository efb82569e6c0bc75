"""Two launches are the same recipe when command, code, packages and the bytes that were read are the same."""

import hashlib
import os
from pathlib import Path

from mlcockpit.domain.launch import Code, Launch

MOST_HASHED = 16 * 2**20
"""Bytes that are read to compare data; what is larger counts as unchanged where the file was not touched since."""


def same_start(now: Launch, earlier: Launch) -> bool:
    """Tell whether a launch that is about to start has command, code and packages of an earlier one that ended."""
    unsure = [line for line in (*now.partial, *earlier.partial) if line.startswith("code:")]
    return (
        earlier.is_finished
        and not unsure
        and now.launch_id != earlier.launch_id
        and now.capture_digest == earlier.capture_digest
        and _editable(now.code) <= _editable(earlier.code)
        and now.environment.packages.items() <= earlier.environment.packages.items()
    )


def same_data(earlier: Launch) -> bool:
    """Tell whether every file that an earlier launch read still holds the bytes that it read."""
    since_ns = int(earlier.started_at.timestamp() * 1e9)
    left = MOST_HASHED
    for one in earlier.data:
        place = Path(one.absolute)
        try:
            state = place.stat()
        except OSError:
            return False
        if one.sha256 is None or state.st_size != one.size:
            return False
        if one.size <= left:
            left -= one.size
            if _sha256(place) != one.sha256:
                return False
        elif max(state.st_mtime_ns, state.st_ctime_ns) >= since_ns or os.path.realpath(place) != one.absolute:
            return False
    return True


def _sha256(place: Path) -> str:
    try:
        with place.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError:
        return ""


def _editable(code: Code) -> set[tuple[str, str | None, str | None]]:
    return {(one.name, one.commit, one.snapshot_commit) for one in code.editable}
