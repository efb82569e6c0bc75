"""M05: duplicate-work."""

from collections.abc import Iterator

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Severity, Source
from mlcockpit.rules.rule import Rule


class DuplicateWork(Rule):
    """The same training was paid for twice.

    ## Why it hurts
    Time and money went into a result that was there already, mostly because nobody could see it.
    ## How it is measured
    Two or more runs with equal commit, parameters, data and seed; runs that were made to reproduce another do not count.
    ## What to do
    Look with `mlcockpit tried --like RUN` before a launch; link the runs, or delete the later one.
    ## Source
    Practice: work duplication between data scientists.
    """

    code = "M05"
    severity = Severity.LOW
    needs = frozenset({Source.MLFLOW})

    def check(self, project: Snapshot) -> Iterator[Finding]:
        """Report each group once, on its newest run."""
        for group in project.duplicates:
            first, newest = group.run_ids[0], group.run_ids[-1]
            whose = f" by {' and '.join(group.users)}" if len(group.users) > 1 else ""
            times = f", {len(group.run_ids)} times in all" if len(group.run_ids) > 2 else ""
            message = f"repeats run/{first[:8]}{whose}{times}: {group.what}"
            yield self.violation(
                project,
                f"run/{newest}",
                message,
                evidence=", ".join(group.run_ids),
                fix=f"compare run/{first[:8]} run/{newest[:8]}",
            )
