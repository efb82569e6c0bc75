"""`mlcockpit report`."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Report(Command):
    """Write the status report of a role: decision needed, red, changed, trend, then what this role needs.

    The HTML is one file without scripts that opens anywhere; the same facts make every role's report.
    """

    examples = (
        "mlcockpit report --role product --format html -o status.html",
        "mlcockpit report --role ops --since last",
        "mlcockpit report --format json",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the role, the format, from when on, and where to."""
        parser.add_argument("--role", default="all", metavar="ROLE", help="product, data, ml, dev, ops or all (all)")
        parser.add_argument("--format", metavar="FORMAT", help="md, html, json or txt (from FILE's ending, else md)")
        parser.add_argument("--since", metavar="DATE|last", help="what counts as changed (the last 7 days)")
        parser.add_argument("-o", dest="file", metavar="FILE", help="write there instead of printing")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Make it, write it, note it."""
        from mlcockpit.domain.instants import parse_time
        from mlcockpit.services.report import report

        last = options.since == "last"
        since = parse_time(options.since) if options.since and not last else None
        form = options.format or ("json" if options.json and not options.file else None)
        path = Path(options.file) if options.file else None
        written = report(cockpit, role=options.role, format=form, since=since, since_last=last, path=path)
        data = {
            "schema": 1,
            "file": options.file,
            "format": written.format,
            "content_sha256": written.report.content_sha256,
        }
        if path is not None:
            return Answer(f"{options.file} holds the status for {options.role}", data=data)
        if options.json and written.format == "json":
            import json

            return Answer(data=json.loads(written.text))
        return Answer(written.text.rstrip("\n"), data=data if options.json else None)
