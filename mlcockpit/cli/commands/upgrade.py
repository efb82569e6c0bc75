"""`mlcockpit upgrade RUN`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.changing import add_arguments, answered, asking, planned, wishes
from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Upgrade(Command):
    """Run a run's recipe with newer packages: does it still run, and are its results the same?

    By default every direct requirement moves to its newest version of today, except MLflow, which is part of what was
    recorded and moves only when it is named, or with --all; all other packages stay where they fit. With --python alone
    the packages stay. The upgraded MLflow never opens your store: --log adds the rerun through the one that made it.
    Exit code 0: it runs and the metrics hold; 1: metrics changed beyond tolerance; 3: incomplete; 4: it fails; 5: not trusted.
    """

    examples = (
        "mlcockpit upgrade 9be0 --plan",
        "mlcockpit upgrade 9be0 --package scikit-learn --trust",
        "mlcockpit upgrade model/churn --package pandas==3.0.1 --python 3.12",
    )
    needs_project = False

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the run and what moves."""
        parser.add_argument("name", metavar="RUN", help="a run's id or name, or a model")
        parser.add_argument(
            "--package",
            action="append",
            default=[],
            metavar="NAME[==VERSION]",
            help="only this package, to its newest or to VERSION (may be repeated)",
        )
        parser.add_argument("--python", default="", metavar="X.Y", help="another python that is installed here")
        parser.add_argument("--all", action="store_true", help="every direct requirement, MLflow too")
        add_arguments(parser)

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Swap the environment, run, and compare."""
        from mlcockpit.services.upgrade import plan_upgrade, upgrade, wanted_of

        wanted = wanted_of(options.package, options.python, everything=options.all)
        if options.plan:
            return planned(plan_upgrade(cockpit, options.name, wanted, wishes(options)))
        how = wishes(options)
        return answered(upgrade(cockpit, options.name, wanted, how, log=options.log, ask=asking(options)))
