#!/usr/bin/env bash
# utilsforecast's MAPE of a pandas frame forgives whatever is forecast for half hours without a
# call: a forecast of 50 calls there is the better one. Of the same figures in polars it is NaN.
#
# Package:  utilsforecast 0.2.17, pandas 3.1.1, polars 2.1.0 (PyPI)
# Expected: An error in percent of no calls is infinite, or huge as in scikit-learn, or refused:
#           something that says "not this measure". Its page says "The closer to zero an observed
#           value is, the higher penalty MAPE loss assigns". The frame's library makes no
#           difference.
# Seen:     One call expected costs 100 % where there was one, and nothing where there was none:
#           such half hours become NaN, which the mean of pandas leaves out and that of polars does
#           not. Of four half hours with 10, 0, 20 and 0 calls, a forecast of 11, 50, 18 and 50 has
#           10 %, the better one of 12, 0, 18 and 0 has 15 %; both are NaN in polars. A call that is
#           not known, null, is left out by both. nd and smape count the half hours in both.
# Matters:  Nights and weekends of a small queue are staffed by the worst model that there is, and
#           whoever changes to polars has no best model at all. Judge by nd (WAPE) or mae.
# Source:   utilsforecast/losses.py (_zero_to_nan in mape)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  utilsforecast==0.2.17 pandas==3.1.1 polars==2.1.0 || exit 2

cat >loss.py <<'PY'
import pandas as pd
import polars as pl
from utilsforecast.losses import mape, nd, smape

CALLS = {
    "unique_id": ["billing"] * 4,
    "ds": [0, 1, 2, 3],
    "y": [10.0, 0.0, 20.0, 0.0],
    "fifty": [11.0, 50.0, 18.0, 50.0],
    "none": [12.0, 0.0, 18.0, 0.0],
}
MODELS = ["fifty", "none"]

for frame in (pd.DataFrame(CALLS), pl.DataFrame(CALLS)):
    for loss in (mape, smape, nd):
        seen = loss(frame, MODELS)
        shares = " ".join(f"{model} {100 * seen[model][0]:.0f} %" for model in MODELS)
        print(f"{type(frame).__module__.split('.')[0]} {loss.__name__}: {shares}")
PY
venv/bin/python loss.py >seen.txt || { cat seen.txt; exit 1; }

echo "utilsforecast 0.2.17, pandas 3.1.1, polars 2.1.0"
echo "expected: fifty is worse than none, or neither has a MAPE; the same in pandas and polars"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
pandas mape: fifty 10 % none 15 %
pandas smape: fifty 53 % none 4 %
pandas nd: fifty 343 % none 13 %
polars mape: fifty nan % none nan %
polars smape: fifty 53 % none 4 %
polars nd: fifty 343 % none 13 %
TEXT
