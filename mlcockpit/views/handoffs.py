"""The handoffs screen answers: who waits for whom, since when, and what is missing to accept?"""

from collections import Counter
from datetime import timedelta
from statistics import median

from mlcockpit.domain.handoff import Handoff
from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Discipline, HandoffState, Tone
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.phrases import age, count, day, ticket
from mlcockpit.views.table import Cell, Column, Row, Section, Table, View

OPEN = (HandoffState.DRAFT, HandoffState.OFFERED, HandoffState.RETURNED, HandoffState.ACCEPTED)
WINDOW = timedelta(days=90)


def handoffs(project: Snapshot, look: Look) -> View:
    """Return who waits for whom, the list with the lens's own first, and the contract of the chosen one."""
    listed = ordered(project, look)
    kind, key, _ = parts(look.focus)
    named = next((each for each in project.handoffs if kind == "ho" and str(each.id) == key), None)
    chosen = named or next((each for each in listed if each.state in OPEN), None)
    sections: list[Section] = [matrix_table(project), list_table(project, look)]
    if chosen is not None:
        sections.append(contract_table(project, chosen))
    title = "Handoffs  ·  who waits for whom, since when, what is missing to accept?"
    return View("handoffs", title, project.as_of, source_lines(project), tuple(sections))


def whose_turn(handoff: Handoff) -> tuple[Discipline, str] | None:
    """Return the discipline and person who must move; None where nobody must."""
    if handoff.state in (HandoffState.OFFERED, HandoffState.ACCEPTED):
        return handoff.to_discipline, handoff.to_person
    if handoff.state in (HandoffState.RETURNED, HandoffState.DRAFT):
        return handoff.from_discipline, handoff.from_person
    return None


def ordered(project: Snapshot, look: Look) -> list[Handoff]:
    """Return overdue ones first, then those whose turn is the lens's, then open, then ended, newest first."""

    def rank(handoff: Handoff) -> tuple[bool, bool, bool, float]:
        turn = whose_turn(handoff)
        mine = turn is not None and look.role is not None and turn[0] is look.role
        newest = (handoff.offered_at or handoff.created_at).timestamp()
        return (not handoff.is_overdue(project.as_of), not mine, handoff.state not in OPEN, -newest)

    return sorted(project.handoffs, key=rank)


def matrix_table(project: Snapshot) -> Table:
    """Return open handoffs by giving and taking discipline; overdue ones are counted after the slash."""
    opened = [each for each in project.handoffs if each.state in OPEN]
    pairs = Counter((each.from_discipline, each.to_discipline) for each in opened)
    late = Counter((each.from_discipline, each.to_discipline) for each in opened if each.is_overdue(project.as_of))
    rows = []
    for giver in Discipline:
        cells = [Cell(giver.value)]
        for taker in Discipline:
            total, overdue = pairs[giver, taker], late[giver, taker]
            text = f"{total}/{overdue}" if total else "·"
            cells.append(Cell(text, total, Tone.BAD if overdue else Tone.PLAIN if total else Tone.FAINT))
        cells.append(Cell(_days_to_accept(project, giver)))
        rows.append(Row(giver.value, tuple(cells)))
    cols = (
        Column("from", "from \\ to"),
        *(Column(taker.value, taker.value, 8, right=True) for taker in Discipline),
        Column("accept", "days to accept, last 90 d"),
    )
    return Table("Who waits for whom (open/overdue)", cols, tuple(rows), key="matrix")


def list_table(project: Snapshot, look: Look, most: int = 12) -> Table:
    """Return the handoffs in the order of this lens."""
    found = ordered(project, look)
    rows = []
    for each in found[:most]:
        must = [c for c in project.criteria_of.get(each.id or 0, ()) if c.must]
        met = sum(c.met or c.waived_by is not None for c in must)
        turn = whose_turn(each)
        late = each.is_overdue(project.as_of)
        when = (
            f"{age(project.as_of, each.due)} overdue" if late else f"due {day(each.due)}" if each.due and turn else ""
        )
        tone = Tone.BAD if late else Tone.FAINT if turn is None else Tone.PLAIN
        rows.append(
            Row(
                f"ho/{each.id}",
                (
                    Cell(ticket(f"ho/{each.id}"), each.id, tone, f"ho/{each.id}"),
                    Cell(each.kind.value),
                    Cell(f"{each.from_discipline.value} > {each.to_discipline.value}"),
                    Cell(each.title),
                    Cell(each.subject, link=each.subject),
                    Cell(f"{met}/{len(must)}" if must else "no criteria", tone=Tone.PLAIN if must else Tone.UNKNOWN),
                    Cell(each.state.value),
                    Cell(f"{turn[0].value}/{turn[1]}" if turn else ""),
                    Cell(when or (age(project.as_of, each.offered_at) if turn else ""), each.due or each.offered_at),
                ),
            )
        )
    cols = (Column("handoff", "number"), Column("kind", "kind"), Column("way", "from > to"), Column("title", "what", most=40),
            Column("subject", "about"), Column("met", "met"), Column("state", "state"), Column("turn", "whose turn"),
            Column("when", "when"))  # fmt: skip
    opened = sum(each.state in OPEN for each in project.handoffs)
    overdue = sum(each.is_overdue(project.as_of) for each in project.handoffs)
    title = f"Handoffs: {opened} open, {overdue} overdue"
    empty = "no handoff yet: `mlcockpit handoff offer --help`"
    return Table(title, cols, tuple(rows), empty=empty, total=len(found), key="handoffs")


def contract_table(project: Snapshot, handoff: Handoff) -> Table:
    """Return the criteria of one handoff, what is open first."""
    rows = []
    criteria = sorted(
        project.criteria_of.get(handoff.id or 0, ()), key=lambda c: (c.met, c.waived_by is not None, not c.must)
    )
    for each in criteria:
        state = "met" if each.met else f"waived by {each.waived_by}" if each.waived_by else "open"
        tone = Tone.GOOD if each.met else Tone.DOUBTFUL if each.waived_by else Tone.BAD if each.must else Tone.PLAIN
        cells = (
            Cell(state, tone=tone),
            Cell("must" if each.must else "should"),
            Cell(each.text),
            Cell(each.evidence or each.waived_why),
        )
        rows.append(Row(f"ho/{handoff.id}#{each.id}", cells))
    cols = (
        Column("state", "state"),
        Column("must", ""),
        Column("criterion", "criterion", most=70),
        Column("evidence", "evidence"),
    )
    title = f"{ticket(f'ho/{handoff.id}')} {handoff.title}: {handoff.from_person} to {handoff.to_person}"
    return Table(title, cols, tuple(rows), empty="it has no criteria", note=handoff.question, key="contract")


def _days_to_accept(project: Snapshot, giver: Discipline) -> str:
    taken: dict[str, list[float]] = {}
    for each in project.handoffs:
        if each.from_discipline is not giver or each.offered_at is None or each.accepted_at is None:
            continue
        if project.as_of - each.accepted_at <= WINDOW:
            waited = (each.accepted_at - each.offered_at).total_seconds() / 86_400
            taken.setdefault(each.to_discipline.value, []).append(waited)
    words = [f"{taker} {median(days):.1f} ({count(len(days), 'handoff')})" for taker, days in sorted(taken.items())]
    return ", ".join(words)
