"""A handoff on one page: who gives what to whom, until when, and which criteria are still open."""

from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import HandoffKind, Tone
from mlcockpit.errors import UnknownName
from mlcockpit.views.facts import card, facts
from mlcockpit.views.handoffs import contract_table, whose_turn
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import age, joined, minute, ticket
from mlcockpit.views.table import Cell, View

KIND_WORDS = {
    HandoffKind.REQUIREMENT: "a requirement",
    HandoffKind.TRAINING_DATA: "training data",
    HandoffKind.MODEL: "a model to build in",
    HandoffKind.OPERATION: "a model to operate",
    HandoffKind.BACKFLOW: "what operation found",
    HandoffKind.DEPARTURE: "the work of somebody who leaves",
}


def handoff_card(project: Snapshot, look: Look) -> View:
    """Return the card of ho/N; raises UnknownName with the known ones."""
    _, key, _ = parts(look.focus)
    handoff = next((each for each in project.handoffs if str(each.id) == key), None)
    if handoff is None:
        known = joined([f"ho/{each.id}" for each in project.handoffs], 8)
        raise UnknownName(f"there is no handoff {key!r}", hint=f"known: {known or 'none'}")
    turn = whose_turn(handoff)
    late = handoff.is_overdue(project.as_of)
    due = minute(handoff.due) + (f", {age(project.as_of, handoff.due)} overdue" if late else "")
    table = facts(
        "",
        [
            ("kind", f"{handoff.kind.value}, {KIND_WORDS[handoff.kind]}"),
            ("about", Cell(handoff.subject, link=handoff.subject)),
            (
                "from",
                Cell(f"{handoff.from_discipline.value}/{handoff.from_person}", link=f"person/{handoff.from_person}"),
            ),
            ("to", Cell(f"{handoff.to_discipline.value}/{handoff.to_person}", link=f"person/{handoff.to_person}")),
            ("state", handoff.state.value),
            ("whose turn", f"{turn[0].value}/{turn[1]}" if turn else "nobody's"),
            ("due", Cell(due, handoff.due, Tone.BAD if late else Tone.PLAIN)),
            ("offered", minute(handoff.offered_at)),
            ("accepted", minute(handoff.accepted_at)),
            ("done", minute(handoff.done_at)),
            ("question", handoff.question),
        ],
    )
    return card(
        project,
        f"ho/{handoff.id}",
        f"{ticket(f'ho/{handoff.id}')} {handoff.title}",
        table,
        contract_table(project, handoff),
    )
