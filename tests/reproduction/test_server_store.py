"""Runs behind a real tracking server are reproduced like those of a file; nothing is written to the server."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.errors import SourceFailed, UnknownName
from mlcockpit.integrations.tracking_place import open_uri
from mlcockpit.reproduction.data_bytes import sha256_of
from tests.reproduction.world import MEAN, World, a_world
from tests.stores.worlds import old_mlflow

WITH_FILES = MEAN + "    mlflow.log_dict({'largest': max(values)}, 'report.json')\n"
START_S = 90


@contextmanager
def a_server(python: Path, folder: Path) -> Iterator[str]:
    """Run a real tracking server on the store `mlflow.db` in `folder`; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    argv = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    argv += [
        "--backend-store-uri",
        f"sqlite:///{folder / 'mlflow.db'}",
        "--artifacts-destination",
        str(folder / "kept"),
    ]
    env = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONPATH": "",
        "PATH": f"{python.parent}:{os.environ['PATH']}",
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(argv, env=env, stdout=log, stderr=log, cwd=folder, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, address, folder / "server.log")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        try:
            with urlopen(f"{address}/health", timeout=2):
                return
        except (URLError, OSError):
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str, str]]:
    """Return a repository, the address of its tracking server, which is of an older MLflow, and a run there."""
    folder = tmp_path_factory.mktemp("served")
    world = a_world(folder / "project", WITH_FILES)
    with a_server(old_mlflow("2.16.2"), folder) as address:
        env = {**world.environment(), "MLFLOW_TRACKING_URI": address}
        subprocess.run(
            [sys.executable, "train.py", "--power", "2"], cwd=world.top, env=env, check=True, capture_output=True
        )
        (run_id,) = open_uri(address, world.top).run_ids()
        yield world, address, run_id


@pytest.mark.ci
def test_a_run_of_a_tracking_server_is_reproduced_with_its_artifacts(
    served: tuple[World, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, address, run_id = served
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    result = world.reproduce(run_id[:6])
    assert Verdict.IDENTICAL == result.verdict, result.reason
    assert ("python", "train.py", "--power", "2") == tuple(result.command)
    assert ["equal"] == [one.verdict for one in result.artifacts if one.path == "report.json"]
    assert (run_id,) == open_uri(address, world.top).run_ids()
    brought = list((Path(os.environ["MLCOCKPIT_HOME"]) / "artifacts").glob("*-whole/artifacts/report.json"))
    assert [sha256_of(world.top.parent / "kept" / "0" / run_id / "artifacts" / "report.json")] == [
        sha256_of(one) for one in brought
    ]


@pytest.mark.ci
def test_a_name_that_no_run_of_the_server_has_is_said(served: tuple[World, str, str]) -> None:
    world, address, run_id = served
    runs = open_uri(address, world.top)
    with pytest.raises(UnknownName, match="no run has the id or name"):
        runs.find("it's nobody")
    assert run_id == runs.find(runs.read(run_id).name)


def test_a_server_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"http://127\.0\.0\.1:9 cannot be read"):
        open_uri("http://ana:secret@127.0.0.1:9", tmp_path).find("x")
