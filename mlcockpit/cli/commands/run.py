"""`mlcockpit run -- COMMAND …`."""

import json
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit

_SIGNAL_BASE = 128


class Run(Command):
    """Run a command and capture what it takes to run it again.

    Output, input and ctrl+c are the command's own, and so is the exit status. Uncommitted work, the package set, data
    files with their sha-256 and the environment are kept under .mlcockpit/; credentials never are.
    """

    examples = ("mlcockpit run -- python train.py --depth 5", "mlcockpit run -- dvc repro train")
    rest = True
    reads_project_file = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take nothing; --observe is how MLflow's plugin hands a process over."""
        parser.add_argument("--observe", action="store_true", help=SUPPRESS)

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Run it and say what was captured."""
        from mlcockpit.services.run_with_capture import run_with_capture

        if options.observe:
            from mlcockpit.services.observe_launch import Told, observe_launch

            return Answer(data=observe_launch(cockpit, Told.from_json(json.load(sys.stdin))).to_json())
        launch = run_with_capture(cockpit, options.rest)
        status = launch.exit_status or 0
        seen = f"{len(launch.run_ids)} runs, {len(launch.data)} data files, {len(launch.environment.packages)} packages"
        notes = [f"launch/{launch.launch_id}: captured {seen}"]
        notes += [f"  not captured: {line}" for line in launch.partial]
        if launch.redacted:
            notes.append(f"  {len(launch.redacted)} credentials were seen and not kept")
        return Answer(data=launch.to_json(), notes=notes, exit_code=_SIGNAL_BASE - status if status < 0 else status)
