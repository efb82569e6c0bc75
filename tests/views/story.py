"""A project in trouble, small enough to check by hand: a metric falls, an incident is open, handoffs wait, a link is missing."""

from mlcockpit.domain.delivery import PromotionRequest
from mlcockpit.domain.handoff import Criterion
from mlcockpit.domain.journal import Event
from mlcockpit.domain.operations import IncidentRole, TimelineNote
from mlcockpit.domain.product import Decision
from mlcockpit.domain.project_file import ProjectFile
from mlcockpit.domain.run import RunInput
from mlcockpit.domain.run_facts import CodeEvidence
from mlcockpit.domain.snapshot import RunCounts, Snapshot
from mlcockpit.domain.vocabulary import Cause, DeploymentState, HandoffState, IncidentDuty, IncidentState
from tests.builders import (
    NOW,
    STAMP,
    a_dataset_version,
    a_deployment,
    a_file,
    a_handoff,
    a_model_version,
    a_person,
    a_project,
    a_reproduction,
    a_run,
    an_alias,
    an_incident,
    an_observation,
    an_ownership,
    days_ago,
)

RECALL = (0.78, 0.79, 0.77, 0.78, 0.77, 0.76, 0.76, 0.74, 0.73, 0.72, 0.72, 0.71)
COST = (1.9, 1.8, 1.9, 2.0, 1.9, 1.8, 1.9, 1.9, 1.8, 1.9, 2.0, 2.3)


def a_story_file() -> ProjectFile:
    """Return what the team declared."""
    return a_file(
        project={"key": "churn", "name": "Churn Guard", "mission": "keep customers who want to stay"},
        goals={"keep": {"objective": "keep one in three leavers", "metrics": ["recall", "offer_cost"], "owner": "ida"}},
        metrics={
            "recall": {
                "definition": "leavers who were warned",
                "target": 0.75,
                "kind": "north_star",
                "owner": "ida",
                "baseline": 0.6,
            },
            "offer_cost": {"unit": "EUR", "direction": "down", "target": 2.0, "ceiling": 2.5, "kind": "guardrail"},
            "calls": {"definition": "calls to support"},
        },
        datasets={
            "customers": {"path": "data/customers.csv", "owner": "ana", "max_age_days": 5, "sensitivity": "personal"},
            "labels": {"path": "data/labels.csv"},
        },
        models={
            "churn": {
                "owner": "bo",
                "risk": "high",
                "metrics": ["recall", "offer_cost"],
                "primary_metric": "auc",
                "datasets": ["customers"],
                "intended_use": "rank customers for a call",
            }
        },
        environments={
            "prod": {"model": "churn", "alias": "champion", "owner": "olu", "runbook": "docs/runbook.md", "order": 1},
            "canary": {"model": "churn", "alias": "challenger", "order": 2},
        },
        gates={"to-prod": {"environment": "prod", "approvers": ["cy"], "checks": [{"kind": "reproduced"}]}},
        monitors={
            "recall-low": {
                "kind": "quality",
                "environment": "prod",
                "metric": "recall",
                "at_least": 0.75,
                "owner": "olu",
            },
            "cost-high": {"kind": "product", "environment": "prod", "metric": "offer_cost", "at_most": 2.5},
        },
    )


