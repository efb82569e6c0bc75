"""What any program reads below watched folders is noted with its state; what it writes, and what is not watched, is not."""

import subprocess
from pathlib import Path

from mlcockpit.integrations.declared_places import declared_folders
from mlcockpit.integrations.folder_watch import FolderWatch
from tests.repositories import write


def run(argv: list[str], cwd: Path) -> None:
    subprocess.run(argv, cwd=cwd, check=True, capture_output=True)


def test_reads_of_any_program_are_seen_and_writes_are_not(tmp_path: Path) -> None:
    write(tmp_path, {"data/deep/a.bin": "12345", "data/b.csv": "1\n", "mlruns/m.txt": "1", ".git/HEAD": "ref"})
    with FolderWatch([tmp_path]) as watch:
        run(["sh", "-c", "cat data/deep/a.bin mlruns/m.txt .git/HEAD; echo 2 > data/made.csv; ls data"], tmp_path)
    state = (tmp_path / "data/deep/a.bin").stat()
    assert {str(tmp_path / "data/deep/a.bin"): (5, state.st_mtime_ns)} == watch.opened
    assert [] == watch.partial


def test_a_linked_folder_is_watched_once(tmp_path: Path) -> None:
    write(tmp_path, {"far/a.csv": "1", "project/x": ""})
    (tmp_path / "project" / "data").symlink_to(tmp_path / "far")
    (tmp_path / "far" / "loop").symlink_to(tmp_path / "project")
    with FolderWatch([tmp_path / "project", tmp_path / "project"]) as watch:
        run(["cat", "data/a.csv"], tmp_path / "project")
    assert [str(tmp_path / "project" / "data" / "a.csv")] == list(watch.opened)


def test_too_many_folders_are_said_and_the_first_are_still_watched(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "1", **{f"many/{number}/x": "" for number in range(9)}})
    with FolderWatch([tmp_path], most=4) as watch:
        run(["cat", "a.csv"], tmp_path)
    assert [str(tmp_path / "a.csv")] == list(watch.opened)
    assert 1 == len(watch.partial)
    assert "only 4 folders are watched" in watch.partial[0]


def test_ten_thousand_reads_at_once_lose_nothing_unsaid(tmp_path: Path) -> None:
    write(tmp_path, {f"f{number}": "" for number in range(2000)})
    with FolderWatch([tmp_path]) as watch:
        run(["sh", "-c", "for n in 1 2 3 4 5; do cat f*; done"], tmp_path)
    assert 2000 == len(watch.opened) or watch.partial


def test_a_folder_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    with FolderWatch([tmp_path / "gone"]) as watch:
        run(["true"], tmp_path)
    assert ({}, []) == (watch.opened, watch.partial)


def test_declared_data_outside_of_the_project_has_its_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "far/a.csv": "1",
            "p/mlcockpit.toml": '[datasets.a]\npath = "../far/a.csv"\n[datasets.b]\npath = "data/b.csv"\n',
        },
    )
    assert [tmp_path / "far"] == declared_folders(tmp_path / "p")


def test_a_broken_project_file_does_not_stop_a_capture(tmp_path: Path) -> None:
    for text in ("[[[", "datasets = 3\n", "[datasets]\na = 1\nb = {path = 4}\n"):
        write(tmp_path, {"mlcockpit.toml": text})
        assert [] == declared_folders(tmp_path)
