"""`mlcockpit tried --like RUN`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class ListTried(Command):
    """List the runs that did the same as a run, or nearly: what was tried before, by whom, and what came out.

    Same script and data, and the same parameters but for one or two; runs of the same recipe come first. Where both were
    captured with `mlcockpit run`, uncommitted code and the bytes of every file that was read are compared too.
    """

    examples = ("mlcockpit tried --like 9be0", "mlcockpit tried --like run/9be0 --json")
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the run, and how far others may differ."""
        parser.add_argument(
            "--like", required=True, metavar="RUN", help="a run's id, the beginning of its id, or its name"
        )
        parser.add_argument("--most", type=int, default=2, metavar="N", help="how many parameters may differ (2)")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Compare what the tracker recorded; nothing is run."""
        from mlcockpit.services.tried import tried
        from mlcockpit.views.tried_view import tried_sections

        wanted, found = tried(cockpit, options.like, most_different=max(0, options.most))
        runs = [
            {
                "run_id": one.run.run_id,
                "name": one.run.name,
                "likeness": one.likeness,
                "differing": list(one.differing),
                "compared_by": "capture" if one.captured else "tracker",
                "status": one.run.status,
                "owner": one.run.user,
                "metrics": dict(one.run.metrics),
            }
            for one in found
        ]
        rows = [(one.run, one.likeness, one.differing) for one in found]
        return Answer(
            tried_sections(wanted, rows), data={"schema": 1, "run_id": wanted.run_id, "total": len(runs), "runs": runs}
        )
