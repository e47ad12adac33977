#!/usr/bin/env bash
# The Genesys Cloud SDK replaces values it does not know by the text outdated_sdk_version, read or
# set.
#
# Package:  PureCloudPlatformClientV2 225.0.0 (PyPI)
# Expected: A media type or disconnect type newer than the SDK is kept as text, or raises
#           ValueError.
# Seen:     The attribute becomes 'outdated_sdk_version', and the real value is gone. Lists of
#           metrics in a query are not checked: there any text passes.
# Matters:  A channel that Genesys adds tomorrow becomes one channel with this name, together with
#           every other new one, in every figure grouped by it; the records cannot be repaired.
#           Read the JSON, or refuse the word.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check \
  PureCloudPlatformClientV2==225.0.0 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from PureCloudPlatformClientV2.models.analytics_conversation_segment import (
    AnalyticsConversationSegment,
)
from PureCloudPlatformClientV2.models.analytics_session import AnalyticsSession
from PureCloudPlatformClientV2.models.queue_observation_query import QueueObservationQuery

session = AnalyticsSession()
session.media_type = "hologram"
segment = AnalyticsConversationSegment()
segment.disconnect_type = "quantum"
query = QueueObservationQuery()
query.metrics = ["oHolograms"]
print("PureCloudPlatformClientV2", version("PureCloudPlatformClientV2"))
print("expected: the values as they came, or a ValueError")
print("seen:", session.media_type, segment.disconnect_type, "and in a query", query.metrics)
replaced = session.media_type == segment.disconnect_type == "outdated_sdk_version"
sys.exit(0 if replaced and query.metrics == ["oHolograms"] else 1)
PY