def a_story() -> Snapshot:
    """Return the project at NOW."""
    weeks = range(len(RECALL))
    return a_project(
        a_story_file(),
        people=[
            a_person("ida", "product"),
            a_person("ana", "data"),
            a_person("bo", "ml"),
            a_person("cy", "dev"),
            a_person("olu", "ops"),
            a_person("kai", "data", "departed", departed_on=days_ago(40)),
        ],
        ownerships=[
            an_ownership("metric/recall", "ida"),
            an_ownership("goal/keep", "ida"),
            an_ownership("data/customers", "ana", since=days_ago(40)),
            an_ownership("data/customers", "kai", since=days_ago(300), until=days_ago(40)),
            an_ownership("data/labels", "kai", since=days_ago(300)),
            an_ownership("model/churn", "bo"),
            an_ownership("env/prod", "olu"),
        ],
        observations=[
            *(an_observation("recall", RECALL[w], age_days=1 + 7 * (11 - w), n=1800 + w) for w in weeks),
            *(an_observation("offer_cost", COST[w], age_days=1 + 7 * (11 - w)) for w in weeks),
        ],
        decisions=[
            Decision(
                title="keep v13 until recall is understood",
                choice="wait",
                deciders="ida",
                subjects="deploy/9 model/churn@13",
                decided_at=days_ago(20),
                **STAMP,
            )
        ],
        dataset_versions=[
            a_dataset_version("customers", 29, mlflow_digests=["d29"], published_at=days_ago(90)),
            a_dataset_version("customers", 30, mlflow_digests=["d30"], published_at=days_ago(30), rows=140),
            a_dataset_version("customers", 31, mlflow_digests=["d31"], published_at=days_ago(6), rows=150),
        ],
        model_versions=[
            a_model_version(13, "9be0" + "1" * 28, registered_at=days_ago(85), artifact_sha256="a" * 64),
            a_model_version(14, "a017" + "2" * 28, registered_at=days_ago(3)),
        ],
        aliases=[an_alias("champion", 13, since=days_ago(80)), an_alias("challenger", 14, since=days_ago(2))],
        reproductions=[
            a_reproduction("9be0" + "1" * 28, "identical"),
            a_reproduction("a017" + "2" * 28, "incomplete", reason="the data it read is gone"),
        ],
        promotions=[
            PromotionRequest(
                id=3, model="churn", number=14, environment="prod", requester="bo", requested_at=days_ago(2), **STAMP
            )
        ],
        deployments=[
            a_deployment(12, id=8,
                started_at=days_ago(200),
                ended_at=days_ago(80),
                state=DeploymentState.SUPERSEDED,
                reason="first model",
            ),
            a_deployment(13, id=9, started_at=days_ago(80), previous=8, reason="better recall", actor="olu"),
            a_deployment(14, id=10,
                environment="canary",
                state=DeploymentState.CANARY,
                traffic_pct=10,
                started_at=days_ago(2),
            ),
        ],
        incidents=[
            an_incident(
                42,
                title="recall drops in prod",
                severity=2,
                state=IncidentState.ACTIVE,
                subjects="metric/recall model/churn@13",
                started_at=days_ago(22),
                detected_at=days_ago(4),
                impact="one leaver in four is missed",
                suspect_deployment=9,
                detected_via="monitor/recall-low",
            ),
            an_incident(
                7,
                title="empty scores",
                severity=3,
                state=IncidentState.CLOSED,
                started_at=days_ago(60),
                detected_at=days_ago(59),
                mitigated_at=days_ago(58.6),
                resolved_at=days_ago(58),
                closed_at=days_ago(50),
                cause=Cause.DATA,
                subjects="data/customers",
            ),
        ],
        incident_roles=[
            IncidentRole(
                incident=42, person="olu", duty=IncidentDuty.COMMANDER, assumed_at=days_ago(4), **STAMP
            ),
        ],
        timeline=[
            TimelineNote(incident=42, at=days_ago(4), author="olu", text="monitor recall-low is red", **STAMP),
            TimelineNote(incident=42, at=days_ago(3), author="olu", text="asked ana about the new column", **STAMP),
        ],
        handoffs=[
            a_handoff(
                17,
                title="operate v14",
                kind="H4",
                subject="model/churn@14",
                from_person="cy",
                from_discipline="dev",
                to_person="olu",
                to_discipline="ops",
                state=HandoffState.OFFERED,
                offered_at=days_ago(5),
                due=days_ago(1),
            ),
            a_handoff(
                18,
                title="explain the null rate",
                kind="H5",
                subject="data/customers@v30",
                from_person="olu",
                from_discipline="ops",
                to_person="ana",
                to_discipline="data",
                state=HandoffState.RETURNED,
                offered_at=days_ago(3),
                question="which column?",
            ),
            a_handoff(15, title="train on customers v29", kind="H2", subject="data/customers@v29", from_person="ana",
                      from_discipline="data", to_person="bo", to_discipline="ml", state=HandoffState.DONE,
                      offered_at=days_ago(95), accepted_at=days_ago(92), done_at=days_ago(90)),
        ],
        criteria=[
            Criterion(handoff=17, text="runbook", met=True, evidence="docs/runbook.md", **STAMP),
            Criterion(handoff=17, text="rollback drill", **STAMP),
            Criterion(handoff=17, text="load test", waived_by="cy", waived_why="traffic is small", **STAMP),
            Criterion(handoff=17, text="dashboard", must=False, **STAMP),
        ],
        runs={
            "9be0" + "1" * 28: a_run(
                "9be0" + "1" * 28,
                name="train-099",
                started_at=days_ago(86),
                inputs=(RunInput("customers", "d29", "local", "data/customers.csv", "training"),),
                metrics={"auc": 0.905},
                params={"lr": "3e-4"},
                code=CodeEvidence(True, True, dirty=False),
            ),
            "a017" + "2" * 28: a_run(
                "a017" + "2" * 28,
                name="sweep-31",
                commit="b" * 40,
                started_at=days_ago(4),
                metrics={"auc": 0.912},
                params={"lr": "1e-4"},
                code=CodeEvidence(True, True, dirty=True),
            ),
        },
        run_counts=RunCounts(1204, 1190, 14, 3, days_ago(0.2)),
        events=[
            an_event(4, 0.1, "ana", "data/customers@v31", "data_published", new='{"number":31,"rows":150}'),
            an_event(3, 2, "bo", "promo/3", "promotion_requested", new='{"state":"pending"}'),
            an_event(2, 4, "olu", "inc/42", "incident_declared", new='{"severity":2,"state":"active"}'),
            an_event(1, 60, "olu", "inc/7", "incident_declared", new='{"state":"triage"}'),
        ],
    )  # fmt: skip


def an_event(seq: int, age_days: float, actor: str, subject: str, kind: str, **parts: object) -> Event:
    """Return one line of the journal; its hash is of no interest here."""
    at = days_ago(age_days)
    return Event.model_validate(
        {
            "seq": seq,
            "at": at,
            "recorded_at": NOW,
            "actor": actor,
            "subject": subject,
            "kind": kind,
            "prev": str(seq - 1),
            "hash": str(seq),
            **parts,
        }
    )
