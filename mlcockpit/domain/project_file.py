"""mlcockpit.toml declares intent: who answers for what, what the product optimises, and where the evidence lies."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mlcockpit.domain.names import FILE_NAME as FILE_NAME
from mlcockpit.domain.vocabulary import Criticality, Direction, Discipline, MetricKind, Risk, Severity, Strategy

KEY = r"^[a-z0-9][a-z0-9_.-]{0,63}$"
"""What a key in the project file looks like; it is the name people type, as in metric/useful."""


class Declared(BaseModel):
    """A part of the project file: frozen, and a key that nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Project(Declared):
    """The product itself."""

    key: str = Field(pattern=KEY)
    name: str = ""
    mission: str = ""
    criticality: Criticality = Criticality.POC
    as_of: AwareDatetime | None = None
    """The instant that counts as now, for samples, tests and past days; None: the real time."""


class Sources(Declared):
    """Where evidence lies."""

    mlflow: str | None = None
    """Tracking URI; a relative path or sqlite:///relative is taken from the project file's folder. None: no MLflow."""
    experiments: list[str] = []
    """Names of the experiments that belong to this product; empty: all."""
    ci_reports: list[str] = []
    """Paths of JUnit and Cobertura files."""


class Person(Declared):
    """Somebody who works on the product, and the names by which tools know them."""

    name: str
    discipline: Discipline
    emails: list[str] = []
    git_names: list[str] = []
    mlflow_users: list[str] = []
    deputy: str | None = None


class Goal(Declared):
    """What the product is for, in one statement per period."""

    objective: str
    period: str = ""
    statement: str = ""
    metrics: list[str] = []
    owner: str | None = None


class ProductMetric(Declared):
    """What the product optimises or must not break, with its target and its source."""

    definition: str = ""
    unit: str = ""
    direction: Direction = Direction.UP
    kind: MetricKind = MetricKind.INPUT
    owner: str | None = None
    baseline: float | None = None
    target: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    due: date | None = None
    cadence_days: float = Field(default=7, gt=0)
    source: str | None = None
    """A CSV or parquet file that sync reads; None: only `metric record` and `metric import` bring values."""
    label_lag_days: float = Field(default=0, ge=0)


