"""A credential that a launch meets is in nothing that is kept, printed or sent on, and the recipe says that it was left out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_runner import mlcockpit
from tests.reproduction.world import MEAN, World, a_world

SECRETS = {
    "remote": "ghp_" + "R3m0teR3m0teR3m0teR3m0teR3m0teR3m0te",
    "environment": "wJalrXUtnFEMIK7MDENGbPxRfiCYEnv1ronment",
    "patch": "AKIA" + "P4TCHP4TCHP4TCHP",
    "argv": "hf_" + "Argv1Argv2Argv3Argv4Argv5Argv6Argv7",
    "url": "tr4ck1ngPassw0rd",
}
SCRIPT = MEAN.replace("args = parser", 'parser.add_argument("--api-key", default="")\nargs = parser', 1).replace(
    "with mlflow.start_run():", "with mlflow.start_run():\n    mlflow.log_param('api_key', args.api_key)"
)


def bytes_of(*tops: Path) -> bytes:
    """Return everything below some folders, what git compressed included."""
    held = []
    for top in tops:
        held += [one.read_bytes() for one in sorted(top.rglob("*")) if one.is_file() and not one.is_symlink()]
        for head in top.rglob("HEAD"):
            command = ["git", f"--git-dir={head.parent}", "cat-file", "--batch", "--batch-all-objects"]
            held.append(subprocess.run(command, capture_output=True, check=False).stdout)
    return b"\n".join(held)


def found_in(data: bytes) -> list[str]:
    return [name for name, value in SECRETS.items() if value.encode() in data]


def answers(world: World, run: str) -> bytes:
    """Return what every command that speaks of a run says of it."""
    said = []
    for words in (
        ("recipe", run),
        ("recipe", run, "--json"),
        ("reproduce", run, "--plan"),
        ("reproduce", run, "--script", str(world.top.parent / "script")),
        ("reproduce", run, "--trust", "--json"),
        ("log", "--json"),
        ("report", "-o", str(world.top.parent / "report.html")),
    ):
        ran = mlcockpit(world.top, *words)
        assert ran.code in (0, 1, 3, 4), (words, ran.err)
        said += [ran.out, ran.err]
    return "\n".join(said).encode()


def a_project(top: Path) -> World:
    world = a_world(top, SCRIPT)
    world.put("mlcockpit.toml", '[project]\nkey = "numbers"\n[sources]\nmlflow = "sqlite:///mlflow.db"\n')
    world.commit("Declare")
    world.git("remote", "add", "origin", f"https://ana:{SECRETS['remote']}@github.com/ana/numbers.git")
    return world


@pytest.mark.ci
def test_a_captured_launch_keeps_none_of_five_secrets(tmp_path: Path) -> None:
    world = a_project(tmp_path / "project")
    world.put("settings.py", f"AWS_KEY = '{SECRETS['patch']}'\n")
    world.environ = {
        "AWS_SECRET_ACCESS_KEY": SECRETS["environment"],
        "DATABASE_URL": f"postgresql://ana:{SECRETS['url']}@db/x",
    }
    argv = [sys.executable, "-m", "mlcockpit", "-C", str(world.top), "run", "--"]
    argv += [sys.executable, "train.py", "--api-key", SECRETS["argv"]]
    env = world.environment(product=True)
    ran = subprocess.run(argv, cwd=world.top, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    (world.top / "settings.py").unlink()
    said = answers(world, world.runs()[-1])
    assert [] == found_in(said + ran.stdout.encode() + ran.stderr.encode())
    assert b"look like secrets" in said
    home = Path(os.environ["MLCOCKPIT_HOME"])
    assert [] == found_in(bytes_of(world.top / ".mlcockpit", home, tmp_path / "script"))
    assert [] == found_in((tmp_path / "report.html").read_bytes())


def test_a_plain_run_with_secrets_in_its_records_has_a_recipe_without_them(tmp_path: Path) -> None:
    world = a_project(tmp_path / "project")
    run = world.pretend("train.py", api_key=SECRETS["argv"], scale="2.0", pad_token="[PAD]")
    key = "mlflow.source.git.repoURL"
    world.sql(
        "INSERT OR REPLACE INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
        key,
        world.git("remote", "get-url", "origin"),
        run,
    )
    for words in (("recipe", run), ("recipe", run, "--json"), ("reproduce", run, "--plan", "--json")):
        ran = mlcockpit(world.top, *words)
        assert [] == found_in((ran.out + ran.err).encode()), ran.out
    command = {one["name"]: one for one in ran.json["ingredients"]}["command"]
    assert "[redacted]" in " ".join(command["value"]["argv"])
    assert any("look like secrets are left out: --api-key" in line for line in command["deviations"])
    written = tmp_path / "written"
    assert 0 == mlcockpit(world.top, "reproduce", run, "--script", str(written)).code
    assert [] == found_in(bytes_of(written))
    parameters = {one["name"]: one for one in json.loads(ran.out)["ingredients"]}["parameters"]["value"]
    assert ("[redacted]", "[PAD]") == (parameters["api_key"], parameters["pad_token"])
