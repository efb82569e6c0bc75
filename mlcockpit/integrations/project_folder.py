"""The user's files as they are now are looked at, never changed."""

import os
from pathlib import Path

MOST_ENTRIES = 5000
"""Files of a folder whose dates are looked at."""


class ProjectFolder:
    """reproduction.facts.ProjectFolder below the top of the user's repository."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def root(self) -> str:
        """Return the absolute path of the top folder."""
        return str(self.top)

    def modified_ms(self, path: str) -> int | None:
        """Return when a file (or the newest file of a folder) last changed; None where it is not there."""
        place = self.top / path
        try:
            newest = place.stat().st_mtime
            if place.is_dir():
                newest = max([newest, *_dates(place)])
        except (OSError, ValueError):
            return None
        return int(newest * 1000)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None where it is not there."""
        try:
            return (self.top / path).read_bytes()
        except (OSError, ValueError):
            return None


def _dates(folder: Path) -> list[float]:
    found: list[float] = []
    for top, _, names in os.walk(folder):
        for name in names:
            if len(found) >= MOST_ENTRIES:
                return found
            found.append(os.stat(os.path.join(top, name)).st_mtime)
    return found
