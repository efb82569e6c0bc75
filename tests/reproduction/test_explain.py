"""The cause that was planted between two runs gets the share, and what cannot be run is said and never made up."""

import signal
import subprocess
import sys
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from mlcockpit.cli.commands.schema import schema
from mlcockpit.errors import EvidenceMissing, UnknownName, UsageError
from tests.reproduction.explained import (
    TRAIN,
    a_project,
    attempts,
    capture,
    planned,
    shares,
    states,
    train,
    typed,
    why,
)
from tests.reproduction.visitor import a_door
from tests.reproduction.world import World, a_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return one repository whose runs several tests explain."""
    return a_project(tmp_path_factory.mktemp("explained") / "project")


def test_data_and_a_parameter_share_the_change_and_nothing_runs_twice(world: World) -> None:
    a = train(world)
    b = train(world, "--data", "data/more.csv", "--scale", "3.0")
    code, _, said = typed(world, a, b)
    assert (5, 0, True) == (code, attempts(), "nobody approved running 4 mixtures" in said)
    code, plan, _ = typed(world, a, b, "--plan")
    assert (0, ["planned"] * 4, []) == (code, [one["state"] for one in plan["mixtures"]], plan["shares"])
    assert "python train.py --data data/more.csv" in [one["command"] for one in plan["mixtures"]]
    code, _, said = typed(world, a, b, "--trust", "0" * 64)
    assert (5, 0) == (code, attempts()), said
    code, found, _ = typed(world, a, b, "--trust", plan["trust_id"])
    jsonschema.validate(found, schema("explain"))
    assert (0, 4) == (code, attempts())
    assert ("score", 18.0) == (found["metric"], round(found["rerun_b"] - found["rerun_a"], 9))
    # total 3 → 7 and scale 1 → 3: data alone +4, scale alone +6, together +18
    assert {"data": 8.0, "parameters": 10.0} == {one["ingredient"]: round(one["change"], 9) for one in found["shares"]}
    assert [["data", "parameters"]] == [one["from_b"] for one in found["mixtures"][-1:]]
    equal = [one["ingredient"] for one in found["ingredients"] if one["equal"]]
    assert ["code", "environment", "seed"] == equal
    back = why(world, b, a)
    assert ({"data": -8.0, "parameters": -10.0}, 4) == (shares(back), attempts())
    assert {"cached"} == set(states(back).values())
    assert (world.git("status", "--porcelain"), world.git("stash", "list")) == ("", "")


@pytest.mark.ci
@pytest.mark.parametrize(
    ("flags", "cause"),
    [(("--power", "4"), "parameters"), (("--seed", "7"), "seed"), (("--data", "data/more.csv"), "data")],
)
def test_one_planted_setting_gets_everything(world: World, flags: tuple[str, ...], cause: str) -> None:
    a, b = train(world), train(world, *flags)
    found = why(world, a, b)
    assert ([cause], [1.0], 0) == (
        [one.name for one in found.shares],
        [one.share for one in found.shares],
        found.exit_code,
    )
    assert found.change == pytest.approx(found.value_b - found.value_a)


@pytest.mark.ci
def test_files_of_two_commits_are_mixed_by_what_they_are(tmp_path: Path) -> None:
    world = a_project(tmp_path / "project")
    a = train(world)
    world.put("data/numbers.csv", "x\n1\n2\n5\n")
    world.put("README.md", "What is read by nobody.\n")
    world.commit("More data")
    b = train(world)
    found = why(world, a, b)
    assert ({"data": 5.0}, 0) == (shares(found), found.exit_code)
    world.put("train.py", TRAIN.replace("BONUS = 0", "BONUS = total"))
    world.commit("A bonus")
    c = train(world)
    assert {"code": 8.0} == shares(why(world, b, c))
    both = why(world, a, c)
    # total 3 → 8, bonus 0 → total: data alone +5, code alone +3, together +13
    assert {"data": 7.5, "code": 5.5} == shares(both)
    assert (2, 2) == (both.orderings, both.possible)


@pytest.mark.ci
def test_a_flag_that_only_the_new_code_has_leaves_one_ordering(tmp_path: Path) -> None:
    world = a_project(tmp_path / "project")
    a = train(world)
    more = TRAIN.replace("args = parser", 'parser.add_argument("--bonus", type=int, default=2)\nargs = parser')
    world.put("train.py", more.replace("BONUS = 0", "BONUS = args.bonus"))
    world.commit("A flag")
    b = train(world, "--bonus", "9")
    found = why(world, a, b)
    assert ({"parameters": 7.0, "code": 2.0}, 0) == (shares(found), found.exit_code)
    assert (1, 2) == (found.orderings, found.possible)
    lost = next(one for one in found.mixtures if one.state == "cannot")
    assert ("parameters",) == lost.from_b
    assert f"the code of run {a[:7]} takes no bonus, which run {b[:7]} set to 9" == lost.reason
    assert any("1 of 2 orderings" in note for note in found.notes)


@pytest.mark.ci
def test_what_no_mixture_parts_gets_one_share_and_says_so(tmp_path: Path) -> None:
    world = a_project(tmp_path / "project")
    a = train(world)
    more = TRAIN.replace("args = parser", 'parser.add_argument("--bonus", type=int, required=True)\nargs = parser')
    world.put("train.py", more.replace("BONUS = 0", "BONUS = args.bonus"))
    world.put("data/numbers.csv", "x\n1\n2\n5\n")
    world.commit("A flag that must be given")
    b = train(world, "--bonus", "9")
    found = why(world, a, b)
    assert ({"code and parameters": 9.0, "data": 5.0}, 3) == (shares(found), found.exit_code)
    assert any("code and parameters cannot be told apart" in note for note in found.notes)


@pytest.mark.ci
def test_a_mixture_that_breaks_is_said_with_its_last_words(tmp_path: Path) -> None:
    world = a_project(tmp_path / "project")
    a = train(world)
    world.put("train.py", TRAIN.replace("BONUS = 0", "BONUS = 1\nassert args.power > 1, 'too weak'"))
    world.commit("Refuses")
    b = train(world, "--power", "2")
    found = why(world, a, b)
    assert ({"parameters": 10.0, "code": 1.0}, (1, 2)) == (shares(found), (found.orderings, found.possible))
    lost = next(one for one in found.mixtures if one.state == "cannot")
    assert (("code",), True) == (lost.from_b, "too weak" in lost.reason)
    before, again = attempts(), why(world, a, b)
    assert ("cannot", before) == (states(again)["code"], attempts())
    assert "1 mixture failed earlier and ran no second time; --fresh runs everything again" in again.notes


@pytest.mark.ci
def test_environments_of_two_captured_launches_are_exchanged(tmp_path: Path) -> None:
    script = TRAIN.replace("BONUS = 0", "import tiny\nBONUS = tiny.BONUS * args.scale")
    world = a_project(tmp_path / "project", script)
    pythons = [environment(tmp_path / f"venv{bonus}", bonus) for bonus in (1, 5)]
    a = capture(world, python=pythons[0])
    b = capture(world, "--scale", "2", python=pythons[1])
    found = why(world, a, b)
    # total 3, tiny 1 → 5, scale 1 → 2: environment alone +4, scale alone +4, together +12
    assert ({"environment": 6.0, "parameters": 6.0}, 0) == (shares(found), found.exit_code)
    assert ("tiny 1.0 → 5.0",) == next(one.what for one in found.causes if one.name == "environment")


def environment(folder: Path, bonus: int) -> str:
    """Return the python of an environment that holds one tiny package."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "tiny.py").write_text(f"BONUS = {bonus}\n")
    info = site / f"tiny-{bonus}.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tiny\nVersion: {bonus}.0\n")
    return str(folder / "bin" / "python")


