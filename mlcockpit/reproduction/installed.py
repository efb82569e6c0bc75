"""What an interpreter has installed is read from the names in its site-packages; nothing is run."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlcockpit.domain.redaction import without_credentials

_DIST = re.compile(r"^(?P<name>.+?)-(?P<version>[^-]+?)(?:-py[0-9.]+.*)?\.(?:dist-info|egg-info)$")


@dataclass(frozen=True)
class Installed:
    """The package set of one interpreter."""

    packages: dict[str, str] = field(default_factory=dict)
    """Normalised name → version."""
    sources: dict[str, str] = field(default_factory=dict)
    """Normalised name → URL of what came from no index."""
    editable: dict[str, Path] = field(default_factory=dict)
    """Normalised name → folder of its code."""


def installed_in(folders: Iterable[Path]) -> Installed:
    """Return what the folders of an import path hold; the first of two equal names wins, as it does on import."""
    found = Installed()
    for folder in folders:
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError:
            continue
        for name in names:
            match = _DIST.match(name)
            if match:
                _add(found, normalised(match["name"]), match["version"], folder / name)
            elif name.endswith(".egg-link"):
                _add_link(found, folder / name)
    return found


def site_packages_of(interpreter: Path) -> list[Path]:
    """Return where an interpreter keeps its packages, told from its place alone."""
    for root in (interpreter.parent.parent, interpreter.resolve().parent.parent):
        found = sorted(root.glob("lib/python3*/site-packages")) + sorted(root.glob("Lib/site-packages"))
        if found:
            return found
    return []


def normalised(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _add(found: Installed, name: str, version: str, info: Path) -> None:
    if name in found.packages:
        return
    found.packages[name] = version
    try:
        direct = json.loads((info / "direct_url.json").read_bytes())
    except (OSError, ValueError):
        return
    url = str(direct.get("url", "")) if isinstance(direct, dict) else ""
    local = Path(unquote(urlsplit(url).path)) if url.startswith("file://") else None
    options = direct.get("dir_info") if isinstance(direct, dict) else None
    if local is not None and isinstance(options, dict) and options.get("editable"):
        found.editable[name] = local
    elif url:
        commit = (direct.get("vcs_info") or {}).get("commit_id")
        found.sources[name] = without_credentials(url) + (f"@{commit}" if commit else "")


def _add_link(found: Installed, link: Path) -> None:
    try:
        folder = Path(link.read_text("utf-8").splitlines()[0].strip())
    except (OSError, ValueError, IndexError):
        return
    name = normalised(link.stem)
    found.editable.setdefault(name, folder)
    for info in sorted(folder.glob("*.egg-info")):
        version = re.search(r"^Version: (.+)$", _text(info / "PKG-INFO"), re.MULTILINE)
        if normalised(info.stem) == name and version:
            found.packages.setdefault(name, version[1].strip())


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
