"""Which published file takes the place of which, and how a command is made to read it, are pure functions."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.recipe import Ingredient, Json, Recipe
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.errors import Refused, UsageError
from mlcockpit.reproduction.newer_data import Replacement, Shelf, label_of, newest, version
from mlcockpit.reproduction.resolve.command import command_value
from mlcockpit.reproduction.source.flags import Flag
from mlcockpit.reproduction.swap_data import SwappedData, swap_data


def month(number: int) -> str:
    return f"{2013 + (number - 1) // 12}-{(number - 1) % 12 + 1:02d}"


def a_month(number: int, *, state: str = "published", version: int = 0, sha: str = "") -> KnownData:
    name = sha or f"sha-{number}"
    return KnownData("flights", f"data/f-{month(number)}.csv", name, version=f"v{version or number}", state=state)


def read(*numbers: int) -> list[dict[str, Json]]:
    return [
        {"path": f"data/f-{month(n)}.csv", "sha256": f"sha-{n}", "version": f"flights@v{n}", "from": "folder"}
        for n in numbers
    ]


def a_recipe(items: Sequence[dict[str, Json]], *argv: str, cwd: str = ".") -> Recipe:
    def one(name: str, value: Json) -> Ingredient:
        return Ingredient(name, Standing.RECORDED, value, "")

    command = command_value(["python", "train.py", *argv], cwd, "script")
    return Recipe("a" * 32, (one("data", list(items)), one("command", command), one("parameters", {"train": "x"})))


def moves(found: Sequence[Replacement]) -> dict[str, str]:
    return {label_of(one.old_path): label_of(one.new_path) for one in found}


@given(st.integers(1, 30), st.integers(1, 8), st.integers(0, 20))
def test_a_window_of_months_moves_as_a_whole_until_its_end_is_the_newest(start: int, width: int, ahead: int) -> None:
    mine = range(start, start + width)
    shelf = Shelf([a_month(n) for n in range(1, start + width + ahead)])
    found = newest(read(*mine), shelf)
    assert moves(found) == ({month(n): month(n + ahead) for n in mine} if ahead else {})
    assert [one.new_sha256 for one in found] == [f"sha-{n + ahead}" for n in mine if ahead]


@given(st.integers(2, 24), st.integers(1, 24))
def test_a_range_in_the_command_names_exactly_the_months_that_are_placed(width: int, ahead: int) -> None:
    shelf = Shelf([a_month(n) for n in range(1, width + ahead + 1)])
    items = read(*range(1, width + 1))
    swapped = swap_data(a_recipe(items, "--train", f"{month(1)}..{month(width)}"), newest(items, shelf))
    assert swapped.recipe.command[2:] == ("--train", f"{month(1 + ahead)}..{month(width + ahead)}")
    assert [path for path, _ in swapped.must_read] == [f"data/f-{month(n + ahead)}.csv" for n in range(1, width + 1)]
    assert placed(swapped) == {f"data/f-{month(n + ahead)}.csv": f"sha-{n + ahead}" for n in range(1, width + 1)}


def placed(swapped: SwappedData) -> dict[str, str]:
    value = swapped.recipe["data"].value
    assert isinstance(value, list)
    return {str(item["path"]): str(item["sha256"]) for item in value if isinstance(item, dict)}


def test_a_flag_at_its_default_is_typed_when_its_month_moves() -> None:
    items = read(1, 2, 3)
    flags = (
        Flag("train", ("--train",), default=f"{month(1)}..{month(2)}"),
        Flag("valid", ("--valid",), default=month(3)),
    )
    swapped = swap_data(
        a_recipe(items, "--name", "spring"), newest(items, Shelf([a_month(n) for n in range(1, 13)])), flags
    )
    expected = ("--name", "spring", "--train", "2013-10..2013-11", "--valid", "2013-12")
    assert swapped.recipe.command[2:] == expected
    assert {one.how for one in swapped.swaps} == {
        "--train 2013-01..2013-02 → 2013-10..2013-11",
        "--valid 2013-03 → 2013-12",
    }


def test_withdrawn_and_deprecated_versions_are_nobodys_newest() -> None:
    shelf = Shelf([a_month(1), a_month(2), a_month(3, state="withdrawn"), a_month(4, state="deprecated")])
    assert moves(newest(read(1), shelf)) == {month(1): month(2)}
    with pytest.raises(Refused, match="withdrawn"):
        version(read(1), shelf, shelf.known[2])


def test_the_newest_bytes_at_a_path_take_the_place_of_the_old_ones() -> None:
    shelf = Shelf([a_month(1), a_month(1, version=2, sha="again")])
    items = read(1)
    swapped = swap_data(a_recipe(items, "--data", items[0]["path"]), newest(items, shelf))  # type: ignore[arg-type]
    assert (placed(swapped), swapped.recipe.command[3]) == ({"data/f-2013-01.csv": "again"}, "data/f-2013-01.csv")
    assert [one.how for one in swapped.swaps] == ["new bytes at data/f-2013-01.csv"]


def test_other_datasets_of_the_project_are_left_alone() -> None:
    other = KnownData("weather", "data/w-2014-01.csv", "w", version="v1")
    assert newest(read(1), Shelf([a_month(1), other])) == ()


def test_a_named_version_moves_the_window_back_too() -> None:
    shelf = Shelf([a_month(n) for n in range(1, 13)])
    assert moves(version(read(5, 6), shelf, shelf.known[3])) == {month(5): month(3), month(6): month(4)}
    with pytest.raises(UsageError, match="reads nothing of data/weather"):
        version(read(1), shelf, KnownData("weather", "data/w.csv", "w", version="v1"))


FILE = Replacement("data/a.csv", "data/b.csv", "sha-b")


@pytest.mark.parametrize(
    ("argv", "cwd", "expected"),
    [
        (("--data", "data/a.csv"), ".", ("--data", "data/b.csv")),
        (("--data=data/a.csv",), ".", ("--data=data/b.csv",)),
        (("data/a.csv", "5"), ".", ("data/b.csv", "5")),
        (("data.path=data/a.csv",), ".", ("data.path=data/b.csv",)),
        (("--data", "../data/a.csv"), "src", ("--data", "../data/b.csv")),
    ],
)
def test_a_file_that_the_command_names_is_named_anew(
    argv: tuple[str, ...], cwd: str, expected: tuple[str, ...]
) -> None:
    swapped = swap_data(a_recipe([{"path": "data/a.csv"}], *argv, cwd=cwd), [FILE])
    assert swapped.recipe.command[2:] == expected
    assert (placed(swapped), swapped.old_paths) == ({"data/b.csv": "sha-b"}, ("data/a.csv",))


@pytest.mark.parametrize("argv", [(), ("--config", "conf.yaml"), ("--name", "data/a.csv.bak"), ("--seed", "2013")])
def test_a_file_that_the_command_does_not_name_is_placed_where_it_is_read(argv: tuple[str, ...]) -> None:
    swapped = swap_data(a_recipe([{"path": "data/a.csv"}], *argv), [FILE])
    assert swapped.recipe.command[2:] == argv
    assert (placed(swapped), swapped.old_paths) == ({"data/a.csv": "sha-b"}, ())
    assert swapped.swaps[0].how == "the bytes of data/b.csv placed at data/a.csv, the path that the command reads"


def test_another_format_is_not_placed_under_the_old_name() -> None:
    with pytest.raises(UsageError, match="another format"):
        swap_data(a_recipe([{"path": "data/a.csv"}]), [Replacement("data/a.csv", "data/b.parquet", "s")])


def test_one_month_of_a_range_is_placed_under_its_old_name() -> None:
    items = read(1, 2, 3)
    one = Replacement("data/f-2013-02.csv", "data/f-2013-12.csv", "s")
    swapped = swap_data(a_recipe(items, "--train", "2013-01..2013-03"), [one])
    assert swapped.recipe.command[2:] == ("--train", "2013-01..2013-03")
    assert placed(swapped)["data/f-2013-02.csv"] == "s"


@given(
    st.lists(st.sampled_from(["--name", "x", "2013-01", "2013-01..2013-02", "data/f-2013-01.csv", "a=2013-02", "-v"]))
)
def test_nothing_swapped_leaves_the_command_as_it_was(argv: list[str]) -> None:
    assert swap_data(a_recipe(read(1, 2), *argv), []).recipe.command[2:] == tuple(argv)
