"""Sync looks at the files that serve, so that a model exchanged by hand shows."""

from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.vocabulary import DeploymentState
from mlcockpit.integrations.model_files import weights_digest
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.sync.read import Read
from mlcockpit.store.transaction import Happening

_SERVING = (DeploymentState.LIVE, DeploymentState.CANARY, DeploymentState.SHADOW)


def sync_served(cockpit: Cockpit) -> Read:
    """Compare each environment's served file with what was last seen there."""
    digests = {
        key: weights_digest(cockpit.root / environment.artifact)
        for key, environment in cockpit.file.environments.items()
        if environment.artifact is not None
    }
    changes = []
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        open_ones = [each for each in tx.all(Deployment) if each.is_open and each.state in _SERVING]
        for deployment in open_ones:
            if deployment.environment not in digests:
                continue
            digest = digests[deployment.environment] or ""
            before = deployment.extra.get("seen_sha256", deployment.artifact_sha256 or "")
            if digest == before:
                continue
            deployment.extra = {**deployment.extra, "seen_sha256": digest, "seen_at": tx.now.isoformat()}
            tx.save(deployment)
            subject = f"deploy/{deployment.id}"
            tx.happened(
                Happening(subject, "served_artifact_changed", {"sha256": before}, {"sha256": digest}, actor="sync")
            )
            if before:
                what = "is another file now" if digest else "is gone"
                changes.append(f"{subject}: what {deployment.environment} serves {what}")
    return Read(f"{len(open_ones)} open deployments, {len(digests)} served files", tuple(changes))
