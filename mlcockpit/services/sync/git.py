"""Sync asks git where the project stands; commits themselves are read where a rule or recipe needs them."""

from mlcockpit.domain.vocabulary import SourceState
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.sync.read import Read


def sync_git(cockpit: Cockpit) -> Read:
    """Return the head, the branch and whether the tree is clean."""
    git = cockpit.git
    if git is None:
        return Read("the project lies in no git repository", state=SourceState.ABSENT)
    head = git.head()
    if head is None:
        return Read("the repository has no commit yet", state=SourceState.ABSENT)
    words = [f"head {head[:8]}", f"on {git.branch() or 'no branch'}"]
    if git.is_shallow():
        words.append("history cut off (shallow clone)")
    if git.is_dirty():
        words.append("uncommitted changes")
    return Read(", ".join(words))
