"""Data that changed behind its digest, old and odd stores, links that lead out and full disks: each has its verdict."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mlcockpit.bootstrap import open_cockpit
from mlcockpit.cli.progress import Silent
from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.data_bytes import LARGEST_COPY, DataPlaces, own_parents, place_data
from mlcockpit.services.attempt_output import newest_output
from mlcockpit.services.gather_run import Given
from mlcockpit.services.reproduce import Wishes, reproduce
from tests.cli_runner import mlcockpit
from tests.faults.test_sources import an_old_store
from tests.reproduction.nursery import empty_store, share
from tests.reproduction.world import MEAN, NUMBERS, World, a_world

LOGGED = MEAN.replace(
    "with mlflow.start_run():",
    "import pandas\nframe = pandas.read_csv(args.data)\nwith mlflow.start_run():\n"
    "    mlflow.log_input(mlflow.data.from_pandas(frame, source=args.data, name='rows'), context='train')",
)
ROWS = [f"{n * 0.5},{'True' if n % 3 else 'False'},2026-01-{n % 28 + 1:02d}" for n in range(25_000)]


def table(rows: list[str]) -> str:
    return "x,ok,day\n" + "\n".join(rows) + "\n"


CHANGES = {
    "row 20 000": lambda row: "7.25," + row.split(",", 1)[1],
    "a flipped bool": lambda row: row.replace("True", "False") if "True" in row else row.replace("False", "True"),
    "a shifted date": lambda row: row[:-2] + "29",
}


@pytest.mark.ci
def test_data_whose_mlflow_digest_hides_the_change_is_found_by_its_bytes(tmp_path: Path) -> None:
    world = a_world(tmp_path, LOGGED, data=False)
    world.put(".gitignore", "data/\n")
    world.put(
        "mlcockpit.toml",
        '[project]\nkey = "n"\n[sources]\nmlflow = "sqlite:///mlflow.db"\n[datasets.rows]\npath = "data/numbers.csv"\n',
    )
    world.commit("Declare")
    world.put("data/numbers.csv", table(ROWS))
    empty_store(world.store)
    for words in (("sync",), ("data", "publish", "rows")):
        assert mlcockpit(world.top, *words).code == 0
    run = world.train("train.py")
    digest = world_digest(world, run)
    for name, change in CHANGES.items():
        world.put("data/numbers.csv", table([*ROWS[:20_000], change(ROWS[20_000]), *ROWS[20_001:]]))
        if name == "row 20 000":
            assert digest == world_digest(world, world.train("train.py")), "MLflow's digest does not see it"
        result = world.reproduce(run)
        kept = next(one for one in result.ingredients if one.name == "data")
        restored = result.verdict == Verdict.IDENTICAL and kept.standing.value == "recorded"
        named = result.verdict == Verdict.INCOMPLETE and "data changed: data/numbers.csv had sha256" in result.reason
        assert restored or named, (name, result.verdict, result.reason)


def world_digest(world: World, run: str) -> str:
    with closing(sqlite3.connect(world.store)) as database:
        (found,) = database.execute(
            "SELECT d.digest FROM datasets d JOIN inputs i ON i.source_id = d.dataset_uuid WHERE i.destination_id = ?",
            (run,),
        ).fetchone()
    return str(found)


@pytest.mark.parametrize("revision", ["97727af70f4d", "71994744cf8e"])
def test_the_store_of_an_older_mlflow_keeps_its_bytes_through_recipe_and_plan(tmp_path: Path, revision: str) -> None:
    world = a_world(tmp_path)
    an_old_store(world.store, revision)
    before = {one.name: one.read_bytes() for one in tmp_path.glob("mlflow.db*")}
    for words in (("recipe", "c" * 32), ("reproduce", "c" * 32, "--plan"), ("reproduce", "c" * 32, "--trust")):
        ran = mlcockpit(world.top, *words)
        assert ran.code in (0, 3), ran.err
        assert "fault of mlcockpit" not in ran.err
    assert before == {one.name: one.read_bytes() for one in tmp_path.glob("mlflow.db*")}


@pytest.mark.ci
def test_a_run_without_a_metric_is_judged_by_its_parameters_and_says_that_this_is_weak(tmp_path: Path) -> None:
    world = a_world(tmp_path, "import mlflow\nwith mlflow.start_run():\n    mlflow.log_param('depth', 3)\n")
    result = world.reproduce(world.train("train.py"))
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert "weak evidence" in result.reason + " ".join(result.notes)


@pytest.mark.ci
def test_a_link_that_leads_out_of_the_repository_is_read_and_never_written(tmp_path: Path) -> None:
    outside = tmp_path / "shared"
    outside.mkdir()
    (outside / "numbers.csv").write_text(NUMBERS)
    writes = "\ntry:\n    open('data/numbers.csv', 'a').write('1.0\\n')\nexcept OSError as error:\n    print('REFUSED', error)\n"
    world = a_world(
        tmp_path / "project",
        MEAN + "import os\nif 'MLCOCKPIT_ATTEMPT' in os.environ:" + writes.replace("\n", "\n    "),
        data=False,
    )
    (world.top / "data").symlink_to(outside)
    world.commit("Link the data")
    result = world.reproduce(world.train("train.py"))
    assert result.verdict == Verdict.IDENTICAL, result.reason
    assert NUMBERS == (outside / "numbers.csv").read_text()
    assert f"data leads out of the repository to {outside}: read there, never written" in result.notes
    assert "REFUSED" in (Path(result.log) / "run.log").read_text()


def test_placing_data_never_writes_through_a_link(tmp_path: Path) -> None:
    outside, code = tmp_path / "outside", tmp_path / "code"
    outside.mkdir()
    code.mkdir()
    (code / "data").symlink_to(outside)
    own_parents(code / "data" / "raw" / "x.csv", code)
    (code / "data" / "raw" / "x.csv").write_text("1")
    assert [] == list(outside.iterdir())


def test_a_file_too_large_to_copy_is_a_link_that_no_command_can_write_through(tmp_path: Path) -> None:
    project, code = tmp_path / "project", tmp_path / "code"
    (project / "data").mkdir(parents=True)
    code.mkdir()
    with (project / "data" / "big.bin").open("wb") as big:
        big.truncate(LARGEST_COPY + 1)
    item: dict[str, Json] = {"path": "data/big.bin"}
    places = DataPlaces(code, project, lambda _: None, lambda _: (), lambda _: None)
    (found,) = place_data(Ingredient("data", Standing.ASSUMED, [item], ""), places)
    assert ("unchecked", project / "data" / "big.bin") == (found.state, (code / "data" / "big.bin").readlink())


@pytest.mark.ci
def test_a_working_directory_outside_of_the_repository_is_refused(tmp_path: Path) -> None:
    world = a_world(tmp_path / "project")
    run = world.train("train.py")
    given = Given(("python", "train.py"), "../../..", "", [])
    result = world.reproduce(run, given=given)
    assert result.verdict == Verdict.INCOMPLETE, result.reason
    assert "../../.." in result.reason


@pytest.fixture
def small_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make this person's home for mlcockpit a file system of 560 MB; needs a root that may mount."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=560m", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small file system")
    monkeypatch.setenv("MLCOCKPIT_HOME", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


class Fills(Silent):
    """Takes the last of the disk as a stage begins."""

    def __init__(self, place: Path, stage: str) -> None:
        self.place, self.stage = place, stage

    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Fill the disk once."""
        if stage == self.stage and not (self.place / "filler").exists():
            with (self.place / "filler").open("wb") as out:
                os.posix_fallocate(out.fileno(), 0, shutil.disk_usage(self.place).free - 8192)