class Sensitivity(StrEnum):
    """How private a dataset is."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SECRET = "secret"  # noqa: S105  (a class of data, not a password)


class Dataset(Declared):
    """Data that a model learns from or is scored on."""

    path: str
    """A file, a folder or a pattern such as data/*.parquet, from the project file's folder."""
    versions: str = "file"
    """`file`: the newest content of the one path is a version; `pattern`: every file that matches is a version of its own."""
    owner: str | None = None
    description: str = ""
    sensitivity: Sensitivity | None = None
    licence: str = ""
    max_age_days: float | None = None
    label: str | None = None
    deny: list[str] = []
    """Columns that no model may use."""


class Model(Declared):
    """A registered model and what it must achieve."""

    registered: str = ""
    """Its name in the MLflow registry; empty: the key."""
    owner: str | None = None
    risk: Risk = Risk.UNKNOWN
    metrics: list[str] = []
    """Product metrics that it moves; guardrails included."""
    primary_metric: str = ""
    """The evaluation metric that ranks its runs."""
    direction: Direction = Direction.UP
    datasets: list[str] = []
    intended_use: str = ""
    out_of_scope: str = ""
    limitations: str = ""
    max_age_days: float | None = None
    serving_paths: list[str] = []


class Environment(Declared):
    """A place where a model serves."""

    model: str
    alias: str | None = None
    """The registry alias that this environment follows."""
    artifact: str | None = None
    """Path of the served artifact file or folder, where it can be seen from here."""
    strategy: Strategy = Strategy.FULL
    owner: str | None = None
    runbook: str | None = None
    order: int = 0


class GateCheck(Declared):
    """One condition of a gate."""

    kind: str = Field(pattern="^(metric|reproduced|approval|evidence|rule)$")
    text: str = ""
    metric: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    better_than_live: bool = False
    rule: str | None = None


class Gate(Declared):
    """What must hold before a model version may reach an environment."""

    environment: str
    blocking: bool = True
    approvers: list[str] = []
    """People who may approve; never the requester or the author of the run."""
    checks: list[GateCheck] = []


class Monitor(Declared):
    """Something watched while a model serves."""

    kind: str = Field(pattern="^(data_invariant|skew|staleness|numeric|resource|quality|product|dependency)$")
    environment: str | None = None
    metric: str | None = None
    dataset: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    cadence_days: float = Field(default=7, gt=0)
    severity: Severity = Severity.MEDIUM
    owner: str | None = None
    runbook: str | None = None


class Tolerance(Declared):
    """How far apart two values of an evaluation metric may lie and still count as equal."""

    relative: float = 1e-6
    absolute: float = 1e-12


class Rules(Declared):
    """Which rules of `check` apply here."""

    ignore: list[str] = []


Owned = Goal | ProductMetric | Dataset | Model | Environment | Monitor
"""Whatever should have an accountable person."""


class ProjectFile(Declared):
    """The whole of mlcockpit.toml."""

    project: Project
    sources: Sources = Sources()
    people: dict[str, Person] = {}
    goals: dict[str, Goal] = {}
    metrics: dict[str, ProductMetric] = {}
    datasets: dict[str, Dataset] = {}
    models: dict[str, Model] = {}
    environments: dict[str, Environment] = {}
    gates: dict[str, Gate] = {}
    monitors: dict[str, Monitor] = {}
    tolerances: dict[str, Tolerance] = {}
    rules: Rules = Rules()
    keys: dict[str, str] = {}
    """Action id → key, for the app."""

    def owners(self) -> Iterator[tuple[str, str]]:
        """Yield every declared (subject, accountable person), such as ("metric/useful", "ida")."""
        for kind, declared in self._owned():
            for key, item in declared.items():
                if item.owner is not None:
                    yield f"{kind}/{key}", item.owner

    def subjects(self) -> Iterator[str]:
        """Yield every declared subject that should have an accountable person."""
        for kind, declared in self._owned():
            for key in declared:
                yield f"{kind}/{key}"

    def _owned(self) -> "Iterator[tuple[str, Mapping[str, Owned]]]":
        yield "goal", self.goals
        yield "metric", self.metrics
        yield "data", self.datasets
        yield "model", self.models
        yield "env", self.environments
        yield "monitor", self.monitors


def broken_links(file: ProjectFile) -> Iterator[tuple[tuple[str, str, str], str, list[str]]]:
    """Yield (where, name, names that would do) for each name in the file that names nothing declared."""
    people = list(file.people)
    for section, key, item in _sections(file):
        for field in ("owner", "deputy"):
            name = item.get(field)
            if isinstance(name, str) and name not in file.people:
                yield (section, key, field), name, people
        for field, known in _REFERENCES:
            value = item.get(field)
            names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
            for name in names:
                if (section, field) in _LINKS and name not in getattr(file, known):
                    yield (section, key, field), name, list(getattr(file, known))


_REFERENCES = (
    ("metrics", "metrics"),
    ("metric", "metrics"),
    ("datasets", "datasets"),
    ("dataset", "datasets"),
    ("model", "models"),
    ("environment", "environments"),
    ("approvers", "people"),
)
_LINKS = {
    ("goals", "metrics"),
    ("models", "metrics"),
    ("models", "datasets"),
    ("environments", "model"),
    ("gates", "environment"),
    ("gates", "approvers"),
    ("monitors", "metric"),
    ("monitors", "dataset"),
    ("monitors", "environment"),
}


def _sections(file: ProjectFile) -> Iterator[tuple[str, str, dict[str, object]]]:
    for section in ("people", "goals", "metrics", "datasets", "models", "environments", "gates", "monitors"):
        for key, item in getattr(file, section).items():
            yield section, key, item.model_dump()
