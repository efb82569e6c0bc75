"""All that is needed to re-execute a run is one frozen value of six ingredients, each saying how well it is known."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from mlcockpit.domain.vocabulary import Standing

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

NAMES = ("code", "environment", "data", "command", "parameters", "seed")
"""The six ingredients in the order in which they are shown."""

WEIGHTS = {"code": 25, "environment": 20, "data": 20, "command": 20, "parameters": 10, "seed": 5}
"""Points of the completeness score that each ingredient is worth when it was recorded."""

SHARES = {Standing.RECORDED: 1.0, Standing.INFERRED: 0.8, Standing.ASSUMED: 0.4, Standing.MISSING: 0.0}
"""How much of its points an ingredient earns."""

ORDER = list(Standing)
"""Standings from best to worst."""


@dataclass(frozen=True)
class Ingredient:
    """One part of a recipe with the evidence for it."""

    name: str
    standing: Standing
    value: Json
    """What the ingredient is, as plain JSON; what the engine runs on."""
    evidence: str
    """Where it was written or from what it was derived, in words."""
    deviations: tuple[str, ...] = ()
    """In what the rebuilt ingredient is known to differ from the original."""
    candidates: tuple[str, ...] = ()
    """Other readings that fit as well, best first; empty where only one fits."""
    raise_by: str = ""
    """The step that would raise its standing; empty when it is recorded."""

    @property
    def summary(self) -> str:
        """Return the value on one line."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False, default=str)

    def field(self, key: str) -> Json:
        """Return one entry of a value that is an object; None where it has none."""
        return self.value.get(key) if isinstance(self.value, Mapping) else None

    def text(self, key: str) -> str:
        """Return one text entry, empty where there is none."""
        found = self.field(key)
        return found if isinstance(found, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return one list of texts, empty where there is none."""
        found = self.field(key)
        return tuple(str(item) for item in found) if isinstance(found, list | tuple) else ()

    def to_json(self) -> dict[str, Json]:
        """Return the object that the command line contract shows."""
        shown: dict[str, Json] = {
            "name": self.name,
            "standing": self.standing.value,
            "value": self.value,
            "evidence": self.evidence,
            "deviations": list(self.deviations),
        }
        return shown | {"candidates": list(self.candidates)} if self.candidates else shown

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Ingredient":
        """Return the ingredient that `to_json` wrote down."""
        return cls(
            kept["name"],
            Standing(kept["standing"]),
            kept["value"],
            kept["evidence"],
            tuple(kept["deviations"]),
            tuple(kept.get("candidates", ())),
        )


@dataclass(frozen=True)
class Recipe:
    """Six ingredients of one run."""

    run_id: str
    ingredients: tuple[Ingredient, ...]
    notes: tuple[str, ...] = ()
    """What a reader should know besides: absolute paths, hosted services, contradictions."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where the run came from on this machine: repository, artifact and project folders; not part of its identity."""

    def __getitem__(self, name: str) -> Ingredient:
        for ingredient in self.ingredients:
            if ingredient.name == name:
                return ingredient
        raise KeyError(name)

    def with_(self, **swapped: Ingredient) -> "Recipe":
        """Return the recipe with the named ingredients swapped."""
        return replace(self, ingredients=tuple(swapped.get(one.name, one) for one in self.ingredients))

    @property
    def command(self) -> tuple[str, ...]:
        """Return the argument list as a person would type it."""
        return self["command"].texts("argv")

    @property
    def cwd(self) -> str:
        """Return the working directory below the top of the code; `.` is the top."""
        return self["command"].text("cwd") or "."

    @property
    def completeness(self) -> int:
        """Return 0 to 100."""
        return round(sum(WEIGHTS[one.name] * SHARES[one.standing] for one in self.ingredients))

    @property
    def weakest(self) -> Ingredient:
        """Return the ingredient whose standing is worst; the heavier one of equals."""
        return max(self.ingredients, key=lambda one: (ORDER.index(one.standing), WEIGHTS[one.name]))

    @property
    def standing(self) -> Standing:
        """Return the standing of the weakest ingredient."""
        return self.weakest.standing

    @property
    def next_step(self) -> str:
        """Return the one step that would raise the weakest grade."""
        return self.weakest.raise_by

    @property
    def trust_id(self) -> str:
        """Return the sha-256 of everything that decides what is executed."""
        executed: dict[str, Json] = {
            "run_id": self.run_id,
            "ingredients": {one.name: one.value for one in self.ingredients},
        }
        text = json.dumps(executed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def to_json(self) -> dict[str, Json]:
        """Return the object that `recipe --json` prints."""
        return {
            "schema": 1,
            "run_id": self.run_id,
            "completeness": self.completeness,
            "standing": self.standing.value,
            "ingredients": [one.to_json() for one in self.ingredients],
            "command": list(self.command),
            "cwd": self.cwd,
        }
