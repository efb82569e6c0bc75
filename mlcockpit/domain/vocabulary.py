"""The closed sets of words that records, rules, views and fronts share."""

from enum import StrEnum


class Discipline(StrEnum):
    """Whose work it is."""

    PRODUCT = "product"
    DATA = "data"
    ML = "ml"
    DEV = "dev"
    OPS = "ops"


class Criticality(StrEnum):
    """How much hangs on the product; raises or lowers every severity by a step."""

    POC = "poc"
    NONCRITICAL = "production_noncritical"
    CRITICAL = "production_critical"


class Risk(StrEnum):
    """The declared risk class of a model."""

    UNKNOWN = "unknown"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PersonStatus(StrEnum):
    """Whether a person is there."""

    ACTIVE = "active"
    LEAVE = "leave"
    DEPARTED = "departed"


class Duty(StrEnum):
    """One letter of RACI."""

    ACCOUNTABLE = "accountable"
    RESPONSIBLE = "responsible"
    CONSULTED = "consulted"
    INFORMED = "informed"


class Direction(StrEnum):
    """Which way a product metric should go."""

    UP = "up"
    DOWN = "down"


class MetricKind(StrEnum):
    """What a product metric is for."""

    NORTH_STAR = "north_star"
    INPUT = "input"
    GUARDRAIL = "guardrail"
    COUNTER = "counter"


class DatasetState(StrEnum):
    """Life of a dataset version."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DEPRECATED = "deprecated"
    WITHDRAWN = "withdrawn"


class ModelState(StrEnum):
    """Life of a model version; live is derived from an open deployment, never typed."""

    CANDIDATE = "candidate"
    VALIDATED = "validated"
    APPROVED = "approved"
    RETIRED = "retired"
    QUARANTINED = "quarantined"


class PromotionState(StrEnum):
    """Life of a promotion request."""

    PENDING = "pending"
    APPROVED = "approved"
    COMMITTED = "committed"
    REJECTED = "rejected"
    CLOSED = "closed"


class Strategy(StrEnum):
    """How a deployment takes traffic."""

    SHADOW = "shadow"
    CANARY = "canary"
    BLUE_GREEN = "blue_green"
    FULL = "full"


class DeploymentState(StrEnum):
    """Life of a deployment."""

    PLANNED = "planned"
    SHADOW = "shadow"
    CANARY = "canary"
    LIVE = "live"
    SUPERSEDED = "superseded"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


class IncidentState(StrEnum):
    """Life of an incident; mitigated = users are fine, resolved = the cause is gone."""

    TRIAGE = "triage"
    ACTIVE = "active"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


class IncidentDuty(StrEnum):
    """What a person does in an incident."""

    COMMANDER = "commander"
    DEPUTY = "deputy"
    SCRIBE = "scribe"
    LIAISON = "liaison"
    EXPERT = "expert"
    REPORTER = "reporter"


class Cause(StrEnum):
    """Where an incident came from."""

    CODE = "code"
    DATA = "data"
    MODEL = "model"
    CONFIG = "config"
    INFRA = "infra"
    UPSTREAM = "upstream"
    PRODUCT = "product"


class HandoffKind(StrEnum):
    """The six packages of work between disciplines."""

    REQUIREMENT = "H1"
    TRAINING_DATA = "H2"
    MODEL = "H3"
    OPERATION = "H4"
    BACKFLOW = "H5"
    DEPARTURE = "H6"


class HandoffState(StrEnum):
    """Life of a handoff; overdue is computed."""

    DRAFT = "draft"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    DECLINED = "declined"
    DONE = "done"


class Severity(StrEnum):
    """How bad a finding is, worst first in `order`."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def order(self) -> int:
        """Return 0 for the worst."""
        return list(Severity).index(self)

    def step(self, up: int) -> "Severity":
        """Return the severity `up` steps worse (negative: milder), within the scale."""
        scale = list(Severity)
        return scale[min(max(self.order - up, 0), len(scale) - 1)]


class Outcome(StrEnum):
    """What a rule can say of a subject besides passing in silence."""

    VIOLATION = "violation"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Where facts come from; each has a freshness."""

    PROJECT_FILE = "project_file"
    MLFLOW = "mlflow"
    GIT = "git"
    DATA = "data"
    METRICS = "metrics"
    COCKPIT = "cockpit"


class SourceState(StrEnum):
    """Whether a source can be believed now."""

    FRESH = "fresh"
    STALE = "stale"
    FAILED = "failed"
    ABSENT = "absent"


class Standing(StrEnum):
    """How well an ingredient of a recipe is known, best first."""

    RECORDED = "recorded"
    INFERRED = "inferred"
    ASSUMED = "assumed"
    MISSING = "missing"


class Verdict(StrEnum):
    """How a reproduction ended."""

    IDENTICAL = "identical"
    EQUIVALENT = "equivalent"
    DIVERGED = "diverged"
    INCOMPLETE = "incomplete"
    FAILED = "failed"

    @property
    def exit_code(self) -> int:
        """Return the exit code that the command line contract gives this verdict."""
        return {"identical": 0, "equivalent": 0, "diverged": 1, "incomplete": 3, "failed": 4}[self.value]


class Tone(StrEnum):
    """What a cell means; a front adds a sign and a colour, never a colour alone."""

    PLAIN = "plain"
    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    UNKNOWN = "unknown"
    FAINT = "faint"
