"""An environment counts as built only when what it was built for can be imported and MLflow can open a store in it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

SCRIPT = """
import importlib, json, os, sys, tempfile
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
if "mlflow" in sys.modules:
    with tempfile.TemporaryDirectory() as folder:
        from mlflow.tracking import MlflowClient
        MlflowClient("sqlite:///" + folder + "/t.db").get_experiment_by_name("Default")
"""
ALIKE = ("mlflow", "pandas", "xgboost", "lightgbm", "catboost")
IMPORTS = {"scikit-learn": "sklearn", "mlflow-skinny": "mlflow", **dict(zip(ALIKE, ALIKE, strict=True))}
"""Distribution → what to import of it; kept to those whose neighbours break them."""

USUAL = ("sqlalchemy<2.1", "setuptools<81", "numpy<2", "pandas<3")
"""Bounds that MLflow 2.x needs and does not state everywhere."""

FIRST_RELEASE = datetime(2018, 6, 1, tzinfo=UTC)


def smoke_argv(python: str, packages: Sequence[str]) -> list[str] | None:
    """Return the command that tries an environment; None where there is nothing to try."""
    names = list(dict.fromkeys(module for name, module in IMPORTS.items() if name in packages))
    return [python, "-c", SCRIPT, json.dumps(names)] if names else None


def release_month(exists: Callable[[str], bool], until: datetime) -> str | None:
    """Return a day at most two months after a version came out, found by halving; None where the index tells no dates."""
    low, high = FIRST_RELEASE, until
    if not exists(_day(high)) or exists(_day(low)):
        return None
    while high - low > timedelta(days=31):
        middle = low + (high - low) / 2
        low, high = (low, middle) if exists(_day(middle)) else (middle, high)
    return _day(min(until, high + timedelta(days=30)))


def _day(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
