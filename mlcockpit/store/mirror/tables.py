"""For each mirrored table: what names a row, what may change in it, and how a feed row is written."""

from dataclasses import dataclass

from mlcockpit.store.mirror.schema import WHOLE


@dataclass(frozen=True)
class Mirrored:
    """One table of the mirror that is kept equal to one feed table."""

    name: str
    identity: tuple[str, ...]
    """The feed's columns that name a row."""
    values: tuple[str, ...]
    """The feed's columns that may change."""
    of_runs: bool = False
    """`run` is the tracker's id in the feed and a number in the mirror."""
    is_text: bool = False
    """`value` may be long: it is kept with its size, and whole elsewhere where it is too long."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of a pending row."""
        return self.identity + self.values

    def from_feed(self) -> str:
        """Return the select list that turns a feed row f (of run r) into a pending row."""
        return ", ".join("r.id" if self.of_runs and name == "run" else f"f.{name}" for name in self.columns)

    def joined(self) -> str:
        """Return the FROM clause that pairs feed rows with mirrored ones."""
        pairs = [f"m.{name} = " + ("r.id" if self.of_runs and name == "run" else f"f.{name}") for name in self.identity]
        runs = " JOIN main.runs r ON r.run = f.run" if self.of_runs else ""
        return f"temp.feed_{self.name} f{runs} LEFT JOIN main.{self.name} m ON " + " AND ".join(pairs)

    def mirrored_value(self) -> str:
        """Return the whole value that the mirror holds in row m."""
        if not self.is_text:
            return "m.value"
        long = (
            f"SELECT l.value FROM main.long_values l WHERE l.feed = '{self.name}' AND l.key = m.key AND l.run = m.run"
        )
        return f"CASE WHEN m.size > {WHOLE} THEN ({long}) ELSE m.value END"

    def differs(self) -> str:
        """Return the condition under which a paired row is new or changed."""
        changed = [
            f"{self.mirrored_value() if name == 'value' else f'm.{name}'} IS NOT f.{name}" for name in self.values
        ]
        return " OR ".join([f"m.{self.identity[0]} IS NULL", *changed])

    def write(self, source: str) -> list[str]:
        """Return the statements that put the pending rows p of `source` into the mirror."""
        columns = ", ".join(self.columns)
        if not self.is_text:
            changes = ", ".join(f"{name} = excluded.{name}" for name in self.values)
            into = f"INSERT INTO main.{self.name} ({columns}) SELECT {columns} FROM {source} p WHERE true"
            return [f"{into} ON CONFLICT ({', '.join(self.identity)}) DO UPDATE SET {changes}"]
        size = "length(CAST(p.value AS BLOB))"
        short = f"CASE WHEN {size} > {WHOLE} THEN substr(p.value, 1, {WHOLE // 4}) ELSE p.value END"
        return [
            f"INSERT OR REPLACE INTO main.{self.name} (key, run, value, size) SELECT p.key, p.run, {short}, {size}"
            f" FROM {source} p",
            "INSERT OR REPLACE INTO main.long_values (feed, key, run, value)"
            f" SELECT '{self.name}', p.key, p.run, p.value FROM {source} p WHERE {size} > {WHOLE}",
        ]


EXPERIMENTS = Mirrored("experiments", ("id",), ("name", "is_deleted", "artifact_location"))
RUNS = Mirrored(
    "runs",
    ("run",),
    (
        "experiment",
        "name",
        "status",
        "is_deleted",
        "started_ms",
        "ended_ms",
        "artifact_uri",
        "user",
        "source",
        "entry_point",
        "version",
    ),
)
PARAMS = Mirrored("params", ("key", "run"), ("value",), of_runs=True, is_text=True)
METRICS = Mirrored("metrics", ("key", "run"), ("value", "step", "at_ms"), of_runs=True)
TAGS = Mirrored("tags", ("key", "run"), ("value",), of_runs=True, is_text=True)
INPUTS = Mirrored("inputs", ("run", "name", "digest"), ("context", "source_type", "source"), of_runs=True)
MODELS = Mirrored("logged_models", ("run", "model"), ("name", "artifact_path", "status", "created_ms"), of_runs=True)
VERSIONS = Mirrored(
    "versions", ("model", "number"), ("run", "source", "stage", "status", "user", "created_ms", "description")
)
ALIASES = Mirrored("aliases", ("model", "alias"), ("number",))

PER_RUN = (PARAMS, METRICS, TAGS, INPUTS, MODELS)
ALL = (EXPERIMENTS, RUNS, *PER_RUN, VERSIONS, ALIASES)
