#!/usr/bin/env bash
# nzh reads two hundred as it is said, 两百, as 0, two hundred and fifty, 两百五, as 5, and thirty-five
# thousand, 三万五, as 30005: no call of it raises.
#
# Package:  nzh 1.0.14 (npm), cn2an 0.5.24 (PyPI)
# Expected: decodeS reads Chinese numbers as people write and say them, or says that it cannot:
#           cn2an for Python reads 200, 250 and 35000, and is right.
# Seen:     两, the two that stands before hundreds, thousands and ten thousands, is skipped together
#           with its unit. The short form without the last unit loses it: 一百二, a hundred and twenty,
#           is 102, 三千八 3008.
# Matters:  A recognized transcript says 两百 wherever a caller does. What an agent promised as
#           compensation is 0, or 5, in one half of a system and 200, or 250, in the other.
# Source:   nzh/src/langs/cn_s.js (its digits have no 两)
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm install --silent --no-audit --no-fund --prefix . nzh@1.0.14 || exit 2
python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  cn2an==0.5.24 || exit 2

cat >said.cjs <<'JS'
const nzh = require('nzh').cn;
console.log(JSON.stringify(process.argv.slice(2).map((said) => nzh.decodeS(said))));
JS
said=(二百 两百 两千 两万 两百五 一百二 三千八 三万五)
node said.cjs "${said[@]}" >nzh.json

venv/bin/python - "${said[@]}" <<'PY'
import json
import sys
from importlib.metadata import version
from pathlib import Path

import cn2an

RIGHT = [200, 200, 2000, 20000, 250, 120, 3800, 35000]
said = sys.argv[1:]
nzh = json.loads(Path("nzh.json").read_text())
python = [cn2an.cn2an(number, "smart") for number in said]
print("nzh 1.0.14 - cn2an", version("cn2an"))
print("expected:", *RIGHT)
print("seen: cn2an", *python)
print("seen: nzh", *nzh)
sys.exit(0 if python == RIGHT and nzh == [200, 0, 0, 0, 5, 102, 3008, 30005] else 1)
PY
