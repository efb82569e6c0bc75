"""MLflow's digest proves what it covers: a change elsewhere is never called unchanged, and data is named where results differ."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.domain.recipe import Ingredient
from mlcockpit.domain.run_record import RunInput
from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.data_bytes import DataFinding
from mlcockpit.reproduction.digest_coverage import coverage_note, not_covered
from mlcockpit.reproduction.recorded_digest import check_digests
from tests.reproduction.world import World, a_world

COLUMNS = ("integer", "long", "float", "double", "string", "boolean", "datetime", "binary", "object")


def an_input(rows: int | None, *columns: tuple[str, str, bool], digest: str = "d1") -> RunInput:
    described = [{"type": kind, "name": name, "required": required} for name, kind, required in columns]
    profile = json.dumps({"num_rows": rows}) if rows is not None else ""
    return RunInput("numbers", digest, schema=json.dumps({"mlflow_colspec": described}), profile=profile)


def test_a_small_table_of_numbers_and_text_is_wholly_covered() -> None:
    assert "" == not_covered(an_input(10_000, ("x", "double", False), ("name", "string", True)))
    assert "" == coverage_note([an_input(5, ("x", "double", True))])


def test_what_is_left_out_is_said_in_words() -> None:
    long = an_input(25_000, ("x", "double", True))
    assert "the recorded digest of numbers covers the first 10,000 rows only" == coverage_note([long])
    mixed = an_input(10, ("x", "double", True), ("flag", "boolean", True), ("day", "datetime", True))
    assert "the columns flag, day" == not_covered(mixed)
    assert "the column name" == not_covered(an_input(10, ("x", "long", True), ("name", "string", False)))
    assert "all but the first 10,000 rows of numbers and text" == not_covered(RunInput("x", "d"))


@given(
    st.integers(0, 10**9), st.lists(st.tuples(st.text(max_size=5), st.sampled_from(COLUMNS), st.booleans()), max_size=6)
)
def test_a_digest_is_called_whole_only_for_few_rows_of_covered_columns(
    rows: int, columns: list[tuple[str, str, bool]]
) -> None:
    whole = (
        bool(columns)
        and rows <= 10_000
        and all(kind in COLUMNS[:4] or (kind == "string" and required) for _, kind, required in columns)
    )
    assert whole == (not_covered(an_input(rows, *columns)) == "")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_recorded_text_is_read_without_a_fault(schema: str, profile: str) -> None:
    assert not_covered(RunInput("x", "d", schema=schema, profile=profile))


def checked(one: RunInput, answer: dict[str, object] | None, **item: object) -> DataFinding:
    described = {"path": "a.csv", "name": "numbers", "mlflow_digest": "d1", "modified_after_run": True, "owner": "dana"}
    ingredient = Ingredient("data", Standing.INFERRED, [{**described, **item}], "")  # type: ignore[list-item]
    (found,) = check_digests(ingredient, [one], [DataFinding("a.csv", "unchecked")], lambda asked: [answer])
    return found


def test_another_digest_of_the_same_table_is_a_change_with_its_owner() -> None:
    one = an_input(3, ("x", "long", True))
    schema = json.loads(one.schema)
    found = checked(one, {"digest": "d2", "schema": schema, "rows": 3})
    assert DataFinding("a.csv", "changed", "d1", "d2", "dana owns it") == found
    assert "unchecked" == checked(one, {"digest": "d2", "schema": schema, "rows": 4}).state
    assert "unchecked" == checked(one, {"digest": "d2", "schema": {"mlflow_colspec": []}, "rows": 3}).state
    assert "unchecked" == checked(one, None).state


def test_a_proven_input_shows_how_files_were_read_so_that_other_rows_are_a_change_too() -> None:
    recorded = [RunInput("a", "d1", schema="", profile=""), RunInput("b", "d5", schema="", profile="")]
    items = [
        {"path": "a.csv", "name": "a", "mlflow_digest": "d1", "modified_after_run": True},
        {"path": "b.csv", "name": "b", "mlflow_digest": "d5"},
    ]
    ingredient = Ingredient("data", Standing.INFERRED, items, "")  # type: ignore[arg-type]
    findings = [DataFinding("a.csv", "unchecked"), DataFinding("b.csv", "same")]
    for proven, state in (("d5", "changed"), ("d6", "unchecked")):
        answers = [{"digest": "d2", "rows": 7}, {"digest": proven}]
        found = check_digests(ingredient, recorded, findings, lambda asked, answers=answers: answers)  # type: ignore[misc]
        assert [state, "same"] == [one.state for one in found]


def test_an_equal_digest_proves_only_what_it_covers() -> None:
    small, long = an_input(3, ("x", "long", True)), an_input(20_001, ("x", "long", True))
    assert "same" == checked(small, {"digest": "d1", "schema": {}, "rows": 3}).state
    found = checked(long, {"digest": "d1", "schema": {}, "rows": 20_001})
    assert "unchecked" == found.state
    assert "does not cover all but the first 10,000 rows" in found.detail


def test_a_file_that_was_not_touched_is_not_even_read() -> None:
    def never(asked: object) -> list[None]:
        raise AssertionError(asked)

    ingredient = Ingredient(
        "data", Standing.INFERRED, [{"path": "a.csv", "name": "numbers", "mlflow_digest": "d1"}], ""
    )
    findings = [DataFinding("a.csv", "unchecked")]
    assert tuple(findings) == check_digests(ingredient, [an_input(3, ("x", "long", True))], findings, never)


TABLE = """
import mlflow
import pandas

