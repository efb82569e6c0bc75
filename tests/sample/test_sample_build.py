"""The built sample is what its README says: real runs, real history, and the planted faults."""

import hashlib
import json
import os
import pickle
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml
from sklearn.metrics import roc_auc_score

from sample_project import features
from sample_project.build.builder import Built
from sample_project.build.chapters import COMMITS, JOBS
from sample_project.build.faults import artifacts_of
from sample_project.build.story import CLOCK, PEOPLE
from sample_project.build.work import environment

V1 = {
    3: (0.789, 0.57, 0.51),
    4: (0.760, 0.63, 0.41),
    5: (0.782, 0.53, 0.44),
    6: (0.759, 0.63, 0.45),
    7: (0.740, 0.58, 0.38),
}
V1 |= {
    8: (0.726, 0.54, 0.37),
    9: (0.728, 0.51, 0.30),
    10: (0.754, 0.51, 0.33),
    11: (0.683, 0.31, 0.21),
    12: (0.727, 0.55, 0.48),
}
"""Month → AUC, useful, warned of version 1, as known before this sample was written."""


@pytest.fixture
def store(gatewise: Built) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(f"file:{gatewise.folder / 'mlflow.db'}?mode=ro", uri=True)
    yield database
    database.close()


def _git(built: Built, *argv: str) -> str:
    return subprocess.run(["git", *argv], cwd=built.folder, capture_output=True, text=True, check=True).stdout.strip()


def _column(store: sqlite3.Connection, query: str, *values: object) -> list[object]:
    return [row[0] for row in store.execute(query, values)]


def _params(store: sqlite3.Connection, run: str) -> dict[str, str]:
    return dict(store.execute("SELECT key, value FROM params WHERE run_uuid = ?", (run,)).fetchall())


def _inputs(store: sqlite3.Connection, run: str) -> set[tuple[str, str]]:
    query = "SELECT name, digest FROM datasets JOIN inputs ON source_id = dataset_uuid WHERE destination_id = ?"
    return set(store.execute(query, (run,)).fetchall())


def test_at_least_25_runs_finished(store: sqlite3.Connection) -> None:
    assert {"FINISHED": 28} == Counter(_column(store, "SELECT status FROM runs"))


def test_people_of_five_disciplines_committed(gatewise: Built) -> None:
    assert {person.name for person in PEOPLE} - {"Noor Haddad"} == set(
        _git(gatewise, "log", "--all", "--format=%an").splitlines()
    )
    assert 5 == len({person.discipline for person in PEOPLE})


def test_commits_carry_the_dates_of_the_story(gatewise: Built) -> None:
    dates = _git(gatewise, "log", "--all", "--format=%at %ct").splitlines()
    assert sorted(f"{int(c.at.timestamp())} {int(c.at.timestamp())}" for c in COMMITS) == sorted(dates)


def test_the_work_tree_is_clean_at_the_end(gatewise: Built) -> None:
    assert "" == _git(gatewise, "status", "--porcelain")


def test_runs_start_when_the_story_says(gatewise: Built, store: sqlite3.Connection) -> None:
    planned = {gatewise.run(job.key): int(job.at.timestamp() * 1000) for job in JOBS if job.trains}
    assert planned == {run: _column(store, "SELECT start_time FROM runs WHERE run_uuid = ?", run)[0] for run in planned}


def test_nothing_in_the_store_is_later_than_the_story(store: sqlite3.Connection) -> None:
    columns = [("runs", "end_time"), ("metrics", "timestamp"), ("model_versions", "last_updated_time")]
    columns += [("logged_models", "last_updated_timestamp_ms"), ("experiments", "last_update_time")]
    latest = [_column(store, f"SELECT max({column}) FROM {table}")[0] for table, column in columns]
    assert [] == [instant for instant in latest if instant > CLOCK.timestamp() * 1000]


def test_durations_survive_the_move(store: sqlite3.Connection) -> None:
    assert [] == [s for s in _column(store, "SELECT end_time - start_time FROM runs") if not 0 < s < 300_000]


def test_versions_follow_the_story(gatewise: Built, store: sqlite3.Connection) -> None:
    registered = [gatewise.run(job.key) for job in sorted(JOBS, key=lambda job: job.key) if job.registers]
    assert registered == _column(store, "SELECT run_id FROM model_versions ORDER BY version")


