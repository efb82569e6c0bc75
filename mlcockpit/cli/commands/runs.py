"""`mlcockpit runs [FILTER]`."""

from argparse import ArgumentParser, Namespace

from mlcockpit.cli.command import Answer, Command
from mlcockpit.services.cockpit import Cockpit

_TAKE_A_VALUE = ("--sort", "--columns", "--limit", "--lens", "-C", "--as", "--at")


class Runs(Command):
    """List runs: filtered, sorted, with the columns that matter.

    A filter is made of words and "phrases", field:pattern (* and ? are wildcards), comparisons such as auc>0.9 or lr=1e-3,
    has:data, is:deleted, since:7d, owner:me, data:customers@v30.., model:churn@champion, repro:diverged; -x means not x, and
    `or` separates alternatives. A field is a column, a metric, a parameter or a tag; metrics.x, params.x and tags.x say which.
    """

    examples = (
        "mlcockpit runs",
        "mlcockpit runs 'auc>0.9 data:customers@v30.. -status:FAILED' --sort -auc",
        "mlcockpit runs 'owner:me since:7d' --columns run,name,auc,lr --limit 10 --json",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        """Take filter, sort, columns and how many."""
        parser.add_argument("filter", nargs="*", metavar="FILTER", help="which runs; quote what the shell would take")
        parser.add_argument(
            "--sort", default="-started", metavar="FIELDS", help="such as -auc,name; - means largest first (-started)"
        )
        parser.add_argument("--columns", default="", metavar="FIELDS", help="such as run,name,auc,lr")
        parser.add_argument("--limit", type=int, default=50, metavar="N", help="how many at most (50)")
        parser.add_argument(
            "--lens", default="all", metavar="ROLE", help="whose columns: product, data, ml, dev, ops or all"
        )

    def words(self, words: list[str]) -> list[str]:
        """Let filter words and sort fields begin with a dash: `-status:FAILED`, `--sort -auc`."""
        options: list[str] = []
        filter_: list[str] = []
        rest = iter(words)
        for word in rest:
            if word in _TAKE_A_VALUE:
                value = next(rest, None)
                options += [word] if value is None else [f"{word}={value}"] if word.startswith("--") else [word, value]
            elif word.startswith("--") or word == "-h":
                options.append(word)
            else:
                filter_.append(word)
        return [*options, "--", *filter_] if filter_ else options

    def run(self, cockpit: Cockpit, options: Namespace) -> Answer:
        """Read one page."""
        from mlcockpit.services.runs import list_runs

        page = list_runs(
            cockpit,
            " ".join(options.filter),
            sort=options.sort,
            columns=[name.strip() for name in options.columns.split(",") if name.strip()],
            limit=max(options.limit, 0),
            lens=options.lens,
        )
        return Answer(page.table, data=page.data)
