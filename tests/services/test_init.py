"""`init` writes a useful project file for any folder, from a real repository and a real store down to nothing at all."""

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.main import main
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.project_file import ProjectFile
from mlcockpit.errors import Refused, SourceFailed
from mlcockpit.integrations.project_file_reader import parse_project_file, read_project_file
from mlcockpit.integrations.tracking_store import StoreContents
from mlcockpit.ports import Commit
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.init.compose import compose
from mlcockpit.services.init.data import FoundData, datasets_of
from mlcockpit.services.init.evidence import Evidence
from mlcockpit.services.init.init import FirstFile, init
from mlcockpit.services.init.people import people_of

STORE = """
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("churn 'deep\\"")
with mlflow.start_run():
    mlflow.log_metric("auc", 0.8)
client = mlflow.MlflowClient()
client.create_experiment("nothing ran here")
client.create_registered_model("Churn Model")
client.create_model_version("Churn Model", "file:///nowhere")
client.set_registered_model_alias("Churn Model", "champion", 1)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite store that MLflow itself wrote."""
    folder = tmp_path_factory.mktemp("store")
    env = {**os.environ, "USER": "ana", "LOGNAME": "ana"}
    subprocess.run([sys.executable, "-c", STORE], cwd=folder, check=True, capture_output=True, env=env)
    return folder / "mlflow.db"


@pytest.fixture(autouse=True)
def _no_store_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


@pytest.fixture
def cockpit(tmp_path: Path) -> Iterator[Cockpit]:
    opened = open_cockpit(tmp_path, progress=Silent(), needs_project=False)
    yield opened
    opened.close()


def commit(root: Path, name: str, email: str, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    who = ["-c", f"user.name={name}", "-c", f"user.email={email}"]
    subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "work"], cwd=root, check=True)


def a_repository(root: Path) -> Path:
    root.mkdir(exist_ok=True)
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=root, check=True)
    return root


def again(root: Path, cockpit: Cockpit) -> tuple[FirstFile, ProjectFile]:
    first = init(cockpit, root)
    return first, read_project_file(root / "mlcockpit.toml")


def test_a_repository_with_a_store_becomes_a_project_that_syncs(
    tmp_path: Path, store: Path, cockpit: Cockpit, capsys: pytest.CaptureFixture[str]
) -> None:
    root = a_repository(tmp_path / "churn")
    commit(
        root,
        "Ana Müller",
        "ana@x.org",
        {"README.md": "# The *Churn* Product\n", "train.py": "1\n", "data/2024.csv": "a\n1\n"},
    )
    commit(
        root,
        "Kai",
        "1+kai@users.noreply.github.com",
        {"data/2025.csv": "a\n2\n", ".github/CODEOWNERS": "/data/ @kai\n"},
    )
    commit(root, "dependabot[bot]", "bot@x.org", {})
    (root / "mlflow.db").write_bytes(store.read_bytes())
    first, file = again(root, cockpit)
    assert (first.evidence.missing, first.kept, file.project.key) == ([], None, "the-churn-product")
    assert {"ana": "Ana Müller", "kai": "Kai"} == {handle: person.name for handle, person in file.people.items()}
    assert ["ana"] == file.people["ana"].mlflow_users
    assert ("sqlite:///mlflow.db", ["churn 'deep\""]) == (file.sources.mlflow, file.sources.experiments)
    assert [("churn-model", "Churn Model")] == [(key, model.registered) for key, model in file.models.items()]
    assert [("live", "churn-model", "champion")] == [
        (key, each.model, each.alias) for key, each in file.environments.items()
    ]
    assert [("data/*.csv", "pattern", "kai")] == [
        (data.path, data.versions, data.owner) for data in file.datasets.values()
    ]
    assert file.project.criticality == "poc"
    assert (root / "mlflow.db").read_bytes() == store.read_bytes()
    assert main(["-C", str(root), "sync"]) == 0
    assert "1 runs" in capsys.readouterr().out


def test_an_empty_folder_gets_a_file_that_says_what_was_not_found(tmp_path: Path, cockpit: Cockpit) -> None:
    root = tmp_path / "Nothing Here"
    root.mkdir()
    first, file = again(root, cockpit)
    assert (file.project.key, file.people, file.sources.mlflow) == ("nothing-here", {}, None)
    assert ["git", "MLflow", "data files"] == [line.partition(":")[0] for line in first.evidence.missing]
    text = (root / "mlcockpit.toml").read_text()
    assert text.count("# Not found: ") == 3
    assert main(["-C", str(root), "sync"]) == 0


