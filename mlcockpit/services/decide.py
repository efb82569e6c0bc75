"""`decide` writes down a choice with its reasons, while somebody still remembers them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlcockpit.domain.product import Decision
from mlcockpit.domain.record import name_of
from mlcockpit.errors import UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.own import find_person
from mlcockpit.services.resolve_name import resolve_name
from mlcockpit.store.records import read_all
from mlcockpit.store.transaction import Happening
from mlcockpit.views.table import Cell, Table, columns, row


@dataclass(frozen=True)
class Choice:
    """What was decided, and why."""

    title: str
    choice: str
    context: str = ""
    consequences: str = ""
    about: Sequence[str] = ()
    """Names of what it is about."""
    deciders: Sequence[str] = ()
    """Handles; empty: whoever writes it down."""


def decide(cockpit: Cockpit, what: Choice) -> Decision:
    """Store a decision; raises UnknownName, and UsageError without a title or choice."""
    if not what.title.strip() or not what.choice.strip():
        raise UsageError("a decision needs a title and a choice", hint="mlcockpit decide TITLE --choice …")
    subjects = [resolve_name(cockpit, word) for word in what.about]
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        deciders = [find_person(tx, handle).handle for handle in what.deciders] or [tx.actor]
        decision = tx.save(
            Decision(
                title=what.title,
                context=what.context,
                choice=what.choice,
                consequences=what.consequences,
                deciders=" ".join(deciders),
                subjects=" ".join(subjects),
                decided_at=tx.now,
                created_at=tx.recorded_at,
                created_by=tx.actor,
            )
        )
        new = {"choice": what.choice, "subjects": decision.subjects, "deciders": decision.deciders}
        tx.happened(Happening(name_of("decision", decision), "decided", None, new, what.title))
        return decision


def list_decisions(cockpit: Cockpit) -> Table:
    """Return every decision, newest first."""
    found = sorted(read_all(cockpit.store, Decision), key=lambda each: (each.decided_at, each.id or 0), reverse=True)
    rows = [
        row(
            name_of("decision", each),
            Cell(name_of("decision", each), link=name_of("decision", each)),
            Cell(f"{each.decided_at:%Y-%m-%d}", each.decided_at),
            each.title,
            each.choice,
            each.deciders,
            each.subjects,
        )
        for each in found
    ]
    return Table(
        "Decisions",
        columns("decision", "at", "title", "choice", "by", "about"),
        tuple(rows),
        empty="nothing was decided yet; `mlcockpit decide TITLE --choice …` writes it down",
        key="decisions",
    )