@pytest.mark.ci
def test_captured_settings_that_nobody_logged_are_exchanged(tmp_path: Path) -> None:
    script = TRAIN.replace("log(vars(args), ", "log({}, ")
    world = a_project(tmp_path / "project", script)
    a = capture(world, "--power=2")
    b = capture(world, "--scale", "2.0", "--data", "data/more.csv")
    found = why(world, a, b)
    # power 2 → 1 and scale 1 → 2; total 3 → 7: parameters alone -7, data alone +4, together +1
    assert ({"parameters": -5.0, "data": 6.0}, 0) == (shares(found), found.exit_code)


@pytest.mark.ci
@pytest.mark.parametrize("first", ["0", "f"])
def test_plain_captured_dirty_and_renamed_launches_are_mixed_with_each_other(tmp_path: Path, first: str) -> None:
    script = TRAIN.replace("BONUS = 0", "import json\nBONUS = json.load(open('conf/train.json'))['bonus']")
    world = a_project(tmp_path / "project", script, conf__train_dot_json='{"bonus": 1}')
    plain = train(world)
    world.put("requirements.txt", "mlflow\nnumpy\n")
    world.commit("Asks for what is there already")
    assert [] == [one.what for one in planned(world, plain, train(world)).causes if not one.is_equal]
    world.put("conf/train.json", '{"bonus": 4}')
    stronger = script.replace("10 * args.power", "20 * args.power")
    world.put("train.py", stronger)
    world.commit("A config file and the code")
    config = train(world)
    assert {"code": 10.0, "parameters": 3.0} == shares(why(world, plain, config))
    world.environ["FIRST_OF_ID"] = first
    captured = capture(world, "--power", "3")
    # config 1 → 4, power 1 → 3 times 10 → 20: parameters alone +23, code alone +10, together +53
    assert {"parameters": 33.0, "code": 20.0} == shares(why(world, plain, captured))
    world.put("train.py", stronger.replace("BONUS = json", "BONUS = 100 + json"))
    dirty = capture(world, "--power", "2")
    world.git("checkout", "--", "train.py")
    assert {"code": 100.0, "parameters": 20.0} == shares(why(world, config, dirty))
    world.put("train.py", stronger.replace('"--power"', '"--strength", dest="power"'))
    world.commit("Another name")
    renamed = why(world, config, train(world, "--strength", "5"))
    assert ({"parameters": 80.0, "code": 0.0}, (2, 2)) == (shares(renamed), (renamed.orderings, renamed.possible))


