"""A database says which project it is for, and PostgreSQL refuses to empty the journal at once."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema of `down_revision` to this one."""
    op.create_table(
        "journal_of",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("project", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event"
            " FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
        )
