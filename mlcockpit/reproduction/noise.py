"""What the runs of one recipe say about chance is put in words: their spread, and whether a difference lies inside it."""

from collections.abc import Mapping, Sequence

from mlcockpit.analysis.spread import Sibling, Spread, spreads_of
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.reproduction_result import MetricComparison
from mlcockpit.reproduction.compare import is_clock

MOST_SHOWN = 5


def spread_notes(siblings: Sequence[Sibling] | None) -> tuple[str, ...]:
    """Return mean ± spread of each metric over the runs of a recipe; nothing where nobody looked for them."""
    if siblings is None:
        return ()
    spreads = {name: one for name, one in sorted(spreads_of(siblings).items()) if not is_clock(name)}
    if not siblings:
        return ("mean ± spread over its runs: unknown",)
    if not spreads:
        runs = len({one.seed or one.run_id for one in siblings})
        return (f"mean ± spread over its runs: unknown, {runs} with a seed of its own (2 are needed)",)
    shown = ", ".join(f"{clean(name, 60)} {one}" for name, one in list(spreads.items())[:MOST_SHOWN])
    more = f" and {len(spreads) - MOST_SHOWN} more metrics" if len(spreads) > MOST_SHOWN else ""
    return (f"mean ± spread over its runs, each with a seed of its own: {shown}{more}",)


def band_words(one: MetricComparison, spreads: Mapping[str, Spread]) -> str:
    """Return whether a difference is no larger than what chance alone makes; empty where nobody can tell."""
    spread = spreads.get(one.name)
    if spread is None or one.difference is None:
        return ""
    inside = "inside" if spread.holds(one.difference) else "outside"
    return (
        f"the difference of {abs(one.difference):.3g} lies {inside} the {spread.limit:.3g} by which honest runs of this "
        f"recipe with other seeds differ ({clean(one.name, 60)} {spread})"
    )
