"""`metric import` reads a file of dated values; reading it again changes nothing."""

from pathlib import Path

from mlcockpit.integrations.metric_files import MetricFiles
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.metric_record import Recorded, resolve_metric, store_observations


def import_metric(cockpit: Cockpit, metric: str, place: str) -> tuple[str, Recorded]:
    """Store the values that a CSV or parquet file has of a metric; raises SourceFailed naming the line that is wrong."""
    key = resolve_metric(cockpit, metric)
    values = MetricFiles(cockpit.root).read(place, key)
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        return key, store_observations(tx, key, values, source=source_name(cockpit.root, place))


def source_name(root: Path, place: str) -> str:
    """Return one name for one file, however it was typed: its path from the project's folder where it lies inside."""
    path = (root / place).resolve()
    return str(path.relative_to(root.resolve()) if path.is_relative_to(root.resolve()) else path)
