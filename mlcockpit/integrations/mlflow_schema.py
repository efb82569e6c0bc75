"""A database that another MLflow made is never opened by this one: its client would bring the tables up to its own schema."""

from typing import Any
from urllib.parse import urlsplit

READ_ONLY = "-c default_transaction_read_only=on"
"""What PostgreSQL is told at the connection, so that nothing can be written even so."""


class OtherSchema(ValueError):
    """The database is not one that this MLflow can read without changing it."""


def is_database(uri: str) -> bool:
    """Tell whether a tracking address names a database server."""
    return urlsplit(uri).scheme.split("+")[0] in {"postgresql", "postgres", "mysql", "mssql", "oracle"}


def refuse_other_schema(uri: str) -> None:
    """Raise OtherSchema unless the database holds exactly the tables of the MLflow that is installed here."""
    from alembic.script import ScriptDirectory
    from mlflow.store.db import utils
    from mlflow.version import VERSION
    from sqlalchemy import create_engine, inspect, text

    engine: Any = create_engine(uri)
    try:
        if not inspect(engine).has_table("alembic_version"):
            raise OtherSchema("the database holds no MLflow store, and none is made in it")
        with engine.connect() as connection:
            found = {row[0] for row in connection.execute(text("SELECT version_num FROM alembic_version"))}
    finally:
        engine.dispose()
    heads = set(ScriptDirectory.from_config(utils._get_alembic_config(db_url="")).get_heads())
    if found != heads:
        raise OtherSchema(
            f"the database has schema {', '.join(sorted(found))} of another MLflow, and MLflow {VERSION} would migrate it: "
            "name the address of its tracking server instead"
        )
