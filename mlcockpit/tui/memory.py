"""Where a person was, and how each screen was filtered and sorted, is kept in the user's folder; a broken file is no trouble."""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILE = "interface.json"
_KNOWN = ("filter", "sort", "columns", "cursor")


@dataclass
class Memory:
    """What the app remembers of one project between two starts."""

    path: Path | None = None
    """None: nothing is kept."""
    project: str = ""
    place: str = ""
    lens: str = ""
    seen: str = ""
    """ISO instant of the last visit: since then things count as new."""
    theme: str = ""
    ascii: bool | None = None
    screens: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, screen: str) -> Mapping[str, str]:
        """Return what is known of one screen."""
        return self.screens.get(screen, {})

    def keep(self, screen: str, **parts: str) -> None:
        """Remember parts of one screen."""
        self.screens.setdefault(screen, {}).update(parts)

    def save(self) -> None:
        """Write it down: a temporary file, then a rename; where that fails nothing is lost but the memory."""
        if self.path is None:
            return
        everything = _read(self.path)
        projects = everything.setdefault("projects", {})
        if isinstance(projects, dict):
            projects[self.project] = {
                "place": self.place,
                "lens": self.lens,
                "seen": self.seen,
                "screens": self.screens,
            }
        everything |= {"theme": self.theme, "ascii": self.ascii}
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".interface-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(everything, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except OSError:
            return


def recall(folder: Path, project: str) -> Memory:
    """Return what was kept for `project`."""
    path = folder / FILE
    everything = _read(path)
    projects = everything.get("projects")
    mine = projects.get(project) if isinstance(projects, dict) else None
    mine = mine if isinstance(mine, dict) else {}
    screens = mine.get("screens")
    chosen = everything.get("ascii")
    return Memory(
        path=path,
        project=project,
        place=_text(mine.get("place")),
        lens=_text(mine.get("lens")),
        seen=_text(mine.get("seen")),
        theme=_text(everything.get("theme")),
        ascii=chosen if isinstance(chosen, bool) else None,
        screens=_screens(screens) if isinstance(screens, dict) else {},
    )


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _screens(raw: Mapping[str, object]) -> dict[str, dict[str, str]]:
    return {
        name: {key: _text(parts.get(key)) for key in _KNOWN if parts.get(key)}
        for name, parts in raw.items()
        if isinstance(parts, dict)
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
