"""The code ingredient: which commit ran, and what was changed beside it."""

import re

from mlcockpit.domain.launch import Code
from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.facts import RunFacts

COMMIT = re.compile(r"^([0-9a-f]{40}|[0-9a-f]{64})$")
CAPTURE = "start the next run with `mlcockpit run -- …`, which captures uncommitted changes"


def resolve_code(facts: RunFacts) -> Ingredient:
    """Return which code ran: captured, recorded by the tracker, or the newest commit before the run."""
    if facts.repository is None:
        return _missing(
            "the project is not in a git repository", "put the project under git and commit before training"
        )
    if facts.commit_given:
        return _recorded(facts, facts.commit_given, "named with --commit")
    if facts.launch is not None:
        return _captured(facts, facts.launch.code)
    commit = facts.run.tag("mlflow.source.git.commit").strip()
    if commit and not COMMIT.match(commit):
        return _missing(f"the recorded commit {commit!r} is no commit id", "name the right commit with --commit")
    if commit:
        return _recorded(facts, commit, "tag mlflow.source.git.commit")
    return _by_time(facts)


def _captured(facts: RunFacts, code: Code) -> Ingredient:
    if code.dirty and code.snapshot_commit:
        value = _value(
            facts,
            code.snapshot_commit,
            base=code.commit or "",
            store=code.snapshot_store or "",
            branch=code.branch or "",
        )
        return Ingredient(
            "code", Standing.RECORDED, value, "captured launch, with its uncommitted changes as a snapshot commit"
        )
    if code.dirty:
        return _missing(
            "the captured launch ran uncommitted changes that were not kept", CAPTURE, facts, code.commit or ""
        )
    return _recorded(facts, code.commit, "captured launch, clean tree") if code.commit else _by_time(facts)


def _recorded(facts: RunFacts, commit: str, where: str) -> Ingredient:
    assert facts.repository is not None
    if not facts.repository.exists(commit):
        what = f"commit {commit[:12]} ({where}) is not in {facts.repository.name()}"
        return _missing(what, f"fetch it from where it was made: git fetch REMOTE {commit}", facts, commit)
    note = "" if facts.launch else "; MLflow does not record uncommitted changes"
    value = _value(facts, commit, branch=facts.run.tag("mlflow.source.git.branch"))
    standing = Standing.INFERRED if facts.commit_given else Standing.RECORDED
    return Ingredient("code", standing, value, where + note)


def _by_time(facts: RunFacts) -> Ingredient:
    assert facts.repository is not None
    commit = facts.repository.before(facts.run.start_ms)
    if commit is None:
        return _missing("no commit was recorded and none is older than the run", "name the commit with --commit")
    return Ingredient(
        "code",
        Standing.ASSUMED,
        _value(facts, commit),
        "no commit was recorded: the newest commit before the run started",
        deviations=("the commit is a guess by date",),
        raise_by="name the commit with --commit",
    )


def _value(facts: RunFacts, commit: str, *, base: str = "", store: str = "", branch: str = "") -> dict[str, Json]:
    assert facts.repository is not None
    value: dict[str, Json] = {"repository": facts.repository.name(), "commit": commit}
    if branch and branch != "HEAD":
        value["branch"] = branch
    if base:
        value |= {"base": base, "snapshot_store": store}
    return value


def _missing(why: str, step: str, facts: RunFacts | None = None, commit: str = "") -> Ingredient:
    named = facts is not None and facts.repository is not None and commit
    value = {"repository": facts.repository.name(), "commit": commit} if named and facts and facts.repository else None
    return Ingredient("code", Standing.MISSING, value, why, raise_by=step)
