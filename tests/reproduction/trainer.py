"""Trains one small model of each library and saves each as MLflow does.

    python trainer.py FOLDER=SEED ...

Nothing of this project is imported here: it runs in an environment that has the libraries.
"""

import sys
from pathlib import Path

import cloudpickle
import joblib
import mlflow
import numpy as np
import pandas as pd
from catboost import CatBoostClassifier
from lightgbm import LGBMClassifier
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from xgboost import XGBClassifier

TRUSTED = ["sklearn.tree._tree.Tree", "numpy.dtype"]
ASIS = {"pip_requirements": ["pandas"]}
"""Requirements are named: to infer them MLflow would load every model in a process of its own."""

X, Y = make_classification(300, 6, random_state=0)
FRAME = pd.DataFrame(X, columns=[f"x{n}" for n in range(6)])


def main(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True)
    forest = RandomForestClassifier(4, random_state=seed).fit(FRAME, Y)
    scikit(folder, forest, seed)
    boosted = XGBClassifier(n_estimators=4, subsample=0.5, random_state=seed, n_jobs=1).fit(FRAME, Y)
    for kind in ("ubj", "json"):
        mlflow.xgboost.save_model(boosted, folder / f"xgboost-{kind}", model_format=kind, **ASIS)
    light = LGBMClassifier(
        n_estimators=4, subsample=0.5, subsample_freq=1, random_state=seed, n_jobs=1, verbose=-1
    ).fit(FRAME, Y)
    mlflow.lightgbm.save_model(light.booster_, folder / "lightgbm", **ASIS)
    cat = CatBoostClassifier(iterations=4, random_seed=seed, thread_count=1, verbose=0, allow_writing_files=False)
    mlflow.catboost.save_model(cat.fit(FRAME, Y), folder / "catboost", **ASIS)
    pickled_by_value(folder, forest, seed)
    (folder / "unknown").mkdir()
    (folder / "unknown" / "weights.xyz").write_bytes(seed.to_bytes(4, "big") + np.random.default_rng().bytes(8))


def scikit(folder: Path, forest: RandomForestClassifier, seed: int) -> None:
    """Save the same forest in every format that MLflow has, and a search that remembers how long it took."""
    mlflow.sklearn.save_model(
        forest, folder / "skops", serialization_format="skops", skops_trusted_types=TRUSTED, **ASIS
    )
    mlflow.sklearn.save_model(forest, folder / "cloudpickle", serialization_format="cloudpickle", **ASIS)
    grid = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0 + seed]}, cv=2).fit(FRAME, Y)
    mlflow.sklearn.save_model(grid, folder / "grid", serialization_format="pickle", **ASIS)
    calm = LogisticRegression(random_state=seed).fit(FRAME, Y)
    where = folder / "seed-without-effect"
    mlflow.sklearn.save_model(calm, where, serialization_format="pickle", input_example=FRAME.head(3), **ASIS)


def pickled_by_value(folder: Path, forest: RandomForestClassifier, seed: int) -> None:
    """Save models whose code exists nowhere but in their pickles."""
    weights = folder / "weights.joblib"
    joblib.dump({"forest": forest, "scale": np.random.default_rng(seed).normal(size=3)}, weights, compress=3)

    class Scaled(mlflow.pyfunc.PythonModel):
        def __init__(self, inner: RandomForestClassifier) -> None:
            self.inner = inner
            self.names = {f"x{n}" for n in range(6)}
            self.trained_at = pd.Timestamp.now()

        def load_context(self, context: object) -> None:
            self.extra = joblib.load(context.artifacts["weights"])

        def predict(self, context: object, model_input: pd.DataFrame, params: object = None) -> np.ndarray:
            return self.inner.predict_proba(model_input)[:, 1] * self.extra["scale"][0]

    mlflow.pyfunc.save_model(
        folder / "pyfunc",
        python_model=Scaled(forest),
        artifacts={"weights": str(weights)},
        input_example=FRAME.head(3),
        **ASIS,
    )
    (folder / "function").mkdir()
    factor = 2 if seed == 1 else 3
    source = f"def answer(data):\n    return [one * {factor} for one in data]\n"
    made: dict[str, object] = {"__name__": "__main__"}
    exec(source, made)
    (folder / "function" / "model.pkl").write_bytes(cloudpickle.dumps(made["answer"]))


if __name__ == "__main__":
    for told in sys.argv[1:]:
        where, _, number = told.rpartition("=")
        main(Path(where), int(number))
