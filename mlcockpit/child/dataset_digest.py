"""Files are read and digested as MLflow digests a logged table, by the pandas and MLflow of a rebuilt environment.

    python dataset_digest.py FILES.json ANSWER.json

FILES is a list of {"path", "digest", "columns"}: what was recorded of each; the answer a list of {"digest", "schema",
"rows"}, or null where a file is no table that pandas reads. A file is digested as it is read; where that is not the
recorded digest, also with the recorded columns alone and dates where dates were recorded.
Standard library only at import, python 3.8 syntax, imports nothing of ours.
"""

import json
import os
import sys


def frame_of(path):
    """Return the table in a file as pandas reads it without being told anything."""
    import pandas

    ending = os.path.splitext(path[:-3] if path.endswith(".gz") else path)[1].lower()
    readers = {
        ".csv": pandas.read_csv,
        ".tsv": lambda name: pandas.read_csv(name, sep="\t"),
        ".parquet": pandas.read_parquet,
        ".feather": pandas.read_feather,
        ".json": pandas.read_json,
        ".jsonl": lambda name: pandas.read_json(name, lines=True),
        ".xlsx": pandas.read_excel,
        ".txt": lambda name: pandas.read_csv(name, sep=None, engine="python"),
    }
    if ending not in readers:
        return None
    frame = readers[ending](path)
    if ending == ".csv" and len(frame.columns) == 1 and ";" in str(frame.columns[0]):
        frame = pandas.read_csv(path, sep=";")
    return frame


def as_recorded(frame, columns):
    """Return the table with the recorded columns, dates as dates; None where it lacks one."""
    import pandas

    names = [each.get("name") for each in columns]
    if not names or any(name not in frame.columns for name in names):
        return None
    frame = frame[names].copy()
    for each in columns:
        if each.get("type") == "datetime" and frame[each["name"]].dtype.kind != "M":
            frame[each["name"]] = pandas.to_datetime(frame[each["name"]])
    return frame


def digest(told):
    """Return what MLflow would record of a file; None where it cannot be read."""
    try:
        frame = frame_of(told["path"])
        if frame is None:
            return None
        answer = described(frame, told["path"])
        if answer["digest"] == told["digest"]:
            return answer
        frame = as_recorded(frame, told["columns"])
        return answer if frame is None else described(frame, told["path"])
    except Exception:
        return None


def described(frame, path):
    """Return what MLflow records of a table."""
    import mlflow.data

    made = mlflow.data.from_pandas(frame, source=path)
    schema = made.schema.to_dict() if made.schema is not None else []
    return {"digest": made.digest, "schema": schema, "rows": len(frame)}


def main(arguments):
    """Answer one request."""
    import warnings

    warnings.simplefilter("ignore")
    with open(arguments[0], encoding="utf-8") as source:
        asked = json.load(source)
    answers = [digest(told) for told in asked]
    with open(arguments[1], "w", encoding="utf-8") as target:
        json.dump(answers, target)


if __name__ == "__main__":
    main(sys.argv[1:])
