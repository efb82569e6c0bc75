"""`card` writes a model's card anew and keeps what people wrote in the one before."""

from pathlib import Path

from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.launch_files import write_whole
from mlcockpit.reports.model_card import ModelCard, make_card
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_name
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.store.transaction import Happening


def card(cockpit: Cockpit, model: str, path: Path | None = None) -> ModelCard:
    """Return the card of model/KEY[@N]; with `path`, write it there and note it in the journal."""
    name = resolve_name(cockpit, model, kinds=("model",))
    try:
        earlier = path.read_text(encoding="utf-8") if path is not None and path.exists() else ""
        made = make_card(take_snapshot(cockpit), name, earlier)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, made.text.encode())
    except (OSError, UnicodeDecodeError) as error:
        raise SourceFailed(
            f"the card {path} cannot be read or written ({error})", hint="name another place with -o FILE"
        ) from error
    if path is not None:
        with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
            tx.happened(
                Happening(made.name, "card_written", None, {"file": str(path), "written_by_people": made.written})
            )
    return made
