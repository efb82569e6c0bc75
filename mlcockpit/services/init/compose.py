"""The first mlcockpit.toml says what was found, on what evidence, and what only people can add."""

from collections.abc import Iterator, Mapping

from mlcockpit.domain.cleaning import clean
from mlcockpit.integrations.toml_text import toml_comment, toml_list, toml_string
from mlcockpit.services.init import data, people
from mlcockpit.services.init.evidence import Evidence
from mlcockpit.services.init.people import Found, slug

LIVE_ALIASES = ("production", "prod", "live", "champion")
"""Aliases by which teams mean the version that serves, best first."""

_HEAD = """\
# What this product is for, who answers for what, and where the evidence lies.
# `mlcockpit sync` reads it; `mlcockpit check` says where practice differs from it.
# A key that nobody knows is an error with its line, so nothing here is ignored in silence."""

_GOALS = """\
# What the product is for. Nothing in a repository tells: add it, and `mlcockpit report` shows the way to it.
# [goals.first]
# objective = "Fewer customers leave"
# period = "2026"
# metrics = ["retention"]
# owner = "{owner}"

# What the product optimises or must not break. `source` is a CSV or parquet file with the columns
# at (or date, week) and value, or numerator and denominator.
# [metrics.retention]
# definition = "customers who stay a month / customers"
# kind = "north_star"          # north_star, input, guardrail or counter
# direction = "up"
# baseline = 0.81
# target = 0.85
# cadence_days = 7
# source = "metrics/retention.csv"
# owner = "{owner}\""""

_GATES = """\
# What must hold before a model version serves.
# [gates.to-live]
# environment = "{environment}"
# approvers = ["{owner}"]
# checks = [{{kind = "reproduced"}}, {{kind = "approval"}}]"""


def compose(evidence: Evidence) -> str:
    """Return the text of a project file that holds as it stands."""
    parts = [_HEAD, *(f"# Not found: {clean(line, 300)}" for line in evidence.missing)]
    sections = [
        "\n".join(parts),
        "\n".join(_project(evidence)),
        "\n".join(_sources(evidence)),
        *_people(evidence),
        _GOALS.format(owner=_somebody(evidence)),
        *_datasets(evidence),
        *_models(evidence),
    ]
    return "\n\n".join(sections) + "\n"


def live_alias(aliases: Mapping[str, int]) -> str | None:
    """Return the alias that means the serving version; None where none does."""
    return next((alias for wanted in LIVE_ALIASES for alias in aliases if alias.lower() == wanted), None)


def _somebody(evidence: Evidence) -> str:
    return evidence.people[0].handle if evidence.people else "ana"


def _project(evidence: Evidence) -> Iterator[str]:
    yield "[project]"
    yield f"key = {toml_string(evidence.key)}"
    yield f"name = {toml_string(evidence.name)}"
    yield '# mission = "what it is for, in one sentence"'
    yield 'criticality = "poc"   # poc, production_noncritical or production_critical: raises or lowers every finding'


def _sources(evidence: Evidence) -> Iterator[str]:
    yield "# Where the evidence lies; paths start at this file's folder."
    yield "[sources]"
    if evidence.store is None:
        yield '# mlflow = "sqlite:///mlflow.db"   # a tracking URI: no MLflow store was found here'
        return
    yield f"mlflow = {toml_string(evidence.store)}"
    if evidence.contents.experiments:
        yield "# Experiments of this product, most runs first; an empty list follows all of them, new ones too."
        yield f"experiments = {toml_list(evidence.contents.experiments)}"
    yield '# ci_reports = ["reports/junit.xml", "reports/coverage.xml"]'


