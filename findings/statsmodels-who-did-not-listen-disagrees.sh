#!/usr/bin/env bash
# Each call is scored by two of three reviewers, who always agree: statsmodels says that their
# agreement, Fleiss' kappa, is 0, no better than chance. Who did not listen is an opinion of her
# own.
#
# Package:  statsmodels 0.15.0, krippendorff 0.9.0, irrCAC 0.4.4 (PyPI)
# Expected: A score that is missing, NaN, is left out by aggregate_raters, or raises: its page says
#           "bincount will raise exception if data cannot be converted to integer". fleiss_kappa
#           wants as many scores of each call, and has an assertion for that.
# Seen:     NaN becomes a third category beside 0 and 1, so each call has three scores again,
#           nothing is raised, and kappa is 0.00 for reviewers who always agree and -0.31 for ones
#           who never do. Only with n_cat it raises. Krippendorff's alpha is 1 and -0.75; irrCAC's
#           Fleiss is 1 and -1. By to_table and cohens_kappa two reviewers agree about each call
#           that neither heard: 0.55, and 0.16 if those calls are taken out.
# Matters:  Samples for calibration overlap in part, that is what they are for. A team that scores
#           alike is sent to be trained, and one that hardly scores at all is praised.
# Source:   statsmodels/stats/inter_rater.py (aggregate_raters: np.unique; to_table: histogramdd)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  statsmodels==0.15.0 krippendorff==0.9.0 irrCAC==0.4.4 || exit 2

cat >agree.py <<'PY'
import krippendorff
import numpy as np
import pandas as pd
from irrCAC.raw import CAC
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa, to_table

NO = np.nan
ALIKE = [[1, 1, NO], [0, NO, 0], [NO, 1, 1], [0, 0, NO], [NO, 0, 0], [1, NO, 1]]
NEVER = [[1, 0, NO], [0, NO, 1], [NO, 1, 0], [0, 1, NO]]
NEVER += [[1, NO, NO], [NO, 1, NO], [NO, NO, 1], [1, NO, NO]]
NEVER += [[0, NO, NO], [NO, 0, NO], [NO, NO, 0], [0, NO, NO]]
TWO = [[1, 1], [0, 0], [0, 1], [1, 1], [0, 0], [1, 0], [0, 1], [NO, NO], [NO, NO], [NO, NO]]

for name, calls in (("always alike", ALIKE), ("never alike", NEVER)):
    scores = np.array(calls)
    counted, categories = aggregate_raters(scores)
    alpha = krippendorff.alpha(scores.T, level_of_measurement="nominal")
    other = CAC(pd.DataFrame(scores)).fleiss()["est"]["coefficient_value"]
    print(
        f"{name}: statsmodels {fleiss_kappa(counted):.2f} of {len(categories)} categories, "
        f"irrCAC {other:.2f}, alpha {alpha:.2f}"
    )
    try:
        print(f"{name}, n_cat=2: {aggregate_raters(scores, n_cat=2)[0].tolist()[0]}")
    except TypeError as error:
        print(f"{name}, n_cat=2: {type(error).__name__}")

both = np.array(TWO)
heard = both[~np.isnan(both).any(axis=1)]
for name, calls in (("two reviewers", both), ("calls that they heard", heard)):
    print(f"{name}: {cohens_kappa(to_table(calls)[0]).kappa:.2f}")
PY
venv/bin/python -W ignore agree.py >seen.txt || { cat seen.txt; exit 1; }

echo "statsmodels 0.15.0, krippendorff 0.9.0, irrCAC 0.4.4"
echo "expected: 1 for reviewers who always agree, and no less for calls that nobody heard"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
always alike: statsmodels 0.00 of 3 categories, irrCAC 1.00, alpha 1.00
always alike, n_cat=2: TypeError
never alike: statsmodels -0.31 of 3 categories, irrCAC -1.00, alpha -0.75
never alike, n_cat=2: TypeError
two reviewers: 0.55
calls that they heard: 0.16
TEXT
