"""Every kind of line that a requirement file may hold is understood without installing anything."""

from mlcockpit.domain.run_record import RunRecord
from mlcockpit.integrations.mlflow_revisions import mlflow_below
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.environment import resolve_environment
from mlcockpit.reproduction.resolve.requirement_lines import from_text, read_requirements
from tests.reproduction.test_flag_values import Files

PACKAGE = "[build-system]\nrequires = ['setuptools']\n[project]\nname = 'ours'\nversion = '1'\ndependencies = ['mlflow==2.16.2']\n"


def environment(files: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return (requirements, own, deviations) of a commit's environment."""
    found = resolve_environment(RunFacts(RunRecord("r", start_ms=1_700_000_000_000)), Files(files), None)
    return found.texts("requirements"), found.texts("own"), found.deviations


def test_local_folders_and_archives_are_the_projects_own_and_repositories_are_not() -> None:
    text = "-e .\n./lib[extra]\nlib2/\nthree @ file:./lib3\nwheels/a-1.0-py3-none-any.whl\n--editable=lib4\n"
    text += "-e git+https://example.org/x.git@abc#egg=x-y\nz @ git+https://example.org/z.git\n-e /home/ana/q\n"
    found = from_text(text)
    assert ("-e .", "lib", "lib2", "lib3", "wheels/a-1.0-py3-none-any.whl", "-e lib4") == found.own
    assert ["x-y @ git+https://example.org/x.git@abc", "z @ git+https://example.org/z.git"] == [
        one.line for one in found.wanted
    ]
    assert ("/home/ana/q",) == found.foreign


def test_included_files_constraints_hashes_and_double_pins_are_read() -> None:
    files = {
        "requirements/train.txt": "-r base.txt\n--requirement=more.txt\n-c ../bounds.txt\n-e .\n",
        "requirements/base.txt": "mlflow[extras]==2.16.2 \\\n  --hash=sha256:12\npandas==1.0\npandas==1.5\n",
        "requirements/more.txt": "scipy\n",
        "bounds.txt": "six==1.16\nscipy<2\n",
        "setup.py": "",
    }
    found = read_requirements(Files(files), "requirements/train.txt")
    assert ["mlflow[extras]==2.16.2", "pandas==1.5", "scipy"] == [one.line for one in found.wanted]
    assert (("six==1.16", "scipy<2"), ("-e .",), ("pandas",)) == (found.constraints, found.own, found.doubles)


def test_extras_stay_with_their_pin_and_lines_for_other_pythons_stay_beside_each_other() -> None:
    text = "mlflow[extras]==2.16.2\nnumpy==1.21 ; python_version<'3.9'\nnumpy==1.26 ; python_version>='3.9'\n"
    lines, own, _ = environment({"requirements.txt": text})
    assert (
        "mlflow[extras]==2.16.2",
        "numpy==1.21 ; python_version<'3.9'",
        "numpy==1.26 ; python_version>='3.9'",
    ) == lines
    assert () == own


def test_packaging_without_a_requirement_file_installs_itself() -> None:
    lines, own, _ = environment({"pyproject.toml": PACKAGE, "src/ours/__init__.py": ""})
    assert (("mlflow==2.16.2",), ("-e .",)) == (lines, own)
    lines, own, _ = environment({"setup.py": "setup(install_requires=['mlflow'])", "ours/__init__.py": ""})
    assert (("mlflow",), ("-e .",)) == (lines, own)


def test_a_conda_file_installs_what_its_pip_section_names() -> None:
    text = "dependencies:\n- numpy=1.26.4\n- pip:\n  - mlflow==2.9.2\n  - -e .\n"
    lines, own, _ = environment({"conda.yaml": text, "setup.py": "setup()"})
    assert (("mlflow==2.9.2", "numpy==1.26.4"), ("-e .",)) == (lines, own)


def test_folders_outside_of_the_repository_are_named_and_left_out() -> None:
    _, own, deviations = environment({"requirements.txt": "mlflow\n-e ../../shared\n"})
    assert () == own
    assert "../../shared was installed from outside of the repository and is left out" in deviations


def test_a_slim_mlflow_is_what_the_import_needs() -> None:
    lines, _, _ = environment({"requirements.txt": "mlflow-skinny==2.16.2\n"})
    assert ("mlflow-skinny==2.16.2",) == lines


def test_an_mlflow_that_nothing_pins_is_bounded_by_its_model_or_by_the_schema_of_its_store() -> None:
    files = Files({"requirements.txt": "mlflow\n"})
    by_store = resolve_environment(RunFacts(RunRecord("r"), mlflow_below=mlflow_below("4465047574b1")), files, None)
    assert ("mlflow<2.22",) == by_store.texts("constraints")
    model = {"MLmodel": b"mlflow_version: 2.9.2\n"}
    by_model = resolve_environment(RunFacts(RunRecord("r"), model_files=model, mlflow_below="3"), files, None)
    assert ("mlflow==2.9.2",) == by_model.texts("constraints")
    assert ["2.16", "3", ""] == [mlflow_below(one) for one in ("97727af70f4d", "0584bdc529eb", "unknown")]
    pinned = resolve_environment(
        RunFacts(RunRecord("r"), mlflow_below="3"), Files({"requirements.txt": "mlflow==2.1\n"}), None
    )
    assert () == pinned.texts("constraints")


def test_a_line_that_names_an_import_asks_for_its_package() -> None:
    found = from_text("sklearn==0.0\npandas==2.2.0\ncv2\n", "requirements.txt")
    assert [
        ("scikit-learn", "scikit-learn", "sklearn"),
        ("pandas", "pandas==2.2.0", ""),
        ("opencv-python", "opencv-python", "cv2"),
    ] == [(one.name, one.line, one.called) for one in found.wanted]


def test_the_real_package_counts_where_both_names_stand() -> None:
    found = from_text("scikit-learn==1.5.2\nsklearn==0.0\n", "requirements.txt")
    assert ["scikit-learn==1.5.2"] == [one.line for one in found.wanted]
    assert () == found.doubles
