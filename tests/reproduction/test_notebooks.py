"""Notebooks that were executed with capture are executed again in the rebuilt environment; others say what is missing."""

from pathlib import Path

import pytest

from mlcockpit.domain.vocabulary import Standing, Verdict
from mlcockpit.reproduction.source.fold import Constant
from mlcockpit.reproduction.source.notebook import read_notebook
from mlcockpit.reproduction.source.reading import read_script
from tests.reproduction.machine import Elsewhere, machine
from tests.reproduction.notebooks import notebook
from tests.reproduction.test_flag_values import Files
from tests.reproduction.world import World

TOOLS = ("papermill", "nbconvert", "ipykernel")
CELLS = (
    "import mlflow",
    "# parameters\ndepth = 2\nrate = 0.5",
    "values = [float(line) * rate for line in open('../data/numbers.csv')]",
    "with mlflow.start_run():\n    mlflow.log_params({'depth': depth, 'rate': rate})\n"
    "    mlflow.log_metric('power', max(values) ** depth)",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """Return a project with a notebook, its tools in its own environment."""
    world = Elsewhere(tmp_path_factory.mktemp("notebooks"), machine=machine("2.16.2", *TOOLS))
    world.put("notebooks/fit.ipynb", notebook(*CELLS))
    world.put("notebooks/named.ipynb", notebook(*CELLS, kernel="project-kernel"))
    world.put("data/numbers.csv", "".join(f"{n * 1.5}\n" for n in range(1, 30)))
    world.put("requirements.lock", world.machine.freeze())
    world.put(".gitignore", "executed*\nout/\n")
    world.put("mlcockpit.toml", '[project]\nkey = "numbers"\n')
    world.commit("First")
    return world


@pytest.mark.ci
def test_a_notebook_that_nbconvert_executed_is_executed_again(world: Elsewhere) -> None:
    argv = ("jupyter", "nbconvert", "--to", "notebook", "--execute", "fit.ipynb", "--output", "executed.ipynb")
    run = world.capture(*argv, cwd="notebooks")
    (world.top / "notebooks/executed.ipynb").unlink()
    result = world.reproduce(run)
    assert (Verdict.IDENTICAL, argv) == (result.verdict, result.command), result.reason
    assert not (world.top / "notebooks/executed.ipynb").exists()


@pytest.mark.ci
def test_a_notebook_with_a_kernel_of_its_own_name_and_papermills_parameters_runs_in_the_rebuilt_environment(
    world: Elsewhere, tmp_path: Path
) -> None:
    argv = ("papermill", "named.ipynb", str(tmp_path / "out.ipynb"), "-p", "depth", "3", "-k", "python3")
    run = world.capture(*argv, cwd="notebooks")
    (tmp_path / "out.ipynb").unlink()
    result = world.reproduce(run)
    assert Verdict.IDENTICAL == result.verdict, result.reason
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.ci
def test_a_run_that_a_kernel_logged_without_capture_is_that_of_the_notebook_which_logs_the_same(
    world: Elsewhere,
) -> None:
    world.put("notebooks/fit.ipynb", notebook(*CELLS).replace("depth = 2", "depth = 3"))
    run = world.start(
        "jupyter",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "fit.ipynb",
        "--output",
        "executed.ipynb",
        cwd="notebooks",
    )
    world.git("checkout", "--", "notebooks/fit.ipynb")
    recipe = world.recipe(run)
    assert Standing.ASSUMED is recipe["command"].standing
    assert ("papermill", "fit.ipynb", "fit.executed.ipynb", "-p", "depth", "3") == recipe.command
    assert "notebooks/named.ipynb" in str(recipe["command"].candidates).replace(
        "(in notebooks) papermill ", "notebooks/"
    )


def test_a_run_of_a_kernel_that_no_notebook_fits_is_incomplete_and_names_the_step(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.put("other.ipynb", notebook("import mlflow\nmlflow.log_param('other', 1)"))
    world.put("requirements.txt", "mlflow\n")
    world.commit("First")
    result = world.reproduce(world.pretend("/opt/env/lib/python3.11/site-packages/ipykernel_launcher.py", depth="3"))
    assert (Verdict.INCOMPLETE, 3) == (result.verdict, result.exit_code)
    assert "ipykernel_launcher.py is a notebook's kernel, which records neither notebook nor cells" in result.reason
    assert "mlcockpit run -- papermill NOTEBOOK out.ipynb" in result.reason


def test_cells_are_read_as_one_program_without_magics() -> None:
    text = notebook(
        "%pip install x\n!ls\nvalue = !date\nimport mlflow",
        "# parameters\ndepth = 2",
        "%%bash\nls",
        "log_param('d', depth)",
    )
    found = read_notebook(text.encode())
    assert found is not None
    assert ({"depth": 2}, "python3", True) == (found.parameters, found.kernel, found.is_python)
    reading = read_script(Files({"a.ipynb": text}), "a.ipynb")
    assert reading is not None
    assert [("d", Constant(2))] == [(sink.key, sink.origin) for sink in reading.sinks.of("param")]
    assert None is read_notebook(b"[]")
    assert None is read_notebook(b"{")
