"""Blobs come back as they were put in, or not at all."""

import errno
import hashlib
import os
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.blobs import BlobFolder


@given(st.binary(max_size=200))
def test_what_is_put_in_comes_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    blobs = BlobFolder(tmp_path_factory.getbasetemp() / "blobs")
    name = blobs.put(data)
    assert (name, data) == (hashlib.sha256(data).hexdigest(), blobs.get(name))


def test_bytes_that_rotted_are_not_handed_out_and_are_healed_by_the_next_put(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    name = blobs.put(b"model")
    (tmp_path / name[:2] / name[2:]).write_bytes(b"mOdel")
    assert blobs.get(name) is None
    assert blobs.put(b"model") == name
    assert blobs.get(name) == b"model"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "f" * 63, "F" * 64, "f" * 64])
def test_a_name_that_nothing_has_gives_nothing(tmp_path: Path, name: str) -> None:
    assert BlobFolder(tmp_path).get(name) is None


def test_a_full_disk_is_one_clear_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    blobs, limits = BlobFolder(tmp_path / "blobs"), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(SourceFailed, match=f"cannot keep 5000 bytes: {os.strerror(errno.EFBIG)}"):
            blobs.put(b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [] == [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
