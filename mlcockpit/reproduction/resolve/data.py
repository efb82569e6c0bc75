"""The data ingredient: every input, its recorded digests, and where its bytes can be had."""

import posixpath
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch

from mlcockpit.domain.ingredients import KnownData
from mlcockpit.domain.launch import Launch
from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.digest_coverage import coverage_note
from mlcockpit.reproduction.dvc_data import Tracked, stage_inputs, tracked_by_dvc
from mlcockpit.reproduction.facts import RunFacts
from mlcockpit.reproduction.resolve.input_sources import source_path
from mlcockpit.reproduction.source.program import CodeTree
from mlcockpit.reproduction.source.reading import Reading

CAPTURE = "capture the next run with `mlcockpit run -- …`, which keeps the sha-256 of every file it reads"
PUBLISH = "publish the dataset with `mlcockpit data publish`, so that its bytes have a dated digest"
SOME_PROCESS = "opened by some process while it ran"
MODELS = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".h5", ".keras", ".onnx", ".cbm", ".ubj", ".ckpt", ".model")
Item = dict[str, Json]


def resolve_data(
    facts: RunFacts, tree: CodeTree | None, reading: Reading | None, cwd: str, argv: Sequence[str] = ()
) -> Ingredient:
    """Return the inputs of the run; captured ones are recorded, logged ones known by digest, the rest derived."""
    if facts.launch is not None and facts.launch.is_finished:
        return _captured(facts.launch)
    items: dict[str, Item] = {}
    named = (*_typed(facts, tree, cwd, argv), *_read(facts, tree, reading, cwd), *_staged(facts, tree))
    for item in (*_logged(facts, cwd), *named):
        key = str(item.get("path") or item.get("uri") or item.get("name"))
        items[key] = {**item, **items[key]} if key in items else item
    found = [_place(item, facts, tree) for item in items.values()]
    found = [item for item in found if item["from"] != "nowhere" or item.get("sha256") or item.get("required")]
    return _ingredient(facts, found, reading)


def _captured(launch: Launch) -> Ingredient:
    items: list[Json] = []
    for one in launch.data:
        item: Item = {"path": one.path, "absolute": one.absolute, "size": one.size, "known_by": "captured"}
        item |= {"sha256": one.sha256 or "", "from": "git" if one.tracked else "folder"}
        items.append(item if one.seen == "python" else item | {"known_by": SOME_PROCESS})
    items.extend({"uri": uri, "from": "network", "known_by": "captured"} for uri in launch.network)
    unknown = tuple(
        f"{one.path} has no digest: it changed or vanished during capture" for one in launch.data if not one.sha256
    )
    read = f"captured launch: {len(launch.data)} files with sha-256"
    read = read if launch.data else "captured launch: no data file was read"
    return Ingredient("data", Standing.RECORDED, items, read, deviations=unknown)


def _logged(facts: RunFacts, cwd: str) -> Iterator[Item]:
    for one in facts.run.inputs:
        place = source_path(one)
        item: Item = {"name": one.name, "mlflow_digest": one.digest, "known_by": "mlflow.log_input", "required": True}
        if "://" in place and not place.startswith("file://"):
            yield {**item, "uri": place, "required": False}
        elif place:
            yield {**item, "path": _inside(place.removeprefix("file://"), facts, cwd)}
        else:
            known = [known for known in facts.known_data if one.digest in known.mlflow_digests]
            extra: Item = {"path": _project_path(known[0], facts)} if known else {"required": False}
            yield {**item, **extra}


def _typed(facts: RunFacts, tree: CodeTree | None, cwd: str, argv: Sequence[str]) -> Iterator[Item]:
    """Yield arguments that name a file which is there."""
    for word in argv[1:]:
        text = word.split("=", 1)[1] if word.startswith("--") and "=" in word else word
        path = _inside(text, facts, cwd)
        if (
            not text.startswith("-")
            and not text.endswith(".py")
            and "/" in text + path
            and _is_there(path, facts, tree)
        ):
            yield {"path": path, "known_by": "argument"}


def _staged(facts: RunFacts, tree: CodeTree | None) -> Iterator[Item]:
    """Yield what the DVC stage that starts the script depends on."""
    script = posixpath.basename(facts.run.tag("mlflow.source.name"))
    for path in stage_inputs(tree, script) if tree is not None else ():
        yield {"path": path, "known_by": "dependency of its stage in dvc.lock"}


def _read(facts: RunFacts, tree: CodeTree | None, reading: Reading | None, cwd: str) -> Iterator[Item]:
    """Yield files that the source names and that are there; those it surely reads are required."""
    for use in reading.paths if reading else ():
        path = posixpath.normpath(use.path) if use.anchored else _inside(use.path, facts, cwd)
        if any(sign in path for sign in "*?["):
            path = posixpath.dirname(path.split("*")[0].split("?")[0].split("[")[0] + "x")
        if path in {"", ".", ".."} or path.startswith("../") or path.endswith((".py", ".db")) or "mlruns" in path:
            continue
        known = any(_project_path(one, facts) == path for one in facts.known_data)
        known = known or (tree is not None and f"{path}.dvc" in tree.files())
        if known or _is_there(path, facts, tree) or (use.read and "." in posixpath.basename(path)):
            yield {"path": path, "known_by": f"read at {use.where}" if use.read else f"named at {use.where}"}


