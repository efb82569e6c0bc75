"""mlcockpit.toml is found by walking up from a folder, and read whole or refused."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from mlcockpit.domain.project_file import FILE_NAME, ProjectFile
from mlcockpit.errors import BadProjectFile


def find_project_file(start: Path) -> Path | None:
    """Return the nearest mlcockpit.toml in `start` or above; None where there is none."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def read_project_file(path: Path) -> ProjectFile:
    """Return the declared project; raises BadProjectFile."""
    try:
        return ProjectFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadProjectFile(f"{path.name} does not hold: {error}", hint="correct it and repeat") from error
