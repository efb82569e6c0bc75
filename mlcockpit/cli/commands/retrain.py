"""`mlcockpit retrain MODEL|RUN`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.changing import add_arguments, answered, asking, planned, wishes
from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Retrain(Command):
    """Train a model again on newer data, by the recipe of the run behind it, and compare.

    A model stands for the run behind its live version, else its champion, else its newest. Every dataset that the run read
    moves to its newest published version: by the flag that names the file, else by new bytes at the path that the command
    reads; of a series of files, such as months, each moves as far as the newest. Nothing newer: it says so and runs nothing.
    It runs away from your tree and logs to a store of its own; --log adds the rerun to your experiment.
    Exit code 0: it ran, or nothing is newer; 3: incomplete; 4: failed; 5: not trusted.
    """

    examples = (
        "mlcockpit retrain model/churn --plan",
        "mlcockpit retrain model/churn@14 --trust --log",
        "mlcockpit retrain 9be0 --data customers@v31",
        "mlcockpit retrain 9be0 --data data/train.csv=data/train-2026.csv",
    )
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the run and the data."""
        parser.add_argument("name", metavar="MODEL|RUN", help="model/NAME, model/NAME@VERSION, or a run's id or name")
        parser.add_argument(
            "--data",
            action="append",
            default=[],
            metavar="NAME[@VERSION]|PATH=NEWPATH",
            help="only this dataset, this version of it, or another file in a file's place (may be repeated)",
        )
        add_arguments(parser)

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Swap the data, run, and compare."""
        from mlcockpit.services.retrain import plan_retrain, retrain

        if options.plan:
            plan = plan_retrain(cockpit, options.name, options.data, wishes(options))
            if plan.nothing_newer:
                return answered(plan.changed.result("nothing_newer", plan.nothing_newer))
            return planned(plan.changed)
        how = wishes(options)
        return answered(retrain(cockpit, options.name, options.data, how, log=options.log, ask=asking(options)))
