"""`mlcockpit run -- COMMAND …`."""

import json
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.cleaning import clean
from mlcockpit.services.cockpit import Cockpit

if TYPE_CHECKING:
    from mlcockpit.domain.launch import Launch
    from mlcockpit.services.run_before import Earlier
    from mlcockpit.views.table import Text

_SIGNAL_BASE = 128


class Run(Command):
    """Run a command and capture what it takes to run it again.

    Output, input and ctrl+c are the command's own, and so is the exit status. Uncommitted work, the package set, data
    files with their sha-256 and the environment are kept under .mlcockpit/; credentials never are. Where the same recipe was
    run before (same command, code, packages and data bytes), it says so on stderr with what came out, and goes on.
    """

    examples = (
        "mlcockpit run -- python train.py --depth 5",
        "mlcockpit run -- dvc repro train",
        "mlcockpit run --reuse -- python train.py --depth 5",
    )
    rest = True
    reads_project_file = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take what to do about duplicate work; --observe is how MLflow's plugin hands a process over."""
        parser.add_argument(
            "--reuse",
            action="store_true",
            help="where the same recipe ended well before, print that run and run nothing",
        )
        parser.add_argument("--no-check", action="store_true", help="do not look whether it was run before")
        parser.add_argument("--observe", action="store_true", help=SUPPRESS)

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Run it and say what was captured."""
        from mlcockpit.services.run_with_capture import run_with_capture

        if options.observe:
            from mlcockpit.services.observe_launch import Told, observe_launch

            return Answer(data=observe_launch(cockpit, Told.from_json(json.load(sys.stdin))).to_json())
        found: list[Earlier] = []
        launch = run_with_capture(cockpit, options.rest, look=_looking(cockpit, options, found))
        if launch is None:
            return _reused(found[0])
        status = launch.exit_status or 0
        seen = f"{len(launch.run_ids)} runs, {len(launch.data)} data files, {len(launch.environment.packages)} packages"
        notes = [f"launch/{launch.launch_id}: captured {seen}"]
        notes += [f"  not captured: {line}" for line in launch.partial]
        if launch.redacted:
            notes.append(f"  {len(launch.redacted)} credentials were seen and not kept")
        return Answer(data=launch.to_json(), notes=notes, exit_code=_SIGNAL_BASE - status if status < 0 else status)


def _looking(cockpit: Cockpit, options: Namespace, found: list["Earlier"]) -> "Callable[[Launch], bool] | None":
    """Return the look for duplicate work; it puts what it finds into `found` and says whether to go on."""
    if options.no_check:
        return None

    def look(launch: "Launch") -> bool:
        from mlcockpit.services.launch_before import launch_before

        before = launch_before(cockpit, launch)
        if before is None:
            return True
        from mlcockpit.services.run_before import earlier_of

        earlier = earlier_of(cockpit, before)
        found.append(earlier)
        if options.reuse and earlier.launch.exit_status == 0:
            return False
        if not options.quiet:
            lines = [*_told(earlier).lines, "--reuse prints that run instead; --no-check does not look"]
            sys.stderr.write("".join(f"mlcockpit: {clean(line, 400)}\n" for line in lines))
            sys.stderr.flush()
        return True

    return look


def _reused(earlier: "Earlier") -> Answer:
    run = earlier.run
    data = {
        "schema": 1,
        "reused": True,
        "launch_id": earlier.launch.launch_id,
        "started_at": earlier.launch.started_at.isoformat(),
        "run_ids": list(earlier.launch.run_ids),
        "owner": run.user if run else "",
        "metrics": dict(run.metrics) if run else {},
    }
    return Answer(_told(earlier), data=data, notes=["nothing was run"])


def _told(earlier: "Earlier") -> "Text":
    from mlcockpit.views.earlier_view import earlier_text

    return earlier_text(earlier.launch, earlier.run, len(earlier.runs), first=earlier.primary_metrics)
