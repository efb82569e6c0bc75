"""`mlcockpit data publish DATASET [PATH]`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit


class Publish(Command):
    """Make the present bytes of a dataset a numbered version, known by content.

    Without PATH every file of the dataset that is new or changed is published.
    """

    examples = (
        "mlcockpit data publish flights",
        "mlcockpit data publish flights data/flights-2013-10.parquet --reason 'delivered again'",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take the dataset, the file and why."""
        parser.add_argument("dataset", help="such as flights or data/flights")
        parser.add_argument("path", nargs="?", help="one file, from the project's folder")
        parser.add_argument("--reason", default="", help="why")

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Publish."""
        from mlcockpit.services.data_publish import publish

        done = publish(cockpit, options.dataset, options.path, reason=options.reason)
        lines = [f"{each.name}  {each.version.path}" + ("" if each.is_new else "  published before") for each in done]
        return Answer(
            "\n".join(lines),
            data={
                "schema": 1,
                "versions": [
                    {
                        "version": each.name,
                        "path": each.version.path,
                        "sha256": each.version.sha256,
                        "content_sha256": each.version.content_sha256,
                        "rows": each.version.rows,
                        "new": each.is_new,
                    }
                    for each in done
                ],
            },
        )
