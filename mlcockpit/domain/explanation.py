"""Why two runs differ is one frozen value: what differs between their recipes, what was run, and each one's share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlcockpit.domain.recipe import Json

CAUSES = ("code", "environment", "data", "parameters", "seed")
"""What a change is shared among, in the order in which it is shown; the command carries parameters and seed."""


@dataclass(frozen=True)
class CauseComparison:
    """One ingredient of the first run beside the same of the second."""

    name: str
    is_equal: bool
    what: tuple[str, ...] = ()
    """What differs, or why it counts as equal, in words."""

    def to_json(self) -> dict[str, Json]:
        """Return the object of the command line contract."""
        return {"ingredient": self.name, "equal": self.is_equal, "what": list(self.what)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "CauseComparison":
        """Return the comparison that `to_json` wrote down."""
        return cls(kept["ingredient"], kept["equal"], tuple(kept["what"]))


@dataclass(frozen=True)
class MixtureResult:
    """One mixture of the two recipes and what came of it."""

    from_b: tuple[str, ...]
    """Ingredients taken from the second run; the others are the first one's."""
    state: str
    """planned, ran, cached (ran at an earlier time) or cannot (it cannot be run; `reason` says why)."""
    value: float | None = None
    """The metric; None where there is none."""
    reason: str = ""
    command: str = ""
    trust_id: str = ""
    """Empty where there is nothing to run."""
    log: str = ""
    """The folder that keeps its output."""

    @property
    def is_done(self) -> bool:
        """Tell whether it was run, now or earlier."""
        return self.state in {"ran", "cached"}

    def to_json(self) -> dict[str, Json]:
        """Return the object of the command line contract."""
        return {
            "from_b": list(self.from_b),
            "value": self.value,
            "state": self.state,
            "reason": self.reason,
            "command": self.command,
            "trust_id": self.trust_id,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "MixtureResult":
        """Return the mixture that `to_json` wrote down."""
        value, state = kept["value"], kept["state"]
        return cls(tuple(kept["from_b"]), state, value, kept["reason"], kept["command"], kept["trust_id"])


@dataclass(frozen=True)
class Share:
    """What one ingredient, or several that could not be told apart, did to the metric."""

    ingredients: tuple[str, ...]
    change: float
    share: float | None
    """Part of the whole change; None where the reruns do not differ."""
    low: float
    """The least it changed in any ordering that was run."""
    high: float

    @property
    def name(self) -> str:
        """Return the ingredients in words."""
        return " and ".join(self.ingredients)

    def to_json(self) -> dict[str, Json]:
        """Return the object of the command line contract."""
        return {
            "ingredient": self.name,
            "ingredients": list(self.ingredients),
            "share": self.share,
            "change": self.change,
            "low": self.low,
            "high": self.high,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Share":
        """Return the share that `to_json` wrote down."""
        return cls(tuple(kept["ingredients"]), kept["change"], kept["share"], kept["low"], kept["high"])


@dataclass(frozen=True)
class Explanation:
    """Why two runs differ in one metric."""

    run_a: str
    run_b: str
    metric: str
    chosen: str
    """Why this metric."""
    value_a: float
    """As the first run logged it."""
    value_b: float
    trust_id: str
    """Of the whole set of mixtures; empty where nothing needs to be run."""
    causes: tuple[CauseComparison, ...]
    mixtures: tuple[MixtureResult, ...]
    shares: tuple[Share, ...] = ()
    rerun_a: float | None = None
    """What the first run's own recipe gives when it is run again; None where it was not run or gave nothing."""
    rerun_b: float | None = None
    faults: tuple[str, ...] = ()
    """Endpoints that do not give the recorded value, in words; shares then explain the reruns' change."""
    notes: tuple[str, ...] = ()
    orderings: int = 0
    """How many orderings of the ingredients could be run."""
    possible: int = 0
    exit_code: int = 0

    @property
    def change(self) -> float | None:
        """Return what the reruns differ by; None where one is missing."""
        return None if self.rerun_a is None or self.rerun_b is None else self.rerun_b - self.rerun_a

    def to_json(self) -> dict[str, Json]:
        """Return exactly the object that `explain --json` prints."""
        return {
            "schema": 1,
            "run_a": self.run_a,
            "run_b": self.run_b,
            "metric": self.metric,
            "chosen": self.chosen,
            "value_a": self.value_a,
            "value_b": self.value_b,
            "rerun_a": self.rerun_a,
            "rerun_b": self.rerun_b,
            "ingredients": [one.to_json() for one in self.causes],
            "shares": [one.to_json() for one in self.shares],
            "mixtures": [one.to_json() for one in self.mixtures],
            "orderings": {"run": self.orderings, "possible": self.possible},
            "faults": list(self.faults),
            "notes": list(self.notes),
            "trust_id": self.trust_id,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Explanation":
        """Return the explanation that `to_json` wrote down."""
        return cls(
            run_a=kept["run_a"],
            run_b=kept["run_b"],
            metric=kept["metric"],
            chosen=kept["chosen"],
            value_a=kept["value_a"],
            value_b=kept["value_b"],
            trust_id=kept["trust_id"],
            causes=tuple(CauseComparison.from_json(one) for one in kept["ingredients"]),
            mixtures=tuple(MixtureResult.from_json(one) for one in kept["mixtures"]),
            shares=tuple(Share.from_json(one) for one in kept["shares"]),
            rerun_a=kept["rerun_a"],
            rerun_b=kept["rerun_b"],
            faults=tuple(kept["faults"]),
            notes=tuple(kept["notes"]),
            orderings=kept["orderings"]["run"],
            possible=kept["orderings"]["possible"],
        )