def test_runs_know_who_started_them(gatewise: Built, store: sqlite3.Connection) -> None:
    query = "SELECT value FROM tags WHERE key = 'mlflow.user' AND run_uuid = ?"
    assert {job.key: job.by for job in JOBS if job.trains} == {
        job.key: _column(store, query, gatewise.run(job.key))[0] for job in JOBS if job.trains
    }


def test_only_the_captured_run_has_a_word_of_mlcockpit(gatewise: Built, store: sqlite3.Connection) -> None:
    query = "SELECT DISTINCT run_uuid FROM tags WHERE key LIKE 'mlcockpit%' OR value LIKE '%mlcockpit%'"
    assert [gatewise.run("captured")] == _column(store, query)


@pytest.mark.parametrize("month", V1)
def test_version_1_does_each_month_what_was_known_of_it(gatewise: Built, month: int) -> None:
    rows = pd.read_parquet(gatewise.folder / f"data/flights-2013-{month:02d}.parquet")
    auc, useful, warned = _quality(artifacts_of(gatewise.folder, 1), rows)
    assert pytest.approx(V1[month], abs=0.025) == (auc, useful, warned)
    assert pytest.approx(V1[month][0], abs=0.01) == auc


def test_version_2_breaks_the_guardrail_in_july(gatewise: Built) -> None:
    rows = pd.read_parquet(gatewise.folder / "data/flights-2013-07.parquet")
    assert pytest.approx((0.48, 0.65), abs=0.01) == _quality(artifacts_of(gatewise.folder, 2), rows)[1:]


def _quality(model: Path, rows: pd.DataFrame) -> tuple[float, float, float]:
    threshold = yaml.safe_load((model / "MLmodel").read_text())["metadata"]["threshold"]
    score = pickle.loads((model / "model.pkl").read_bytes()).predict_proba(
        rows[features.CATEGORIES + features.NUMBERS]
    )[:, 1]
    truth, alert = features.disrupted(rows), score >= threshold
    return roc_auc_score(truth, score), truth[alert].mean(), alert[truth == 1].mean()


def test_every_week_since_april_has_a_log(gatewise: Built) -> None:
    weeks = [path.stem for path in sorted((gatewise.folder / "scoring").glob("*.parquet"))]
    assert [f"{day:%Y-%m-%d}" for day in pd.date_range("2013-04-01", "2013-12-30", freq="7D")] == weeks


def test_version_2_scored_the_days_of_its_deployment(gatewise: Built) -> None:
    logs = pd.concat(pd.read_parquet(path) for path in (gatewise.folder / "scoring").glob("*.parquet"))
    second = logs[logs.version == 2].scheduled
    assert ("2013-07-08", "2013-07-16") == (str(second.min().date()), str(second.max().date()))


def test_labels_come_a_week_late(gatewise: Built) -> None:
    last = {name: _observations(gatewise, name).week.iloc[-1] for name in ("useful", "warned", "alerts")}
    assert {"useful": "2013-12-23", "warned": "2013-12-23", "alerts": "2013-12-30"} == last


def test_observations_are_their_counts(gatewise: Built) -> None:
    for name in ("useful", "warned", "alerts", "warned-majors"):
        rows = _observations(gatewise, name)
        assert list(rows.numerator / rows.denominator) == list(rows.value)


def test_the_guardrail_broke_while_version_2_served(gatewise: Built) -> None:
    alerts = _observations(gatewise, "alerts").set_index("week").value
    assert alerts["2013-07-08"] > 0.35 > alerts["2013-07-22"]


def _observations(built: Built, metric: str) -> pd.DataFrame:
    return pd.read_csv(built.folder / f"metrics/{metric}.csv")


def test_the_leak_looks_wonderful(gatewise: Built, store: sqlite3.Connection) -> None:
    query = "SELECT value FROM latest_metrics WHERE key = 'auc' AND run_uuid = ?"
    assert "dep_delay" == _params(store, gatewise.run("leak"))["extra"]
    assert pytest.approx(0.97, abs=0.01) == _column(store, query, gatewise.run("leak"))[0]


