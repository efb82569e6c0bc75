"""The feed tables are read from any known MLflow schema: what an older one lacks reads as empty."""

import sqlite3
from collections.abc import Mapping

from mlcockpit.domain.tracking import SENTINEL

LOGS: Mapping[str, str] = {"params": "params", "metrics": "metrics"}
"""Feed table → append-only table of the store. Tags and inputs are missing: they change without a new row."""

_INFINITE = (
    f"CASE WHEN m.is_nan THEN NULL WHEN m.value >= {SENTINEL!r} THEN 9e999 WHEN m.value <= -{SENTINEL!r} THEN -9e999 "
    "ELSE m.value END"
)


def selects(connection: sqlite3.Connection) -> Mapping[str, str]:
    """Return feed table → SELECT for the schema that is open on `connection`."""
    schema = _Schema(connection)
    return {
        "experiments": schema.experiments(),
        "runs": schema.runs(),
        "params": "SELECT run_uuid AS run, key, value FROM {db}.params",
        "metrics": f"SELECT m.run_uuid AS run, m.key, {_INFINITE} AS value, m.step, m.timestamp AS at_ms"
        " FROM {db}.latest_metrics m",
        "tags": "SELECT run_uuid AS run, key, value FROM {db}.tags",
        "inputs": schema.inputs(),
        "logged_models": schema.logged_models(),
        "versions": schema.versions(),
        "aliases": schema.aliases(),
    }


class _Schema:
    """The tables and columns of one store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        self.columns = {
            table: {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')} for table in tables
        }

    def has(self, table: str, column: str = "") -> bool:
        return table in self.columns and (not column or column in self.columns[table])

    def name(self, table: str, column: str = "name") -> str:
        """Return the name of a registered model; one outside the default workspace carries its workspace."""
        if not self.has(table, "workspace"):
            return f"t.{column}"
        return f"CASE WHEN t.workspace = 'default' THEN t.{column} ELSE t.workspace || '/' || t.{column} END"

    def experiments(self) -> str:
        return (
            f"SELECT t.experiment_id AS id, {self.name('experiments')} AS name,"
            " coalesce(t.lifecycle_stage, 'active') = 'deleted' AS is_deleted,"
            " coalesce(t.artifact_location, '') AS artifact_location FROM {db}.experiments t"
        )

    def runs(self) -> str:
        return (
            "SELECT t.run_uuid AS run, t.experiment_id AS experiment, coalesce(t.name, '') AS name,"
            " coalesce(t.status, '') AS status, coalesce(t.lifecycle_stage, 'active') = 'deleted' AS is_deleted,"
            " t.start_time AS started_ms, t.end_time AS ended_ms, coalesce(t.artifact_uri, '') AS artifact_uri,"
            " coalesce(t.user_id, '') AS user, coalesce(t.source_name, '') AS source,"
            " coalesce(t.entry_point_name, '') AS entry_point, coalesce(t.source_version, '') AS version FROM {db}.runs t"
        )

    def inputs(self) -> str:
        if not (self.has("inputs") and self.has("datasets")):
            return _nothing("run", "name", "digest", "context", "source_type", "source")
        context = "(SELECT g.value FROM {db}.input_tags g WHERE g.input_uuid = i.input_uuid AND g.name = 'mlflow.data.context')"
        return (
            f"SELECT i.destination_id AS run, d.name, d.digest, coalesce({context}, '') AS context,"
            " d.dataset_source_type AS source_type, d.dataset_source AS source"
            " FROM {db}.inputs i JOIN {db}.datasets d ON d.dataset_uuid = i.source_id"
            " WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN'"
        )

    def logged_models(self) -> str:
        if not self.has("logged_models"):
            return _nothing("run", "model", "name", "artifact_path", "status", "created_ms")
        status = "CASE t.status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' WHEN 3 THEN 'FAILED' ELSE '' END"
        return (
            "SELECT t.source_run_id AS run, t.model_id AS model, t.name, t.artifact_location AS artifact_path,"
            f" {status} AS status, t.creation_timestamp_ms AS created_ms FROM {{db}}.logged_models t"
            " WHERE t.source_run_id IS NOT NULL AND coalesce(t.lifecycle_stage, 'active') <> 'deleted'"
        )

    def versions(self) -> str:
        if not self.has("model_versions"):
            return _nothing("model", "number", "run", "source", "stage", "status", "user", "created_ms", "description")
        return (
            f"SELECT {self.name('model_versions')} AS model, t.version AS number, coalesce(t.run_id, '') AS run,"
            " coalesce(t.source, '') AS source, CASE coalesce(t.current_stage, 'None') WHEN 'None' THEN ''"
            " ELSE t.current_stage END AS stage, coalesce(t.status, '') AS status, coalesce(t.user_id, '') AS user,"
            " t.creation_time AS created_ms, coalesce(t.description, '') AS description FROM {db}.model_versions t"
            " WHERE coalesce(t.current_stage, '') <> 'Deleted_Internal'"
        )

    def aliases(self) -> str:
        if not self.has("registered_model_aliases"):
            return _nothing("model", "alias", "number")
        return (
            f"SELECT {self.name('registered_model_aliases')} AS model, t.alias, t.version AS number"
            " FROM {db}.registered_model_aliases t"
        )


def _nothing(*columns: str) -> str:
    return "SELECT " + ", ".join(f"NULL AS {column}" for column in columns) + " WHERE 0"
