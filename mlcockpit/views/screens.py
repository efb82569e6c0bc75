"""Every screen is declared here once: its key, its question and the view that fills it; fronts and commands read this list."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Screen:
    """One page of the cockpit."""

    name: str
    key: str
    """What opens it in the app."""
    title: str
    question: str
    """What it must answer at a glance."""
    view: str
    """module:function; a function of (Snapshot, Look) in views/, or of (Cockpit, Look) in services/ where pages are read."""


SCREENS: tuple[Screen, ...] = (
    Screen("overview", "1", "Overview", "what is red, since when, whose turn, what changed since I last looked?",
           "mlcockpit.views.overview:overview"),
    Screen("product", "2", "Product", "which metric misses its target, and which change came just before?",
           "mlcockpit.views.product:product"),
    Screen("data", "3", "Data", "which data is stale or broken, and who is hit?",
           "mlcockpit.views.data:data"),
    Screen("runs", "4", "Runs", "which runs win, what differs, can they be reproduced?",
           "mlcockpit.services.runs:runs_view"),
    Screen("lineage", "5", "Lineage", "what does this come from, what breaks if it changes, where is a link missing?",
           "mlcockpit.views.lineage:lineage"),
    Screen("deploy", "6", "Deploy", "what runs where from which run, which monitor is red, is rollback proven?",
           "mlcockpit.views.deploy:deploy"),
    Screen("incidents", "7", "Incidents", "how bad, who leads, who is waited for, what is the likely cause?",
           "mlcockpit.views.incidents:incidents"),
    Screen("handoffs", "8", "Handoffs", "who waits for whom, since when, what is missing to accept?",
           "mlcockpit.views.handoffs:handoffs"),
    Screen("checks", "9", "Checks", "which bad practice hurts us, where, and what ends it?",
           "mlcockpit.views.check_screen:check_screen"),
    Screen("people", "0", "People", "who answers for what, and what would be lost if somebody left?",
           "mlcockpit.views.people:people"),
)  # fmt: skip

CARDS: dict[str, str] = {
    "metric": "mlcockpit.views.metric_card:metric_card",
    "data": "mlcockpit.views.dataset_card:dataset_card",
    "model": "mlcockpit.views.model_card:model_card",
    "run": "mlcockpit.services.runs:run_card",
    "deploy": "mlcockpit.views.deployment_card:deployment_card",
    "inc": "mlcockpit.views.incident_card:incident_card",
    "ho": "mlcockpit.views.handoff_card:handoff_card",
    "person": "mlcockpit.views.person_card:person_card",
}
"""Kind of entity → the view that shows one of it; the look's focus is its name."""


def screen(name: str) -> Screen | None:
    """Return the screen called `name`; None where there is none."""
    return next((each for each in SCREENS if each.name == name), None)
