"""Notebooks are written cell by cell, as the files that Jupyter keeps."""

import json
from collections.abc import Sequence

PARAMETERS = "# parameters"


def notebook(*cells: str, kernel: str = "python3", texts: Sequence[str] = ()) -> str:
    """Return a notebook with these code cells; one that begins with `# parameters` carries papermill's tag."""
    told = [
        {"cell_type": "markdown", "id": f"text-{place}", "metadata": {}, "source": text.splitlines(keepends=True)}
        for place, text in enumerate(texts)
    ]
    code = [
        {
            "cell_type": "code",
            "id": f"cell-{place}",
            "execution_count": None,
            "metadata": {"tags": ["parameters"]} if cell.startswith(PARAMETERS) else {},
            "outputs": [],
            "source": cell.splitlines(keepends=True),
        }
        for place, cell in enumerate(cells)
    ]
    known = {
        "kernelspec": {"name": kernel, "display_name": kernel, "language": "python"},
        "language_info": {"name": "python"},
    }
    return json.dumps({"cells": told + code, "metadata": known, "nbformat": 4, "nbformat_minor": 5}, indent=1)
