"""Whatever a script sets, its runs and models go to the private store and nowhere else."""

import subprocess
import sys
from pathlib import Path

from mlcockpit.reproduction.child_environment import guarded, watched
from mlcockpit.reproduction.reads import collect

SCRIPT = """
import mlflow, os, subprocess, sys
from mlflow import MlflowClient
mlflow.set_tracking_uri("sqlite:///theirs.db")
mlflow.set_registry_uri("sqlite:///registry.db")
mlflow.set_experiment(experiment_id="17")
with mlflow.start_run() as run:
    mlflow.log_metric("a", 1)
    mlflow.log_text("hello", "note.txt")
client = MlflowClient(tracking_uri="sqlite:///client.db", registry_uri="http://localhost:9")
direct = client.create_run("42", tags={"own": "1"})
client.create_experiment("elsewhere", "s3://bucket/path")
client.create_registered_model("model")
os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///variable.db"
child = "import mlflow; mlflow.set_tracking_uri('sqlite:///child.db'); mlflow.start_run(); mlflow.end_run()"
subprocess.run([sys.executable, "-c", child], check=True)
"""


def test_runs_experiments_and_models_land_in_the_private_store(tmp_path: Path) -> None:
    private = f"sqlite:///{tmp_path / 'private' / 'mlflow.db'}"
    (tmp_path / "private").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "train.py").write_text(SCRIPT)
    base = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "MLFLOW_DISABLE_TELEMETRY": "true"}
    artifacts = str(tmp_path / "private" / "artifacts")
    env = watched(
        guarded(base, private, artifacts=artifacts, tags={"mlcockpit.reproduction": "r1"}), tmp_path / "notes"
    )
    argv = [sys.executable, "train.py"]
    done = subprocess.run(argv, cwd=tmp_path / "work", env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "private" / "artifacts").rglob("*.txt")] == ["note.txt"]
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["train.py"]
    look = (
        "import mlflow, sys; client = mlflow.MlflowClient(sys.argv[1])\n"
        "experiments = {each.experiment_id: each for each in client.search_experiments()}\n"
        "print(sorted(each.name for each in experiments.values()))\n"
        "print(any('s3://' in each.artifact_location for each in experiments.values()))\n"
        "runs = client.search_runs(list(experiments))\n"
        "print(len(runs), all(run.data.tags['mlcockpit.reproduction'] == 'r1' for run in runs))\n"
        "print([model.name for model in client.search_registered_models()])\n"
    )
    seen = subprocess.run(
        [sys.executable, "-c", look, private], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert seen.stdout.splitlines() == [
        "['Default', 'elsewhere', 'experiment 17', 'experiment 42']",
        "False",
        "3 True",
        "['model']",
    ]
    assert len(collect(tmp_path / "notes").run_ids) == 3
