"""An environment with every library whose models are compared is built once on a machine and kept in the user's cache."""

import fcntl
import hashlib
import subprocess
from pathlib import Path

import uv
from platformdirs import user_cache_path

PACKAGES = (
    *("mlflow-skinny==3.17.2", "pandas==3.1.1", "scikit-learn==1.9.1", "skops==0.16.0", "cloudpickle", "joblib"),
    *("xgboost-cpu==3.2.0", "lightgbm==4.7.0", "catboost==1.2.10", "setuptools<81"),
)


def python_with_model_libraries() -> Path:
    """Return the interpreter of the environment."""
    home = user_cache_path("mlcockpit-tests", ensure_exists=True)
    name = f"models-{hashlib.sha256(' '.join(PACKAGES).encode()).hexdigest()[:12]}"
    python = home / name / "bin" / "python"
    with (home / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / name / "ready").exists():
            binary = uv.find_uv_bin()
            subprocess.run([binary, "venv", "-q", "--clear", "--python", "3.11", home / name], check=True, timeout=300)
            subprocess.run([binary, "pip", "install", "-q", "--python", python, *PACKAGES], check=True, timeout=900)
            (home / name / "ready").touch()
    return python
