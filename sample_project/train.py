"""Train the disruption model and log it.

    python train.py --train 2013-01..2013-02 --valid 2013-03 --register gatewise
    python train.py --sweep learning_rate=0.05,0.2 leaves=7,31

The alert threshold is the score that the busiest fifth of the validation month exceeds.
"""

import argparse
import atexit
import gc
import itertools
import os

os.environ["OMP_NUM_THREADS"] = "1"  # a fit takes 0.5 s on one idle core and many times that on shared ones

import mlflow
import numpy as np
import pandas as pd
from mlflow.entities import Metric
from mlflow.models import infer_signature
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from features import CATEGORIES, NUMBERS, disrupted, prepare, read

EXPERIMENT = "disruption"
SLICES = ["UA", "B6", "EV", "DL", "AA", "WN"]
"""Carriers whose travellers we look at apart."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", default="2013-01..2013-02", help="months, or one parquet file")
    parser.add_argument("--valid", default="2013-03", help="month that sets the alert threshold")
    parser.add_argument("--model", default="trees", choices=["trees", "baseline"])
    parser.add_argument("--trees", type=int, default=80)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--leaves", type=int, default=15)
    parser.add_argument("--rows-a-leaf", type=int, default=80)
    parser.add_argument("--alert-share", type=float, default=0.2)
    parser.add_argument("--extra", default="", help="one more numeric column")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--register", default="", help="registry name; empty: keep no model")
    parser.add_argument("--name", default="", help="what the run is called")
    parser.add_argument("--sweep", nargs="*", default=[], metavar="FLAG=A,B", help="one child run a combination")
    return parser.parse_args()


def columns(chosen: argparse.Namespace) -> list[str]:
    return [*CATEGORIES, *NUMBERS, *filter(None, [chosen.extra])]


def estimator(chosen: argparse.Namespace) -> Pipeline:
    numbers = columns(chosen)[len(CATEGORIES) :]
    if chosen.model == "baseline":
        return make_pipeline(
            ColumnTransformer([("numbers", "passthrough", numbers)]),
            SimpleImputer(strategy="median"),
            StandardScaler(),
            LogisticRegression(max_iter=1000, random_state=chosen.seed),
        )
    codes = OrdinalEncoder(max_categories=41, handle_unknown="use_encoded_value", unknown_value=np.nan)
    trees = HistGradientBoostingClassifier(
        max_iter=chosen.trees,
        learning_rate=chosen.learning_rate,
        max_leaf_nodes=chosen.leaves,
        min_samples_leaf=chosen.rows_a_leaf,
        categorical_features=[0, 1],
        random_state=chosen.seed,
    )
    return make_pipeline(ColumnTransformer([("codes", codes, CATEGORIES), ("numbers", "passthrough", numbers)]), trees)


def quality(truth: pd.Series, score: np.ndarray, threshold: float) -> dict[str, float]:
    alert = score >= threshold
    return {
        "auc": roc_auc_score(truth, score),
        "log_loss": log_loss(truth, score),
        "useful": truth[alert].mean(),
        "warned": alert[truth == 1].mean(),
        "alerts": alert.mean(),
    }


def history(run_id: str, model: Pipeline, rows: pd.DataFrame, truth: pd.Series) -> None:
    """Log the validation AUC after every tenth tree."""
    if not isinstance(model[-1], HistGradientBoostingClassifier):
        return
    stages = enumerate(model[-1].staged_predict_proba(model[0].transform(rows)), start=1)
    now = mlflow.utils.time.get_current_time_millis()
    points = [Metric("auc_so_far", roc_auc_score(truth, p[:, 1]), now, n) for n, p in stages if n % 10 == 0]
    mlflow.MlflowClient().log_batch(run_id, metrics=points, synchronous=True)


def fit_and_log(chosen: argparse.Namespace, train: list, valid: list) -> None:
    """Fill the active run: parameters, inputs, metrics and, where asked for, the model."""
    settings = {name: value for name, value in vars(chosen).items() if name not in ("name", "sweep")}
    mlflow.log_params(settings)
    for context, files in {"training": train, "validation": valid}.items():
        for dataset, _ in files:
            mlflow.log_input(dataset, context=context)
    rows = prepare(pd.concat([frame for _, frame in train], ignore_index=True))
    held = prepare(pd.concat([frame for _, frame in valid], ignore_index=True))
    known, truth = held[columns(chosen)], disrupted(held)
    model = estimator(chosen).fit(rows[columns(chosen)], disrupted(rows))
    score = model.predict_proba(known)[:, 1]
    threshold = float(np.quantile(score, 1 - chosen.alert_share))
    run_id = mlflow.active_run().info.run_id
    history(run_id, model, known, truth)
    said = quality(truth, score, threshold)
    mlflow.log_metrics({**said, "threshold": threshold, "train_rows": len(rows)})
    carriers = {name: (held.carrier == name).to_numpy() for name in SLICES}
    mlflow.log_metrics({f"auc_{name}": roc_auc_score(truth[one], score[one]) for name, one in carriers.items()})
    if chosen.register:
        example = known.head(5)
        mlflow.sklearn.log_model(
            model,
            name="model",
            registered_model_name=chosen.register,
            serialization_format="cloudpickle",
            pyfunc_predict_fn="predict_proba",
            signature=infer_signature(example, model.predict_proba(example)),
            input_example=example,
            pip_requirements="requirements.lock",
            metadata={"threshold": threshold, "train": chosen.train},
        )
    print(" ".join(f"{name} {said[name]:.3f}" for name in ("auc", "useful", "warned")), flush=True)


def inputs(months: str) -> list[tuple[mlflow.data.dataset.Dataset, pd.DataFrame]]:
    """Return (MLflow dataset, rows) of each file."""
    frames = read(months)
    return [(mlflow.data.from_pandas(f, source=str(p), name=p.stem), f) for p, f in frames.items()]


def main() -> None:
    atexit.register(gc.freeze)  # the interpreter's last collection costs a second after these imports
    chosen = options()
    mlflow.set_experiment(EXPERIMENT)
    train, valid = inputs(chosen.train), inputs(chosen.valid)
    with mlflow.start_run(run_name=chosen.name or None) as run:
        print(f"run {run.info.run_id}", flush=True)
        if chosen.model == "baseline":
            mlflow.set_tag("baseline", "true")
        if not chosen.sweep:
            fit_and_log(chosen, train, valid)
            return
        mlflow.set_tag("sweep", " ".join(chosen.sweep))
        grid = {name: text.split(",") for name, text in (part.split("=") for part in chosen.sweep)}
        for values in itertools.product(*grid.values()):
            picked = dict(zip(grid, values, strict=True))
            child = {name: type(getattr(chosen, name))(text) for name, text in picked.items()}
            label = " ".join([chosen.name, *(f"{name}={text}" for name, text in picked.items())]).strip()
            with mlflow.start_run(run_name=label, nested=True) as run:
                print(f"run {run.info.run_id}", flush=True)
                fit_and_log(argparse.Namespace(**vars(chosen) | child), train, valid)


if __name__ == "__main__":
    main()
