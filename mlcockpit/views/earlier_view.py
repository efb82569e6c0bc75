"""An earlier launch of the same recipe is told in a few plain lines: when, by whom, and what came out."""

from collections.abc import Sequence

from mlcockpit.domain.launch import Launch
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.views.table import Text

MOST_METRICS = 4


def earlier_text(launch: Launch, run: RunRecord | None, runs: int, *, first: Sequence[str] = ()) -> Text:
    """Return the lines about an earlier launch; `first` are the metrics that matter most."""
    by = f" by {run.user}" if run is not None and run.user else ""
    code = (launch.code.commit or "no commit")[:12] + (
        " with the same uncommitted changes" if launch.code.dirty else ""
    )
    files = f"{len(launch.data)} data {'file' if len(launch.data) == 1 else 'files'}"
    lines = [
        f"the same recipe was run on {launch.started_at:%Y-%m-%d %H:%M} UTC{by}: launch/{launch.launch_id}",
        f"same command, code ({code}), packages and bytes of {files}",
    ]
    if launch.network:
        lines.append(f"it read from the network too, which is not compared: {', '.join(launch.network[:3])}")
    lines.append(_result(launch, run, runs, first))
    return Text("Run before", tuple(lines))


def _result(launch: Launch, run: RunRecord | None, runs: int, first: Sequence[str]) -> str:
    if launch.exit_status:
        return f"it ended with status {launch.exit_status}"
    if run is None:
        return "it ended well; its runs cannot be read"
    names = [*(name for name in first if name in run.metrics), *sorted(set(run.metrics) - set(first))][:MOST_METRICS]
    shown = ", ".join(f"{name} {run.metrics[name]:.5g}" for name in names) or "no metric"
    more = f" (and {runs - 1} more runs)" if runs > 1 else ""
    return f"result: run/{run.run_id[:12]} {run.status.lower()}, {shown}{more}"
