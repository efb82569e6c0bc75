"""Approvals and signatures hold for one person on one machine, and open folders are refused."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mlcockpit.errors import Refused, SourceFailed
from mlcockpit.integrations.trust_store import LocalTrust

ID = "sha256:" + "ab" * 32


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_what_was_approved_is_trusted(tmp_path: Path) -> None:
    store = LocalTrust(tmp_path)
    assert not store.is_trusted(ID)
    store.approve(ID, "train.py of ana")
    assert store.is_trusted(ID)
    assert store.is_trusted(ID.removeprefix("sha256:"))
    assert not store.is_trusted("sha256:" + "cd" * 32)
    assert LocalTrust(tmp_path).is_trusted(ID)


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    store = LocalTrust(tmp_path / "state")
    store.approve(ID, "note")
    store.sign(b"x")
    modes = [mode(path) for path in (store.folder, store.folder / "key", store.folder / "approved.jsonl")]
    assert modes == [0o700, 0o600, 0o600]
    assert sorted(path.name for path in store.folder.iterdir()) == ["approved.jsonl", "key"]


def test_a_signature_holds_for_these_bytes_and_this_key(tmp_path: Path) -> None:
    here, there = LocalTrust(tmp_path / "a"), LocalTrust(tmp_path / "b")
    signature = here.sign(b"launch")
    there.sign(b"launch")
    assert here.verify(b"launch", signature + "\n")
    assert not here.verify(b"launch!", signature)
    assert not there.verify(b"launch", signature)
    assert not here.verify(b"launch", "é")


def test_nothing_is_verified_without_a_key_and_none_is_made(tmp_path: Path) -> None:
    assert not LocalTrust(tmp_path).verify(b"x", "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    store = LocalTrust(tmp_path)
    store.approve(ID, "")
    store.folder.chmod(0o770)
    for attempt in (lambda: store.is_trusted(ID), lambda: store.approve(ID, ""), lambda: store.sign(b"x")):
        with pytest.raises(Refused, match="other accounts"):
            attempt()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    store = LocalTrust(tmp_path)
    store.sign(b"x")
    (store.folder / "key").chmod(0o644)
    with pytest.raises(Refused, match="chmod 600"):
        store.sign(b"x")


def test_a_key_behind_a_link_is_refused(tmp_path: Path) -> None:
    store = LocalTrust(tmp_path)
    store.sign(b"x")
    os.rename(store.folder / "key", tmp_path / "elsewhere")
    (store.folder / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        store.sign(b"x")


def test_a_damaged_key_and_damaged_lines_are_no_trust(tmp_path: Path) -> None:
    store = LocalTrust(tmp_path)
    store.approve(ID, "")
    with (store.folder / "approved.jsonl").open("ab") as file:
        file.write(b"\xff\nnull\n{}\n")
    assert store.is_trusted(ID)
    store.key()
    (store.folder / "key").write_bytes(b"short")
    with pytest.raises(SourceFailed, match="no key of 32 bytes"):
        store.sign(b"x")


def test_an_id_of_another_shape_is_not_approved(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no trust id"):
        LocalTrust(tmp_path).approve("all", "")


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from mlcockpit.integrations.trust_store import LocalTrust;"
        "print(LocalTrust(Path(sys.argv[1])).sign(b'x'))"
    )
    argv = [sys.executable, "-c", code, str(tmp_path)]
    children = [subprocess.Popen(argv, stdout=subprocess.PIPE) for _ in range(4)]
    assert len({child.communicate()[0] for child in children}) == 1
