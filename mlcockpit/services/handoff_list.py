"""`handoff list` shows the packages of work between people: what waits for whom, since when, and what is missing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from mlcockpit.domain.handoff import Criterion, Handoff
from mlcockpit.domain.record import name_of
from mlcockpit.domain.vocabulary import HandoffState, Tone
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.records import read_all
from mlcockpit.views.table import Cell, Row, Table, columns, row

_ENDED = (HandoffState.DECLINED, HandoffState.DONE)


def list_handoffs(cockpit: Cockpit, *, ended: bool = False) -> Table:
    """Return open handoffs, overdue ones first; with `ended` the declined and finished ones too."""
    criteria = defaultdict(list)
    for criterion in read_all(cockpit.store, Criterion):
        criteria[criterion.handoff].append(criterion)
    now = cockpit.now()
    found = [each for each in read_all(cockpit.store, Handoff) if ended or each.state not in _ENDED]
    found.sort(key=lambda each: (not each.is_overdue(now), each.due or now, each.id or 0))
    return Table(
        "Handoffs",
        columns("handoff", "kind", "subject", "from", "to", "state", "due", "criteria", "title"),
        tuple(_row(handoff, criteria[handoff.id or 0], now) for handoff in found),
        empty="no handoff is open; `mlcockpit handoff offer` opens one",
        key="handoffs",
    )


def _row(handoff: Handoff, criteria: Sequence[Criterion], now: datetime) -> Row:
    name = name_of("ho", handoff)
    overdue = handoff.is_overdue(now)
    must = [criterion for criterion in criteria if criterion.must]
    done = sum(criterion.met or criterion.waived_by is not None for criterion in must)
    due = "" if handoff.due is None else f"{handoff.due:%Y-%m-%d}"
    return row(
        name,
        Cell(name, link=name),
        handoff.kind.value,
        Cell(handoff.subject, link=handoff.subject),
        f"{handoff.from_discipline}/{handoff.from_person}",
        f"{handoff.to_discipline}/{handoff.to_person}",
        Cell(handoff.state.value, tone=Tone.BAD if overdue else Tone.PLAIN),
        Cell(f"{due} overdue" if overdue else due, handoff.due, Tone.BAD if overdue else Tone.PLAIN),
        Cell(f"{done} of {len(must)}", tone=Tone.PLAIN if done == len(must) else Tone.DOUBTFUL),
        handoff.title,
    )