@pytest.mark.ci
def test_a_disk_that_is_full_in_any_stage_fails_in_one_line_and_the_next_start_is_clean(
    tmp_path: Path, small_home: Path
) -> None:
    share(small_home)
    world = a_world(tmp_path / "project")
    run = world.train("train.py")
    before = world.state()
    for stage in ("code", "environment", "data", "run", "compare"):
        cockpit = open_cockpit(world.top, progress=Fills(small_home, stage), needs_project=False)
        try:
            result = reproduce(cockpit, run, Wishes(trust=""))
            assert result.verdict in (Verdict.FAILED, Verdict.IDENTICAL, Verdict.INCOMPLETE), result.reason
            assert "\n" not in result.reason
        finally:
            cockpit.close()
        (small_home / "filler").unlink()
        assert [] == list((small_home / "attempts").glob("*/code")), stage
    assert world.reproduce(run).verdict == Verdict.IDENTICAL
    assert before == world.state()


def test_too_little_space_is_said_before_anything_starts(tmp_path: Path, small_home: Path) -> None:
    with (small_home / "filler").open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, 100 * 2**20)
    world = a_world(tmp_path / "project")
    run = world.pretend("train.py", exponent="1")
    ran = mlcockpit(world.top, "reproduce", run, "--trust")
    assert (4, 1) == (ran.code, ran.err.count("\n")), ran.err
    assert "MB are free under" in ran.err
    assert "MLCOCKPIT_HOME" in ran.err


@pytest.mark.ci
def test_the_log_of_a_stage_that_failed_is_kept_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world(tmp_path / "project", "if False:\n    import nosuch_package_at_all\n" + MEAN)
    world.put("requirements.txt", "mlflow\nnosuch-package-at-all==9.9\n")
    world.commit("Ask for what nobody has")
    (tmp_path / "index").mkdir()
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "index"))
    run = world.pretend("train.py", exponent="1")
    started = time.monotonic()
    ran = mlcockpit(world.top, "reproduce", run, "--trust", "--json")
    assert time.monotonic() - started < 120
    assert (4, "failed") == (ran.code, ran.json["verdict"]), ran.out + ran.err
    assert (
        "stage environment: no set of packages fits the recorded requirements: No solution found" in ran.json["reason"]
    )
    home = Path(os.environ["MLCOCKPIT_HOME"])
    log = home / "attempts" / ran.json["reproduction_id"] / "logs" / "environment.log"
    assert str(log) in ran.json["reason"]
    assert "nosuch-package-at-all" in log.read_text()
    assert "nosuch-package-at-all" in newest_output(home, run)
