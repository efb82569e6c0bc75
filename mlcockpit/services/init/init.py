"""`init` writes a first mlcockpit.toml from what a repository shows, and never over one that is there."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.project_file import FILE_NAME, ProjectFile
from mlcockpit.errors import Refused, SourceFailed
from mlcockpit.integrations.project_file_reader import parse_project_file
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.init.compose import compose
from mlcockpit.services.init.evidence import Evidence, gather


@dataclass(frozen=True)
class FirstFile:
    """A project file as `init` writes it, and what it rests on."""

    path: Path
    text: str
    file: ProjectFile
    evidence: Evidence
    written: bool
    kept: Path | None = None
    """Where the file that was there before lies now."""

    def as_json(self) -> Mapping[str, object]:
        """Return what was found and written, as plain values."""
        return {
            "schema": 1,
            "path": str(self.path),
            "written": self.written,
            "kept": None if self.kept is None else str(self.kept),
            "people": list(self.file.people),
            "mlflow": self.file.sources.mlflow,
            "runs": self.evidence.contents.runs,
            "experiments": list(self.file.sources.experiments),
            "models": list(self.file.models),
            "environments": list(self.file.environments),
            "datasets": {key: dataset.path for key, dataset in self.file.datasets.items()},
            "not_found": [clean(line, 300) for line in self.evidence.missing],
            "text": self.text,
        }


def init(cockpit: Cockpit, root: Path, *, force: bool = False, dry_run: bool = False) -> FirstFile:
    """Return the first project file of `root`, written unless `dry_run`; raises Refused over one that is there."""
    path = root / FILE_NAME
    there = os.path.lexists(path)
    if there and not force and not dry_run:
        raise Refused(
            f"{FILE_NAME} is there already and was kept as it is",
            hint="`mlcockpit init --dry-run` prints what would be written, --force keeps the old one beside it",
        )
    evidence = gather(root, cockpit.now())
    text = compose(evidence)
    file = parse_project_file(text)
    if dry_run:
        return FirstFile(path, text, file, evidence, written=False)
    try:
        kept = _set_aside(path) if there else None
        _write(path, text)
    except OSError as error:
        raise SourceFailed(f"{clean(path, 4096)} cannot be written", hint=clean(error.strerror or error)) from error
    return FirstFile(path, text, file, evidence, written=True, kept=kept)


def _set_aside(path: Path) -> Path:
    """Move the file that is there to the first free name beside it."""
    for number in range(1, 10_000):
        aside = path.with_name(f"{FILE_NAME}.before{'' if number == 1 else f'-{number}'}")
        if not os.path.lexists(aside):
            path.rename(aside)
            return aside
    raise FileExistsError(0, "too many older files beside it")


def _write(path: Path, text: str) -> None:
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".mlcockpit-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
