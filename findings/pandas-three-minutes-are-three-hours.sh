#!/usr/bin/env bash
# pandas reads a handle time of 3 min 59 s, shown as 03:59 in a LibreOffice sheet, as 3 h 59 min: it
# takes the text that the cell shows, and not the time that the cell holds.
#
# Package:  pandas 3.1.1, odfpy 1.4.1 (PyPI)
# Expected: A cell of OpenDocument holds its time, office:time-value="PT00H03M59S", whatever it
#           shows. pandas takes the values of numbers, shares, amounts and dates from there, however
#           they are shown; of a time it is the same.
# Seen:     Of a time it is the text. Shown as 0:03:59 it is 3 min 59 s, as 03:59 (the format MM:SS)
#           3 h 59 min, as 03:59.7 3:59:42 h. 27 h 30 min of talk in a format without days, which
#           shows 03:30:00, are 3 h 30 min; shown as 27:30:00 or 59:30 they raise. The dtype is the
#           same for all, object of datetime.time.
# Matters:  A mean handle time of four minutes is one of four hours in the staffing plan, sixty
#           times the agents; with one call of 24 minutes and more the same sheet is refused
#           instead. Give times in seconds, as numbers.
# Source:   pandas/io/excel/_odfreader.py (_get_cell_value: Timestamp(str(cell)) for "time");
#           OpenDocument 1.3, part 3, office:time-value
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  pandas==3.1.1 odfpy==1.4.1 || exit 2

cat >sheet.py <<'PY'
import pandas as pd
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P



def cell(kind: str, value: str, shown: str) -> TableCell:
    """A cell as LibreOffice saves it: its value, and the text that its format makes of it."""
    held = {"timevalue": value} if kind == "time" else {"value": value} if value else {}
    made = TableCell(valuetype=kind, **held)
    made.addElement(P(text=shown))
    return made


def read(kind: str, value: str, shown: str) -> str:
    """What pandas reads of a sheet of this one figure."""
    sheet = OpenDocumentSpreadsheet()
    table = Table(name="queue")
    for one in (cell("string", "", "figure"), cell(kind, value, shown)):
        row = TableRow()
        row.addElement(one)
        table.addElement(row)
    sheet.spreadsheet.addElement(table)
    sheet.save("sheet.ods")
    try:
        return str(pd.read_excel("sheet.ods", engine="odf").figure[0])
    except ValueError as error:
        return f"{type(error).__name__}"


for kind, value, shown in (
    ("percentage", "0.8125", "81 %"),
    ("float", "239.7", "240"),
    ("time", "PT00H03M59S", "0:03:59"),
    ("time", "PT00H03M59S", "03:59"),
    ("time", "PT00H03M59.7S", "03:59.7"),
    ("time", "PT00H59M30S", "59:30"),
    ("time", "PT27H30M00S", "03:30:00"),
    ("time", "PT27H30M00S", "27:30:00"),
):
    print(f"{value} shown as {shown}: {read(kind, value, shown)}")
PY
venv/bin/python -W ignore sheet.py >seen.txt || { cat seen.txt; exit 1; }

echo "pandas 3.1.1, odfpy 1.4.1"
echo "expected: the value that the cell holds, however it is shown"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
0.8125 shown as 81 %: 0.8125
239.7 shown as 240: 239.7
PT00H03M59S shown as 0:03:59: 00:03:59
PT00H03M59S shown as 03:59: 03:59:00
PT00H03M59.7S shown as 03:59.7: 03:59:42
PT00H59M30S shown as 59:30: DateParseError
PT27H30M00S shown as 03:30:00: 03:30:00
PT27H30M00S shown as 27:30:00: DateParseError
TEXT
