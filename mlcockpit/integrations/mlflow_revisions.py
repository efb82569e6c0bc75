"""Which schemas of MLflow's SQL stores are known, so that an unknown one is never guessed at."""

SINCE_2_0 = (
    "97727af70f4d cc1f77228345 0c779009ac13 bd07f7e963c5 3500859a5d39 7f2a7d5fae7d 2d6e25af4d3e acf3f17fdcc7 867495a8f9d4 "
    "5b0e9adcef9c 4465047574b1 f5a4f2784254 0584bdc529eb"
)
"""Revisions that MLflow 1.28 to 2.22 write: 2.13 writes 5b0e9adcef9c, 2.16 4465047574b1, 2.22 0584bdc529eb."""

SINCE_3_0 = (
    "400f98739977 6953534de441 bda7b8c39065 cbc13b556ace 770bee3ae1dd a1b2c3d4e5f6 de4033877273 1a0cddfcaa16 534353b11cbc "
    "71994744cf8e 3da73c924c2f bf29a5ff90ea 1bd49d398cd23 b7c8d9e0f1a2 5d2d30f0abce c9d4e5f6a7b8 2c33131f4dae d3e4f5a6b7c8 "
    "d0e1f2a3b4c5 c8d9e0f1a2b3 1b5f0d9ad7c1 e1f2a3b4c5d6 76601a5f987d c3d6457b6d8a a5b4c3d2e1f0 ae8bbe7743c9 7d34483879f0 "
    "da6fb0208061 89d3d66ed43f b7e4c1a90f23 a8b9c0d1e2f3 c1d2e3f4a5b6 c3d9e7f1a2b4 6f8d9c3b2a1e 1971f2d9a75b 17e22815139b "
    "b7e2c1a4d9f3 75868b020152 dc11669786a5"
)
"""Revisions that MLflow 3.0 to 3.17 write: 3.4 writes 71994744cf8e, 3.17 dc11669786a5."""

KNOWN = frozenset(f"{SINCE_2_0} {SINCE_3_0}".split())

BELOW = (("5b0e9adcef9c", "2.16"), ("4465047574b1", "2.22"), ("0584bdc529eb", "3"), ("71994744cf8e", "3.17"))
"""(revision, the first version that surely writes a later one), oldest first."""


def mlflow_below(revision: str) -> str:
    """Return a version of MLflow older than which the writer of a schema must have been; empty where that is not known."""
    order = f"{SINCE_2_0} {SINCE_3_0}".split()
    if revision not in order:
        return ""
    return next((version for known, version in BELOW if order.index(revision) <= order.index(known)), "")
