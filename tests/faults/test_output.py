"""Whatever strangers name things, and however the output ends, a terminal gets plain text and a person one line."""

import os
import pty
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.cli_runner import mlcockpit
from tests.faults.world import PROJECT, Product
from tests.repositories import ROOT, run_plain_git
from tests.team import done

NASTY = (
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m\x90q\x9c",
    "prod\u202e\u2066dorp\u2069",
    "[@click='app.quit']Q[/][/bold][link=file:///etc/passwd]",
    "a\x00b\x08\x08\r\n",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u200b\ufeff\u00ad=cmd|'/c calc'!A0",
)
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\u00ad]"
)


def poison(product: Product) -> None:
    """Give strange names to everything that strangers name."""
    with closing(sqlite3.connect(product.store)) as store, store:
        store.execute("PRAGMA foreign_keys = OFF")
        for number, (run,) in enumerate(store.execute("SELECT run_uuid FROM runs").fetchall()):
            word = "".join(NASTY[number::3])
            store.execute(
                "UPDATE runs SET name = ?, user_id = ?, source_name = ? WHERE run_uuid = ?", (word, word, word, run)
            )
            store.execute("UPDATE tags SET value = ? WHERE run_uuid = ? AND key LIKE 'mlflow.%'", (word, run))
            store.execute("INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)", (word[:200], word, run))
            store.execute("INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)", (word[:200], word, run))
            for table in ("metrics", "latest_metrics"):
                store.execute(f"UPDATE {table} SET key = key || ? WHERE run_uuid = ? AND key = 'auc'", (word, run))
        everything = "".join(NASTY)
        store.execute("UPDATE experiments SET name = ? || experiment_id", (everything[:200],))
        store.execute("UPDATE datasets SET name = ?, digest = ?", (everything[:400], NASTY[0]))
        for table, column in (
            ("registered_models", "name"),
            ("model_versions", "name"),
            ("registered_model_aliases", "name"),
        ):
            store.execute(f"UPDATE {table} SET {column} = ?", (f"churn{everything[:180]}",))
        store.execute("UPDATE registered_model_aliases SET alias = ?", (f"champion{everything[:100]}",))
        store.execute(
            "UPDATE model_versions SET description = ?, user_id = ?, current_stage = ?",
            (everything, NASTY[0], NASTY[1][:20]),
        )
    strange = "".join(
        f"\\u{ord(letter):04x}" if ord(letter) < 32 or 127 <= ord(letter) < 160 else letter for letter in NASTY[0]
    )
    people = f'[people.eve]\nname = "Eve {strange}"\ndiscipline = "ml"\nmlflow_users = ["{strange}"]\n'
    (product.folder / "mlcockpit.toml").write_text(
        PROJECT.replace('path = "data/customers.csv"', 'path = "data/*.csv"') + people, encoding="utf-8"
    )
    (product.folder / "data" / "a\x1b[2J\u202eb.csv").write_text('"x\x1b[2J",y\n1,2\n', encoding="utf-8")
    run_plain_git(product.folder, "add", "-A")
    run_plain_git(product.folder, "-c", "user.name=Eve\u202e\x1b[2J", "commit", "-q", "-m", "\x1b]0;owned\x07")


@pytest.fixture
def poisoned(product: Product) -> Product:
    """Return a synced product in which strangers named everything."""
    poison(product)
    done(product.folder, "data", "publish", "customers")
    done(product.folder, "incident", "declare", NASTY[1] + "share fell", "--severity", "2")
    done(product.folder, "sync")
    return product


ON_A_TERMINAL = """
import io, sys
from mlcockpit.cli.main import main
for words in {commands!r}:
    main(words)
"""


def seen_on_a_terminal(product: Product, *commands: list[str]) -> str:
    """Return every byte that reaches a real terminal from commands that run one after the other."""
    ours, theirs = pty.openpty()
    code = ON_A_TERMINAL.format(commands=list(commands))
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=product.folder,
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    seen = bytearray()
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
    process.wait()
    os.close(ours)
    return seen.decode(errors="surrogateescape").replace("\r\n", "\n").replace("\r\n", "\n")


def test_no_control_code_of_a_stranger_reaches_a_terminal(poisoned: Product) -> None:
    run = done(poisoned.folder, "runs", "--json").json["runs"][0]["run_id"]
    screens = [
        "overview",
        "product",
        "data",
        "lineage",
        "models",
        "health",
        "people",
        "handoffs",
        "incidents",
        "checks",
        "history",
    ]
    commands = [["status"], ["runs"], ["runs", "--csv"], ["check"], ["log"], ["report"], ["report", "--format", "txt"]]
    commands += [
        ["show", f"run/{run}"],
        ["show", "model/churn"],
        ["show", "data/customers"],
        ["show", "inc/1"],
        ["people", "list"],
    ]
    commands += [
        ["runs", "nosuch\x1b[2J"],
        ["show", "run/\x1b]52;c;x\x07"],
        ["trace", "model/churn"],
        ["recipe", run],
        ["card", "churn"],
    ]
    commands += [["show", name] for name in screens]
    seen = seen_on_a_terminal(poisoned, *[[*words, "--quiet"] for words in commands])
    assert (
        []
        == sorted(
            {f"{match.group()!r} in {seen[match.start() - 60 : match.end() + 20]!r}" for match in HIDDEN.finditer(seen)}
        )[:5]
    )
    assert "fault of mlcockpit" not in seen
    assert "Traceback" not in seen
    assert "␛[2J" in seen


@pytest.mark.parametrize("name", ["status.md", "status.html", "status.txt", "status.json"])
def test_no_control_code_of_a_stranger_gets_into_a_file(poisoned: Product, name: str) -> None:
    done(poisoned.folder, "report", "-o", str(poisoned.folder / name))
    text = (poisoned.folder / name).read_text(encoding="utf-8")
    assert [] == HIDDEN.findall(text)
    assert "<script>alert" not in text or name == "status.json"
    assert "<img src=x" not in text or name == "status.json"


def test_json_carries_every_name_whole_and_no_control_code(poisoned: Product) -> None:
    for words in (("runs",), ("check",), ("log",), ("status",), ("show", "overview")):
        ran = mlcockpit(poisoned.folder, *words, "--json")
        assert [] == HIDDEN.findall(ran.out)
        assert ran.json["schema"] == 1
    assert any(NASTY[3] in run["name"] for run in done(poisoned.folder, "runs", "--json").json["runs"])


def shell(product: Product, line: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "PYTHONPATH": str(ROOT), "M": f"{sys.executable} -m mlcockpit"}
    argv = ["bash", "-o", "pipefail", "-c", line]
    return subprocess.run(argv, cwd=product.folder, env=env, capture_output=True, text=True, timeout=60, check=False)


CLOSED = {
    "$M log --limit 5000 | head -1": 0,
    "$M log --json | true": 0,
    "$M status >&-": 0,
    "$M status 2>&-": 0,
    "$M show nonsense 2>&-": 2,
    "$M show nonsense 2>/dev/full": 2,
    "$M status <&- >&- 2>&-": 0,
    "PYTHONIOENCODING=ascii $M status": 0,
}


@pytest.mark.parametrize("line, code", CLOSED.items())
def test_an_output_that_is_closed_early_or_poor_ends_quietly(product: Product, line: str, code: int) -> None:
    done(product.folder, "sync")
    ran = shell(product, line)
    assert (code, "") == (ran.returncode, ran.stderr)
