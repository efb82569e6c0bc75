"""Why two runs differ is drawn as a sentence, a bar for each ingredient's share, and the mixtures that were run."""

from mlcockpit.domain.explanation import Explanation, MixtureResult, Share
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.table import Cell, Column, Row, Section, Table, Text, row

BAR = 20
"""Cells of the longest bar."""
STATES = {"ran": Tone.GOOD, "cached": Tone.GOOD, "planned": Tone.PLAIN, "cannot": Tone.DOUBTFUL}


def explain_sections(found: Explanation) -> tuple[Section, ...]:
    """Return the answer first, then what it rests on."""
    sections: list[Section] = []
    if found.faults:
        told = (
            "the shares explain the change between the reruns, not the recorded one"
            if found.shares
            else "nothing can be shared out"
        )
        sections.append(Text("The reruns do not give what was recorded", (*found.faults, told), Tone.BAD, "faults"))
    sections.append(Text(_title(found), _lines(found), key="change"))
    if found.shares:
        sections.append(_share_table(found))
    sections.append(_cause_table(found))
    if found.mixtures:
        sections.append(_mixture_table(found))
    return tuple(sections)


def plan_lines(found: Explanation) -> list[str]:
    """Return every command line that explaining would run, one for each mixture."""
    return [f"{_taken(found, one)}: {one.command}" for one in found.mixtures if one.state == "planned" and one.trust_id]


def _title(found: Explanation) -> str:
    runs = f"run {found.run_a[:7]} → {found.run_b[:7]}"
    return f"Why {found.metric} differs: {runs}" if found.value_a != found.value_b else f"{found.metric}: {runs}"


def _lines(found: Explanation) -> tuple[str, ...]:
    lines = [f"recorded: {_change(found.value_a, found.value_b)}", f"metric {found.metric}: {found.chosen}"]
    if found.rerun_a is not None and found.rerun_b is not None:
        same = (found.rerun_a, found.rerun_b) == (found.value_a, found.value_b)
        lines[0] += "; the reruns give the same" if same else ""
        lines[1:1] = [] if same else [f"rerun: {_change(found.rerun_a, found.rerun_b)}"]
    done = sum(one.is_done for one in found.mixtures)
    if found.shares:
        cached = sum(one.state == "cached" for one in found.mixtures)
        earlier = f", {cached} of them earlier" if cached else ""
        orders = f"{found.orderings} of {found.possible} orderings"
        lines.append(f"{done} of {len(found.mixtures)} mixtures run{earlier}; {orders}")
    return (*lines, *found.notes)


def _change(a: float, b: float) -> str:
    return f"{a:.10g} → {b:.10g} ({b - a:+.6g})"


def _share_table(found: Explanation) -> Table:
    widest = max((abs(one.change) for one in found.shares), default=0.0)
    rows = tuple(_share_row(one, widest) for one in found.shares)
    columns = (
        Column("ingredient", "ingredient"),
        Column("change", "change", right=True),
        Column("share", "share", right=True),
        Column("bar", "", most=BAR),
        Column("range", "between", most=40),
    )
    note = "change: mean over the orderings; between: least and most in any of them"
    return Table("Shares", columns, rows, note=note, key="shares")


def _share_row(one: Share, widest: float) -> Row:
    length = round(abs(one.change) / widest * BAR) if widest else 0
    part = "" if one.share is None else f"{one.share:.1%}"
    between = "" if one.low == one.high else f"{one.low:+.4g} .. {one.high:+.4g}"
    return row(
        one.name,
        one.name,
        Cell(f"{one.change:+.6g}", one.change),
        Cell(part, one.share),
        Cell(("█" if one.change >= 0 else "▒") * length),
        Cell(between),
    )


def _cause_table(found: Explanation) -> Table:
    rows = tuple(
        row(
            one.name,
            one.name,
            Cell("equal", tone=Tone.FAINT) if one.is_equal else Cell("differs"),
            Cell("; ".join(one.what)),
        )
        for one in found.causes
    )
    columns = (
        Column("ingredient", "ingredient"),
        Column("state", "state"),
        Column("what", "what differs, first → second", most=90),
    )
    return Table("Ingredients", columns, rows, key="ingredients")


def _mixture_table(found: Explanation) -> Table:
    rows = tuple(
        row(
            " ".join(one.from_b) or "none",
            Cell(_taken(found, one)),
            Cell("" if one.value is None else f"{one.value:.10g}", one.value),
            Cell(_state(found, one), one.state, STATES[one.state]),
            Cell(one.reason or one.command, tone=Tone.PLAIN if one.reason else Tone.FAINT),
        )
        for one in found.mixtures
    )
    columns = (
        Column("mixture", "mixture", most=70),
        Column("value", found.metric, right=True, most=30),
        Column("state", "state"),
        Column("what", "why not, or command", most=110),
    )
    return Table("Mixtures", columns, rows, key="mixtures")


def _state(found: Explanation, one: MixtureResult) -> str:
    return {
        "cannot": "cannot run",
        "cached": "ran earlier",
        "planned": "to run" if one.trust_id and not found.faults else "not run",
    }.get(one.state, one.state)


def _taken(found: Explanation, one: MixtureResult) -> str:
    """Return a mixture in words."""
    if not one.from_b:
        return f"run {found.run_a[:7]} itself"
    if one is found.mixtures[-1]:
        return f"run {found.run_b[:7]} itself"
    return f"with {' and '.join(one.from_b)} of {found.run_b[:7]}"
