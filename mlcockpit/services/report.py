"""`report` writes the status for one role from the same sections as the screens, and notes that it was written."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlcockpit.domain.journal import GENESIS
from mlcockpit.errors import SourceFailed, UsageError
from mlcockpit.integrations.launch_files import write_whole
from mlcockpit.reports.report import Report
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.show import judged, look_of
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.store.journal import newest_events
from mlcockpit.store.transaction import Happening

FORMATS = ("md", "html", "json", "txt")
ENDINGS = {".md": "md", ".markdown": "md", ".html": "html", ".htm": "html", ".json": "json", ".txt": "txt"}
TEXT_WIDTH = 110


@dataclass(frozen=True)
class Written:
    """One report as it was written."""

    report: Report
    format: str
    text: str
    path: Path | None
    """None where it goes to stdout."""


def report(
    cockpit: Cockpit,
    *,
    role: str = "all",
    format: str | None = None,
    since: datetime | None = None,
    since_last: bool = False,
    path: Path | None = None,
) -> Written:
    """Make the report, write it whole or not at all, and note it in the journal once for each content."""
    chosen = format or (ENDINGS.get(path.suffix.lower(), "md") if path else "md")
    if chosen not in FORMATS:
        raise UsageError(f"{chosen!r} is no format", hint=f"choose from {', '.join(FORMATS)}")
    made = make_report(cockpit, role=role, since=last_written(cockpit, role) if since_last else since)
    text = rendered(made, chosen)
    if path is not None:
        _write(path, text)
    _note(cockpit, made, chosen, path)
    return Written(made, chosen, text, path)


def make_report(cockpit: Cockpit, *, role: str = "all", since: datetime | None = None) -> Report:
    """Return a role's report as it stands now."""
    from mlcockpit.reports.role_report import role_report

    project = take_snapshot(cockpit)
    look = judged(project, look_of(cockpit, lens=role, since=since))
    newest = newest_events(cockpit.store, None, 1).events
    head = f"{newest[0].seq}:{newest[0].hash}" if newest else f"0:{GENESIS}"
    return role_report(project, look, head)


def rendered(made: Report, format: str) -> str:
    """Return the report in one of FORMATS."""
    if format == "html":
        from mlcockpit.reports.render.html import html

        return html(made)
    if format == "md":
        from mlcockpit.reports.render.markdown import markdown

        return markdown(made)
    if format == "json":
        from mlcockpit.reports.render.json_report import json_report

        return json_report(made)
    from mlcockpit.views.text import view_text

    return view_text(made.as_view(), width=TEXT_WIDTH) + "\n"


def last_written(cockpit: Cockpit, role: str) -> datetime | None:
    """Return when this role's report was last written; None where it never was."""
    events = newest_events(cockpit.store, f"report/{role}", 1).events
    return events[0].at if events else None


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as error:
        raise SourceFailed(
            f"{path} cannot be written ({error.strerror})", hint="name another place with -o FILE"
        ) from error


def _note(cockpit: Cockpit, made: Report, format: str, path: Path | None) -> None:
    said = {"role": made.role, "format": format, "sha256": made.content_sha256, "since": made.since.isoformat()}
    said |= {"file": str(path)} if path else {}
    key = f"report:{made.role}:{format}:{made.content_sha256}"
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        tx.happened(Happening(f"report/{made.role}", "report_written", None, said, key=key))
