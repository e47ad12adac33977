#!/usr/bin/env bash
# phonenumbers reads the usual Chinese extension, 021-62345678-801, as one wrong number of 13
# digits.
#
# Package:  phonenumbers 9.0.43 (PyPI)
# Expected: In region CN the last group after a dash is the extension, as with 'ext. 801' or
#           ',801'; 转801 ('transfer to 801') too.
# Seen:     021-62345678-801 becomes +862162345678801, neither valid nor possible; with 转 the
#           parser raises. A comma works. Dialled through a carrier's prefix, 17951 13800138000 is
#           the mobile number itself.
# Matters:  Caller ids and customer cards carry extensions so. Repeat contacts joined by E.164
#           fall apart for companies, while the mobile behind an IP-call prefix silently joins.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  phonenumbers==9.0.43 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


def read(text: str) -> tuple[str, str | None, bool]:
    """E.164, extension, whether valid."""
    try:
        number = phonenumbers.parse(text, "CN")
    except NumberParseException:
        return "no number", None, False
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return written, number.extension, phonenumbers.is_valid_number(number)


print("phonenumbers", version("phonenumbers"))
print("expected: +862162345678, extension 801, valid, for the first three")
seen = {}
for text in ("021-62345678,801", "021-62345678-801", "021-62345678转801", "17951 13800138000"):
    seen[text] = read(text)
    print("seen:", text, "is", *seen[text])
by_dash = seen["021-62345678-801"] == ("+862162345678801", None, False)
by_word = seen["021-62345678转801"][0] == "no number"
by_comma = seen["021-62345678,801"] == ("+862162345678", "801", True)
sys.exit(0 if by_dash and by_word and by_comma else 1)
PY
