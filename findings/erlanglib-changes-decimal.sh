#!/usr/bin/env bash
# Importing erlanglib sets the importing thread's decimal arithmetic to 1000 digits.
#
# Package:  erlanglib 1.2.0 (PyPI)
# Expected: Importing a library of formulas changes nothing outside of it.
# Seen:     decimal.getcontext().prec is 1000 after the import instead of 28, for every Decimal of
#           the importing thread; other threads keep 28, so the same division gives two results in
#           one process.
# Matters:  Settlement and billing of outsourced calls is done with Decimal: sums, rounding and
#           run time change where a staffing formula is imported, and worker threads disagree with
#           the main thread.
# Source:   erlanglib/core.py, top of the module
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  erlanglib==1.2.0 || exit 2

"$python" - <<'PY'
import sys
import threading
from decimal import Decimal, getcontext
from importlib.metadata import version

before = len(str(Decimal(1) / Decimal(3)))
import erlanglib  # noqa: E402, F401

after = len(str(Decimal(1) / Decimal(3)))
elsewhere = []
thread = threading.Thread(target=lambda: elsewhere.append(len(str(Decimal(1) / Decimal(3)))))
thread.start()
thread.join()

print("erlanglib", version("erlanglib"))
print(f"expected: 1/3 has {before} characters before and after the import, in every thread")
print(f"seen: {after} after it, {elsewhere[0]} in another thread; precision", getcontext().prec)
sys.exit(0 if after > 1000 and elsewhere[0] == before else 1)
PY
