"""Point a registry alias at a version, and put its files where score.py finds them.

    python release.py champion=1 --serve production
"""

import argparse
import atexit
import gc
import shutil
from pathlib import Path

import mlflow

NAME = "gatewise"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("move", metavar="ALIAS=VERSION")
    parser.add_argument("--serve", default="", metavar="ENVIRONMENT", help="copy the files to serving/ENVIRONMENT")
    chosen = parser.parse_args()
    atexit.register(gc.freeze)  # the interpreter's last collection costs a second after importing mlflow
    alias, version = chosen.move.split("=")
    client = mlflow.MlflowClient()
    client.set_registered_model_alias(NAME, alias, version)
    if chosen.serve:
        target = Path("serving") / chosen.serve
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(client.get_model_version_download_uri(NAME, version).removeprefix("file://"), target)
    print(f"{alias} is version {version}")


if __name__ == "__main__":
    main()
