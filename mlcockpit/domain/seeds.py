"""Which parameters only choose the chance that a run was given is told from their names."""

import re

SEED = re.compile(r"(^|[._/ -])(np_|torch_|random_|global_|tf_)?seed(_value)?$|(^|[._/ -])random_state$", re.IGNORECASE)


def is_seed(name: str) -> bool:
    """Tell whether a parameter is a seed."""
    return SEED.search(name) is not None
