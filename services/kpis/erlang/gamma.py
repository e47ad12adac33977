"""Incomplete gamma functions as logarithms, so that thousands of agents neither overflow nor
vanish.

γ(x, y) = ∫₀ʸ tˣ⁻¹ e⁻ᵗ dt (lower), Γ(x, y) = ∫ᵧ^∞ tˣ⁻¹ e⁻ᵗ dt (upper), x > 0, y ≥ 0. A series where
y < x + 1, a continued fraction beyond (Press et al., "Numerical Recipes", 6.2); each takes some √x
steps where it is slowest.
"""

from math import exp, inf, lgamma, log, log1p

PRECISION = 1e-15
TINY = 1e-300


def log_lower(x: float, y: float) -> float:
    """Ln γ(x, y); −∞ at y = 0."""
    if y <= 0:
        return -inf
    if y < x + 1:
        return _log_front(x, y) + log(_series(x, y) / x)
    return lgamma(x) + _log_rest(_log_front(x, y) + log(_fraction(x, y)) - lgamma(x))


def log_upper(x: float, y: float) -> float:
    """Ln Γ(x, y)."""
    if y <= 0:
        return lgamma(x)
    if y < x + 1:
        return lgamma(x) + _log_rest(_log_front(x, y) + log(_series(x, y) / x) - lgamma(x))
    return _log_front(x, y) + log(_fraction(x, y))


def log_sum(a: float, b: float) -> float:
    """ln(eᵃ + eᵇ)."""
    high = max(a, b)
    low = min(a, b)
    return high if low == -inf else high + log1p(exp(low - high))


def _log_front(x: float, y: float) -> float:
    """ln(yˣ e⁻ʸ)."""
    return x * log(y) - y


def _log_rest(part: float) -> float:
    """ln(1 − eᵖᵃʳᵗ) for part < 0."""
    return log1p(-exp(part))


def _series(x: float, y: float) -> float:
    """Σ yⁿ / ((x + 1) … (x + n)), n from 0."""
    total = term = 1.0
    n = x
    while term > total * PRECISION:
        n += 1
        term *= y / n
        total += term
    return total


def _fraction(x: float, y: float) -> float:
    """1 / (y + 1 − x − 1(1 − x) / (y + 3 − x − 2(2 − x) / …)), by Lentz's method."""
    b = y + 1 - x
    c = 1 / TINY
    d = 1 / b
    total = d
    step = 0.0
    n = 0
    while abs(step - 1) > PRECISION:
        n += 1
        b += 2
        a = -n * (n - x)
        d = 1 / ((a * d + b) or TINY)
        c = (b + a / c) or TINY
        step = c * d
        total *= step
    return total
