#!/usr/bin/env bash
# formulas recomputes =ROUND(2.675,2) of a workbook as Excel does, and =ROUND(1.005,2) a cent lower.
#
# Package:  formulas 1.3.4, xlcalculator 0.5.0 (PyPI)
# Expected: Either Excel's results, which round the decimal number that is shown: 2.68, 1.01, 0.29
#           (both packages call themselves interpreters of Excel's formulas); or those of binary
#           numbers everywhere: 2.67, 1.0, 0.28.
# Seen:     formulas gives 2.68, 1.0 and 0.28: the first as Excel, the others not. xlcalculator
#           gives 2.68, 1.01 and 0.29.
# Matters:  Who recomputes a settlement's workbook in CI with formulas, to prove that its totals are
#           those of the statement, finds differences of a cent that Excel and LibreOffice do not
#           have, or takes wrong totals for proven.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  formulas==1.3.4 xlcalculator==0.5.0 XlsxWriter==3.3.1 || exit 2

cd "$work"
"$python" -W ignore - <<'PY' 2>"$work/progress"
import sys
from importlib.metadata import version

import formulas
import xlsxwriter
from xlcalculator import Evaluator, ModelCompiler

AMOUNTS = (2.675, 1.005, 0.285)

with xlsxwriter.Workbook("amounts.xlsx") as book:
    sheet = book.add_worksheet("S")
    for row, amount in enumerate(AMOUNTS):
        sheet.write_formula(row, 0, f"=ROUND({amount},2)")

solved = formulas.ExcelModel().loads("amounts.xlsx").finish().calculate()
cells = [f"A{row}" for row, _ in enumerate(AMOUNTS, 1)]
by_formulas = [float(solved[f"'[amounts.xlsx]S'!{cell}"].value[0, 0]) for cell in cells]
evaluator = Evaluator(ModelCompiler().read_and_parse_archive("amounts.xlsx"))
by_xlcalculator = [float(evaluator.evaluate(f"S!{cell}")) for cell in cells]
print("expected: [2.68, 1.01, 0.29]")
print("formulas", version("formulas"), by_formulas)
print("xlcalculator", version("xlcalculator"), by_xlcalculator)
as_seen = by_formulas == [2.68, 1.0, 0.28] and by_xlcalculator == [2.68, 1.01, 0.29]
sys.exit(0 if as_seen else 1)
PY