def test_every_commented_example_holds_once_it_is_uncommented(tmp_path: Path, cockpit: Cockpit) -> None:
    text = init(cockpit, tmp_path, dry_run=True).text
    bare = re.sub(r"(?m)^# (?=\[[a-z.-]+\]$|[a-z_]+ = )", "", text).replace(
        'environment = "live"', 'environment = "prod"'
    )
    file = parse_project_file(bare + '[environments.prod]\nmodel = "churn"\n')
    assert (list(file.people), list(file.goals), list(file.metrics), list(file.datasets), list(file.models)) == (
        ["ana"], ["first"], ["retention"], ["customers"], ["churn"],
    )  # fmt: skip
    assert (file.gates["to-live"].checks[0].kind, file.sources.mlflow) == ("reproduced", "sqlite:///mlflow.db")


def test_a_file_that_is_there_is_kept(tmp_path: Path, cockpit: Cockpit) -> None:
    (tmp_path / "mlcockpit.toml").write_text("[project]\nkey = 'mine'\n")
    with pytest.raises(Refused, match="is there already and was kept as it is"):
        init(cockpit, tmp_path)
    assert (tmp_path / "mlcockpit.toml").read_text() == "[project]\nkey = 'mine'\n"
    first = init(cockpit, tmp_path, force=True)
    assert first.kept == tmp_path / "mlcockpit.toml.before"
    assert first.kept.read_text() == "[project]\nkey = 'mine'\n"
    assert init(cockpit, tmp_path, force=True).kept == tmp_path / "mlcockpit.toml.before-2"


def test_a_broken_file_does_not_stand_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mlcockpit.toml").write_text("[project\n")
    assert (main(["-C", str(tmp_path), "init"]), main(["-C", str(tmp_path), "init", "--force"])) == (2, 0)
    read_project_file(tmp_path / "mlcockpit.toml")
    assert "mlcockpit.toml.before" in capsys.readouterr().err


def test_a_dry_run_prints_the_file_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "init", "--dry-run"]) == 0
    parse_project_file(capsys.readouterr().out)
    assert list(tmp_path.iterdir()) == []


def test_json_tells_what_was_found_and_what_was_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "init", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["written"], told["people"], len(told["not_found"])) == (1, True, [], 3)
    assert told["text"] == (tmp_path / "mlcockpit.toml").read_text()


def test_a_folder_below_the_top_of_a_repository_is_a_project_of_its_own(tmp_path: Path, cockpit: Cockpit) -> None:
    root = a_repository(tmp_path / "mono")
    commit(root, "Ana", "ana@x.org", {"CODEOWNERS": "/churn/data/ ana@x.org\n", "churn/data/a.csv": "a\n"})
    _, file = again(root / "churn", cockpit)
    assert (file.project.key, file.datasets["a"].path, file.datasets["a"].owner) == ("churn", "data/a.csv", "ana")


def test_a_store_in_a_folder_of_files_is_found(tmp_path: Path, cockpit: Cockpit) -> None:
    code = "import mlflow\nmlflow.set_experiment('old')\nwith mlflow.start_run(): pass\n"
    env = {**os.environ, "MLFLOW_TRACKING_URI": (tmp_path / "mlruns").as_uri(), "MLFLOW_ALLOW_FILE_STORE": "true"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, env=env)
    first, file = again(tmp_path, cockpit)
    assert ("mlruns", ["old"], 1) == (file.sources.mlflow, file.sources.experiments, first.evidence.contents.runs)


def test_a_store_named_by_the_environment_wins_and_its_password_stays_out(
    tmp_path: Path, cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store}")
    assert again(tmp_path, cockpit)[1].sources.experiments == ["churn 'deep\""]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ana:hunter2@127.0.0.1:9")
    first = init(cockpit, tmp_path, dry_run=True)
    assert first.file.sources.mlflow == "http://127.0.0.1:9"
    assert "hunter2" not in first.text
    assert any(line.startswith("MLflow: ") for line in first.evidence.missing)


