"""What a reproduction found is one frozen value that every front, report and record reads."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcockpit.domain.recipe import Ingredient, Json, Recipe
from mlcockpit.domain.vocabulary import Standing, Verdict


@dataclass(frozen=True)
class MetricComparison:
    """One metric of the original beside the same metric of the rerun."""

    name: str
    original: float | None
    reproduced: float | None
    verdict: str
    """equal, within_tolerance, different, excluded, only_original or only_reproduced."""
    first_step: int | None = None
    """The first step at which the histories differ; None where they agree or hold one value."""

    @property
    def difference(self) -> float | None:
        """Return reproduced minus original; None where one of them is not there or not a number."""
        if self.original is None or self.reproduced is None:
            return None
        gap = self.reproduced - self.original
        return gap if math.isfinite(gap) else None

    def to_json(self) -> dict[str, Json]:
        """Return the object of the command line contract."""
        return {
            "name": self.name,
            "original": _number(self.original),
            "reproduced": _number(self.reproduced),
            "difference": self.difference,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class ArtifactComparison:
    """One artifact of the original beside the rerun's."""

    path: str
    verdict: str
    """equal, equal_content, different, excluded, only_original or only_reproduced."""
    detail: str = ""
    """What differs, or why it was left out."""
    model: bool = False
    """Whether it is a logged model and not a plain file."""
    close: bool = False
    """Whether a model is equal within tolerance or by its predictions only, and not bit by bit in its content."""

    def to_json(self) -> dict[str, Json]:
        """Return the object of the command line contract."""
        return {"path": self.path, "verdict": self.verdict}


@dataclass(frozen=True)
class OtherRun:
    """Another run of the same launch."""

    run_id: str
    verdict: Verdict | None
    """None where no run of the rerun pairs with it."""

    def to_json(self) -> dict[str, Json]:
        """Return the object of the command line contract."""
        return {"run_id": self.run_id, "verdict": None if self.verdict is None else self.verdict.value}


@dataclass(frozen=True)
class ReproductionResult:
    """The verdict on one run, with everything it rests on."""

    run_id: str
    reproduction_id: str
    verdict: Verdict
    reason: str
    first_difference: str | None
    """parameters, data, code, environment, metrics or artifacts; None where nothing differs."""
    standing: Standing
    ingredients: tuple[Ingredient, ...]
    metrics: tuple[MetricComparison, ...] = ()
    artifacts: tuple[ArtifactComparison, ...] = ()
    other_runs: tuple[OtherRun, ...] = ()
    deterministic: bool | None = None
    """True or False where repeats were run; None where it was not measured."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What was left out of the comparison, weak evidence, and confirmed assumptions."""
    trust_id: str = ""
    completeness: int = 0
    stage: str = ""
    """The stage that failed; empty where none did."""
    log: str = ""
    """The folder that keeps the output of every stage."""
    command: tuple[str, ...] = ()
    cwd: str = "."
    wall: str = ""
    """bubblewrap, landlock or none; empty where nothing was run."""

    @property
    def exit_code(self) -> int:
        """Return the exit code of the verdict."""
        return self.verdict.exit_code

    def to_json(self) -> dict[str, Json]:
        """Return exactly the object that `reproduce --json` prints."""
        return {
            "schema": 1,
            "run_id": self.run_id,
            "reproduction_id": self.reproduction_id,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "first_difference": self.first_difference,
            "standing": self.standing.value,
            "ingredients": [one.to_json() for one in self.ingredients],
            "metrics": [one.to_json() for one in self.metrics],
            "artifacts": [one.to_json() for one in self.artifacts],
            "other_runs": [one.to_json() for one in self.other_runs],
            "deterministic": self.deterministic,
            "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
            "wall": self.wall,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "ReproductionResult":
        """Return the result that `to_json` wrote down; what it leaves out is empty."""
        recipe = Recipe(str(kept["run_id"]), tuple(Ingredient.from_json(one) for one in kept["ingredients"]))
        return cls(
            run_id=recipe.run_id,
            reproduction_id=str(kept["reproduction_id"]),
            verdict=Verdict(kept["verdict"]),
            reason=str(kept["reason"]),
            first_difference=kept["first_difference"],
            standing=Standing(kept["standing"]),
            ingredients=recipe.ingredients,
            metrics=tuple(
                MetricComparison(one["name"], one["original"], one["reproduced"], one["verdict"])
                for one in kept["metrics"]
            ),
            artifacts=tuple(ArtifactComparison(one["path"], one["verdict"]) for one in kept["artifacts"]),
            other_runs=tuple(
                OtherRun(one["run_id"], Verdict(one["verdict"]) if one["verdict"] else None)
                for one in kept["other_runs"]
            ),
            deterministic=kept["deterministic"],
            seconds=kept["seconds"],
            completeness=recipe.completeness if recipe.ingredients else 0,
            wall=str(kept.get("wall") or ""),
            command=recipe.command if recipe.ingredients else (),
            cwd=recipe.cwd if recipe.ingredients else ".",
        )


def _number(value: float | None) -> Json:
    return value if value is None or math.isfinite(value) else None
