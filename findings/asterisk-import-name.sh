#!/usr/bin/env bash
# Two AMI libraries, pyst2 and asterisk-ami, install the same package 'asterisk', and removing one
# breaks the other.
#
# Package:  pyst2 0.5.1, asterisk-ami 0.1.7 (PyPI)
# Expected: Installed side by side each works; pip says when two distributions own one file; after
#           one is removed the other works.
# Seen:     pip is silent and pip check finds nothing. The later one's asterisk/__init__.py stays;
#           removing asterisk-ami deletes that file, and pyst2's asterisk loses __version__ though
#           pyst2 is installed.
# Matters:  Dialler, wallboard and recorder integrations pull in both. An image built twice in
#           another order is another program.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  pyst2==0.5.1 asterisk-ami==0.1.7 || exit 2

"$python" - <<'PY'
import subprocess
import sys
from importlib.metadata import files, version


def pip(*arguments: str) -> str:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def location() -> str:
    """The file that `import asterisk` loads in a new process; None for a mere namespace."""
    code = "import asterisk; print(asterisk.__file__)"
    return subprocess.check_output([sys.executable, "-c", code], text=True).strip()


owners = {
    name: {str(path) for path in files(name) or ()} for name in ("pyst2", "asterisk-ami")
}
shared = {path for path in owners["pyst2"] & owners["asterisk-ami"] if path.endswith(".py")}
for name in owners:
    print(name, version(name))
print("expected: no file is owned twice, or pip says so; pyst2 is whole after asterisk-ami left")
print("seen: owned twice:", sorted(shared), "- pip check:", pip("check"))
before = location()
pip("uninstall", "--yes", "asterisk-ami")
after = location()
print("seen: asterisk is", before.rpartition("site-packages/")[2], "then", after)
print("seen: pyst2 still installed:", "pyst2" in pip("list"))
sys.exit(0 if shared == {"asterisk/__init__.py"} and before != "None" and after == "None" else 1)
PY
