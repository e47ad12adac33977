#!/usr/bin/env bash
# scikit-learn's quadratic kappa weighs a score by its place among those that were given: two
# reviewers who differ by 9 and 10, or by 2 and 9, differ alike.
#
# Package:  scikit-learn 1.9.1, krippendorff 0.9.0 (PyPI)
# Expected: With weights="quadratic" a difference counts by its square, as the method has it: of
#           scores of 1 to 10, 2 against 9 counts 49 times as much as 9 against 10. So it is in
#           Krippendorff's alpha for intervals, which is close to that kappa with two reviewers.
# Seen:     The square is of places in the sorted list of the scores that occur: of 2, 9 and 10 the
#           first and second differ by 1, so do the second and third. 0.66 is told instead of 0.98;
#           with labels=range(1, 11) it is 0.98. One more contact, to which both give a 5, makes
#           0.85 of it.
# Matters:  Calibration of quality reviews asks for 0.8 or so. Reviewers give few of ten scores, so
#           whether a month passes hangs on which scores happened to occur in it.
# Source:   sklearn/metrics/_classification.py, cohen_kappa_score (weights from the matrix's
#           indices)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  scikit-learn==1.9.1 krippendorff==0.9.0 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from krippendorff import alpha
from sklearn.metrics import cohen_kappa_score

ONE = [2, 2, 2, 9, 9, 9, 9, 10, 10, 10, 10, 10]
OTHER = [2, 2, 2, 10, 10, 9, 9, 9, 9, 10, 10, 9]


def by_definition(one: list[int], other: list[int]) -> float:
    """1 - observed / expected squared difference, over all pairs for what chance gives."""
    pairs = [(mine - yours) ** 2 for mine, yours in zip(one, other)]
    chance = [(mine - yours) ** 2 for mine in one for yours in other]
    return 1 - (sum(pairs) / len(pairs)) / (sum(chance) / len(chance))


right = by_definition(ONE, OTHER)
seen = cohen_kappa_score(ONE, OTHER, weights="quadratic")
labelled = cohen_kappa_score(ONE, OTHER, weights="quadratic", labels=range(1, 11))
third = cohen_kappa_score([*ONE, 5], [*OTHER, 5], weights="quadratic")
intervals = alpha([ONE, OTHER], level_of_measurement="interval")
print("scikit-learn", version("scikit-learn"), "- krippendorff", version("krippendorff"))
print(f"expected: {right:.3f}, and Krippendorff's alpha near it: {intervals:.3f}")
print(f"seen: {seen:.3f}; with all ten labels {labelled:.3f}; with one 5 by both {third:.3f}")
sys.exit(0 if abs(labelled - right) < 1e-9 and seen < 0.7 < third < 0.9 < right else 1)
PY