frame = pandas.read_csv("data/table.csv", parse_dates=["day"])
with mlflow.start_run():
    mlflow.log_input(mlflow.data.from_pandas(frame, source="data/table.csv", name="table"), context="train")
    mlflow.log_metric("mean", frame["x"].mean())
    mlflow.log_metric("flags", float(frame["flag"].sum()) + 0.25)
    mlflow.log_metric("day", (frame["day"][1] - pandas.Timestamp("2026-01-01")).days + 0.5)
"""


def rows(**changed: str) -> str:
    """Return 20 001 rows, of which one may hold another number, flag or day."""
    lines = ["x,flag,day"]
    for number in range(20_001):
        lines.append(f"{number % 97},{number % 3 == 0},2026-03-{number % 27 + 1:02d}")
    lines[20_001] = f"{changed.get('x', '5')},True,2026-03-05"
    lines[2] = f"1,{changed.get('flag', 'False')},{changed.get('day', '2026-03-02')}"
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a run whose table is logged by MLflow alone."""
    world = a_world(tmp_path_factory.mktemp("table"), TABLE, data=False)
    world.write(_dot_gitignore="data/\n", requirements_dot_txt="mlflow\npandas\n")
    world.put("mlcockpit.toml", PROJECT)
    world.commit("Ignore data")
    world.put("data/table.csv", rows())
    run = world.train("train.py")
    world.sql("UPDATE runs SET start_time = start_time - 60000, end_time = end_time - 60000 WHERE run_uuid = ?", run)
    return world


PROJECT = """
[project]
key = "table"
[sources]
mlflow = "sqlite:///mlflow.db"
[datasets.table]
path = "data/*.csv"
owner = "dana"
[people.dana]
name = "Dana"
discipline = "data"
"""


def test_the_recipe_says_what_the_recorded_digest_covers(world: World) -> None:
    evidence = world.recipe(world.runs()[0])["data"].evidence
    assert (
        "the recorded digest of table does not cover all but the first 10,000 rows and the columns flag, day"
        in evidence
    )


@pytest.mark.ci
@pytest.mark.parametrize(
    "changed", [{"x": "6"}, {"flag": "True"}, {"day": "2026-03-03"}], ids=lambda one: next(iter(one))
)
def test_bytes_that_the_digest_does_not_cover_are_not_called_unchanged(world: World, changed: dict[str, str]) -> None:
    world.put("data/table.csv", rows(**changed))
    result = world.reproduce(world.runs()[0], repeat=0)
    assert (Verdict.DIVERGED, "data") == (result.verdict, result.first_difference), result.reason
    assert "data/table.csv was modified after the run ended" in result.reason
    data = next(one for one in result.ingredients if one.name == "data")
    assert any("MLflow's digest is equal but does not cover" in text for text in data.deviations), data.deviations


@pytest.mark.ci
def test_a_change_that_the_digest_covers_is_named_with_its_owner_before_anything_is_trained(world: World) -> None:
    world.put("data/table.csv", rows().replace("\n1,False,2026-03-02", "\n7,False,2026-03-02", 1))
    result = world.reproduce(world.runs()[0])
    assert (Verdict.INCOMPLETE, "data", 0.0) == (result.verdict, result.first_difference, result.seconds["run"])
    assert "data changed: data/table.csv had MLflow digest " in result.reason
    assert "dana owns it" in result.reason
