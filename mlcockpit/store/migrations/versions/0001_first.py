"""The first schema: every table of the project model, and a journal that refuses edits."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from mlcockpit.domain.record import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema of `down_revision` to this one."""
    op.create_table(
        "alias_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("model", sqlmodel.AutoString(), nullable=False),
        sa.Column("alias", sqlmodel.AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("observed_after", UtcDateTime(), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("alias_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alias_assignment_model"), ["model"], unique=False)

    op.create_table(
        "dataset_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dataset", sqlmodel.AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("path", sqlmodel.AutoString(), nullable=False),
        sa.Column("sha256", sqlmodel.AutoString(), nullable=False),
        sa.Column("content_sha256", sqlmodel.AutoString(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("mlflow_digests", sa.JSON(), nullable=False),
        sa.Column("seen_sha256", sqlmodel.AutoString(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("draft", "published", "deprecated", "withdrawn", name="datasetstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("dataset_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dataset_version_content_sha256"), ["content_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_dataset_version_dataset"), ["dataset"], unique=False)
        batch_op.create_index(batch_op.f("ix_dataset_version_sha256"), ["sha256"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.AutoString(), nullable=False),
        sa.Column("context", sqlmodel.AutoString(), nullable=False),
        sa.Column("choice", sqlmodel.AutoString(), nullable=False),
        sa.Column("consequences", sqlmodel.AutoString(), nullable=False),
        sa.Column("deciders", sqlmodel.AutoString(), nullable=False),
        sa.Column("subjects", sqlmodel.AutoString(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sqlmodel.AutoString(), nullable=False),
        sa.Column("content", sqlmodel.AutoString(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("declaration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_subject"), ["subject"], unique=False)

    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("model", sqlmodel.AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("environment", sqlmodel.AutoString(), nullable=False),
        sa.Column(
            "strategy",
            sa.Enum("shadow", "canary", "blue_green", "full", name="strategy", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("traffic_pct", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "shadow",
                "canary",
                "live",
                "superseded",
                "rolled_back",
                "failed",
                name="deploymentstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("actor", sqlmodel.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("promotion", sa.Integer(), nullable=True),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("artifact_sha256", sqlmodel.AutoString(), nullable=True),
        sa.Column("observed_via", sqlmodel.AutoString(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deployment_environment"), ["environment"], unique=False)
        batch_op.create_index(batch_op.f("ix_deployment_model"), ["model"], unique=False)

    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sqlmodel.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.AutoString(), nullable=False),
        sa.Column("old", sqlmodel.AutoString(), nullable=True),
        sa.Column("new", sqlmodel.AutoString(), nullable=True),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("tool", sqlmodel.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.AutoString(), nullable=True),
        sa.Column("prev", sqlmodel.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("prev"),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_subject"), ["subject"], unique=False)

    op.create_table(
        "gate_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("promotion", sa.Integer(), nullable=False),
        sa.Column("gate", sqlmodel.AutoString(), nullable=False),
        sa.Column("check_text", sqlmodel.AutoString(), nullable=False),
        sa.Column("result", sqlmodel.AutoString(), nullable=False),
        sa.Column("detail", sqlmodel.AutoString(), nullable=False),
        sa.Column("waived_by", sqlmodel.AutoString(), nullable=True),
        sa.Column("waived_until", UtcDateTime(), nullable=True),
        sa.Column("policy_sha256", sqlmodel.AutoString(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("gate_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gate_result_promotion"), ["promotion"], unique=False)

    op.create_table(
        "handoff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("H1", "H2", "H3", "H4", "H5", "H6", name="handoffkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("title", sqlmodel.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.AutoString(), nullable=False),
        sa.Column("from_person", sqlmodel.AutoString(), nullable=False),
        sa.Column(
            "from_discipline",
            sa.Enum("product", "data", "ml", "dev", "ops", name="discipline", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("to_person", sqlmodel.AutoString(), nullable=False),
        sa.Column(
            "to_discipline",
            sa.Enum("product", "data", "ml", "dev", "ops", name="discipline", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "offered",
                "accepted",
                "returned",
                "declined",
                "done",
                name="handoffstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("offered_at", UtcDateTime(), nullable=True),
        sa.Column("due", UtcDateTime(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("question", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handoff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handoff_subject"), ["subject"], unique=False)

    op.create_table(
        "handoff_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("handoff", sa.Integer(), nullable=False),
        sa.Column("text", sqlmodel.AutoString(), nullable=False),
        sa.Column("must", sa.Boolean(), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("evidence", sqlmodel.AutoString(), nullable=False),
        sa.Column("waived_by", sqlmodel.AutoString(), nullable=True),
        sa.Column("waived_why", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("handoff_criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handoff_criterion_handoff"), ["handoff"], unique=False)

    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.AutoString(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "triage",
                "active",
                "mitigated",
                "resolved",
                "closed",
                "cancelled",
                "merged",
                name="incidentstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("impact", sqlmodel.AutoString(), nullable=False),
        sa.Column("detected_via", sqlmodel.AutoString(), nullable=False),
        sa.Column("subjects", sqlmodel.AutoString(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("detected_at", UtcDateTime(), nullable=False),
        sa.Column("mitigated_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column(
            "cause",
            sa.Enum(
                "code",
                "data",
                "model",
                "config",
                "infra",
                "upstream",
                "product",
                name="cause",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("suspect_deployment", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "incident_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("person", sqlmodel.AutoString(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                "commander",
                "deputy",
                "scribe",
                "liaison",
                "expert",
                "reporter",
                name="incidentduty",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("assumed_at", UtcDateTime(), nullable=False),
        sa.Column("renounced_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("incident_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_role_incident"), ["incident"], unique=False)

    op.create_table(
        "model_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("model", sqlmodel.AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", sqlmodel.AutoString(), nullable=True),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.Column("artifact_sha256", sqlmodel.AutoString(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "candidate",
                "validated",
                "approved",
                "retired",
                "quarantined",
                name="modelstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("model_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_version_model"), ["model"], unique=False)

    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("metric", sqlmodel.AutoString(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("ci_low", sa.Float(), nullable=True),
        sa.Column("ci_high", sa.Float(), nullable=True),
        sa.Column("source", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_observation_metric"), ["metric"], unique=False)

    op.create_table(
        "ownership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sqlmodel.AutoString(), nullable=False),
        sa.Column("person", sqlmodel.AutoString(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum("accountable", "responsible", "consulted", "informed", name="duty", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("ownership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ownership_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_ownership_subject"), ["subject"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("handle", sqlmodel.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.AutoString(), nullable=False),
        sa.Column(
            "discipline",
            sa.Enum("product", "data", "ml", "dev", "ops", name="discipline", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("active", "leave", "departed", name="personstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("departed_on", UtcDateTime(), nullable=True),
        sa.Column("deputy", sqlmodel.AutoString(), nullable=True),
        sa.Column("emails", sa.JSON(), nullable=False),
        sa.Column("git_names", sa.JSON(), nullable=False),
        sa.Column("mlflow_users", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_handle"), ["handle"], unique=True)

    op.create_table(
        "promotion_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("model", sqlmodel.AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("environment", sqlmodel.AutoString(), nullable=False),
        sa.Column("requester", sqlmodel.AutoString(), nullable=False),
        sa.Column("comment", sqlmodel.AutoString(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "approved",
                "committed",
                "rejected",
                "closed",
                name="promotionstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "reproduction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", sqlmodel.AutoString(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "identical",
                "equivalent",
                "diverged",
                "incomplete",
                "failed",
                name="verdict",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sqlmodel.AutoString(), nullable=False),
        sa.Column("first_difference", sqlmodel.AutoString(), nullable=True),
        sa.Column("standing", sqlmodel.AutoString(), nullable=False),
        sa.Column("recipe_sha256", sqlmodel.AutoString(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("reproduction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reproduction_run_id"), ["run_id"], unique=False)

    op.create_table(
        "source_status",
        sa.Column(
            "name",
            sa.Enum(
                "project_file",
                "mlflow",
                "git",
                "data",
                "metrics",
                "cockpit",
                name="source",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("fresh", "stale", "failed", "absent", name="sourcestate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("fresh_at", UtcDateTime(), nullable=True),
        sa.Column("note", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "timeline_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sqlmodel.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("timeline_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timeline_note_incident"), ["incident"], unique=False)

    op.create_table(
        "vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sqlmodel.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("promotion", sa.Integer(), nullable=False),
        sa.Column("person", sqlmodel.AutoString(), nullable=False),
        sa.Column("approves", sa.Boolean(), nullable=False),
        sa.Column("comment", sqlmodel.AutoString(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vote_promotion"), ["promotion"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


GUARDS = {
    "sqlite": (
        "CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
        "CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$",
        "CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event"
        " FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()",
    ),
}
"""What makes the database itself refuse an edit of the journal, by dialect."""
