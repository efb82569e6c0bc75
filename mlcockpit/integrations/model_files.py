"""A logged model is known by the digest of the file that holds its weights, read and never loaded."""

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlparse

import yaml

from mlcockpit.errors import SourceFailed

_MOST = 1_000_000
"""Bytes of an MLmodel file that are worth reading."""


def weights_digest(place: Path) -> str | None:
    """Return the sha256 of a model's weights: of the file itself, or of the one a model folder's MLmodel names.

    None where nothing is there. Raises SourceFailed where it is there and cannot be read.
    """
    file = place
    if place.is_dir():
        named = weights_file(place)
        if named is None:
            return None
        file = named
    if not file.is_file():
        return None
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise SourceFailed(f"{file} cannot be read ({error.strerror})", hint="is it yours to read?") from error


def weights_file(folder: Path) -> Path | None:
    """Return the file that the folder's MLmodel names as the model; None where it names none that lies inside."""
    description = folder / "MLmodel"
    if not description.is_file() or description.stat().st_size > _MOST:
        return None
    try:
        parsed = yaml.safe_load(description.read_text(encoding="utf-8", errors="replace"))
    except yaml.YAMLError:
        return None
    flavors = parsed.get("flavors", {}) if isinstance(parsed, dict) else {}
    for flavor in ("python_function", *flavors):
        details = flavors.get(flavor)
        for key in ("model_path", "pickled_model", "data", "model_file"):
            name = details.get(key) if isinstance(details, dict) else None
            if (
                isinstance(name, str)
                and (folder / name).resolve().is_relative_to(folder.resolve())
                and (folder / name).is_file()
            ):
                return folder / name
    return None


def local_path(uri: str) -> Path | None:
    """Return the path of a file: URI or plain path; None for anything that is not on this machine."""
    parsed = urlparse(uri)
    if parsed.scheme == "file":
        return Path(unquote(parsed.path))
    return Path(uri) if not parsed.scheme and uri else None
