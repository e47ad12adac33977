"""Small-sample honesty: the interval within which a proportion truly lies."""

from math import sqrt

Z95 = 1.959963984540054


def wilson(part: int, whole: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval (Wilson 1927) of `part` successes in `whole` > 0 trials; 95 % by
    default.
    """
    p = part / whole
    scale = 1 + z * z / whole
    centre = (p + z * z / (2 * whole)) / scale
    spread = z * sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole)) / scale
    return max(0.0, centre - spread) if part else 0.0, min(
        1.0, centre + spread
    ) if part < whole else 1.0
