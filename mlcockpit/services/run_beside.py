"""Where the project's database is no local file, verdicts and data versions are read through the store."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.people import Ownership
from mlcockpit.domain.training import Reproduction
from mlcockpit.domain.vocabulary import Duty
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.records import read_all


def from_any_database(cockpit: Cockpit) -> tuple[Mapping[str, str], Mapping[str, Mapping[int, Sequence[str]]]]:
    """Return run id → newest verdict, and dataset → version → the tracker's digests."""
    attempts = sorted(read_all(cockpit.store, Reproduction), key=lambda attempt: attempt.started_at)
    digests: dict[str, dict[int, Sequence[str]]] = {}
    for version in read_all(cockpit.store, DatasetVersion):
        digests.setdefault(version.dataset, {})[version.number] = version.mlflow_digests
    return {attempt.run_id: attempt.verdict.value for attempt in attempts}, digests


def result_anywhere(cockpit: Cockpit, run_id: str) -> tuple[str, Mapping[str, Any]] | None:
    """Return when the newest reproduction of a run ended, and its result; None where it was never tried."""
    attempts = sorted(read_all(cockpit.store, Reproduction, run_id=run_id), key=lambda attempt: attempt.started_at)
    return (attempts[-1].ended_at.isoformat(" "), attempts[-1].result) if attempts else None


def known_data_anywhere(cockpit: Cockpit) -> tuple[KnownData, ...]:
    """Return every published dataset version, in the order of publication."""
    duties = read_all(cockpit.store, Ownership, duty=Duty.ACCOUNTABLE, until=None)
    owners = {duty.subject.removeprefix("data/"): duty.person for duty in duties if duty.subject.startswith("data/")}
    dated = [
        (version.published_at, version) for version in read_all(cockpit.store, DatasetVersion) if version.published_at
    ]
    return tuple(
        KnownData(
            name=version.dataset,
            path=version.path,
            sha256=version.sha256,
            content_sha256=version.content_sha256 or "",
            mlflow_digests=tuple(version.mlflow_digests),
            version=f"v{version.number}",
            published_ms=int(at.timestamp() * 1000),
            owner=owners.get(version.dataset, ""),
            state=version.state.value,
        )
        for at, version in sorted(dated, key=lambda each: (each[0], each[1].dataset, each[1].number))
    )
