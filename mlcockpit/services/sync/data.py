"""Sync looks whether published data still holds the bytes that were published, and joins MLflow's names to it."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.vocabulary import DatasetState
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.model_files import local_path
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.sync.read import Read
from mlcockpit.store.load import all_of
from mlcockpit.store.mirror.places import NamedInput, named_inputs
from mlcockpit.store.transaction import Happening


def sync_data(cockpit: Cockpit) -> Read:
    """Digest every file that a dataset version names; files are read again only when they were touched."""
    with cockpit.store.read() as session:
        versions = [each for each in all_of(session, DatasetVersion) if each.state is not DatasetState.WITHDRAWN]
    seen = {path: _digest(cockpit, path) for path in sorted({version.path for version in versions})}
    aliases = _aliases(cockpit.root, versions, named_inputs(cockpit.mirror_path))
    changes = _write_down(cockpit, seen, aliases)
    files = sum(len(list(_matches(cockpit.root, dataset.path))) for dataset in cockpit.file.datasets.values())
    return Read(f"{len(cockpit.file.datasets)} datasets, {files} files, {len(versions)} versions", tuple(changes))


def _digest(cockpit: Cockpit, path: str) -> str:
    place = cockpit.root / path
    if not place.exists():
        return ""
    try:
        return cockpit.files.digest(place, table=False).sha256
    except SourceFailed:
        if place.exists():
            raise
        return ""


def _write_down(cockpit: Cockpit, seen: dict[str, str], aliases: dict[int, list[str]]) -> list[str]:
    changes = []
    with cockpit.store.write("sync", cockpit.at) as tx:
        newest = {version.path: version.number for version in tx.all(DatasetVersion)}
        for version in tx.all(DatasetVersion):
            name = f"data/{version.dataset}@v{version.number}"
            known = sorted({*version.mlflow_digests, *aliases.get(version.id or 0, ())})
            if known != version.mlflow_digests:
                version.mlflow_digests = known
                tx.save(version)
                tx.happened(Happening(name, "mlflow_digest_joined", None, {"digests": known}))
            digest = seen.get(version.path)
            if digest is None or digest == (version.seen_sha256 if version.seen_sha256 is not None else version.sha256):
                continue
            version.seen_sha256, version.seen_at = digest, tx.now
            tx.save(version)
            tx.happened(
                Happening(
                    name, "data_gone" if not digest else "data_changed", {"sha256": version.sha256}, {"sha256": digest}
                )
            )
            if newest[version.path] == version.number:
                changes.append(f"{name}: {version.path} {'is gone' if not digest else 'holds other bytes now'}")
    return changes


def _aliases(root: Path, versions: Iterable[DatasetVersion], inputs: Iterable[NamedInput]) -> dict[int, list[str]]:
    """Return version id → MLflow digests of inputs that lay at its path while it was the newest there.

    A version that was published only after the run counts where its file was not touched in between; else those were other bytes.
    """
    found: dict[int, list[str]] = {}
    for each in inputs:
        place = input_path(each.source, root)
        there = [
            version for version in versions if place is not None and version.path == place and version.id is not None
        ]
        if each.first_used is not None:
            earlier = [version for version in there if _published(version) <= each.first_used]
            there = earlier or [version for version in there[:1] if _lay_there(root, version, each.first_used)]
        if there and there[-1].id is not None:
            found.setdefault(there[-1].id, []).append(each.digest)
    return found


def _published(version: DatasetVersion) -> datetime:
    return version.published_at or version.created_at


def _lay_there(root: Path, version: DatasetVersion, instant: datetime) -> bool:
    """Tell whether a version published later had its bytes at an instant already: the file was not touched since."""
    place = root / version.path
    return not version.is_changed and place.exists() and place.stat().st_mtime <= instant.timestamp()


def input_path(source: str, root: Path) -> str | None:
    """Return the path of a recorded input relative to the project; None where it is no local file."""
    text = source
    if source.startswith("{"):
        try:
            parsed = json.loads(source)
        except ValueError:
            return None
        text = str(parsed.get("uri") or parsed.get("path") or parsed.get("url") or "")
    place = local_path(text)
    if place is None or not str(place):
        return None
    return str(place.relative_to(root)) if place.is_absolute() and place.is_relative_to(root) else str(place)


def _matches(root: Path, pattern: str) -> Iterable[Path]:
    return root.glob(pattern) if any(letter in pattern for letter in "*?[") else [root / pattern]
