"""`data publish` makes the present bytes of a dataset a numbered version, known by content."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.names import parts
from mlcockpit.domain.vocabulary import DatasetState
from mlcockpit.errors import EvidenceMissing, Refused, UsageError
from mlcockpit.ports import FileDigest
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_name
from mlcockpit.store.transaction import Happening, Transaction

_OUR_FOLDER = ".mlcockpit"


@dataclass(frozen=True)
class Publication:
    """One file of a dataset and the version that it is."""

    version: DatasetVersion
    is_new: bool
    """False where these bytes had been published before."""

    @property
    def name(self) -> str:
        """Return data/flights@v3."""
        return f"data/{self.version.dataset}@v{self.version.number}"


def publish(cockpit: Cockpit, dataset: str, path: str | None = None, *, reason: str = "") -> list[Publication]:
    """Publish a file, or every file of the dataset; raises UnknownName, EvidenceMissing or Refused."""
    key = parts(resolve_name(cockpit, dataset, kinds=("data",)))[1]
    places = [_inside(cockpit, path)] if path is not None else files_of(cockpit, key)
    if not places:
        raise EvidenceMissing(f"data/{key} has no file", hint="correct its path in mlcockpit.toml, or name a file")
    digests = []
    for done, place in enumerate(places):
        cockpit.progress.step("publish", place, done, len(places))
        digests.append((place, cockpit.files.digest(Path(place))))
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        return [_store(tx, key, place, digest, reason) for place, digest in digests]


def files_of(cockpit: Cockpit, key: str) -> list[str]:
    """Return the paths of a declared dataset that are there, from the project's folder, in name order."""
    declared = cockpit.file.datasets.get(key)
    if declared is None:
        raise UsageError(f"data/{key} is not declared", hint="name the file, or add [datasets] to mlcockpit.toml")
    if any(letter in declared.path for letter in "*?["):
        found = [each for each in cockpit.root.glob(declared.path) if _OUR_FOLDER not in each.parts]
        return sorted(str(each.relative_to(cockpit.root)) for each in found)
    return [declared.path] if (cockpit.root / declared.path).exists() else []


def _inside(cockpit: Cockpit, path: str) -> str:
    """Return a path from the project's folder where it lies inside, else whole."""
    place = (cockpit.root / path).absolute()
    if not place.exists():
        raise EvidenceMissing(f"{path} is not there", hint="name a file from the project's folder")
    return str(place.relative_to(cockpit.root)) if place.is_relative_to(cockpit.root) else str(place)


def _store(tx: Transaction, key: str, path: str, digest: FileDigest, reason: str) -> Publication:
    versions: Sequence[DatasetVersion] = tx.all(DatasetVersion, dataset=key)
    same = [each for each in versions if each.sha256 == digest.sha256 and each.path == path]
    if same and same[-1].state is DatasetState.WITHDRAWN:
        name = f"data/{key}@v{same[-1].number}"
        raise Refused(f"{path} still holds {name}, which was withdrawn", hint="publish other bytes")
    if same and same[-1].number == max(each.number for each in versions if each.path == path):
        return Publication(same[-1], is_new=False)
    before = [each for each in versions if each.path == path]
    types = digest.types or {}
    version = tx.save(
        DatasetVersion(
            dataset=key,
            number=max((each.number for each in versions), default=0) + 1,
            path=path,
            sha256=digest.sha256,
            content_sha256=digest.content_sha256,
            size=digest.size,
            rows=digest.rows,
            columns={
                name: {"type": types.get(name, ""), "sha256": sha} for name, sha in (digest.columns or {}).items()
            },
            state=DatasetState.PUBLISHED,
            published_at=tx.now,
            reason=reason,
            created_at=tx.recorded_at,
            created_by=tx.actor,
        )
    )
    old = {"sha256": before[-1].sha256, "number": before[-1].number} if before else None
    new = {"path": path, "sha256": version.sha256, "content_sha256": version.content_sha256, "rows": version.rows}
    tx.happened(Happening(f"data/{key}@v{version.number}", "data_published", old, new, reason))
    return Publication(version, is_new=True)
