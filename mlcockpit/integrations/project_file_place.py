"""A project is the folder of the nearest mlcockpit.toml; finding it reads nothing."""

from pathlib import Path

from mlcockpit.domain.names import FILE_NAME


def find_project_file(start: Path) -> Path | None:
    """Return the nearest mlcockpit.toml in `start` or above; None where there is none."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None
