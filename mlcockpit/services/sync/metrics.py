"""Sync reads the product metrics whose source the project file names; one that cannot be read stops no other."""

from mlcockpit.domain.vocabulary import SourceState
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.metric_files import MetricFiles
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.metric_import import source_name
from mlcockpit.services.metric_record import store_observations
from mlcockpit.services.sync.read import Read


def sync_metrics(cockpit: Cockpit) -> Read:
    """Store what is new or different; raises SourceFailed, after the others were read, for those that failed."""
    declared = {key: metric.source for key, metric in cockpit.file.metrics.items() if metric.source is not None}
    if not declared:
        return Read("no product metric names a source", state=SourceState.ABSENT)
    changes, failures, total = [], [], 0
    for key, source in declared.items():
        try:
            values = MetricFiles(cockpit.root).read(source, key)
        except SourceFailed as error:
            failures.append(f"metric/{key}: {error.what}")
            continue
        total += len(values)
        with cockpit.store.write("sync", cockpit.at) as tx:
            done = store_observations(tx, key, values, source=source_name(cockpit.root, source))
        if done.new:
            changes.append(f"metric/{key}: {done.new} new values")
        if done.corrected:
            changes.append(f"metric/{key}: {done.corrected} corrected values")
    if failures:
        raise SourceFailed("; ".join(failures), hint="correct the file or `source` in mlcockpit.toml, then sync again")
    return Read(f"{len(declared)} metrics, {total:,} values", tuple(changes))
