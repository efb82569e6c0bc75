"""Where the project's database is no local file, verdicts and data versions are read through the store."""

from collections.abc import Mapping, Sequence

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.training import Reproduction
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.records import read_all


def from_any_database(cockpit: Cockpit) -> tuple[Mapping[str, str], Mapping[str, Mapping[int, Sequence[str]]]]:
    """Return run id → newest verdict, and dataset → version → the tracker's digests."""
    attempts = sorted(read_all(cockpit.store, Reproduction), key=lambda attempt: attempt.started_at)
    digests: dict[str, dict[int, Sequence[str]]] = {}
    for version in read_all(cockpit.store, DatasetVersion):
        digests.setdefault(version.dataset, {})[version.number] = version.mlflow_digests
    return {attempt.run_id: attempt.verdict.value for attempt in attempts}, digests
