"""A captured argument list takes another run's settings, or says that it has no place for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.reproduction.mixed_words import Setting, Words, read_words
from mlcockpit.reproduction.source.flags import Flag

FLAGS = (
    Flag("power", ("-p", "--power"), type="int", default=1),
    Flag("scale", ("--scale",), type="float", default=1.0),
    Flag("quiet", ("--quiet",), action="store_true"),
    Flag("columns", ("--columns",), nargs="+"),
    Flag("data", (), required=True),
)
KNOWN = {flag.dest: flag for flag in FLAGS}


def read(line: str, flags: tuple[Flag, ...] = FLAGS) -> Words:
    return read_words(line.split(), flags, {})


def taken(into: str, name: str, other: str, flags: tuple[Flag, ...] = FLAGS) -> str | None:
    known = {flag.dest: flag for flag in flags}
    found = read(into, flags).with_setting(name, read(other, flags).get(name), known)
    return None if found is None else " ".join(found.argv)


@pytest.mark.parametrize(
    ("into", "name", "other", "becomes"),
    [
        ("python t.py a.csv --power 1", "power", "python t.py a.csv -p 3", "python t.py a.csv -p 3"),
        ("python t.py a.csv --power=1", "power", "python t.py a.csv", "python t.py a.csv"),
        ("python t.py a.csv", "power", "python t.py a.csv --power -3", "python t.py a.csv --power -3"),
        ("python t.py a.csv --quiet", "data", "python t.py b.csv", "python t.py b.csv --quiet"),
        ("python -m ours.fit a.csv", "quiet", "python -m ours.fit --quiet a.csv", "python -m ours.fit a.csv --quiet"),
        (
            "python t.py --columns a b --power 2 x.csv",
            "columns",
            "python t.py x.csv --columns c",
            "python t.py --columns c --power 2 x.csv",
        ),
    ],
)
def test_a_setting_of_another_run_is_typed(into: str, name: str, other: str, becomes: str) -> None:
    assert becomes == taken(into, name, other)


def test_a_flag_that_the_script_does_not_declare_is_refused() -> None:
    wanted = read("python t.py a.csv --smooth 3", ()).get("smooth")
    assert read("python t.py a.csv").with_setting("smooth", wanted, KNOWN) is None


def test_without_a_script_to_read_settings_are_taken_as_they_are() -> None:
    assert "fit --x 2 --y=4" == taken("fit --x 1 --y=4", "x", "fit --x 2", ())
    assert "mlflow run . -P power=3" == taken("mlflow run . -P power=1", "power", "mlflow run . -P power=3", ())
    assert "python t.py model.depth=9" == taken(
        "python t.py model.depth=2", "model.depth", "python t.py model.depth=9", ()
    )


def test_a_logged_value_is_typed_as_the_script_wants_it() -> None:
    logged = Setting("power", (), "3")
    found = read("python t.py a.csv -p 1").with_setting("power", logged, KNOWN)
    assert found is not None
    assert ["python", "t.py", "a.csv", "--power", "3"] == found.argv


@given(
    st.lists(st.sampled_from(["--power", "3", "-p", "--scale=2", "--quiet", "--columns", "a", "-4", "k=v"]), max_size=9)
)
def test_reading_keeps_every_word(rest: list[str]) -> None:
    argv = ["python", "train.py", *rest]
    assert sorted(argv) == sorted(read_words(argv, FLAGS, {}).argv)
    assert sorted(argv) == sorted(read_words(argv, (), {}).argv)