def test_a_broken_store_is_named_and_stops_nothing(tmp_path: Path, cockpit: Cockpit, store: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(store.read_bytes()[: 3 * 4096])
    (tmp_path / "other.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    first, file = again(tmp_path, cockpit)
    assert (file.sources.experiments, file.models) == ([], {})
    assert any(line.startswith("MLflow: ") for line in first.evidence.missing)


def test_a_disk_that_refuses_is_one_clear_line_and_leaves_nothing(tmp_path: Path, cockpit: Cockpit) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(SourceFailed, match=r"mlcockpit\.toml cannot be written"):
            init(cockpit, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def a_commit(name: str, email: str, *paths: str, at: datetime = datetime(2013, 5, 1, tzinfo=UTC)) -> Commit:
    return Commit("0" * 40, name, email, at, at, "work", (), paths)


def test_names_and_addresses_that_meet_are_one_person() -> None:
    commits = [a_commit("Ana M", "ana@old.org"), a_commit("ana m", "ana@new.org"), a_commit("Ana", "ANA@new.org")]
    (person,) = people_of(commits)
    assert (person.handle, person.commits, person.emails) == ("ana", 3, ["ana@old.org", "ana@new.org", "ANA@new.org"])


def test_two_people_of_one_first_name_have_two_handles() -> None:
    people = people_of(
        [a_commit("Ana Lee", "a@x"), a_commit("Ana Lee", "a@x"), a_commit("Ana Kim", "k@x"), a_commit("安", "an@x")]
    )
    assert ["ana", "ana-kim", "an"] == [person.handle for person in people]


def test_a_discipline_is_said_only_where_the_commits_say_it() -> None:
    sql = [a_commit("Dora", "d@x", "etl/load.sql") for _ in range(6)]
    few = [a_commit("Olga", "o@x", "Dockerfile") for _ in range(4)]
    mixed = [
        a_commit("Max", "m@x", path)
        for path in ("train.py", "Dockerfile", "etl/x.sql", "api/x.py", "docs/x.md", "eval.py")
    ]
    people = {person.name: person for person in people_of([*sql, *few, *mixed])}
    assert ("data", "6 of 6 commits that tell touch data and SQL") == (people["Dora"].discipline, people["Dora"].why)
    assert ("ml", True) == (people["Olga"].discipline, people["Olga"].why.startswith("a guess"))
    assert ("ml", True) == (people["Max"].discipline, people["Max"].why.startswith("a guess"))


def test_who_was_quiet_for_long_is_pointed_out() -> None:
    at = datetime(2013, 5, 1, tzinfo=UTC)
    text = compose(Evidence("k", "K", at + timedelta(days=400), people_of([a_commit("Ana", "a@x", at=at)])))
    assert "# Quiet for long: if they have left, `mlcockpit people depart ana`" in text


NASTY = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


MODELS = st.dictionaries(NASTY.filter(bool), st.dictionaries(NASTY, st.integers(1, 9), max_size=2), max_size=3)


@given(st.lists(st.tuples(NASTY, NASTY), max_size=4), st.lists(NASTY, max_size=3), MODELS, st.lists(NASTY, max_size=3))
def test_whatever_strangers_are_called_the_file_holds_and_shows_nothing_hidden(
    people: list[tuple[str, str]], experiments: list[str], models: dict[str, dict[str, int]], missing: list[str]
) -> None:
    found = people_of([a_commit(name, email) for name, email in people], [f"@{name}" for name in experiments])
    data = [FoundData(f"d{number}", f"data/{name}.csv", False, name) for number, name in enumerate(missing)]
    evidence = Evidence(
        "k", "K", datetime(2013, 5, 1, tzinfo=UTC), found, None, "", "sqlite:///mlflow.db",
        StoreContents(tuple(experiments), models), data, missing,
    )  # fmt: skip
    text = compose(evidence)
    file = parse_project_file(text)
    assert experiments == file.sources.experiments
    assert set(models) == {model.registered or key for key, model in file.models.items()}
    assert len(found) == len(file.people)
    assert not set("\x1b\x07\u202e\u200b\x9b\x00") & set(text)


def test_data_files_of_a_series_are_one_dataset(tmp_path: Path) -> None:
    for name in ("data/flights-2013-01.parquet", "data/flights-2013-02.parquet", "data/airports.csv", "data/raw/x_1.csv",
                 "data/raw/x_2.csv", "top.csv", "src/code.csv", "tests/data/no.csv", ".hidden/data/no.csv", "mlruns/0/no.csv"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a\n1\n")
    assert {
        "flights": "data/flights-*.parquet",
        "airports": "data/airports.csv",
        "x": "data/raw/x_*.csv",
        "top": "top.csv",
    } == {each.key: each.path for each in datasets_of(tmp_path)}


def test_what_dvc_tracks_is_a_dataset_and_a_broken_dvc_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "images.dvc").write_text("outs:\n- md5: abc.dir\n  path: images\n")
    (tmp_path / "store" / "out.dvc").write_text("outs:\n- path: ../../etc/passwd\n- path: /etc/passwd\n- 3\n")
    (tmp_path / "store" / "evil.dvc").write_text("!!python/object/apply:os.system ['true']\n")
    (tmp_path / "store" / "bad.dvc").write_text("outs: [\n")
    assert [("images", "store/images")] == [(each.key, each.path) for each in datasets_of(tmp_path)]


def test_a_heading_that_is_a_sentence_is_the_name_and_the_folder_the_key(tmp_path: Path, cockpit: Cockpit) -> None:
    root = a_repository(tmp_path / "churn")
    commit(root, "Ana", "ana@x.org", {"README.md": "# 🚀 Churn: all we know about those who leave\n"})
    _, file = again(root, cockpit)
    assert ("churn", "🚀 Churn: all we know about those who leave") == (
        file.project.key,
        file.project.name,
    )
