"""`mlcockpit promote MODEL@N ENV`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.views.table import Text


class Promote(Command):
    """Ask to bring a model version to an environment, and hold it against the gate.

    Exit code 1 where a check of the gate says no.
    """

    examples = (
        "mlcockpit promote churn@2 prod --comment 'retrained on March'",
        "mlcockpit promote model/churn@2 prod --evidence 3='load test of 2 March: 40 ms'",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the version, the environment and the evidence."""
        parser.add_argument("version", help="such as churn@2 or model/churn@2")
        parser.add_argument("environment", help="such as prod")
        parser.add_argument("--comment", default="", help="why")
        parser.add_argument(
            "--evidence",
            action="append",
            default=[],
            metavar="N=TEXT",
            help="what shows that check N of the gate holds",
        )

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Ask."""
        from mlcockpit.cli.evidence import parse_evidence
        from mlcockpit.services.promote import promote

        evidence = parse_evidence(options.evidence)
        asked = promote(cockpit, options.version, options.environment, comment=options.comment, evidence=evidence)
        request, judgement = asked.request, asked.judgement
        name = f"promo/{request.id}"
        return Answer(
            [
                Text("", (f"{name}: {request.model}@{request.number} to {request.environment}, {request.state}",)),
                judgement.table(),
            ],
            data={
                "schema": 1,
                "promotion": name,
                "model": request.model,
                "number": request.number,
                "environment": request.environment,
                "state": request.state.value,
                "green": judgement.is_green,
                "gate": [
                    {
                        "check": place,
                        "gate": gate,
                        "text": result.text,
                        "result": result.word.value,
                        "detail": result.detail,
                    }
                    for place, (gate, result) in enumerate(judgement.results, start=1)
                ],
            },
            exit_code=1 if judgement.has_failed else 0,
        )