def test_only_the_planted_duplicate_repeats_a_run(gatewise: Built, store: sqlite3.Connection) -> None:
    commit = "SELECT value FROM tags WHERE key = 'mlflow.source.git.commit' AND run_uuid = ?"
    same: dict[object, set[str]] = {}
    for run in (run for runs in gatewise.runs.values() for run in runs):
        known = (_column(store, commit, run)[0], frozenset(_params(store, run).items()), frozenset(_inputs(store, run)))
        same.setdefault(known, set()).add(str(run))
    assert [{gatewise.run("v2"), gatewise.run("v3")}] == [runs for runs in same.values() if len(runs) > 1]


def test_one_run_used_data_that_nobody_declared(gatewise: Built, store: sqlite3.Connection) -> None:
    undeclared = _column(store, "SELECT name FROM datasets WHERE name NOT LIKE 'flights-2013-%'")
    assert ["q2-balanced"] == undeclared
    assert "q2-balanced" in {name for name, _ in _inputs(store, gatewise.run("v5"))}


def test_october_changed_after_a_run_had_read_it(gatewise: Built, store: sqlite3.Connection) -> None:
    final = (Path(features.__file__).parent / "data/flights-2013-10.parquet").read_bytes()
    assert final == (gatewise.folder / "data/flights-2013-10.parquet").read_bytes()
    profiles = _column(store, "SELECT dataset_profile FROM datasets WHERE name = 'flights-2013-10'")
    rows = [json.loads(str(profile))["num_rows"] for profile in profiles]
    whole = len(pd.read_parquet(gatewise.folder / "data/flights-2013-10.parquet"))
    assert (2, whole, True) == (len(rows), max(rows), min(rows) < whole)


def test_what_staging_serves_was_never_logged(gatewise: Built) -> None:
    logged = {_digest(artifacts_of(gatewise.folder, version)) for version in range(1, 7)}
    assert (True, False) == tuple(
        _digest(gatewise.folder / "serving" / env) in logged for env in ("production", "staging")
    )


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()


def test_no_logged_file_is_newer_than_its_run(store: sqlite3.Connection) -> None:
    query = "SELECT artifact_location, end_time FROM logged_models JOIN runs ON source_run_id = run_uuid"
    late = [
        p for folder, end in store.execute(query) for p in Path(folder).rglob("*") if p.stat().st_mtime * 1000 > end + 1
    ]
    assert [] == late


def test_the_champion_alias_is_not_what_serves(gatewise: Built, store: sqlite3.Connection) -> None:
    aliases = dict(store.execute("SELECT alias, version FROM registered_model_aliases").fetchall())
    assert {"champion": 4, "candidate": 5} == aliases
    assert _digest(artifacts_of(gatewise.folder, 1)) == _digest(gatewise.folder / "serving/production")


def test_the_dirty_run_cannot_be_had_from_its_commit(
    gatewise: Built, store: sqlite3.Connection, tmp_path: Path
) -> None:
    assert _again(gatewise, "dirty", tmp_path) != _metrics(store, gatewise.run("dirty"))


def test_version_1_comes_out_the_same_from_its_commit(
    gatewise: Built, store: sqlite3.Connection, tmp_path: Path
) -> None:
    assert _metrics(store, gatewise.run("v1")) == _again(gatewise, "v1", tmp_path)


def _again(built: Built, key: str, folder: Path) -> dict[str, float]:
    """Run a job's command on a fresh clone at its commit, with the data as it is now; return its metrics."""
    job = next(job for job in JOBS if job.key == key)
    tag = "SELECT value FROM tags WHERE key = 'mlflow.source.git.commit' AND run_uuid = ?"
    with sqlite3.connect(f"file:{built.folder / 'mlflow.db'}?mode=ro", uri=True) as database:
        (commit,) = database.execute(tag, (built.run(key),)).fetchone()
    clone = folder / "clone"
    _git(built, "clone", "--quiet", "--no-checkout", str(built.folder), str(clone))
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=clone, check=True)
    (clone / "data").symlink_to(built.folder / "data")
    subprocess.run(
        [sys.executable, *job.argv], cwd=clone, env=environment("me", os.environ), check=True, capture_output=True
    )
    with sqlite3.connect(clone / "mlflow.db") as database:
        return _metrics(database, database.execute("SELECT run_uuid FROM runs").fetchone()[0])


def _metrics(store: sqlite3.Connection, run: object) -> dict[str, float]:
    return dict(store.execute("SELECT key, value FROM latest_metrics WHERE run_uuid = ?", (run,)).fetchall())
