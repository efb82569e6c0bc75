"""A tracking store in a database server is read only where this MLflow would change nothing in it."""

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.mlflow_tracker import MlflowServer
from mlcockpit.integrations.tracking_place import open_uri
from mlcockpit.store.mirror.mirror import Mirror
from tests.store.postgres import PostgresServer


def tables(address: str) -> list[str]:
    with psycopg.connect(address) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        return [row[0] for row in rows]


def with_driver(address: str) -> str:
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


def runs_seen(address: str, folder: Path) -> int:
    """Return how many runs a sync finds there."""
    with closing(Mirror(folder / "mirror.db")) as mirror:
        changes = mirror.prepare(MlflowServer(address), now=datetime.now(UTC))
        mirror.commit(changes)
    return changes.total_runs


@pytest.mark.ci
def test_a_database_without_a_store_stays_without_one(postgres: PostgresServer, tmp_path: Path) -> None:
    address = postgres.database()
    with pytest.raises(SourceFailed, match="holds no MLflow store, and none is made in it"):
        runs_seen(with_driver(address), tmp_path)
    assert [] == tables(address)


@pytest.mark.ci
def test_a_store_of_another_mlflow_is_not_migrated(postgres: PostgresServer, tmp_path: Path) -> None:
    address = postgres.database()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('0584bdc529eb')")
        connection.execute("CREATE TABLE runs (run_uuid varchar(32))")
    with pytest.raises(SourceFailed, match="name the address of its tracking server instead"):
        runs_seen(with_driver(address), tmp_path)
    assert ["alembic_version", "runs"] == tables(address)


@pytest.mark.ci
def test_a_store_of_this_mlflow_is_read_and_its_runs_come_one_by_one(postgres: PostgresServer, tmp_path: Path) -> None:
    address = with_driver(postgres.database())
    script = "import mlflow\nmlflow.set_experiment('e')\nwith mlflow.start_run(run_name='first'):\n"
    script += "    mlflow.log_param('depth', 3)\n    mlflow.log_metric('auc', 0.75, step=1)\n"
    env = {**os.environ, "MLFLOW_TRACKING_URI": address, "MLFLOW_DISABLE_TELEMETRY": "true"}
    subprocess.run([sys.executable, "-c", script], env=env, cwd=tmp_path, check=True, capture_output=True)
    assert 1 == runs_seen(address, tmp_path)
    runs = open_uri(address, tmp_path)
    found = runs.read(runs.find("first"))
    assert ({"depth": "3"}, {"auc": 0.75}, "e") == (found.params, found.metrics, found.experiment)
    assert [(1, 0.75)] == [(one.step, one.value) for one in runs.histories(found.run_id)["auc"]]