def _people(evidence: Evidence) -> Iterator[str]:
    who = "# Who works on it, from git (names merged by .mailmap)"
    who += f" and {evidence.owners.path}." if evidence.owners else "."
    yield who + "\n# discipline: product, data, ml, dev or ops; correct the guesses."
    if not evidence.people:
        yield '# [people.ana]\n# name = "Ana Example"\n# discipline = "ml"\n# emails = ["ana@example.org"]'
    for person in evidence.people[: people.MOST]:
        yield "\n".join(_person(person, evidence))
    if len(evidence.people) > people.MOST:
        yield f"# {len(evidence.people) - people.MOST} more people have fewer commits; `mlcockpit people add` adds them."


def _person(person: Found, evidence: Evidence) -> Iterator[str]:
    yield f"[people.{person.handle}]"
    if person.last is not None:
        many = "1 commit" if person.commits == 1 else f"{person.commits:,} commits"
        yield f"# {many}, the last on {person.last:%Y-%m-%d}"
        if evidence.today - person.last > people.QUIET:
            yield f"# Quiet for long: if they have left, `mlcockpit people depart {person.handle}` hands over their work."
    yield f"name = {toml_string(clean(person.name))}"
    yield f"discipline = {toml_string(person.discipline)}   {toml_comment(person.why)}"
    for key, values in (
        ("emails", person.emails),
        ("git_names", person.git_names),
        ("mlflow_users", person.mlflow_users),
    ):
        if values:
            yield f"{key} = {toml_list(values)}"


def _datasets(evidence: Evidence) -> Iterator[str]:
    yield '# Data that models learn from or are scored on. versions = "pattern": each matching file is a version of its own.'
    if not evidence.datasets:
        yield '# [datasets.customers]\n# path = "data/customers.csv"\n# owner = "ana"\n# sensitivity = "internal"'
    for found in evidence.datasets[: data.MOST]:
        lines = [f"[datasets.{found.key}]   {toml_comment(found.why)}", f"path = {toml_string(found.path)}"]
        lines += ['versions = "pattern"'] if found.many else []
        lines.append(_owner(found.path, evidence))
        lines.append('# sensitivity = "internal"   # public, internal, personal or secret')
        yield "\n".join(lines)
    if len(evidence.datasets) > data.MOST:
        yield f"# {len(evidence.datasets) - data.MOST} more data files were found; declare what matters."


def _models(evidence: Evidence) -> Iterator[str]:
    yield "# Registered models: what they must achieve, what for, and who answers for them."
    environment = "live"
    taken: set[str] = set()
    if not evidence.contents.models:
        yield '# [models.churn]\n# registered = "churn"\n# primary_metric = "auc"\n# owner = "ana"\n# datasets = []'
    for name, aliases in evidence.contents.models.items():
        key = _free(slug(name, "model"), taken)
        lines = [f"[models.{key}]", *([f"registered = {toml_string(name)}"] if name != key else [])]
        lines += ['# primary_metric = "auc"   # what ranks its runs', _owner("", evidence), '# risk = "low"']
        lines += ['# intended_use = ""', "# metrics = []   # product metrics that it moves"]
        yield "\n".join(lines)
        alias = live_alias(aliases)
        if alias is not None:
            environment = _free("live" if len(evidence.contents.models) == 1 else f"live-{key}", taken)
            yield "\n".join(
                [f"# The alias {clean(alias, 60)} points at version {aliases[alias]}: taken for what serves.",
                 f"[environments.{environment}]", f"model = {toml_string(key)}", f"alias = {toml_string(alias)}",
                 '# runbook = "docs/runbook.md"', _owner("", evidence)]
            )  # fmt: skip
    yield _GATES.format(environment=environment, owner=_somebody(evidence))


def _owner(path: str, evidence: Evidence) -> str:
    person = evidence.owner_of(path) if path else None
    if person is None:
        return f'# owner = "{_somebody(evidence)}"   # exactly one person answers for it'
    return f"owner = {toml_string(person.handle)}   # says {evidence.owners.path if evidence.owners else ''}"


def _free(key: str, taken: set[str]) -> str:
    choice = next(name for name in (key, *(f"{key}-{number}" for number in range(2, 10_000))) if name not in taken)
    taken.add(choice)
    return choice
