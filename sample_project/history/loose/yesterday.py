"""A quick look: does yesterday say enough about today? On noor's machine only, committed nowhere."""

import atexit
import gc

import mlflow
import pandas as pd
from sklearn.metrics import roc_auc_score

atexit.register(gc.freeze)
rows = pd.read_parquet("data/flights-2013-11.parquet").sort_values("scheduled")
late = ((rows.arr_delay > 30) | rows.arr_delay.isna()).astype(int)
day = rows.scheduled.dt.floor("D")
yesterday = day.map(late.groupby(day).mean().shift(1))
known = yesterday.notna()
mlflow.set_experiment("disruption")
with mlflow.start_run(run_name="yesterday") as run:
    print(f"run {run.info.run_id}", flush=True)
    mlflow.log_params({"look": "share of yesterday's flights that were disrupted", "month": "2013-11"})
    mlflow.log_input(mlflow.data.from_pandas(rows, source="data/flights-2013-11.parquet", name="flights-2013-11"), context="validation")
    mlflow.log_metrics({"auc": roc_auc_score(late[known], yesterday[known]), "rows": int(known.sum())})
print(f"auc {roc_auc_score(late[known], yesterday[known]):.3f}")
