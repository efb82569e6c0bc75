"""What the receiver of each kind of handoff must have before it can be taken over."""

from collections.abc import Mapping

from mlcockpit.domain.vocabulary import HandoffKind

MUST: Mapping[HandoffKind, tuple[str, ...]] = {
    HandoffKind.REQUIREMENT: (
        "metric with baseline, target, guardrail and owner",
        "the decision it changes",
        "cost of a false positive and of a false negative",
        "latency and volume",
        "fairness groups",
        "kill criterion",
    ),
    HandoffKind.TRAINING_DATA: (
        "published version with full hash",
        "schema and expectations",
        "owner",
        "sensitivity class",
        "known gaps",
        "refresh cadence",
        "label definition",
    ),
    HandoffKind.MODEL: (
        "version approved",
        "recipe reproduced",
        "signature and input example",
        "model card at least 80 % filled",
        "slice metrics",
        "baseline beaten",
        "smoke set with expected outputs",
    ),
    HandoffKind.OPERATION: (
        "architecture and dependencies described",
        "monitors of every kind",
        "runbook",
        "rollback drill within 180 days",
        "canary plan",
        "name of who is on call",
        "service level objective",
    ),
    HandoffKind.BACKFLOW: (
        "incident timeline",
        "affected slice or data version",
        "suspect deployment",
        "failing examples",
        "requested action with a due date",
    ),
    HandoffKind.DEPARTURE: (
        "open runs, branches and notebooks listed",
        "undocumented decisions written down",
        "recipe of each live model reproduced",
    ),
}
"""Kind → its must-criteria, in the order they are numbered."""

TITLES: Mapping[HandoffKind, str] = {
    HandoffKind.REQUIREMENT: "requirement",
    HandoffKind.TRAINING_DATA: "training data",
    HandoffKind.MODEL: "model",
    HandoffKind.OPERATION: "operation",
    HandoffKind.BACKFLOW: "back-flow",
    HandoffKind.DEPARTURE: "departure",
}
