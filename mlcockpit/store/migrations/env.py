"""Alembic runs inside the one transaction that schema.py has opened, so that a kill leaves the old schema or the new."""

from alembic import context
from sqlmodel import SQLModel

from mlcockpit.store import schema

TABLES = schema.TABLES
"""Naming them here makes their tables known to autogenerate."""


def run() -> None:
    """Migrate the connection that was handed over."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
