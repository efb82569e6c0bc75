"""Where data and runs lie, and which metrics count, is told from mlcockpit.toml without checking the rest: capture is quick."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from mlcockpit.domain.names import FILE_NAME


def declared_folders(root: Path) -> list[Path]:
    """Return the folders of datasets that are declared outside of `root`; those inside are below it anyway."""
    entries = _table(root, "datasets").values()
    paths = [one.get("path") for one in entries if isinstance(one, dict)]
    found = []
    for path in paths:
        place = Path(os.path.normpath(root / path)) if isinstance(path, str) and "://" not in path else root
        if not place.is_relative_to(root):
            found.append(place if place.is_dir() else place.parent)
    return list(dict.fromkeys(found))


def declared_store(root: Path) -> str | None:
    """Return the MLflow store that is declared; None where none is."""
    uri = _table(root, "sources").get("mlflow")
    return uri if isinstance(uri, str) else None


def primary_metrics(root: Path) -> list[str]:
    """Return the metrics by which declared models are judged."""
    entries = _table(root, "models").values()
    found = [one.get("primary_metric") for one in entries if isinstance(one, dict)]
    return [name for name in found if isinstance(name, str) and name]


def _table(root: Path, name: str) -> Mapping[str, object]:
    try:
        found = tomllib.loads((root / FILE_NAME).read_text("utf-8")).get(name)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
