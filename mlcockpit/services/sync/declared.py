"""Sync applies what mlcockpit.toml declares, by what changed in it since the last time."""

from mlcockpit.services.apply_project_file import apply_project_file
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.sync.read import Read


def sync_declared(cockpit: Cockpit) -> Read:
    """Write down new and changed declarations, people and owners."""
    file = cockpit.file
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        changes = apply_project_file(tx, file)
    counts = ((len(file.people), "people"), (len(file.metrics), "metrics"), (len(file.models), "models"))
    return Read(", ".join(f"{count} {what}" for count, what in counts), tuple(changes))
