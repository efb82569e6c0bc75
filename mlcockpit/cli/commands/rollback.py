"""`mlcockpit rollback ENV --reason TEXT`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Rollback(Command):
    """Bring the version before back: a new deployment, and the bad one ends as rolled back."""

    examples = (
        "mlcockpit rollback prod --reason 'alerts doubled'",
        "mlcockpit rollback prod --drill --reason 'half-yearly rehearsal'",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the environment, the reason and whether it is a drill."""
        parser.add_argument("environment", help="such as prod")
        parser.add_argument("--reason", required=True, help="why")
        parser.add_argument(
            "--drill", action="store_true", help="rehearse: record that there is a way back, deploy nothing"
        )

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Roll back."""
        from mlcockpit.services.roll_back import drill, roll_back

        done = (drill if options.drill else roll_back)(cockpit, options.environment, reason=options.reason)
        version = f"{done.good.model}@{done.good.number}"
        words = "drill: the way back leads from" if options.drill else "rolled back"
        return Answer(
            f"{words} deploy/{done.bad.id} ({done.bad.model}@{done.bad.number}) to {version} in {done.bad.environment}",
            data={
                "schema": 1,
                "drill": options.drill,
                "environment": done.bad.environment,
                "from": f"deploy/{done.bad.id}",
                "to": f"deploy/{done.good.id}",
                "model": done.good.model,
                "number": done.good.number,
            },
        )