def _place(item: Item, facts: RunFacts, tree: CodeTree | None) -> Item:
    """Add what bytes are expected and where some can be had."""
    path = str(item.get("path") or "")
    if not path:
        return item | {"from": "network" if item.get("uri") else "code"}
    known = expected(path, str(item.get("mlflow_digest") or ""), facts)
    item = item | ({"owner": owner} if (owner := _owner(path, facts)) else {})
    if known is not None:
        item = item | {"sha256": known.sha256, "content_sha256": known.content_sha256}
        item = item | ({"owner": known.owner} if known.owner else {}) | {"version": f"{known.name}@{known.version}"}
    elif tree is not None and (tracked := _tracked(item, path, facts, tree)) is not None:
        item = item | {"md5": tracked.md5, "dvc": tracked.path, "known_by": tracked.file}
    if tree is not None and (path in tree.files() or any(name.startswith(path + "/") for name in tree.files())):
        return item | {"from": "git"}
    changed = facts.folder.modified_ms(path) if facts.folder is not None else None
    if changed is None:
        return item | {"from": "dvc" if "md5" in item else "nowhere"}
    late = facts.run.end_ms or facts.run.start_ms
    return item | {"from": "folder"} | ({"modified_after_run": True} if late and changed > late + 1000 else {})


def _tracked(item: Item, path: str, facts: RunFacts, tree: CodeTree) -> Tracked | None:
    """Return what DVC says of an input; a model that the source only names may be what the run writes."""
    if path in tree.files() or (str(item.get("known_by")).startswith("named at") and path.endswith(MODELS)):
        return None
    return tracked_by_dvc(tree, path, posixpath.basename(facts.run.tag("mlflow.source.name")))


def _owner(path: str, facts: RunFacts) -> str:
    """Return who owns the declared dataset that a path belongs to; empty where nobody does."""
    for declared, owner in facts.data_owners.items():
        pattern = posixpath.normpath(posixpath.join(facts.prefix, declared))
        if fnmatch(path, pattern) or path.startswith(f"{pattern}/"):
            return owner
    return next((one.owner for one in facts.known_data if one.owner and _project_path(one, facts) == path), "")


def expected(path: str, digest: str, facts: RunFacts) -> KnownData | None:
    """Return the published state whose bytes the run read: by MLflow's digest, else the newest one before the run."""
    here = [known for known in facts.known_data if _project_path(known, facts) == path]
    named = [known for known in here if digest and digest in known.mlflow_digests]
    before = [known for known in named or here if known.published_ms <= facts.run.start_ms] or named
    return max(before, key=lambda known: known.published_ms, default=None)


def _project_path(known: KnownData, facts: RunFacts) -> str:
    return posixpath.join(facts.prefix, known.path) if facts.prefix else posixpath.normpath(known.path)


def _inside(path: str, facts: RunFacts, cwd: str) -> str:
    """Return a path below the repository's top where it lies there; else as it is, absolute."""
    if path.startswith("/"):
        for root in facts.roots:
            if path.startswith(root.rstrip("/") + "/"):
                return posixpath.normpath(path[len(root.rstrip("/")) + 1 :])
        return path
    return posixpath.normpath(posixpath.join(cwd or ".", path))


def _is_there(path: str, facts: RunFacts, tree: CodeTree | None) -> bool:
    if tree is not None and path in tree.files():
        return True
    return facts.folder is not None and facts.folder.modified_ms(path) is not None


def _ingredient(facts: RunFacts, items: list[Item], reading: Reading | None) -> Ingredient:
    gone = [item for item in items if item["from"] == "nowhere" and item.get("required")]
    if gone:
        what = ", ".join(str(item.get("path")) for item in gone)
        owner = next((f"; {item['owner']} owns it" for item in gone if item.get("owner")), "")
        return Ingredient("data", Standing.MISSING, list(items), f"gone: {what}{owner}", raise_by=f"bring {what} back")
    late = tuple(f"{item['path']} was modified after the run ended" for item in items if _is_late(item, items))
    if not items:
        return Ingredient(
            "data", Standing.INFERRED, [], "the source reads no file: its data is generated or comes with a package"
        )
    by_digest = [item for item in items if item.get("sha256")]
    by_dvc = [item for item in items if item.get("md5") and item["from"] != "git"]
    in_git = [item for item in items if item["from"] == "git"]
    logged = [item for item in items if item.get("mlflow_digest")]
    unsure = {item["mlflow_digest"] for item in logged if not item.get("sha256") and item["from"] in ("folder", "code")}
    sure = all(
        item.get("sha256")
        or item.get("md5")
        or item["from"] == "git"
        or (item.get("mlflow_digest") and item["from"] == "code")
        for item in items
    )
    parts = [
        f"{len(logged)} logged inputs" if logged else "",
        f"{len(in_git)} files in git at the commit" if in_git else "",
        f"{len(by_digest)} with a published sha-256" if by_digest else "",
        f"{len(by_dvc)} tracked by DVC at the commit" if by_dvc else "",
        f"{len(items) - len(in_git) - len(by_digest) - len(by_dvc)} others"
        if len(items) > len(in_git) + len(by_digest) + len(by_dvc) and not logged
        else "",
        coverage_note(one for one in facts.run.inputs if one.digest in unsure),
    ]
    standing = (
        Standing.RECORDED
        if sure and (logged or by_digest)
        else Standing.INFERRED
        if sure or logged
        else Standing.ASSUMED
    )
    step = "" if standing is Standing.RECORDED else PUBLISH if logged else CAPTURE
    evidence = ", ".join(part for part in parts if part)
    return Ingredient("data", standing, list(items), evidence, deviations=late, raise_by=step)


def _is_late(item: Item, items: Sequence[Item]) -> bool:
    """Tell whether an input changed after the run; a folder of inputs that are known one by one says nothing by itself."""
    inside = f"{item.get('path')}/"
    if item.get("sha256") or item.get("md5"):
        return False
    return bool(item.get("modified_after_run")) and not any(
        str(other.get("path")).startswith(inside) and other.get("mlflow_digest") for other in items
    )
