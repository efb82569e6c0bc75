"""A place that cannot be written, that is full or that others can write is named, and what was there stays."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli_runner import Ran, mlcockpit
from tests.faults.privileges import give_up
from tests.faults.world import Product, a_product, one_line
from tests.team import done, everything


@pytest.fixture
def modes() -> Iterator[Callable[[Path, int], None]]:
    """Return a chmod that is undone when the test ends."""
    before: dict[Path, int] = {}

    def chmod(path: Path, mode: int) -> None:
        before.setdefault(path, path.stat().st_mode)
        path.chmod(mode)

    yield chmod
    for path, mode in before.items():
        path.chmod(mode)


Chmod = Callable[[Path, int], None]


def unprivileged(product: Product, *words: str, env: Mapping[str, str] | None = None) -> Ran:
    return product.run(*words, env=env, preexec_fn=give_up)


def test_a_project_folder_that_cannot_be_written_is_named(product: Product, modes: Chmod) -> None:
    modes(product.folder, 0o500)
    line = one_line(unprivileged(product, "sync"), 4)
    assert f"{product.folder / '.mlcockpit'} cannot be made (Permission denied)" in line
    assert "yours to write in?" in line


def test_init_in_a_folder_that_cannot_be_written_is_named(product: Product, modes: Chmod) -> None:
    (product.folder / "mlcockpit.toml").unlink()
    modes(product.folder, 0o500)
    line = one_line(unprivileged(product, "init", "--yes"), 4)
    assert "mlcockpit.toml" in line
    assert "Permission denied" in line


@pytest.mark.parametrize("name, mode", [("", 0o500), ("cockpit.db", 0o400), ("mirror.db", 0o400)])
def test_a_state_that_cannot_be_written_stops_a_sync_in_one_line(
    product: Product, modes: Chmod, name: str, mode: int
) -> None:
    done(product.folder, "sync")
    before = everything(product.folder)
    modes(product.folder / ".mlcockpit" / name, mode)
    ran = unprivileged(product, "sync")
    assert 4 == ran.code, ran.err
    assert 1 == ran.err.count("\n"), ran.err
    assert "fault of mlcockpit" not in ran.err
    assert (name or "cockpit.db") in ran.err
    modes(product.folder / ".mlcockpit" / name, 0o700 if not name else 0o600)
    if name != "mirror.db":
        assert before == everything(product.folder)
    product.must_be_whole()


@pytest.mark.parametrize("name", ["mlcockpit.toml", "mlflow.db", "data/customers.csv", "metrics/useful.csv"])
def test_a_file_that_cannot_be_read_is_named(product: Product, modes: Chmod, name: str) -> None:
    done(product.folder, "data", "publish", "customers")
    (product.folder / name).touch()
    modes(product.folder / name, 0)
    ran = unprivileged(product, "sync")
    assert (2 if name == "mlcockpit.toml" else 4) == ran.code, ran.err + ran.out
    assert 1 == ran.err.count("\n"), ran.err
    assert "fault of mlcockpit" not in ran.err
    assert name.rpartition("/")[2] in ran.err


def test_a_report_that_cannot_be_written_is_named_and_not_noted(product: Product, modes: Chmod) -> None:
    done(product.folder, "sync")
    modes(product.folder / "data", 0o500)
    before = everything(product.folder)
    line = one_line(unprivileged(product, "report", "-o", "data/status.md"), 4)
    assert "data/status.md cannot be written (Permission denied): name another place with -o FILE" in line
    assert before == everything(product.folder)


def test_a_home_that_cannot_be_written_stops_only_what_needs_it(product: Product, tmp_path: Path, modes: Chmod) -> None:
    home = tmp_path / "locked"
    home.mkdir()
    modes(home, 0o500)
    env = {"MLCOCKPIT_HOME": str(home)}
    assert 0 == unprivileged(product, "sync", env=env).code
    assert 0 == unprivileged(product, "status", env=env).code
    for words in (("run", "--", "true"), ("reproduce", "first", "--trust")):
        ran = unprivileged(product, *words, env=env)
        assert ran.code in (3, 4), ran.err
        assert "fault of mlcockpit" not in ran.err
        assert "Traceback" not in ran.err
    assert "MLCOCKPIT_HOME" in unprivileged(product, "run", "--", "true", env=env).err


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_state_that_others_can_write_is_refused(product: Product, modes: Chmod, mode: int) -> None:
    done(product.folder, "sync")
    modes(product.folder / ".mlcockpit", mode)
    for words in (("status",), ("runs",), ("sync",)):
        line = one_line(mlcockpit(product.folder, *words), 2)
        assert f"can be changed by other accounts (mode {mode:04o}): chmod 700 " in line


def test_a_state_that_is_a_file_is_named(product: Product) -> None:
    (product.folder / ".mlcockpit").write_text("hello")
    assert ".mlcockpit" in one_line(mlcockpit(product.folder, "sync"), 4)


def test_whatever_the_umask_the_state_is_private(product: Product) -> None:
    assert 0 == product.run("sync", umask=0).code
    assert 0 == product.run("run", "--", "true", umask=0).code
    open_to_others = [
        path
        for path in (product.folder / ".mlcockpit").rglob("*")
        if path.stat().st_mode & 0o022 and "git" not in str(path)
    ]
    assert 0o700 == (product.folder / ".mlcockpit").stat().st_mode & 0o777
    assert [] == [path for path in open_to_others if path.suffix == ".db"]


MEGABYTES = 3


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of three megabytes; needs a root that may mount."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def small(tiny: Path, template: Path) -> Product:
    """Return a product on a file system of three megabytes."""
    return a_product(tiny / "product", template)


def fill(folder: Path, left: int) -> Path:
    """Take all the space but `left` bytes; return the file that takes it."""
    place = folder / "filler"
    place.write_bytes(b"x" * max(shutil.disk_usage(folder).free - left, 0))
    return place


@pytest.mark.parametrize("left", [0, 40_000, 300_000])
def test_a_disk_that_is_full_at_the_first_sync_loses_nothing(small: Product, left: int) -> None:
    filler = fill(small.folder, left)
    ran = small.run("sync")
    assert 4 == ran.code, ran.err
    assert "fault of mlcockpit" not in ran.err
    assert "free some space" in ran.err or "disk full" in ran.err
    filler.unlink()
    small.must_be_whole()


def test_a_disk_that_is_full_later_keeps_all_that_was_acknowledged(small: Product) -> None:
    done(small.folder, "sync")
    (small.folder / "mlcockpit.toml").open("a").write(
        "".join(f"[metrics.m{n}]\ndefinition = '{'x' * 900}'\n" for n in range(60))
    )
    before = done(small.folder, "log", "--json").json["sections"][0]["total"]
    filler = fill(small.folder, 20_000)
    ran = small.run("sync")
    assert 4 == ran.code, ran.err
    assert "fault of mlcockpit" not in ran.err
    assert 1 == ran.err.count("\n"), ran.err
    filler.unlink()
    assert before == done(small.folder, "log", "--json").json["sections"][0]["total"]
    small.must_be_whole()


def test_a_report_on_a_full_disk_keeps_the_old_report(product: Product, tiny: Path) -> None:
    done(product.folder, "sync")
    done(product.folder, "report", "-o", str(tiny / "status.html"))
    old = (tiny / "status.html").read_bytes()
    fill(tiny, 4_000)
    before = everything(product.folder)
    line = one_line(product.run("report", "-o", str(tiny / "status.html")), 4)
    assert "status.html cannot be written (No space left on device)" in line
    assert (old, before) == ((tiny / "status.html").read_bytes(), everything(product.folder))
    assert ["filler", "status.html"] == sorted(path.name for path in tiny.iterdir())


def test_an_answer_to_a_full_device_is_one_line(product: Product) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        ran = product.run("status", stdout=full)
    assert (4, "mlcockpit: the answer cannot be written (No space left on device): send it elsewhere\n") == (
        ran.code,
        ran.err,
    )


def test_a_limit_on_the_size_of_files_is_said_and_loses_nothing(product: Product) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    ran = product.run("sync", preexec_fn=limited)
    assert 4 == ran.code, ran.err
    assert "fault of mlcockpit" not in ran.err
    product.must_be_whole()
