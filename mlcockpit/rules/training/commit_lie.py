"""M01: commit-lie."""

from collections.abc import Iterator

from mlcockpit.domain.finding import Finding
from mlcockpit.domain.run_facts import RunFacts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Severity, Source
from mlcockpit.rules.rule import Rule


class CommitLie(Rule):
    """The commit that a run names is not the code that ran.

    ## Why it hurts
    Whoever checks the commit out gets other results, and nobody can say why.
    ## How it is measured
    A run names no commit; or git does not have the commit; or the script is not in it; or the source there cannot have
    logged what the run logged; or the tree was dirty and nobody kept the difference.
    ## What to do
    Start training with `mlcockpit run -- …`, which keeps uncommitted work; commit before a run that may go live.
    ## Source
    mlflow issues 7017 and 1912.
    """

    code = "M01"
    severity = Severity.HIGH
    needs = frozenset({Source.MLFLOW, Source.GIT})

    def check(self, project: Snapshot) -> Iterator[Finding]:
        """Judge every run that something points at."""
        for run in sorted(project.runs.values(), key=lambda run: run.run_id):
            lie = None if run.deleted else what_is_wrong(run)
            if lie:
                evidence = (
                    f"mlflow.source.git.commit = {run.commit or 'missing'}, source {run.source_name or 'missing'}"
                )
                fix = f"mlcockpit recipe run/{run.run_id[:8]}"
                yield self.violation(project, f"run/{run.run_id}", lie, evidence=evidence, fix=fix)


def what_is_wrong(run: RunFacts) -> str:
    """Return the lie in words; empty where the commit can be believed."""
    if run.code is not None and run.code.snapshot:
        return ""
    if run.commit is None:
        return "names no commit"
    if run.code is None:
        return ""
    short = run.commit[:8]
    if run.code.commit_exists is False:
        return f"names commit {short}, which git does not have"
    if run.code.script_exists is False:
        return f"ran {run.source_name}, which is not in commit {short}"
    if run.code.contradiction:
        return f"was not made by commit {short}: {run.code.contradiction}"
    return f"ran with uncommitted changes on {short} that nobody kept" if run.code.dirty else ""
