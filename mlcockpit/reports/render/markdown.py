"""A report as GitHub-flavoured Markdown: every cell is escaped, so that no name can be markup, a link or HTML."""

import re

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.reports.report import Report
from mlcockpit.views.phrases import minute, sparkline
from mlcockpit.views.table import Cell, Chart, Section, Table, Text
from mlcockpit.views.text import SIGNS

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$])")
_AT_START = re.compile(r"^(\s*)([-+](?=[\s-]|$)|=|#|\d+[.)](?=\s|$))")
_LINKS = ((re.compile(r"://"), "&#58;//"), (re.compile(r"\bwww\.", re.IGNORECASE), "www&#46;"))
_MENTIONS = ((re.compile(r"(?<!\w)#(?=\d)"), "&#35;"), (re.compile(r"(?<!\w)@"), "&#64;"))
CELL_MOST = 400


def escape(text: object, most: int = CELL_MOST) -> str:
    """Return `text` on one line with everything that Markdown or HTML would read as more than text made harmless."""
    line = clean(text, most).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _AT_START.sub(lambda match: f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", _SPECIAL.sub(r"\\\1", line))
    for pattern, harmless in (*_MENTIONS, *_LINKS):
        line = pattern.sub(harmless, line)
    return line


def markdown(report: Report) -> str:
    """Return the whole report."""
    tone, verdict = report.verdict
    stale = [f"{line.name} {line.state.value}" for line in report.sources if line.state != "fresh"]
    lines = [
        f"# {escape(report.title)}",
        "",
        *([f"*{escape(report.mission)}*", ""] if report.mission else []),
        f"**{escape(report.question[:1].upper() + report.question[1:])}**",
        "",
        f"{_sign(tone)}{escape(verdict)}. As of {escape(minute(report.as_of))} UTC, changes since {escape(minute(report.since))}.",
        "",
        *([f"Not fresh: {escape(', '.join(stale))}.", ""] if stale else []),
    ]
    for section in report.sections:
        lines += [*section_lines(section), ""]
    if report.words:
        lines += [
            "## Words",
            "",
            *(f"- **{escape(word)}**: {escape(meaning)}" for word, meaning in report.words.items()),
            "",
        ]
    lines += ["---", "", f"Content sha-256 `{report.content_sha256}`, journal head `{report.head}`."]
    return "\n".join(lines) + "\n"


def section_lines(section: Section) -> list[str]:
    """Return one section as lines."""
    head = [f"## {escape(section.title)}", ""] if section.title else []
    if isinstance(section, Table):
        return head + _table(section)
    if isinstance(section, Text):
        return head + [f"{_sign(section.tone)}{escape(line, 2000)}" for line in section.lines]
    return head + _chart(section)


def _table(table: Table) -> list[str]:
    if not table.rows:
        return [escape(table.empty)]
    lines = [
        "| " + " | ".join(escape(column.title) or " " for column in table.columns) + " |",
        "|" + "|".join("---:" if column.right else "---" for column in table.columns) + "|",
    ]
    lines += ["| " + " | ".join(_cell(cell) for cell in line.cells) + " |" for line in table.rows]
    if table.total is not None and table.total > len(table.rows):
        lines += ["", f"{len(table.rows)} of {table.total:,} shown"]
    return lines + (["", escape(table.note)] if table.note else [])


def _chart(chart: Chart) -> list[str]:
    values = [point.value for point in chart.points if point.value is not None]
    if not values:
        return ["no values yet"]
    target = f", target {chart.target:g}" if chart.target is not None else ""
    extent = f"{min(values):.3g} to {max(values):.3g}{target}, last {values[-1]:.3g}, n = {len(values)}"
    lines = [f"`{sparkline(values, 60)}`", "", escape(extent)]
    if chart.marks:
        lines += ["", *(f"- {mark.letter} {escape(f'{mark.at:%Y-%m-%d}')} {escape(mark.text)}" for mark in chart.marks)]
    return lines + (["", escape(chart.note)] if chart.note else [])


def _cell(cell: Cell) -> str:
    return (_sign(cell.tone) + escape(cell.text)).strip() or " "


def _sign(tone: Tone) -> str:
    return {"!": "**\\!** ", "~": "**\\~** ", "?": "**?** "}[SIGNS[tone]] if tone in SIGNS else ""
