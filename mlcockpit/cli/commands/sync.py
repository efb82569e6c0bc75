"""`mlcockpit sync`."""

from argparse import Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Sync(Command):
    """Read every source and say what changed.

    Applies the project file, mirrors MLflow, and looks at git, data files, product metric sources and served artifacts.
    Nothing is ever written to MLflow, git or your data.
    """

    examples = ("mlcockpit sync", "mlcockpit sync --json")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read, then tell; exit 4 where a source failed."""
        from mlcockpit.services.sync.sync import sync
        from mlcockpit.views.sync import sync_json, sync_table

        done = sync(cockpit)
        lines = [(each.source.value, each.read.state, each.read.note, each.read.changes) for each in done]
        failed = [each.error for each in done if each.error]
        return Answer(
            sync_table(lines),
            data=sync_json(lines) if options.json else None,
            exit_code=4 if failed else 0,
            notes=failed,
        )