@pytest.mark.ci
def test_data_whose_bytes_are_gone_is_no_number(tmp_path: Path) -> None:
    world = a_project(tmp_path / "project")
    (world.top / ".git" / "info" / "exclude").write_text("mlflow.db*\n.mlcockpit/\nloose.csv\n")
    world.put("loose.csv", "x\n1\n")
    a = capture(world, "--data", "loose.csv")
    world.put("loose.csv", "x\n2\n")
    b = capture(world, "--data", "loose.csv")
    found = why(world, a, b)
    assert ((), 3, None) == (found.shares, found.exit_code, found.rerun_a)
    assert any(f"run {a[:7]} itself cannot be run again: data changed: loose.csv" in fault for fault in found.faults)


@pytest.mark.ci
def test_reruns_that_do_not_give_what_was_recorded_are_said_first(tmp_path: Path) -> None:
    world = a_project(tmp_path / "project")
    a = train(world)
    world.put("train.py", TRAIN.replace("BONUS = 0", "BONUS = 50"))
    b = train(world, "--power", "2")
    world.git("checkout", "--", "train.py")
    found = why(world, a, b)
    assert ({"parameters": 10.0}, 1) == (shares(found), found.exit_code)
    assert [f"run {b[:7]} logged score {found.value_b:.10g}, but its rerun gives {found.rerun_b:.10g}"] == list(
        found.faults
    )


@pytest.mark.ci
def test_an_explanation_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    with a_door() as door:
        stuck = f"""
import os, socket
if "MLCOCKPIT_ATTEMPT" in os.environ and args.power == 3 and args.seed == 1:
    try:
        with socket.create_connection(("127.0.0.1", {door.listening.getsockname()[1]})) as told:
            told.recv(1)
    except ConnectionError:
        pass  # nobody is at the door any more
"""
        world = a_project(tmp_path / "project", TRAIN + stuck)
        a, b = train(world, "--seed", "1"), train(world, "--power", "3", "--scale", "2.0", "--seed", "2")
        argv = [sys.executable, "-m", "mlcockpit", "-C", str(world.top), "explain", a, b, "--trust"]
        env, quiet = world.environment(product=True), subprocess.DEVNULL
        with subprocess.Popen(argv, env=env, cwd=world.top, stdout=quiet, stderr=quiet) as supervisor, door.knocked():
            supervisor.send_signal(signal.SIGKILL)
    found = why(world, a, b)
    after = states(found)
    assert ("cached", "cached", "ran") == (after[""], after["parameters seed"], after["parameters"])
    assert (2, 0) == (len(found.shares), found.exit_code)
    assert {"cached"} == set(states(why(world, b, a)).values())
    assert {"ran"} == set(states(why(world, a, b, fresh=True)).values())


@pytest.mark.ci
def test_plain_mlflow_runs_are_explained(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    a, b = world.train("train.py", "--power", "2"), world.train("train.py", "--power", "3")
    found = why(world, a, b, metric="")
    assert ([("parameters", 1.0)], 0) == ([(one.name, one.share) for one in found.shares], found.exit_code)
    assert "of 2 metrics in common it changed most relative to its tolerance" == found.chosen


def test_names_that_cannot_be_explained_are_refused_in_words(world: World) -> None:
    a, b = train(world), train(world, "--power", "2")
    with pytest.raises(UsageError, match="both names are run"):
        planned(world, a, a[:12])
    with pytest.raises(UnknownName, match="no run has the id or name 'nowhere'"):
        planned(world, a, "nowhere")
    assert (2, None) == typed(world, a, b, "--metric", "scores", "--plan")[:2]
    assert "neither run logged a metric 'scores': nearest: score" in typed(world, a, b, "--metric", "scores")[2]
    assert 2 == typed(world, a, b, "--timeout", "0")[0]
    world.sql("UPDATE latest_metrics SET key = 'other' WHERE run_uuid = ?", b)
    with pytest.raises(EvidenceMissing, match="have no metric in common"):
        planned(world, a, b)


def test_runs_of_equal_recipes_need_nothing_to_be_run(world: World) -> None:
    a, b = train(world, "--power", "5"), train(world, "--power", "5")
    found = why(world, a, b, trust=None)
    assert ((), (), 0) == (found.shares, found.mixtures, found.exit_code)
    world.sql("UPDATE latest_metrics SET value = value + 1 WHERE run_uuid = ?", b)
    found = why(world, a, b, trust=None)
    assert (1, 0) == (found.exit_code, attempts())
    assert "what is left is chance, or something that neither run recorded" in found.notes


def test_a_setting_with_control_codes_is_shown_and_stays_text(world: World) -> None:
    a, b = train(world), train(world)
    world.sql("UPDATE params SET value = ? WHERE run_uuid = ? AND key = 'power'", "\x1b[2J[red]9", b)
    words = [text for one in planned(world, a, b).causes for text in one.what]
    assert "power 1 → ␛[2J[red]9" in words
