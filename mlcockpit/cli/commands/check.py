"""`mlcockpit check`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.domain.vocabulary import Discipline, Severity
from mlcockpit.services.cockpit import Cockpit


class Check(Command):
    """Report every process smell in this project."""

    examples = (
        "mlcockpit check",
        "mlcockpit check --select M01,X --json",
        "mlcockpit check --role ops --fail-on critical",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take which rules, whose, and from which severity on the exit code is 1."""
        parser.add_argument(
            "--select", action="append", default=[], metavar="RULES", help="codes, letters or slugs, comma-separated"
        )
        parser.add_argument("--role", choices=[each.value for each in Discipline], help="only this discipline's rules")
        parser.add_argument(
            "--fail-on",
            choices=[each.value for each in Severity],
            default="low",
            help="exit 1 from this severity on (low)",
        )

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Judge, worst first."""
        from mlcockpit.services.check import check, findings_json, findings_table

        select = [name.strip() for words in options.select for name in words.split(",") if name.strip()]
        found = check(cockpit, select=select, role=options.role)
        return Answer(
            findings_table(found.findings, found.judged, one_line=options.csv),
            data=findings_json(found.findings, found.counts) if options.json else None,
            exit_code=found.exit_code(Severity(options.fail_on)),
            notes=(*found.broken, *(("mlcockpit rule CODE tells what a rule means",) if found.findings else ())),
        )
