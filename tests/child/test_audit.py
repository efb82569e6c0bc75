"""A watched process notes what it reads, and behaves as if nobody watched."""

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from mlcockpit.reproduction.child_environment import CHILD, install_child, watched, write_pth
from mlcockpit.reproduction.reads import Reads, collect
from tests.repositories import write


def a_watched_run(folder: Path, code: str, *, python: str = sys.executable, env: dict[str, str] | None = None) -> Reads:
    notes = folder / "notes"
    notes.mkdir()
    environ = watched({"PATH": "/usr/bin:/bin", "HOME": str(folder), **(env or {})}, notes)
    done = subprocess.run([python, "-c", code], cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return collect(notes)


def names(paths: Any, folder: Path) -> list[str]:
    return sorted(path.removeprefix(f"{folder}/") for path in paths)


def test_files_opened_in_every_way_are_noted_once(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("a.csv", "b.txt", "c.bin", "d.npy"), "1\n"))
    code = (
        "import os, pathlib, sqlite3\n"
        "for _ in range(3): open('a.csv').read()\n"
        "pathlib.Path('b.txt').read_bytes()\n"
        "os.close(os.open('c.bin', os.O_RDONLY))\n"
        "open('out.txt', 'w').close()\n"
        "try: open('missing.csv')\n"
        "except OSError: pass\n"
        "sqlite3.connect(':memory:')\n"
    )
    reads = a_watched_run(tmp_path, code)
    assert names(reads.read, tmp_path) == ["a.csv", "b.txt", "c.bin"]
    assert names(reads.written, tmp_path) == ["out.txt"]
    assert sum(path.read_text().count("a.csv") for path in (tmp_path / "notes").iterdir()) == 1


def test_children_forks_and_pools_are_noted_too(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "", "b.csv": "", "c.csv": "", "pool.py": ""})
    write(
        tmp_path,
        {
            "pool.py": "import multiprocessing, os, subprocess, sys\n"
            "def read(name): open(name).close()\n"
            "if __name__ == '__main__':\n"
            "    multiprocessing.get_context('spawn').Pool(1).map(read, ['a.csv'])\n"
            "    if os.fork() == 0: read('b.csv'); os._exit(0)\n"
            "    os.wait()\n"
            "    subprocess.run([sys.executable, '-c', 'open(\"c.csv\")'], check=True)\n"
        },
    )
    reads = a_watched_run(tmp_path, "import runpy; runpy.run_path('pool.py', run_name='__main__')")
    assert {"a.csv", "b.csv", "c.csv"} <= set(names(reads.read, tmp_path))


def test_readers_in_cpp_are_noted(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": "x\n1\n", "many/1.csv": "x\n1\n"})
    code = (
        "import pyarrow as pa, pyarrow.csv as csv, pyarrow.parquet as pq, pyarrow.dataset as ds\n"
        "table = csv.read_csv('a.csv')\n"
        "pq.write_table(table, 'b.parquet'); pq.write_table(table, 'c.parquet'); pq.write_table(table, 'd.parquet')\n"
        "pq.read_table('b.parquet'); pq.ParquetFile('c.parquet').read(); ds.dataset('many', format='csv').to_table()\n"
        "import pandas; pandas.read_parquet('d.parquet')\n"
    )
    reads = a_watched_run(tmp_path, code)
    assert {"a.csv", "b.parquet", "c.parquet", "d.parquet", "many"} <= set(names(reads.read, tmp_path))
    assert reads.read[str(tmp_path / "many")].size == -1


def test_seeds_of_the_user_are_noted_and_those_of_libraries_are_not(tmp_path: Path) -> None:
    code = (
        "import random, numpy as np\n"
        "random.seed(3); assert random.random() == 0.23796462709189137\n"
        "np.random.seed(7); np.random.default_rng(seed=9); random.seed(); np.random.default_rng()\n"
        "from sklearn.datasets import make_classification; make_classification(random_state=1)\n"
    )
    seeds = a_watched_run(tmp_path, code).seeds
    assert seeds == ["random.seed(3)", "numpy.random.seed(7)", "numpy.random.default_rng(9)"]


def test_network_is_noted_by_name_and_without_credentials(tmp_path: Path) -> None:
    code = (
        "import socket, urllib.request\n"
        "try: urllib.request.urlopen('http://ana:pw@localhost:9/data.csv?token=secret#f')\n"
        "except Exception: pass\n"
    )
    reads = a_watched_run(tmp_path, code)
    assert sorted(reads.network) == ["http://localhost:9/data.csv", "localhost:9"]


def test_a_sitecustomize_of_the_user_still_runs(tmp_path: Path) -> None:
    write(tmp_path, {"own/sitecustomize.py": "import builtins; builtins.mine = 1\n", "a.csv": ""})
    code = (
        "import sys, sitecustomize; assert mine == 1; open('a.csv')\n"
        "assert sitecustomize.__file__.endswith('own/sitecustomize.py')\n"
        f"assert {str(CHILD)!r} not in sys.path\n"
    )
    reads = a_watched_run(tmp_path, code, env={"PYTHONPATH": str(tmp_path / "own")})
    assert "a.csv" in names(reads.read, tmp_path)


def test_modules_called_audit_and_guard_are_the_users_own(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("audit.py", "guard.py", "readers.py", "import_hook.py"), "x = 1\n"))
    code = "import audit, guard, readers, import_hook; assert audit.x + guard.x + readers.x + import_hook.x == 4"
    reads = a_watched_run(tmp_path, code)
    assert "audit.py" in names(reads.read, tmp_path)


def test_a_folder_that_is_gone_or_full_disturbs_nobody(tmp_path: Path) -> None:
    environ = watched({"PATH": "/usr/bin:/bin"}, tmp_path / "missing")
    code = "open('/etc/hostname').close(); print('fine')"
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("fine\n", "")


def test_an_environment_of_ours_is_watched_even_when_isolated(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    child = install_child(tmp_path / "child")
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    write_pth(site, child)
    write(tmp_path, {"a.csv": ""})
    notes = tmp_path / "notes"
    notes.mkdir()
    argv = [str(tmp_path / "env" / "bin" / "python"), "-I", "-c", "open('a.csv')"]
    subprocess.run(argv, cwd=tmp_path, env={"MLCOCKPIT_AUDIT_DIR": str(notes)}, check=True)
    assert "a.csv" in names(collect(notes).read, tmp_path)


@pytest.mark.parametrize("version", ["3.8", "3.13"])
def test_older_and_newer_interpreters_are_watched(version: str, tmp_path: Path) -> None:
    found = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python")) or [shutil.which(f"python{version}")]
    if found[0] is None:
        pytest.skip(f"python {version} is not here")
    write(tmp_path, {"a.csv": ""})
    reads = a_watched_run(tmp_path, "import random; random.seed(1); open('a.csv')", python=str(found[0]))
    assert (names(reads.read, tmp_path), reads.seeds) == (["a.csv"], ["random.seed(1)"])
    assert reads.starts[0].version.startswith(f"{version}.")


def test_every_line_is_json_whatever_a_name_holds(tmp_path: Path) -> None:
    (tmp_path / 'odd"\n\udcff.csv').write_text("")
    a_watched_run(tmp_path, "import glob; open(glob.glob('odd*')[0])")
    lines = [json.loads(line) for path in (tmp_path / "notes").iterdir() for line in path.read_text().splitlines()]
    assert [line["path"] for line in lines if line["event"] == "read"] == [str(tmp_path / 'odd"\n\udcff.csv')]
