#!/usr/bin/env bash
# Asked for 11.6 or newer, pip installs the grafana-foundation-sdk for Grafana 10.1.
#
# Package:  grafana-foundation-sdk >= 11.6 (PyPI), which gave 1769699998!10.1.0
# Expected: The newest SDK, or at least one for Grafana 11.6; and two queries added to a panel get
#           the refIds A and B, as in the editor.
# Seen:     Versions begin with an epoch, a build time, and within a build the line for 10.1 is
#           built last: '1769699998!10.1.0' is greater than every 11.6, and satisfies >=11.6.
#           ==11.6.0 does not exist. Its dashboards have schema 36; the line without an epoch,
#           0.0.x, has 42. Both leave refId empty for every query.
# Matters:  Dashboards generated for a current Grafana silently lack fields, and an update makes
#           them older. Two queries of one refId are one to Grafana: set it for each.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  'grafana-foundation-sdk>=11.6' || exit 2

"$python" - <<'PY'
import json
import sys
from importlib.metadata import version

from grafana_foundation_sdk.builders import dashboard, prometheus, stat
from grafana_foundation_sdk.cog.encoder import JSONEncoder

panel = stat.Panel().title("Waiting")
for expression in ("sum(waiting)", "sum(abandoned)"):
    panel = panel.with_target(prometheus.Dataquery().expr(expression))
built = dashboard.Dashboard("Floor").with_panel(panel).build()
written = json.loads(JSONEncoder().encode(built))
references = [target["refId"] for target in written["panels"][0]["targets"]]
installed = version("grafana-foundation-sdk")
print("grafana-foundation-sdk", installed)
print("expected: 11.6 or newer; refIds A and B")
print("seen:", installed, "- schema", written["schemaVersion"], "- refIds", references)
older = installed.endswith("!10.1.0") and written["schemaVersion"] == 36
sys.exit(0 if older and references == ["", ""] else 1)
PY
