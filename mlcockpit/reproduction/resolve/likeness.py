"""Of several scripts with one name, the one that made a run logs its names, imports its model's flavor and names its experiment."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.source.fold import Constant
from mlcockpit.reproduction.source.reading import Reading

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "pytorch": ("torch", "pytorch_lightning", "lightning"), "tensorflow": ("tensorflow", "keras"), "keras": ("keras", "tensorflow"),
    "spark": ("pyspark",), "fastai": ("fastai",), "sentence_transformers": ("sentence_transformers",), "pmdarima": ("pmdarima",),
}  # fmt: skip
"""Flavor → packages that make such models, where the names differ."""
FLAVORS = frozenset(
    {"sklearn", "xgboost", "lightgbm", "catboost", "statsmodels", "prophet", "transformers", "spacy", "h2o", "onnx"}
    | {"diviner", "paddle", "langchain", "mleap", "gluon", *PACKAGES}
)


@dataclass(frozen=True)
class Likeness:
    """How much a script looks like the one that made a run."""

    points: int
    why: tuple[str, ...]


def flavors_of(facts: RunFacts) -> tuple[str, ...]:
    """Return the flavors of the run's model, by its MLmodel or by what logged it automatically."""
    try:
        found = yaml.safe_load(facts.model_files.get("MLmodel", b"")[:200_000]) or {}
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError):
        found = {}
    flavors = found.get("flavors") if isinstance(found, Mapping) else None
    named = [str(name) for name in flavors] if isinstance(flavors, Mapping) else []
    return tuple(dict.fromkeys(name for name in [*named, facts.run.tag("mlflow.autologging")] if name in FLAVORS))


def likeness(reading: Reading, run: RunRecord, flavors: tuple[str, ...]) -> Likeness:
    """Return how well a script explains what a run logged, besides its flags."""
    found = [*_logged(reading, run), *_flavored(reading, flavors), *_named(reading, run)]
    return Likeness(sum(points for points, _ in found), tuple(said for _, said in found if said))


def _logged(reading: Reading, run: RunRecord) -> Iterator[tuple[int, str]]:
    keys = {sink.key for sink in reading.sinks.of("param") if sink.key}
    mine, others = keys & set(run.params), keys - set(run.params)
    if mine:
        yield min(5, len(mine)), f"logs {len(mine)} of {len(run.params)} parameters"
    if others:
        yield -min(3, len(others)), f"logs {', '.join(sorted(others)[:3])}, which the run has not"
    texts = frozenset(
        node.value
        for module in reading.program.modules
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    metrics = set(run.metrics) & texts
    if metrics:
        yield min(3, len(metrics)), f"names {len(metrics)} of {len(run.metrics)} metrics"


def _flavored(reading: Reading, flavors: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    imported = reading.program.packages | {
        name.split(".")[1]
        for module in reading.program.modules
        for name in module.imported
        if name.startswith("mlflow.")
    }
    for flavor in flavors:
        packages = {flavor, *PACKAGES.get(flavor, ())}
        if imported & packages:
            yield 3, f"imports {sorted(imported & packages)[0]}, the flavor of the model"
        else:
            yield -2, f"does not import {flavor}, the flavor of the model"


def _named(reading: Reading, run: RunRecord) -> Iterator[tuple[int, str]]:
    estimator = run.tag("estimator_name")
    if estimator and any(re.search(rf"\b{re.escape(estimator)}\b", module.text) for module in reading.program.modules):
        yield 3, f"uses {estimator}"
    experiments = {str(s.origin.value) for s in reading.sinks.of("experiment") if isinstance(s.origin, Constant)}
    if experiments and run.experiment:
        same = run.experiment in experiments
        yield (
            (3, f"logs to experiment {run.experiment}")
            if same
            else (
                -3,
                f"logs to experiment {min(experiments)}, not to {run.experiment}",
            )
        )
