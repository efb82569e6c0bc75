"""Where declared datasets lie is told from mlcockpit.toml without checking the rest of it: capture must be quick and never refuse."""

import os
import tomllib
from pathlib import Path

from mlcockpit.domain.names import FILE_NAME


def declared_folders(root: Path) -> list[Path]:
    """Return the folders of datasets that are declared outside of `root`; those inside are below it anyway."""
    try:
        declared = tomllib.loads((root / FILE_NAME).read_text("utf-8")).get("datasets")
    except (OSError, ValueError):
        return []
    paths = (
        [one.get("path") for one in declared.values() if isinstance(one, dict)] if isinstance(declared, dict) else []
    )
    found = []
    for path in paths:
        place = Path(os.path.normpath(root / path)) if isinstance(path, str) and "://" not in path else root
        if not place.is_relative_to(root):
            found.append(place if place.is_dir() else place.parent)
    return list(dict.fromkeys(found))
