"""`mlcockpit deploy PROMO`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.vocabulary import Strategy
from mlcockpit.services.cockpit import Cockpit


class Deploy(Command):
    """Record that a model version serves in an environment.

    The gate is asked again; exit code 1 where it blocks, and nothing is written then.
    Nothing is moved in MLflow: the environment's alias is yours to set.
    """

    examples = (
        "mlcockpit deploy promo/3",
        "mlcockpit deploy churn@2 prod --strategy canary --traffic 10",
        "mlcockpit deploy churn@1 prod --at 2013-04-01 --reason 'first release'",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take what, where and how."""
        parser.add_argument("what", help="a promotion, such as promo/3, or a version, such as churn@2")
        parser.add_argument("environment", nargs="?", help="where; a promotion knows it")
        parser.add_argument("--strategy", choices=[each.value for each in Strategy], help="how (the environment's own)")
        parser.add_argument("--traffic", type=int, metavar="PERCENT", help="share of the traffic")
        parser.add_argument("--reason", default="", help="why")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Deploy."""
        from mlcockpit.services.deploy import deploy

        deployment = deploy(
            cockpit,
            options.what,
            options.environment,
            strategy=Strategy(options.strategy) if options.strategy else None,
            traffic_pct=options.traffic,
            reason=options.reason,
        )
        previous = "" if deployment.previous is None else f", before it deploy/{deployment.previous}"
        return Answer(
            f"deploy/{deployment.id}: {deployment.model}@{deployment.number} is {deployment.state} in {deployment.environment}"
            f" with {deployment.traffic_pct} % of the traffic{previous}",
            data={
                "schema": 1,
                "deployment": f"deploy/{deployment.id}",
                "model": deployment.model,
                "number": deployment.number,
                "environment": deployment.environment,
                "state": deployment.state.value,
                "traffic_pct": deployment.traffic_pct,
                "previous": None if deployment.previous is None else f"deploy/{deployment.previous}",
                "artifact_sha256": deployment.artifact_sha256,
            },
        )
