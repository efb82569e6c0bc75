"""A share that was counted has an interval, so that noise is not taken for change."""

from math import sqrt

Z_95 = 1.959963984540054
"""The two-sided 95 % point of the normal distribution."""


def wilson(numerator: float, denominator: float, *, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, within 0..1; (0, 1) where nothing was counted.

    Raises ValueError where the counts make no share. Source: Wilson 1927, JASA 22(158).
    """
    if not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator:g} of {denominator:g} is no share")
    if denominator == 0:
        return 0.0, 1.0
    share, squared = numerator / denominator, z * z
    centre = share + squared / (2 * denominator)
    spread = z * sqrt(share * (1 - share) / denominator + squared / (4 * denominator * denominator))
    scale = 1 + squared / denominator
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return max(0.0, min(low, share)), min(1.0, max(high, share))
