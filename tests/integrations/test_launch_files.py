"""A launch on disk is whole, signed, and refused by name where it is not."""

import stat
from pathlib import Path

import pytest

from mlcockpit.errors import SourceFailed, UnknownName
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.integrations.trust_store import LocalTrust
from tests.domain.test_launch import a_launch


@pytest.fixture
def files(tmp_path: Path) -> LaunchFiles:
    return LaunchFiles(tmp_path / "launches", LocalTrust(tmp_path / "home"))


def test_a_launch_comes_back_and_is_ours(files: LaunchFiles) -> None:
    path = files.save(a_launch())
    assert files.load("l1") == a_launch()
    assert files.is_ours("l1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in files.folder.iterdir()) == ["l1.json", "l1.sig"]


def test_a_launch_that_somebody_edited_or_brought_along_is_not_ours(files: LaunchFiles, tmp_path: Path) -> None:
    path = files.save(a_launch())
    other = LaunchFiles(files.folder, LocalTrust(tmp_path / "other"))
    assert not other.is_ours("l1")
    path.write_bytes(path.read_bytes().replace(b"train.py", b"evil.py"))
    assert not files.is_ours("l1")
    path.with_suffix(".sig").unlink()
    assert not files.is_ours("l1")


def test_the_newest_come_first(files: LaunchFiles) -> None:
    for launch_id in ("20260101T000000-aa", "20260301T000000-aa", "20260201T000000-aa"):
        files.save(a_launch(launch_id=launch_id))
    assert [each[:8] for each in files.ids()] == ["20260301", "20260201", "20260101"]


def test_unknown_and_broken_launches_are_named(files: LaunchFiles) -> None:
    with pytest.raises(UnknownName, match="no launch l9"):
        files.load("l9")
    with pytest.raises(UnknownName, match="is no launch"):
        files.load("../../etc/passwd")
    files.save(a_launch()).write_text("{")
    with pytest.raises(SourceFailed, match=r"l1\.json is no launch"):
        files.load("l1")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "launches").write_text("a file")
    with pytest.raises(SourceFailed, match="cannot be written"):
        LaunchFiles(tmp_path / "launches", LocalTrust(tmp_path / "home")).save(a_launch())
